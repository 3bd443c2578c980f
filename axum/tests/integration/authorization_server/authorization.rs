//! The authorization endpoint, and the pages for login and consent.

use authlete::types::{AuthorizationResponse, GrantType, ResponseType};

use super::client::claims;
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn login_and_consent_result_in_tokens_with_the_consented_claims(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let requested = r#"{"id_token":{"name":null,"auth_time":{"essential":true}}}"#;
    let parameters = client.parameters("openid email", &[("claims", requested), ("nonce", "n")]);
    let mut browser = provider.browser();
    let page = browser.authorize(&parameters).await;
    assert!(page.body.contains("action=/login"), "{page:?}");
    let page = browser.log_in().await;
    assert!(page.body.contains("action=/consent"), "{page:?}");
    let response = browser.agree().await.redirected();
    assert_eq!(response["state"], "xyz");
    let tokens = client.redeem(&response["code"]).await.json();
    let id_token = claims(&tokens);
    assert_eq!(id_token["iss"], provider.issuer);
    assert_eq!(id_token["sub"], "alice");
    assert_eq!(id_token["name"], "Alice");
    assert_eq!(id_token["nonce"], "n");
    assert!(id_token["auth_time"].is_i64());
    assert_eq!(id_token.get("picture"), None);
}

#[rstest]
#[tokio::test]
async fn authorization_request_can_be_sent_with_post(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let parameters = provider.client().parameters("openid", &[]);
    let mut browser = provider.browser();
    browser.post("/authorize", &parameters).await;
    browser.log_in().await;
    let response = browser.agree().await.redirected();
    assert!(response.contains_key("code"), "{response:?}");
}

#[rstest]
#[tokio::test]
async fn consent_that_the_user_denies_results_in_access_denied(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let parameters = provider.client().parameters("openid", &[]);
    let mut browser = provider.browser();
    browser.authorize(&parameters).await;
    browser.log_in().await;
    let response = browser.post("/consent", "agree=no").await.redirected();
    assert_eq!(response["error"], "access_denied");
    assert_eq!(response["state"], "xyz");
}

#[tokio::test]
async fn wrong_password_shows_the_login_page_again() {
    let provider = Provider::start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    browser
        .authorize(&provider.client().parameters("openid", &[]))
        .await;
    let page = browser
        .post("/login", "name=alice&password=looking-glass")
        .await;
    assert!(page.body.contains("action=/login"), "{page:?}");
    let page = browser.log_in().await;
    assert!(page.body.contains("action=/consent"), "{page:?}");
}

#[tokio::test]
async fn session_id_is_renewed_at_login_and_pages_do_not_contain_the_ticket() {
    let provider = Provider::start(ApiVersion::V3).await;
    let mut browser = provider.browser();
    let page = browser
        .authorize(&provider.client().parameters("openid", &[]))
        .await;
    assert!(!page.body.contains("ticket"), "{page:?}");
    let before = browser.cookie.clone();
    browser.log_in().await;
    assert!(before.is_some());
    assert_ne!(before, browser.cookie);
    // The old session ID is invalid.
    browser.cookie = before;
    assert_eq!(browser.agree().await.status, 400);
}

#[rstest]
#[tokio::test]
async fn prompt_none_without_a_session_is_refused_with_login_required(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let parameters = provider
        .client()
        .parameters("openid", &[("prompt", "none")]);
    let response = provider.browser().authorize(&parameters).await;
    assert_eq!(response.redirected()["error"], "login_required");
}

#[rstest]
#[tokio::test]
async fn max_age_zero_and_prompt_login_require_a_new_login(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let mut browser = provider.browser();
    browser
        .authorization_response(&client.parameters("openid", &[]))
        .await;
    let page = browser.authorize(&client.parameters("openid", &[])).await;
    assert!(page.body.contains("action=/consent"), "{page:?}");
    for parameter in [("max_age", "0"), ("prompt", "login")] {
        let parameters = client.parameters("openid", &[parameter]);
        let page = browser.authorize(&parameters).await;
        assert!(page.body.contains("action=/login"), "{page:?}");
    }
}

#[rstest]
#[tokio::test]
async fn form_post_page_has_a_policy_that_allows_only_its_script(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let mut browser = provider.browser();
    browser
        .authorize(&client.parameters("openid", &[("response_mode", "form_post")]))
        .await;
    browser.log_in().await;
    let page = browser.agree().await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("name=\"code\""), "{page:?}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("script-src 'unsafe-hashes' 'sha256-"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
}

#[rstest]
#[tokio::test]
async fn unknown_client_gets_an_error_page_without_a_redirect(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let query = "response_type=code&client_id=1&redirect_uri=https://evil.example";
    let reply = provider.browser().authorize(query).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert_eq!(reply.header("location"), None);
}

#[tokio::test]
async fn hybrid_flow_returns_an_id_token_from_the_authorization_endpoint() {
    let provider = Provider::start(ApiVersion::V3).await;
    let types = || Some(vec![ResponseType::CodeIdToken]);
    provider
        .change_service(|service| service.supported_response_types = types())
        .await;
    provider
        .change_client(|client| {
            client.response_types = types();
            client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        })
        .await;
    let parameters = provider
        .client()
        .parameters("openid email", &[("nonce", "n")]);
    let parameters = parameters.replace("response_type=code", "response_type=code+id_token");
    let response = provider.browser().authorization_response(&parameters).await;
    assert!(response.contains_key("code"), "{response:?}");
    let id_token = claims(&serde_json::json!({ "id_token": response["id_token"] }));
    assert_eq!(id_token["sub"], "alice");
}

/// Accounts with a session of a user who no longer exists.
pub struct DeletedUser;

impl Accounts for DeletedUser {
    type Claims = authlete::server::StandardClaims;

    async fn session(
        &self,
        _: &axum::http::request::Parts,
        _: &AuthorizationResponse,
    ) -> axum::response::Result<Option<authlete::server::Session>> {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let session = authlete::server::Session::new("alice", now.as_secs() as i64);
        Ok(Some(session.consent_not_needed()))
    }

    async fn interact(
        &self,
        _: &axum::http::request::Parts,
        _: authlete::server::PendingAuthorization,
        interaction: authlete::server::Interaction,
    ) -> axum::response::Result<axum::response::Response> {
        panic!("no page is needed: {interaction:?}")
    }

    async fn claims(
        &self,
        _: &str,
    ) -> axum::response::Result<Option<authlete::server::StandardClaims>> {
        Ok(None)
    }
}

#[tokio::test]
async fn deleted_user_gets_an_error_response() {
    let provider = Provider::at("", ApiVersion::V3, DeletedUser, |server| server.router()).await;
    let parameters = provider.client().parameters("openid", &[]);
    let response = provider.browser().authorize(&parameters).await;
    assert!(response.redirected().contains_key("error"));
}

#[tokio::test]
async fn outage_of_authlete_is_answered_with_503_without_details() {
    let endpoints = Endpoints::from_issuer("http://127.0.0.1").unwrap();
    let server = AuthorizationServer::new(crate::common::unreachable(), endpoints, DeletedUser);
    let url = crate::common::serve_router(server.router()).await;
    for reply in [
        Reply::of(client::http().get(format!("{url}/authorize?client_id=1"))).await,
        Reply::of(client::http().get(format!("{url}/jwks"))).await,
    ] {
        reply.assert_error(503, "temporarily_unavailable");
        assert_eq!(reply.body, r#"{"error":"temporarily_unavailable"}"#);
    }
}
