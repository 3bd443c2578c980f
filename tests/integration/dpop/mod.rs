//! DPoP (RFC 9449) for calls to Authlete.

pub mod keys;
mod proof;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use authlete::types::{GetClientListQuery, HealthcheckQuery, IntrospectionRequest};
use authlete::{Authlete, Config, Error, RateLimiterPolicy, RetryPolicy};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proof::{Proof, token_hash};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::calls::{ok, token};
use crate::configuration::config_error;
use crate::raw_server::{next_request, raw_server};
use crate::server::{Received, Reply, Server};

/// Shared, because a connection pool for each configuration would be slow.
static HANDLE: LazyLock<Authlete> =
    LazyLock::new(|| Authlete::new(Config::v3("https://a.example", 1, TOKEN)).unwrap());

const TOKEN: &str = "SECRET-token";

fn config(url: &str, key: &Value) -> Config {
    Config::v3(url, 1, TOKEN).dpop_key(key.to_string())
}

fn api(url: &str) -> Authlete {
    let retry = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let builder = Authlete::builder(config(url, &keys::p256()));
    builder.retry(retry).build().unwrap()
}

/// A response that requires a nonce (RFC 9449 §9).
fn nonce_required(nonce: &str) -> Reply {
    Reply::json(401, &json!({ "resultCode": "A000000" }))
        .header(
            "www-authenticate",
            r#"DPoP error="use_dpop_nonce", error_description="Use this nonce""#,
        )
        .header("dpop-nonce", nonce)
}

/// Rejects requests until the proof has the nonce.
async fn nonce_server(nonce: &'static str) -> Server {
    Server::start(move |request| match nonce_of(request).as_deref() {
        Some(sent) if sent == nonce => ok(),
        _ => nonce_required(nonce),
    })
    .await
}

fn nonce_of(request: &Received) -> Option<String> {
    let nonce = &Proof::of(request).claims["nonce"];
    nonce.as_str().map(str::to_owned)
}

async fn introspect(api: &Authlete) -> Result<(), Error> {
    let request = IntrospectionRequest::new("SECRET-subject");
    api.introspection(&request).await.map(drop)
}

#[tokio::test]
async fn proof_is_valid_for_each_type_of_key() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    for (key, alg) in [
        (keys::p256(), "ES256"),
        (keys::p384(), "ES384"),
        (keys::p521(), "ES512"),
        (keys::ed25519(), "EdDSA"),
        (keys::rsa(), "PS256"),
    ] {
        let api = Authlete::new(config(&server.url, &key)).unwrap();
        let query = GetClientListQuery::new().developer("alice");
        api.get_client_list(&query).await.unwrap();
        let arrived = server.take();
        let authorization = arrived[0].header("authorization");
        assert_eq!(authorization, Some("DPoP SECRET-token"));

        let proof = Proof::of(&arrived[0]);
        assert_eq!(proof.header["typ"], "dpop+jwt");
        assert_eq!(proof.header["alg"], alg);
        let mut public = key.as_object().unwrap().clone();
        public.retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
        assert_eq!(proof.header["jwk"], Value::Object(public));

        assert_eq!(proof.claim("htm"), "GET");
        // `htu` has no query (RFC 9449 §4.2), though the request had one.
        assert_eq!(arrived[0].query["developer"], "alice");
        let url = format!("{}/api/1/client/get/list", server.url);
        assert_eq!(proof.claim("htu"), url);
        assert_eq!(proof.claim("ath"), token_hash(TOKEN));
        assert!(proof.claim("jti").len() >= 16);
        assert!(proof.claims.get("nonce").is_none());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let age = now
            .as_secs()
            .abs_diff(proof.claims["iat"].as_u64().unwrap());
        assert!(age < 60, "{age}");
    }
}

#[tokio::test]
async fn alg_member_of_the_key_selects_the_algorithm() {
    let server = Server::always(ok()).await;
    for (mut key, algorithms) in [
        (keys::p256(), vec!["ES256"]),
        (keys::ed25519(), vec!["EdDSA", "Ed25519"]),
        (
            keys::rsa(),
            vec!["PS256", "PS384", "PS512", "RS256", "RS384", "RS512"],
        ),
    ] {
        for alg in algorithms {
            key["alg"] = alg.into();
            let api = Authlete::new(config(&server.url, &key)).unwrap();
            introspect(&api).await.unwrap();
            assert_eq!(Proof::of(&server.take()[0]).header["alg"], alg);
        }
    }
}

#[tokio::test]
async fn htu_is_the_url_of_the_request() {
    let server = Server::always(ok()).await;
    let base = format!("{}/behind/a/gateway/", server.url);
    introspect(&api(&base)).await.unwrap();
    let arrived = server.take();
    assert_eq!(
        arrived[0].path,
        "/behind/a/gateway/api/1/auth/introspection"
    );
    let url = format!("{}{}", server.url, arrived[0].path);
    assert_eq!(Proof::of(&arrived[0]).claim("htu"), url);
}

#[tokio::test]
async fn ath_is_the_hash_of_the_token_of_each_call() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let config = config(&server.url, &keys::p256()).service_owner_access_token("of-all");
    let api = Authlete::new(config).unwrap();
    introspect(&api).await.unwrap();
    api.get_service(2).await.unwrap();
    let arrived = server.take();
    for (request, token) in arrived.iter().zip([TOKEN, "of-all"]) {
        assert_eq!(
            request.header("authorization"),
            Some(&*format!("DPoP {token}"))
        );
        assert_eq!(Proof::of(request).claim("ath"), token_hash(token));
    }
    assert_eq!(Proof::of(&arrived[0]).claim("htm"), "POST");
}

#[tokio::test]
async fn call_without_a_token_has_no_proof() {
    let server = Server::always(Reply::text(200, "text/plain", "OK")).await;
    let api = api(&server.url);
    let _ = api.healthcheck(&HealthcheckQuery::new()).await;
    assert_eq!(server.take()[0].header("dpop"), None);
}

#[tokio::test]
async fn each_attempt_has_a_proof_of_its_own() {
    let server = Server::always(Reply::json(429, &json!({}))).await;
    let api = api(&server.url);
    introspect(&api).await.unwrap_err();
    introspect(&api).await.unwrap_err();
    let arrived = server.take();
    assert_eq!(arrived.len(), 6);
    let identifiers: HashSet<_> = arrived
        .iter()
        .map(|request| Proof::of(request).claim("jti").to_owned())
        .collect();
    assert_eq!(identifiers.len(), 6);
}

#[tokio::test]
async fn nonce_of_the_server_is_used_and_kept() {
    let server = nonce_server("n-1").await;
    // The repetition with a nonce is not a retry: it happens without retries, and for operations that must not be retried.
    let api = api(&server.url).with_retry(RetryPolicy::never()).unwrap();
    token(&api).await.unwrap();
    token(&api).await.unwrap();
    introspect(&api.with_header("x-a", "b").unwrap())
        .await
        .unwrap();
    let config = api.config().clone().service_id(2);
    introspect(&api.with_config(config).unwrap()).await.unwrap();

    let arrived = server.take();
    let nonces: Vec<_> = arrived.iter().map(nonce_of).collect();
    let kept = Some("n-1".to_owned());
    assert_eq!(
        nonces,
        [None, kept.clone(), kept.clone(), kept.clone(), kept]
    );
    // The same request with a new proof.
    assert_eq!(arrived[0].body, arrived[1].body);
    let identifier = |request| Proof::of(request).claim("jti").to_owned();
    assert_ne!(identifier(&arrived[0]), identifier(&arrived[1]));
}

#[tokio::test]
async fn every_response_may_set_the_next_nonce() {
    let turn = AtomicUsize::new(1);
    let turn = Arc::new(turn);
    let server = Server::start(move |_| {
        let number = turn.fetch_add(1, Ordering::Relaxed);
        let reply = if number == 2 {
            Reply::json(500, &json!({}))
        } else {
            ok()
        };
        reply.header("dpop-nonce", &format!("n-{number}"))
    })
    .await;
    let api = api(&server.url);
    let _ = (token(&api).await, token(&api).await, token(&api).await);
    let nonces: Vec<_> = server.take().iter().map(nonce_of).collect();
    assert_eq!(nonces, [None, Some("n-1".into()), Some("n-2".into())]);
}

#[tokio::test]
async fn invalid_nonce_is_ignored() {
    let turn = Arc::new(AtomicUsize::new(0));
    let nonces = ["n-1".to_owned(), "n".repeat(100_000), String::new()];
    let server = Server::start(move |_| {
        let number = turn.fetch_add(1, Ordering::Relaxed);
        ok().header("dpop-nonce", &nonces[number % nonces.len()])
    })
    .await;
    let api = api(&server.url);
    for _ in 0..4 {
        introspect(&api).await.unwrap();
    }
    let kept = Some("n-1".to_owned());
    let nonces: Vec<_> = server.take().iter().map(nonce_of).collect();
    assert_eq!(nonces, [None, kept.clone(), kept.clone(), kept]);
}

#[tokio::test]
async fn nonce_is_kept_per_server() {
    let (one, other) = (nonce_server("n-1").await, Server::always(ok()).await);
    let api = api(&one.url);
    introspect(&api).await.unwrap();
    let elsewhere = api.config().clone().base_url(&other.url);
    introspect(&api.with_config(elsewhere).unwrap())
        .await
        .unwrap();
    assert_eq!(nonce_of(&other.take()[0]), None);
}

/// An authorization server sends the error in the body (RFC 9449 §8).
#[tokio::test]
async fn use_dpop_nonce_error_may_be_in_the_body() {
    let server = Server::start(|request| match nonce_of(request) {
        Some(_) => ok(),
        None => Reply::json(400, &json!({ "error": "use_dpop_nonce" })).header("dpop-nonce", "n-1"),
    })
    .await;
    token(&api(&server.url)).await.unwrap();
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn request_is_repeated_only_once_for_a_nonce() {
    let server = Server::always(nonce_required("n-1")).await;
    let error = introspect(&api(&server.url)).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(server.take().len(), 2);
}

/// A nonce may expire: each attempt may be repeated with a new one, and a repetition does not count as an attempt.
#[tokio::test]
async fn nonce_may_change_between_the_attempts() {
    let turn = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => nonce_required("n-1"),
        2 => nonce_required("n-2"),
        4 => nonce_required("n-3"),
        5 => ok(),
        _ => Reply::json(503, &json!({})),
    })
    .await;
    introspect(&api(&server.url)).await.unwrap();
    let nonces: Vec<_> = server.take().iter().map(nonce_of).collect();
    let expected = [
        None,
        Some("n-1"),
        Some("n-1"),
        Some("n-2"),
        Some("n-2"),
        Some("n-3"),
    ];
    assert_eq!(nonces, expected.map(|nonce| nonce.map(str::to_owned)));
}

/// The deadline and the rate limit apply to both requests.
#[tokio::test]
async fn repetition_respects_rate_limit_and_deadline() {
    let server = nonce_server("n-1").await;
    let builder = Authlete::builder(config(&server.url, &keys::p256()));
    let api = builder
        .rate_limiter(RateLimiterPolicy::per_second(1))
        .build()
        .unwrap();
    let impatient = api.with_timeout(Duration::from_millis(100));
    let error = introspect(&impatient).await.unwrap_err();
    // The error is the rejection by the server, not `Throttled`.
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(server.take().len(), 1);
    let begun = Instant::now();
    introspect(&api).await.unwrap();
    introspect(&api).await.unwrap();
    assert!(begun.elapsed() > Duration::from_millis(1500));
}

#[tokio::test]
async fn request_is_repeated_only_for_use_dpop_nonce_with_a_nonce() {
    let refused = |status| Reply::json(status, &json!({ "error": "no" }));
    let challenge = |status, text| refused(status).header("www-authenticate", text);
    for reply in [
        challenge(401, r#"DPoP error="use_dpop_nonce""#),
        challenge(401, r#"DPoP error="invalid_dpop_proof""#).header("dpop-nonce", "n"),
        challenge(401, r#"Bearer error="use_dpop_nonce""#).header("dpop-nonce", "n"),
        challenge(403, r#"DPoP error="use_dpop_nonce""#).header("dpop-nonce", "n"),
        refused(401).header("dpop-nonce", "n"),
        refused(400).header("dpop-nonce", "n"),
    ] {
        let server = Server::always(reply.clone()).await;
        introspect(&api(&server.url)).await.unwrap_err();
        assert_eq!(server.take().len(), 1, "{reply:?}");
    }
    // One of several challenges, in another case, and without a body.
    let server = Server::always(
        Reply::text(401, "text/plain", "")
            .header("www-authenticate", r#"Bearer realm="a""#)
            .header(
                "www-authenticate",
                "Basic realm=b, dpop error=use_dpop_nonce",
            )
            .header("dpop-nonce", "n"),
    )
    .await;
    introspect(&api(&server.url)).await.unwrap_err();
    assert_eq!(server.take().len(), 2);
}

#[tokio::test]
async fn repetition_is_within_the_timeout() {
    let url = raw_server(|mut stream| async move {
        while next_request(&mut stream).await {
            tokio::time::sleep(Duration::from_millis(600)).await;
            let nonce_required = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\ndpop-nonce: n\r\n\
                www-authenticate: DPoP error=\"use_dpop_nonce\"\r\n\r\n";
            let _ = stream.write_all(nonce_required.as_bytes()).await;
        }
    })
    .await;
    let api = api(&url).with_timeout(Duration::from_secs(1));
    let error = introspect(&api).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[test]
fn key_that_cannot_sign_is_refused() {
    let changed = |mut key: Value, name: &str, value: Value| {
        key[name] = value;
        key
    };
    let unusable =
        "has an unsupported type: it must be EC (P-256, P-384, P-521), OKP (Ed25519) or RSA";
    let length = "has a member of the wrong length for its curve";
    let inconsistent = "has inconsistent members, or is too small";
    let no_jwk = "is not a JWK: a JSON object with a string for each member of the key";
    for (key, reason) in [
        (json!("SECRET"), no_jwk),
        (json!({ "d": "SECRET" }), no_jwk),
        (json!({ "kty": "EC", "d": ["SECRET"] }), no_jwk),
        (
            json!({ "kty": "oct", "k": "SECRET" }),
            "is a symmetric key, but proofs are signed with an asymmetric key",
        ),
        (json!({ "kty": "SECRET", "d": "SECRET" }), unusable),
        (changed(keys::p256(), "crv", json!("secp256k1")), unusable),
        (changed(keys::ed25519(), "crv", json!("X25519")), unusable),
        (
            changed(keys::p256(), "d", Value::Null),
            "is a public key, but proofs are signed with the private key",
        ),
        (
            changed(keys::rsa(), "d", Value::Null),
            "is a public key, but proofs are signed with the private key",
        ),
        (
            changed(keys::ed25519(), "x", Value::Null),
            "lacks members of a public key",
        ),
        (
            changed(keys::rsa(), "qi", Value::Null),
            "is an RSA key without p, q, dp, dq and qi",
        ),
        (
            changed(keys::p256(), "alg", json!("ES384")),
            "has an `alg` that keys of its type do not support",
        ),
        (
            changed(keys::rsa(), "alg", json!("none")),
            "has an `alg` that keys of its type do not support",
        ),
        (changed(keys::p256(), "crv", json!("P-384")), length),
        (changed(keys::p256(), "d", json!("SECRET12")), length),
        (changed(keys::ed25519(), "d", json!("SECRET12")), length),
        (
            changed(keys::p256(), "d", json!("SECRET==")),
            "has a member that is not base64url without padding",
        ),
        (
            changed(keys::p256(), "d", keys::ed25519()["d"].clone()),
            inconsistent,
        ),
        (
            changed(keys::ed25519(), "d", keys::p256()["d"].clone()),
            inconsistent,
        ),
        (changed(keys::rsa(), "d", json!("SECRET12")), inconsistent),
        (keys::small_rsa(), inconsistent),
    ] {
        let shown = config_error(config("https://a.example", &key));
        let expected = format!("DpopKey (AUTHLETE_DPOP_KEY), set in code: {reason}");
        assert_eq!(shown, expected);
    }
}

proptest! {
    /// Any member of a key gives a handle or an error, never a panic.
    #[test]
    fn any_key_member_is_accepted_or_rejected_without_panic(index in 0..3, member in 0..9, bytes in any::<Vec<u8>>(), text in ".{0,40}") {
        let mut key = [keys::p256, keys::ed25519, keys::rsa][index as usize]();
        let members = ["crv", "x", "y", "n", "e", "d", "p", "dp", "qi"];
        for text in [BASE64_URL_SAFE_NO_PAD.encode(bytes), text] {
            key[members[member as usize]] = text.into();
            let api = HANDLE.with_config(config("https://a.example", &key));
            drop(api);
        }
    }
}

#[test]
fn dpop_key_is_rejected_for_2_x() {
    let config = Config::v2("https://a.example", 1, "SECRET").dpop_key(keys::p256().to_string());
    assert_eq!(
        config_error(config),
        "DpopKey (AUTHLETE_DPOP_KEY), set in code: is for access tokens, which 2.x does not have"
    );
}

#[tokio::test]
async fn neither_token_nor_proof_nor_key_is_shown() {
    let server = Server::always(nonce_required("n")).await;
    let config = config(&server.url, &keys::ed25519());
    let api = Authlete::new(config.clone()).unwrap();
    let error = introspect(&api).await.unwrap_err();
    let key = keys::ed25519()["d"].as_str().unwrap().to_owned();
    for shown in [
        format!("{error} {error:?}"),
        format!("{api:?} {config:?}"),
        format!("{:?}", Authlete::builder(config)),
    ] {
        // Each JWT begins with `eyJ`.
        for secret in ["SECRET", "eyJ", &key] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
