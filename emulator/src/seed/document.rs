//! Parsing and validation of the JSON of a seed. Errors name the place in the document.

use std::io;

use authlete::types::{Client, Service};
use serde::Deserialize;
use serde_json::Value;

use super::access_token::AccessTokenMembers;
use super::values::{UniqueValues, decode, non_empty, seed_error};
use crate::json::Object;

/// A seed.
#[derive(Debug)]
pub struct Document {
    pub owner: OwnerMembers,
    pub services: Vec<ServiceMembers>,
}

/// The credentials of the owner in a seed, all of which are optional.
#[derive(Debug)]
pub struct OwnerMembers {
    pub api_key: Option<i64>,
    pub api_secret: Option<String>,
    pub organization_token: Option<AccessTokenMembers>,
    pub organization_id: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GivenOwner {
    api_key: Option<i64>,
    api_secret: Option<String>,
    organization_token: Option<Value>,
    organization_id: Option<i64>,
}

/// A service: its settings, and the members that are not settings.
#[derive(Debug)]
pub struct ServiceMembers {
    pub settings: Object,
    pub access_token: Option<AccessTokenMembers>,
    pub clients: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedMembers {
    owner: Option<Object>,
    services: Vec<Object>,
}

impl Document {
    pub fn parse(text: &str) -> io::Result<Self> {
        let document: Value = serde_json::from_str(text)?;
        let document: Object = decode("", &document)?;
        let SeedMembers { owner, services } = decode("", &document)?;
        let mut unique = UniqueValues::default();
        let owner = OwnerMembers::take(owner.unwrap_or_default(), &mut unique)?;

        let services = services.into_iter().enumerate();
        let services = services
            .map(|(index, service)| ServiceMembers::take(service, index, &mut unique))
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Self { owner, services })
    }
}

impl OwnerMembers {
    fn take(owner: Object, unique: &mut UniqueValues) -> io::Result<Self> {
        let given: GivenOwner = decode("owner", owner)?;
        unique.insert("apiKey", given.api_key, "owner.apiKey")?;
        non_empty(given.api_secret.as_ref(), "owner.apiSecret")?;
        if given.organization_id.is_some_and(|id| id < 1) {
            return Err(seed_error("owner.organizationId", "it must be above 0"));
        }
        let token = given.organization_token;
        Ok(Self {
            api_key: given.api_key,
            api_secret: given.api_secret,
            organization_token: AccessTokenMembers::take(token, "owner.organizationToken", unique)?,
            organization_id: given.organization_id,
        })
    }
}

impl ServiceMembers {
    fn take(mut settings: Object, index: usize, unique: &mut UniqueValues) -> io::Result<Self> {
        write_keys_as_text(&mut settings);
        let at = |name: &str| format!("services[{index}].{name}");
        let access_token = settings.remove("accessToken");
        let clients = settings.remove("clients").unwrap_or_default();
        let clients: Option<Vec<Object>> = decode(&at("clients"), &clients)?;
        let mut clients = clients.unwrap_or_default();
        clients.iter_mut().for_each(write_keys_as_text);

        let known: Service = decode(&format!("services[{index}]"), &settings)?;
        unique.insert("apiKey", known.api_key, &at("apiKey"))?;
        non_empty(
            known.api_secret.as_ref().map(authlete::Secret::expose),
            &at("apiSecret"),
        )?;
        let access_token = AccessTokenMembers::take(access_token, &at("accessToken"), unique)?;
        for (number, client) in clients.iter().enumerate() {
            let at = at(&format!("clients[{number}]"));
            let known: Client = decode(&at, client)?;
            unique.insert("clientId", known.client_id, &format!("{at}.clientId"))?;
            non_empty(
                known.client_secret.as_ref().map(authlete::Secret::expose),
                &format!("{at}.clientSecret"),
            )?;
            // Aliases and entity IDs must be unique only within a service.
            let alias = known.client_id_alias;
            unique.insert(
                &format!("alias {index}"),
                alias,
                &format!("{at}.clientIdAlias"),
            )?;
            unique.insert(
                &format!("entity {index}"),
                known.entity_id,
                &format!("{at}.entityId"),
            )?;
        }
        Ok(Self {
            settings,
            access_token,
            clients,
        })
    }
}

/// The API has a key set as JSON text. A seed may also have it as an object, which is easier to read and write.
fn write_keys_as_text(settings: &mut Object) {
    if let Some(keys) = settings.get_mut("jwks").filter(|keys| keys.is_object()) {
        *keys = keys.to_string().into();
    }
}
