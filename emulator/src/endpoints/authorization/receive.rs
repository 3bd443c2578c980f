//! The forms of a request: plain parameters, a request object (RFC 9101), or a reference to a pushed request (RFC 9126).

use std::sync::Arc;

use super::error::AuthorizationError;
use crate::call::Call;
use crate::digest::Digest;
use crate::endpoints::federation::register_automatically;
use crate::model::{Parameters, ParametersError};
use crate::protocol::authorization_response::Destination;
use crate::protocol::federation;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::request_object::{self, RequiredProtection, VerifiedRequestObject};
use crate::result_code::{
    AUTHORIZATION_CLIENT_ALIAS_DISABLED, AUTHORIZATION_CLIENT_DELETED,
    AUTHORIZATION_CLIENT_ID_EMPTY, AUTHORIZATION_CLIENT_ID_MISSING, AUTHORIZATION_CLIENT_LOCKED,
    AUTHORIZATION_CLIENT_OF_ANOTHER_SERVICE, AUTHORIZATION_CLIENT_OR_ALIAS_UNKNOWN,
    AUTHORIZATION_CLIENT_UNKNOWN, AUTHORIZATION_PARAMETERS_MISSING, AUTHORIZATION_PARAMETERS_NONE,
    Missing, OTHER_REQUEST_URI, OTHER_REQUEST_URI_OF_CLIENT, PUSHED_REQUEST_REQUIRED,
    PUSHED_REQUEST_REQUIRED_OF_CLIENT, PUSHED_REQUEST_UNKNOWN, REQUEST_OBJECT_REQUIRED,
    REQUEST_OBJECT_REQUIRED_OF_CLIENT, REQUEST_OBJECT_TWICE, REQUEST_URI_NOT_REGISTERED,
    REQUEST_URI_UNSUPPORTED, ResultCode, TRUST_CHAIN_EXPIRED, repeated_at_authorization,
    request_object_codes,
};
use crate::store::{Client, IdentifierKind, RequestObject, Service};

/// The prefix of the URIs of pushed requests (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// A request of a client, with its effective parameters.
#[derive(Debug)]
pub struct Received {
    pub client: Arc<Client>,
    pub client_named_by: IdentifierKind,
    pub parameters: Parameters,
    pub request_object: Option<RequestObject>,
    pub pushed: bool,
}

/// Reads a request from a browser.
pub fn from_browser(call: &Call, service: &mut Service) -> Result<Received, AuthorizationError> {
    let invalid = OAuthError::invalid_request;
    let text = Parameters::text_of(&call.body);
    let missing = OAuthError::new("server_error", AUTHORIZATION_PARAMETERS_MISSING);
    let text = text.map_err(|_| missing)?;
    let given = Parameters::parse_leniently(text);
    let identifier = match Parameters::of_call(&call.body) {
        Err(ParametersError::Empty) => return Err(invalid(AUTHORIZATION_PARAMETERS_NONE).into()),
        Err(ParametersError::Repeated(repeated)) if repeated.name == "client_id" => {
            return Err(invalid(repeated_at_authorization(&repeated.name)).into());
        }
        _ => given.required(
            "client_id",
            AUTHORIZATION_CLIENT_ID_MISSING,
            AUTHORIZATION_CLIENT_ID_EMPTY,
        ),
    };
    let identifier = identifier.map_err(invalid)?;
    register_automatically(call, service, &given)?;
    let found = service.client(identifier);
    let (client, client_named_by) =
        found.ok_or_else(|| invalid(unknown(call, service, identifier)))?;
    if client.settings.locked() {
        return Err(invalid(AUTHORIZATION_CLIENT_LOCKED).into());
    }
    if federation::has_expired(client, call.now) {
        return Err(invalid(TRUST_CHAIN_EXPIRED).into());
    }
    let client = Arc::clone(client);
    let resolved = match Parameters::parse(text) {
        Ok(parameters) => resolve(call, service, &client, parameters),
        Err(repeated) => Err(invalid(repeated_at_authorization(&repeated.name))),
    };
    let (parameters, request_object, pushed) = resolved.map_err(|error| {
        // The client gets the error only if the request has a response type or, when the other parameters are in an
        // unreadable request object, a redirect URI outside of it.
        let is_hidden = given.has("request") || given.has("request_uri");
        let is_deliverable = given.has(match is_hidden {
            true => "redirect_uri",
            false => "response_type",
        });
        let destination = match is_deliverable {
            true => Destination::requested(&given, service, &client, client_named_by).ok(),
            false => None,
        };
        AuthorizationError::at(destination, error)
    })?;
    Ok(Received {
        client,
        client_named_by,
        parameters,
        request_object,
        pushed,
    })
}

/// The code for an unknown client identifier.
fn unknown(call: &Call, service: &Service, identifier: &str) -> ResultCode {
    match call.why_missing(service, identifier) {
        Missing::AliasDisabled => AUTHORIZATION_CLIENT_ALIAS_DISABLED,
        Missing::OfAnotherService => AUTHORIZATION_CLIENT_OF_ANOTHER_SERVICE,
        Missing::Deleted => AUTHORIZATION_CLIENT_DELETED,
        Missing::Unknown if service.settings.client_id_alias_enabled() => {
            AUTHORIZATION_CLIENT_OR_ALIAS_UNKNOWN
        }
        Missing::Unknown => AUTHORIZATION_CLIENT_UNKNOWN,
    }
}

/// The error for a request that violates a setting: the first code if the client has the setting, else that of the service.
fn requirement_error(by_client: bool, codes: [ResultCode; 2]) -> OAuthError {
    let [of_client, of_service] = codes;
    OAuthError::invalid_request(match by_client {
        true => of_client,
        false => of_service,
    })
}

fn resolve(
    call: &Call,
    service: &mut Service,
    client: &Arc<Client>,
    parameters: Parameters,
) -> Result<(Parameters, Option<RequestObject>, bool), OAuthError> {
    let par_required_by_client = client.settings.par_required();
    let par_required = par_required_by_client || service.settings.par_required();
    let Some(uri) = parameters.get("request_uri") else {
        if par_required {
            let codes = [PUSHED_REQUEST_REQUIRED_OF_CLIENT, PUSHED_REQUEST_REQUIRED];
            return Err(requirement_error(par_required_by_client, codes));
        }
        let (parameters, object) = by_value(call, service, client, parameters, true)?;
        return Ok((parameters, object, false));
    };
    if parameters.has("request") {
        return Err(OAuthError::invalid_request(REQUEST_OBJECT_TWICE));
    }
    if !uri.starts_with(PUSHED) && par_required {
        let codes = [OTHER_REQUEST_URI_OF_CLIENT, OTHER_REQUEST_URI];
        return Err(requirement_error(par_required_by_client, codes));
    }
    if !uri.starts_with(PUSHED) {
        return Err(remote_request_uri_error(uri, client));
    }
    let unknown = || OAuthError::new("invalid_request_uri", PUSHED_REQUEST_UNKNOWN);
    let key = Digest::of(uri);
    // A request of another client is not consumed.
    let request = service.pushed_requests.live(&key, call.now);
    if request.is_none_or(|request| request.client_id != client.id()) {
        return Err(unknown());
    }
    let request = service
        .pushed_requests
        .take(&key, call.now)
        .ok_or_else(unknown)?;
    Ok((request.parameters, request.request_object, true))
}

/// Reads a request whose parameters are passed by value, with or without a request object.
pub fn by_value(
    call: &Call,
    service: &mut Service,
    client: &Client,
    parameters: Parameters,
    front_channel: bool,
) -> Result<(Parameters, Option<RequestObject>), OAuthError> {
    let Some(text) = parameters.get("request") else {
        let is_required = service.settings.request_object_required()
            || client.settings.request_object_required()
            || federation::needs_request_object(client, front_channel);
        return match is_required {
            true => {
                // Otherwise the client requires it, or OpenID Federation does.
                let is_of_service = service.settings.request_object_required()
                    && !client.settings.request_object_required();
                Err(OAuthError::invalid_request(match is_of_service {
                    true => REQUEST_OBJECT_REQUIRED,
                    false => REQUEST_OBJECT_REQUIRED_OF_CLIENT,
                }))
            }
            false => Ok((parameters, None)),
        };
    };
    let encryption_required = service
        .settings
        .front_channel_request_object_encryption_required()
        || client
            .settings
            .front_channel_request_object_encryption_required();
    let protection = RequiredProtection {
        alg: client.settings.request_sign_alg(),
        unsigned: request_object::is_traditional(service) && !federation::is_automatic(client),
        encrypted: front_channel && encryption_required,
        codes: request_object_codes(call.operation),
    };
    let opened = VerifiedRequestObject::verify(call, service, client, text, protection)?;
    if federation::is_automatic(client) {
        federation::check_request_object(call, service, client, &opened.claims)?;
    }
    let effective = opened.parameters(service, client, &parameters)?;
    let object = RequestObject {
        outside: parameters,
        ..opened.object
    };
    Ok((effective, Some(object)))
}

/// The error for a request object that would have to be fetched, which the emulator does not do.
fn remote_request_uri_error(uri: &str, client: &Client) -> OAuthError {
    let registered = client.settings.request_uris().unwrap_or_default();
    let place = uri.split_once('#').map_or(uri, |(place, _)| place);
    let is_registered = registered
        .iter()
        .any(|registered| registered.split('#').next() == Some(place));
    if is_registered || registered.is_empty() {
        OAuthError::new("request_uri_not_supported", REQUEST_URI_UNSUPPORTED)
    } else {
        OAuthError::new("invalid_request_uri", REQUEST_URI_NOT_REGISTERED)
    }
}
