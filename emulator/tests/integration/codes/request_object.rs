//! Request objects in authorization requests, also in pushed ones.

use authlete::types::{Client, JweAlg, JweEnc, JwsAlg, Service};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, ISSUER, now, with};
use crate::common::form;
use crate::common::jwt::{self, Key};
use crate::common::result_codes::assert_code;

const AUTHORIZATION: &str = "/auth/authorization";
const PUSHED: &str = "/pushed_auth_req";

/// The codes for a request object, and for one within an encrypted object, at both endpoints.
struct Expected {
    authorization: [&'static str; 2],
    pushed: Option<[&'static str; 2]>,
}

const fn at_authorization(plain: &'static str, encrypted: &'static str) -> Expected {
    Expected {
        authorization: [plain, encrypted],
        pushed: None,
    }
}

const fn at_both(
    plain: &'static str,
    encrypted: &'static str,
    pushed: &'static str,
    pushed_encrypted: &'static str,
) -> Expected {
    Expected {
        authorization: [plain, encrypted],
        pushed: Some([pushed, pushed_encrypted]),
    }
}

/// An emulator whose client has registered a key, and whose service checks audiences.
async fn start(key: &Key) -> Caller {
    let caller = Caller::start().await;
    caller
        .configure(|service| service.request_object_audience_checked = Some(true))
        .await;
    let mut jwk = key.jwk();
    jwk["kid"] = "registered".into();
    let jwks = json!({ "keys": [jwk] }).to_string();
    caller
        .configure_client(|client| client.jwks = Some(jwks.into()))
        .await;
    caller
}

fn claims(caller: &Caller) -> Value {
    json!({
        "iss": caller.id(),
        "aud": ISSUER,
        "exp": now() + 60,
        "client_id": caller.id(),
        "response_type": "code",
        "redirect_uri": caller.client().redirect_uri,
        "scope": "read",
    })
}

/// The result code of a request with this object.
async fn code(caller: &Caller, path: &str, object: &str) -> String {
    let parameters = form(&[
        ("client_id", &*caller.id()),
        ("response_type", "code"),
        ("redirect_uri", &caller.client().redirect_uri),
        ("request", object),
    ]);
    match path {
        AUTHORIZATION => {
            caller
                .code(path, &json!({ "parameters": parameters }))
                .await
        }
        _ => caller.code_of(path, &parameters).await,
    }
}

/// Checks the codes of the object, plain and encrypted.
async fn check(caller: &Caller, object: &str, expected: &Expected) {
    let encrypted = jwt::encrypt_with_secret(caller.secret(), object);
    let objects = [object, &encrypted];
    for (object, code) in objects.into_iter().zip(expected.authorization) {
        assert_code(Some(&self::code(caller, AUTHORIZATION, object).await), code);
    }
    for (object, code) in objects
        .into_iter()
        .zip(expected.pushed.into_iter().flatten())
    {
        assert_code(Some(&self::code(caller, PUSHED, object).await), code);
    }
}

#[rstest]
#[case::valid("nbf", None, at_both("A004001", "A004001", "A245001", "A245001"))]
#[case::end_is_no_number("exp", Some(json!("soon")), at_authorization("A006335", "A006336"))]
#[case::end_has_passed("exp", Some(json!(now() - 60)), at_authorization("A006339", "A006340"))]
#[case::beginning_is_no_number("nbf", Some(json!("soon")), at_authorization("A006343", "A006344"))]
#[case::begins_later("nbf", Some(json!(now() + 3600)), at_authorization("A006347", "A006348"))]
#[case::no_audience("aud", None, at_authorization("A006351", "A006352"))]
#[case::audience_is_a_number("aud", Some(json!(1)), at_authorization("A006355", "A006356"))]
#[case::other_audience("aud", Some(json!("other")), at_authorization("A006359", "A006360"))]
#[case::other_audiences("aud", Some(json!(["other"])), at_authorization("A006363", "A006364"))]
#[case::has_request(
    "request",
    Some(json!("a")),
    at_both("A006308", "A006309", "A248317", "A248317")
)]
#[case::has_request_uri(
    "request_uri",
    Some(json!("a")),
    at_both("A006312", "A006313", "A248317", "A248317")
)]
#[case::client_is_a_number(
    "client_id",
    Some(json!(1)),
    at_both("A005387", "A005388", "A246310", "A246310")
)]
#[case::other_client(
    "client_id",
    Some(json!("1")),
    at_both("A005391", "A005392", "A246310", "A246310")
)]
#[tokio::test]
async fn request_object_with_an_invalid_claim_returns_the_result_code_of_the_claim(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: Expected,
) {
    let key = Key::generate();
    let caller = start(&key).await;
    let object = key.sign(&with(claims(&caller), name, value));
    check(&caller, &object, &expected).await;
}

#[tokio::test]
async fn pushed_request_object_of_another_issuer_returns_a_specific_result_code() {
    let key = Key::generate();
    let caller = start(&key).await;
    let object = key.sign(&with(claims(&caller), "iss", Some(json!("1"))));
    assert_code(Some(&code(&caller, PUSHED, &object).await), "A246309");
}

#[tokio::test]
async fn different_response_type_outside_of_traditional_request_object_returns_a_specific_result_code()
 {
    let key = Key::generate();
    let caller = start(&key).await;
    caller
        .configure(|service| service.traditional_request_object_processing_applied = Some(true))
        .await;
    let object = key.sign(&with(
        claims(&caller),
        "response_type",
        Some(json!("token")),
    ));
    let expected = at_both("A006304", "A006305", "A245302", "A245302");
    check(&caller, &object, &expected).await;
}

#[rstest]
#[case::not_a_jwt(
    |_: &Key, _: &Value| "a.b.c".to_owned(),
    at_both("A005301", "A005302", "A248302", "A248309")
)]
#[case::no_algorithm(
    |key: &Key, claims: &Value| key.sign_with(&json!({}), claims),
    at_authorization("A005307", "A005308")
)]
#[case::claims_are_no_object(
    |key: &Key, _: &Value| key.sign(&json!("text")),
    at_both("A005378", "A005379", "A248316", "A248316")
)]
#[case::another_algorithm(
    |_: &Key, claims: &Value| jwt::hmac(b"secret", claims),
    at_authorization("A005312", "A005313")
)]
#[case::unsigned(
    |_: &Key, claims: &Value| jwt::unsigned(claims),
    at_both("A005336", "A005337", "A248315", "A248315")
)]
#[case::another_key(
    |_: &Key, claims: &Value| Key::generate().sign(claims),
    at_authorization("A005328", "A005329")
)]
#[case::unknown_key(
    |key: &Key, claims: &Value| key.sign_with(&json!({ "alg": "ES256", "kid": "other" }), claims),
    at_both("A005352", "A005353", "A246305", "A246305")
)]
#[tokio::test]
async fn request_object_that_is_not_signed_as_registered_returns_the_result_code_for_the_cause(
    #[case] sign: fn(&Key, &Value) -> String,
    #[case] expected: Expected,
) {
    let key = Key::generate();
    let caller = start(&key).await;
    caller
        .configure_client(|client| client.request_sign_alg = Some(JwsAlg::Es256))
        .await;
    let object = sign(&key, &claims(&caller));
    check(&caller, &object, &expected).await;
}

#[tokio::test]
async fn request_object_of_client_without_keys_returns_a_specific_result_code() {
    let key = Key::generate();
    let caller = start(&key).await;
    caller.configure_client(|client| client.jwks = None).await;
    let object = key.sign(&claims(&caller));
    let expected = at_both("A005332", "A005333", "A246304", "A246304");
    check(&caller, &object, &expected).await;
}

#[tokio::test]
async fn unsigned_request_object_without_registered_algorithm_returns_a_specific_result_code() {
    let caller = start(&Key::generate()).await;
    let object = jwt::unsigned(&claims(&caller));
    let expected = at_both("A008311", "A008311", "A248315", "A248315");
    check(&caller, &object, &expected).await;
}

fn sealed(header: &Value) -> String {
    jwt::sealed(header, &[], &[0; 32], "text")
}

#[rstest]
#[case::no_alg(json!({ "enc": "A256GCM" }), "A005360", "A248303")]
#[case::no_enc(json!({ "alg": "dir" }), "A005362", "A248304")]
#[case::unknown_alg(json!({ "alg": "a", "enc": "A256GCM" }), "A005368", "A248313")]
#[case::unknown_enc(json!({ "alg": "dir", "enc": "a" }), "A005366", "A248310")]
#[case::another_key(json!({ "alg": "dir", "enc": "A256GCM" }), "A005364", "A248307")]
#[tokio::test]
async fn request_object_that_cannot_be_decrypted_returns_the_result_code_for_its_header(
    #[case] header: Value,
    #[case] authorization: &str,
    #[case] pushed: &str,
) {
    let caller = start(&Key::generate()).await;
    let object = sealed(&header);
    assert_code(
        Some(&code(&caller, AUTHORIZATION, &object).await),
        authorization,
    );
    assert_code(Some(&code(&caller, PUSHED, &object).await), pushed);
}

#[rstest]
#[case::alg(
    |client: &mut Client| {
        client.request_encryption_alg = Some(JweAlg::RsaOaep);
        client.request_object_encryption_alg_match_required = Some(true);
    },
    "A006330",
    "A248305"
)]
#[case::enc(
    |client: &mut Client| {
        client.request_encryption_alg = Some(JweAlg::Dir);
        client.request_encryption_enc = Some(JweEnc::A128gcm);
        client.request_object_encryption_enc_match_required = Some(true);
    },
    "A006332",
    "A248306"
)]
#[tokio::test]
async fn request_object_that_is_not_encrypted_as_registered_returns_the_result_code_for_alg_or_enc(
    #[case] change: fn(&mut Client),
    #[case] authorization: &str,
    #[case] pushed: &str,
) {
    let caller = start(&Key::generate()).await;
    caller.configure_client(change).await;
    let object = sealed(&json!({ "alg": "dir", "enc": "A256GCM" }));
    assert_code(
        Some(&code(&caller, AUTHORIZATION, &object).await),
        authorization,
    );
    assert_code(Some(&code(&caller, PUSHED, &object).await), pushed);
}

#[rstest]
#[case::no_keys(|service: &mut Service| service.jwks = None, "A005201")]
#[case::no_such_key(|_: &mut Service| {}, "A005374")]
#[tokio::test]
async fn request_object_for_missing_service_keys_returns_a_specific_result_code(
    #[case] change: fn(&mut Service),
    #[case] expected: &str,
) {
    let caller = start(&Key::generate()).await;
    caller.configure(change).await;
    let mut jwk = Key::generate().jwk();
    jwk["kid"] = "other".into();
    let object = jwt::encrypt(&jwk, "text");
    assert_code(Some(&code(&caller, AUTHORIZATION, &object).await), expected);
}

#[tokio::test]
async fn plain_request_object_returns_a_specific_result_code_if_encryption_is_required() {
    let key = Key::generate();
    let caller = start(&key).await;
    caller
        .configure(|service| {
            service.front_channel_request_object_encryption_required = Some(true);
        })
        .await;
    let object = key.sign(&claims(&caller));
    assert_code(
        Some(&code(&caller, AUTHORIZATION, &object).await),
        "A006334",
    );
}
