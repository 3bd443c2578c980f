//! Checks of authorization requests.

use std::sync::Arc;

use authlete::types::{GrantType, ResponseType};

use super::error::AuthorizationError;
use super::interaction::Interaction;
use super::receive::Received;
use crate::clock::Millis;
use crate::json::Object;
use crate::model::Parameters;
use crate::protocol::authorization_response::Destination;
use crate::protocol::fapi::FapiRequest;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::pkce;
use crate::protocol::{
    authorization_details, claims_parameter, credential_offer, grant_management, id_token,
    resource, response_mode, response_type, scopes,
};
use crate::result_code::{
    AUTHORIZATION_SCOPE_MISSING, CONSENT_MISSING, DPOP_KEY_MALFORMED,
    GRANT_MANAGEMENT_WITHOUT_CODE, NONCE_MISSING, OPENID_MISSING,
};
use crate::store::{AuthorizationRequest, Client, RequestObject, Requested, Service};

/// A valid request.
#[derive(Debug)]
pub struct ValidRequest {
    pub client: Arc<Client>,
    pub request: AuthorizationRequest,
    pub request_object: Option<RequestObject>,
    /// The credential offer that the request refers to.
    pub credential_offer: Option<Object>,
    /// Information for the consent page.
    pub shown: Interaction,
}

/// Checks a request against the specifications and the settings of service and client.
pub fn check(
    received: Received,
    service: &Service,
    now: Millis,
) -> Result<ValidRequest, AuthorizationError> {
    let destination = Destination::requested(
        &received.parameters,
        service,
        &received.client,
        received.client_named_by,
    )?;
    // Authlete derives the response mode from the response type, and returns the error to the caller without one.
    let has_response_type = received.parameters.has("response_type");
    ValidRequest::read(received, service, &destination, now).map_err(|error| {
        AuthorizationError::at(Some(destination).filter(|_| has_response_type), error)
    })
}

impl ValidRequest {
    fn read(
        received: Received,
        service: &Service,
        destination: &Destination,
        now: Millis,
    ) -> Result<Self, OAuthError> {
        let (parameters, client) = (&received.parameters, &received.client);
        let offer = credential_offer::referred_to(parameters, service, now)?;
        let request = AuthorizationRequest {
            offered: offer.map(|offer| Box::new(offer.offered())),
            ..read(parameters, service, client, destination)?
        };
        let profiled = FapiRequest {
            client,
            request: &request,
            request_object: received.request_object.as_ref(),
            pushed: received.pushed,
        };
        profiled.check(service)?;
        Ok(Self {
            shown: Interaction::read(parameters, service, client, request.claims.as_ref())?,
            client: received.client,
            credential_offer: offer.map(|offer| offer.shown.clone()),
            request,
            request_object: received.request_object,
        })
    }
}

fn read(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    destination: &Destination,
) -> Result<AuthorizationRequest, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let settings = (&service.settings, &client.settings);
    let response_type = response_type::requested(parameters, service, client)?;
    let has = |word| response_type::has(&response_type, word);
    let response_mode = response_mode::requested(parameters, &response_type, client)?;
    let scopes = requested_scopes(parameters, service, client, &response_type)?;
    let nonce = parameters.get("nonce").map(str::to_owned);
    if has("id_token") {
        // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.1: the ID token comes through the browser; the nonce prevents replay.
        if !scopes::are_openid(&scopes) {
            return Err(invalid(OPENID_MISSING));
        }
        if nonce.is_none() {
            return Err(invalid(NONCE_MISSING));
        }
    }
    if scopes::are_openid(&scopes) && (has("code") || has("id_token")) {
        id_token::check_signature_algorithm(client).map_err(invalid)?;
    }
    let challenge = if has("code") {
        pkce::requested(parameters, settings.0, settings.1)?
    } else {
        None
    };
    let details = authorization_details::requested(parameters, settings.0, settings.1)?;
    let grant_management = grant_management::requested(parameters, service, client)?;
    if grant_management.is_some() && !has("code") {
        return Err(invalid(GRANT_MANAGEMENT_WITHOUT_CODE));
    }
    Ok(AuthorizationRequest {
        requested: Requested {
            client_id: client.id(),
            client_named_by: destination.client_named_by,
            grant_type: GrantType::AuthorizationCode,
            scopes,
            resources: resource::requested(parameters)?,
            authorization_details: details.map(Box::new),
            grant_management,
        },
        redirect_uri: destination.redirect_uri.clone(),
        redirect_uri_requested: parameters.has("redirect_uri"),
        state: destination.state.clone(),
        nonce,
        claims: claims_parameter::requested(parameters)?,
        challenge,
        dpop_key: dpop_key(parameters)?,
        offered: None,
        context: None,
        response_type,
        response_mode,
    })
}

fn requested_scopes(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    response_type: &ResponseType,
) -> Result<Vec<String>, OAuthError> {
    let (mut scopes, _) = scopes::all(parameters, &service.settings, &client.settings);
    if !response_type::has(response_type, "code") {
        // OpenID Connect Core 1.0 §11: without a code there is no refresh token.
        scopes.retain(|scope| scope != "offline_access");
    }
    if scopes.is_empty() && service.settings.scope_required() {
        return Err(OAuthError::invalid_scope(AUTHORIZATION_SCOPE_MISSING));
    }
    let is_offline = scopes.iter().any(|scope| scope == "offline_access");
    if is_offline && !parameters.space_delimited("prompt").contains(&"consent") {
        return Err(OAuthError::invalid_request(CONSENT_MISSING));
    }
    Ok(scopes)
}

/// The thumbprint of a DPoP key (RFC 9449 §10).
fn dpop_key(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match parameters.get("dpop_jkt") {
        Some(text) if text.len() != 43 || !text.bytes().all(is_base64url) => {
            Err(OAuthError::invalid_request(DPOP_KEY_MALFORMED))
        }
        thumbprint => Ok(thumbprint.map(str::to_owned)),
    }
}
