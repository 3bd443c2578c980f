//! The verification of JOSE objects.

use authlete::types::Service;
use rstest::rstest;
use serde_json::{Value, json};

use super::Caller;
use crate::common::jwt::Key;
use crate::common::result_codes::assert_code;

const PATH: &str = "/jose/verify";

#[rstest]
#[case::no_keys_of_the_service(
    |service: &mut Service| service.jwks = None,
    json!({}),
    "A160218"
)]
#[case::no_keys_of_the_client(|_: &mut Service| {}, json!({ "signedByClient": true }), "A160301")]
#[tokio::test]
async fn jose_object_of_signer_without_keys_returns_the_result_code_for_service_or_client(
    #[case] change: fn(&mut Service),
    #[case] members: Value,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller.configure(change).await;
    caller.configure_client(|client| client.jwks = None).await;
    let mut body = members;
    body["jose"] = Key::generate().sign(&json!({ "iss": caller.id() })).into();
    assert_code(Some(&caller.code(PATH, &body).await), expected);
}

#[rstest]
#[case::unknown_algorithm(json!({ "alg": "a" }), json!({ "iss": "a" }), "A160211")]
#[case::claims_are_no_object(json!({ "alg": "ES256" }), json!("text"), "A160203")]
#[tokio::test]
async fn jose_object_with_unknown_algorithm_or_malformed_claims_returns_the_result_code_for_it(
    #[case] header: Value,
    #[case] claims: Value,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let body = json!({
        "jose": Key::generate().sign_with(&header, &claims),
        "mandatoryClaims": ["iss"],
    });
    assert_code(Some(&caller.code(PATH, &body).await), expected);
}
