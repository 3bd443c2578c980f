//! The verification of JOSE objects.

use authlete::types::Service;
use rstest::rstest;
use serde_json::{Value, json};

use super::Caller;
use crate::common::jwt::Key;

const PATH: &str = "/jose/verify";

#[rstest]
#[case::no_keys_of_the_service(
    |service: &mut Service| service.jwks = None,
    json!({}),
    "A160218"
)]
#[case::no_keys_of_the_client(|_: &mut Service| {}, json!({ "signedByClient": true }), "A160301")]
#[tokio::test]
async fn object_whose_signer_has_no_keys_has_the_code_for_the_signer(
    #[case] change: fn(&mut Service),
    #[case] members: Value,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    caller.configure(change).await;
    caller.configure_client(|client| client.jwks = None).await;
    let mut body = members;
    body["jose"] = Key::generate().sign(&json!({ "iss": caller.id() })).into();
    assert_eq!(caller.code(PATH, &body).await, expected);
}

#[rstest]
#[case::unknown_algorithm(json!({ "alg": "a" }), json!({ "iss": "a" }), "A160211")]
#[case::claims_are_no_object(json!({ "alg": "ES256" }), json!("text"), "A160203")]
#[tokio::test]
async fn object_that_cannot_be_verified_has_the_code_for_its_cause(
    #[case] header: Value,
    #[case] claims: Value,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let body = json!({
        "jose": Key::generate().sign_with(&header, &claims),
        "mandatoryClaims": ["iss"],
    });
    assert_eq!(caller.code(PATH, &body).await, expected);
}
