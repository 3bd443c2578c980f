//! `/service`: service management.

use std::sync::Arc;

use serde_json::json;

use super::slice::Slice;
use crate::call::Call;
use crate::json::Object;
use crate::reply::{Outcome, Reply};
use crate::settings;
use crate::store::{Service, Store};

/// Creates a service. In 3.0, call it with the organization token. Authlete creates access tokens of a service in its
/// console and not by its API, and the emulator has no console.
pub fn create(call: &Call, store: &mut Store) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let requested = settings::for_creation(&call.body, call.version);
    let service = store.new_service(&requested, call.now)?;
    let answer = to_json(&service);
    store.add(service);
    Ok(Reply::object(200, answer))
}

pub fn get(_: &Call, service: &Service) -> Outcome {
    Ok(Reply::object(200, to_json(service)))
}

pub fn list(call: &Call, store: &Store) -> Outcome {
    let slice = Slice::of(call, &call.parameters)?;
    let show = |service: &Service| to_json(service).into();
    Ok(Reply::object(
        200,
        slice.answer("services", store.services(), show),
    ))
}

/// Replaces the settings; omitted settings get their default values.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let mut settings =
        settings::service::replace(service.settings.json(), &call.body, call.version);
    settings.insert("modifiedAt".to_owned(), call.now.into());
    service.settings = Arc::new(settings.into());
    Ok(Reply::object(200, to_json(service)))
}

/// Deletes a service with its clients and tokens.
pub fn delete(call: &Call, store: &mut Store) -> Outcome {
    call.service(store)?;
    if let Some(key) = call.service {
        store.delete(key);
    }
    Ok(Reply::no_content())
}

/// The settings, with the number of clients in `metadata`.
fn to_json(service: &Service) -> Object {
    let count = service.clients.iter().len().to_string();
    let mut settings = service.settings.json().clone();
    settings.insert(
        "metadata".to_owned(),
        json!([{ "key": "clientCount", "value": count }]),
    );
    settings
}

fn refuse_invalid(call: &Call, settings: &Object) -> Result<(), Reply> {
    settings::service::check(settings)
        .map_err(|invalid| Reply::explained(400, call.path, invalid.code, &invalid))
}
