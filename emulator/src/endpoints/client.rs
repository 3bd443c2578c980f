//! `/client`: client management.

use std::sync::Arc;

use serde_json::Value;

use super::page_range::PageRange;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::random;
use crate::result_code::{
    CLIENT_ENTITY_ID_TAKEN, CREATE_ALIAS_TAKEN, DEVELOPER_CLIENT_LIMIT, LOCK_FLAG_MISSING,
    LOCK_FLAG_UPDATED, LOCKED_ALREADY, ResultCode, SECRET_INVALID, SECRET_REFRESHED,
    SECRET_UPDATED, UNLOCKED_ALREADY, UPDATE_ALIAS_TAKEN,
};
use crate::settings::{self, ClientSettings};
use crate::store::{Client, Service};

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    refuse_invalid(call, service, &call.body.clone().into(), None)?;
    refuse_too_many(call, service)?;
    let requested = settings::for_creation(&call.body, call.version);
    let client = service.new_client(&requested, call.now)?;
    let settings = client.settings.json().clone();
    service.clients.put(client);
    Ok(ApiResponse::object(200, settings))
}

pub fn get(call: &Call, service: &Service) -> Outcome {
    Ok(ApiResponse::object(
        200,
        call.client("clientId", service)?.settings.json().clone(),
    ))
}

pub fn list(call: &Call, service: &Service) -> Outcome {
    let range = PageRange::of(call, &call.parameters)?;
    let developer = call.parameters.text("developer");
    let is_wanted =
        |client: &&Arc<Client>| developer.is_none() || client.settings.developer() == developer;
    let clients = service.clients.iter().filter(is_wanted);
    let mut list = range.page("clients", clients, |client| {
        client.settings.json().clone().into()
    });
    if let Some(developer) = developer {
        list.insert("developer".to_owned(), developer.into());
    }
    Ok(ApiResponse::object(200, list))
}

/// Replaces the settings; omitted settings get their default values.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let client = call.client("clientId", service)?;
    refuse_invalid(call, service, &call.body.clone().into(), Some(client.id()))?;
    let mut settings =
        settings::client_rules::update(client.settings.json(), &call.body, call.version);
    service.filter_custom_metadata(&mut settings);
    let settings = store(call, service, settings.into());
    Ok(ApiResponse::object(200, settings))
}

/// Deletes a client and everything issued to it.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    let id = call.client("clientId", service)?.id();
    service.delete_client(id);
    Ok(ApiResponse::no_content())
}

/// Locks or unlocks a client.
pub fn update_lock_flag(call: &Call, service: &mut Service) -> Outcome {
    let client = call.client("clientIdentifier", service)?;
    let mut settings = client.settings.clone();
    let locked = call.body.get("clientLocked").and_then(Value::as_bool);
    let locked = locked.ok_or_else(|| ApiResponse::error(400, call.path, LOCK_FLAG_MISSING))?;
    if locked == client.settings.locked() {
        let code = match locked {
            true => LOCKED_ALREADY,
            false => UNLOCKED_ALREADY,
        };
        return Err(ApiResponse::error(400, call.path, code));
    }
    settings.set_locked(locked);
    store(call, service, settings);
    Ok(ApiResponse::result(call.path, LOCK_FLAG_UPDATED).build())
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
        _ => Err(ApiResponse::error(400, call.path, SECRET_INVALID)),
    }
}

fn replace_secret(call: &Call, service: &mut Service, secret: &str, code: ResultCode) -> Outcome {
    let client = call.client("clientIdentifier", service)?;
    let mut settings = client.settings.clone();
    let previous = settings.set_client_secret(secret);
    store(call, service, settings);
    let response = ApiResponse::result(call.path, code).with("newClientSecret", secret);
    Ok(response.with_optional("oldClientSecret", previous).build())
}

/// Stores the changed settings of a client and returns the stored settings.
fn store(call: &Call, service: &mut Service, mut settings: ClientSettings) -> Object {
    settings.set_modified_at(call.now);
    let stored = settings.json().clone();
    service.clients.put(Client { settings });
    stored
}

/// Rejects invalid settings, and an alias or an entity ID that another client uses.
fn refuse_invalid(
    call: &Call,
    service: &Service,
    settings: &ClientSettings,
    own: Option<i64>,
) -> Result<(), ApiResponse> {
    settings::client_rules::check(settings.json())
        .and_then(|()| settings::combination::check(settings, &service.settings))
        .map_err(|invalid| {
            ApiResponse::error_with_detail(400, call.path, invalid.code, &invalid)
        })?;
    let clients = &service.clients;
    let alias = settings.client_id_alias();
    let entity_id = settings.entity_id();
    let alias_taken = match own {
        None => CREATE_ALIAS_TAKEN,
        Some(_) => UPDATE_ALIAS_TAKEN,
    };
    for (holder, code) in [
        (alias.and_then(|alias| clients.by_alias(alias)), alias_taken),
        (
            entity_id.and_then(|entity_id| clients.by_entity_id(entity_id)),
            CLIENT_ENTITY_ID_TAKEN,
        ),
    ] {
        if holder.is_some_and(|holder| Some(holder.id()) != own) {
            return Err(ApiResponse::error(400, call.path, code));
        }
    }
    Ok(())
}

/// Rejects a client of a developer who has reached the limit of the service.
fn refuse_too_many(call: &Call, service: &Service) -> Result<(), ApiResponse> {
    let limit = usize::try_from(service.settings.clients_per_developer());
    let (Ok(limit @ 1..), Some(developer)) = (limit, call.body.text("developer")) else {
        return Ok(());
    };
    let clients = service.clients.iter();
    let own = clients.filter(|client| client.settings.developer() == Some(developer));
    if own.count() < limit {
        return Ok(());
    }
    Err(ApiResponse::error(403, call.path, DEVELOPER_CLIENT_LIMIT))
}
