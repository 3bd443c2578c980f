//! What an answer is kept under.

use sha2::{Digest as _, Sha256};

use crate::context::Context;
use crate::operations;
use crate::types::IntrospectionRequest;

/// The SHA-256 of an access token, which is also the hash by which Authlete's token list names it.
pub(super) type TokenDigest = [u8; 32];

pub(super) fn token_digest(token: &str) -> TokenDigest {
    Sha256::digest(token).into()
}

/// All that an answer depends on.
#[derive(Debug)]
pub(crate) struct CacheKey {
    pub(super) token: TokenDigest,
    /// The SHA-256 of everything else: the service, the credentials, and what the token has to satisfy.
    pub(super) inputs: [u8; 32],
}

impl CacheKey {
    /// `None` when the answer is good for this one request alone, or when the handle cannot introspect.
    pub fn of(context: &Context, request: &IntrospectionRequest) -> Option<Self> {
        // Whoever adds a member to the request has to decide on it here.
        let IntrospectionRequest {
            token,
            acr_values,
            client_certificate,
            max_age,
            resources,
            scopes,
            subject,
            // A proof is good for one request (RFC 9449 §11.1) …
            dpop,
            dpop_nonce_required,
            htm,
            htu,
            // … and so is the signature of a message (RFC 9421 §7.2.2).
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
        // Neither a URL nor a header has a zero byte: nothing can be shifted from one part to the next.
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
