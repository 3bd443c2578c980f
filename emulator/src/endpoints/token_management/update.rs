//! `/auth/token/update`.

use authlete::types::{AuthzDetails, Property};

use super::binding;
use super::find::TokenReference;
use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::token_response::token_type;
use crate::protocol::{issuable_credentials, lifetime, scopes};
use crate::random;
use crate::result_code::{
    UPDATE_OK, UPDATE_TOKEN_MISSING, UPDATE_TOKEN_OF_ANOTHER_SERVICE, UPDATE_TOKEN_UNKNOWN,
};
use crate::settings::ClientSettings;
use crate::store::{RecordId, Service, TokenRecord};

pub fn update(call: &Call, service: &mut Service) -> Outcome {
    let response = |code, action| Ok(ApiResponse::action(call.path, code, action).build());
    let Some(named) = TokenReference::of(&call.body) else {
        return response(UPDATE_TOKEN_MISSING, "BAD_REQUEST");
    };
    match named.record(service) {
        Some(id) => change(call, service, id),
        None if names_foreign_token(call) => response(UPDATE_TOKEN_OF_ANOTHER_SERVICE, "FORBIDDEN"),
        None => response(UPDATE_TOKEN_UNKNOWN, "NOT_FOUND"),
    }
}

/// Whether the request refers to a token of another service. Record IDs are not compared: they are unique only per service.
fn names_foreign_token(call: &Call) -> bool {
    let names = [
        "accessToken",
        "accessTokenHash",
        "refreshToken",
        "refreshTokenHash",
    ];
    let mut names = names.iter().filter_map(|name| call.body.text(name));
    names.any(|name| call.other_service_ids.contains(name))
}

fn change(call: &Call, service: &mut Service, id: RecordId) -> Outcome {
    let new_value = match call.body.flag("accessTokenValueUpdated") {
        true => Some(random::token()?),
        false => None,
    };
    let Some(mut record) = service.tokens.by_id(id).cloned() else {
        return Ok(ApiResponse::action(call.path, UPDATE_TOKEN_UNKNOWN, "NOT_FOUND").build());
    };
    change_scopes_and_ends(call, service, &mut record);
    change_rest(call, &mut record);
    issuable_credentials::store(service, &mut record);
    if let Some(value) = &new_value {
        record.access_token = Digest::of(value);
        record.jwt = None;
    }
    let value = new_value.as_deref().or(call.body.text("accessToken"));
    let response =
        ApiResponse::action(call.path, UPDATE_OK, "OK").with_optional("accessToken", value);
    let response = with_record(response, service, id, &record);
    service.tokens.take(id);
    service.tokens.put(id, record);
    Ok(response.build())
}

fn change_scopes_and_ends(call: &Call, service: &Service, record: &mut TokenRecord) {
    let request = &call.body;
    let client = service.clients.by_id(record.grant.client_id);
    let mut changed = false;
    if let Some(names) = request.texts("scopes") {
        let none = ClientSettings::default();
        let settings = client.map_or(&none, |client| &client.settings);
        let permitted = scopes::permitted(&names, &service.settings, settings);
        changed = !(scopes::cover(&permitted, &record.grant.scopes)
            && scopes::cover(&record.grant.scopes, &permitted));
        record.grant.scopes = permitted.into();
    }
    let end = |member, flag, attribute| {
        let given = request.integer(member).filter(|end| *end > 0);
        given.or_else(|| {
            let follows = changed && request.flag(flag);
            let names = follows.then_some(&*record.grant.scopes)?;
            let duration = lifetime::of_scopes(attribute, service, names)?;
            Some(after(call.now, duration))
        })
    };
    let access_token_end = match request.flag("accessTokenPersistent") {
        true => Some(lifetime::NEVER),
        false => end(
            "accessTokenExpiresAt",
            "accessTokenExpiresAtUpdatedOnScopeUpdate",
            lifetime::ACCESS_TOKEN_ATTRIBUTE,
        ),
    };
    let refresh_token_end = end(
        "refreshTokenExpiresAt",
        "refreshTokenExpiresAtUpdatedOnScopeUpdate",
        lifetime::REFRESH_TOKEN_ATTRIBUTE,
    );
    if let Some(end) = access_token_end {
        record.access_token_expires_at = end;
    }
    if let (Some(token), Some(end)) = (&mut record.refresh_token, refresh_token_end) {
        token.expires_at = end;
    }
}

fn change_rest(call: &Call, record: &mut TokenRecord) {
    let request = &call.body;
    if let Some(properties) = request.shaped::<Vec<Property>>("properties") {
        let is_empty = properties.as_array().is_some_and(Vec::is_empty);
        record.grant.properties = (!is_empty).then(|| Box::new(properties));
    }
    if let Some(details) = request.shaped::<AuthzDetails>("authorizationDetails") {
        record.grant.authorization_details = Some(Box::new(details.clone()));
        if let Some(narrowed) = &mut record.narrowed {
            narrowed.authorization_details = Some(details);
        }
    }
    record.binding = binding(request).or(record.binding().clone()).boxed();
    if request.contains_key("forExternalAttachment") {
        record.for_external_attachment = request.flag("forExternalAttachment");
    }
}

fn with_record(
    response: ResponseBuilder,
    service: &Service,
    id: RecordId,
    record: &TokenRecord,
) -> ResponseBuilder {
    let refresh_token = record.refresh_token.as_ref();
    let grant = &record.grant;
    response
        .with("tokenId", id.to_string())
        .with("tokenType", token_type(service, record))
        .with("accessTokenExpiresAt", record.access_token_expires_at)
        .with(
            "refreshTokenExpiresAt",
            refresh_token.map_or(0, |token| token.expires_at),
        )
        .with("scopes", grant.scopes.clone())
        .with_optional("properties", grant.properties.as_deref().cloned())
        .with_optional(
            "authorizationDetails",
            record.authorization_details().cloned(),
        )
        .with("forExternalAttachment", record.for_external_attachment)
}
