//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4).

use authlete::types::JwsAlg;
use serde_json::{Value, json};

use super::id_token::audience;
use super::keys::{self, Signature};
use super::oauth_error::OAuthError;
use super::refusal::Refusal;
use crate::clock::Millis;
use crate::json::{Object, present};
use crate::random;
use crate::result_code::{ISSUER_MISSING, OTHER_JWT, ResultCode, UNSIGNED_LOGOUT_TOKEN_REFUSED};
use crate::store::{Client, IdentifierKind, Service};

/// The `typ` of the header, which distinguishes logout tokens from ID tokens.
pub const TYPE: &str = "logout+jwt";

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The lifetime in seconds that the specification recommends.
const LIFETIME: i64 = 120;

/// The content of a logout token to issue.
#[derive(Debug)]
pub struct LogoutToken<'a> {
    pub service: &'a Service,
    pub client: &'a Client,
    pub client_named_by: IdentifierKind,
    pub subject: Option<&'a str>,
    pub session_id: Option<&'a str>,
    pub now: Millis,
}

impl LogoutToken<'_> {
    /// Issues the token, signed and encrypted like the ID tokens of the client.
    pub fn issue(&self) -> Result<String, Refusal> {
        let alg = self.client.settings.id_token_sign_alg();
        let alg = alg.unwrap_or("RS256");
        if alg == JwsAlg::None.as_str() {
            return Err(server_error(UNSIGNED_LOGOUT_TOKEN_REFUSED).into());
        }
        let signature = Signature {
            alg,
            key_id: self.service.settings.id_token_signature_key_id(),
            codes: &OTHER_JWT,
        };
        let header = Object::from_iter([("typ".to_owned(), Value::from(TYPE))]);
        let jwt = signature.sign(self.service, self.client, header, self.claims()?)?;
        let settings = &self.client.settings;
        let algorithms = (
            settings.id_token_encryption_alg(),
            settings.id_token_encryption_enc(),
        );
        let jwt = keys::encrypt_if_registered(&jwt, "JWT", self.client, algorithms, &OTHER_JWT)?;
        Ok(jwt)
    }

    fn claims(&self) -> Result<Object, Refusal> {
        let issuer = self.service.issuer();
        let issuer = issuer.ok_or(server_error(ISSUER_MISSING))?;
        let client_id = self.client.identifier(self.client_named_by);
        let issued_at = self.now / 1000;
        let claims = [
            ("iss", Some(Value::from(issuer))),
            ("aud", Some(audience(self.service, client_id, None))),
            ("iat", Some(issued_at.into())),
            ("exp", Some(issued_at.saturating_add(LIFETIME).into())),
            ("jti", Some(random::token()?.into())),
            ("events", Some(json!({ EVENT: {} }))),
            ("sub", self.subject.map(Value::from)),
            ("sid", self.session_id.map(Value::from)),
        ];
        Ok(present(claims).collect())
    }
}

fn server_error(code: ResultCode) -> OAuthError {
    OAuthError::new("server_error", code)
}
