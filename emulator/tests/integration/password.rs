//! The grant type `password` (RFC 6749 §4.3): the token endpoint hands it on, and takes it up again.

use std::time::Duration;

use crate::common::*;
use authlete::types::{
    GrantType, IntrospectionRequest, Property, TokenAction, TokenFailAction, TokenFailReason,
    TokenFailRequest, TokenIssueAction, TokenIssueRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;

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

#[tokio::test]
async fn the_server_checks_the_password_and_gets_the_tokens() {
    for version in GENERATIONS {
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
        assert_eq!(issued.result_code.as_deref(), Some("A054001"));
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
}

#[tokio::test]
async fn a_reason_is_the_error_that_the_client_gets() {
    for version in GENERATIONS {
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
            // It is over.
            let request = TokenIssueRequest::new(ticket, "alice");
            let late = api.token_issue(&request).await.unwrap();
            assert_eq!(late.action, TokenIssueAction::InternalServerError);
            assert_eq!(late.result_code.as_deref(), Some("A055202"));
        }
        let ticket = log_in(&emulator, &api, "").await.ticket.unwrap();
        let request = TokenFailRequest::new(ticket.clone(), "BAD_MOOD");
        let failed = api.token_fail(&request).await.unwrap();
        assert_eq!(failed.action, TokenFailAction::InternalServerError);
        assert_eq!(failed.result_code.as_deref(), Some("A907202"));
        // Nobody decided.
        let request = TokenIssueRequest::new(ticket, "alice");
        let issued = api.token_issue(&request).await.unwrap();
        assert_eq!(issued.action, TokenIssueAction::Ok);
    }
}

#[tokio::test]
async fn a_ticket_is_good_once_and_for_a_day() {
    for version in GENERATIONS {
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
        assert_eq!(failed.result_code.as_deref(), Some("A063202"));

        let old = log_in(&emulator, &api, "").await.ticket.unwrap();
        emulator.advance(Duration::from_secs(86_401));
        for (ticket, code) in [(old.expose(), "A055301"), ("made-up", "A055202")] {
            let request = TokenIssueRequest::new(ticket, "alice");
            let answer = api.token_issue(&request).await.unwrap();
            assert_eq!(answer.action, refused);
            assert_eq!(answer.result_code.as_deref(), Some(code));
        }
    }
}

#[tokio::test]
async fn what_the_request_lacks_is_the_clients_fault() {
    for version in GENERATIONS {
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
            assert_eq!(answer.result_code.as_deref(), Some(code));
            let body = content(answer.response_content.as_ref());
            assert_eq!(body["error"], "invalid_request");
            assert_eq!(answer.ticket, None);
        }
    }
}
