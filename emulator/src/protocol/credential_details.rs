//! Authorization details that ask for credentials (OpenID for Verifiable Credential Issuance 1.0 §5.1.1).

use serde_json::{Value, json};

use super::credential_issuer;
use crate::json::{Members, Object};
use crate::model::authorization_details::{self, DETAILS_TYPE_CREDENTIAL};
use crate::result_code::{
    CREDENTIAL_DETAILS_CONFIGURATION, CREDENTIAL_DETAILS_LOCATION, ResultCode,
};
use crate::settings::ServiceSettings;

/// What tells credentials of one format apart.
const KINDS: [&str; 3] = ["credential_definition", "doctype", "vct"];

/// The details that ask for credentials.
pub fn among(details: Option<&Value>) -> Vec<Object> {
    let details = details.into_iter().flat_map(authorization_details::details);
    details.filter(is_of_credential).collect()
}

/// Whether they ask for something that the service has and, where its metadata name authorization servers, name the
/// service.
pub fn check(details: &Value, service: &ServiceSettings) -> Result<(), ResultCode> {
    if !credential_issuer::is_enabled(service) {
        return Ok(());
    }
    let configurations = credential_issuer::configurations(service);
    let location = credential_issuer::location(service);
    among(Some(details)).iter().try_for_each(|detail| {
        let mut known = configurations.iter();
        if !known.any(|(id, configuration)| is_for(detail, id, configuration, service)) {
            return Err(CREDENTIAL_DETAILS_CONFIGURATION);
        }
        let locations = detail.texts("locations").unwrap_or_default();
        match location.is_some_and(|location| !locations.contains(&location)) {
            true => Err(CREDENTIAL_DETAILS_LOCATION),
            false => Ok(()),
        }
    })
}

/// Whether a detail asks for the credential of a configuration: by identifier or, in version 1.0-ID1, by format and
/// kind.
pub fn is_for(detail: &Object, id: &str, configuration: &Value, service: &ServiceSettings) -> bool {
    match detail.get("credential_configuration_id") {
        Some(named) => named == id,
        None => !credential_issuer::is_final(service) && is_alike(detail, configuration),
    }
}

fn is_alike(detail: &Object, configuration: &Value) -> bool {
    let is_same = |name: &str| match (detail.get(name), configuration.get(name)) {
        // What a definition has beside the type are the claims that the wallet wishes.
        (Some(Value::Object(asked)), Some(known)) => asked.get("type") == known.get("type"),
        (asked, known) => asked == known,
    };
    detail.text("format").is_some() && is_same("format") && KINDS.iter().all(|name| is_same(name))
}

/// The identifiers by which a wallet can request the credentials of a configuration. There is one: that of the user.
pub fn identifiers(configuration: &str) -> Value {
    json!([format!("{configuration}.1")])
}

/// The details with the identifiers of what they ask for, as token responses have them (§6.2).
pub fn with_identifiers(details: &Value) -> Value {
    let details = authorization_details::details(details).map(|mut detail| {
        let id = detail.text("credential_configuration_id");
        if let Some(identifiers) = id.filter(|_| is_of_credential(&detail)).map(identifiers) {
            detail.insert("credential_identifiers".to_owned(), identifiers);
        }
        Value::Object(detail)
    });
    authorization_details::from_array(details)
}

fn is_of_credential(detail: &Object) -> bool {
    detail.text("type") == Some(DETAILS_TYPE_CREDENTIAL)
}
