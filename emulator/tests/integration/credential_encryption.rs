//! Encrypted credential requests and responses (OpenID for Verifiable Credential Issuance 1.0 §10).

use crate::common::issued::SdJwt;
use crate::common::jwe::Receiver;
use crate::common::result_codes::assert_code;
use crate::common::wallet::*;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    CredentialBatchIssueAction, CredentialBatchIssueRequest, CredentialBatchParseRequest,
    CredentialDeferredIssueAction, CredentialDeferredParseAction, CredentialDeferredParseRequest,
    CredentialIssuanceOrder, CredentialIssuerMetadata, CredentialSingleIssueAction,
    CredentialSingleParseAction, JweEnc,
};
use rstest::rstest;
use serde_json::{Value, json};

fn payload() -> Value {
    json!({ "vct": "https://issuer.example/degree", "sub": "alice" })
}

/// The value of `credential_response_encryption` for the key of a wallet.
fn encryption(receiver: &Receiver) -> Value {
    let keys: Value = serde_json::from_str(&receiver.jwks()).unwrap();
    let mut key = keys["keys"][2].clone();
    key["alg"] = "ECDH-ES".into();
    json!({ "jwk": key, "enc": "A256GCM" })
}

/// Lets the issuer accept requests that are encrypted to a key.
fn decrypt_with(key: &Issuer, metadata: &mut CredentialIssuerMetadata) {
    let keys = json!({ "keys": [key.private] }).to_string();
    metadata.credential_request_encryption_jwks = Some(keys.into());
    metadata.credential_request_encryption_enc_values_supported = Some(vec![JweEnc::A256gcm]);
}

#[rstest]
#[tokio::test]
async fn encrypted_requests_get_encrypted_responses(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let [issuer, decryption] = ["issuer", "decryption"].map(Issuer::generate);
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    configure_issuer(&emulator, &api, |metadata| {
        decrypt_with(&decryption, metadata);
        metadata.require_credential_request_encryption = Some(true);
        metadata.require_credential_response_encryption = Some(true);
    })
    .await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let receiver = Receiver::generate();
    let seal = |message: &Value| jwt::encrypt(&decryption.public, &message.to_string());
    let mut request = wallet.request("degree").await;
    request["credential_response_encryption"] = encryption(&receiver);

    let answer = wallet.parse(&request).await;
    assert_code(answer.result_code.as_deref(), "A928307");
    let info = wallet.parse_text(&seal(&request)).await.info.unwrap();
    assert_eq!(info.details.as_deref(), Some("{}"));
    let order_of = order(&info.identifier.unwrap(), &payload());
    let answer = wallet.issue(order_of).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::OkJwt);
    let (header, response) = receiver.open("", answer.response_content.unwrap().expose());
    assert_eq!(header["alg"], "ECDH-ES");
    assert_eq!(header["enc"], "A256GCM");
    assert_eq!(header["kid"], "ec");
    let response: Value = serde_json::from_str(&response).unwrap();
    let credential = SdJwt::read(response["credentials"][0]["credential"].as_str().unwrap());
    credential.verified(&issuer.public);

    // Each deferred request has its own encryption parameters.
    let info = wallet.parse_text(&seal(&request)).await.info.unwrap();
    let identifier = info.identifier.unwrap();
    let deferred = || CredentialIssuanceOrder::new(&*identifier).issuance_deferred(true);
    let answer = wallet.issue(deferred()).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::AcceptedJwt);
    let (_, response) = receiver.open("", answer.response_content.unwrap().expose());
    let response: Value = serde_json::from_str(&response).unwrap();
    assert_eq!(response["transaction_id"], identifier);
    let later = Receiver::generate();
    let parse_deferred = async |receiver: &Receiver| {
        let request = json!({
            "transaction_id": identifier,
            "credential_response_encryption": encryption(receiver),
        });
        let request = CredentialDeferredParseRequest::new(&*wallet.token, seal(&request));
        let answer = api.credential_deferred_parse(&request).await.unwrap();
        assert_eq!(answer.action, CredentialDeferredParseAction::Ok);
    };
    parse_deferred(&receiver).await;
    let answer = issue_deferred(&api, deferred()).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::AcceptedJwt);
    receiver.open("", answer.response_content.unwrap().expose());
    parse_deferred(&later).await;
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::OkJwt);
    let (_, response) = later.open("", answer.response_content.unwrap().expose());
    let response: Value = serde_json::from_str(&response).unwrap();
    assert!(response["credentials"][0]["credential"].is_string());
}

#[rstest]
#[tokio::test]
async fn encryption_is_refused_unless_the_metadata_allow_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let [issuer, decryption] = ["issuer", "decryption"].map(Issuer::generate);
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let request = wallet.request("degree").await;
    let receiver = Receiver::generate();
    let good = encryption(&receiver);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = request.clone();
        request["credential_response_encryption"] = good.clone();
        change(&mut request["credential_response_encryption"]);
        request
    };
    let refused = async |content: &str, code: &str| {
        let answer = wallet.parse_text(content).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, CredentialSingleParseAction::BadRequest);
        let error = crate::common::content(answer.response_content.as_ref());
        assert_eq!(error["error"], "invalid_encryption_parameters");
    };
    // Encryption of the response.
    let answer = wallet.parse(&with(&|_| ())).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    let oct = json!({ "kty": "oct", "alg": "dir", "k": jwt::encode([7; 32]) });
    for request in [
        with(&|encryption| *encryption = json!(true)),
        with(&|encryption| encryption["jwk"] = json!({})),
        with(&|encryption| encryption["jwk"]["alg"] = "RSA-OAEP-256".into()),
        with(&|encryption| encryption["jwk"]["alg"] = "ECDH-ES+A128KW".into()),
        with(&|encryption| encryption["jwk"]["alg"] = json!(null)),
        with(&|encryption| encryption["jwk"]["d"] = encryption["jwk"]["x"].clone()),
        with(&|encryption| encryption["jwk"]["use"] = "sig".into()),
        with(&|encryption| encryption["jwk"] = oct.clone()),
        with(&|encryption| encryption["enc"] = "A128GCM".into()),
        with(&|encryption| encryption["enc"] = json!(null)),
        with(&|encryption| encryption["zip"] = "DEF".into()),
    ] {
        refused(&request.to_string(), "A928315").await;
    }
    // The client and the service can require encrypted responses.
    let demand = async |required| {
        configure_client(&api, emulator.client().id, |client| {
            client.credential_response_encryption_required = Some(required);
        })
        .await;
    };
    demand(true).await;
    refused(&request.to_string(), "A928314").await;
    demand(false).await;
    let answer = wallet.parse(&request).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    configure_issuer(&emulator, &api, |metadata| {
        metadata.require_credential_response_encryption = Some(true);
    })
    .await;
    refused(&request.to_string(), "A928314").await;

    // Encryption of the request: refused while the issuer has no key.
    let encrypted = || jwt::encrypt(&decryption.public, &with(&|_| ()).to_string());
    refused(&encrypted(), "A928308").await;
    configure_issuer(&emulator, &api, |metadata| {
        decrypt_with(&decryption, metadata);
    })
    .await;
    let answer = wallet.parse_text(&encrypted()).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    refused(&with(&|_| ()).to_string(), "A928316").await;
    let other = Issuer::generate("decryption");
    let misdirected = jwt::encrypt(&other.public, &with(&|_| ()).to_string());
    refused(&misdirected, "A928308").await;
    configure_issuer(&emulator, &api, |metadata| {
        metadata.credential_request_encryption_enc_values_supported = Some(vec![JweEnc::A128gcm]);
    })
    .await;
    refused(&encrypted(), "A928308").await;
}

#[rstest]
#[tokio::test]
async fn first_draft_has_encrypted_responses_and_no_encrypted_requests(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let [issuer, decryption] = ["issuer", "decryption"].map(Issuer::generate);
    enable(&emulator, &api, "1.0-ID1", &[&issuer]).await;
    configure_issuer(&emulator, &api, |metadata| {
        decrypt_with(&decryption, metadata);
        metadata.require_credential_request_encryption = Some(true);
        metadata.require_credential_response_encryption = Some(true);
    })
    .await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    let receiver = Receiver::generate();
    let mut request = json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" });
    let answer = wallet.parse(&request).await;
    assert_code(answer.result_code.as_deref(), "A928314");
    request["credential_response_encryption"] = encryption(&receiver);
    let sealed = jwt::encrypt(&decryption.public, &request.to_string());
    let answer = wallet.parse_text(&sealed).await;
    assert_eq!(answer.action, CredentialSingleParseAction::BadRequest);
    let identifier = wallet.identifier(&request).await;
    let payload = json!({ "vct": "https://issuer.example/legacy" });
    let answer = wallet.issue(order(&identifier, &payload)).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::OkJwt);
    let (_, response) = receiver.open("", answer.response_content.unwrap().expose());
    let response: Value = serde_json::from_str(&response).unwrap();
    assert!(response["credential"].is_string());

    // A batch without a single credential is encrypted in the same way.
    let requests = json!([{ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" }]);
    let batch = json!({
        "credential_requests": requests,
        "credential_response_encryption": encryption(&receiver),
    });
    let parse = CredentialBatchParseRequest::new(&*wallet.token, batch.to_string());
    let info = api
        .credential_batch_parse(&parse)
        .await
        .unwrap()
        .info
        .unwrap();
    let identifier = info[0].identifier.clone().unwrap();
    let deferred = CredentialIssuanceOrder::new(identifier).issuance_deferred(true);
    let issue = CredentialBatchIssueRequest::new(&*wallet.token, vec![deferred]);
    let answer = api.credential_batch_issue(&issue).await.unwrap();
    assert_eq!(answer.action, CredentialBatchIssueAction::AcceptedJwt);
    let (_, response) = receiver.open("", answer.response_content.unwrap().expose());
    assert!(response.contains("transaction_id"));
}

#[rstest]
#[tokio::test]
async fn batch_with_a_credential_is_encrypted_when_the_wallet_asks_for_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0-ID1", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    let receiver = Receiver::generate();
    let batch = json!({
        "credential_requests": [{ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" }],
        "credential_response_encryption": encryption(&receiver),
    });
    let parse = CredentialBatchParseRequest::new(&*wallet.token, batch.to_string());
    let parsed = api.credential_batch_parse(&parse).await.unwrap();
    let identifier = parsed.info.unwrap()[0].identifier.clone().unwrap();
    let order = order(
        &identifier,
        &json!({ "vct": "https://issuer.example/legacy" }),
    );
    let issue = CredentialBatchIssueRequest::new(&*wallet.token, vec![order]);
    let answer = api.credential_batch_issue(&issue).await.unwrap();
    assert_eq!(answer.action, CredentialBatchIssueAction::OkJwt);
    let (_, response) = receiver.open("", answer.response_content.unwrap().expose());
    let response: Value = serde_json::from_str(&response).unwrap();
    assert!(response["credential_responses"][0]["credential"].is_string());
}
