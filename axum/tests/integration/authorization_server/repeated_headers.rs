//! Repeated headers that must be unique (RFC 6750 §2, RFC 9449 §4.3).

use reqwest::{Method, RequestBuilder};

use super::complete::{Complete, media_type};
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

/// The endpoints where clients authenticate or register.
const CLIENT_ENDPOINTS: [(Method, &str); 10] = [
    (Method::POST, "/backchannel_authentication"),
    (Method::POST, "/device_authorization"),
    (Method::POST, "/introspect"),
    (Method::POST, "/par"),
    (Method::POST, "/register"),
    (Method::GET, "/register/1"),
    (Method::PUT, "/register/1"),
    (Method::DELETE, "/register/1"),
    (Method::POST, "/revoke"),
    (Method::POST, "/token"),
];

/// The endpoints that are protected resources: errors have a challenge (RFC 6750 §3).
const RESOURCES: [(Method, &str); 6] = [
    (Method::POST, "/credential"),
    (Method::POST, "/credential/deferred"),
    (Method::GET, "/grants/1"),
    (Method::DELETE, "/grants/1"),
    (Method::GET, "/userinfo"),
    (Method::POST, "/userinfo"),
];

/// The paths that need neither client authentication nor a token.
const PUBLIC: [&str; 13] = [
    "/.well-known/jwt-vc-issuer",
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/openid-credential-issuer",
    "/.well-known/openid-federation",
    "/authorize",
    "/challenge",
    "/credential/jwks",
    "/credential/nonce",
    "/credential/offers/1",
    "/federation/register",
    "/jwks",
    "/logout",
];

fn request(provider: &Provider, method: &Method, path: &str) -> RequestBuilder {
    let request = provider.client().request(method.clone(), path);
    let request = request.header("content-type", media_type(path));
    request.body("{}")
}

#[tokio::test]
async fn each_path_is_in_one_of_the_tables() {
    let complete = Complete::start(ApiVersion::V3, |server| server).await;
    let with_headers = CLIENT_ENDPOINTS
        .iter()
        .chain(&RESOURCES)
        .map(|(_, path)| *path);
    let pages = ["/consent", "/login"];
    let mut paths: Vec<_> = with_headers.chain(PUBLIC).chain(pages).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths, complete.paths());
}

#[rstest]
#[tokio::test]
async fn two_authorization_headers_are_refused_even_if_each_is_valid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let provider = &complete.provider;
    let bearer = format!("Bearer {}", complete.access_token().await);
    let basic = provider.client().basic();
    for (first, second) in [(&bearer, &bearer), (&basic, &bearer)] {
        let send = |(method, path): &(Method, &str)| {
            let request = request(provider, method, path);
            let request = request.header("authorization", first);
            Reply::of(request.header("authorization", second))
        };
        for endpoint in &CLIENT_ENDPOINTS {
            send(endpoint).await.assert_error(400, "invalid_request");
        }
        for endpoint in &RESOURCES {
            let reply = send(endpoint).await;
            reply.assert_error(400, "invalid_request");
            let challenge = reply.header("www-authenticate");
            assert_eq!(challenge, Some("Bearer error=\"invalid_request\""));
        }
    }
}

#[rstest]
#[tokio::test]
async fn two_dpop_proofs_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let provider = &complete.provider;
    let token = complete.access_token().await;
    let send = |(method, path): &(Method, &str), authorization: &str| {
        let request = request(provider, method, path);
        let request = request.header("authorization", authorization);
        Reply::of(request.header("dpop", "a.b.c").header("dpop", "a.b.c"))
    };
    for endpoint in &CLIENT_ENDPOINTS {
        let reply = send(endpoint, &provider.client().basic()).await;
        reply.assert_error(400, "invalid_dpop_proof");
    }
    for endpoint in &RESOURCES {
        for scheme in ["Bearer", "DPoP"] {
            let reply = send(endpoint, &format!("{scheme} {token}")).await;
            assert_eq!(reply.status, 401, "{endpoint:?} {reply:?}");
            let challenge = reply.header("www-authenticate");
            assert_eq!(challenge, Some("DPoP error=\"invalid_dpop_proof\""));
        }
    }
}

#[tokio::test]
async fn client_credentials_at_a_resource_count_as_no_token() {
    let complete = Complete::start(ApiVersion::V3, |server| server).await;
    let basic = complete.provider.client().basic();
    for (method, path) in &RESOURCES {
        for authorization in [&*basic, "Basic %"] {
            let request = request(&complete.provider, method, path);
            let reply = Reply::of(request.header("authorization", authorization)).await;
            let challenge = reply.header("www-authenticate");
            assert_eq!((reply.status, challenge), (401, Some("Bearer")), "{path}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn unbound_token_of_the_scheme_dpop_without_a_proof_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let token = complete.access_token().await;
    for (method, path) in &RESOURCES {
        let request = request(&complete.provider, method, path);
        let request = request.header("authorization", format!("DPoP {token}"));
        let reply = Reply::of(request).await;
        let challenge = reply.header("www-authenticate");
        let expected = Some("DPoP error=\"invalid_dpop_proof\"");
        assert_eq!((reply.status, challenge), (401, expected), "{path}");
    }
}
