//! Device authorization requests, their verification and the decisions on them.

use std::time::Duration;

use authlete::types::{GrantType, Service};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, with};
use crate::common::result_codes::assert_code;

const REQUEST: &str = "/device/authorization";
const VERIFICATION: &str = "/device/verification";
const COMPLETE: &str = "/device/complete";

async fn start() -> Caller {
    let caller = Caller::start().await;
    caller.enable_devices().await;
    caller
        .configure_client(|client| client.grant_types = Some(vec![GrantType::DeviceCode]))
        .await;
    caller
}

/// The body of a call that reports that the user has authorized the client.
async fn authorized(caller: &Caller) -> Value {
    let answer = caller.ask(REQUEST, "scope=read").await;
    json!({ "userCode": answer["userCode"], "result": "AUTHORIZED", "subject": "alice" })
}

#[rstest]
#[case::valid(|_: &mut Service| {}, "A220001")]
#[case::no_verification_uri(|service: &mut Service| service.device_verification_uri = None, "A222101")]
#[case::no_scope(|service: &mut Service| service.scope_required = Some(true), "A219305")]
#[tokio::test]
async fn device_request_returns_the_result_code_for_the_service_settings(
    #[case] change: fn(&mut Service),
    #[case] expected: &str,
) {
    let caller = start().await;
    caller.configure(change).await;
    assert_code(Some(&caller.code_of(REQUEST, "a=b").await), expected);
}

#[tokio::test]
async fn missing_unknown_or_expired_user_code_returns_the_result_code_for_its_state() {
    let caller = start().await;
    let decision = authorized(&caller).await;
    for (path, missing, unknown, expired) in [
        (VERIFICATION, "A225201", "A225301", "A225303"),
        (COMPLETE, "A227201", "A227301", "A227303"),
    ] {
        assert_code(Some(&caller.code(path, &json!({})).await), missing);
        let body = json!({ "userCode": "unheard-of" });
        assert_code(Some(&caller.code(path, &body).await), unknown);
        let decision = authorized(&caller).await;
        caller.emulator.advance(Duration::from_secs(601));
        assert_code(Some(&caller.code(path, &decision).await), expired);
    }
    // Expired codes are kept for a while, so that they differ from unknown ones.
    assert_code(Some(&caller.code(COMPLETE, &decision).await), "A227303");
    let decision = authorized(&caller).await;
    assert_code(Some(&caller.code(VERIFICATION, &decision).await), "A224001");
    assert_code(Some(&caller.code(COMPLETE, &decision).await), "A241001");
}

#[rstest]
#[case::no_result("result", None, "A228201")]
#[case::no_subject("subject", None, "A230201")]
#[case::negative_time("authTime", Some(json!(-1)), "A232201")]
#[case::time_is_zero("authTime", Some(json!(0)), "A241001")]
#[case::malformed_claims("claims", Some(json!("[]")), "A234201")]
#[case::malformed_header("idtHeaderParams", Some(json!("[]")), "A257201")]
#[case::refused("result", Some(json!("ACCESS_DENIED")), "A241001")]
#[tokio::test]
async fn device_decision_returns_the_result_code_for_its_members(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: &str,
) {
    let caller = start().await;
    let body = with(authorized(&caller).await, name, value);
    assert_code(Some(&caller.code(COMPLETE, &body).await), expected);
}
