//! Deferred credentials, and batches of credentials (OpenID for Verifiable Credential Issuance 1.0 §9; drafts up to 13
//! have the batch endpoint).

use std::time::Duration;

use crate::common::issued::SdJwt;
use crate::common::result_codes::assert_code;
use crate::common::state_file::contains;
use crate::common::wallet::*;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    CredentialBatchIssueAction, CredentialBatchIssueRequest, CredentialBatchIssueResponse,
    CredentialBatchParseAction, CredentialBatchParseRequest, CredentialDeferredIssueAction,
    CredentialDeferredIssueRequest, CredentialDeferredParseAction, CredentialIssuanceOrder,
    CredentialSingleIssueAction, CredentialSingleIssueRequest,
};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

fn payload() -> Value {
    json!({ "vct": "https://issuer.example/degree", "sub": "alice" })
}

fn deferred(identifier: &str) -> CredentialIssuanceOrder {
    CredentialIssuanceOrder::new(identifier).issuance_deferred(true)
}

/// Defers a credential and returns the transaction ID.
async fn transaction(wallet: &Wallet<'_>) -> String {
    let identifier = wallet.identifier(&wallet.request("degree").await).await;
    let answer = wallet.issue(deferred(&identifier)).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Accepted);
    identifier
}

async fn assert_invalid(wallet: &Wallet<'_>, request: Value, error: &str, code: &str) {
    let answer = wallet.parse_deferred(&request).await;
    assert_eq!(answer.action, CredentialDeferredParseAction::BadRequest);
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(content(answer.response_content.as_ref())["error"], error);
    assert_eq!(answer.info, None);
}

#[rstest]
#[tokio::test]
async fn deferred_credential_is_issued_for_its_transaction_id(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let identifier = wallet.identifier(&wallet.request("degree").await).await;
    let request = json!({ "transaction_id": identifier });
    // The issuance is not deferred yet.
    assert_invalid(
        &wallet,
        request.clone(),
        "invalid_transaction_id",
        "A928336",
    )
    .await;
    let wait = |request: CredentialSingleIssueRequest| request.interval(60);
    let answer = wallet.issue_as(deferred(&identifier), wait).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Accepted);
    assert_eq!(answer.transaction_id.as_deref(), Some(&*identifier));
    assert_eq!(
        content(answer.response_content.as_ref()),
        json!({ "transaction_id": identifier, "interval": 60 })
    );
    // The identifier is used up, and the wallet has not sent a deferred request yet.
    let answer = wallet.issue(order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::CallerError);
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::CallerError);
    assert_code(answer.result_code.as_deref(), "A928206");

    // The wallet asks twice, and the credential is still not ready.
    for _ in 0..2 {
        let answer = wallet.parse_deferred(&request).await;
        assert_eq!(answer.action, CredentialDeferredParseAction::Ok);
        let info = answer.info.unwrap();
        assert_eq!(info.identifier.as_deref(), Some(&*identifier));
        assert_eq!(info.credential_configuration_id.as_deref(), Some("degree"));
        let key: Value = serde_json::from_str(&info.binding_key.unwrap()).unwrap();
        assert_eq!(key, wallet.key.jwk());
    }
    let answer = issue_deferred(&api, deferred(&identifier)).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::Accepted);
    let response = content(answer.response_content.as_ref());
    assert_eq!(response["transaction_id"], identifier);
    assert!(response["interval"].as_u64().unwrap() > 0);
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::CallerError);

    // The credential is ready.
    assert!(wallet.parse_deferred(&request).await.info.is_some());
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::Ok);
    let response = content(answer.response_content.as_ref());
    let credential = SdJwt::read(response["credentials"][0]["credential"].as_str().unwrap());
    let claims = credential.disclosed(&issuer.public, |_| true);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["cnf"]["jwk"], wallet.key.jwk());
    // A transaction issues one credential.
    assert_invalid(&wallet, request, "invalid_transaction_id", "A928336").await;
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::CallerError);
}

#[rstest]
#[tokio::test]
async fn transaction_is_refused_for_another_token_and_after_its_end(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    configure(&emulator, &api, |service| {
        service.credential_transaction_duration = Some(60);
    })
    .await;
    let wallet = Wallet::with_scopes(&api, client, "degree").await;
    let other = Wallet::with_scopes(&api, client, "degree").await;
    let invalid = "invalid_transaction_id";
    assert_invalid(&wallet, json!({}), "invalid_credential_request", "A928335").await;
    assert_invalid(
        &wallet,
        json!({ "transaction_id": "made-up" }),
        invalid,
        "A928336",
    )
    .await;
    let request = json!({ "transaction_id": transaction(&wallet).await });
    assert_invalid(&other, request.clone(), invalid, "A928337").await;
    assert!(wallet.parse_deferred(&request).await.info.is_some());

    // Deferring again does not extend the lifetime.
    emulator.advance(Duration::from_secs(30));
    let identifier = request["transaction_id"].as_str().unwrap();
    let answer = issue_deferred(&api, deferred(identifier)).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::Accepted);
    emulator.advance(Duration::from_secs(30));
    assert_invalid(&wallet, request, invalid, "A928336").await;

    // A denial ends the transaction.
    let identifier = transaction(&wallet).await;
    let request = json!({ "transaction_id": identifier });
    assert!(wallet.parse_deferred(&request).await.info.is_some());
    let denial = CredentialDeferredIssueRequest::new(order(&identifier, &payload()));
    let answer = api.credential_deferred_issue(&denial.denied(true)).await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, CredentialDeferredIssueAction::BadRequest);
    let error = content(answer.response_content.as_ref());
    assert_eq!(error["error"], "credential_request_denied");
    assert_invalid(&wallet, request, invalid, "A928336").await;

    // Deleting the client deletes its transactions.
    let identifier = transaction(&wallet).await;
    let request = json!({ "transaction_id": identifier });
    assert!(wallet.parse_deferred(&request).await.info.is_some());
    api.delete_client(client.id).await.unwrap();
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::CallerError);
}

#[rstest]
#[tokio::test]
async fn transaction_survives_a_restart_and_its_id_is_not_in_the_state_file(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let start = async || Emulator::builder().state_file(&path).start().await.unwrap();
    let emulator = start().await;
    let api = Authlete::new(emulator.config(version)).unwrap();
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let identifier = transaction(&wallet).await;
    emulator.stop().await.unwrap();
    assert!(!contains(&path, &identifier));

    let emulator = start().await;
    let api = Authlete::new(emulator.config(version)).unwrap();
    let wallet = Wallet {
        api: &api,
        ..wallet
    };
    let request = json!({ "transaction_id": identifier });
    let info = wallet.parse_deferred(&request).await.info.unwrap();
    let key: Value = serde_json::from_str(&info.binding_key.unwrap()).unwrap();
    assert_eq!(key, wallet.key.jwk());
    let answer = issue_deferred(&api, order(&identifier, &payload())).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::Ok);
}

async fn issue_batch(
    api: &Authlete,
    token: &str,
    orders: Vec<CredentialIssuanceOrder>,
) -> CredentialBatchIssueResponse {
    let request = CredentialBatchIssueRequest::new(token, orders);
    api.credential_batch_issue(&request).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn batch_is_issued_completely_or_not_at_all(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0-ID1", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree legacy").await;
    let parse = async |requests: Value| {
        let content = json!({ "credential_requests": requests }).to_string();
        let request = CredentialBatchParseRequest::new(&*wallet.token, content);
        api.credential_batch_parse(&request).await.unwrap()
    };
    let degree = json!({
        "format": "dc+sd-jwt",
        "vct": "https://issuer.example/degree",
        "proof": { "proof_type": "jwt", "jwt": wallet.proof().await },
    });
    let legacy = json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" });
    for requests in [json!(null), json!([]), json!([1]), json!([degree, {}])] {
        let answer = parse(requests).await;
        assert_eq!(answer.action, CredentialBatchParseAction::BadRequest);
        let error = content(answer.response_content.as_ref());
        assert_eq!(error["error"], "invalid_credential_request");
        assert_eq!(answer.info, None);
    }
    let answer = parse(json!([degree, legacy])).await;
    assert_eq!(answer.action, CredentialBatchParseAction::Ok);
    let info = answer.info.unwrap();
    let formats = info.iter().map(|info| info.format.as_deref());
    let formats: Vec<_> = formats.collect();
    assert_eq!(formats, [Some("dc+sd-jwt"), Some("vc+sd-jwt")]);
    assert_eq!(info[1].binding_key, None);
    let ids: Vec<_> = info
        .iter()
        .map(|info| info.identifier.clone().unwrap())
        .collect();

    let good = || order(&ids[0], &payload());
    let wrong = order(&ids[1], &json!({ "vct": "made-up" }));
    for orders in [vec![], vec![good(), good()], vec![good(), wrong]] {
        let answer = issue_batch(&api, &wallet.token, orders).await;
        assert_eq!(answer.action, CredentialBatchIssueAction::CallerError);
    }
    // The refused batches did not use up the identifiers.
    let orders = vec![good(), deferred(&ids[1])];
    let answer = issue_batch(&api, &wallet.token, orders).await;
    assert_eq!(answer.action, CredentialBatchIssueAction::Ok);
    let response = content(answer.response_content.as_ref());
    let responses = response["credential_responses"].as_array().unwrap();
    assert_eq!(responses.len(), 2);
    let credential = SdJwt::read(responses[0]["credential"].as_str().unwrap());
    assert_eq!(
        credential.verified(&issuer.public)["cnf"]["jwk"],
        wallet.key.jwk()
    );
    assert_eq!(responses[1], json!({ "transaction_id": ids[1] }));
    assert!(response["c_nonce"].is_string());

    let answer = issue_batch(&api, &wallet.token, vec![good()]).await;
    assert_eq!(answer.action, CredentialBatchIssueAction::CallerError);
    // A batch in which all credentials are deferred.
    let info = parse(json!([legacy, legacy])).await.info.unwrap();
    let orders = info
        .iter()
        .map(|info| deferred(info.identifier.as_ref().unwrap()));
    let answer = issue_batch(&api, &wallet.token, orders.collect()).await;
    assert_eq!(answer.action, CredentialBatchIssueAction::Accepted);
    let response = content(answer.response_content.as_ref());
    assert_eq!(
        response["credential_responses"].as_array().unwrap().len(),
        2
    );

    // The draft has an error for a credential that is still not ready.
    assert!(wallet.parse_deferred(&responses[1]).await.info.is_some());
    let answer = issue_deferred(&api, deferred(&ids[1])).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::BadRequest);
    let error = content(answer.response_content.as_ref());
    assert_eq!(error["error"], "issuance_pending");
    // Until the wallet asks again, the request is answered.
    let payload = json!({ "vct": "https://issuer.example/legacy" });
    let answer = issue_deferred(&api, order(&ids[1], &payload)).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::CallerError);
    assert!(wallet.parse_deferred(&responses[1]).await.info.is_some());
    let answer = issue_deferred(&api, order(&ids[1], &payload)).await;
    assert_eq!(answer.action, CredentialDeferredIssueAction::Ok);
    let response = content(answer.response_content.as_ref());
    assert!(response["credential"].is_string());

    let answer = issue_batch(&api, "made-up", vec![good()]).await;
    assert_eq!(answer.action, CredentialBatchIssueAction::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn interval_defaults_to_5_and_is_in_the_final_version_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for of in ["1.0", "1.0-ID1"] {
        let (emulator, api) = start(version).await;
        enable(&emulator, &api, of, &[&Issuer::generate("issuer")]).await;
        let wallet = Wallet::with_scopes(&api, emulator.client(), "legacy").await;
        let single = match of {
            "1.0" => json!({ "credential_configuration_id": "legacy" }),
            _ => json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" }),
        };
        for interval in [None, Some(-1), Some(0), Some(60)] {
            let expected = match interval {
                Some(60) => json!(60),
                _ => json!(5),
            };
            let expected = (of == "1.0").then_some(expected);
            let identifier = wallet.identifier(&single).await;
            let wait = |mut request: CredentialSingleIssueRequest| {
                request.interval = interval;
                request
            };
            let answer = wallet.issue_as(deferred(&identifier), wait).await;
            let response = content(answer.response_content.as_ref());
            assert_eq!(response.get("interval"), expected.as_ref(), "{interval:?}");

            wallet
                .parse_deferred(&json!({ "transaction_id": identifier }))
                .await;
            let mut request = CredentialDeferredIssueRequest::new(deferred(&identifier));
            request.interval = interval;
            let answer = api.credential_deferred_issue(&request).await.unwrap();
            let response = content(answer.response_content.as_ref());
            assert_eq!(response.get("interval"), expected.as_ref(), "{interval:?}");

            // A response with a credential has no interval.
            let payload = json!({ "vct": "https://issuer.example/legacy" });
            wallet
                .parse_deferred(&json!({ "transaction_id": identifier }))
                .await;
            let mut request = CredentialDeferredIssueRequest::new(order(&identifier, &payload));
            request.interval = interval;
            let answer = api.credential_deferred_issue(&request).await.unwrap();
            assert_eq!(answer.action, CredentialDeferredIssueAction::Ok);
            let response = content(answer.response_content.as_ref());
            assert_eq!(response.get("interval"), None);
            let identifier = wallet.identifier(&single).await;
            let answer = wallet.issue_as(order(&identifier, &payload), wait).await;
            assert_eq!(answer.action, CredentialSingleIssueAction::Ok);
            let response = content(answer.response_content.as_ref());
            assert_eq!(response.get("interval"), None);
        }
    }
}

#[rstest]
#[tokio::test]
async fn deferred_and_batch_requests_need_a_valid_token_and_a_service_that_issues_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0-ID1", &[&Issuer::generate("issuer")]).await;
    let mut wallet = Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    let request = json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" });
    let batch = json!({ "credential_requests": [request] }).to_string();
    let parse = |token: &str| {
        let request = CredentialBatchParseRequest::new(token, &*batch);
        let api = api.clone();
        async move { api.credential_batch_parse(&request).await.unwrap() }
    };
    let good = parse(&wallet.token).await;
    assert_eq!(good.action, CredentialBatchParseAction::Ok);
    assert_eq!(good.response_content, None);
    let identifier = wallet.identifier(&request).await;
    wallet.issue(deferred(&identifier)).await;
    let transaction = json!({ "transaction_id": identifier });
    let good = wallet.parse_deferred(&transaction).await;
    assert_eq!(good.action, CredentialDeferredParseAction::Ok);
    assert_eq!(good.response_content, None);

    let token = std::mem::replace(&mut wallet.token, "made-up".to_owned());
    let refused = parse(&wallet.token).await;
    assert_eq!(refused.action, CredentialBatchParseAction::Unauthorized);
    let challenge = refused.response_content.unwrap();
    assert!(
        challenge
            .expose()
            .starts_with("Bearer error=\"invalid_token\"")
    );
    let refused = wallet.parse_deferred(&transaction).await;
    assert_eq!(refused.action, CredentialDeferredParseAction::Unauthorized);
    let challenge = refused.response_content.unwrap();
    assert!(
        challenge
            .expose()
            .starts_with("Bearer error=\"invalid_token\"")
    );

    configure(&emulator, &api, |service| {
        service.verifiable_credentials_enabled = Some(false);
    })
    .await;
    wallet.token = token;
    let refused = parse(&wallet.token).await;
    assert_eq!(refused.action, CredentialBatchParseAction::Forbidden);
    let body = content(refused.response_content.as_ref());
    assert!(body["error"].is_string());
    let refused = issue_batch(&api, &wallet.token, vec![deferred(&identifier)]).await;
    assert_eq!(refused.action, CredentialBatchIssueAction::Forbidden);
    let refused = wallet.parse_deferred(&transaction).await;
    assert_eq!(refused.action, CredentialDeferredParseAction::Forbidden);
    let refused = issue_deferred(&api, deferred(&identifier)).await;
    assert_eq!(refused.action, CredentialDeferredIssueAction::Forbidden);
}
