//! Calls at the same time: each takes effect once, and none undoes another one.

use std::collections::HashSet;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{JwsAlg, TokenAction, TokenResponse};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::RegisteredClient;
use rstest::rstest;
use tokio::task::JoinSet;

const CALLS: usize = 16;

/// Exchanges codes at the same time.
async fn exchange(
    api: &Authlete,
    client: &RegisteredClient,
    codes: impl IntoIterator<Item = String>,
) -> Vec<TokenResponse> {
    let mut calls = JoinSet::new();
    for code in codes {
        let (api, client) = (api.clone(), client.clone());
        calls.spawn(
            async move { request_token(&api, &client, &code_parameters(&client, &code)).await },
        );
    }
    calls.join_all().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tokens_that_are_signed_at_the_same_time_all_exist_and_differ(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
    #[values(JwsAlg::Ps256, JwsAlg::Es256)] algorithm: JwsAlg,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(algorithm);
    })
    .await;
    let mut codes = Vec::new();
    for _ in 0..CALLS {
        codes.push(code(&api, &query(client)).await);
    }
    let responses = exchange(&api, client, codes).await;
    let keys = jwks(&api).await;
    let mut ids = HashSet::new();
    for response in responses {
        assert_eq!(response.action, TokenAction::Ok, "{response:?}");
        let token = response.jwt_access_token.as_ref().unwrap().expose();
        let claims = jwt::verified(token, &keys);
        ids.insert(claims["jti"].as_str().unwrap().to_owned());
        assert!(grants::is_active(&api, &response).await);
    }
    assert_eq!(ids.len(), CALLS);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn code_that_is_exchanged_by_several_calls_at_the_same_time_is_used_once_and_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Rs256);
    })
    .await;
    for _ in 0..4 {
        let code = code(&api, &query(client)).await;
        let responses = exchange(&api, client, vec![code; CALLS]).await;
        let (issued, refused): (Vec<_>, Vec<_>) = responses
            .iter()
            .partition(|response| response.action == TokenAction::Ok);
        assert_eq!(issued.len(), 1);
        for response in refused {
            assert_code(response.result_code.as_deref(), "A050305");
        }
        assert!(!grants::is_active(&api, issued[0]).await);
    }
}
