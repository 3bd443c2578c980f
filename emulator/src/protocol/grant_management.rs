//! Grant management (Grant Management for OAuth 2.0).

use std::collections::{BTreeSet, HashSet};

use authlete::types::GmAction;
use serde_json::{Value, json};

use super::authorization_details;
use super::consented_claims;
use super::oauth_error::OAuthError;
use super::refusal::Refusal;
use crate::json::present;
use crate::model::Parameters;
use crate::random;
use crate::result_code::{
    GRANT_GONE, GRANT_ID_MISSING, GRANT_ID_UNEXPECTED, GRANT_ID_UNKNOWN, GRANT_ID_WITHOUT_ACTION,
    GRANT_MANAGEMENT_ACTION_MISSING, GRANT_MANAGEMENT_ACTION_UNSUPPORTED,
    GRANT_MANAGEMENT_OF_PUBLIC_CLIENT,
};
use crate::store::{
    Client, Grant, GrantContent, GrantManagement, ManagedGrant, ScopesAtResources, Service,
    TokenRecord,
};

/// The grant management action of an authorization request (§5.2, §5.3).
pub fn requested(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
) -> Result<Option<GrantManagement>, OAuthError> {
    let invalid = |code| Err(OAuthError::invalid_request(code));
    let grant_id = parameters.get("grant_id");
    let Some(action) = parameters.get("grant_management_action") else {
        return match grant_id {
            _ if service.settings.grant_management_action_required() => {
                invalid(GRANT_MANAGEMENT_ACTION_MISSING)
            }
            Some(_) => invalid(GRANT_ID_WITHOUT_ACTION),
            None => Ok(None),
        };
    };
    // §5.1: public clients cannot manage grants.
    if !client.is_confidential() {
        return Err(OAuthError::new(
            "unauthorized_client",
            GRANT_MANAGEMENT_OF_PUBLIC_CLIENT,
        ));
    }
    let management = match (GmAction::from_protocol_value(action), grant_id) {
        (Some(GmAction::Create), None) => return Ok(Some(GrantManagement::Create)),
        (Some(GmAction::Create), Some(_)) => return invalid(GRANT_ID_UNEXPECTED),
        (Some(GmAction::Merge), Some(id)) => GrantManagement::Merge(id.to_owned()),
        (Some(GmAction::Replace), Some(id)) => GrantManagement::Replace(id.to_owned()),
        (Some(GmAction::Merge | GmAction::Replace), None) => return invalid(GRANT_ID_MISSING),
        _ => return invalid(GRANT_MANAGEMENT_ACTION_UNSUPPORTED),
    };
    let managed = grant_id.and_then(|id| service.managed_grants.get(id));
    match managed.filter(|managed| managed.client_id == client.id()) {
        Some(_) => Ok(Some(management)),
        None => Err(OAuthError::new("invalid_grant_id", GRANT_ID_UNKNOWN)),
    }
}

/// Assigns a grant ID for the tokens to issue. If the named grant belongs to another user, they get none and the grant
/// stays unchanged.
pub fn assign_id(service: &Service, grant: &mut Grant) -> Result<(), Refusal> {
    let (Some(management), Some(subject)) = (grant.management.as_deref(), &grant.subject) else {
        return Ok(());
    };
    grant.id = match management.grant_id() {
        None => Some(random::token()?.into()),
        Some(id) => {
            let managed = service.managed_grants.get(id);
            let managed = managed.ok_or(OAuthError::invalid_grant(GRANT_GONE))?;
            (managed.subject == *subject).then(|| id.into())
        }
    };
    Ok(())
}

/// Applies the grant management action of a request when its tokens are issued: without tokens there is no grant (§5.5.1).
pub fn apply(service: &mut Service, record: &TokenRecord) {
    let grant = &record.grant;
    let (Some(management), Some(subject), Some(id)) =
        (grant.management.as_deref(), &grant.subject, &grant.id)
    else {
        return;
    };
    let mut content = record.inherited.as_deref().cloned().unwrap_or_default();
    merge(&mut content, self::content(grant));
    let managed = ManagedGrant {
        client_id: grant.client_id,
        subject: subject.clone(),
        content,
    };
    service.managed_grants.insert(id.to_string(), managed);
    if matches!(management, GrantManagement::Replace(_)) {
        // Earlier tokens may have privileges that are no longer granted (§10).
        revoke_tokens(service, id, grant.client_id, subject);
    }
}

/// The content that new tokens inherit from the grant that theirs is merged into.
pub fn inherited(service: &Service, grant: &Grant) -> Option<GrantContent> {
    let id = match grant.management.as_deref()? {
        GrantManagement::Merge(_) => grant.id.as_deref()?,
        _ => return None,
    };
    Some(service.managed_grants.get(id)?.content.clone())
}

/// Revokes a grant and all tokens that were issued under it (§6.5).
pub fn revoke(service: &mut Service, id: &str) {
    if let Some(managed) = service.managed_grants.remove(id) {
        revoke_tokens(service, id, managed.client_id, &managed.subject);
    }
}

fn revoke_tokens(service: &mut Service, id: &str, client_id: i64, subject: &str) {
    let tokens = service.tokens.list(Some(client_id), Some(subject));
    let of_grant = tokens.filter(|(_, record)| record.grant.id.as_deref() == Some(id));
    let records: Vec<_> = of_grant.map(|(record, _)| record).collect();
    for record in records {
        service.tokens.take(record);
    }
}

/// The content of a grant in API form.
pub fn to_api_json(content: &GrantContent) -> Value {
    let details = content.authorization_details.clone();
    members(content, "authorizationDetails", details)
}

/// The content of a grant in the response to its client (§6.4).
pub fn to_json(content: &GrantContent) -> Value {
    let details = content.authorization_details.as_ref();
    let details = details.map(authorization_details::to_array);
    members(content, "authorization_details", details)
}

fn members(content: &GrantContent, details_name: &str, details: Option<Value>) -> Value {
    let group = |group: &ScopesAtResources| {
        let scope = group.scopes.join(" ");
        match group.resources.as_slice() {
            [] => json!({ "scope": scope }),
            resources => json!({ "scope": scope, "resource": resources }),
        }
    };
    let scopes: Vec<_> = content.scopes.iter().map(group).collect();
    let members = [
        ("scopes", (!scopes.is_empty()).then(|| json!(scopes))),
        (
            "claims",
            (!content.claims.is_empty()).then(|| json!(content.claims)),
        ),
        (details_name, details),
    ];
    Value::Object(present(members).collect())
}

/// The content of one grant of a user.
fn content(grant: &Grant) -> GrantContent {
    let scopes = ScopesAtResources {
        scopes: grant.scopes.to_vec(),
        resources: grant.resources.clone(),
    };
    let is_empty = scopes.scopes.is_empty() && scopes.resources.is_empty();
    GrantContent {
        scopes: (!is_empty).then_some(scopes).into_iter().collect(),
        claims: consented_claims::of(grant),
        authorization_details: grant.authorization_details.as_deref().cloned(),
    }
}

/// Merges a new grant into an earlier one. Scopes for the same resources are merged into one entry.
fn merge(content: &mut GrantContent, more: GrantContent) {
    for group in more.scopes {
        let resources: BTreeSet<_> = group.resources.iter().collect();
        let mut known = content.scopes.iter_mut();
        match known.find(|known| known.resources.iter().collect::<BTreeSet<_>>() == resources) {
            Some(known) => add(&mut known.scopes, group.scopes),
            None => content.scopes.push(group),
        }
    }
    add(&mut content.claims, more.claims);
    content.authorization_details = match (
        content.authorization_details.take(),
        more.authorization_details,
    ) {
        (Some(known), Some(new)) => Some(authorization_details::merged(&known, &new)),
        (known, new) => known.or(new),
    };
}

fn add(known: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    let mut seen: HashSet<_> = known.iter().cloned().collect();
    known.extend(more.into_iter().filter(|text| seen.insert(text.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn content(
        scopes: &[&str],
        resources: &[&str],
        claims: &[&str],
        details: Value,
    ) -> GrantContent {
        GrantContent {
            scopes: vec![ScopesAtResources {
                scopes: texts(scopes),
                resources: texts(resources),
            }],
            claims: texts(claims),
            authorization_details: authorization_details::read(&details.to_string()).ok(),
        }
    }

    #[test]
    fn merged_content_has_no_duplicates() {
        let payment = json!({ "type": "payment", "amount": 7 });
        let account = json!({ "type": "account" });
        let mut merged = content(
            &["read"],
            &["https://a.example", "https://b.example"],
            &["email"],
            json!([payment]),
        );
        merge(
            &mut merged,
            content(
                &["read", "write"],
                &["https://b.example", "https://a.example"],
                &["email", "name"],
                json!([account, payment]),
            ),
        );
        merge(&mut merged, content(&["read"], &[], &[], json!([])));
        let expected = json!({
            "scopes": [
                { "scope": "read write", "resource": ["https://a.example", "https://b.example"] },
                { "scope": "read" },
            ],
            "claims": ["email", "name"],
            "authorization_details": [payment, account],
        });
        assert_eq!(to_json(&merged), expected);
    }

    #[test]
    fn empty_members_are_omitted() {
        assert_eq!(to_json(&GrantContent::default()), json!({}));
        assert_eq!(to_api_json(&GrantContent::default()), json!({}));
    }
}
