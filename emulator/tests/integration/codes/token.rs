//! Token requests, and the calls that complete those with a password.

use std::time::Duration;

use authlete::types::{Client, ClientType, GrantType, JwsAlg};
use rstest::rstest;
use serde_json::{Value, json};

use super::Caller;
use crate::common::result_codes::assert_code;
use crate::common::{CHALLENGE, VERIFIER, code, form, query, tokens};

const PATH: &str = "/auth/token";
const ISSUE: &str = "/auth/token/issue";
const FAIL: &str = "/auth/token/fail";
const PASSWORD: &str = "grant_type=password&username=alice&password=a";

async fn start_with_passwords() -> Caller {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| client.grant_types = Some(vec![GrantType::Password]))
        .await;
    caller
}

/// The body of a call that completes a token request with a password.
async fn completion(caller: &Caller) -> Value {
    let answer = caller.ask(PATH, PASSWORD).await;
    json!({ "ticket": answer["ticket"], "subject": "alice" })
}

/// Has the service issue JWTs, which it cannot sign.
async fn break_signatures(caller: &Caller) {
    caller
        .configure(|service| {
            service.access_token_sign_alg = Some(JwsAlg::Es256);
            service.jwks = None;
        })
        .await;
}

#[rstest]
#[case::valid("", "A050001")]
#[case::no_redirect_uri("redirect_uri", "A050308")]
#[case::no_verifier("code_verifier", "A050312")]
#[tokio::test]
async fn code_request_without_redirect_uri_or_verifier_returns_the_result_code_of_the_parameter(
    #[case] missing: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let code = code(&caller.api, &query(caller.client())).await;
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &caller.client().redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let rest: Vec<_> = parameters
        .into_iter()
        .filter(|(name, _)| *name != missing)
        .collect();
    assert_code(Some(&caller.code_of(PATH, &form(&rest)).await), expected);
}

#[rstest]
#[case::empty("", "A050313")]
#[case::malformed("short", "A050316")]
#[case::wrong(CHALLENGE, "A050315")]
#[tokio::test]
async fn empty_malformed_or_wrong_verifier_returns_a_specific_result_code(
    #[case] verifier: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let code = code(&caller.api, &query(caller.client())).await;
    let parameters = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &caller.client().redirect_uri),
        ("code_verifier", verifier),
    ]);
    assert_code(Some(&caller.code_of(PATH, &parameters).await), expected);
}

#[tokio::test]
async fn unregistered_redirect_uri_returns_a_specific_result_code_if_the_code_was_requested_without_one()
 {
    let caller = Caller::start().await;
    let request = form(&[("response_type", "code"), ("client_id", &caller.id())]);
    let code = code(&caller.api, &request).await;
    let parameters = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "https://app.example/other"),
    ]);
    assert_code(Some(&caller.code_of(PATH, &parameters).await), "A050310");
}

#[tokio::test]
async fn access_token_that_cannot_be_signed_returns_the_result_code_of_the_grant_type() {
    let caller = Caller::start().await;
    let code = code(&caller.api, &query(caller.client())).await;
    let refresh_token = tokens(&caller.api, caller.client())
        .await
        .refresh_token
        .unwrap();
    break_signatures(&caller).await;
    let by_code = crate::common::code_parameters(caller.client(), &code);
    assert_code(Some(&caller.code_of(PATH, &by_code).await), "A050202");
    let by_refresh_token = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    assert_code(
        Some(&caller.code_of(PATH, &by_refresh_token).await),
        "A053202",
    );
}

#[tokio::test]
async fn disallowed_grant_type_returns_the_result_code_for_client_or_service() {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| client.grant_types = Some(vec![GrantType::RefreshToken]))
        .await;
    let parameters = "grant_type=client_credentials";
    assert_code(Some(&caller.code_of(PATH, parameters).await), "A047302");
    caller
        .configure(|service| service.supported_grant_types = Some(vec![GrantType::RefreshToken]))
        .await;
    assert_code(Some(&caller.code_of(PATH, parameters).await), "A049305");
}

#[rstest]
#[case::valid(PASSWORD, "A051001")]
#[case::no_username("grant_type=password&password=a", "A051301")]
#[case::empty_username("grant_type=password&username=&password=a", "A051302")]
#[case::username_twice("grant_type=password&username=a&username=b&password=a", "A051303")]
#[case::no_password("grant_type=password&username=a", "A051304")]
#[case::empty_password("grant_type=password&username=a&password=", "A051305")]
#[case::password_twice("grant_type=password&username=a&password=a&password=b", "A051306")]
#[tokio::test]
async fn password_request_with_an_invalid_parameter_returns_the_result_code_for_it(
    #[case] parameters: &str,
    #[case] expected: &str,
) {
    let caller = start_with_passwords().await;
    assert_code(Some(&caller.code_of(PATH, parameters).await), expected);
}

#[rstest]
#[case(PASSWORD, "A051308")]
#[case("grant_type=client_credentials", "A052303")]
#[tokio::test]
async fn missing_scope_returns_the_result_code_of_the_grant_type_if_the_service_requires_one(
    #[case] parameters: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| {
            client.grant_types = Some(vec![GrantType::Password, GrantType::ClientCredentials]);
        })
        .await;
    caller
        .configure(|service| service.scope_required = Some(true))
        .await;
    assert_code(Some(&caller.code_of(PATH, parameters).await), expected);
}

#[rstest]
#[case("INVALID_RESOURCE_OWNER_CREDENTIALS", "A067301")]
#[case("UNKNOWN", "A067302")]
#[case("INVALID_TARGET", "A067303")]
#[tokio::test]
async fn failed_token_request_returns_the_result_code_for_the_reason(
    #[case] reason: &str,
    #[case] expected: &str,
) {
    let caller = start_with_passwords().await;
    let mut body = completion(&caller).await;
    assert_code(Some(&caller.code(FAIL, &body).await), "A067201");
    body["reason"] = reason.into();
    assert_code(Some(&caller.code(FAIL, &body).await), expected);
    assert_code(Some(&caller.code(FAIL, &body).await), "A063202");
    let missing = json!({ "reason": reason });
    assert_code(Some(&caller.code(FAIL, &missing).await), "A063201");
}

#[tokio::test]
async fn expired_ticket_of_a_token_request_returns_a_specific_result_code() {
    let caller = start_with_passwords().await;
    let mut body = completion(&caller).await;
    body["reason"] = "UNKNOWN".into();
    caller.emulator.advance(Duration::from_secs(86_401));
    assert_code(Some(&caller.code(FAIL, &body).await), "A063301");
}

#[tokio::test]
async fn token_issue_call_without_subject_ticket_or_keys_returns_the_result_code_for_it() {
    let caller = start_with_passwords().await;
    let body = completion(&caller).await;
    let without_subject = json!({ "ticket": body["ticket"] });
    assert_code(Some(&caller.code(ISSUE, &without_subject).await), "A111201");
    let without_ticket = json!({ "subject": "alice" });
    assert_code(Some(&caller.code(ISSUE, &without_ticket).await), "A055201");
    break_signatures(&caller).await;
    assert_code(Some(&caller.code(ISSUE, &body).await), "A061202");
}

#[tokio::test]
async fn refresh_request_for_more_scopes_or_by_another_client_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let refresh_token = tokens(&caller.api, caller.client())
        .await
        .refresh_token
        .unwrap();
    let parameters = |scope: &str| {
        form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
            ("scope", scope),
        ])
    };
    assert_code(
        Some(&caller.code_of(PATH, &parameters("openid")).await),
        "A053309",
    );
    let mut other = Client::new();
    other.client_type = Some(ClientType::Confidential);
    other.grant_types = Some(vec![GrantType::RefreshToken]);
    let other = caller.api.create_client(&other).await.unwrap();
    let body = json!({
        "parameters": parameters(""),
        "clientId": other.client_id.unwrap().to_string(),
        "clientSecret": other.client_secret.unwrap().expose(),
    });
    assert_code(Some(&caller.code(PATH, &body).await), "A053307");
    assert_code(
        Some(&caller.code_of(PATH, &parameters("")).await),
        "A053001",
    );
}

#[tokio::test]
async fn unknown_refresh_token_without_client_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    caller
        .configure(|service| service.missing_client_id_allowed = Some(true))
        .await;
    let parameters = "grant_type=refresh_token&refresh_token=unheard-of";
    let code = caller
        .code(PATH, &json!({ "parameters": parameters }))
        .await;
    assert_code(Some(&code), "A244314");
}
