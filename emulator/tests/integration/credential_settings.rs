//! The settings of credential issuers (OpenID for Verifiable Credential Issuance 1.0), their bounds and their defaults.

use std::time::Duration;

use crate::common::credentials::{DRAFT, FINAL, ISSUER, enable, issuer_metadata};
use crate::common::wallet::{self, Issuer, Wallet, order};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    CredentialIssuanceOrder, CredentialIssuerMetadataAction, CredentialIssuerMetadataRequest,
    CredentialOfferCreateRequest, CredentialSingleIssueAction, JweAlg, JweEnc,
};
use rstest::rstest;
use serde_json::{Value, json};

/// The metadata of the credential issuer.
async fn published(api: &Authlete) -> Value {
    let request = CredentialIssuerMetadataRequest::new();
    let answer = api.credential_issuer_metadata(&request).await.unwrap();
    content(answer.response_content.as_ref())
}

/// `CredentialIssuerMetadata.batchSize` and the parameters that 1.0-ID1 does not have.
#[rstest]
#[tokio::test]
async fn batch_size_is_published_from_two_on_and_request_encryption_not_by_the_draft(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let keys = json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "enc", "kid": "enc",
        "x": "dgZAdZHdMFkHavi5U5jL3m7K68OHStG2XdbtLm4xL7g",
        "y": "eMRGtIJl2CHvNg9iwjv-T9eg-wgy9shz8irq_O3JQA8",
        "d": "QCUYTav3UWI2pYhwj-LGTpMxxpBXiKwkY1p6tDjqcKo",
    }]});
    for (draft, size, batch) in [
        (FINAL, 0, None),
        (FINAL, 1, None),
        (FINAL, 2, Some(json!({ "batch_size": 2 }))),
        (DRAFT, 2, None),
    ] {
        enable(&emulator, &api, draft, |service| {
            let mut metadata = issuer_metadata();
            metadata.batch_size = Some(size);
            metadata.credential_request_encryption_jwks = Some(keys.to_string().into());
            metadata.credential_request_encryption_enc_values_supported =
                Some(vec![JweEnc::A256gcm]);
            service.credential_issuer_metadata = Some(metadata);
            service.supported_scopes = None;
        })
        .await;
        let published = published(&api).await;
        assert_eq!(published.get("batch_credential_issuance"), batch.as_ref());
        let encryption = published.get("credential_request_encryption");
        assert_eq!(encryption.is_some(), draft == FINAL, "{published}");
        if let Some(encryption) = encryption {
            assert_eq!(encryption["encryption_required"], false);
        }
        assert_eq!(published.get("authorization_servers"), None);
        assert_eq!(published.get("deferred_credential_endpoint"), None);
    }
}

/// `Service.oid4vciVersion`.
#[rstest]
#[tokio::test]
async fn both_names_of_the_final_version_are_accepted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for name in ["1.0", "1.0-Final"] {
        enable(&emulator, &api, name, |service| {
            let mut metadata = issuer_metadata();
            metadata.nonce_endpoint = Some(format!("{ISSUER}/nonce"));
            metadata.batch_credential_endpoint = Some(format!("{ISSUER}/batch"));
            service.credential_issuer_metadata = Some(metadata);
            service.supported_scopes = None;
        })
        .await;
        let published = published(&api).await;
        assert_eq!(
            published["nonce_endpoint"],
            format!("{ISSUER}/nonce"),
            "{name}"
        );
        assert_eq!(published.get("batch_credential_endpoint"), None, "{name}");
    }
}

/// `CredentialIssuerMetadata.requireCredentialResponseEncryption`.
#[rstest]
#[tokio::test]
async fn required_response_encryption_is_published(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for required in [false, true] {
        enable(&emulator, &api, FINAL, |service| {
            let mut metadata = issuer_metadata();
            metadata.credential_response_encryption_alg_values_supported =
                Some(vec![JweAlg::EcdhEs]);
            metadata.credential_response_encryption_enc_values_supported =
                Some(vec![JweEnc::A256gcm]);
            metadata.require_credential_response_encryption = Some(required);
            service.credential_issuer_metadata = Some(metadata);
            service.supported_scopes = None;
        })
        .await;
        let published = published(&api).await;
        let encryption = &published["credential_response_encryption"];
        assert_eq!(encryption["encryption_required"], required);
    }
}

/// `CredentialIssuerMetadata.credentialIssuer`.
#[rstest]
#[tokio::test]
async fn metadata_of_an_issuer_without_an_identifier_are_a_server_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        let mut metadata = issuer_metadata();
        metadata.credential_issuer = None;
        service.credential_issuer_metadata = Some(metadata);
    })
    .await;
    let request = CredentialIssuerMetadataRequest::new();
    let answer = api.credential_issuer_metadata(&request).await.unwrap();
    let expected = CredentialIssuerMetadataAction::InternalServerError;
    assert_eq!(answer.action, expected);
}

/// `Service.credentialOfferDuration`.
#[rstest]
#[tokio::test]
async fn offer_has_the_duration_of_the_service_unless_the_request_has_a_positive_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    // The durations of the service and of the request.
    for (of_service, of_request, expected) in [
        (30, None, Some(30)),
        (30, Some(0), Some(30)),
        (30, Some(-1), Some(30)),
        (30, Some(600), Some(600)),
        (0, None, None),
        (-1, None, None),
    ] {
        enable(&emulator, &api, FINAL, |service| {
            service.credential_offer_duration = Some(of_service);
            service.supported_scopes = None;
        })
        .await;
        let mut request = CredentialOfferCreateRequest::new(vec!["identity".to_owned()], "alice");
        request.pre_authorized_code_grant_included = Some(true);
        request.duration = of_request;
        let before = api.get_client(emulator.client().id).await.unwrap();
        let now = before.modified_at.unwrap() / 1000;
        let created = api.credential_offer_create(&request).await.unwrap();
        let expires_at = created.info.unwrap().expires_at.unwrap() / 1000;
        let lifetime = expires_at - now;
        match expected {
            Some(seconds) => assert!((seconds..seconds + 20).contains(&lifetime)),
            // The default of the server.
            None => assert!(lifetime > 500, "{lifetime}"),
        }
    }
}

/// `Service.credentialTransactionDuration` and `credentialDuration`.
#[rstest]
#[tokio::test]
async fn without_positive_durations_a_transaction_has_the_default_and_a_credential_no_end(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    wallet::enable(&emulator, &api, "1.0", &[&issuer]).await;
    for duration in [0, -1] {
        configure(&emulator, &api, |service| {
            service.credential_transaction_duration = Some(duration);
            service.credential_duration = Some(0);
        })
        .await;
        let wallet = Wallet::with_scopes(&api, emulator.client(), "degree diploma").await;
        let identifier = wallet.identifier(&wallet.request("degree").await).await;
        let deferred = CredentialIssuanceOrder::new(&identifier).issuance_deferred(true);
        let answer = wallet.issue(deferred).await;
        assert_eq!(answer.action, CredentialSingleIssueAction::Accepted);
        emulator.advance(Duration::from_secs(60));
        let parsed = wallet
            .parse_deferred(&json!({ "transaction_id": identifier }))
            .await;
        assert!(parsed.info.is_some(), "{duration}");
    }
    let (emulator, api) = start(version).await;
    wallet::enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "diploma").await;
    let identifier = wallet.identifier(&wallet.request("diploma").await).await;
    let vc = json!({ "vc": {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", "Diploma"],
        "credentialSubject": { "id": "did:example:alice" },
    } });
    let answer = wallet.issue(order(&identifier, &vc)).await;
    let response = content(answer.response_content.as_ref());
    let jwt = response["credentials"][0]["credential"].as_str().unwrap();
    let claims = jwt::verified(jwt, &json!({ "keys": [issuer.public] }));
    assert_eq!(claims.get("exp"), None);
}

/// `Service.cnonceDuration`, in the first implementer's draft.
#[rstest]
#[tokio::test]
async fn nonce_of_an_access_token_expires_after_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    wallet::enable(&emulator, &api, "1.0-ID1", &[&Issuer::generate("issuer")]).await;
    configure(&emulator, &api, |service| {
        service.cnonce_duration = Some(600);
        service.allowable_clock_skew = Some(3600);
    })
    .await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let request = json!({
        "format": "dc+sd-jwt",
        "vct": "https://issuer.example/degree",
        "proof": { "proof_type": "jwt", "jwt": wallet.proof().await },
    });
    emulator.advance(Duration::from_secs(500));
    assert!(wallet.parse(&request).await.info.is_some());
    emulator.advance(Duration::from_secs(100));
    let late = wallet.parse(&request).await;
    assert_eq!(late.info, None);
    let error = content(late.response_content.as_ref());
    assert_eq!(error["error"], "invalid_proof");
}
