//! `/auth/introspection`: is an access token good for this?

use crate::call::Call;
use crate::digest::Digest;
use crate::json::Members;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::scopes;
use crate::reply::{Answer, Outcome, Reply};
use crate::result_code::{
    INTROSPECTION_OK, INTROSPECTION_SCOPE, INTROSPECTION_SUBJECT, INTROSPECTION_TOKEN_EXPIRED,
    INTROSPECTION_TOKEN_MISSING, INTROSPECTION_TOKEN_UNKNOWN,
};
use crate::store::{Service, TokenRecord};

pub fn introspection(call: &Call, service: &Service) -> Outcome {
    let refuse = |action: &str, error: &OAuthError| {
        Reply::action(call.path, error.code, action)
            .with("responseContent", error.challenge(&service.settings))
            .with("existent", false)
            .with("usable", false)
            .with("sufficient", false)
            .with("refreshable", false)
    };
    let Some(token) = call.body.text("token") else {
        return Ok(refuse(
            "BAD_REQUEST",
            &OAuthError::invalid_request(INTROSPECTION_TOKEN_MISSING),
        )
        .reply());
    };
    let unknown = OAuthError::new("invalid_token", INTROSPECTION_TOKEN_UNKNOWN);
    let Some((_, record)) = service.tokens.by_access_token(&Digest::of(token)) else {
        return Ok(refuse("UNAUTHORIZED", &unknown).reply());
    };
    let required_scopes = call.body.texts("scopes").unwrap_or_default();
    let sufficient = scopes::cover(&record.grant.scopes, &required_scopes);
    let required_subject = call.body.text("subject");
    let answer = if !record.is_valid(call.now) {
        refuse(
            "UNAUTHORIZED",
            &OAuthError::new("invalid_token", INTROSPECTION_TOKEN_EXPIRED),
        )
    } else if !sufficient {
        let error = OAuthError::new("insufficient_scope", INTROSPECTION_SCOPE);
        let challenge = format!(
            "{},scope=\"{}\"",
            error.challenge(&service.settings),
            required_scopes.join(" ")
        );
        refuse("FORBIDDEN", &error).with("responseContent", challenge)
    } else if required_subject.is_some() && required_subject != record.grant.subject.as_deref() {
        refuse(
            "FORBIDDEN",
            &OAuthError::invalid_request(INTROSPECTION_SUBJECT),
        )
    } else {
        Reply::action(call.path, INTROSPECTION_OK, "OK")
    };
    Ok(with_token(answer, call, service, record)
        .with("sufficient", sufficient)
        .reply())
}

fn with_token(answer: Answer, call: &Call, service: &Service, record: &TokenRecord) -> Answer {
    let client = service.clients.by_id(record.grant.client_id);
    let attributes = |settings: &crate::json::Object| settings.get("attributes").cloned();
    answer
        .with("existent", true)
        .with("usable", record.is_valid(call.now))
        .with("refreshable", record.is_refreshable(call.now))
        .with("clientId", record.grant.client_id)
        .with("clientIdAliasUsed", record.grant.client_id_alias_used)
        .with_some("clientIdAlias", client.and_then(|client| client.alias()))
        .with_some(
            "clientAttributes",
            client.and_then(|client| attributes(&client.settings)),
        )
        .with_some("serviceAttributes", attributes(&service.settings))
        .with_some("subject", record.grant.subject.as_deref())
        .with("scopes", record.grant.scopes.clone())
        .with(
            "scopeDetails",
            scopes::details(&service.settings, &record.grant.scopes),
        )
        .with("grantType", record.grant.grant_type.as_str())
        .with("expiresAt", record.access_token_expires_at)
        .with("authTime", record.grant.auth_time)
        .with_some("acr", record.grant.acr.as_deref())
        .with_some("properties", record.grant.properties.as_deref().cloned())
}
