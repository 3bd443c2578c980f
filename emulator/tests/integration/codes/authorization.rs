//! Authorization requests, and the decisions on them.

use authlete::types::{Client, ClientType, Display, GrantType, JwsAlg, ResponseType, Service};
use rstest::rstest;
use serde_json::json;

use super::Caller;
use crate::common::result_codes::assert_code;
use crate::common::{form, query};

const PATH: &str = "/auth/authorization";

async fn code(caller: &Caller, parameters: &str) -> String {
    caller
        .code(PATH, &json!({ "parameters": parameters }))
        .await
}

/// A valid request, with another value of a parameter.
fn request(caller: &Caller, name: &str, value: &str) -> String {
    let query = query(caller.client());
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs = pairs.filter(|(other, _)| other != name);
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    serializer.extend_pairs(pairs).append_pair(name, value);
    serializer.finish()
}

/// A valid request without a parameter.
fn without(caller: &Caller, name: &str) -> String {
    let request = request(caller, name, "");
    request.trim_end_matches(&format!("&{name}=")).to_owned()
}

#[rstest]
#[case("scope", "A007302")]
#[case("request", "A008301")]
#[case("request_uri", "A008302")]
#[case("response_type", "A009303")]
#[case("redirect_uri", "A011302")]
#[case("response_mode", "A012302")]
#[case("state", "A013302")]
#[case("nonce", "A014302")]
#[case("display", "A015302")]
#[case("prompt", "A016302")]
#[case("max_age", "A017302")]
#[case("ui_locales", "A018302")]
#[case("claims_locales", "A020302")]
#[case("acr_values", "A021302")]
#[case("claims", "A022302")]
#[case("login_hint", "A069302")]
#[case("code_challenge", "A124303")]
#[case("code_challenge_method", "A124305")]
#[case("purpose", "A252302")]
#[tokio::test]
async fn repeated_authorization_parameter_returns_the_result_code_of_the_parameter(
    #[case] name: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let repeated = format!("{}&{name}=b", request(&caller, name, "a"));
    assert_code(Some(&code(&caller, &repeated).await), expected);
}

#[rstest]
#[case::valid("state", "a", "A004001")]
#[case::response_type("response_type", "a", "A009304")]
#[case::redirect_uri("redirect_uri", "https://app.example/a b", "A011314")]
#[case::response_mode("response_mode", "a", "A012303")]
#[case::display("display", "a", "A015303")]
#[case::prompt("prompt", "a", "A016303")]
#[case::short_challenge("code_challenge", "a", "A124304")]
#[case::challenge_method("code_challenge_method", "a", "A124306")]
#[case::resource("resource", "1a:b", "A251306")]
#[case::details("authorization_details", r#"[{"type":"a"}]"#, "A249302")]
#[tokio::test]
async fn invalid_authorization_parameter_returns_the_result_code_of_the_parameter(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller
        .configure(|service| {
            service.supported_authorization_details_types = Some(vec!["payment".to_owned()]);
        })
        .await;
    let request = request(&caller, name, value);
    assert_code(Some(&code(&caller, &request).await), expected);
}

#[tokio::test]
async fn purpose_of_more_than_300_characters_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let longest = request(&caller, "purpose", &"a".repeat(300));
    assert_code(Some(&code(&caller, &longest).await), "A004001");
    let longer = request(&caller, "purpose", &"a".repeat(301));
    assert_code(Some(&code(&caller, &longer).await), "A252304");
}

#[rstest]
#[case::response_type(
    |service: &mut Service| service.supported_response_types = Some(vec![ResponseType::Token]),
    "state",
    "A009305"
)]
#[case::scope(|service: &mut Service| service.scope_required = Some(true), "scope", "A007305")]
#[case::empty_challenge(|service: &mut Service| service.pkce_required = Some(true), "code_challenge", "A124302")]
#[case::pushed_request(|service: &mut Service| service.par_required = Some(true), "state", "A008306")]
#[case::display(
    |service: &mut Service| service.supported_displays = Some(vec![Display::Popup]),
    "state",
    "A015304"
)]
#[tokio::test]
async fn request_that_violates_a_service_setting_returns_the_result_code_of_the_setting(
    #[case] change: fn(&mut Service),
    #[case] empty: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller.configure(change).await;
    let request = request(&caller, empty, "");
    assert_code(Some(&code(&caller, &request).await), expected);
}

#[rstest]
#[case::of_the_client(|_: &mut Service| {}, |client: &mut Client| client.par_required = Some(true), "A008307")]
#[case::of_the_service(|service: &mut Service| service.par_required = Some(true), |_: &mut Client| {}, "A008308")]
#[case::not_registered(
    |_: &mut Service| {},
    |client: &mut Client| client.request_uris = Some(vec!["https://client.example/other".to_owned()]),
    "A008303"
)]
#[tokio::test]
async fn disallowed_request_uri_returns_the_result_code_for_the_violated_setting(
    #[case] change_service: fn(&mut Service),
    #[case] change_client: fn(&mut Client),
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller.configure(change_service).await;
    caller.configure_client(change_client).await;
    let request = request(&caller, "request_uri", "https://client.example/request");
    assert_code(Some(&code(&caller, &request).await), expected);
}

/// Lets the client use the implicit flow only.
async fn allow_only_tokens(caller: &Caller) {
    caller
        .configure_client(|client| {
            client.grant_types = Some(vec![GrantType::Implicit]);
            client.response_types = Some(vec![ResponseType::Token]);
        })
        .await;
}

#[tokio::test]
async fn response_type_that_the_client_has_not_registered_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    allow_only_tokens(&caller).await;
    let request = request(&caller, "state", "a");
    assert_code(Some(&code(&caller, &request).await), "A009306");
}

#[rstest]
#[case::public(ClientType::Public, "code", "A011310")]
#[case::implicit(ClientType::Confidential, "token", "A011311")]
#[case::confidential(ClientType::Confidential, "code", "A011312")]
#[tokio::test]
async fn request_of_client_without_redirect_uris_returns_the_code_for_client_type_and_response_type(
    #[case] client_type: ClientType,
    #[case] response_type: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| {
            client.redirect_uris = None;
            client.client_type = Some(client_type);
            client.response_types = Some(vec![ResponseType::Code, ResponseType::Token]);
        })
        .await;
    let parameters = form(&[
        ("client_id", &*caller.id()),
        ("response_type", response_type),
    ]);
    assert_code(Some(&code(&caller, &parameters).await), expected);
}

#[tokio::test]
async fn unsupported_essential_acr_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    caller
        .configure(|service| service.supported_acrs = Some(vec!["gold".to_owned()]))
        .await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"values":["silver"]}}}"#;
    let request = format!(
        "{}&{}",
        request(&caller, "scope", "openid"),
        form(&[("claims", claims)])
    );
    assert_code(Some(&code(&caller, &request).await), "A021304");
}

#[rstest]
#[case("NOT_LOGGED_IN", "A060301")]
#[case("MAX_AGE_NOT_SUPPORTED", "A060302")]
#[case("EXCEEDS_MAX_AGE", "A060303")]
#[case("DIFFERENT_SUBJECT", "A060304")]
#[case("ACR_NOT_SATISFIED", "A060305")]
#[case("DENIED", "A060306")]
#[case("UNKNOWN", "A060307")]
#[case("SERVER_ERROR", "A060308")]
#[case("NOT_AUTHENTICATED", "A060309")]
#[case("ACCOUNT_SELECTION_REQUIRED", "A060310")]
#[case("CONSENT_REQUIRED", "A060311")]
#[case("INTERACTION_REQUIRED", "A060312")]
#[case("INVALID_TARGET", "A060313")]
#[tokio::test]
async fn failed_authorization_returns_the_result_code_for_the_reason(
    #[case] reason: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let parameters = request(&caller, "state", "a");
    let answer = caller
        .call(PATH, &json!({ "parameters": parameters }))
        .await;
    let body = json!({ "ticket": answer["ticket"], "reason": reason });
    let path = "/auth/authorization/fail";
    assert_code(Some(&caller.code(path, &body).await), expected);
    assert_code(Some(&caller.code(path, &body).await), "A059202");
}

#[tokio::test]
async fn failed_authorization_without_ticket_or_reason_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let path = "/auth/authorization/fail";
    let body = json!({ "reason": "DENIED" });
    assert_code(Some(&caller.code(path, &body).await), "A059201");
    let body = json!({ "ticket": "a" });
    assert_code(Some(&caller.code(path, &body).await), "A060201");
}

#[tokio::test]
async fn access_token_that_cannot_be_signed_in_the_implicit_flow_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    allow_only_tokens(&caller).await;
    caller
        .configure(|service| {
            service.access_token_sign_alg = Some(JwsAlg::Es256);
            service.jwks = None;
        })
        .await;
    let parameters = request(&caller, "response_type", "token");
    let answer = caller
        .call(PATH, &json!({ "parameters": parameters }))
        .await;
    let body = json!({ "ticket": answer["ticket"], "subject": "alice" });
    let code = caller.code("/auth/authorization/issue", &body).await;
    assert_code(Some(&code), "A045202");
}

#[tokio::test]
async fn openid_request_without_redirect_uri_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let request = without(&caller, "redirect_uri").replace("scope=read+write", "scope=openid");
    assert_code(Some(&code(&caller, &request).await), "A011303");
}
