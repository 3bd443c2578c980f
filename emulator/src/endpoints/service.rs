//! `/service`: the management of services.

use serde_json::Value;

use super::slice::Slice;
use crate::call::Call;
use crate::clock::Millis;
use crate::json::Object;
use crate::protocol::lifetime;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::SERVICE_UNKNOWN;
use crate::store::{Service, Store};

/// What Authlete assigns, and a request cannot change.
const ASSIGNED: [&str; 6] = [
    "number",
    "serviceOwnerNumber",
    "apiKey",
    "apiSecret",
    "createdAt",
    "modifiedAt",
];

/// Creates a service. In 3.0 the organization token works for it: access tokens of a service are made in Authlete's
/// console and not by its API, and the emulator has no console.
pub fn create(call: &Call, store: &mut Store) -> Outcome {
    let service = new(store, &call.body, call.now)?;
    let settings = service.settings.clone();
    store.add(service);
    Ok(Reply::object(call.created(), settings))
}

/// A service that has its number, its credentials, and what was asked for.
pub fn new(
    store: &mut Store,
    requested: &Object,
    now: Millis,
) -> Result<Service, getrandom::Error> {
    let mut settings = with_defaults(requested);
    let assigned: [Value; 6] = [
        store.next_number().into(),
        1.into(),
        random::number()?.into(),
        random::token()?.into(),
        now.into(),
        now.into(),
    ];
    settings.extend(ASSIGNED.iter().map(|name| (*name).to_owned()).zip(assigned));
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
    let mut settings = with_defaults(&call.body);
    for name in ASSIGNED {
        if let Some(value) = service.settings.get(name) {
            settings.insert(name.to_owned(), value.clone());
        }
    }
    settings.insert("modifiedAt".to_owned(), call.now.into());
    service.settings = settings.clone();
    Ok(Reply::object(200, settings))
}

/// Deletes a service with its clients and tokens.
pub fn delete(call: &Call, store: &mut Store) -> Outcome {
    match call.service.and_then(|key| store.delete(key)) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(Reply::error(404, call.path, SERVICE_UNKNOWN)),
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

/// The requested settings, and the defaults of those that are left out.
fn with_defaults(requested: &Object) -> Object {
    let mut settings = Object::from_iter([
        (
            "accessTokenDuration".to_owned(),
            lifetime::ACCESS_TOKEN.into(),
        ),
        (
            "refreshTokenDuration".to_owned(),
            lifetime::REFRESH_TOKEN.into(),
        ),
        (
            "authorizationCodeDuration".to_owned(),
            lifetime::AUTHORIZATION_CODE.into(),
        ),
        ("clientIdAliasEnabled".to_owned(), true.into()),
        ("refreshTokenKept".to_owned(), false.into()),
        ("pkceRequired".to_owned(), false.into()),
        ("pkceS256Required".to_owned(), false.into()),
    ]);
    let given = requested.iter().filter(|(_, value)| !value.is_null());
    settings.extend(given.map(|(name, value)| (name.clone(), value.clone())));
    settings
}
