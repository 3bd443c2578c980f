//! Access control for grants that are queried or revoked (Grant Management for OAuth 2.0 §6).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::grants::*;
use crate::common::jwt::Key;
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationIssueRequest, GmAction, GmRequest, GmResponseAction, TokenRequest,
};
use authlete::{Authlete, Secret};
use authlete_emulator::RegisteredClient;
use aws_lc_rs::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::json;

const ENDPOINT: &str = "https://as.example/grants";

#[rstest]
#[tokio::test]
async fn invalid_or_insufficient_access_token_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, plain) = created(&api, client).await;
    let (grant_id, plain) = (grant_id.as_str(), plain.access_token.unwrap());
    let token = management_token(&api, client.id, &client.secret).await;
    let query = async |token: &Secret| manage(&api, GmAction::Query, grant_id, token).await;
    let invalid = "Bearer error=\"invalid_token\"";
    for (wrong, code) in [("", "A916301"), ("made-up", "A916302")] {
        let answer = query(&wrong.into()).await;
        assert_refused(&answer, GmResponseAction::Unauthorized, code, invalid);
    }

    let own = [("scope", "grant_management_query")];
    let reader = granted(&api, client, &own).await.access_token.unwrap();
    assert_eq!(query(&reader).await.action, GmResponseAction::Ok);
    for (token, action, scope) in [
        (&plain, GmAction::Query, "grant_management_query"),
        (&plain, GmAction::Revoke, "grant_management_revoke"),
        (&reader, GmAction::Revoke, "grant_management_revoke"),
    ] {
        let answer = manage(&api, action, grant_id, token).await;
        let error = "Bearer error=\"insufficient_scope\"";
        assert_refused(&answer, GmResponseAction::Forbidden, "A916304", error);
        let challenge = answer.response_content.unwrap();
        let demand = format!(",scope=\"{scope}\"");
        assert!(challenge.expose().ends_with(&demand), "{challenge:?}");
    }

    let forbidden = "Bearer error=\"invalid_request\"";
    let other = another_client(&api, client).await;
    let secret = other.client_secret.unwrap();
    let others = management_token(&api, other.client_id.unwrap(), &secret).await;
    let answer = query(&others).await;
    assert_refused(&answer, GmResponseAction::Forbidden, "A916306", forbidden);
    let ticket = ticket(&api, &request(client, &own)).await;
    let issue = AuthorizationIssueRequest::new(ticket, "bob");
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.unwrap();
    let of_bob = redeemed(&api, client, code.expose()).await.access_token;
    let answer = query(&of_bob.unwrap()).await;
    assert_refused(&answer, GmResponseAction::Forbidden, "A916307", forbidden);

    assert_eq!(query(&token).await.action, GmResponseAction::Ok);
    emulator.advance(Duration::from_secs(24 * 3600));
    let answer = query(&token).await;
    assert_refused(&answer, GmResponseAction::Unauthorized, "A916303", invalid);
    queried(&api, client, grant_id).await;
}

#[rstest]
#[tokio::test]
async fn token_that_is_merged_into_a_grant_has_its_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let own = [
        ("scope", "grant_management_query"),
        ("grant_management_action", "create"),
    ];
    let grant_id = granted(&api, client, &own).await.grant_id.unwrap();
    let own = [
        ("scope", "read"),
        ("grant_management_action", "merge"),
        ("grant_id", &*grant_id),
    ];
    let token = granted(&api, client, &own).await.access_token.unwrap();
    let answer = manage(&api, GmAction::Query, &grant_id, &token).await;
    assert_eq!(answer.action, GmResponseAction::Ok, "{answer:?}");
    let answer = manage(&api, GmAction::Revoke, &grant_id, &token).await;
    assert_code(answer.result_code.as_deref(), "A916304");
}

#[rstest]
#[tokio::test]
async fn invalid_calls_are_caller_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let token = management_token(&api, client.id, &client.secret).await;
    for (action, grant_id, code) in [
        (GmAction::Create, &*grant_id, "A916201"),
        (GmAction::Merge, &grant_id, "A916201"),
        ("DELETE".into(), &grant_id, "A916201"),
        (GmAction::Query, "", "A916202"),
    ] {
        let answer = manage(&api, action, grant_id, &token).await;
        let error = "Bearer error=\"server_error\"";
        assert_refused(&answer, GmResponseAction::CallerError, code, error);
    }
    let body = json!({ "grantId": grant_id, "accessToken": token.expose() });
    let (status, answer) = post(&emulator, version, "SERVICE", "/gm", &body).await;
    assert_eq!(status, 200);
    assert_code(answer["resultCode"].as_str(), "A916201");
    assert_eq!(answer["action"], "CALLER_ERROR");
}

/// A proof for a grant management request (RFC 9449 §7.1).
fn proof(key: &Key, method: &str, url: &str, token: &str, nonce: Option<&str>) -> String {
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut claims = json!({
        "jti": format!("{method} {url} {nonce:?}"),
        "htm": method,
        "htu": url,
        "iat": since_epoch.unwrap().as_secs(),
    });
    if !token.is_empty() {
        claims["ath"] = json!(jwt::encode(digest(&SHA256, token.as_bytes())));
    }
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    key.sign_with(&header, &claims)
}

/// An access token for grant management that is bound to a key.
async fn bound_management_token(api: &Authlete, client: &RegisteredClient, key: &Key) -> Secret {
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("scope", "grant_management_query grant_management_revoke"),
    ]);
    let url = "https://as.example/token";
    let request = TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .dpop(proof(key, "POST", url, "", None));
    api.token(&request).await.unwrap().access_token.unwrap()
}

#[rstest]
#[tokio::test]
async fn dpop_proof_that_does_not_match_the_request_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let key = Key::generate();
    let token = bound_management_token(&api, client, &key).await;
    let url = format!("{ENDPOINT}/{grant_id}");
    let signed = |key: &Key, method: &str, url: &str| proof(key, method, url, token.expose(), None);
    let request = |action| GmRequest::new(action, &*grant_id, &token);

    let own = signed(&key, "GET", &url);
    let answer = api
        .grant_management(&request(GmAction::Query).dpop(&*own))
        .await
        .unwrap();
    assert_eq!(answer.action, GmResponseAction::Ok, "{answer:?}");
    assert_eq!(answer.dpop_nonce, None);

    let other = Key::generate();
    let of_other = signed(&other, "GET", &url);
    let of_other_grant = signed(&key, "GET", &format!("{ENDPOINT}/another"));
    let no_hash = proof(&key, "GET", &url, "another", Some("no hash"));
    let refused = [
        (
            GmAction::Query,
            None,
            "invalid_token",
            "A906312",
            "no DPoP proof",
        ),
        (
            GmAction::Query,
            Some(&of_other),
            "invalid_token",
            "A906313",
            "another DPoP key",
        ),
        (
            GmAction::Query,
            Some(&own),
            "invalid_dpop_proof",
            "A906301",
            "was used before",
        ),
        (
            GmAction::Revoke,
            Some(&own),
            "invalid_dpop_proof",
            "A906301",
            "htm of",
        ),
        (
            GmAction::Query,
            Some(&of_other_grant),
            "invalid_dpop_proof",
            "A906301",
            "htu of",
        ),
        (
            GmAction::Query,
            Some(&no_hash),
            "invalid_dpop_proof",
            "A906301",
            "ath of",
        ),
    ];
    for (action, proof, error, code, reason) in refused {
        let mut request = request(action);
        request.dpop = proof.cloned().map(Into::into);
        let answer = api.grant_management(&request).await.unwrap();
        let challenge = format!("DPoP error=\"{error}\"");
        assert_refused(&answer, GmResponseAction::Unauthorized, code, &challenge);
        let content = answer.response_content.unwrap();
        assert!(content.expose().contains(reason), "{content:?}");
    }

    // The caller can set the method and the URL.
    let moved = format!("https://elsewhere.example/gm/{grant_id}");
    let proof_there = signed(&key, "HEAD", &moved);
    let there = request(GmAction::Query)
        .dpop(proof_there)
        .htm("HEAD")
        .htu(moved);
    let answer = api.grant_management(&there).await.unwrap();
    assert_eq!(answer.action, GmResponseAction::Ok, "{answer:?}");

    // The caller can require a nonce, too.
    let proof_without = signed(&key, "DELETE", &url);
    let demanding = |proof: String| {
        let request = request(GmAction::Revoke).dpop_nonce_required(true);
        request.dpop(proof)
    };
    let answer = api
        .grant_management(&demanding(proof_without))
        .await
        .unwrap();
    let error = "DPoP error=\"use_dpop_nonce\"";
    assert_refused(&answer, GmResponseAction::Unauthorized, "A906305", error);
    let nonce = answer.dpop_nonce.unwrap();
    let with_nonce = proof(&key, "DELETE", &url, token.expose(), Some(&nonce));
    let answer = api.grant_management(&demanding(with_nonce)).await.unwrap();
    assert_eq!(answer.action, GmResponseAction::NoContent, "{answer:?}");
    assert_eq!(answer.dpop_nonce, Some(nonce));
}

/// `GMRequest.dpopNonceRequired`.
#[rstest]
#[tokio::test]
async fn service_can_require_a_nonce_for_grant_management_requests(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    let key = Key::generate();
    let token = bound_management_token(&api, client, &key).await;
    configure(&emulator, &api, |service| {
        service.dpop_nonce_required = Some(true);
    })
    .await;
    let url = format!("{ENDPOINT}/{grant_id}");
    let query = async |nonce: Option<&str>| {
        let request = GmRequest::new(GmAction::Query, &*grant_id, &token)
            .dpop_nonce_required(false)
            .dpop(proof(&key, "GET", &url, token.expose(), nonce));
        api.grant_management(&request).await.unwrap()
    };
    let error = "DPoP error=\"use_dpop_nonce\"";
    let answer = query(None).await;
    assert_refused(&answer, GmResponseAction::Unauthorized, "A906305", error);
    let nonce = answer.dpop_nonce.unwrap();
    let answer = query(Some("another")).await;
    assert_eq!(answer.action, GmResponseAction::Unauthorized);
    assert_eq!(answer.dpop_nonce.as_ref(), Some(&nonce));
    let answer = query(Some(&nonce)).await;
    assert_eq!(answer.action, GmResponseAction::Ok, "{answer:?}");
    assert_eq!(answer.dpop_nonce, Some(nonce));
}

#[rstest]
#[tokio::test]
async fn certificate_bound_token_is_refused_without_its_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (grant_id, _) = created(&api, client).await;
    configure(&emulator, &api, |service| {
        service.tls_client_certificate_bound_access_tokens = Some(true);
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.tls_client_certificate_bound_access_tokens = Some(true);
    })
    .await;
    let certificate = || {
        let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
        made.unwrap().cert.pem()
    };
    let own = certificate();
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("scope", "grant_management_query"),
    ]);
    let request = TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .client_certificate(&*own);
    let token = api.token(&request).await.unwrap().access_token.unwrap();
    let query = async |certificate: Option<String>| {
        let mut request = GmRequest::new(GmAction::Query, &*grant_id, &token);
        request.client_certificate = certificate;
        api.grant_management(&request).await.unwrap()
    };
    assert_eq!(query(Some(own)).await.action, GmResponseAction::Ok);
    for (wrong, code) in [(None, "A906310"), (Some(certificate()), "A906309")] {
        let answer = query(wrong).await;
        let error = "Bearer error=\"invalid_token\"";
        assert_refused(&answer, GmResponseAction::Unauthorized, code, error);
    }
    let answer = query(Some("no certificate".to_owned())).await;
    assert_eq!(answer.action, GmResponseAction::CallerError);
}
