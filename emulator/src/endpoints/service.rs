//! `/service`: service management.

use std::sync::Arc;

use serde_json::json;

use super::page_range::PageRange;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::Object;
use crate::settings::{self, ServiceSettings};
use crate::store::{Service, Store};

/// Creates a service. In 3.0, call it with the organization token. Authlete creates access tokens of a service in its
/// console and not by its API, and the emulator has no console.
pub fn create(call: &Call, store: &mut Store) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let requested = settings::for_creation(&call.body, call.version);
    let service = store.new_service(&requested, call.now)?;
    let response = to_json(&service);
    store.add(service);
    Ok(ApiResponse::object(200, response))
}

pub fn get(_: &Call, service: &Service) -> Outcome {
    Ok(ApiResponse::object(200, to_json(service)))
}

pub fn list(call: &Call, store: &Store) -> Outcome {
    let range = PageRange::of(call, &call.parameters)?;
    let show = |service: &Service| to_json(service).into();
    Ok(ApiResponse::object(
        200,
        range.page("services", store.services(), show),
    ))
}

/// Replaces the settings; omitted settings get their default values.
pub fn update(call: &Call, service: &mut Service) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let settings =
        settings::service_rules::replace(service.settings.json(), &call.body, call.version);
    let mut settings = ServiceSettings::from(settings);
    settings.set_modified_at(call.now);
    service.settings = Arc::new(settings);
    Ok(ApiResponse::object(200, to_json(service)))
}

/// Deletes a service with its clients and tokens.
pub fn delete(call: &Call, store: &mut Store) -> Outcome {
    call.service(store)?;
    if let Some(key) = call.service {
        store.delete(key);
    }
    Ok(ApiResponse::no_content())
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

fn refuse_invalid(call: &Call, settings: &Object) -> Result<(), ApiResponse> {
    settings::service_rules::check(settings)
        .map_err(|invalid| ApiResponse::error_with_detail(400, call.path, invalid.code, &invalid))
}
