//! `/backchannel/authentication`: requests.

use std::sync::Arc;

use authlete::types::{ClientAuthMethod, GrantType, UserIdentificationHintType as HintType};

use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::endpoints::shown::{Asked, with_client_of_request};
use crate::json::Members;
use crate::protocol::backchannel_request::BackchannelParameters;
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::polling::Polling;
use crate::protocol::refusal::{Refusal, status_action};
use crate::protocol::{
    acr, authorization_details, grant_management, id_token_hint, lifetime, resource,
    signed_backchannel_request,
};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    BACKCHANNEL_AUTHENTICATION_OK, BACKCHANNEL_CLIENT_PUBLIC, BACKCHANNEL_PARAMETER_REPEATED,
    BACKCHANNEL_PARAMETERS_MISSING, CIBA_NOT_ALLOWED, CIBA_UNSUPPORTED,
};
use crate::store::{BackchannelRequest, Decision, Service};

/// Checks a request, and gives out a ticket for what becomes of it.
pub fn authentication(call: &Call, service: &mut Service) -> Outcome {
    let outcome = process(call, service)
        .or_else(|refusal| refusal.outcome(call, &service.settings, status_action));
    with_challenge(call, service, outcome)
}

fn process(call: &Call, service: &mut Service) -> Result<Reply, Refusal> {
    let text = call.body.text("parameters").ok_or(OAuthError::new(
        "server_error",
        BACKCHANNEL_PARAMETERS_MISSING,
    ))?;
    let parameters = Parameters::parse(text)
        .map_err(|_| OAuthError::invalid_request(BACKCHANNEL_PARAMETER_REPEATED))?;
    let authenticated = authenticate(call, service, "supportedTokenAuthMethods", &parameters)?;
    allow(service, &authenticated)?;
    let client = Arc::clone(&authenticated.client);
    let parameters = signed_backchannel_request::resolve(call, service, &client, parameters)?;
    let rules = BackchannelParameters {
        parameters: &parameters,
        service,
        client: &client,
    };
    let delivery_mode = rules.delivery_mode()?;
    let client_notification_token = rules.client_notification_token(&delivery_mode)?;
    let (scopes, dynamic_scopes) = rules.scopes()?;
    let (hint_type, hint) = rules.hint()?;
    let sub = match hint_type {
        HintType::IdTokenHint => Some(id_token_hint::subject(hint, service, &client)?),
        _ => None,
    };
    let (settings, registration) = (&service.settings, &client.settings);
    let details = authorization_details::requested(&parameters, settings, registration)?;
    let pending = BackchannelRequest {
        client_id: client.id(),
        client_named_by: authenticated.named_by,
        client_notification_token: client_notification_token.map(str::to_owned),
        requested_expiry: rules.requested_expiry()?,
        scopes,
        resources: resource::requested(&parameters)?,
        authorization_details: details.map(Box::new),
        grant_management: grant_management::requested(&parameters, service, &client)?,
        auth_req_id: None,
        polling: Polling::of(&service.settings, "backchannelPollingInterval"),
        decision: Decision::Pending,
        delivery_mode,
    };
    let acrs = acr::requested(&parameters, settings, registration);
    let ticket = random::token()?;
    let answer = Reply::action(
        call.path,
        BACKCHANNEL_AUTHENTICATION_OK,
        "USER_IDENTIFICATION",
    )
    .with("ticket", ticket.as_str())
    .with("clientAuthMethod", authenticated.method.as_str())
    .with("deliveryMode", pending.delivery_mode.as_str())
    .with_some("clientNotificationToken", client_notification_token)
    .with("hintType", hint_type.as_str())
    .with("hint", hint)
    .with_some("sub", sub)
    .with_some("bindingMessage", rules.binding_message(&pending.scopes)?)
    .with_some("userCode", rules.user_code()?)
    .with("userCodeRequired", rules.is_user_code_required())
    .with("requestedExpiry", pending.requested_expiry.unwrap_or(0))
    .with_some("requestContext", rules.request_context()?);
    let answer = with_client_of_request(answer, service, &client, authenticated.named_by);
    let asked = Asked {
        scopes: &pending.scopes,
        dynamic_scopes: &dynamic_scopes,
        acrs: acrs.as_deref(),
        resources: &pending.resources,
        authorization_details: pending.authorization_details.as_deref(),
        grant_management: pending.grant_management.as_ref(),
    };
    let answer = asked.shown_in(answer, service).reply();
    let end = after(call.now, lifetime::TICKET);
    service
        .backchannel_requests
        .insert(Digest::of(&ticket), pending, end, call.now);
    Ok(answer)
}

fn allow(service: &Service, authenticated: &Authenticated) -> Result<(), OAuthError> {
    if authenticated.method == ClientAuthMethod::None {
        return Err(OAuthError::invalid_client(BACKCHANNEL_CLIENT_PUBLIC));
    }
    let grant_type = GrantType::Ciba;
    if !service.supports("supportedGrantTypes", grant_type.as_str()) {
        let code = CIBA_UNSUPPORTED;
        return Err(OAuthError::new("unsupported_grant_type", code));
    }
    if !authenticated.client.may_use_grant_type(grant_type.as_str()) {
        return Err(OAuthError::new("unauthorized_client", CIBA_NOT_ALLOWED));
    }
    Ok(())
}
