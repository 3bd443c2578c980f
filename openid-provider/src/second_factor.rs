//! The second factor: codes of an authenticator app (TOTP, RFC 6238).
//!
//! Replace this file and `routes/second_factor.rs` to use another factor, such as passkeys.

use anyhow::Result;
use qrcode::QrCode;
use qrcode::render::svg::Color;
use totp_rs::{Builder, Secret, Totp};

use crate::clock::now;
use crate::random;

/// The time step in seconds. The codes of the steps before and after are valid, too, since clocks differ.
const STEP: u64 = 30;

/// A secret that the server shares with the authenticator app of a user.
pub struct Authenticator {
    totp: Totp,
    secret: Secret,
}

impl Authenticator {
    /// A new secret.
    pub fn generate() -> Option<Self> {
        Self::new(Secret::from(random::bytes::<20>()), "user", "provider")
    }

    /// A secret in base32, as in the database.
    pub fn of(secret: &str) -> Option<Self> {
        Self::new(Secret::try_from_base32(secret).ok()?, "user", "provider")
    }

    fn new(secret: Secret, account: &str, issuer: &str) -> Option<Self> {
        let totp = Builder::new()
            .with_secret(secret.clone())
            .with_step_duration(STEP)
            .with_account_name(account)
            .with_issuer(Some(issuer))
            .build();
        Some(Self {
            totp: totp.ok()?,
            secret,
        })
    }

    /// The secret in base32, for users who cannot scan the QR code.
    pub fn secret(&self) -> String {
        self.secret.to_base32()
    }

    /// The time step that a code is for, if it is right.
    pub fn verify(&self, code: &str) -> Option<i64> {
        let now = u64::try_from(now()).ok()?;
        let code: String = code.chars().filter(|it| !it.is_whitespace()).collect();
        self.totp.check(&code, now)?.try_into().ok()
    }

    /// The QR code for the app, as an SVG image.
    pub fn qr_code(&self, account: &str, issuer: &str) -> Result<String> {
        // The `otpauth` URI separates the two with a colon.
        let (account, issuer) = (account.replace(':', " "), issuer.replace(':', " "));
        let labelled = Self::new(self.secret.clone(), &account, &issuer);
        let labelled = labelled.ok_or_else(|| anyhow::anyhow!("the account has no label"))?;
        let code = QrCode::new(labelled.totp.to_url()?)?;
        Ok(code
            .render()
            .min_dimensions(220, 220)
            .dark_color(Color("#000"))
            .light_color(Color("#fff"))
            .build())
    }
}

#[cfg(test)]
impl Authenticator {
    /// The code that the app shows `steps` from now.
    pub fn code(&self, steps: u64) -> String {
        let now = u64::try_from(now()).unwrap();
        self.totp.generate(now + steps * STEP).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_this_step_is_right_and_another_is_not() {
        let app = Authenticator::generate().unwrap();
        let same = Authenticator::of(&app.secret()).unwrap();
        let code = same.code(0);
        assert!(app.verify(&code).is_some());
        assert!(
            app.verify(&format!("{} {}", &code[..3], &code[3..]))
                .is_some()
        );
        let far = same.code(100);
        assert!(far == code || app.verify(&far).is_none());
        assert!(app.verify("").is_none());
        assert!(Authenticator::of("not base32!").is_none());
        assert!(
            app.qr_code("alice:1", "http://localhost")
                .unwrap()
                .contains("<svg")
        );
    }
}
