//! The userinfo endpoint.

use reqwest::Method;

use super::authorization::DeletedUser;
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn access_token_in_the_header_or_a_form_returns_the_consented_claims(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let tokens = client.tokens("openid email", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let bearer = format!("bearer {token}");
    for request in [
        client
            .request(Method::GET, "/userinfo")
            .header("authorization", &bearer),
        client
            .request(Method::POST, "/userinfo")
            .header("authorization", &bearer),
        client.form("/userinfo", &[("access_token", token)]),
    ] {
        let claims = Reply::of(request).await.json();
        assert_eq!(claims["sub"], "alice");
        assert_eq!(claims["email"], "alice@example.com");
        assert_eq!(claims.get("name"), None);
    }
}

#[rstest]
#[tokio::test]
async fn request_without_exactly_one_valid_token_is_challenged(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let none = Reply::of(client.request(Method::GET, "/userinfo")).await;
    assert_eq!(
        (none.status, none.header("www-authenticate")),
        (401, Some("Bearer"))
    );
    let request = client.request(Method::GET, "/userinfo");
    let unknown = Reply::of(request.header("authorization", "Bearer unknown")).await;
    assert_eq!(unknown.status, 401);
    let challenge = unknown.header("www-authenticate").unwrap();
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let request = client.form("/userinfo", &[("access_token", "a")]);
    let two = Reply::of(request.header("authorization", "Bearer b")).await;
    two.assert_error(400, "invalid_request");
    let challenge = two.header("www-authenticate");
    assert_eq!(challenge, Some("Bearer error=\"invalid_request\""));
    // Tokens in the query are ignored (RFC 6750 §2.3).
    let query = Reply::of(client.request(Method::GET, "/userinfo?access_token=a")).await;
    assert_eq!(query.status, 401);
}

#[rstest]
#[tokio::test]
async fn token_of_a_deleted_user_is_refused_with_invalid_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::at("", version, DeletedUser, |server| server.router()).await;
    let token_request =
        crate::common::token_request(&provider.emulator).scopes(["openid", "email"]);
    let token = crate::common::issue(&provider.api, token_request).await;
    let request = provider.client().request(Method::GET, "/userinfo");
    let bearer = format!("Bearer {}", token.expose());
    let reply = Reply::of(request.header("authorization", bearer)).await;
    let challenge = reply.header("www-authenticate");
    let expected = Some("Bearer error=\"invalid_token\"");
    assert_eq!((reply.status, challenge), (401, expected), "{reply:?}");
    assert_eq!(reply.body, "");
}

#[tokio::test]
async fn malformed_token_in_a_form_is_refused_with_400() {
    let provider = Provider::start(ApiVersion::V3).await;
    let client = provider.client();
    for token in ["", "a b", "a\0b", "ü"] {
        let reply = Reply::of(client.form("/userinfo", &[("access_token", token)])).await;
        assert_eq!(reply.status, 400, "{token:?}: {reply:?}");
    }
}
