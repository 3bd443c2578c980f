//! `/service`: the management of services.

use std::sync::Arc;

use serde_json::json;

use super::slice::Slice;
use crate::call::Call;
use crate::json::Object;
use crate::reply::{Outcome, Reply};
use crate::settings;
use crate::store::{Service, Store};

/// Creates a service. In 3.0 the organization token works for it: access tokens of a service are made in Authlete's
/// console and not by its API, and the emulator has no console.
pub fn create(call: &Call, store: &mut Store) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let requested = settings::created(&call.body, call.version);
    let service = store.new_service(&requested, call.now)?;
    let answer = shown(&service);
    store.add(service);
    Ok(Reply::object(200, answer))
}

pub fn get(_: &Call, service: &Service) -> Outcome {
    Ok(Reply::object(200, shown(service)))
}

pub fn list(call: &Call, store: &Store) -> Outcome {
    let slice = Slice::of(call, &call.parameters)?;
    let show = |service: &Service| shown(service).into();
    Ok(Reply::object(
        200,
        slice.answer("services", store.services(), show),
    ))
}

/// Replaces the settings; what is left out goes back to its default.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let mut settings =
        settings::service::replace(service.settings.json(), &call.body, call.version);
    settings.insert("modifiedAt".to_owned(), call.now.into());
    service.settings = Arc::new(settings.into());
    Ok(Reply::object(200, shown(service)))
}

/// Deletes a service with its clients and tokens.
pub fn delete(call: &Call, store: &mut Store) -> Outcome {
    call.service(store)?;
    if let Some(key) = call.service {
        store.delete(key);
    }
    Ok(Reply::no_content())
}

/// The settings, and in `metadata` how many clients there are.
fn shown(service: &Service) -> Object {
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
