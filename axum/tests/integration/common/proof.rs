//! DPoP proofs (RFC 9449 §4).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use super::jwt::{Key, encode};

/// The JWK thumbprint (RFC 7638).
pub fn thumbprint(key: &Key) -> String {
    let jwk = key.jwk();
    let (x, y) = (&jwk["x"], &jwk["y"]);
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{x},"y":{y}}}"#);
    encode(digest(&SHA256, text.as_bytes()))
}

/// The request that a proof is for.
#[derive(Clone, Copy)]
pub struct Proven<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// The access token of the request.
    pub token: Option<&'a str>,
    pub nonce: Option<&'a str>,
}

/// A new proof with a unique `jti`.
pub fn proof(key: &Key, proven: Proven<'_>) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut claims = json!({
        "jti": COUNT.fetch_add(1, Ordering::Relaxed).to_string(),
        "htm": proven.method,
        "htu": proven.url,
        "iat": SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs(),
    });
    if let Some(token) = proven.token {
        claims["ath"] = encode(digest(&SHA256, token.as_bytes())).into();
    }
    if let Some(nonce) = proven.nonce {
        claims["nonce"] = nonce.into();
    }
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
    key.sign_with(&header, &claims)
}
