//! The metadata of an entity as its superiors would have them (OpenID Federation 1.0 §6.1.4).

use super::metadata_policy::MetadataPolicy;
use super::trust_chain::TrustChain;
use super::{constraints, unfit};
use crate::json::{Members, Object};
use crate::protocol::oauth_error::OAuthError;

/// The metadata of the subject of a chain as an entity of a type; `None` when it is no such entity, or may not be.
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

/// The policies from the trust anchor downwards, in one.
fn policy(chain: &TrustChain, entity_type: &str) -> Result<MetadataPolicy, OAuthError> {
    let mut merged = MetadataPolicy::default();
    for statement in chain.superiors.iter().rev() {
        let claims = &statement.claims;
        if claims.contains_key("metadata_policy_crit") {
            return Err(unfit(format!(
                "{} demands in metadata_policy_crit that an unknown operator is understood",
                statement.issuer
            )));
        }
        if let Some(policy) = of_type(claims, "metadata_policy", entity_type) {
            merged.confine(policy)?;
        }
    }
    Ok(merged)
}

fn of_type<'a>(claims: &'a Object, claim: &str, entity_type: &str) -> Option<&'a Object> {
    claims.object(claim)?.object(entity_type)
}
