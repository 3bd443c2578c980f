//! The verification of JOSE objects.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::jwt::Key;
use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{JoseVerifyRequest, JoseVerifyResponse, StandardIntrospectionRequest};
use authlete::{ApiVersion, Authlete};
use rstest::rstest;
use serde_json::json;

fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

async fn verify(api: &Authlete, request: JoseVerifyRequest) -> JoseVerifyResponse {
    api.verify_jose(&request).await.unwrap()
}

#[track_caller]
fn assert_valid(answer: &JoseVerifyResponse) {
    assert_code(answer.result_code.as_deref(), "A160001");
    assert_eq!(answer.valid, Some(true));
    assert_eq!(answer.error_descriptions, None);
    assert_eq!(answer.missing_claims, None);
    assert_eq!(answer.invalid_claims, None);
}

#[track_caller]
fn assert_invalid(answer: &JoseVerifyResponse, code: &str, error: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.valid, Some(false));
    assert_eq!(answer.error_descriptions, Some(texts(&[error])));
}

#[rstest]
#[tokio::test]
async fn client_signature_is_verified_with_the_keys_and_the_secret_of_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = Key::generate();
    configure_client(&api, client.id, |client| {
        client.jwks = Some(key.jwks().into());
    })
    .await;
    let claims = json!({ "iss": client.alias, "exp": now() + 60, "iat": now(), "x": 1 });
    let signed = key.sign(&claims);
    let by_client = |jose: &str| JoseVerifyRequest::new(jose).signed_by_client(true);
    // The client is identified by the issuer, by the ID or by the alias.
    for request in [
        by_client(&signed),
        by_client(&signed).client_identifier(client.id.to_string()),
        by_client(&signed).client_identifier(&client.alias),
        by_client(&signed).mandatory_claims(texts(&["iss", "x"])),
        by_client(&jwt::hmac(client.secret.expose().as_bytes(), &claims)),
    ] {
        let answer = verify(&api, request).await;
        assert_valid(&answer);
        assert_eq!(answer.signature_valid, Some(true));
    }
    let by_secret = jwt::hmac(client.secret.expose().as_bytes(), &claims);
    let request = JoseVerifyRequest::new(by_secret).client_identifier(&client.alias);
    assert_valid(&verify(&api, request).await);

    let wrong = [
        (
            by_client(&Key::generate().sign(&claims)),
            "A160219",
            "the signature is not the expected one",
        ),
        (
            by_client(&jwt::hmac(&[7; 32], &claims)),
            "A160219",
            "the signature is not the expected one",
        ),
        (
            by_client(&jwt::unsigned(&claims)),
            "A160221",
            "there is no key that fits the algorithm and the kid",
        ),
        (
            by_client(&key.sign(&json!({ "iss": "unknown" }))),
            "A160215",
            "the client with the key cannot be determined",
        ),
        (
            by_client(&signed).client_identifier("unknown"),
            "A160216",
            "the service has no such client",
        ),
        // Without `signed_by_client`, the keys of the service are used.
        (
            JoseVerifyRequest::new(&*signed),
            "A160219",
            "the signature is not the expected one",
        ),
    ];
    for (request, code, error) in wrong {
        let answer = verify(&api, request).await;
        assert_invalid(&answer, code, error);
        assert_eq!(answer.signature_valid, Some(false));
    }
}

#[rstest]
#[tokio::test]
async fn missing_expired_and_future_claims_are_reported(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let secret = client.secret.expose().as_bytes();
    let claims = json!({ "exp": now() - 10, "nbf": now() + 10, "iat": now() + 10 });
    let request =
        JoseVerifyRequest::new(jwt::hmac(secret, &claims)).client_identifier(client.id.to_string());
    let demanding = request
        .clone()
        .mandatory_claims(texts(&["exp", "sub", "jti"]));
    let answer = verify(&api, demanding).await;
    assert_eq!(answer.valid, Some(false));
    assert_eq!(answer.signature_valid, Some(true));
    assert_eq!(answer.missing_claims, Some(texts(&["sub", "jti"])));
    assert_eq!(answer.invalid_claims, Some(texts(&["exp", "nbf", "iat"])));
    let expected = [
        "the claim 'sub' is missing",
        "the claim 'jti' is missing",
        "the claim 'exp' is not valid at this time",
        "the claim 'nbf' is not valid at this time",
        "the claim 'iat' is not valid at this time",
    ];
    assert_eq!(answer.error_descriptions, Some(texts(&expected)));
    // The result code is that of the first problem.
    assert_code(answer.result_code.as_deref(), "A160204");
    for (claims, code) in [
        (json!({ "exp": now() - 10 }), "A160206"),
        (json!({ "iat": now() + 10 }), "A160207"),
        (json!({ "nbf": now() + 10 }), "A160208"),
        (json!({ "exp": "soon" }), "A160205"),
    ] {
        let request = JoseVerifyRequest::new(jwt::hmac(secret, &claims))
            .client_identifier(client.id.to_string());
        let answer = verify(&api, request).await;
        assert_code_for(answer.result_code.as_deref(), code, &claims);
    }
    assert_valid(&verify(&api, request.clone().clock_skew(60)).await);
    let answer = verify(&api, request.clock_skew(-60)).await;
    assert_eq!(answer.valid, Some(false));
}

#[rstest]
#[tokio::test]
async fn clock_skew_is_zero_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let secret = client.secret.expose().as_bytes();
    let verify_in = async |claims: &serde_json::Value, skew: Option<i32>| {
        let mut request = JoseVerifyRequest::new(jwt::hmac(secret, claims))
            .client_identifier(client.id.to_string());
        request.clock_skew = skew;
        verify(&api, request).await
    };
    for (claims, name) in [
        (json!({ "exp": now() - 5 }), "exp"),
        (json!({ "nbf": now() + 30 }), "nbf"),
        (json!({ "iat": now() + 30 }), "iat"),
    ] {
        for skew in [None, Some(0)] {
            let answer = verify_in(&claims, skew).await;
            assert_eq!(answer.valid, Some(false));
            assert_eq!(answer.invalid_claims, Some(texts(&[name])));
            assert_eq!(answer.signature_valid, Some(true));
        }
        assert_valid(&verify_in(&claims, Some(60)).await);
    }
}

#[rstest]
#[tokio::test]
async fn jwt_signed_by_the_service_is_valid_and_a_tampered_one_is_not(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let request = StandardIntrospectionRequest::new(form(&[("token", token.expose())]))
        .http_accept_header("application/token-introspection+jwt")
        .rs_uri("https://rs.example");
    let answer = api.standard_introspection(&request).await.unwrap();
    let jwt = answer.response_content.unwrap().expose().to_owned();
    let answer = verify(&api, JoseVerifyRequest::new(&*jwt)).await;
    assert_valid(&answer);
    assert_eq!(answer.signature_valid, Some(true));
    let mut tampered = jwt.into_bytes();
    let last = tampered.len() - 10;
    tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    let answer = verify(&api, JoseVerifyRequest::new(tampered)).await;
    assert_invalid(&answer, "A160219", "the signature is not the expected one");
}

#[rstest]
#[tokio::test]
async fn encrypted_jose_is_decrypted_with_the_client_secret(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = Key::generate();
    configure_client(&api, client.id, |client| {
        client.jwks = Some(key.jwks().into());
    })
    .await;
    let signed = key.sign(&json!({ "x": 1 }));
    let secret = client.secret.expose();
    let request = |jose: String| {
        JoseVerifyRequest::new(jose)
            .client_identifier(client.id.to_string())
            .mandatory_claims(texts(&["x"]))
    };
    let nested = request(jwt::encrypt_with_secret(secret, &signed)).signed_by_client(true);
    let answer = verify(&api, nested).await;
    assert_valid(&answer);
    assert_eq!(answer.signature_valid, Some(true));

    // The `iss` claim of an encrypted JWT does not identify the client.
    let nested = jwt::encrypt_with_secret(secret, &key.sign(&json!({ "iss": client.alias })));
    let without_client = JoseVerifyRequest::new(nested).signed_by_client(true);
    let answer = verify(&api, without_client).await;
    assert_invalid(
        &answer,
        "A160215",
        "the client with the key cannot be determined",
    );

    let alone = jwt::encrypt_with_secret(secret, r#"{"x":1}"#);
    let answer = verify(&api, request(alone.clone())).await;
    assert_valid(&answer);
    assert_eq!(answer.signature_valid, Some(false));
    let answer = verify(&api, request(alone).signed_by_client(true)).await;
    assert_invalid(&answer, "A924202", "the content is not signed");

    // Only the client has the private key for its public key.
    for public in [Key::generate().jwk(), key.jwk()] {
        let answer = verify(&api, request(jwt::encrypt(&public, &signed))).await;
        let error = "jose cannot be decrypted with a key of the service or the client";
        assert_invalid(&answer, "A924201", error);
    }
}

#[rstest]
#[tokio::test]
async fn malformed_jose_object_is_invalid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let garbage = [
        "x",
        "..",
        "....",
        "a.b.c",
        "a.b.c.d.e",
        "e30.e30.e30",
        "é.é.é",
    ];
    for text in garbage {
        let answer = verify(&api, JoseVerifyRequest::new(text)).await;
        assert_eq!(answer.valid, Some(false), "{text}");
        assert_eq!(answer.signature_valid, Some(false));
        assert_eq!(answer.missing_claims, None);
        assert_eq!(answer.error_descriptions.unwrap().len(), 1);
    }
    for (text, code) in [
        ("x", "A160202"),
        ("a.e30.e30", "A160209"),
        ("e30.e30.e30", "A160210"),
        ("eyJhbGciOiJub25lIn0.é.e30", "A160213"),
    ] {
        let answer = verify(&api, JoseVerifyRequest::new(text)).await;
        assert_code_for(answer.result_code.as_deref(), code, text);
    }
    assert_refusal(
        api.verify_jose(&JoseVerifyRequest::new("")).await,
        400,
        "A160201",
    );
}

#[rstest]
#[tokio::test]
async fn issuer_identifies_the_client_only_with_signed_by_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let secret = client.secret.expose().as_bytes();
    let by_secret = jwt::hmac(secret, &json!({ "iss": client.id.to_string() }));
    let request = JoseVerifyRequest::new(by_secret);
    for signed_by_client in [None, Some(false), Some(true)] {
        let mut request = request.clone();
        request.signed_by_client = signed_by_client;
        let answer = verify(&api, request).await;
        let expected = signed_by_client == Some(true);
        assert_eq!(answer.valid, Some(expected), "{signed_by_client:?}");
        assert_eq!(answer.signature_valid, Some(expected));
    }
}

#[rstest]
#[tokio::test]
async fn mandatory_claims_require_a_json_payload(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let secret = client.secret.expose();
    for (payload, is_json) in [("plain text", false), (r#"{"x":1}"#, true)] {
        let encrypted = jwt::encrypt_with_secret(secret, payload);
        let request = JoseVerifyRequest::new(encrypted).client_identifier(client.id.to_string());
        assert_eq!(
            verify(&api, request.clone()).await.valid,
            Some(true),
            "{payload}"
        );
        let answer = verify(&api, request.mandatory_claims(texts(&["x"]))).await;
        assert_eq!(answer.valid, Some(is_json), "{payload}");
    }
}

#[rstest]
#[tokio::test]
async fn mandatory_claims_in_a_form_are_separated_by_spaces(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let client = emulator.client();
    let value = |name: &str| variable(&emulator, version, &format!("AUTHLETE_SERVICE_{name}"));
    let claims = json!({ "iss": client.alias, "x": 1 });
    let jose = jwt::hmac(client.secret.expose().as_bytes(), &claims);
    let base_url = format!("{}/api", emulator.base_url());
    let request = reqwest::Client::new();
    let request = match version {
        ApiVersion::V2 => request
            .post(format!("{base_url}/jose/verify"))
            .basic_auth(value("APIKEY"), Some(value("APISECRET"))),
        ApiVersion::V3 => request
            .post(format!("{base_url}/{}/jose/verify", value("APIKEY")))
            .bearer_auth(value("ACCESSTOKEN")),
    };
    let body = form(&[
        ("jose", &jose),
        ("signedByClient", "true"),
        ("mandatoryClaims", "iss x sub exp"),
    ]);
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["signatureValid"], true, "{answer}");
    assert_eq!(answer["missingClaims"], json!(["sub", "exp"]));
}
