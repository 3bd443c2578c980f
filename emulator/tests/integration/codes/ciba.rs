//! Backchannel authentication requests and the decisions on them.

use std::time::Duration;

use authlete::types::{Client, ClientAuthMethod, ClientType, DeliveryMode, GrantType, Service};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, with};
use crate::common::result_codes::assert_code;

const REQUEST: &str = "/backchannel/authentication";
const ISSUE: &str = "/backchannel/authentication/issue";
const COMPLETE: &str = "/backchannel/authentication/complete";
const VALID: &str = "scope=openid&login_hint=alice&client_notification_token=tell-me";

async fn start(mode: DeliveryMode) -> Caller {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| {
            client.grant_types = Some(vec![GrantType::Ciba]);
            client.bc_delivery_mode = Some(mode);
            client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
        })
        .await;
    caller
}

async fn ticket(caller: &Caller) -> Value {
    let answer = caller.ask(REQUEST, VALID).await;
    json!({ "ticket": answer["ticket"] })
}

/// The body of a call that reports that the user has authorized the client, with an issued `auth_req_id`.
async fn authorized(caller: &Caller) -> Value {
    let ticket = ticket(caller).await;
    assert_code(Some(&caller.code(ISSUE, &ticket).await), "A183001");
    json!({ "ticket": ticket["ticket"], "result": "AUTHORIZED", "subject": "alice" })
}

#[rstest]
#[case::valid(VALID, "A179001")]
#[case::no_scope("login_hint=alice", "A176301")]
#[case::no_openid("scope=read&login_hint=alice", "A176304")]
#[case::no_hint("scope=openid", "A174301")]
#[case::two_hints("scope=openid&login_hint=a&login_hint_token=b", "A174302")]
#[case::expiry_is_no_number("scope=openid&login_hint=a&requested_expiry=soon", "A201301")]
#[case::expiry_is_zero("scope=openid&login_hint=a&requested_expiry=0", "A201302")]
#[case::token_is_malformed("scope=openid&login_hint=a&client_notification_token=a%20b", "A155303")]
#[tokio::test]
async fn backchannel_request_with_an_invalid_parameter_returns_the_result_code_for_it(
    #[case] parameters: &str,
    #[case] expected: &str,
) {
    let caller = start(DeliveryMode::Poll).await;
    assert_code(Some(&caller.code_of(REQUEST, parameters).await), expected);
}

#[tokio::test]
async fn notification_token_of_more_than_1024_characters_returns_a_specific_result_code() {
    let caller = start(DeliveryMode::Ping).await;
    let parameters = |length| {
        let token = "a".repeat(length);
        format!("scope=openid&login_hint=a&client_notification_token={token}")
    };
    assert_code(
        Some(&caller.code_of(REQUEST, &parameters(1024)).await),
        "A179001",
    );
    assert_code(
        Some(&caller.code_of(REQUEST, &parameters(1025)).await),
        "A155302",
    );
}

#[tokio::test]
async fn missing_notification_token_in_ping_mode_returns_a_specific_result_code() {
    let caller = start(DeliveryMode::Ping).await;
    let code = caller.code_of(REQUEST, "scope=openid&login_hint=a").await;
    assert_code(Some(&code), "A155301");
}

#[tokio::test]
async fn missing_user_code_returns_a_specific_result_code_if_the_client_requires_it() {
    let caller = start(DeliveryMode::Poll).await;
    caller
        .configure(|service| service.backchannel_user_code_parameter_supported = Some(true))
        .await;
    caller
        .configure_client(|client| client.bc_user_code_required = Some(true))
        .await;
    assert_code(Some(&caller.code_of(REQUEST, VALID).await), "A177301");
}

#[tokio::test]
async fn openid_that_the_client_may_not_request_returns_a_specific_result_code() {
    let caller = start(DeliveryMode::Poll).await;
    caller
        .configure_client(|client| {
            let extension = client.extension.get_or_insert_default();
            extension.requestable_scopes_enabled = Some(true);
            extension.requestable_scopes = Some(vec!["read".to_owned()]);
        })
        .await;
    assert_code(Some(&caller.code_of(REQUEST, VALID).await), "A176305");
}

#[tokio::test]
async fn backchannel_request_of_public_client_returns_a_specific_result_code() {
    let caller = start(DeliveryMode::Poll).await;
    caller
        .configure_client(|client| {
            client.client_type = Some(ClientType::Public);
            client.token_auth_method = Some(ClientAuthMethod::None);
        })
        .await;
    let body = json!({ "parameters": format!("{VALID}&client_id={}", caller.id()) });
    assert_code(Some(&caller.code(REQUEST, &body).await), "A168311");
}

#[tokio::test]
async fn malformed_certificate_in_a_backchannel_request_returns_a_specific_result_code() {
    let caller = start(DeliveryMode::Poll).await;
    let body = json!({
        "parameters": VALID,
        "clientId": caller.id(),
        "clientSecret": caller.secret(),
        "clientCertificate": "no certificate",
    });
    assert_code(Some(&caller.code(REQUEST, &body).await), "A180302");
}

#[tokio::test]
async fn missing_unknown_used_or_expired_ticket_returns_the_result_code_for_its_state() {
    let caller = start(DeliveryMode::Poll).await;
    assert_code(Some(&caller.code(ISSUE, &json!({})).await), "A182201");
    let unknown = json!({ "ticket": "unheard-of" });
    assert_code(Some(&caller.code(ISSUE, &unknown).await), "A181201");

    let pending = authorized(&caller).await;
    assert_code(Some(&caller.code(ISSUE, &pending).await), "A181205");
    assert_code(Some(&caller.code(COMPLETE, &pending).await), "A198001");
    assert_code(Some(&caller.code(ISSUE, &pending).await), "A181204");
    assert_code(Some(&caller.code(COMPLETE, &pending).await), "A196203");

    let ticket = ticket(&caller).await;
    let late = authorized(&caller).await;
    caller.emulator.advance(Duration::from_secs(86_401));
    assert_code(Some(&caller.code(ISSUE, &ticket).await), "A181203");
    assert_code(Some(&caller.code(COMPLETE, &late).await), "A196202");
}

#[rstest]
#[case::no_result("result", None, "A187201")]
#[case::no_subject("subject", None, "A188201")]
#[case::negative_time("authTime", Some(json!(-1)), "A195201")]
#[case::time_is_zero("authTime", Some(json!(0)), "A198001")]
#[case::malformed_claims("claims", Some(json!("[]")), "A190201")]
#[case::malformed_header("idtHeaderParams", Some(json!("[]")), "A256201")]
#[case::malformed_token_claims("jwtAtClaims", Some(json!("[]")), "A196205")]
#[case::refused("result", Some(json!("ACCESS_DENIED")), "A198002")]
#[tokio::test]
async fn backchannel_decision_returns_the_result_code_for_its_members(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: &str,
) {
    let caller = start(DeliveryMode::Poll).await;
    let body = with(authorized(&caller).await, name, value);
    assert_code(Some(&caller.code(COMPLETE, &body).await), expected);
}

#[rstest]
#[case::authorized("AUTHORIZED", "A198003")]
#[case::refused("ACCESS_DENIED", "A198004")]
#[case::failed("TRANSACTION_FAILED", "A198004")]
#[tokio::test]
async fn backchannel_decision_in_push_mode_returns_the_code_for_success_or_failure(
    #[case] result: &str,
    #[case] expected: &str,
) {
    let caller = start(DeliveryMode::Push).await;
    let body = with(authorized(&caller).await, "result", Some(json!(result)));
    assert_code(Some(&caller.code(COMPLETE, &body).await), expected);
}

#[rstest]
#[case::service_without_the_mode(
    |service: &mut Service| service.supported_backchannel_token_delivery_modes = Some(vec![DeliveryMode::Ping]),
    |_: &mut Client| {},
    "A169302"
)]
#[case::client_without_a_mode(|_: &mut Service| {}, |client: &mut Client| client.bc_delivery_mode = None, "A169301")]
#[tokio::test]
async fn missing_or_unsupported_delivery_mode_returns_a_specific_result_code(
    #[case] change_service: fn(&mut Service),
    #[case] change_client: fn(&mut Client),
    #[case] expected: &str,
) {
    let caller = start(DeliveryMode::Poll).await;
    caller.configure(change_service).await;
    caller.configure_client(change_client).await;
    assert_code(Some(&caller.code_of(REQUEST, VALID).await), expected);
}
