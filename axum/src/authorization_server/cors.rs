//! Requests of scripts in browsers.

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use tower_http::cors::{Any, CorsLayer};

const DPOP: HeaderName = HeaderName::from_static("dpop");
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
const ATTESTATION: HeaderName = HeaderName::from_static("oauth-client-attestation");
const ATTESTATION_POP: HeaderName = HeaderName::from_static("oauth-client-attestation-pop");
const ATTESTATION_CHALLENGE: HeaderName =
    HeaderName::from_static("oauth-client-attestation-challenge");

/// Lets scripts of every origin call an endpoint that no cookie counts at: what a client may do follows from what it
/// presents (Fetch Standard, CORS protocol without credentials).
pub(super) fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            DPOP,
            ATTESTATION,
            ATTESTATION_POP,
        ])
        .expose_headers([
            WWW_AUTHENTICATE,
            RETRY_AFTER,
            DPOP_NONCE,
            ATTESTATION_CHALLENGE,
        ])
}
