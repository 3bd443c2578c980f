//! The context that a caller attaches to the ticket of an authorization request.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationFailReason, AuthorizationFailRequest, AuthorizationIssueAction,
    AuthorizationIssueRequest, AuthorizationRequest, AuthorizationTicketInfo,
    AuthorizationTicketInfoAction as InfoAction, AuthorizationTicketInfoRequest,
    AuthorizationTicketUpdateAction as UpdateAction, AuthorizationTicketUpdateRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::RegisteredClient;
use rstest::rstest;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn ticket_with(api: &Authlete, client: &RegisteredClient, context: &str) -> Secret {
    let request = AuthorizationRequest::new(query(client)).context(context);
    api.authorization(&request).await.unwrap().ticket.unwrap()
}

/// The context, when the ticket is found.
async fn context(api: &Authlete, ticket: &Secret) -> Option<String> {
    let request = AuthorizationTicketInfoRequest::new(ticket);
    let answer = api.authorization_ticket_info(&request).await.unwrap();
    assert_eq!(answer.action, InfoAction::Ok);
    assert_code(answer.result_code.as_deref(), "A901001");
    answer.info.expect("info").context
}

/// Updates the ticket and returns its context.
async fn update(api: &Authlete, ticket: &Secret, info: AuthorizationTicketInfo) -> Option<String> {
    let request = AuthorizationTicketUpdateRequest::new(ticket, info);
    let answer = api.authorization_ticket_update(&request).await.unwrap();
    assert_eq!(answer.action, UpdateAction::Ok);
    assert_code(answer.result_code.as_deref(), "A901002");
    answer.info.expect("info").context
}

/// Checks that neither call finds the ticket.
async fn assert_unknown(api: &Authlete, ticket: &Secret) {
    let request = AuthorizationTicketInfoRequest::new(ticket);
    let answer = api.authorization_ticket_info(&request).await.unwrap();
    assert_eq!(answer.action, InfoAction::NotFound);
    assert_code(answer.result_code.as_deref(), "A901205");
    assert_eq!(answer.info, None);
    let info = AuthorizationTicketInfo::new().context("late");
    let request = AuthorizationTicketUpdateRequest::new(ticket, info);
    let answer = api.authorization_ticket_update(&request).await.unwrap();
    assert_eq!(answer.action, UpdateAction::NotFound);
    assert_code(answer.result_code.as_deref(), "A901207");
    assert_eq!(answer.info, None);
}

#[rstest]
#[tokio::test]
async fn context_of_a_ticket_is_returned_and_replaced(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let ticket = ticket_with(&api, emulator.client(), "cart 7").await;
    let other = ticket_with(&api, emulator.client(), "cart 8").await;
    for _ in 0..2 {
        assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 7"));
    }
    let info = AuthorizationTicketInfo::new().context("cart 9");
    let now = update(&api, &ticket, info).await;
    assert_eq!(now.as_deref(), Some("cart 9"));
    assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 9"));
    assert_eq!(context(&api, &other).await.as_deref(), Some("cart 8"));

    // The ticket stays valid.
    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::Location);
    let info = issued.ticket_info.unwrap();
    assert_eq!(info.context.as_deref(), Some("cart 9"));
}

#[rstest]
#[tokio::test]
async fn ticket_can_have_no_context(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let ticket = ticket(&api, &query(emulator.client())).await;
    assert_eq!(context(&api, &ticket).await, None);
    let info = AuthorizationTicketInfo::new().context("cart 7");
    update(&api, &ticket, info).await;
    assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 7"));
    let now = update(&api, &ticket, AuthorizationTicketInfo::new()).await;
    assert_eq!(now, None);
    assert_eq!(context(&api, &ticket).await, None);
    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.ticket_info, None);
}

#[rstest]
#[tokio::test]
async fn unknown_used_and_foreign_tickets_are_not_found(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    assert_unknown(&api, &Secret::from("made-up")).await;

    let issued = ticket_with(&api, client, "cart 7").await;
    let issue = AuthorizationIssueRequest::new(&issued, "alice");
    api.authorization_issue(&issue).await.unwrap();
    assert_unknown(&api, &issued).await;

    let failed = ticket_with(&api, client, "cart 7").await;
    let fail = AuthorizationFailRequest::new(&failed, AuthorizationFailReason::Denied);
    api.authorization_fail(&fail).await.unwrap();
    assert_unknown(&api, &failed).await;

    // A ticket of another service.
    let ticket = ticket_with(&api, client, "cart 7").await;
    let other = another_service(&emulator, &api, version).await;
    assert_unknown(&other, &ticket).await;
    assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 7"));

    api.delete_client(client.id).await.unwrap();
    assert_unknown(&api, &ticket).await;
}

#[rstest]
#[tokio::test]
async fn update_does_not_extend_the_lifetime_of_a_ticket(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let ticket = ticket_with(&api, emulator.client(), "cart 7").await;
    emulator.advance(HOUR * 23);
    let info = AuthorizationTicketInfo::new().context("cart 8");
    update(&api, &ticket, info).await;
    emulator.advance(HOUR);
    assert_unknown(&api, &ticket).await;
}

#[rstest]
#[tokio::test]
async fn call_without_ticket_or_info_is_a_caller_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let ticket = ticket_with(&api, emulator.client(), "cart 7").await;
    let value = ticket.expose();
    let (info, update) = ("info", "update");
    for (name, body, code) in [
        (info, json!({}), "A901204"),
        (info, json!({ "ticket": "" }), "A901204"),
        (update, json!({ "info": { "context": "x" } }), "A901206"),
        (update, json!({ "ticket": value }), "A901206"),
        (update, json!({ "ticket": value, "info": null }), "A901206"),
    ] {
        let path = format!("/auth/authorization/ticket/{name}");
        let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
        assert_eq!(status, 200);
        assert_eq!(answer["action"], "CALLER_ERROR", "{body}");
        assert_code(answer["resultCode"].as_str(), code);
        assert_eq!(answer.get("info"), None);
    }
    for info in [json!("cart 8"), json!("{\"context\":\"cart 8\"}")] {
        let path = "/auth/authorization/ticket/update";
        let body = json!({ "ticket": value, "info": info });
        let (_, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(answer["info"], json!({ "context": "cart 8" }), "{body}");
    }
    assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 8"));
}

#[rstest]
#[tokio::test]
async fn info_with_truncated_json_is_refused_and_named(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let ticket = ticket_with(&api, emulator.client(), "cart 7").await;
    let body = json!({ "ticket": ticket.expose(), "info": "{\"context\":" });
    let path = "/auth/authorization/ticket/update";
    let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
    assert_code(answer["resultCode"].as_str(), "A900212");
    assert_eq!(status, 400);
    let message = answer["resultMessage"].as_str().unwrap();
    assert!(message.ends_with("info: not JSON."), "{message}");
    assert_eq!(context(&api, &ticket).await.as_deref(), Some("cart 7"));
}
