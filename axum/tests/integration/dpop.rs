//! DPoP-bound access tokens (RFC 9449).

use authlete::Authlete;
use authlete::server::TokenScheme;
use authlete_axum::{AccessToken, Dpop, RequireAccessToken, RequireScopes};
use authlete_emulator::Emulator;
use axum::Router;
use axum::routing::get as on_get;

use crate::common::jwt::Key;
use crate::common::proof::{Proven, thumbprint};
use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

const BASE: &str = "https://api.example.com";

/// A proof for `GET` of a URL.
fn proof(key: &Key, url: &str, token: &str, nonce: Option<&str>) -> String {
    let proven = Proven {
        method: "GET",
        url,
        token: Some(token),
        nonce,
    };
    crate::common::proof::proof(key, proven)
}

async fn bound_token(emulator: &Emulator, api: &Authlete, key: &Key) -> String {
    let request = token_request(emulator).dpop_key_thumbprint(thumbprint(key));
    issue(api, request).await.expose().to_owned()
}

fn dpop() -> Dpop {
    Dpop::new(BASE).unwrap().algorithms(["ES256"])
}

async fn get_by_dpop(url: &str, token: &str, proof: &str) -> Answer {
    let authorization = format!("DPoP {token}");
    get(url, &[("authorization", &authorization), ("dpop", proof)]).await
}

#[rstest]
#[tokio::test]
async fn bound_token_is_accepted_once_per_proof_and_only_for_the_public_url(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let token = bound_token(&emulator, &api, &key).await;
    let url = serve(RequireAccessToken::new(api).dpop(dpop())).await;
    let good = proof(&key, "https://api.example.com/things", &token, None);
    get_by_dpop(&url, &token, &good).await.assert_passed();
    let refused = [
        good,
        // The internal URL of the server, behind its proxy.
        proof(&key, &format!("{url}/things"), &token, None),
        proof(&key, "https://api.example.com/others", &token, None),
        proof(&key, "https://api.example.com/things", "another", None),
    ];
    for proof in refused {
        let answer = get_by_dpop(&url, &token, &proof).await;
        answer.assert_refused(401, "DPoP", "invalid_dpop_proof");
        assert_eq!(answer.challenges().len(), 1);
    }
    let other = proof(
        &Key::generate(),
        "https://api.example.com/things",
        &token,
        None,
    );
    let answer = get_by_dpop(&url, &token, &other).await;
    answer.assert_refused(401, "DPoP", "invalid_token");
}

#[rstest]
#[tokio::test]
async fn bound_token_is_refused_with_the_scheme_bearer_even_with_a_proof(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let token = bound_token(&emulator, &api, &key).await;
    for guard in [
        RequireAccessToken::new(api.clone()).dpop(dpop()),
        RequireAccessToken::new(api.clone()),
    ] {
        let url = serve(guard).await;
        let good = proof(&key, "https://api.example.com/things", &token, None);
        let bearer = format!("Bearer {token}");
        let answer = get(&url, &[("authorization", &bearer), ("dpop", &good)]).await;
        answer.assert_refused(401, "DPoP", "invalid_token");
    }
}

#[rstest]
#[tokio::test]
async fn unbound_token_is_refused_with_the_scheme_dpop(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&emulator, &api).await;
    let url = serve(RequireAccessToken::new(api).dpop(dpop())).await;
    let proof = proof(
        &Key::generate(),
        "https://api.example.com/things",
        &token,
        None,
    );
    let answer = get_by_dpop(&url, &token, &proof).await;
    answer.assert_refused(401, "Bearer", "invalid_token");
    assert_eq!(answer.challenges()[1], "DPoP algs=\"ES256\"");
    let authorization = format!("DPoP {token}");
    let answer = get(&url, &[("authorization", &authorization)]).await;
    answer.assert_refused(401, "DPoP", "invalid_dpop_proof");
    get_by_bearer(&url, &token).await.assert_passed();
}

#[tokio::test]
async fn without_exactly_one_proof_authlete_is_not_called() {
    let url = serve(RequireAccessToken::new(unreachable()).dpop(dpop())).await;
    let authorization = ("authorization", "DPoP abc");
    for headers in [
        vec![authorization],
        vec![authorization, ("dpop", "a.b.c"), ("dpop", "a.b.c")],
    ] {
        let answer = get(&url, &headers).await;
        answer.assert_refused(401, "DPoP", "invalid_dpop_proof");
        assert!(answer.challenges()[0].ends_with("algs=\"ES256\""));
    }
}

#[rstest]
#[tokio::test]
async fn nonce_is_required_and_sent_with_each_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let token = bound_token(&emulator, &api, &key).await;
    let guard = RequireAccessToken::new(api.clone()).dpop(dpop().nonce_required());
    let url = serve(guard).await;
    let htu = "https://api.example.com/things";
    let first = get_by_dpop(&url, &token, &proof(&key, htu, &token, None)).await;
    first.assert_refused(401, "DPoP", "use_dpop_nonce");
    let nonce = first.header("dpop-nonce").expect("a nonce").to_owned();
    let second = get_by_dpop(&url, &token, &proof(&key, htu, &token, Some(&nonce))).await;
    second.assert_passed();
    assert_eq!(second.header("dpop-nonce"), Some(&*nonce));
    assert_eq!(second.header("cache-control"), Some("no-store"));
    // An unbound token needs no nonce.
    let unbound = crate::common::token(&emulator, &api).await;
    get_by_bearer(&url, &unbound).await.assert_passed();
}

#[tokio::test]
async fn proof_covers_the_full_path_in_a_nested_router_behind_a_prefix() {
    let (emulator, api) = start(GENERATIONS[1]).await;
    let key = Key::generate();
    let token = bound_token(&emulator, &api, &key).await;
    let dpop = Dpop::new("https://example.com/api/").unwrap();
    async fn scheme(token: AccessToken) -> String {
        assert_eq!(token.scheme(), TokenScheme::Dpop);
        token.subject().unwrap().to_owned()
    }
    let nested = Router::new()
        .route("/{id}", on_get(scheme))
        .layer(RequireAccessToken::new(api).dpop(dpop));
    let url = serve_router(Router::new().nest("/v1", nested)).await;
    let htu = "https://example.com/api/v1/things%20too";
    let request = reqwest::Client::new()
        .get(format!("{url}/v1/things%20too?page=2"))
        .header("authorization", format!("DPoP {token}"))
        .header("dpop", proof(&key, htu, &token, None));
    Answer::of(request).await.assert_passed();
}

#[tokio::test]
async fn insufficient_scope_challenge_has_the_scheme_of_the_token() {
    let (emulator, api) = start(GENERATIONS[1]).await;
    let key = Key::generate();
    let token = bound_token(&emulator, &api, &key).await;
    let router = Router::new()
        .route("/things", on_get(|| async {}))
        .layer(RequireScopes::new(["write"]))
        .layer(RequireAccessToken::new(api).dpop(dpop()));
    let url = serve_router(router).await;
    let proof = proof(&key, "https://api.example.com/things", &token, None);
    let answer = get_by_dpop(&url, &token, &proof).await;
    answer.assert_refused(403, "DPoP", "insufficient_scope");
}
