//! `/client/authorization`: authorizations that users granted to clients.

use std::collections::BTreeSet;

use super::limited_members;
use super::page_range::PageRange;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::protocol::scopes;
use crate::result_code::{
    AUTHORIZATION_DELETE_SUBJECT_MISSING, AUTHORIZATION_DELETED,
    AUTHORIZATION_LIST_SUBJECT_MISSING, AUTHORIZATION_UPDATE_SUBJECT_MISSING,
    AUTHORIZATION_UPDATED,
};
use crate::store::{Grant, Service};

/// Lists the clients that hold a valid or refreshable token of a user, ordered by client ID.
pub fn list(call: &Call, service: &Service) -> Outcome {
    let range = PageRange::of(call, &call.body)?;
    let subject = call.subject(AUTHORIZATION_LIST_SUBJECT_MISSING)?;
    let developer = call.body.text("developer");
    let tokens = service.tokens.list(None, Some(subject));
    let live =
        tokens.filter(|(_, token)| token.is_valid(call.now) || token.is_refreshable(call.now));
    let ids: BTreeSet<_> = live.map(|(_, token)| token.grant.client_id).collect();
    let clients = ids.into_iter().filter_map(|id| service.clients.by_id(id));
    let clients =
        clients.filter(|client| developer.is_none() || client.settings.developer() == developer);
    let mut list = range.page("clients", clients, |client| {
        limited_members::client(client.settings.json()).into()
    });
    list.insert("subject".to_owned(), subject.into());
    if let Some(developer) = developer {
        list.insert("developer".to_owned(), developer.into());
    }
    Ok(ApiResponse::object(200, list))
}

/// Replaces the scopes of the tokens that a client holds for a user.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let client = call.client("clientId", service)?;
    let subject = call.subject(AUTHORIZATION_UPDATE_SUBJECT_MISSING)?;
    if let Some(wanted) = call.body.texts("scopes") {
        let granted = scopes::permitted(&wanted, &service.settings, &client.settings);
        let records = service.tokens.list(Some(client.id()), Some(subject));
        let ids: Vec<_> = records.map(|(id, _)| id).collect();
        for id in ids {
            if let Some(mut record) = service.tokens.take(id) {
                record.grant.scopes = granted.clone().into();
                if let Some(token) = &mut record.refresh_token {
                    token.scopes = granted.clone().into();
                }
                service.tokens.put(id, record);
            }
        }
    }
    Ok(ApiResponse::result(call.path, AUTHORIZATION_UPDATED).build())
}

/// Revokes the tokens and authorization codes of a client for a user. The record of granted scopes is kept.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    let subject = call.subject(AUTHORIZATION_DELETE_SUBJECT_MISSING)?;
    service.tokens.revoke_all(id, Some(subject));
    let is_theirs =
        |grant: &Grant| grant.client_id == id && grant.subject.as_deref() == Some(subject);
    service.codes.retain(|code| !is_theirs(&code.grant));
    Ok(ApiResponse::result(call.path, AUTHORIZATION_DELETED).build())
}
