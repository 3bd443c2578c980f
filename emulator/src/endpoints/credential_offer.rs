//! `/vci/offer`: credential offers.

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::credential_issuer;
use crate::protocol::credential_offer::OfferRequest;
use crate::result_code::{
    OFFER_CREATE_DISABLED, OFFER_CREATED, OFFER_FOUND, OFFER_IDENTIFIER_MISSING,
    OFFER_INFO_DISABLED, OFFER_UNKNOWN, ResultCode,
};
use crate::store::{CredentialOffer, Service};

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    refuse_disabled(call, service, OFFER_CREATE_DISABLED)?;
    let wanted = match OfferRequest::check(&call.body, &service.settings) {
        Ok(wanted) => wanted,
        Err(code) => return Ok(ApiResponse::action(call.path, code, "CALLER_ERROR").build()),
    };
    let offer = wanted.make(service, call.now)?;
    let response = ApiResponse::action(call.path, OFFER_CREATED, "CREATED");
    let response = response.with("info", offer.shown.clone());
    store(call, service, offer);
    Ok(response.build())
}

pub fn info(call: &Call, service: &Service) -> Outcome {
    refuse_disabled(call, service, OFFER_INFO_DISABLED)?;
    let response = |code, action| ApiResponse::action(call.path, code, action);
    let Some(identifier) = call.body.text("identifier") else {
        return Ok(response(OFFER_IDENTIFIER_MISSING, "CALLER_ERROR").build());
    };
    let key = Digest::of(identifier);
    Ok(match service.credential_offers.live(&key, call.now) {
        Some(offer) => response(OFFER_FOUND, "OK")
            .with("info", offer.shown.clone())
            .build(),
        None => response(OFFER_UNKNOWN, "NOT_FOUND").build(),
    })
}

/// Stores an offer with its issuer state and its pre-authorized code until it expires.
fn store(call: &Call, service: &mut Service, offer: CredentialOffer) {
    let digest = |name| offer.shown.text(name).map(Digest::of);
    let end = offer.shown.integer("expiresAt").unwrap_or_default();
    let Some(key) = digest("identifier") else {
        return;
    };
    let (state, code) = (digest("issuerState"), digest("preAuthorizedCode"));
    if let Some(state) = state {
        service.issuer_states.insert(state, key, end, call.now);
    }
    if let Some(code) = code {
        service
            .pre_authorized_codes
            .insert(code, key, end, call.now);
    }
    service.credential_offers.insert(key, offer, end, call.now);
}

/// Authlete responds with status 403.
fn refuse_disabled(call: &Call, service: &Service, code: ResultCode) -> Result<(), ApiResponse> {
    match credential_issuer::is_enabled(&service.settings) {
        true => Ok(()),
        false => Err(ApiResponse {
            status: 403,
            ..ApiResponse::action(call.path, code, "FORBIDDEN").build()
        }),
    }
}
