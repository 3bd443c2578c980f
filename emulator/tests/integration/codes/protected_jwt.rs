//! ID tokens and UserInfo responses that cannot be signed or encrypted.

use authlete::types::{ClientSecretUpdateRequest, JweAlg, JwsAlg, Scope};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, VERSION};
use crate::common::jwt::Key;
use crate::common::result_codes::assert_code;
use crate::common::{code, code_parameters, openid, start_with_client};

/// A caller whose service has the client of a seed file, which may have values that the API refuses.
async fn caller_with(client: Value) -> Caller {
    let (emulator, api) = start_with_client(VERSION, client).await;
    let caller = Caller { emulator, api };
    caller
        .configure(|service| service.supported_scopes = Some(vec![Scope::new("openid")]))
        .await;
    caller
}

/// The code of a UserInfo response for a token of the client.
async fn userinfo_code(caller: &Caller) -> String {
    let body = json!({
        "grantType": "AUTHORIZATION_CODE",
        "clientId": caller.client().id,
        "subject": "alice",
        "scopes": ["openid"],
    });
    let created = caller.call("/auth/token/create", &body).await;
    assert_eq!(created["action"], "OK", "{created}");
    let body = json!({ "token": created["accessToken"] });
    caller.code("/auth/userinfo/issue", &body).await
}

#[tokio::test]
async fn id_token_returns_a_specific_result_code_if_no_key_of_the_service_fits() {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| client.id_token_sign_alg = Some(JwsAlg::Rs256))
        .await;
    let jwks = json!({ "keys": [Key::generate().private_jwk()] }).to_string();
    caller
        .configure(|service| service.jwks = Some(jwks.into()))
        .await;
    let request = openid::request(caller.client(), &caller.id());
    let code = code(&caller.api, &request).await;
    let parameters = code_parameters(caller.client(), &code);
    assert_code(
        Some(&caller.code_of("/auth/token", &parameters).await),
        "A046203",
    );
}

#[tokio::test]
async fn id_token_with_an_unknown_signature_algorithm_returns_a_specific_result_code() {
    let client = json!({
        "clientType": "CONFIDENTIAL",
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "redirectUris": ["https://client.example/callback"],
        "idTokenSignAlg": "XS256",
    });
    let caller = caller_with(client).await;
    let request = openid::request(caller.client(), &caller.id());
    let code = code(&caller.api, &request).await;
    let parameters = code_parameters(caller.client(), &code);
    assert_code(
        Some(&caller.code_of("/auth/token", &parameters).await),
        "A046102",
    );
}

#[tokio::test]
async fn userinfo_response_returns_a_specific_result_code_if_no_key_of_the_client_fits() {
    let caller = Caller::start().await;
    let jwks = Key::generate().jwks();
    caller
        .configure_client(|client| {
            client.user_info_encryption_alg = Some(JweAlg::RsaOaep);
            client.jwks = Some(jwks.into());
        })
        .await;
    assert_code(Some(&userinfo_code(&caller).await), "A163305");
}

#[tokio::test]
async fn userinfo_response_returns_a_specific_result_code_if_the_client_secret_is_too_short() {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| client.user_info_sign_alg = Some(JwsAlg::Hs256))
        .await;
    let request = ClientSecretUpdateRequest::new("short");
    let updated = caller
        .api
        .update_client_secret(caller.client().id, &request);
    updated.await.unwrap();
    assert_code(Some(&userinfo_code(&caller).await), "A164103");
}

#[rstest]
#[case::signature(json!({ "userInfoSignAlg": "XS256" }), "A164102")]
#[case::encryption(json!({ "userInfoEncryptionAlg": "X128KW" }), "A164105")]
#[tokio::test]
async fn userinfo_response_with_an_unknown_algorithm_returns_a_specific_result_code(
    #[case] client: Value,
    #[case] expected: &str,
) {
    let caller = caller_with(client).await;
    assert_code(Some(&userinfo_code(&caller).await), expected);
}
