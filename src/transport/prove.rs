//! Requests with a proof of possession (DPoP, RFC 9449), and the nonce that the server may want in it.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Request, StatusCode};
use tokio::time::Instant;

use super::receive::Received;
use super::send;
use super::template::Template;
use crate::dpop::Dpop;
use crate::{Authlete, Error, Result};

/// What a server says that wants its nonce in the proof (RFC 9449 §8, §9).
const USE_DPOP_NONCE: &str = "use_dpop_nonce";

/// Sends a request with its proof. Where the server wants its nonce in it, the request is sent again, once and whatever
/// the operation: it was refused before it was processed.
pub(super) async fn send_with_proof(
    api: &Authlete,
    dpop: &Dpop,
    template: &Template,
    deadline: Instant,
) -> Result<Received> {
    let request = proven(api, dpop, template, deadline)?;
    match send(api, template.operation, request).await {
        // The answer has brought the nonce.
        Err(error) if wants_nonce(&error) => {
            let request = proven(api, dpop, template, deadline)?;
            send(api, template.operation, request).await
        }
        outcome => outcome,
    }
}

fn proven(api: &Authlete, dpop: &Dpop, template: &Template, deadline: Instant) -> Result<Request> {
    let mut request = template.request(api, deadline)?;
    let unsigned = |_| {
        Error::not_callable(
            template.operation,
            "the DPoP proof cannot be signed".to_owned(),
        )
    };
    dpop.prove(&mut request).map_err(unsigned)?;
    Ok(request)
}

/// A resource server says so in a challenge (RFC 9449 §9), an authorization server in the body (§8).
fn wants_nonce(error: &Error) -> bool {
    let refused = matches!(
        error.status(),
        Some(StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST)
    );
    let in_body = matches!(error, Error::Api(api) if api.body.get("error").is_some_and(|code| code == USE_DPOP_NONCE));
    let has = |headers: &HeaderMap| {
        headers.contains_key("dpop-nonce") && (in_body || in_challenge(headers))
    };
    refused && error.headers().is_some_and(has)
}

/// Whether a challenge of the scheme `DPoP` has this error (RFC 9110 §11.6.1); there may be several in a header.
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
