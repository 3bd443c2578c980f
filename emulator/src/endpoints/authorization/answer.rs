//! The response to a valid authorization request.

use authlete::types::Prompt;

use super::check::Checked;
use crate::call::Call;
use crate::endpoints::answer_members::{
    dynamic_scopes, list, with_grant_management, with_name_used,
};
use crate::endpoints::limited;
use crate::protocol::{claims_parameter, issuable_credentials, native_sso, prompt, scopes};
use crate::reply::{Answer, Reply};
use crate::result_code::AUTHORIZATION_OK;
use crate::store::Service;

/// The response without the ticket.
pub fn of(call: &Call, service: &Service, checked: &Checked) -> Answer {
    let (request, shown) = (&checked.request, &checked.shown);
    let action = if shown.prompts == [Prompt::None] {
        "NO_INTERACTION"
    } else {
        "INTERACTION"
    };
    let claims = request.claims.as_ref();
    let (scopes, response_type) = (&request.scopes, &request.response_type);
    let prompts: Vec<_> = shown.prompts.iter().map(Prompt::as_str).collect();
    let details = request.authorization_details.as_deref();
    let offered = request.offered.as_deref();
    let offered = offered.map_or(&[][..], |offered| &offered.credentials);
    let issuable = issuable_credentials::of(&service.settings, offered, details, scopes);
    let object = checked.request_object.as_ref();
    let native_sso = native_sso::is_requested(service, response_type, scopes);
    let answer = Reply::action(call.path, AUTHORIZATION_OK, action);
    let answer = with_name_used(answer, request.client_named_by)
        .with(
            "client",
            limited::client_of_authorization(checked.client.settings.json()),
        )
        .with("service", limited::service(service.settings.json()))
        .with_some("scopes", list(&scopes::details(&service.settings, scopes)))
        .with_some("dynamicScopes", dynamic_scopes(&shown.dynamic_scopes))
        .with("display", shown.display.as_str())
        .with("maxAge", shown.max_age)
        .with_some("prompts", list(&prompts))
        .with("lowestPrompt", prompt::lowest(&shown.prompts).as_str())
        .with("acrEssential", shown.acr_essential)
        .with_some("acrs", shown.acrs.clone())
        .with_some("subject", shown.subject.as_deref())
        .with_some("loginHint", shown.login_hint.as_deref())
        .with_some("uiLocales", shown.ui_locales.clone())
        .with_some("claimsLocales", shown.claims_locales.clone())
        .with_some("purpose", shown.purpose.as_deref())
        .with("nativeSsoRequested", native_sso)
        .with_some("resources", list(&request.resources))
        .with_some("authorizationDetails", details.cloned())
        .with_some("credentialOfferInfo", checked.credential_offer.clone())
        .with_some(
            "issuableCredentials",
            issuable_credentials::as_text(&issuable),
        )
        .with_some(
            "claims",
            claims_parameter::for_id_token(claims, scopes, response_type, &service.settings),
        )
        .with_some(
            "claimsAtUserInfo",
            claims_parameter::for_userinfo(claims, scopes, response_type),
        )
        .with_some(
            "idTokenClaims",
            claims_parameter::member(claims, "id_token"),
        )
        .with_some(
            "userInfoClaims",
            claims_parameter::member(claims, "userinfo"),
        )
        .with_some(
            "transformedClaims",
            claims_parameter::member(claims, "transformed_claims"),
        )
        .with_some(
            "requestObjectPayload",
            object.map(|object| object.payload.as_str()),
        );
    with_grant_management(answer, service, request.grant_management.as_ref())
}
