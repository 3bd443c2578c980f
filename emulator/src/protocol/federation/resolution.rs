//! Resolved metadata: the metadata of an entity after the policies of its superiors (OpenID Federation 1.0 §6.1.4).

use super::metadata_policy::MetadataPolicy;
use super::trust_chain::TrustChain;
use super::{constraints, invalid_metadata};
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;

/// The resolved metadata of the subject of a chain for an entity type; `None` if it does not have this type or may not have
/// it.
pub fn resolved(chain: &TrustChain, entity_type: &str) -> Result<Option<Object>, OAuthError> {
    let declared = of_type(&chain.subject.claims, "metadata", entity_type);
    let Some(mut metadata) = declared.cloned() else {
        return Ok(None);
    };
    let immediate = chain.superiors.first();
    let given = immediate.and_then(|statement| of_type(&statement.claims, "metadata", entity_type));
    metadata.extend(given.cloned().unwrap_or_default());
    if !constraints::allow(&chain.superiors, entity_type)? {
        return Ok(None);
    }
    let policy = policy(chain, entity_type)?;
    policy.apply(metadata).map(Some)
}

/// The merged policies, from the trust anchor downwards.
fn policy(chain: &TrustChain, entity_type: &str) -> Result<MetadataPolicy, OAuthError> {
    let mut merged = MetadataPolicy::default();
    for statement in chain.superiors.iter().rev() {
        let claims = &statement.claims;
        if claims.contains_key("metadata_policy_crit") {
            return Err(invalid_metadata(format!(
                "{} has an unknown critical operator in metadata_policy_crit",
                statement.issuer
            )));
        }
        if let Some(policy) = of_type(claims, "metadata_policy", entity_type) {
            merged.merge(policy)?;
        }
    }
    Ok(merged)
}

fn of_type<'a>(claims: &'a Object, claim: &str, entity_type: &str) -> Option<&'a Object> {
    claims.object(claim)?.object(entity_type)
}
