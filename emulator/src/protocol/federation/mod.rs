//! OpenID Federation 1.0: entity statements and trust chains.

mod authentication_request;
mod constraints;
mod entity_statement;
mod metadata_policy;
mod provider;
mod resolution;
mod trust_chain;

use crate::clock::Millis;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{FEDERATION_METADATA_INVALID, TRUST_CHAIN_INVALID};
use crate::settings::Uri;
use crate::store::Client;

pub use authentication_request::{
    check as check_request_object, is_automatic, needs_request_object,
};
pub use entity_statement::TYPE as ENTITY_STATEMENT;
pub use provider::Provider;
pub use resolution::resolved;
pub use trust_chain::TrustChain;

/// The entity type of OpenID Connect clients (§5.1.2).
pub const RELYING_PARTY: &str = "openid_relying_party";

/// Whether a text is an entity identifier (§1.2): an `https` URL with a host, and without query and fragment.
pub fn is_entity_id(text: &str) -> bool {
    Uri::parse(text).is_some_and(|uri| {
        uri.scheme() == "https" && uri.host().is_some() && !uri.has_query() && !uri.has_fragment()
    })
}

/// Whether a registration has expired: it expires with its trust chain (§12.3).
pub fn has_expired(client: &Client, now: Millis) -> bool {
    let settings = &client.settings;
    let expires_at = settings.trust_chain_expires_at();
    is_of_federation(client) && expires_at <= now
}

/// Whether a client was registered by a trust chain.
fn is_of_federation(client: &Client) -> bool {
    client.settings.explicitly_registered() || is_automatic(client)
}

/// The error for an invalid trust chain (§8.9), with the reason as its description.
pub fn invalid_trust_chain(message: impl Into<String>) -> OAuthError {
    OAuthError {
        description: Some(message.into().into_boxed_str()),
        ..OAuthError::new("invalid_trust_chain", TRUST_CHAIN_INVALID)
    }
}

/// The error for invalid metadata or metadata policies (§8.9), with the reason as its description.
fn invalid_metadata(message: impl Into<String>) -> OAuthError {
    OAuthError {
        description: Some(message.into().into_boxed_str()),
        ..OAuthError::new("invalid_metadata", FEDERATION_METADATA_INVALID)
    }
}
