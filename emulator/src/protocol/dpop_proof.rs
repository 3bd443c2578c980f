//! DPoP proofs (RFC 9449 §4.2).

use url::Url;

use super::jwt_times;
use crate::clock::{Millis, after};
use crate::digest::Digest;
use crate::jose::{self, JoseError, Jwk, Jws};
use crate::json::{Object, ObjectExt};
use crate::result_code::{DpopCodes, ResultCode};

/// Why a proof is invalid.
type Reason = &'static str;

/// A proof whose signature is valid.
#[derive(Debug)]
pub struct DpopProof {
    claims: Object,
    thumbprint: String,
}

impl DpopProof {
    pub fn parse(proof: &str, codes: &DpopCodes) -> Result<Self, ResultCode> {
        let malformed = codes
            .invalid
            .because("the DPoP proof is not a JWT of the type dpop+jwt");
        let jws = Jws::parse(proof).map_err(|error| match error {
            JoseError::Malformed("'alg'") => codes.algorithm_missing,
            _ => malformed,
        })?;
        if jws.header.text("typ") != Some("dpop+jwt") {
            return Err(malformed);
        }
        if jws.alg() == "none" || jose::is_symmetric(jws.alg()) {
            return Err(codes.algorithm_symmetric);
        }
        let claims = jws.claims().ok_or(malformed)?;
        let key = jws.header.object("jwk").cloned().map(Jwk::parse);
        let key = key.and_then(Result::ok).ok_or(codes.key_missing)?;
        // Symmetric keys count as private, so this also refuses HMAC.
        if key.is_private() {
            return Err(codes.key_missing);
        }
        match jws.verify(&key) {
            true => Ok(Self {
                claims,
                thumbprint: key.thumbprint(),
            }),
            false => Err(codes
                .invalid
                .because("the DPoP proof is not signed with the key in it")),
        }
    }

    /// The thumbprint of the key (RFC 7638).
    pub fn into_thumbprint(self) -> String {
        self.thumbprint
    }

    pub fn nonce(&self) -> &str {
        self.claims.text("nonce").unwrap_or_default()
    }

    pub fn is_for_method(&self, method: &str) -> bool {
        self.claims.text("htm") == Some(method)
    }

    /// Whether the proof is for a URL, after normalization (RFC 9449 §4.3). As on the live service, the query and the
    /// fragment are compared too: callers leave them out.
    pub fn is_for_url(&self, url: &str) -> bool {
        let own = self.claims.text("htu").and_then(|own| Url::parse(own).ok());
        own.is_some() && own == Url::parse(url).ok()
    }

    /// Checks that the proof was created within `window` seconds of now.
    pub fn check_time(&self, window: i64, now: Millis) -> Result<(), Reason> {
        let made_at = jwt_times::time(&self.claims, "iat");
        match made_at.is_some_and(|made_at| is_near(made_at, now, window)) {
            true => Ok(()),
            false => Err("iat of the DPoP proof is missing or outside the accepted time window"),
        }
    }

    /// Checks that the proof is for an access token.
    pub fn check_token(&self, token: &str) -> Result<(), Reason> {
        match self.claims.text("ath") == Some(&Digest::of(token).to_string()) {
            true => Ok(()),
            false => Err("ath of the DPoP proof is missing, or is not that of the access token"),
        }
    }

    /// Records the use of the proof, and refuses a second use: a proof works once for each URL (RFC 9449 §11.1) and purpose,
    /// while its time is within the window. `note` gets the identifier of the use and its expiration, and returns whether it
    /// is the first.
    pub fn use_once(
        &self,
        purpose: &str,
        window: i64,
        now: Millis,
        note: impl FnOnce(Digest, Millis) -> bool,
    ) -> Result<(), Reason> {
        let own = self.claims.text("jti");
        let own = own.ok_or("the DPoP proof has no jti")?;
        let url = self.claims.text("htu").unwrap_or_default();
        let thumbprint = &self.thumbprint;
        let id = Digest::of(&format!("dpop {purpose} {url} {thumbprint} {own}"));
        let made_at = jwt_times::time(&self.claims, "iat");
        let end = after(made_at.unwrap_or(now), window);
        match note(id, end) {
            true => Ok(()),
            false => Err("the DPoP proof was used before"),
        }
    }
}

fn is_near(time: Millis, now: Millis, window: i64) -> bool {
    after(now, -window) <= time && time <= after(now, window)
}
