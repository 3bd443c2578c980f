//! `/auth/token/get/list`.

use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::endpoints::limited_members;
use crate::endpoints::page_range::PageRange;
use crate::json::{Object, ObjectExt, present};
use crate::result_code::TOKEN_STATUS_INVALID;
use crate::store::{Service, TokenRecord};

pub fn list(call: &Call, service: &Service) -> Outcome {
    let range = PageRange::of(call, &call.parameters)?;
    let client = match call.parameters.text("clientIdentifier") {
        Some(_) => Some(call.client("clientIdentifier", service)?),
        None => None,
    };
    let subject = call.parameters.text("subject");
    let validity = match call.parameters.text("tokenStatus") {
        None | Some("ALL") => None,
        Some("VALID") => Some(true),
        Some("INVALID") => Some(false),
        Some(_) => return Err(ApiResponse::error(400, call.path, TOKEN_STATUS_INVALID)),
    };
    let records = service
        .tokens
        .list(client.map(|client| client.id()), subject)
        .map(|(_, record)| record);
    let records = records
        .filter(|record| validity.is_none_or(|validity| record.is_valid(call.now) == validity));
    let mut list = range.page("accessTokens", records, |record| to_json(record).into());
    if list.array("accessTokens").is_some_and(<[_]>::is_empty) {
        list.remove("accessTokens");
    }
    if let Some(client) = client {
        list.insert(
            "client".to_owned(),
            limited_members::client(client.settings.json()).into(),
        );
    }
    if let Some(subject) = subject {
        list.insert("subject".to_owned(), subject.into());
    }
    Ok(ApiResponse::object(200, list))
}

/// A record with the digests of its tokens. The values are not stored.
fn to_json(record: &TokenRecord) -> Object {
    let refresh_token = record.refresh_token.as_ref();
    let members = [
        (
            "accessTokenHash",
            Some(Value::from(record.access_token.to_string())),
        ),
        (
            "accessTokenExpiresAt",
            Some(record.access_token_expires_at.into()),
        ),
        (
            "refreshTokenHash",
            refresh_token.map(|token| token.digest.to_string().into()),
        ),
        (
            "refreshTokenExpiresAt",
            Some(refresh_token.map_or(0, |token| token.expires_at).into()),
        ),
        (
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone().into()),
        ),
        ("clientId", Some(record.grant.client_id.into())),
        ("subject", record.grant.subject.as_deref().map(Value::from)),
        ("grantType", Some(record.grant.grant_type.as_str().into())),
        ("scopes", Some(record.grant.scopes.clone().into())),
        ("properties", record.grant.properties.as_deref().cloned()),
        ("createdAt", Some(record.created_at.into())),
        ("lastRefreshedAt", Some(record.last_refreshed_at.into())),
    ];
    present(members).collect()
}
