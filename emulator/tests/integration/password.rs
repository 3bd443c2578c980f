//! The grant type `password` (RFC 6749 §4.3), which `/auth/token/issue` and `/auth/token/fail` complete.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    GrantType, IntrospectionRequest, JwsAlg, Property, TokenAction, TokenFailAction,
    TokenFailReason, TokenFailRequest, TokenIssueAction, TokenIssueRequest, TokenRequest,
    TokenResponse,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::json;

/// An emulator whose client may use passwords.
async fn start_with_passwords(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::Password, GrantType::RefreshToken]);
    })
    .await;
    (emulator, api)
}

async fn log_in(emulator: &Emulator, api: &Authlete, more: &str) -> TokenResponse {
    let parameters = format!("grant_type=password&username=alice&password=wonder+land{more}");
    request_token(api, emulator.client(), &parameters).await
}

#[rstest]
#[tokio::test]
async fn password_request_is_completed_by_token_issue(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let more = "&scope=read&resource=https://api.example/";
    let asked = log_in(&emulator, &api, more).await;
    assert_eq!(asked.action, TokenAction::Password);
    assert_eq!(asked.username.as_deref(), Some("alice"));
    assert_eq!(asked.password.as_ref().unwrap().expose(), "wonder land");
    assert_eq!(asked.grant_type, Some(GrantType::Password));
    assert_eq!(asked.client_id, Some(emulator.client().id));
    assert_eq!(asked.scopes, Some(vec!["read".to_owned()]));
    assert_eq!(
        asked.resources,
        Some(vec!["https://api.example/".to_owned()])
    );
    assert_eq!(asked.access_token, None);
    assert_eq!(asked.response_content, None);

    let request = TokenIssueRequest::new(asked.ticket.unwrap(), "alice-1")
        .access_token_duration(60)
        .refresh_token_duration(120)
        .properties([Property::new("shop", "7")]);
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.action, TokenIssueAction::Ok);
    assert_code(issued.result_code.as_deref(), "A054001");
    assert_eq!(issued.subject.as_deref(), Some("alice-1"));
    assert_eq!(issued.access_token_duration, Some(60));
    assert_eq!(issued.refresh_token_duration, Some(120));
    assert_eq!(issued.client_id, Some(emulator.client().id));
    assert_eq!(
        issued.access_token_resources,
        Some(vec!["https://api.example/".to_owned()])
    );
    let body = content(issued.response_content.as_ref());
    let access_token = issued.access_token.unwrap();
    assert_eq!(body["access_token"], access_token.expose());
    assert_eq!(
        body["refresh_token"],
        issued.refresh_token.unwrap().expose()
    );
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 60);
    assert_eq!(body["scope"], "read");
    assert_eq!(body["shop"], "7");

    let token = api
        .introspection(&IntrospectionRequest::new(access_token))
        .await
        .unwrap();
    assert_eq!(token.subject.as_deref(), Some("alice-1"));
    assert_eq!(token.grant_type, Some(GrantType::Password));
}

#[rstest]
#[tokio::test]
async fn fail_reason_determines_the_error_code(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    for (reason, action, error) in [
        (
            TokenFailReason::InvalidResourceOwnerCredentials,
            TokenFailAction::BadRequest,
            "invalid_request",
        ),
        (
            TokenFailReason::InvalidTarget,
            TokenFailAction::BadRequest,
            "invalid_target",
        ),
        (
            TokenFailReason::InvalidClient,
            TokenFailAction::BadRequest,
            "invalid_client",
        ),
        (
            TokenFailReason::UnauthorizedClient,
            TokenFailAction::BadRequest,
            "unauthorized_client",
        ),
        (
            TokenFailReason::InvalidScope,
            TokenFailAction::BadRequest,
            "invalid_scope",
        ),
        (
            TokenFailReason::Unknown,
            TokenFailAction::BadRequest,
            "server_error",
        ),
    ] {
        let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
        let request = TokenFailRequest::new(ticket.clone(), reason.clone());
        let failed = api.token_fail(&request).await.unwrap();
        assert_eq!(failed.action, action, "{reason:?}");
        assert_eq!(content(failed.response_content.as_ref())["error"], error);
        // The ticket is used up.
        let request = TokenIssueRequest::new(ticket, "alice");
        let late = api.token_issue(&request).await.unwrap();
        assert_eq!(late.action, TokenIssueAction::InternalServerError);
        assert_code(late.result_code.as_deref(), "A055202");
    }
    let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
    let request = TokenFailRequest::new(ticket.clone(), "BAD_MOOD");
    let failed = api.token_fail(&request).await.unwrap();
    assert_eq!(failed.action, TokenFailAction::InternalServerError);
    assert_code(failed.result_code.as_deref(), "A907202");
    // The failed call does not use up the ticket.
    let request = TokenIssueRequest::new(ticket, "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.action, TokenIssueAction::Ok);
}

#[rstest]
#[tokio::test]
async fn ticket_is_valid_once_and_for_a_day(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let refused = TokenIssueAction::InternalServerError;
    let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
    let request = TokenIssueRequest::new(ticket.clone(), "");
    assert_eq!(api.token_issue(&request).await.unwrap().action, refused);
    let request = TokenIssueRequest::new(ticket.clone(), "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.action, TokenIssueAction::Ok);
    assert_eq!(api.token_issue(&request).await.unwrap().action, refused);
    let request = TokenFailRequest::new(ticket, TokenFailReason::Unknown);
    let failed = api.token_fail(&request).await.unwrap();
    assert_code(failed.result_code.as_deref(), "A063202");

    let old = log_in(&emulator, &api, "").await.ticket.unwrap();
    emulator.advance(Duration::from_secs(86_401));
    for (ticket, code) in [(old.expose(), "A055301"), ("made-up", "A055202")] {
        let request = TokenIssueRequest::new(ticket, "alice");
        let answer = api.token_issue(&request).await.unwrap();
        assert_eq!(answer.action, refused);
        assert_code(answer.result_code.as_deref(), code);
    }
}

#[rstest]
#[tokio::test]
async fn missing_or_repeated_username_or_password_is_refused_with_invalid_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let client = emulator.client();
    for (parameters, code) in [
        ("grant_type=password&password=x", "A051301"),
        ("grant_type=password&username=x", "A051304"),
        (
            "grant_type=password&username=x&username=y&password=z",
            "A051303",
        ),
    ] {
        let answer = request_token(&api, client, parameters).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_code(answer.result_code.as_deref(), code);
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["error"], "invalid_request");
        assert_eq!(answer.ticket, None);
    }
}

#[rstest]
#[tokio::test]
async fn duration_that_is_not_positive_is_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    for duration in [0, -1] {
        let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
        let request = TokenIssueRequest::new(ticket, "alice")
            .access_token_duration(duration)
            .refresh_token_duration(duration);
        let issued = api.token_issue(&request).await.unwrap();
        assert_eq!(issued.action, TokenIssueAction::Ok);
        assert_eq!(issued.access_token_duration, Some(86_400));
        assert_eq!(issued.refresh_token_duration, Some(864_000));
        // In milliseconds since the epoch.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let end = issued.access_token_expires_at.unwrap();
        let left = end - i64::try_from(since_epoch.as_millis()).unwrap();
        assert!((86_340_000..=86_460_000).contains(&left), "{left}");
        let more = issued.refresh_token_expires_at.unwrap() - end;
        assert_eq!(more, (864_000 - 86_400) * 1000);
    }
}

#[rstest]
#[tokio::test]
async fn access_token_value_is_taken_from_the_token_issue_call(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let client = emulator.client();
    let ask = async |parameters: &str| {
        let request = TokenRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(&client.secret)
            .access_token("chosen");
        api.token(&request).await.unwrap()
    };
    let password = "grant_type=password&username=alice&password=x";
    let issue = async |ticket: Secret, value: Option<&str>| {
        let mut request = TokenIssueRequest::new(ticket, "alice");
        request.access_token = value.map(Into::into);
        api.token_issue(&request).await.unwrap()
    };
    // These calls issue no token, so the value is still unused.
    let asked = ask(password).await;
    assert_eq!(asked.action, TokenAction::Password);
    let refused = ask("grant_type=refresh_token&refresh_token=unknown").await;
    assert_eq!(refused.action, TokenAction::BadRequest);
    let wrong = issue("made-up".into(), Some("chosen")).await;
    assert_eq!(wrong.action, TokenIssueAction::InternalServerError);
    assert_eq!((wrong.access_token, wrong.refresh_token), (None, None));

    let random = issue(asked.ticket.unwrap(), None).await;
    // 256 bits in base64url.
    assert_eq!(random.access_token.unwrap().expose().len(), 43);
    let asked = ask(password).await;
    let chosen = issue(asked.ticket.unwrap(), Some("chosen")).await;
    assert_eq!(chosen.access_token.unwrap().expose(), "chosen");
    let body = content(chosen.response_content.as_ref());
    assert_eq!(body["access_token"], "chosen");
    let asked = ask(password).await;
    let taken = issue(asked.ticket.unwrap(), Some("chosen")).await;
    assert_eq!(taken.action, TokenIssueAction::InternalServerError);
}

#[rstest]
#[tokio::test]
async fn jwt_at_claims_are_ignored_for_opaque_tokens_and_reserved_properties_always(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let issue = async |claims: &str| {
        let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
        let request = TokenIssueRequest::new(ticket, "alice")
            .jwt_at_claims(claims)
            .properties([Property::new("token_type", "x"), Property::new("shop", "7")]);
        api.token_issue(&request).await.unwrap()
    };
    let opaque = issue(r#"{"tenant":"a"}"#).await;
    assert_eq!(opaque.jwt_access_token, None);
    let body = content(opaque.response_content.as_ref());
    assert_eq!(body.get("tenant"), None);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["shop"], "7");
    let properties = opaque.properties.unwrap();
    assert_eq!(properties.len(), 1);
    assert_eq!(properties[0].key.as_deref(), Some("shop"));

    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let signed = issue(r#"{"tenant":"a"}"#).await;
    let jwt = signed.jwt_access_token.unwrap();
    assert_eq!(jwt::parts(jwt.expose()).1["tenant"], "a");
    let body = content(signed.response_content.as_ref());
    assert_eq!(body["access_token"], jwt.expose());
    let wrong = issue("[]").await;
    assert_eq!(wrong.action, TokenIssueAction::InternalServerError);
}

#[rstest]
#[tokio::test]
async fn authorization_details_of_the_request_are_those_of_the_access_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["account".to_owned()]);
    })
    .await;
    let details = json!([{ "type": "account", "amount": 7 }]);
    let more = form(&[("authorization_details", &details.to_string())]);
    let asked = log_in(&emulator, &api, &format!("&{more}")).await;
    let elements = asked.authorization_details.clone().unwrap().elements;
    assert_eq!(elements.unwrap()[0].type_.as_deref(), Some("account"));
    let request = TokenIssueRequest::new(asked.ticket.unwrap(), "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.authorization_details, asked.authorization_details);
    let body = content(issued.response_content.as_ref());
    assert_eq!(body["authorization_details"], details);
}

#[rstest]
#[tokio::test]
async fn call_without_ticket_subject_or_reason_does_not_use_up_the_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
    for (path, body) in [
        ("/auth/token/fail", json!({ "reason": "UNKNOWN" })),
        ("/auth/token/fail", json!({ "ticket": ticket.expose() })),
        ("/auth/token/issue", json!({ "subject": "alice" })),
        ("/auth/token/issue", json!({ "ticket": ticket.expose() })),
    ] {
        let (_, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(answer["action"], "INTERNAL_SERVER_ERROR", "{body}");
        let response = content(Some(&answer["responseContent"].as_str().unwrap().into()));
        assert_eq!(response["error"], "server_error", "{body}");
    }
    let request = TokenIssueRequest::new(ticket, "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.action, TokenIssueAction::Ok);
}

#[rstest]
#[tokio::test]
async fn no_refresh_token_is_issued_if_the_service_does_not_support_the_grant_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_passwords(version).await;
    configure_client(&api, emulator.client().id, |client| {
        let grant_types = client.grant_types.as_mut().unwrap();
        grant_types.push(GrantType::AuthorizationCode);
    })
    .await;
    configure(&emulator, &api, |service| {
        service.supported_grant_types =
            Some(vec![GrantType::AuthorizationCode, GrantType::Password]);
    })
    .await;
    let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
    let request = TokenIssueRequest::new(ticket, "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.action, TokenIssueAction::Ok);
    assert_eq!(issued.refresh_token, None);
    let body = content(issued.response_content.as_ref());
    assert_eq!(body.get("refresh_token"), None);
    assert_eq!(tokens(&api, emulator.client()).await.refresh_token, None);
}
