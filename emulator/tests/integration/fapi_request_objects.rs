//! FAPI: request objects and authorization responses as JWTs.

use crate::common::fapi::{FapiClient, ISSUER};
use crate::common::result_codes::assert_code;
use crate::common::rsa::{RsaKey, encrypt_by_rsa1_5};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{AuthorizationAction, ClientType, FapiMode, JweAlg, JwsAlg};
use rstest::rstest;
use serde_json::{Value, json};

/// The modes in which requests must be signed.
const SIGNED: [FapiMode; 2] = [
    FapiMode::Fapi1Advanced,
    FapiMode::Fapi2MessageSigningAuthReq,
];

/// The result code of a request that is refused by a response to the client.
async fn refused(fapi: &FapiClient, query: String) -> String {
    let answer = ask(&fapi.api, query).await;
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    answer.result_code.unwrap()
}

async fn assert_accepted(fapi: &FapiClient, query: String) {
    let answer = ask(&fapi.api, query).await;
    assert_eq!(
        answer.action,
        AuthorizationAction::Interaction,
        "{answer:?}"
    );
}

#[rstest]
#[tokio::test]
async fn request_object_for_another_audience_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in SIGNED {
        let fapi = FapiClient::start(version, &[mode]).await;
        assert_accepted(&fapi, fapi.request(&[])).await;
        let several = json!(["https://other.example", ISSUER]);
        assert_accepted(&fapi, fapi.request(&[("aud", several)])).await;
        for (audience, code) in [
            (Value::Null, "A150331"),
            (json!(17), "A150333"),
            (json!("https://other.example"), "A150335"),
            (json!(["https://other.example"]), "A150337"),
        ] {
            let query = fapi.request(&[("aud", audience)]);
            assert_code(Some(&refused(&fapi, query).await), code);
        }
    }
}

#[rstest]
#[tokio::test]
async fn request_object_that_ends_before_it_begins_is_refused_even_if_the_clock_skew_covers_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in SIGNED {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure_service(|service| service.allowable_clock_skew = Some(60))
            .await;
        let query = fapi.request(&[("nbf", json!(20)), ("exp", json!(-20))]);
        assert_code(Some(&refused(&fapi, query).await), "A150359");
    }
}

#[rstest]
#[tokio::test]
async fn request_object_with_an_algorithm_other_than_ps256_and_es256_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in SIGNED {
        let fapi = FapiClient::start(version, &[mode]).await;
        let secret = fapi.registered().secret.expose().as_bytes();
        let object = jwt::hmac(secret, &fapi.request_claims(&[]));
        let query = fapi.with_object(&object);
        assert_code(Some(&refused(&fapi, query).await), "A150306");
    }
}

#[rstest]
#[tokio::test]
async fn request_object_encrypted_with_rsa1_5_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in SIGNED {
        let fapi = FapiClient::start(version, &[mode]).await;
        let keys = jwks(&fapi.api).await;
        let mut keys = keys["keys"].as_array().unwrap().iter();
        let key = keys.find(|key| key["kid"] == "rsa-encryption").unwrap();
        let signed = fapi.key.sign(&fapi.request_claims(&[]));
        let query = fapi.with_object(&encrypt_by_rsa1_5(key, &signed));
        assert_code(Some(&refused(&fapi, query.clone()).await), "A150378");
        fapi.configure_service(|service| service.supported_service_profiles = None)
            .await;
        assert_accepted(&fapi, query).await;
    }
}

#[rstest]
#[tokio::test]
async fn parameter_that_the_request_object_does_not_have_is_refused_by_fapi_1_advanced(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, unsigned, different) in [
        (FapiMode::Fapi1Advanced, Some("A150304"), Some("A150305")),
        // Parameters outside of the request object are ignored (RFC 9101 §6.3).
        (FapiMode::Fapi2MessageSigningAuthReq, None, None),
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        for (outside, code) in [
            ("state=s", None),
            ("prompt=login", unsigned),
            ("state=other", different),
        ] {
            let query = format!("{}&{outside}", fapi.request(&[]));
            match code {
                Some(code) => assert_code(Some(&refused(&fapi, query).await), code),
                None => assert_accepted(&fapi, query).await,
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn pushed_request_object_is_checked_as_one_in_the_authorization_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fapi = FapiClient::start(version, &[FapiMode::Fapi1Advanced]).await;
    let pushed = async |query: String| fapi.push(&query).await.result_code.unwrap();
    assert_code(Some(&pushed(fapi.request(&[])).await), "A245001");
    let outside = format!("{}&prompt=login", fapi.request(&[]));
    assert_code(Some(&pushed(outside).await), "A150304");
    let without_audience = fapi.request(&[("aud", Value::Null)]);
    assert_code(Some(&pushed(without_audience).await), "A150331");
}

#[rstest]
#[tokio::test]
async fn response_with_an_algorithm_that_the_profile_does_not_allow_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in [
        FapiMode::Fapi1Advanced,
        FapiMode::Fapi2MessageSigningAuthRes,
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        assert_accepted(&fapi, fapi.request(&[])).await;
        // The error response is encrypted, too.
        let encryption = RsaKey::generate().jwk();
        fapi.register_keys(&[fapi.key.jwk(), encryption]).await;
        fapi.configure(|client| client.authorization_sign_alg = Some(JwsAlg::Rs256))
            .await;
        let answer = ask(&fapi.api, fapi.request(&[])).await;
        assert_code(answer.result_code.as_deref(), "A150322");
        fapi.configure(|client| {
            client.authorization_sign_alg = Some(JwsAlg::Es256);
            client.authorization_encryption_alg = Some(JweAlg::Rsa15);
        })
        .await;
        let answer = ask(&fapi.api, fapi.request(&[])).await;
        assert_code(answer.result_code.as_deref(), "A150380");
    }
}

#[rstest]
#[tokio::test]
async fn public_client_is_refused_by_fapi_1_advanced_at_the_authorization_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fapi = FapiClient::start(version, &[FapiMode::Fapi1Advanced]).await;
    fapi.configure(|client| {
        client.client_type = Some(ClientType::Public);
        client.token_auth_method = None;
    })
    .await;
    assert_code(Some(&refused(&fapi, fapi.request(&[])).await), "A150367");
}
