//! JWT client assertions, and requests that name two clients.

use authlete::types::{Client, ClientAuthMethod, DeliveryMode, GrantType};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, ISSUER, now, with};
use crate::common::form;
use crate::common::jwt::{self, Key};
use crate::common::result_codes::assert_code;

const TOKEN: &str = "/auth/token";
const CIBA: &str = "/backchannel/authentication";
const DEVICE: &str = "/device/authorization";
const PUSHED: &str = "/pushed_auth_req";
const REVOCATION: &str = "/auth/revocation";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An emulator whose client authenticates with a JWT that is signed with its secret.
async fn start() -> Caller {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| {
            client.token_auth_method = Some(ClientAuthMethod::ClientSecretJwt);
            client.bc_delivery_mode = Some(DeliveryMode::Poll);
            client.grant_types = Some(vec![
                GrantType::ClientCredentials,
                GrantType::Ciba,
                GrantType::DeviceCode,
            ]);
        })
        .await;
    caller
}

fn claims(caller: &Caller) -> Value {
    json!({
        "iss": caller.id(),
        "sub": caller.id(),
        "aud": ISSUER,
        "exp": now() + 60,
        "jti": "1",
    })
}

fn signed(caller: &Caller, claims: &Value) -> String {
    jwt::hmac(caller.secret().as_bytes(), claims)
}

/// The result code of a call without credentials in the `Authorization` header.
async fn code(caller: &Caller, path: &str, parameters: &[(&str, &str)]) -> String {
    let parameters = format!("grant_type=client_credentials&token=a&{}", form(parameters));
    caller
        .code(path, &json!({ "parameters": parameters }))
        .await
}

async fn another_client(caller: &Caller) -> String {
    let client = caller.api.create_client(&Client::new()).await.unwrap();
    client.client_id.unwrap().to_string()
}

#[rstest]
#[case::token(TOKEN, "A244303")]
#[case::ciba(CIBA, "A168301")]
#[case::device(DEVICE, "A218301")]
#[case::pushed(PUSHED, "A247301")]
#[case::revocation(REVOCATION, "A157312")]
#[tokio::test]
async fn malformed_assertion_returns_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = start().await;
    let parameters = [
        ("client_assertion", "a.b.c"),
        ("client_assertion_type", TYPE),
    ];
    assert_code(Some(&code(&caller, path, &parameters).await), expected);
}

#[rstest]
#[case::token(TOKEN, "A244304")]
#[case::ciba(CIBA, "A168302")]
#[case::device(DEVICE, "A218302")]
#[case::pushed(PUSHED, "A247302")]
#[case::revocation(REVOCATION, "A157315")]
#[tokio::test]
async fn assertion_without_issuer_returns_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = start().await;
    let assertion = signed(&caller, &with(claims(&caller), "iss", None));
    let parameters = [
        ("client_id", &*caller.id()),
        ("client_assertion", &assertion),
        ("client_assertion_type", TYPE),
    ];
    assert_code(Some(&code(&caller, path, &parameters).await), expected);
}

#[rstest]
#[case::no_type(None, "A157309")]
#[case::empty_type(Some(""), "A158303")]
#[case::another_type(Some("jwt"), "A157310")]
#[tokio::test]
async fn assertion_with_a_missing_or_unknown_type_returns_the_result_code_for_it(
    #[case] kind: Option<&str>,
    #[case] expected: &str,
) {
    let caller = start().await;
    let assertion = signed(&caller, &claims(&caller));
    let mut parameters = vec![("client_assertion", &*assertion)];
    parameters.extend(kind.map(|kind| ("client_assertion_type", kind)));
    assert_code(Some(&code(&caller, TOKEN, &parameters).await), expected);
}

#[rstest]
#[case::valid("nbf", None, "A052001")]
#[case::another_issuer("iss", Some(json!("1")), "A157315")]
#[case::no_subject("sub", None, "A157316")]
#[case::another_audience("aud", Some(json!("https://other.example")), "A157318")]
#[case::no_end("exp", None, "A157319")]
#[case::end_has_passed("exp", Some(json!(now() - 60)), "A157320")]
#[case::begins_in_the_future("nbf", Some(json!(now() + 3600)), "A157322")]
#[case::issued_in_the_future("iat", Some(json!(now() + 3600)), "A157323")]
#[tokio::test]
async fn assertion_with_an_invalid_claim_returns_the_result_code_of_the_claim(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: &str,
) {
    let caller = start().await;
    let assertion = signed(&caller, &with(claims(&caller), name, value));
    let parameters = [
        ("client_id", &*caller.id()),
        ("client_assertion", &assertion),
        ("client_assertion_type", TYPE),
    ];
    assert_code(Some(&code(&caller, TOKEN, &parameters).await), expected);
}

#[tokio::test]
async fn assertion_of_client_without_keys_returns_a_specific_result_code() {
    let caller = start().await;
    caller
        .configure_client(|client| {
            client.token_auth_method = Some(ClientAuthMethod::PrivateKeyJwt);
            client.jwks = None;
        })
        .await;
    let assertion = Key::generate().sign(&claims(&caller));
    let parameters = [
        ("client_assertion", &*assertion),
        ("client_assertion_type", TYPE),
    ];
    assert_code(Some(&code(&caller, TOKEN, &parameters).await), "A156301");
}

#[rstest]
#[case::type_twice("client_assertion_type", "A158304")]
#[case::assertion_twice("client_assertion", "A244302")]
#[tokio::test]
async fn repeated_assertion_parameter_returns_the_result_code_of_the_parameter(
    #[case] name: &str,
    #[case] expected: &str,
) {
    let caller = start().await;
    assert_code(
        Some(&code(&caller, TOKEN, &[(name, "a"), (name, "b")]).await),
        expected,
    );
}

#[rstest]
#[case::token(TOKEN, "A048312")]
#[case::revocation(REVOCATION, "A114312")]
#[case::ciba(CIBA, "A168303")]
#[case::device(DEVICE, "A218303")]
#[case::pushed(PUSHED, "A247303")]
#[tokio::test]
async fn header_and_client_id_of_different_clients_return_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let other = another_client(&caller).await;
    let parameters = format!("grant_type=client_credentials&token=a&client_id={other}");
    assert_code(Some(&caller.code_of(path, &parameters).await), expected);
}

#[rstest]
#[case::ciba(CIBA, "A168305")]
#[case::device(DEVICE, "A218304")]
#[case::pushed(PUSHED, "A247304")]
#[tokio::test]
async fn assertion_and_client_id_of_different_clients_return_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = start().await;
    let other = another_client(&caller).await;
    let assertion = signed(&caller, &claims(&caller));
    let parameters = [
        ("client_id", &*other),
        ("client_assertion", &assertion),
        ("client_assertion_type", TYPE),
    ];
    assert_code(Some(&code(&caller, path, &parameters).await), expected);
}

#[rstest]
#[case::ciba(CIBA, "A168307")]
#[case::pushed(PUSHED, "A247305")]
#[tokio::test]
async fn header_and_assertion_of_different_clients_return_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = start().await;
    let other = another_client(&caller).await;
    let assertion = signed(&caller, &claims(&caller));
    let parameters = [
        ("client_assertion", &*assertion),
        ("client_assertion_type", TYPE),
    ];
    let body = json!({ "parameters": form(&parameters), "clientId": other });
    assert_code(Some(&caller.code(path, &body).await), expected);
}
