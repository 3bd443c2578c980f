//! The grant type `urn:ietf:params:oauth:grant-type:pre-authorized_code`.

use authlete::types::GrantType;
use serde_json::Value;

use super::success::success_response;
use super::{IGNORED_MEMBERS, TokenRequest, unsupported};
use crate::api_response::ApiResponse;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::protocol::issuance::Issuance;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::{authorization_details, credential_details, credential_issuer, resource};
use crate::random;
use crate::result_code::{
    AUTHORIZATION_DETAILS_BEYOND_GRANT, PRE_AUTHORIZED_ANONYMOUS, PRE_AUTHORIZED_CODE_BLOCKED,
    PRE_AUTHORIZED_CODE_EXPIRED, PRE_AUTHORIZED_CODE_MISSING, PRE_AUTHORIZED_CODE_UNKNOWN,
    TX_CODE_MISSING, TX_CODE_UNEXPECTED, TX_CODE_WRONG,
};
use crate::settings::ServiceSettings;
use crate::store::{CredentialOffer, Grant, Service};

/// Limit on wrong transaction codes, which are short and could be guessed by anyone with the pre-authorized code.
const MAX_FAILURES: u32 = 5;

/// Exchanges a pre-authorized code for tokens (OpenID for Verifiable Credential Issuance 1.0 §6.1).
pub fn pre_authorized_code(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<ApiResponse, Refusal> {
    if !credential_issuer::is_enabled(&service.settings) {
        return Err(unsupported().into());
    }
    let request = identify(call, service, parameters)?;
    let code = parameters.get("pre-authorized_code");
    let code = code.ok_or(OAuthError::invalid_request(PRE_AUTHORIZED_CODE_MISSING))?;
    let unknown = OAuthError::invalid_grant(PRE_AUTHORIZED_CODE_UNKNOWN);
    let key = service.pre_authorized_codes.get(&Digest::of(code));
    let key = key.ok_or(unknown.clone())?.value;
    let entry = service.credential_offers.get(&key).ok_or(unknown.clone())?;
    if entry.expires_at <= call.now {
        return Err(OAuthError::invalid_grant(PRE_AUTHORIZED_CODE_EXPIRED).into());
    }
    let tx_code = parameters.get("tx_code").map(str::to_owned);
    let checked = service.commit(move |service| {
        let offer = service.credential_offers.get_mut(&key)?;
        Some(check(offer, tx_code.as_deref()).map(|()| offer.clone()))
    });
    let offer = checked.ok_or(unknown)??;
    let issuance = Issuance {
        call: &call.without(&IGNORED_MEMBERS),
        client: request.client(),
        grant: grant(&request, service, &offer)?,
        binding: request.binding.clone(),
        refreshable: request.may_refresh(service),
    };
    let issued = issuance.issue(service)?;
    if let Some(offer) = service.credential_offers.get_mut(&key) {
        offer.exchanged = true;
    }
    Ok(success_response(&request, service, issued).build())
}

/// The service can allow wallets that are not registered (§6.1, §6.3).
fn identify<'a>(
    call: &'a Call,
    service: &mut Service,
    parameters: &'a Parameters,
) -> Result<TokenRequest<'a>, Refusal> {
    let grant_type = GrantType::PreAuthorizedCode;
    let request = TokenRequest::authenticate_if_identified(
        call,
        service,
        parameters,
        grant_type.clone(),
        false,
    )?;
    match request {
        Some(request) => Ok(request),
        None if service
            .settings
            .pre_authorized_grant_anonymous_access_supported() =>
        {
            Ok(TokenRequest::anonymous(
                call, service, parameters, grant_type,
            )?)
        }
        None => Err(OAuthError::invalid_client(PRE_AUTHORIZED_ANONYMOUS).into()),
    }
}

/// Checks that the code is usable, and the transaction code (§6.3).
fn check(offer: &mut CredentialOffer, given: Option<&str>) -> Result<(), OAuthError> {
    if offer.exchanged {
        return Err(OAuthError::invalid_grant(PRE_AUTHORIZED_CODE_UNKNOWN));
    }
    if offer.failures >= MAX_FAILURES {
        return Err(OAuthError::invalid_grant(PRE_AUTHORIZED_CODE_BLOCKED));
    }
    match (offer.shown.text("txCode"), given) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(OAuthError::invalid_request(TX_CODE_UNEXPECTED)),
        (Some(_), None) => Err(OAuthError::invalid_request(TX_CODE_MISSING)),
        (Some(code), Some(given)) if random::constant_time_eq(code, given) => Ok(()),
        (Some(_), Some(_)) => {
            offer.failures = offer.failures.saturating_add(1);
            Err(OAuthError::invalid_grant(TX_CODE_WRONG))
        }
    }
}

/// The grant of the offer, or the requested part of it.
fn grant(
    request: &TokenRequest<'_>,
    service: &Service,
    offer: &CredentialOffer,
) -> Result<Grant, OAuthError> {
    let (parameters, client) = (request.parameters, &request.client().settings);
    let details = authorization_details::requested(parameters, &service.settings, client)?;
    let offered = offer.offered();
    let text = |name| offer.shown.text(name).map(str::to_owned);
    Ok(Grant {
        client_id: request.client().id(),
        client_named_by: request.authenticated.named_by,
        subject: text("subject"),
        grant_type: request.grant_type.clone(),
        scopes: Vec::new().into(),
        resources: resource::requested(parameters)?,
        offered_credentials: requested_credentials(
            offered.credentials,
            details.as_ref(),
            &service.settings,
        )?,
        authorization_details: details.map(Box::new),
        properties: offered.properties,
        acr: text("acr"),
        auth_time: offer.shown.integer("authTime").unwrap_or_default(),
        access_token_claims: offered.access_token_claims,
        session: None,
        openid: None,
        management: None,
        id: None,
    })
}

/// The offered credentials that the authorization details request. Other details are rejected, since they are not granted.
fn requested_credentials(
    offered: Vec<String>,
    details: Option<&Value>,
    service: &ServiceSettings,
) -> Result<Vec<String>, OAuthError> {
    let Some(details) = details else {
        return Ok(offered);
    };
    let configurations = credential_issuer::configurations(service);
    let requested = credential_details::among(Some(details));
    let is_requested = |detail: &Object, id: &String| {
        let configuration = configurations.get(id);
        configuration.is_some_and(|known| credential_details::is_for(detail, id, known, service))
    };
    let is_offered = |detail: &Object| offered.iter().any(|id| is_requested(detail, id));
    let others = authorization_details::details(details).count() > requested.len();
    if others || !requested.iter().all(is_offered) {
        let code = AUTHORIZATION_DETAILS_BEYOND_GRANT;
        return Err(OAuthError::new("invalid_authorization_details", code));
    }
    let chosen = offered
        .iter()
        .filter(|id| requested.iter().any(|detail| is_requested(detail, id)));
    Ok(chosen.cloned().collect())
}
