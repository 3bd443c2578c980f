//! The attestation challenge endpoint.

use reqwest::Method;

use super::*;
use authlete::ApiVersion;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn challenge_needs_no_credentials_and_is_not_cached(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let request = provider.client().request(Method::POST, "/challenge");
    let reply = Reply::of(request.header("origin", "https://spa.example")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let challenge = reply.json()["attestation_challenge"].clone();
    assert!(challenge.as_str().is_some_and(|it| !it.is_empty()));
    let exposed = reply.header("oauth-client-attestation-challenge");
    assert!(exposed.is_none_or(|exposed| exposed == challenge));
    let url = format!("{}/.well-known/openid-configuration", provider.issuer);
    let document = Reply::of(client::http().get(url)).await.json();
    let endpoint = format!("{}/challenge", provider.issuer);
    assert_eq!(document["challenge_endpoint"], endpoint);
    let read = provider.client().request(Method::GET, "/challenge");
    assert_eq!(Reply::of(read).await.status, 405);
}
