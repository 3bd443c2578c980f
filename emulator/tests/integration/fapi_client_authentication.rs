//! FAPI: client authentication at the token endpoint, the endpoint for pushed requests and that of CIBA.

use crate::common::fapi::{FapiClient, PROFILES, STRICT};
use crate::common::result_codes::assert_code;
use crate::common::rsa::{RsaKey, short_jwk};
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationRequest, Client, ClientAuthMethod,
    ClientType, FapiMode, Pair, PushedAuthReqAction, PushedAuthReqRequest, TokenAction,
    TokenRequest,
};
use rstest::rstest;
use serde_json::json;

const CLIENT_CREDENTIALS: &str = "grant_type=client_credentials&scope=read";

/// The result codes of the three endpoints for requests with the client secret in the API call.
async fn codes_with_secret(fapi: &FapiClient) -> [String; 3] {
    let client = fapi.registered();
    let id = client.id.to_string();
    let token = TokenRequest::new(CLIENT_CREDENTIALS)
        .client_id(&*id)
        .client_secret(&client.secret)
        .client_certificate(&*fapi.certificate);
    let push = PushedAuthReqRequest::new(fapi.request(&[]))
        .client_id(&*id)
        .client_secret(&client.secret);
    let backchannel = BackchannelAuthenticationRequest::new(fapi.backchannel_request(&[]))
        .client_id(&*id)
        .client_secret(&client.secret);
    codes(fapi, &token, &push, &backchannel).await
}

/// The result codes of the three endpoints for requests with client assertions.
async fn codes_with_assertion(fapi: &FapiClient, assertion: impl Fn() -> String) -> [String; 3] {
    let token = fapi.asserted(CLIENT_CREDENTIALS, &assertion());
    let token = TokenRequest::new(token).client_certificate(&*fapi.certificate);
    let push = fapi.asserted(&fapi.request(&[]), &assertion());
    let backchannel = fapi.asserted(&fapi.backchannel_request(&[]), &assertion());
    codes(
        fapi,
        &token,
        &PushedAuthReqRequest::new(push),
        &BackchannelAuthenticationRequest::new(backchannel),
    )
    .await
}

async fn codes(
    fapi: &FapiClient,
    token: &TokenRequest,
    push: &PushedAuthReqRequest,
    backchannel: &BackchannelAuthenticationRequest,
) -> [String; 3] {
    let token = fapi.api.token(token).await.unwrap();
    let push = fapi.api.push_authorization_request(push).await.unwrap();
    let backchannel = fapi.api.backchannel_authentication(backchannel).await;
    let backchannel = backchannel.unwrap();
    let codes = [
        token.result_code.unwrap(),
        push.result_code.unwrap(),
        backchannel.result_code.unwrap(),
    ];
    let is_fapi = |code: &String| ["A152", "A929", "A243"].contains(&&code[..4]);
    if codes.iter().all(is_fapi) {
        assert_eq!(token.action, TokenAction::InvalidClient);
        assert_eq!(push.action, PushedAuthReqAction::Unauthorized);
        let unauthorized = BackchannelAuthenticationAction::Unauthorized;
        assert_eq!(backchannel.action, unauthorized);
    }
    codes
}

const ACCEPTED: [&str; 3] = ["A052001", "A245001", "A179001"];
const METHOD_REFUSED: [&str; 3] = ["A152301", "A929301", "A243305"];
const ALGORITHM_REFUSED: [&str; 3] = ["A152302", "A929302", "A243307"];
const KEY_REFUSED: [&str; 3] = ["A152303", "A929303", "A243308"];

/// A change of the client's settings to authenticate with the client secret by this method.
fn by_secret(method: ClientAuthMethod) -> impl FnOnce(&mut Client) {
    |client| client.token_auth_method = Some(method)
}

#[rstest]
#[tokio::test]
async fn client_secret_basic_is_refused_by_each_profile_and_accepted_without(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure(by_secret(ClientAuthMethod::ClientSecretBasic))
            .await;
        assert_eq!(codes_with_secret(&fapi).await, METHOD_REFUSED);
        fapi.configure_service(|service| service.supported_service_profiles = None)
            .await;
        assert_eq!(codes_with_secret(&fapi).await, ACCEPTED);
    }
}

#[rstest]
#[tokio::test]
async fn client_secret_jwt_is_refused_by_fapi_1_advanced_and_fapi_2_but_not_by_baseline(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, expected) in [
        (FapiMode::Fapi1Baseline, ACCEPTED),
        (FapiMode::Fapi1Advanced, METHOD_REFUSED),
        (FapiMode::Fapi2Security, METHOD_REFUSED),
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure(by_secret(ClientAuthMethod::ClientSecretJwt))
            .await;
        let secret = fapi.registered().secret.expose().as_bytes();
        let assertion = || jwt::hmac(secret, &fapi.assertion_claims());
        assert_eq!(codes_with_assertion(&fapi, assertion).await, expected);
    }
}

#[rstest]
#[tokio::test]
async fn assertion_with_an_algorithm_other_than_ps256_and_es256_is_refused_by_fapi_1_advanced_and_fapi_2(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in STRICT {
        let fapi = FapiClient::start(version, &[mode]).await;
        for alg in ["RS256", "ES384", "ES256K", "none"] {
            let header = json!({ "alg": alg });
            let assertion = || fapi.key.sign_with(&header, &fapi.assertion_claims());
            let codes = codes_with_assertion(&fapi, assertion).await;
            assert_eq!(codes, ALGORITHM_REFUSED, "{alg}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn eddsa_assertion_is_refused_by_fapi_1_advanced_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, is_refused) in [
        (FapiMode::Fapi1Baseline, false),
        (FapiMode::Fapi1Advanced, true),
        (FapiMode::Fapi2Security, false),
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        // The client has no such key, which is checked later.
        let header = json!({ "alg": "EdDSA" });
        let assertion = || fapi.key.sign_with(&header, &fapi.assertion_claims());
        let codes = codes_with_assertion(&fapi, assertion).await;
        assert_eq!(codes == ALGORITHM_REFUSED, is_refused, "{codes:?}");
    }
}

#[rstest]
#[tokio::test]
async fn assertion_of_an_rsa_key_with_less_than_2048_bits_is_refused_by_each_profile(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.register_keys(&[short_jwk()]).await;
        let header = json!({ "alg": "PS256" });
        let assertion = || fapi.key.sign_with(&header, &fapi.assertion_claims());
        assert_eq!(codes_with_assertion(&fapi, assertion).await, KEY_REFUSED);
    }
}

#[rstest]
#[tokio::test]
async fn public_client_is_refused_by_fapi_1_advanced_and_fapi_2_but_not_by_baseline(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, expected) in [
        // The request is accepted as far as to its code, which does not exist.
        (FapiMode::Fapi1Baseline, "A050305"),
        (FapiMode::Fapi1Advanced, "A152301"),
        (FapiMode::Fapi2Security, "A152301"),
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure(|client| {
            client.client_type = Some(ClientType::Public);
            client.token_auth_method = Some(ClientAuthMethod::None);
        })
        .await;
        let id = fapi.registered().id;
        let parameters = format!("grant_type=authorization_code&code=unknown&client_id={id}");
        let answer = fapi.send_token_request(&parameters).await;
        assert_code(answer.result_code.as_deref(), expected);
    }
}

#[rstest]
#[tokio::test]
async fn private_key_jwt_with_es256_or_ps256_is_accepted_by_each_profile(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        let assertion = || fapi.key.sign(&fapi.assertion_claims());
        assert_eq!(codes_with_assertion(&fapi, assertion).await, ACCEPTED);

        let rsa = RsaKey::generate();
        fapi.register_keys(&[rsa.jwk()]).await;
        let assertion = rsa.sign(&fapi.assertion_claims());
        let parameters = fapi.asserted(CLIENT_CREDENTIALS, &assertion);
        let answer = fapi.send_token_request(&parameters).await;
        assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    }
}

#[rstest]
#[tokio::test]
async fn tls_client_auth_is_accepted_by_each_profile(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure(|client| client.token_auth_method = Some(ClientAuthMethod::TlsClientAuth))
            .await;
        let parameters = format!("{CLIENT_CREDENTIALS}&client_id={}", fapi.registered().id);
        let answer = fapi.send_token_request(&parameters).await;
        assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    }
}

#[rstest]
#[tokio::test]
async fn profile_in_the_scopes_applies_to_requests_for_them_and_for_their_grants(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fapi = FapiClient::start(version, &[]).await;
    let client = fapi.registered();
    let answer = fapi.token(&fapi.code("read").await).await;
    let refresh_token = answer.refresh_token.expect("a refresh token");
    fapi.configure(by_secret(ClientAuthMethod::ClientSecretBasic))
        .await;
    fapi.configure_service(|service| {
        for scope in service.supported_scopes.as_mut().unwrap() {
            if scope.name.as_deref() == Some("read") {
                scope.attributes = Some(vec![Pair::new("fapi", "rw")]);
            }
        }
    })
    .await;
    // The scope is in the request, in the request object, or in the grant.
    assert_eq!(codes_with_secret(&fapi).await, METHOD_REFUSED);
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let answer = request_token(&fapi.api, client, &refresh).await;
    assert_code(answer.result_code.as_deref(), "A152301");
    let other = TokenRequest::new("grant_type=client_credentials&scope=write")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .client_certificate(&*fapi.certificate);
    let answer = fapi.api.token(&other).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
}
