//! OpenID Federation 1.0: what entities state about each other, and what follows from a chain of such statements.

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

/// The type of entity that OpenID Connect calls a client (§5.1.2).
pub const RELYING_PARTY: &str = "openid_relying_party";

/// Whether a text is an entity identifier (§1.2): an `https` URL with a host, and without query and fragment.
pub fn is_entity_id(text: &str) -> bool {
    Uri::parse(text).is_some_and(|uri| {
        uri.scheme() == "https" && uri.host().is_some() && !uri.has_query() && !uri.has_fragment()
    })
}

/// Whether a registration is over: it lasts as long as the trust chain that it came of (§12.3).
pub fn has_expired(client: &Client, now: Millis) -> bool {
    let settings = &client.settings;
    let expires_at = settings.trust_chain_expires_at();
    is_of_federation(client) && expires_at <= now
}

/// Whether a client came by its trust chain.
fn is_of_federation(client: &Client) -> bool {
    client.settings.explicitly_registered() || is_automatic(client)
}

/// A chain that proves nothing (§8.9), in words that say where it breaks.
pub fn broken(words: impl Into<String>) -> OAuthError {
    OAuthError {
        description: Some(words.into().into_boxed_str()),
        ..OAuthError::new("invalid_trust_chain", TRUST_CHAIN_INVALID)
    }
}

/// Metadata, or policies for them, that cannot be (§8.9), in words that name them.
fn unfit(words: impl Into<String>) -> OAuthError {
    OAuthError {
        description: Some(words.into().into_boxed_str()),
        ..OAuthError::new("invalid_metadata", FEDERATION_METADATA_INVALID)
    }
}
