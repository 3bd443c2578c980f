//! The response to a valid authorization request.

use authlete::types::Prompt;

use super::check::ValidRequest;
use crate::api_response::{ApiResponse, ResponseBuilder};
use crate::call::Call;
use crate::endpoints::limited_members;
use crate::endpoints::response_members::{
    dynamic_scopes, list, with_grant_management, with_name_used,
};
use crate::protocol::{claims_parameter, issuable_credentials, native_sso, prompt, scopes};
use crate::result_code::AUTHORIZATION_OK;
use crate::store::Service;

/// The response without the ticket.
pub fn of(call: &Call, service: &Service, checked: &ValidRequest) -> ResponseBuilder {
    let (request, shown) = (&checked.request, &checked.shown);
    let action = if shown.prompts == [Prompt::None] {
        "NO_INTERACTION"
    } else {
        "INTERACTION"
    };
    let claims = request.claims.as_ref();
    let (scopes, response_type) = (&request.requested.scopes, &request.response_type);
    let prompts: Vec<_> = shown.prompts.iter().map(Prompt::as_str).collect();
    let details = request.requested.authorization_details.as_deref();
    let offered = request.offered.as_deref();
    let offered = offered.map_or(&[][..], |offered| &offered.credentials);
    let issuable = issuable_credentials::of(&service.settings, offered, details, scopes);
    let object = checked.request_object.as_ref();
    let native_sso = native_sso::is_requested(service, response_type, scopes);
    let response = ApiResponse::action(call.path, AUTHORIZATION_OK, action);
    let response = with_name_used(response, request.requested.client_named_by)
        .with(
            "client",
            limited_members::client_of_authorization(checked.client.settings.json()),
        )
        .with("service", limited_members::service(service.settings.json()))
        .with_optional("scopes", list(&scopes::details(&service.settings, scopes)))
        .with_optional("dynamicScopes", dynamic_scopes(&shown.dynamic_scopes))
        .with("display", shown.display.as_str())
        .with("maxAge", shown.max_age)
        .with_optional("prompts", list(&prompts))
        .with("lowestPrompt", prompt::lowest(&shown.prompts).as_str())
        .with("acrEssential", shown.acr_essential)
        .with_optional("acrs", shown.acrs.clone())
        .with_optional("subject", shown.subject.as_deref())
        .with_optional("loginHint", shown.login_hint.as_deref())
        .with_optional("uiLocales", shown.ui_locales.clone())
        .with_optional("claimsLocales", shown.claims_locales.clone())
        .with_optional("purpose", shown.purpose.as_deref())
        .with("nativeSsoRequested", native_sso)
        .with_optional("resources", list(&request.requested.resources))
        .with_optional("authorizationDetails", details.cloned())
        .with_optional("credentialOfferInfo", checked.credential_offer.clone())
        .with_optional(
            "issuableCredentials",
            issuable_credentials::as_text(&issuable),
        )
        .with_optional(
            "claims",
            claims_parameter::for_id_token(claims, scopes, response_type, &service.settings),
        )
        .with_optional(
            "claimsAtUserInfo",
            claims_parameter::for_userinfo(claims, scopes, response_type),
        )
        .with_optional(
            "idTokenClaims",
            claims_parameter::member(claims, "id_token"),
        )
        .with_optional(
            "userInfoClaims",
            claims_parameter::member(claims, "userinfo"),
        )
        .with_optional(
            "transformedClaims",
            claims_parameter::member(claims, "transformed_claims"),
        )
        .with_optional(
            "requestObjectPayload",
            object.map(|object| object.payload.as_str()),
        );
    with_grant_management(
        response,
        service,
        request.requested.grant_management.as_ref(),
    )
}
