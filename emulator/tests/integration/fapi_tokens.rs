//! FAPI: binding of access tokens, and the algorithms of ID tokens and UserInfo responses.

use crate::common::fapi::{FapiClient, STRICT};
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationIssueAction, AuthorizationIssueRequest, Client, FapiMode, JweAlg, JwsAlg,
    TokenAction, UserInfoIssueAction, UserInfoIssueRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use rstest::rstest;
use serde_json::json;

const CLIENT_CREDENTIALS: &str = "grant_type=client_credentials&scope=read";

/// A change of the client's settings.
type Change = fn(&mut Client);

#[rstest]
#[tokio::test]
async fn access_token_that_is_not_bound_is_refused_by_fapi_1_advanced_and_fapi_2_but_not_by_baseline(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, unbound, by_dpop) in [
        (FapiMode::Fapi1Baseline, "A052001", "A052001"),
        // A DPoP key does not count: FAPI 1.0 has certificates only.
        (FapiMode::Fapi1Advanced, "A152305", "A152305"),
        (FapiMode::Fapi2Security, "A152305", "A052001"),
    ] {
        let fapi = FapiClient::start(version, &[mode]).await;
        let bound = fapi.token(CLIENT_CREDENTIALS).await;
        assert_code(bound.result_code.as_deref(), "A052001");
        assert_eq!(bound.action, TokenAction::Ok);
        // Both the service and the client must be configured to bind access tokens.
        for (of_service, of_client) in [(false, true), (true, false)] {
            fapi.configure_service(|service| {
                service.tls_client_certificate_bound_access_tokens = Some(of_service);
            })
            .await;
            fapi.configure(|client| {
                client.tls_client_certificate_bound_access_tokens = Some(of_client);
            })
            .await;
            let answer = fapi.token(CLIENT_CREDENTIALS).await;
            assert_code(answer.result_code.as_deref(), unbound);
            let answer = fapi.token_with_dpop(CLIENT_CREDENTIALS).await;
            assert_code(answer.result_code.as_deref(), by_dpop);
        }
    }
}

#[rstest]
#[tokio::test]
async fn id_token_with_an_algorithm_that_the_profile_does_not_allow_is_refused_at_the_token_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in STRICT {
        let fapi = FapiClient::start(version, &[mode]).await;
        let good = fapi.token(&fapi.code("openid").await).await;
        assert_eq!(good.action, TokenAction::Ok, "{good:?}");
        let id_token = good.id_token.expect("an ID token");
        assert_eq!(jwt::parts(id_token.expose()).0["alg"], "PS256");
        let refresh = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", good.refresh_token.unwrap().expose()),
        ]);
        let changes: [(Change, &str); 2] = [
            (
                |client| client.id_token_sign_alg = Some(JwsAlg::Rs256),
                "A152304",
            ),
            (
                |client| {
                    client.id_token_sign_alg = Some(JwsAlg::Es256);
                    client.id_token_encryption_alg = Some(JweAlg::Rsa15);
                },
                "A152306",
            ),
        ];
        for (change, code) in changes {
            fapi.configure(change).await;
            for parameters in [fapi.code("openid").await, refresh.clone()] {
                let answer = fapi.token(&parameters).await;
                assert_eq!(answer.action, TokenAction::BadRequest);
                assert_code_for(answer.result_code.as_deref(), code, parameters);
            }
            // Without an ID token its algorithms do not matter.
            let answer = fapi.token(&fapi.code("read").await).await;
            assert_eq!(answer.action, TokenAction::Ok);
        }
    }
}

/// Grants a request for a code and an ID token.
async fn grant(api: &Authlete, query: String) -> (AuthorizationIssueAction, Option<String>) {
    let issue = AuthorizationIssueRequest::new(ticket(api, &query).await, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    (answer.action, answer.result_code)
}

#[rstest]
#[tokio::test]
async fn id_token_with_an_algorithm_that_the_profile_does_not_allow_is_refused_in_authorization_responses(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fapi = FapiClient::start(version, &[FapiMode::Fapi1Advanced]).await;
    let hybrid = || {
        fapi.request(&[
            ("response_type", json!("code id_token")),
            ("response_mode", json!(null)),
            ("scope", json!("openid")),
        ])
    };
    let changes: [(Change, &str); 3] = [
        (|_| {}, "A040001"),
        (
            |client| client.id_token_sign_alg = Some(JwsAlg::Rs256),
            "A151301",
        ),
        (
            |client| {
                client.id_token_sign_alg = Some(JwsAlg::Es256);
                client.id_token_encryption_alg = Some(JweAlg::Rsa15);
            },
            "A151302",
        ),
    ];
    for (change, code) in changes {
        fapi.configure(change).await;
        let (action, actual) = grant(&fapi.api, hybrid()).await;
        assert_code(actual.as_deref(), code);
        assert_eq!(action, AuthorizationIssueAction::Location);
    }
}

#[rstest]
#[tokio::test]
async fn userinfo_response_with_an_algorithm_that_the_profile_does_not_allow_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in STRICT {
        let fapi = FapiClient::start(version, &[mode]).await;
        let tokens = fapi.token(&fapi.code("openid").await).await;
        let token: Secret = tokens.access_token.expect("an access token");
        let answer = async || {
            let request = UserInfoIssueRequest::new(&token);
            fapi.api.userinfo_issue(&request).await.unwrap()
        };
        assert_eq!(answer().await.action, UserInfoIssueAction::Jwt);
        let changes: [(Change, &str); 2] = [
            (
                |client| client.user_info_sign_alg = Some(JwsAlg::Rs256),
                "A153301",
            ),
            (
                |client| {
                    client.user_info_sign_alg = None;
                    client.user_info_encryption_alg = Some(JweAlg::Rsa15);
                },
                "A153302",
            ),
        ];
        for (change, code) in changes {
            fapi.configure(change).await;
            let refused = answer().await;
            assert_eq!(refused.action, UserInfoIssueAction::BadRequest);
            assert_code(refused.result_code.as_deref(), code);
        }
        fapi.configure(|client| client.user_info_encryption_alg = None)
            .await;
        assert_eq!(answer().await.action, UserInfoIssueAction::Json);
    }
}
