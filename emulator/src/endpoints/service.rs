//! `/service`: the management of services.

use super::slice::Slice;
use crate::call::Call;
use crate::clock::Millis;
use crate::json::Object;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::DELETE_SERVICE_UNKNOWN;
use crate::settings;
use crate::store::{Service, Store};

/// Creates a service. In 3.0 the organization token works for it: access tokens of a service are made in Authlete's
/// console and not by its API, and the emulator has no console.
pub fn create(call: &Call, store: &mut Store) -> Outcome {
    refuse_invalid(call, &call.body)?;
    let service = new(store, &call.body, call.now)?;
    let settings = service.settings.clone();
    store.add(service);
    Ok(Reply::object(200, settings))
}

/// A service that has its number, its credentials, and what was asked for.
pub fn new(
    store: &mut Store,
    requested: &Object,
    now: Millis,
) -> Result<Service, getrandom::Error> {
    let mut settings = settings::service::complete(requested);
    settings.extend([
        ("number".to_owned(), store.next_number().into()),
        ("serviceOwnerNumber".to_owned(), 1.into()),
        ("apiKey".to_owned(), random::number()?.into()),
        ("apiSecret".to_owned(), random::token()?.into()),
        ("createdAt".to_owned(), now.into()),
        ("modifiedAt".to_owned(), now.into()),
    ]);
    Ok(Service {
        settings,
        ..Service::default()
    })
}

pub fn get(call: &Call, store: &mut Store) -> Outcome {
    Ok(Reply::object(200, call.service(store)?.settings.clone()))
}

pub fn list(call: &Call, store: &Store) -> Outcome {
    let slice = Slice::of(call, &call.parameters)?;
    let show = |service: &Service| service.settings.clone().into();
    Ok(Reply::object(
        200,
        slice.answer("services", store.services(), show),
    ))
}

/// Replaces the settings; what is left out goes back to its default.
pub fn update(call: &Call, store: &mut Store) -> Outcome {
    let service = call.service(store)?;
    refuse_invalid(call, &call.body)?;
    let mut settings = settings::service::replace(&service.settings, &call.body);
    settings.insert("modifiedAt".to_owned(), call.now.into());
    service.settings = settings.clone();
    Ok(Reply::object(200, settings))
}

/// Deletes a service with its clients and tokens.
pub fn delete(call: &Call, store: &mut Store) -> Outcome {
    match call.service.and_then(|key| store.delete(key)) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Reply::error(404, call.path, DELETE_SERVICE_UNKNOWN)),
    }
}

/// The settings that other parts of a service's answers may show: none of its secrets.
pub fn shown_to_users(service: &Object) -> Object {
    const SHOWN: [&str; 11] = [
        "apiKey",
        "number",
        "serviceOwnerNumber",
        "serviceName",
        "description",
        "issuer",
        "clientIdAliasEnabled",
        "organizationName",
        "policyUri",
        "tosUri",
        "serviceDocumentation",
    ];
    let shown = SHOWN.iter().filter_map(|name| service.get_key_value(*name));
    shown
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn refuse_invalid(call: &Call, settings: &Object) -> Result<(), Reply> {
    settings::service::check(settings)
        .map_err(|invalid| Reply::explained(400, call.path, invalid.code, &invalid))
}
