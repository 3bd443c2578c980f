//! Cache keys.

use sha2::{Digest as _, Sha256};

use crate::context::Context;
use crate::operations;
use crate::types::IntrospectionRequest;

/// The SHA-256 of an access token, which Authlete's token list also uses to identify it.
pub(super) type TokenDigest = [u8; 32];

pub(super) fn token_digest(token: &str) -> TokenDigest {
    Sha256::digest(token).into()
}

/// Identifies the response to an introspection request.
#[derive(Debug)]
pub(crate) struct CacheKey {
    pub(super) token: TokenDigest,
    /// The SHA-256 of the other inputs: the service, the credentials, and the requirements for the token.
    pub(super) inputs: [u8; 32],
}

impl CacheKey {
    /// `None` when the response must not be reused, or when the handle cannot call introspection.
    pub fn of(context: &Context, request: &IntrospectionRequest) -> Option<Self> {
        // Exhaustive, so that each new member of the request is considered here.
        let IntrospectionRequest {
            token,
            acr_values,
            client_certificate,
            max_age,
            resources,
            scopes,
            subject,
            // A DPoP proof is valid for one request (RFC 9449 §11.1).
            dpop,
            dpop_nonce_required,
            htm,
            htu,
            // An HTTP message signature is, too (RFC 9421 §7.2.2).
            headers,
            message,
            request_body_contained,
            required_components,
            target_uri,
            uri,
            extra,
        } = request;
        let of_proof = dpop.is_some() || htm.is_some() || htu.is_some();
        let of_signature = message.is_some()
            || target_uri.is_some()
            || uri.is_some()
            || headers.is_some()
            || required_components.is_some();
        let is_flagged = dpop_nonce_required.is_some() || request_body_contained.is_some();
        if of_proof || of_signature || is_flagged || !extra.is_empty() {
            return None;
        }
        let operation = &operations::INTROSPECTION;
        let route = context.route(operation).ok()?;
        let credential = context.credential_header(route)?;
        let wanted = (
            acr_values,
            client_certificate,
            max_age,
            resources,
            scopes,
            subject,
        );
        // URLs and headers contain no zero byte, so the encoding is unambiguous.
        let inputs = Sha256::new()
            .chain_update(context.root(operation).ok()?.as_str())
            .chain_update([0])
            .chain_update(credential)
            .chain_update([0])
            .chain_update(serde_json::to_vec(&wanted).ok()?);
        Some(Self {
            token: token_digest(token.expose()),
            inputs: inputs.finalize().into(),
        })
    }
}
