//! Proofs (RFC 9449 §4.2).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Request, Url};
use serde::Serialize;

use super::SigningError;
use super::signing_key::SigningKey;

const DPOP: HeaderName = HeaderName::from_static("dpop");

/// In bytes; RFC 9449 §4.2 requires at least 96 bits.
const IDENTIFIER_LENGTH: usize = 16;

#[derive(Serialize)]
struct ProofClaims<'a> {
    jti: String,
    htm: &'a str,
    htu: &'a str,
    iat: u64,
    ath: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

/// Adds a proof for the method, the URL and the access token of a request. A request without a token gets none.
pub(super) fn add(
    key: &SigningKey,
    nonce: Option<&str>,
    request: &mut Request,
) -> Result<(), SigningError> {
    let authorization = request.headers().get(AUTHORIZATION);
    let Some(token) = authorization.and_then(|value| value.as_bytes().strip_prefix(b"DPoP "))
    else {
        return Ok(());
    };
    let url = without_query(request.url());
    let claims = ProofClaims {
        jti: identifier()?,
        htm: request.method().as_str(),
        htu: url.as_str(),
        iat: now(),
        ath: BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, token)),
        nonce,
    };
    let claims = serde_json::to_vec(&claims).map_err(|_| SigningError)?;
    let mut proof = HeaderValue::try_from(key.sign_jwt(&claims)?).map_err(|_| SigningError)?;
    proof.set_sensitive(true);
    request.headers_mut().insert(DPOP, proof);
    Ok(())
}

fn identifier() -> Result<String, SigningError> {
    let mut bytes = [0; IDENTIFIER_LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| SigningError)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// In seconds since the epoch.
fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap_or_default().as_secs()
}
