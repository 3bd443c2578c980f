//! Authorization details that request credentials (OpenID for Verifiable Credential Issuance 1.0 §5.1.1).

use serde_json::{Value, json};

use super::credential_issuer;
use crate::json::{Object, ObjectExt};
use crate::model::authorization_details::{self, DETAILS_TYPE_CREDENTIAL};
use crate::result_code::{
    CREDENTIAL_DETAILS_CONFIGURATION, CREDENTIAL_DETAILS_LOCATION, ResultCode,
};
use crate::settings::ServiceSettings;

/// The members that distinguish credentials of one format.
const KINDS: [&str; 3] = ["credential_definition", "doctype", "vct"];

/// The details that request credentials.
pub fn among(details: Option<&Value>) -> Vec<Object> {
    let details = details.into_iter().flat_map(authorization_details::details);
    details.filter(is_of_credential).collect()
}

/// Checks that the details request credentials that the service has and, if its metadata name authorization servers, that
/// they name the service as their location.
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

/// Whether a detail requests the credential of a configuration: by identifier or, in version 1.0-ID1, by format and
/// type.
pub fn is_for(detail: &Object, id: &str, configuration: &Value, service: &ServiceSettings) -> bool {
    match detail.get("credential_configuration_id") {
        Some(named) => named == id,
        None => !credential_issuer::is_final(service) && has_same_type(detail, configuration),
    }
}

fn has_same_type(detail: &Object, configuration: &Value) -> bool {
    let is_same = |name: &str| match (detail.get(name), configuration.get(name)) {
        // Besides the type, a definition has the claims that the wallet requests, which are not compared.
        (Some(Value::Object(asked)), Some(known)) => asked.get("type") == known.get("type"),
        (asked, known) => asked == known,
    };
    detail.text("format").is_some() && is_same("format") && KINDS.iter().all(|name| is_same(name))
}

/// The credential identifiers of a configuration, for credential requests. There is one, for the user's credential.
pub fn identifiers(configuration: &str) -> Value {
    json!([format!("{configuration}.1")])
}

/// The details with the identifiers of the requested credentials, as in token responses (§6.2).
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
