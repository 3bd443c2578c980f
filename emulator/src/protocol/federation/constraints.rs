//! Constraints of superiors on their subordinates (OpenID Federation 1.0 §6.2).

use serde_json::Value;

use super::entity_statement::EntityStatement;
use super::invalid_trust_chain;
use crate::json::{Object, ObjectExt};
use crate::protocol::oauth_error::OAuthError;
use crate::settings::Uri;

/// The entity type that constraints cannot exclude.
const ALWAYS_ALLOWED: &str = "federation_entity";

/// Checks a chain against the constraints of each superior, starting with the immediate one.
pub fn check(superiors: &[EntityStatement]) -> Result<(), OAuthError> {
    for (intermediates, statement) in superiors.iter().enumerate() {
        let Some(constraints) = statement.claims.object("constraints") else {
            continue;
        };
        let issuer = &statement.issuer;
        path_length(constraints, intermediates, issuer)?;
        // The subordinates of the issuer are the subjects of its statement and of all statements before it.
        let below = superiors.iter().take(intermediates.saturating_add(1));
        for entity in below.map(|statement| &statement.subject) {
            if !is_permitted(constraints, entity, issuer)? {
                return Err(invalid_trust_chain(format!(
                    "{issuer} does not permit {entity}"
                )));
            }
        }
    }
    Ok(())
}

/// Whether the superiors allow the subject to be an entity of a type.
pub fn allow(superiors: &[EntityStatement], entity_type: &str) -> Result<bool, OAuthError> {
    let mut all_allow = true;
    for statement in superiors {
        let constraints = statement.claims.object("constraints");
        let allowed = constraints.and_then(|constraints| constraints.get("allowed_entity_types"));
        if let Some(allowed) = allowed {
            let allowed = names(allowed, &statement.issuer)?;
            all_allow &= entity_type == ALWAYS_ALLOWED || allowed.contains(&entity_type);
        }
    }
    Ok(all_allow)
}

/// §6.2.1: the maximum number of intermediates between the issuer and the subject of the chain.
fn path_length(constraints: &Object, intermediates: usize, issuer: &str) -> Result<(), OAuthError> {
    let Some(max) = constraints.get("max_path_length") else {
        return Ok(());
    };
    let max = max.as_u64().ok_or_else(|| malformed(issuer))?;
    match usize::try_from(max).is_ok_and(|max| max < intermediates) {
        true => Err(invalid_trust_chain(format!(
            "{issuer} allows {max} intermediates, but there are {intermediates}"
        ))),
        false => Ok(()),
    }
}

/// §6.2.2: whether the host of an entity is permitted. Excluded names take precedence over permitted ones.
fn is_permitted(constraints: &Object, entity: &str, issuer: &str) -> Result<bool, OAuthError> {
    let Some(constraints) = constraints.get("naming_constraints") else {
        return Ok(true);
    };
    let constraints = constraints.as_object().ok_or_else(|| malformed(issuer))?;
    let uri = Uri::parse(entity);
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let is_within = |list: &Value| -> Result<bool, OAuthError> {
        let names = names(list, issuer)?;
        Ok(names.iter().any(|name| matches(name, host)))
    };
    let is_excluded = constraints.get("excluded").map(is_within).transpose()?;
    let is_permitted = constraints.get("permitted").map(is_within).transpose()?;
    Ok(is_permitted != Some(false) && is_excluded != Some(true))
}

/// RFC 5280 §4.2.1.10: a name is a host or, with a leading dot, all hosts in a domain.
fn matches(name: &str, host: &str) -> bool {
    let name = name.to_ascii_lowercase();
    match name.starts_with('.') {
        true => host.len() > name.len() && host.ends_with(&name),
        false => host == name,
    }
}

fn names<'a>(list: &'a Value, issuer: &str) -> Result<Vec<&'a str>, OAuthError> {
    let list = list.as_array().ok_or_else(|| malformed(issuer))?.iter();
    let names: Option<_> = list.map(Value::as_str).collect();
    names.ok_or_else(|| malformed(issuer))
}

/// Malformed constraints are an error, since they must not be ignored.
fn malformed(issuer: &str) -> OAuthError {
    invalid_trust_chain(format!("the constraints of {issuer} are malformed"))
}
