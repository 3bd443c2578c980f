//! Clients that read and revoke their grants.

use authlete::server::ClientCertificateSource;
use authlete::types::{GrantType, TokenCreateRequest};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Method, RequestBuilder};

use super::*;
use crate::common::jwt::{Key, encode};
use crate::common::proof::{Proven, proof, thumbprint};
use authlete::ApiVersion;
use rstest::rstest;

const SCOPES: [&str; 2] = ["grant_management_query", "grant_management_revoke"];

fn token_request(provider: &Provider, scopes: &[&str]) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::ClientCredentials)
        .client_id(provider.emulator.client().id)
        .scopes(scopes.iter().copied())
}

async fn token(provider: &Provider, token_request: TokenCreateRequest) -> String {
    let token = crate::common::issue(&provider.api, token_request).await;
    token.expose().to_owned()
}

async fn create_grant(provider: &Provider) -> String {
    let create = [("grant_management_action", "create")];
    let tokens = provider.client().tokens("openid email", &create).await;
    tokens["grant_id"].as_str().unwrap().to_owned()
}

async fn manage(provider: &Provider, method: Method, grant_id: &str, token: &str) -> Reply {
    let client = provider.client();
    let request = client.request(method, &format!("/grants/{grant_id}"));
    Reply::of(request.header("authorization", format!("Bearer {token}"))).await
}

#[rstest]
#[tokio::test]
async fn client_reads_and_revokes_its_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let grant_id = create_grant(&provider).await;
    let token = token(&provider, token_request(&provider, &SCOPES)).await;
    let read = manage(&provider, Method::GET, &grant_id, &token).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.json()["scopes"][0]["scope"], "openid email");
    assert_eq!(read.header("cache-control"), Some("no-store"));
    let revoked = manage(&provider, Method::DELETE, &grant_id, &token).await;
    assert_eq!((revoked.status, &*revoked.body), (204, ""));
    let gone = manage(&provider, Method::GET, &grant_id, &token).await;
    assert_eq!(gone.status, 404, "{gone:?}");
}

#[rstest]
#[tokio::test]
async fn caller_without_a_token_for_the_action_is_challenged(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let grant_id = create_grant(&provider).await;
    let url = format!("/grants/{grant_id}");
    for method in [Method::GET, Method::DELETE] {
        let reply = Reply::of(provider.client().request(method, &url)).await;
        assert_eq!(reply.status, 401);
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    }
    let reply = manage(&provider, Method::GET, &grant_id, "unknown").await;
    assert_eq!(reply.status, 401);
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let only_query = token_request(&provider, &SCOPES[..1]);
    let token = token(&provider, only_query).await;
    let reply = manage(&provider, Method::DELETE, &grant_id, &token).await;
    assert_eq!(reply.status, 403);
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
    let posted = provider.client().request(Method::POST, &url);
    assert_eq!(Reply::of(posted).await.status, 405);
}

fn get_by_dpop(key: &Key, url: &str, htu: &str, token: &str) -> RequestBuilder {
    let proven = Proven {
        method: "GET",
        url: htu,
        token: Some(token),
        nonce: None,
    };
    let request = client::http().get(url);
    let request = request.header("authorization", format!("DPoP {token}"));
    request.header("dpop", proof(key, proven))
}

#[rstest]
#[tokio::test]
async fn bound_token_needs_a_proof_for_the_url_of_the_grant(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let grant_id = create_grant(&provider).await;
    let key = Key::generate();
    let token_request = token_request(&provider, &SCOPES).dpop_key_thumbprint(thumbprint(&key));
    let token = token(&provider, token_request).await;
    let url = format!("{}/grants/{grant_id}", provider.issuer);
    let send = |htu: &str| Reply::of(get_by_dpop(&key, &url, htu, &token));
    let read = send(&url).await;
    assert_eq!(read.status, 200, "{read:?}");
    let elsewhere = send(&format!("{}/grants", provider.issuer)).await;
    assert_eq!(elsewhere.status, 401, "{elsewhere:?}");
    let without = manage(&provider, Method::GET, &grant_id, &token).await;
    assert_eq!(without.status, 401, "{without:?}");
}

#[rstest]
#[tokio::test]
async fn proof_covers_the_grant_url_as_the_client_encodes_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let key = Key::generate();
    let token_request = token_request(&provider, &SCOPES).dpop_key_thumbprint(thumbprint(&key));
    let token = token(&provider, token_request).await;
    for id in [
        "a:b", "a%3Ab", "a%20b", "a%2Fb", "a%3Fb", "a%23b", "a%25b", "%C3%A4",
    ] {
        let url = format!("{}/grants/{id}", provider.issuer);
        let reply = Reply::of(get_by_dpop(&key, &url, &url, &token)).await;
        assert_eq!(reply.status, 404, "{id} {reply:?}");
    }
}

#[rstest]
#[tokio::test]
async fn bound_token_needs_its_client_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let behind_proxy = |server: AuthorizationServer| {
        users::router(server.client_certificates(ClientCertificateSource::ClientCert))
    };
    let provider = Provider::with(version, behind_proxy).await;
    let grant_id = create_grant(&provider).await;
    let certificates = ["own.example", "other.example"].map(|name| {
        let generated = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        generated.cert.der().to_vec()
    });
    let thumbprint = encode(digest(&SHA256, &certificates[0]));
    let token_request = token_request(&provider, &SCOPES).certificate_thumbprint(thumbprint);
    let token = token(&provider, token_request).await;
    for (certificate, status) in certificates.iter().zip([200, 401]) {
        let request = provider.client();
        let request = request.request(Method::GET, &format!("/grants/{grant_id}"));
        let request = request
            .header("authorization", format!("Bearer {token}"))
            .header(
                "client-cert",
                format!(":{}:", BASE64_STANDARD.encode(certificate)),
            );
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    let without = manage(&provider, Method::GET, &grant_id, &token).await;
    assert_eq!(without.status, 401, "{without:?}");
}
