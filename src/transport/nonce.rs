//! Detects that a server requires a nonce in DPoP proofs (RFC 9449).

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

use crate::Error;

/// The error code of a server that requires a nonce in the proof (RFC 9449 §8, §9).
const USE_DPOP_NONCE: &str = "use_dpop_nonce";

/// Whether the server rejected a request, before it was processed, because the proof lacks the nonce that the response has.
///
/// A resource server reports this in a challenge (RFC 9449 §9), an authorization server in the body (§8).
pub(super) fn wants_nonce(error: &Error) -> bool {
    let refused = matches!(
        error.status(),
        Some(StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST)
    );
    let code = match error {
        Error::Api(error) => error.body.as_ref().and_then(|body| body.get("error")),
        _ => None,
    };
    let in_body = code.is_some_and(|code| code == USE_DPOP_NONCE);
    let has = |headers: &HeaderMap| {
        headers.contains_key("dpop-nonce") && (in_body || in_challenge(headers))
    };
    refused && error.headers().is_some_and(|headers| has(headers))
}

/// Whether a challenge with the scheme `DPoP` has this error (RFC 9110 §11.6.1). A header may have several challenges.
fn in_challenge(headers: &HeaderMap) -> bool {
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    challenges
        .filter_map(|value| value.to_str().ok())
        .any(|challenges| {
            let mut words = challenges.split([' ', ',', '=', '"', '\t']);
            words.any(|word| word.eq_ignore_ascii_case("DPoP"))
                && words.any(|word| word == USE_DPOP_NONCE)
        })
}
