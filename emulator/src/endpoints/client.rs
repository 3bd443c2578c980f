//! `/client`: the management of clients.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::slice::Slice;
use crate::call::Call;
use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    ALIAS_TAKEN, AUTHORIZATION_DELETE_SUBJECT_MISSING, AUTHORIZATION_DELETED,
    AUTHORIZATION_LIST_SUBJECT_MISSING, ResultCode, SECRET_INVALID, SECRET_REFRESHED,
    SECRET_UPDATED,
};
use crate::store::{Client, Service};

/// What Authlete assigns, and a request cannot change.
const ASSIGNED: [&str; 6] = [
    "number",
    "serviceNumber",
    "clientId",
    "clientSecret",
    "createdAt",
    "modifiedAt",
];

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    refuse_taken_alias(call, service, &call.body, None)?;
    let client = new(service, &call.body, call.now)?;
    let settings = client.settings.clone();
    service.clients.put(client);
    Ok(Reply::object(call.created(), settings))
}

/// A client that has its number, its credentials, and what was asked for.
pub fn new(
    service: &mut Service,
    requested: &Object,
    now: Millis,
) -> Result<Client, getrandom::Error> {
    let mut settings = with_defaults(requested);
    let assigned = [
        service.clients.next_number().into(),
        service.settings.get("number").cloned().unwrap_or_default(),
        random::number()?.into(),
        random::client_secret()?.into(),
        now.into(),
        now.into(),
    ];
    settings.extend(ASSIGNED.iter().map(|name| (*name).to_owned()).zip(assigned));
    Ok(Client { settings })
}

pub fn get(call: &Call, service: &Service) -> Outcome {
    Ok(Reply::object(
        200,
        call.client("clientId", service)?.settings.clone(),
    ))
}

pub fn list(call: &Call, service: &Service) -> Outcome {
    let slice = Slice::of(call, &call.parameters)?;
    let developer = call.parameters.text("developer");
    let is_wanted = |client: &&Arc<Client>| {
        developer.is_none() || client.settings.text("developer") == developer
    };
    let clients = service.clients.iter().filter(is_wanted);
    let mut list = slice.answer("clients", clients, |client| client.settings.clone().into());
    if let Some(developer) = developer {
        list.insert("developer".to_owned(), developer.into());
    }
    Ok(Reply::object(200, list))
}

/// Replaces the settings; what is left out goes back to its default.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let client = call.client("clientId", service)?;
    let mut settings = with_defaults(&call.body);
    for name in ASSIGNED {
        if let Some(value) = client.settings.get(name) {
            settings.insert(name.to_owned(), value.clone());
        }
    }
    settings.insert("modifiedAt".to_owned(), call.now.into());
    refuse_taken_alias(call, service, &settings, Some(client.id()))?;
    service.clients.put(Client {
        settings: settings.clone(),
    });
    Ok(Reply::object(200, settings))
}

/// Deletes a client with its tokens, and with what waits for its users.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    service.clients.remove(id);
    service.tokens.revoke_all(id, None);
    service.granted_scopes.delete_client(id);
    service.device_flows.retain(|flow| flow.client_id != id);
    service
        .backchannel_requests
        .retain(|request| request.client_id != id);
    Ok(Reply::no_content())
}

pub fn refresh_secret(call: &Call, service: &mut Service) -> Outcome {
    replace_secret(call, service, &random::client_secret()?, SECRET_REFRESHED)
}

pub fn update_secret(call: &Call, service: &mut Service) -> Outcome {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match call.body.text("clientSecret") {
        Some(secret) if secret.len() <= 86 && secret.bytes().all(is_allowed) => {
            replace_secret(call, service, secret, SECRET_UPDATED)
        }
        _ => Err(Reply::error(400, call.path, SECRET_INVALID)),
    }
}

/// The clients that hold a token of a user that is good for something, by the order of their IDs.
pub fn authorization_list(call: &Call, service: &Service) -> Outcome {
    let slice = Slice::of(call, &call.body)?;
    let subject = call.body.text("subject");
    let subject =
        subject.ok_or_else(|| Reply::error(400, call.path, AUTHORIZATION_LIST_SUBJECT_MISSING))?;
    let developer = call.body.text("developer");
    let tokens = service.tokens.list(None, Some(subject));
    let live =
        tokens.filter(|(_, token)| token.is_valid(call.now) || token.is_refreshable(call.now));
    let ids: BTreeSet<_> = live.map(|(_, token)| token.grant.client_id).collect();
    let clients = ids.into_iter().filter_map(|id| service.clients.by_id(id));
    let clients = clients
        .filter(|client| developer.is_none() || client.settings.text("developer") == developer);
    let mut list = slice.answer("clients", clients, |client| {
        shown_to_users(&client.settings).into()
    });
    list.insert("subject".to_owned(), subject.into());
    if let Some(developer) = developer {
        list.insert("developer".to_owned(), developer.into());
    }
    Ok(Reply::object(200, list))
}

/// Ends what a user gave to a client.
pub fn delete_authorization(call: &Call, service: &mut Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    let subject = call.body.text("subject");
    let subject = subject
        .ok_or_else(|| Reply::error(400, call.path, AUTHORIZATION_DELETE_SUBJECT_MISSING))?;
    service.tokens.revoke_all(id, Some(subject));
    Ok(Reply::result(call.path, AUTHORIZATION_DELETED).reply())
}

/// The settings that other answers than those of the management show: no secrets.
pub fn shown_to_users(client: &Object) -> Object {
    const HIDDEN: [&str; 3] = ["clientSecret", "jwks", "registrationAccessTokenHash"];
    let mut shown = client.clone();
    shown.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    shown
}

fn replace_secret(call: &Call, service: &mut Service, secret: &str, code: ResultCode) -> Outcome {
    let mut client = call.client("clientIdentifier", service)?.as_ref().clone();
    let previous = client
        .settings
        .insert("clientSecret".to_owned(), secret.into());
    client
        .settings
        .insert("modifiedAt".to_owned(), call.now.into());
    service.clients.put(client);
    let answer = Reply::result(call.path, code).with("newClientSecret", secret);
    Ok(answer.with_some("oldClientSecret", previous).reply())
}

fn refuse_taken_alias(
    call: &Call,
    service: &Service,
    settings: &Object,
    own: Option<i64>,
) -> Result<(), Reply> {
    let holder = settings
        .text("clientIdAlias")
        .and_then(|alias| service.clients.by_alias(alias));
    match holder {
        Some(holder) if Some(holder.id()) != own => Err(Reply::error(400, call.path, ALIAS_TAKEN)),
        _ => Ok(()),
    }
}

/// The requested settings, and the defaults of those that are left out: RFC 7591 §2 has those of the grant types and
/// the response types.
fn with_defaults(requested: &Object) -> Object {
    let mut settings = Object::from_iter([
        ("clientType".to_owned(), "PUBLIC".into()),
        ("applicationType".to_owned(), "WEB".into()),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("grantTypes".to_owned(), vec!["AUTHORIZATION_CODE"].into()),
        ("responseTypes".to_owned(), vec!["CODE"].into()),
        ("pkceRequired".to_owned(), false.into()),
        ("pkceS256Required".to_owned(), false.into()),
    ]);
    let given = requested.iter().filter(|(_, value)| !value.is_null());
    settings.extend(given.map(|(name, value)| (name.clone(), value.clone())));
    settings
}
