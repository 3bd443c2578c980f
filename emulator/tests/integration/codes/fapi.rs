//! Authorization requests that violate FAPI.

use authlete::types::{ClientAuthMethod, ClientType, FapiMode, JwsAlg, ServiceProfile};
use rstest::rstest;
use serde_json::json;

use super::{Caller, ISSUER, now};
use crate::common::jwt;
use crate::common::result_codes::assert_code;
use crate::common::{CHALLENGE, form};

const PATH: &str = "/auth/authorization";

async fn start(mode: FapiMode) -> Caller {
    let caller = Caller::start().await;
    caller
        .configure(|service| {
            service.supported_service_profiles = Some(vec![ServiceProfile::Fapi]);
        })
        .await;
    caller
        .configure_client(|client| client.fapi_modes = Some(vec![mode]))
        .await;
    caller
}

#[rstest]
#[case::valid("", "https://app.example/", "A004001")]
#[case::no_redirect_uri("redirect_uri", "https://app.example/", "A150307")]
#[case::redirect_uri_is_not_https("", "http://app.example/", "A150323")]
#[case::no_state("state", "https://app.example/", "A150313")]
#[case::no_challenge("code_challenge", "https://app.example/", "A150315")]
#[tokio::test]
async fn request_that_violates_the_baseline_profile_returns_the_result_code_of_the_rule(
    #[case] missing: &str,
    #[case] redirect_uri: &str,
    #[case] expected: &str,
) {
    let caller = start(FapiMode::Fapi1Baseline).await;
    caller
        .configure_client(|client| {
            client.client_type = Some(ClientType::Public);
            client.token_auth_method = Some(ClientAuthMethod::None);
            client.redirect_uris = Some(vec![redirect_uri.to_owned()]);
        })
        .await;
    let id = caller.id();
    let parameters = [
        ("client_id", &*id),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("scope", "read"),
        ("state", "a"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let is_present = |name: &str| missing.is_empty() || !name.starts_with(missing);
    let parameters: Vec<_> = parameters
        .into_iter()
        .filter(|(name, _)| is_present(name))
        .collect();
    let body = json!({ "parameters": form(&parameters) });
    assert_code(Some(&caller.code(PATH, &body).await), expected);
}

#[tokio::test]
async fn unsigned_request_object_in_the_advanced_profile_returns_a_specific_result_code() {
    let caller = start(FapiMode::Fapi1Advanced).await;
    caller
        .configure(|service| service.traditional_request_object_processing_applied = Some(true))
        .await;
    caller
        .configure_client(|client| client.authorization_sign_alg = Some(JwsAlg::Ps256))
        .await;
    let redirect_uri = &caller.client().redirect_uri;
    let object = jwt::unsigned(&json!({
        "aud": ISSUER,
        "nbf": now(),
        "exp": now() + 60,
        "scope": "read",
        "state": "a",
        "response_mode": "jwt",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }));
    let parameters = form(&[
        ("client_id", &*caller.id()),
        ("response_type", "code"),
        ("redirect_uri", redirect_uri),
        ("request", &object),
    ]);
    let body = json!({ "parameters": parameters });
    assert_code(Some(&caller.code(PATH, &body).await), "A150302");
}
