//! The metadata, keys and nonces of a credential issuer (OpenID for Verifiable Credential Issuance 1.0 §7, §12.2; SD-JWT VC).

use std::time::Duration;

use crate::common::credentials::*;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    CredentialIssuerJwksAction, CredentialIssuerJwksRequest, CredentialIssuerMetadataAction,
    CredentialIssuerMetadataRequest, CredentialJwtIssuerMetadataAction,
    CredentialJwtIssuerMetadataRequest, CredentialNonceAction, CredentialNonceRequest, JweAlg,
    JweEnc, JweZip,
};
use rstest::rstest;
use serde_json::{Value, json};

/// The example of RFC 7638 §3.1.
const MODULUS: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
const THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

async fn issuer_metadata_of(api: &Authlete) -> Value {
    let request = CredentialIssuerMetadataRequest::new();
    let answer = api.credential_issuer_metadata(&request).await.unwrap();
    assert_eq!(
        answer.action,
        CredentialIssuerMetadataAction::Ok,
        "{answer:?}"
    );
    content(answer.response_content.as_ref())
}

async fn nonce(api: &Authlete) -> String {
    let answer = api.credential_nonce(&CredentialNonceRequest::new()).await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, CredentialNonceAction::Ok);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body, json!({ "c_nonce": answer.cnonce }));
    answer.cnonce.unwrap()
}

#[rstest]
#[tokio::test]
async fn final_version_has_a_nonce_endpoint_and_no_batch_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let secret = json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "enc", "kid": "enc",
        "x": "dgZAdZHdMFkHavi5U5jL3m7K68OHStG2XdbtLm4xL7g",
        "y": "eMRGtIJl2CHvNg9iwjv-T9eg-wgy9shz8irq_O3JQA8",
        "d": "QCUYTav3UWI2pYhwj-LGTpMxxpBXiKwkY1p6tDjqcKo",
    }]});
    enable(&emulator, &api, FINAL, |service| {
        let mut metadata = issuer_metadata();
        metadata.authorization_servers = Some(vec!["https://as.example".to_owned()]);
        metadata.batch_credential_endpoint = Some(format!("{ISSUER}/batch"));
        metadata.batch_size = Some(3);
        metadata.deferred_credential_endpoint = Some(format!("{ISSUER}/deferred"));
        metadata.nonce_endpoint = Some(format!("{ISSUER}/nonce"));
        metadata.notification_endpoint = Some(format!("{ISSUER}/notification"));
        metadata.display = Some(r#"[{"name": "Issuer", "locale": "en"}]"#.to_owned());
        metadata.credential_request_encryption_jwks = Some(secret.to_string().into());
        metadata.credential_request_encryption_enc_values_supported = Some(vec![JweEnc::A256gcm]);
        metadata.require_credential_request_encryption = Some(true);
        metadata.credential_response_encryption_alg_values_supported = Some(vec![
            JweAlg::EcdhEs,
            JweAlg::A128kw,
            JweAlg::Pbes2Hs256A128kw,
        ]);
        metadata.credential_response_encryption_enc_values_supported =
            Some(vec![JweEnc::A128gcm, JweEnc::A256gcm]);
        metadata.credential_response_encryption_zip_values_supported = Some(vec![JweZip::Def]);
        service.credential_issuer_metadata = Some(metadata);
    })
    .await;
    let mut public = secret.clone();
    public["keys"][0].as_object_mut().unwrap().remove("d");
    let expected = json!({
        "credential_issuer": ISSUER,
        "authorization_servers": ["https://as.example"],
        "credential_endpoint": "https://issuer.example/credential",
        "deferred_credential_endpoint": "https://issuer.example/deferred",
        "nonce_endpoint": "https://issuer.example/nonce",
        "notification_endpoint": "https://issuer.example/notification",
        "batch_credential_issuance": { "batch_size": 3 },
        "credential_request_encryption": {
            "jwks": public,
            "enc_values_supported": ["A256GCM"],
            "encryption_required": true,
        },
        "credential_response_encryption": {
            "alg_values_supported": ["ECDH-ES"],
            "enc_values_supported": ["A128GCM", "A256GCM"],
            "encryption_required": false,
        },
        "display": [{ "name": "Issuer", "locale": "en" }],
        "credential_configurations_supported": configurations(),
    });
    assert_eq!(issuer_metadata_of(&api).await, expected);

    let mut request = CredentialIssuerMetadataRequest::new();
    request.pretty = Some(true);
    let answer = api.credential_issuer_metadata(&request).await.unwrap();
    let text = answer.response_content.unwrap();
    assert!(text.expose().starts_with("{\n  \""), "{}", text.expose());
    let parsed: Value = serde_json::from_str(text.expose()).unwrap();
    assert_eq!(parsed, expected);
}

#[rstest]
#[tokio::test]
async fn draft_has_a_batch_endpoint_and_no_nonce_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for draft in [Some(DRAFT), None] {
        enable(&emulator, &api, DRAFT, |service| {
            let mut metadata = issuer_metadata();
            metadata.batch_credential_endpoint = Some(format!("{ISSUER}/batch"));
            metadata.batch_size = Some(3);
            metadata.nonce_endpoint = Some(format!("{ISSUER}/nonce"));
            service.credential_issuer_metadata = Some(metadata);
            service.oid4vci_version = draft.map(str::to_owned);
            service.supported_scopes = None;
        })
        .await;
        let expected = json!({
            "credential_issuer": ISSUER,
            "credential_endpoint": "https://issuer.example/credential",
            "batch_credential_endpoint": "https://issuer.example/batch",
            "credential_configurations_supported": configurations(),
        });
        assert_eq!(issuer_metadata_of(&api).await, expected);
    }
}

#[rstest]
#[tokio::test]
async fn documents_of_a_service_without_credentials_are_not_found(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let metadata = CredentialIssuerMetadataRequest::new();
    let metadata = api.credential_issuer_metadata(&metadata).await.unwrap();
    assert_eq!(metadata.action, CredentialIssuerMetadataAction::NotFound);
    let issuer = CredentialJwtIssuerMetadataRequest::new();
    let issuer = api.credential_jwt_issuer_metadata(&issuer).await.unwrap();
    assert_eq!(issuer.action, CredentialJwtIssuerMetadataAction::NotFound);
    let keys = CredentialIssuerJwksRequest::new();
    let keys = api.credential_issuer_jwks(&keys).await.unwrap();
    assert_eq!(keys.action, CredentialIssuerJwksAction::NotFound);
    let nonce = CredentialNonceRequest::new();
    let nonce = api.credential_nonce(&nonce).await.unwrap();
    assert_eq!(nonce.action, CredentialNonceAction::NotFound);
    assert_eq!(nonce.cnonce, None);
    let contents = [
        metadata.response_content,
        issuer.response_content,
        keys.response_content,
        nonce.response_content,
    ];
    for text in contents {
        assert_eq!(content(text.as_ref())["error"], "not_found");
    }
}

#[rstest]
#[tokio::test]
async fn documents_of_an_incomplete_issuer_are_server_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.verifiable_credentials_enabled = Some(true);
    })
    .await;
    let metadata = CredentialIssuerMetadataRequest::new();
    let metadata = api.credential_issuer_metadata(&metadata).await.unwrap();
    let expected = CredentialIssuerMetadataAction::InternalServerError;
    assert_eq!(metadata.action, expected);
    let issuer = CredentialJwtIssuerMetadataRequest::new();
    let issuer = api.credential_jwt_issuer_metadata(&issuer).await.unwrap();
    let expected = CredentialJwtIssuerMetadataAction::InternalServerError;
    assert_eq!(issuer.action, expected);
    let keys = CredentialIssuerJwksRequest::new();
    let keys = api.credential_issuer_jwks(&keys).await.unwrap();
    let expected = CredentialIssuerJwksAction::InternalServerError;
    assert_eq!(keys.action, expected);
    let error = content(keys.response_content.as_ref());
    assert_eq!(error["error"], "server_error");
}

#[rstest]
#[tokio::test]
async fn published_keys_have_no_private_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let keys = json!({ "keys": [
        {
            "kty": "EC", "kid": "signing", "use": "sig", "alg": "ES256", "crv": "P-256",
            "x": "az_a2pSiRXcubpZfvu18UVvIGcqPmIAjmfmICizviRc",
            "y": "w0n3JFa9lAp47RWpLeO6PuwyFW2w904a0qFXJxdkmAk",
            "d": "3vArgJJkdBFipVUnXoxnEBDCliLUFWi2sVGl_2Rl70g",
        },
        { "kty": "RSA", "n": MODULUS, "e": "AQAB" },
        { "kty": "oct", "kid": "shared", "k": "c2VjcmV0" },
    ]});
    enable(&emulator, &api, FINAL, |service| {
        service.credential_jwks = Some(keys.to_string().into());
    })
    .await;
    let request = CredentialIssuerJwksRequest::new();
    let answer = api.credential_issuer_jwks(&request).await.unwrap();
    assert_eq!(answer.action, CredentialIssuerJwksAction::Ok);
    let expected = json!({ "keys": [
        {
            "kty": "EC", "kid": "signing", "use": "sig", "alg": "ES256", "crv": "P-256",
            "x": "az_a2pSiRXcubpZfvu18UVvIGcqPmIAjmfmICizviRc",
            "y": "w0n3JFa9lAp47RWpLeO6PuwyFW2w904a0qFXJxdkmAk",
        },
        { "kty": "RSA", "kid": THUMBPRINT, "n": MODULUS, "e": "AQAB" },
    ]});
    assert_eq!(content(answer.response_content.as_ref()), expected);

    let request = CredentialJwtIssuerMetadataRequest::new();
    let answer = api.credential_jwt_issuer_metadata(&request).await.unwrap();
    let expected = CredentialJwtIssuerMetadataAction::InternalServerError;
    assert_eq!(answer.action, expected);
    assert_code(answer.result_code.as_deref(), "A926204");
    configure(&emulator, &api, |service| {
        service.credential_jwks_uri = Some(format!("{ISSUER}/jwks"));
    })
    .await;
    let answer = api.credential_jwt_issuer_metadata(&request).await.unwrap();
    assert_eq!(answer.action, CredentialJwtIssuerMetadataAction::Ok);
    let expected = json!({ "issuer": ISSUER, "jwks_uri": "https://issuer.example/jwks" });
    assert_eq!(content(answer.response_content.as_ref()), expected);
}

#[rstest]
#[tokio::test]
async fn nonce_is_the_same_until_it_expires(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        service.cnonce_duration = Some(3600);
    })
    .await;
    let first = nonce(&api).await;
    assert!(first.len() >= 43);
    assert_eq!(nonce(&api).await, first);
    emulator.advance(Duration::from_secs(3500));
    assert_eq!(nonce(&api).await, first);
    emulator.advance(Duration::from_secs(100));
    assert_ne!(nonce(&api).await, first);
}

#[rstest]
#[tokio::test]
async fn server_metadata_list_pre_authorized_codes_if_credentials_are_enabled(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let name = "pre-authorized_grant_anonymous_access_supported";
    let before = metadata(&api).await;
    assert_eq!(before.get(name), None);
    let has = |metadata: &Value| {
        let grant_types = words(metadata, "grant_types_supported");
        grant_types
            .iter()
            .any(|grant_type| grant_type == PRE_AUTHORIZED)
    };
    assert!(!has(&before));
    for anonymous in [false, true] {
        enable(&emulator, &api, FINAL, |service| {
            service.pre_authorized_grant_anonymous_access_supported = Some(anonymous);
            service.supported_scopes = None;
        })
        .await;
        let after = metadata(&api).await;
        assert_eq!(after[name], anonymous);
        assert!(has(&after));
    }
}

#[rstest]
#[tokio::test]
async fn invalid_settings_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let metadata =
        |name: &str, value: Value, code| ("credentialIssuerMetadata", json!({ name: value }), code);
    let refused = [
        ("oid4vciVersion", json!("2.0"), "A031201"),
        ("credentialJwks", json!("{}"), "A031212"),
        ("credentialJwksUri", json!("jwks"), "A031214"),
        ("credentialDuration", json!(-1), "A031213"),
        metadata("credentialIssuer", json!("issuer.example"), "A031214"),
        metadata(
            "credentialIssuer",
            json!("https://issuer.example?a=b"),
            "A031218",
        ),
        metadata("credentialEndpoint", json!("/credential"), "A031214"),
        metadata("authorizationServers", json!(["as.example"]), "A031209"),
        metadata("authorizationServers", json!(["https://"]), "A031208"),
        metadata("batchSize", json!(-1), "A031213"),
        metadata("credentialRequestEncryptionJwks", json!("[]"), "A031212"),
        metadata("credentialsSupported", json!("[]"), "A031214"),
        metadata("credentialsSupported", json!("{\"a\":"), "A031214"),
        metadata("credentialsSupported", json!("{\"a\": {}}"), "A031214"),
        metadata("display", json!("{}"), "A031214"),
        metadata("display", json!("[1]"), "A031214"),
    ];
    let (emulator, _api) = start(version).await;
    for (name, value, code) in &refused {
        let body = json!({ *name: value });
        let path = "/service/create";
        let (status, answer) = post(&emulator, version, "SERVICEOWNER", path, &body).await;
        assert_eq!(status, 400, "{body}");
        assert_code_for(answer["resultCode"].as_str(), code, &body);
        let message = answer["resultMessage"].as_str().unwrap();
        assert!(message.contains(name), "{message}");
    }
}

#[rstest]
#[tokio::test]
async fn other_documents_are_indented_if_pretty_is_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        let keys = json!({ "keys": [{ "kty": "RSA", "n": MODULUS, "e": "AQAB" }] });
        service.credential_jwks = Some(keys.to_string().into());
        service.credential_jwks_uri = Some(format!("{ISSUER}/jwks"));
    })
    .await;
    for pretty in [None, Some(false), Some(true)] {
        let mut keys = CredentialIssuerJwksRequest::new();
        keys.pretty = pretty;
        let keys = api.credential_issuer_jwks(&keys).await.unwrap();
        let mut issuer = CredentialJwtIssuerMetadataRequest::new();
        issuer.pretty = pretty;
        let issuer = api.credential_jwt_issuer_metadata(&issuer).await.unwrap();
        let mut nonce = CredentialNonceRequest::new();
        nonce.pretty = pretty;
        let nonce = api.credential_nonce(&nonce).await.unwrap();
        for content in [
            keys.response_content,
            issuer.response_content,
            nonce.response_content,
        ] {
            let content = content.unwrap();
            let is_indented = content.expose().starts_with("{\n  \"");
            assert_eq!(is_indented, pretty == Some(true), "{}", content.expose());
        }
    }
}
