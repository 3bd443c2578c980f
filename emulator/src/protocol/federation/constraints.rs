//! What superiors allow their subordinates to be (OpenID Federation 1.0 §6.2).

use serde_json::Value;

use super::broken;
use super::entity_statement::EntityStatement;
use crate::json::{Members, Object};
use crate::protocol::oauth_error::OAuthError;
use crate::settings::Uri;

/// The type that nobody can forbid.
const ALWAYS_ALLOWED: &str = "federation_entity";

/// Holds a chain against the constraints of each superior; the immediate one comes first.
pub fn check(superiors: &[EntityStatement]) -> Result<(), OAuthError> {
    for (intermediates, statement) in superiors.iter().enumerate() {
        let Some(constraints) = statement.claims.object("constraints") else {
            continue;
        };
        let issuer = &statement.issuer;
        path_length(constraints, intermediates, issuer)?;
        // Those below the issuer are the subject of its statement and of all before.
        let below = superiors.iter().take(intermediates.saturating_add(1));
        for entity in below.map(|statement| &statement.subject) {
            if !is_permitted(constraints, entity, issuer)? {
                return Err(broken(format!("{issuer} does not permit {entity}")));
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

/// §6.2.1: how many may be between the issuer and the subject of the chain.
fn path_length(constraints: &Object, intermediates: usize, issuer: &str) -> Result<(), OAuthError> {
    let Some(most) = constraints.get("max_path_length") else {
        return Ok(());
    };
    let most = most.as_u64().ok_or_else(|| malformed(issuer))?;
    match usize::try_from(most).is_ok_and(|most| most < intermediates) {
        true => Err(broken(format!(
            "{issuer} allows {most} intermediates, and there are {intermediates}"
        ))),
        false => Ok(()),
    }
}

/// §6.2.2: whether the host of an entity is within the names; what is excluded counts more.
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

/// RFC 5280 §4.2.1.10: a name is that of a host or, with a dot ahead, of all hosts in a domain.
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

/// What cannot be understood is no reason to allow anything.
fn malformed(issuer: &str) -> OAuthError {
    broken(format!("the constraints of {issuer} are malformed"))
}
