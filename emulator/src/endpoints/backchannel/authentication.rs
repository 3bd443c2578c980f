//! `/backchannel/authentication`: backchannel authentication requests.

use std::sync::Arc;

use authlete::types::{ClientAuthMethod, GrantType, UserIdentificationHintType as HintType};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::endpoints::error_response::error_response;
use crate::endpoints::response_members::{with_client_of_request, with_requested};
use crate::model::{BACKCHANNEL, Polling};
use crate::model::{Parameters, ParametersError};
use crate::protocol::backchannel_request::BackchannelParameters;
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::client_authentication::authenticate;
use crate::protocol::fapi::{self, Profiles};
use crate::protocol::id_token_hint::IdTokenHintError;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, status_action};
use crate::protocol::{
    acr, authorization_details, grant_management, id_token_hint, lifetime, resource,
    signed_backchannel_request,
};
use crate::random;
use crate::result_code::{
    BACKCHANNEL_AUTHENTICATION_OK, BACKCHANNEL_CLIENT_PUBLIC, BACKCHANNEL_HINT_AUDIENCE,
    BACKCHANNEL_HINT_AUDIENCE_MISSING, BACKCHANNEL_HINT_AUDIENCES, BACKCHANNEL_HINT_ENCRYPTED,
    BACKCHANNEL_HINT_ISSUER, BACKCHANNEL_HINT_ISSUER_MISSING, BACKCHANNEL_HINT_MALFORMED,
    BACKCHANNEL_HINT_PAYLOAD, BACKCHANNEL_HINT_SUBJECT_MISSING, BACKCHANNEL_HINT_UNSIGNED,
    BACKCHANNEL_HINT_WRONG, PARAMETER_REPEATED, PARAMETERS_MISSING, PARAMETERS_NONE, ResultCode,
};
use crate::store::{BackchannelRequest, Decision, Requested, Service};

/// Checks a request, and issues a ticket for the following calls.
pub fn authentication(call: &Call, service: &mut Service) -> Outcome {
    let outcome = process(call, service)
        .or_else(|refusal| error_response(call, service, refusal, status_action));
    with_challenge(call, service, outcome)
}

fn process(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let parameters = Parameters::of_call(&call.body).map_err(|error| match error {
        ParametersError::Missing => OAuthError::new("server_error", PARAMETERS_MISSING),
        ParametersError::Empty => OAuthError::invalid_request(PARAMETERS_NONE),
        ParametersError::Repeated(_) => OAuthError::invalid_request(PARAMETER_REPEATED),
    })?;
    let authenticated = authenticate(call, service, &parameters)?;
    if authenticated.method == ClientAuthMethod::None {
        return Err(OAuthError::invalid_client(BACKCHANNEL_CLIENT_PUBLIC).into());
    }
    authenticated.check_grant_type(service, &GrantType::Ciba)?;
    let client = Arc::clone(&authenticated.client);
    let profiles = Profiles::of_request(call, service, &client, &parameters);
    fapi::check_backchannel_request_is_signed(&profiles, &parameters)?;
    let (parameters, signed) =
        signed_backchannel_request::resolve(call, service, &client, parameters)?;
    let rules = BackchannelParameters {
        parameters: &parameters,
        service,
        client: &client,
        is_signed: signed.is_some(),
    };
    let delivery_mode = rules.delivery_mode()?;
    fapi::check_backchannel_request(&profiles, &delivery_mode, signed.as_ref())?;
    let client_notification_token = rules.client_notification_token(&delivery_mode)?;
    let (scopes, dynamic_scopes) = rules.scopes()?;
    let (hint_type, hint) = rules.hint()?;
    let sub = match hint_type {
        HintType::IdTokenHint => {
            let subject = id_token_hint::subject(hint, service, &client);
            let refuse = |error| OAuthError::invalid_request(hint_error(&error));
            Some(subject.map_err(refuse)?)
        }
        _ => None,
    };
    let (settings, registration) = (&service.settings, &client.settings);
    let details = authorization_details::requested(&parameters, settings, registration)?;
    let pending = BackchannelRequest {
        requested: Requested {
            client_id: client.id(),
            client_named_by: authenticated.named_by,
            grant_type: GrantType::Ciba,
            scopes,
            resources: resource::requested(&parameters)?,
            authorization_details: details.map(Box::new),
            grant_management: grant_management::requested(&parameters, service, &client)?,
        },
        client_notification_token: client_notification_token.map(str::to_owned),
        requested_expiry: rules.requested_expiry()?,
        auth_req_id: None,
        polling: Polling::of(service.settings.backchannel_polling_interval(), BACKCHANNEL),
        decision: Decision::Pending,
        delivery_mode,
    };
    let acrs = acr::requested(&parameters, settings, registration);
    let ticket = random::token()?;
    let response = ApiResponse::action(
        call.path,
        BACKCHANNEL_AUTHENTICATION_OK,
        "USER_IDENTIFICATION",
    )
    .with("ticket", ticket.as_str())
    .with("clientAuthMethod", authenticated.method.as_str())
    .with("deliveryMode", pending.delivery_mode.as_str())
    .with_optional("clientNotificationToken", client_notification_token)
    .with("hintType", hint_type.as_str())
    .with("hint", hint)
    .with_optional("sub", sub)
    .with_optional(
        "bindingMessage",
        rules.binding_message(&pending.requested.scopes)?,
    )
    .with_optional("userCode", rules.user_code()?)
    .with("userCodeRequired", rules.is_user_code_required())
    .with("requestedExpiry", pending.requested_expiry.unwrap_or(0))
    .with_optional("requestContext", rules.request_context()?);
    let response = with_client_of_request(response, service, &client, authenticated.named_by);
    let (requested, acrs) = (&pending.requested, acrs.as_deref());
    let response = with_requested(response, service, requested, &dynamic_scopes, acrs).build();
    let end = after(call.now, lifetime::TICKET);
    service
        .backchannel_requests
        .insert(Digest::of(&ticket), pending, end, call.now);
    Ok(response)
}

/// The code for an invalid `id_token_hint`.
fn hint_error(error: &IdTokenHintError) -> ResultCode {
    match error {
        IdTokenHintError::Malformed => BACKCHANNEL_HINT_MALFORMED,
        IdTokenHintError::Encrypted => BACKCHANNEL_HINT_ENCRYPTED,
        IdTokenHintError::Unsigned => BACKCHANNEL_HINT_UNSIGNED,
        IdTokenHintError::Payload => BACKCHANNEL_HINT_PAYLOAD,
        IdTokenHintError::IssuerMissing => BACKCHANNEL_HINT_ISSUER_MISSING,
        IdTokenHintError::Issuer => BACKCHANNEL_HINT_ISSUER,
        IdTokenHintError::AudienceMissing => BACKCHANNEL_HINT_AUDIENCE_MISSING,
        IdTokenHintError::Audience => BACKCHANNEL_HINT_AUDIENCE,
        IdTokenHintError::Audiences => BACKCHANNEL_HINT_AUDIENCES,
        IdTokenHintError::SubjectMissing => BACKCHANNEL_HINT_SUBJECT_MISSING,
        IdTokenHintError::Other => BACKCHANNEL_HINT_WRONG,
    }
}
