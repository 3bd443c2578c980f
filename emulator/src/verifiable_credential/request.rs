//! Reads credential requests (OID4VCI §8.2).

use super::access_token::IssuanceToken;
use super::configuration;
use super::key_proof;
use super::refusal::CredentialRefusal;
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::protocol::authorization_details::{self, DETAILS_TYPE_CREDENTIAL};
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_CONFIGURATION_UNKNOWN, CREDENTIAL_IDENTIFIER_EXPECTED,
    CREDENTIAL_IDENTIFIER_UNKNOWN, CREDENTIAL_NOT_GRANTED, CREDENTIAL_REQUEST_UNIDENTIFIED,
    CREDENTIAL_TYPE_UNSUPPORTED,
};
use crate::settings::ServiceSettings;
use crate::store::{CredentialRequest, ResponseEncryption, Service, Stage, TokenRecord};

/// Parameters that are not part of `details`: the API has separate members for them, or the caller does not need them.
const NOT_IN_DETAILS: [&str; 6] = [
    "credential_configuration_id",
    "credential_identifier",
    "credential_response_encryption",
    "format",
    "proof",
    "proofs",
];

/// Reads and checks a request, including whether the access token is valid for it.
pub fn read(
    call: &Call,
    service: &Service,
    token: &IssuanceToken,
    request: &Object,
    encryption: Option<ResponseEncryption>,
) -> Result<CredentialRequest, CredentialRefusal> {
    let configurations = credential_issuer::configurations(&service.settings);
    let id = identify(token, &service.settings, &configurations, request)?;
    let unknown = || {
        OAuthError::new(
            "unknown_credential_configuration",
            CREDENTIAL_CONFIGURATION_UNKNOWN,
        )
    };
    let configuration = configurations.object(id).ok_or_else(unknown)?;
    let format = configuration.text("format").ok_or_else(unknown)?;
    let mut details = request.clone();
    details.retain(|name, _| !NOT_IN_DETAILS.contains(&name.as_str()));
    let is_final = credential_issuer::is_final(&service.settings);
    let named = |name| request.text(name).filter(|_| is_final);
    Ok(CredentialRequest {
        token: token.id,
        client_id: token.record.grant.client_id,
        format: format.to_owned(),
        configuration_id: id.to_owned(),
        names_configuration: named("credential_configuration_id").is_some(),
        names_format: !is_final,
        credential_identifier: named("credential_identifier").map(str::to_owned),
        binding_keys: key_proof::keys(call, service, token, configuration, request)?,
        details,
        encryption,
        stage: Stage::Requested,
    })
}

/// The configuration that the request identifies by exactly one member. In 1.0-ID1 this is always `format`, since Authlete
/// does not support credential identifiers there.
fn identify<'a>(
    token: &'a IssuanceToken,
    service: &ServiceSettings,
    configurations: &'a Object,
    request: &'a Object,
) -> Result<&'a str, CredentialRefusal> {
    let names: &[_] = match credential_issuer::is_final(service) {
        true => &[
            "credential_configuration_id",
            "credential_identifier",
            "format",
        ],
        false => &["format"],
    };
    let mut given = names
        .iter()
        .filter_map(|name| Some((*name, request.text(name)?)));
    let (Some((name, value)), None) = (given.next(), given.next()) else {
        return Err(OAuthError::new(
            "invalid_credential_request",
            CREDENTIAL_REQUEST_UNIDENTIFIED,
        )
        .into());
    };
    let id = match name {
        "credential_identifier" => return of_identifier(&token.record, value).map_err(Into::into),
        "format" => configuration::of_type(configurations, value, request).ok_or(
            OAuthError::new("unsupported_credential_type", CREDENTIAL_TYPE_UNSUPPORTED),
        )?,
        _ if configurations.contains_key(value) => value,
        _ => {
            return Err(OAuthError::new(
                "unknown_credential_configuration",
                CREDENTIAL_CONFIGURATION_UNKNOWN,
            )
            .into());
        }
    };
    let issuable = token.record.issuable_credentials.iter();
    let mut issuable = issuable.map(|credential| credential.text("credential_configuration_id"));
    if !issuable.any(|issuable| issuable == Some(id)) {
        let error = OAuthError::new("insufficient_scope", CREDENTIAL_NOT_GRANTED);
        return Err(token.refuse(error));
    }
    if credential_issuer::is_final(service) && has_details(&token.record, id) {
        return Err(
            OAuthError::new("invalid_credential_request", CREDENTIAL_IDENTIFIER_EXPECTED).into(),
        );
    }
    Ok(id)
}

/// The configuration of a credential identifier from the token response (§6.2).
fn of_identifier<'a>(record: &'a TokenRecord, identifier: &str) -> Result<&'a str, OAuthError> {
    let found = record.issuable_credentials.iter().find(|credential| {
        let identifiers = credential.texts("credential_identifiers");
        identifiers.unwrap_or_default().contains(&identifier)
    });
    let id = found.and_then(|credential| credential.text("credential_configuration_id"));
    id.ok_or(OAuthError::new(
        "unknown_credential_identifier",
        CREDENTIAL_IDENTIFIER_UNKNOWN,
    ))
}

/// Whether the token response had credential identifiers for the configuration in its authorization details.
fn has_details(record: &TokenRecord, configuration_id: &str) -> bool {
    let details = record.authorization_details().into_iter();
    let mut details = details.flat_map(authorization_details::details);
    details.any(|detail| {
        detail.text("type") == Some(DETAILS_TYPE_CREDENTIAL)
            && detail.text("credential_configuration_id") == Some(configuration_id)
    })
}
