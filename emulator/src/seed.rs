//! The initial services and clients of an emulator, in the format of the API.

mod access_token;
mod document;
mod values;

use std::fs;
use std::io;
use std::mem;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::jose::{self, JoseError};
use crate::json::{Object, ObjectExt};
use crate::random;
use crate::store::{Owner, Store};
use access_token::AccessTokenMembers;
use document::{Document, OwnerMembers, ServiceMembers};

/// The default seed: one service and one client. Its keys are published in this package, and for tests only.
const BUILT_IN: &str = include_str!("seed/built_in.json");

/// Builds the initial state from a seed file, or from the built-in seed, optionally with new keys.
pub fn load(
    file: Option<&Path>,
    new_keys: bool,
    clock: &Clock,
) -> io::Result<(Store, Credentials)> {
    let Some(path) = file else {
        let mut document = Document::parse(BUILT_IN)?;
        if new_keys {
            replace_keys(&mut document).map_err(io::Error::other)?;
        }
        return build(document, clock);
    };
    let read = || build(Document::parse(&fs::read_to_string(path)?)?, clock);
    read().map_err(|error| {
        let message = format!("the seed file {}: {error}", path.display());
        io::Error::new(error.kind(), message)
    })
}

fn replace_keys(document: &mut Document) -> Result<(), JoseError> {
    for service in &mut document.services {
        let keys = service.settings.text("jwks").unwrap_or_default();
        let keys: Object = serde_json::from_str(keys).unwrap_or_default();
        let keys = keys.array("keys").unwrap_or_default().iter();
        let keys = keys.filter_map(Value::as_object);
        let keys: Result<Vec<Value>, _> = keys
            .map(|key| Ok::<_, JoseError>(jose::generate_like(key)?.json().clone().into()))
            .collect();
        let keys = json!({ "keys": keys? }).to_string();
        service.settings.insert("jwks".to_owned(), keys.into());
    }
    Ok(())
}

fn build(document: Document, clock: &Clock) -> io::Result<(Store, Credentials)> {
    let (owner, owner_token) = owner(document.owner)?;
    let organization_token = owner.organization_token.clone();
    let mut store = Store::new(owner);
    let mut first = None;
    for (index, mut members) in document.services.into_iter().enumerate() {
        let mut given = members.access_token.take();
        let key = add_service(&mut store, &members, clock)?;
        let mut access_token = given.as_mut().and_then(|given| given.value.take());
        if first.is_none() {
            // Generated for the first service only, since the emulator does not show those of other services.
            let token = access_token.map_or_else(random::token, Ok)?;
            let keys = given.as_mut().map(|given| mem::take(&mut given.keys));
            first = Some((key, token.clone(), keys.unwrap_or_default()));
            access_token = Some(token);
        }
        match (access_token, given) {
            (Some(token), given) => {
                store.add_access_token(&token, key);
                if let Some(given) = given {
                    store.bind_access_token(&token, given.binding);
                }
            }
            (None, Some(_)) => {
                let message = format!("services[{index}].accessToken: it has no value");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            (None, None) => {}
        }
    }
    let credentials =
        first.and_then(|(key, token, keys)| Some((Credentials::of(&store, key, token)?, keys)));
    let (credentials, keys) = credentials.ok_or_else(|| {
        let message = "services: there must be one, and the first must have a client";
        io::Error::new(io::ErrorKind::InvalidData, message)
    })?;
    let mut caller_keys = keys;
    if let Some(given) = owner_token {
        store.bind_access_token(&organization_token, given.binding);
        caller_keys = caller_keys.or(given.keys);
    }
    let credentials = Credentials {
        caller_keys,
        ..credentials
    };
    Ok((store, credentials))
}

/// The owner, and the keys of its token.
fn owner(given: OwnerMembers) -> Result<(Owner, Option<AccessTokenMembers>), random::Error> {
    let generated = Owner::generate()?;
    let mut token = given.organization_token;
    let value = token.as_mut().and_then(|token| token.value.take());
    let owner = Owner {
        api_key: given.api_key.unwrap_or(generated.api_key),
        api_secret: given.api_secret.unwrap_or(generated.api_secret),
        organization_token: value.unwrap_or(generated.organization_token),
        organization_id: given.organization_id.unwrap_or(generated.organization_id),
    };
    Ok((owner, token))
}

fn add_service(
    store: &mut Store,
    members: &ServiceMembers,
    clock: &Clock,
) -> Result<i64, random::Error> {
    let mut service = store.new_service(&members.settings, clock.now())?;
    replace_credentials(
        Arc::make_mut(&mut service.settings).json_mut(),
        &members.settings,
        ["apiKey", "apiSecret"],
    );
    let key = service.settings.api_key().unwrap_or_default();
    for given in &members.clients {
        let mut client = service.new_client(given, clock.now())?;
        replace_credentials(
            client.settings.json_mut(),
            given,
            ["clientId", "clientSecret"],
        );
        service.clients.put(client);
    }
    store.add(service);
    Ok(key)
}

/// Replaces generated credentials by those in the seed.
fn replace_credentials(settings: &mut Object, given: &Object, names: [&str; 2]) {
    for name in names {
        if let Some(value) = given.get(name).filter(|value| !value.is_null()) {
            settings.insert(name.to_owned(), value.clone());
        }
    }
}
