//! Signed backchannel authentication requests (CIBA Core 1.0 §7.1.1).

use authlete::types::{Client, DeliveryMode, GrantType, JwsAlg};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, ISSUER, VERSION, now, with};
use crate::common::jwt::{self, Key};
use crate::common::result_codes::assert_code;
use crate::common::{form, start_with_client};

const PATH: &str = "/backchannel/authentication";

/// An emulator whose client signs its requests with ES256.
async fn start(key: &Key) -> Caller {
    let caller = Caller::start().await;
    let mut jwk = key.jwk();
    jwk["kid"] = "registered".into();
    let jwks = json!({ "keys": [jwk] }).to_string();
    caller
        .configure_client(|client| {
            client.grant_types = Some(vec![GrantType::Ciba]);
            client.bc_delivery_mode = Some(DeliveryMode::Poll);
            client.bc_request_sign_alg = Some(JwsAlg::Es256);
            client.jwks = Some(jwks.into());
        })
        .await;
    caller
}

fn claims(caller: &Caller) -> Value {
    json!({
        "iss": caller.id(),
        "aud": ISSUER,
        "exp": now() + 60,
        "iat": now(),
        "nbf": now(),
        "jti": "1",
        "scope": "openid",
        "login_hint": "alice",
    })
}

async fn code(caller: &Caller, request: &str) -> String {
    caller.code_of(PATH, &form(&[("request", request)])).await
}

#[tokio::test]
async fn valid_signed_request_returns_the_success_code() {
    let key = Key::generate();
    let caller = start(&key).await;
    let request = key.sign(&claims(&caller));
    assert_code(Some(&code(&caller, &request).await), "A179001");
}

#[rstest]
#[case::no_issuer("iss", None, "A167306")]
#[case::unknown_issuer("iss", Some(json!("nobody")), "A167307")]
#[case::no_end("exp", None, "A167315")]
#[case::no_id("jti", None, "A167315")]
#[case::id_is_null("jti", Some(Value::Null), "A167316")]
#[case::end_is_null("exp", Some(Value::Null), "A167316")]
#[case::end_is_no_number("exp", Some(json!("soon")), "A167317")]
#[case::beginning_is_no_number("nbf", Some(json!("soon")), "A167317")]
#[case::end_has_passed("exp", Some(json!(now() - 60)), "A167318")]
#[case::issued_in_the_future("iat", Some(json!(now() + 3600)), "A167319")]
#[case::begins_in_the_future("nbf", Some(json!(now() + 3600)), "A167320")]
#[case::other_audience("aud", Some(json!("https://other.example")), "A167321")]
#[case::other_audiences("aud", Some(json!(["https://other.example"])), "A167324")]
#[case::context_is_no_object("request_context", Some(json!([])), "A167326")]
#[tokio::test]
async fn signed_request_with_an_invalid_claim_returns_the_result_code_of_the_claim(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: &str,
) {
    let key = Key::generate();
    let caller = start(&key).await;
    let request = key.sign(&with(claims(&caller), name, value));
    assert_code(Some(&code(&caller, &request).await), expected);
}

#[rstest]
#[case::not_a_jwt(|_: &Key, _: &Value| "a.b.c".to_owned(), "A167302")]
#[case::unsigned(|_: &Key, claims: &Value| jwt::unsigned(claims), "A167303")]
#[case::encrypted(|key: &Key, _: &Value| jwt::encrypt(&key.jwk(), "text"), "A167304")]
#[case::claims_are_no_object(|key: &Key, _: &Value| key.sign(&json!("text")), "A167305")]
#[case::another_algorithm(|_: &Key, claims: &Value| jwt::hmac(b"secret", claims), "A167310")]
#[case::unknown_key(
    |key: &Key, claims: &Value| key.sign_with(&json!({ "alg": "ES256", "kid": "other" }), claims),
    "A167312"
)]
#[case::another_key(|_: &Key, claims: &Value| Key::generate().sign(claims), "A167314")]
#[tokio::test]
async fn request_that_is_not_signed_as_registered_returns_the_result_code_for_the_cause(
    #[case] sign: fn(&Key, &Value) -> String,
    #[case] expected: &str,
) {
    let key = Key::generate();
    let caller = start(&key).await;
    let request = sign(&key, &claims(&caller));
    assert_code(Some(&code(&caller, &request).await), expected);
}

#[rstest]
#[case::no_keys(|client: &mut Client| client.jwks = None, "A167311")]
#[case::no_algorithm(|client: &mut Client| client.bc_request_sign_alg = None, "A167309")]
#[tokio::test]
async fn signed_request_of_client_without_keys_or_algorithm_returns_a_specific_result_code(
    #[case] change: fn(&mut Client),
    #[case] expected: &str,
) {
    let key = Key::generate();
    let caller = start(&key).await;
    caller.configure_client(change).await;
    let request = key.sign(&claims(&caller));
    assert_code(Some(&code(&caller, &request).await), expected);
}

#[tokio::test]
async fn signed_request_of_client_with_a_symmetric_algorithm_returns_a_specific_result_code() {
    let client = json!({
        "clientType": "CONFIDENTIAL",
        "grantTypes": ["CIBA"],
        "bcDeliveryMode": "POLL",
        "bcRequestSignAlg": "HS256",
    });
    let (emulator, api) = start_with_client(VERSION, client).await;
    let caller = Caller { emulator, api };
    let request = jwt::hmac(caller.secret().as_bytes(), &claims(&caller));
    assert_code(Some(&code(&caller, &request).await), "A167308");
}

#[tokio::test]
async fn parameter_outside_of_a_signed_request_returns_a_specific_result_code() {
    let key = Key::generate();
    let caller = start(&key).await;
    let request = key.sign(&claims(&caller));
    let parameters = form(&[("request", &request), ("login_hint", "alice")]);
    assert_code(Some(&caller.code_of(PATH, &parameters).await), "A167301");
}

#[tokio::test]
async fn signed_request_of_another_client_returns_a_specific_result_code() {
    let key = Key::generate();
    let caller = start(&key).await;
    let other = caller.api.create_client(&Client::new()).await.unwrap();
    let other = other.client_id.unwrap().to_string();
    let request = key.sign(&with(claims(&caller), "iss", Some(json!(other))));
    assert_code(Some(&code(&caller, &request).await), "A168304");
}
