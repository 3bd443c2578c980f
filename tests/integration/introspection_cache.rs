//! Which introspection responses are cached, for which handles, and for how long.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use authlete::types::{
    ClientAuthorizationDeleteRequest, GetTokenListQuery, GmAction, GmRequest, GrantType,
    IntrospectionAction, IntrospectionRequest, IntrospectionResponse, Pair, RevocationRequest,
    TokenCreateRequest, TokenRevokeRequest, TokenUpdateRequest,
};
use authlete::{
    ApiVersion, Authlete, Config, Error, IntrospectionCache, Operation, RetryPolicy, operations,
};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use serde_json::json;
use sha2::Digest as _;
use tokio::task::JoinSet;

use crate::arguments::required;
use crate::facts::config;
use crate::gate::Gate;
use crate::probe;
use crate::raw_server::bound_socket;
use crate::server::{Received, Reply, Server};
use rstest::rstest;

const INTROSPECTION: &str = "/api/1/auth/introspection";

fn active() -> Reply {
    Reply::json(200, &json!({ "action": "OK", "subject": "alice" }))
}

async fn server() -> Server {
    Server::always(active()).await
}

fn with_cache(config: Config, cache: IntrospectionCache) -> Authlete {
    Authlete::builder(config)
        .retry(RetryPolicy::never())
        .introspection_cache(cache)
        .build()
        .unwrap()
}

fn api(url: &str) -> Authlete {
    with_cache(Config::v3(url, 1, "t"), IntrospectionCache::new())
}

fn token(token: &str) -> IntrospectionRequest {
    IntrospectionRequest::new(token)
}

async fn ask(api: &Authlete, request: &IntrospectionRequest) -> IntrospectionResponse {
    api.cached_introspection(request).await.unwrap()
}

/// The number of introspection requests since the last call.
fn calls_received(server: &Server) -> usize {
    let arrived = server.take();
    let is_introspection = |request: &&Received| request.path.ends_with("/auth/introspection");
    arrived.iter().filter(is_introspection).count()
}

/// Advances the clock without waiting.
async fn advance(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn cached_introspection_reuses_the_response_and_introspection_does_not() {
    let server = server().await;
    let api = api(&server.url);
    let first = ask(&api, &token("a")).await;
    let second = ask(&api, &token("a")).await;
    assert_eq!(first, second);
    assert_eq!(second.subject.as_deref(), Some("alice"));
    assert_eq!(second.response_headers, None);
    assert_eq!(calls_received(&server), 1);

    api.introspection(&token("a")).await.unwrap();
    assert_eq!(calls_received(&server), 1);

    let without = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let first = ask(&without, &token("a")).await;
    assert_eq!(first, ask(&without, &token("a")).await);
    assert_eq!(calls_received(&server), 2);
}

#[tokio::test]
async fn derived_handles_share_the_cache() {
    let server = server().await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    ask(&api.clone(), &token("a")).await;
    ask(&api.with_header("x-request-id", "1").unwrap(), &token("a")).await;
    ask(&api.with_timeout(Duration::from_secs(1)), &token("a")).await;
    assert_eq!(calls_received(&server), 1);
}

#[tokio::test]
async fn each_request_parameter_is_part_of_the_key() {
    let server = server().await;
    let api = api(&server.url);
    let none: [&str; 0] = [];
    let requests = [
        token("a"),
        token("b"),
        token("a").scopes(["x"]),
        token("a").scopes(["y"]),
        token("a").scopes(["x", "y"]),
        token("a").scopes(["x y"]),
        token("a").scopes(none),
        token("a").subject("x"),
        token("a").subject("y"),
    ];
    let others = [
        token("c").client_certificate("x"),
        token("c").client_certificate("y"),
        token("c").resources(["x"]),
        token("c").resources(["y"]),
        token("c").acr_values(["x"]),
        token("c").acr_values(["y"]),
        token("c").max_age(1),
        token("c").max_age(2),
    ];
    for requests in [&requests[..], &others[..]] {
        for request in requests {
            ask(&api, request).await;
            assert_eq!(calls_received(&server), 1, "{request:?}");
            ask(&api, request).await;
            assert_eq!(calls_received(&server), 0, "{request:?}");
        }
    }
}

#[tokio::test]
async fn each_service_and_credential_has_separate_entries() {
    let server = server().await;
    let first = api(&server.url);
    let other = |config| first.with_config(config).unwrap();
    let handles = [
        first.clone(),
        other(Config::v3(&server.url, 2, "t")),
        // A handle with other credentials must not get the responses to this one.
        other(Config::v3(&server.url, 1, "other")),
        other(Config::v3(
            server.url.replace("127.0.0.1", "localhost"),
            1,
            "t",
        )),
        other(Config::v2(&server.url, 1, "t")),
        other(Config::v2(&server.url, 2, "t")),
    ];
    for _ in 0..2 {
        for api in &handles {
            ask(api, &token("a")).await;
        }
    }
    assert_eq!(calls_received(&server), handles.len());
}

#[tokio::test]
async fn request_bound_to_an_http_request_bypasses_the_cache() {
    let server = server().await;
    let api = api(&server.url);
    let mut unknown = token("a");
    unknown.extra.insert("new".into(), json!(1));
    for request in [
        token("a").dpop("proof"),
        token("a").htm("GET"),
        token("a").htu("https://rs.example.com/"),
        token("a").dpop_nonce_required(false),
        token("a").headers([Pair::new("signature", "s")]),
        token("a").message("body"),
        token("a").request_body_contained(true),
        token("a").required_components(["@method"]),
        token("a").target_uri("https://rs.example.com/?a=b"),
        token("a").uri("https://rs.example.com/"),
        unknown,
    ] {
        ask(&api, &request).await;
        ask(&api, &request).await;
        assert_eq!(calls_received(&server), 2, "{request:?}");
    }
}

#[tokio::test]
async fn entry_expires_after_the_configured_max_age() {
    let server = server().await;
    let config = Config::v3(&server.url, 1, "t");
    for (cache, seconds) in [
        (IntrospectionCache::new(), 10),
        (
            IntrospectionCache::new().max_age(Duration::from_secs(60)),
            60,
        ),
        (IntrospectionCache::new().max_age(Duration::MAX), 60 * 60),
    ] {
        let api = with_cache(config.clone(), cache);
        ask(&api, &token("a")).await;
        advance(Duration::from_secs(seconds - 5)).await;
        ask(&api, &token("a")).await;
        assert_eq!(calls_received(&server), 1);
        advance(Duration::from_secs(5)).await;
        ask(&api, &token("a")).await;
        assert_eq!(calls_received(&server), 1);
    }
    let api = with_cache(config, IntrospectionCache::new().max_age(Duration::ZERO));
    ask(&api, &token("a")).await;
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 2);
}

/// The age of a response includes the time that the request took.
#[tokio::test]
async fn age_of_an_entry_counts_from_the_request() {
    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let asking = concurrent_calls(&api, 1);
    gate.arrived(1).await;
    advance(Duration::from_secs(6)).await;
    gate.open();
    assert!(asking.join_all().await[0].is_ok());
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 1);
    advance(Duration::from_secs(5)).await;
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn entry_expires_with_the_token() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let expires_at = (now + Duration::from_secs(600)).as_millis() as u64;
    let reply = json!({ "action": "OK", "expiresAt": expires_at });
    let server = Server::always(Reply::json(200, &reply)).await;
    let cache = IntrospectionCache::new().max_age(Duration::from_secs(1200));
    let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
    ask(&api, &token("a")).await;
    advance(Duration::from_secs(500)).await;
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 1);
    advance(Duration::from_secs(100)).await;
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 1);
}

#[tokio::test]
async fn negative_response_is_cached_for_one_second() {
    for action in ["UNAUTHORIZED", "FORBIDDEN"] {
        let server = Server::always(Reply::json(200, &json!({ "action": action }))).await;
        let api = api(&server.url);
        let first = ask(&api, &token("a")).await;
        assert_eq!(first, ask(&api, &token("a")).await);
        assert_eq!(calls_received(&server), 1);
        advance(Duration::from_secs(1)).await;
        ask(&api, &token("a")).await;
        assert_eq!(calls_received(&server), 1);
    }
}

#[tokio::test]
async fn failures_and_unknown_actions_are_not_cached() {
    for reply in [
        Reply::json(500, &json!({ "resultCode": "A1" })),
        Reply::text(502, "text/html", "<html>"),
        Reply::text(200, "application/json", "{"),
        Reply::json(200, &json!({ "action": "INTERNAL_SERVER_ERROR" })),
        Reply::json(200, &json!({ "action": "BAD_REQUEST" })),
        Reply::json(200, &json!({ "action": "NEW" })),
        Reply::json(200, &json!({ "action": "OK", "dpopNonce": "n" })),
        Reply::json(200, &json!({ "action": "OK", "cnonce": "n" })),
    ] {
        let server = Server::always(reply).await;
        let api = api(&server.url);
        let [first, second] = [
            api.cached_introspection(&token("a")).await,
            api.cached_introspection(&token("a")).await,
        ];
        assert_eq!(first.is_ok(), second.is_ok());
        assert_eq!(calls_received(&server), 2);
    }
}

/// Makes `count` concurrent calls for the same token.
fn concurrent_calls(api: &Authlete, count: usize) -> JoinSet<Result<IntrospectionResponse, Error>> {
    let ask = |api: Authlete| async move { api.cached_introspection(&token("a")).await };
    (0..count).map(|_| ask(api.clone())).collect()
}

#[tokio::test]
async fn concurrent_lookups_send_one_request() {
    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let concurrent_calls = concurrent_calls(&api, 100);
    gate.arrived(1).await;
    gate.open();
    let answers = concurrent_calls.join_all().await;
    assert!(answers.iter().all(|answer| answer.is_ok()));
    assert_eq!(gate.count(), 1);
}

#[tokio::test]
async fn waiting_lookups_continue_when_the_requesting_call_is_cancelled() {
    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let mut asking = concurrent_calls(&api, 1);
    gate.arrived(1).await;
    let waiting = concurrent_calls(&api, 20);
    tokio::task::yield_now().await;
    asking.shutdown().await;
    gate.arrived(2).await;
    gate.open();
    let answers = waiting.join_all().await;
    assert!(answers.iter().all(|answer| answer.is_ok()));
    assert_eq!(gate.count(), 2);
}

/// After a failure, the waiting calls do not retry one after the other.
#[tokio::test]
async fn waiting_lookups_send_requests_at_once_when_the_first_fails() {
    let failed = || Reply::json(500, &json!({}));
    let gate = Gate::start(move |number| if number == 1 { failed() } else { active() }).await;
    let api = api(&gate.url);
    let concurrent_calls = concurrent_calls(&api, 10);
    gate.arrived(1).await;
    gate.release(1);
    gate.arrived(10).await;
    gate.open();
    let answers = concurrent_calls.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 9);
    assert_eq!(gate.count(), 10);
    // The failure is not remembered.
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 11);
}

/// Without caching, concurrent calls do not share a response.
#[tokio::test]
async fn max_age_of_zero_sends_all_requests_at_once() {
    let gate = Gate::start(|_| active()).await;
    let cache = IntrospectionCache::new().max_age(Duration::ZERO);
    let concurrent_calls = concurrent_calls(&with_cache(Config::v3(&gate.url, 1, "t"), cache), 10);
    gate.arrived(10).await;
    gate.open();
    assert!(concurrent_calls.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn waiting_lookup_fails_after_the_timeout_of_its_handle() {
    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let asking = concurrent_calls(&api, 1);
    gate.arrived(1).await;
    let impatient = api.with_timeout(Duration::from_secs(10));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let result = impatient.cached_introspection(&token("a")).await;
    assert!(result.unwrap_err().is_timeout());
    assert!(begun.elapsed() < Duration::from_secs(15));
    tokio::time::resume();
    gate.open();
    assert!(asking.join_all().await[0].is_ok());
}

/// Revokes or changes the token `a`.
async fn revoke(api: &Authlete, way: &str) -> Result<(), Error> {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(sha2::Sha256::digest("a"));
    match way {
        "revocation" => {
            let request = RevocationRequest::new("client_id=1&token=%61&token_type_hint=x");
            api.revocation(&request).await.map(drop)
        }
        "revocation through another handle" => {
            let api = api.with_header("x-request-id", "1")?;
            let request = RevocationRequest::new("token=a");
            api.revocation(&request).await.map(drop)
        }
        "token_delete" => api.token_delete("a").await,
        "token_delete by hash" => api.token_delete(&hash).await,
        "token_revoke" => {
            let request = TokenRevokeRequest::new().access_token_identifier("a");
            api.token_revoke(&request).await.map(drop)
        }
        "token_revoke by hash" => {
            let request = TokenRevokeRequest::new().access_token_identifier(hash);
            api.token_revoke(&request).await.map(drop)
        }
        "token_update" => {
            let request = TokenUpdateRequest::new().access_token("a");
            api.token_update(&request).await.map(drop)
        }
        "token_update by value and by another hash" => {
            // The value counts.
            let other = BASE64_URL_SAFE_NO_PAD.encode(sha2::Sha256::digest("b"));
            let request = TokenUpdateRequest::new().access_token("a");
            let request = request.access_token_hash(other);
            api.token_update(&request).await.map(drop)
        }
        "token_update by hash" => {
            let request = TokenUpdateRequest::new().access_token_hash(hash);
            api.token_update(&request).await.map(drop)
        }
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn revoked_or_updated_token_is_evicted() {
    let server = server().await;
    let api = api(&server.url);
    for way in [
        "revocation",
        "revocation through another handle",
        "token_delete",
        "token_delete by hash",
        "token_revoke",
        "token_revoke by hash",
        "token_update",
        "token_update by value and by another hash",
        "token_update by hash",
    ] {
        let of_scope = token("a").scopes(["x"]);
        for request in [&token("a"), &of_scope, &token("b")] {
            ask(&api, request).await;
        }
        calls_received(&server);
        revoke(&api, way).await.unwrap();
        ask(&api, &token("a")).await;
        ask(&api, &of_scope).await;
        assert_eq!(calls_received(&server), 2, "{way}");
        ask(&api, &token("b")).await;
        assert_eq!(calls_received(&server), 0, "{way}");
    }
}

/// Operations that may change existing tokens, listed independently of the API description. All others leave tokens
/// unchanged, or only replace one by a new one.
const CHANGES_TOKENS: [&str; 13] = [
    "delete_client",
    "delete_client_authorization",
    "delete_service",
    "dynamic_client_delete",
    "grant_management",
    "native_sso_logout",
    "organization_remove_service",
    "revocation",
    "token_delete",
    "token_revoke",
    "token_update",
    "update_client_authorization",
    "update_client_lock_flag",
];

#[rstest]
#[tokio::test]
async fn operation_evicts_answers_when_it_may_change_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let of_version = |operation: &&&Operation| operation.route(version).is_some();
    for operation in operations::ALL.iter().filter(of_version) {
        let server = server().await;
        let api = with_cache(config(version, &server.url), IntrospectionCache::new());
        ask(&api, &token("a")).await;
        let mut arguments = required(operation.id);
        if operation.id == "grant_management" {
            arguments["body"]["gmAction"] = "REVOKE".into();
        }
        // `{}` is a valid response to some of the operations only, but the server processes all of them.
        let _ = probe::call(&api, operation.id, &arguments).await;
        assert!(!server.take().is_empty(), "{} was not sent", operation.id);
        ask(&api, &token("a")).await;
        let is_evicted = calls_received(&server) == 1;
        let changes_tokens = CHANGES_TOKENS.contains(&operation.id);
        assert_eq!(is_evicted, changes_tokens, "{} in {version}", operation.id);
    }
}

/// The emulator stores tokens: a hash from its token list selects the cache entries to evict.
#[rstest]
#[tokio::test]
async fn deleted_token_is_inactive_at_once(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::start().await.unwrap();
    let api = with_cache(emulator.config(version), IntrospectionCache::new());
    let create = TokenCreateRequest::new(GrantType::ClientCredentials)
        .client_id(emulator.client().id)
        .access_token("the token");
    api.token_create(&create).await.unwrap();
    let request = token("the token");
    assert_eq!(ask(&api, &request).await.action, IntrospectionAction::Ok);
    let list = api.get_token_list(&GetTokenListQuery::new()).await.unwrap();
    let hash = list.access_tokens.unwrap().remove(0).access_token_hash;
    api.token_delete(&hash.unwrap()).await.unwrap();
    let answer = ask(&api, &request).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
}

#[tokio::test]
async fn all_entries_are_evicted_when_the_revoked_tokens_are_unknown() {
    let server = server().await;
    let api = api(&server.url);
    let fill_cache = async || {
        ask(&api, &token("a")).await;
        ask(&api, &token("b")).await;
        calls_received(&server);
    };
    let assert_all_evicted = async |name: &str| {
        ask(&api, &token("a")).await;
        ask(&api, &token("b")).await;
        assert_eq!(calls_received(&server), 2, "{name}");
    };
    fill_cache().await;
    let refresh_token = RevocationRequest::new("token=refresh");
    api.revocation(&refresh_token).await.unwrap();
    assert_all_evicted("a refresh token").await;
    let of_client = TokenRevokeRequest::new().client_identifier("1");
    api.token_revoke(&of_client).await.unwrap();
    assert_all_evicted("the tokens of a client").await;
    let by_id = TokenUpdateRequest::new().token_id("x");
    api.token_update(&by_id).await.unwrap();
    assert_all_evicted("the token of an ID").await;
    api.delete_client(1).await.unwrap();
    assert_all_evicted("a client").await;
    let of_user = ClientAuthorizationDeleteRequest::new("alice");
    api.delete_client_authorization(1, &of_user).await.unwrap();
    assert_all_evicted("what a user authorized").await;
    let revoke = GmRequest::new(GmAction::Revoke, "grant", "token");
    api.grant_management(&revoke).await.unwrap();
    assert_all_evicted("a grant").await;
    // Operations that change nothing evict nothing.
    let query = GmRequest::new(GmAction::Query, "grant", "token");
    api.grant_management(&query).await.unwrap();
    api.get_client(1).await.unwrap();
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 0);
}

/// The cache knows that it is no access token, but not which access tokens belong to it.
#[tokio::test]
async fn revocation_of_a_cached_refresh_token_evicts_all_entries() {
    let server = Server::start(|request| match request.json() {
        Some(body) if body["token"] == "refresh" => {
            Reply::json(200, &json!({ "action": "UNAUTHORIZED" }))
        }
        _ => active(),
    })
    .await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    ask(&api, &token("refresh")).await;
    calls_received(&server);
    let refresh_token = RevocationRequest::new("token=refresh");
    api.revocation(&refresh_token).await.unwrap();
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 1);
}

#[tokio::test]
async fn revocation_evicts_unless_the_response_says_it_was_refused() {
    for (reply, is_evicted) in [
        (Reply::json(200, &json!({ "action": "OK" })), true),
        (Reply::json(500, &json!({})), true),
        (Reply::text(504, "text/plain", "late"), true),
        (
            Reply::json(200, &json!({ "action": "INVALID_CLIENT" })),
            false,
        ),
        (Reply::json(200, &json!({ "action": "BAD_REQUEST" })), false),
        (Reply::json(200, &json!({ "action": "NEW" })), true),
        (Reply::json(429, &json!({})), false),
    ] {
        let name = format!("{reply:?}");
        let server = Server::start(move |request| match request.path.as_str() {
            INTROSPECTION => active(),
            _ => reply.clone(),
        })
        .await;
        let api = api(&server.url);
        ask(&api, &token("a")).await;
        let _ = api.revocation(&RevocationRequest::new("token=a")).await;
        ask(&api, &token("a")).await;
        assert_eq!(
            calls_received(&server),
            1 + usize::from(is_evicted),
            "{name}"
        );
    }
}

/// The actions of each operation are in `openapi/`: client errors, and values with `refused`.
#[rstest]
#[case("grant_management", "NO_CONTENT", true)]
#[case("grant_management", "UNAUTHORIZED", false)]
#[case("grant_management", "FORBIDDEN", false)]
#[case("grant_management", "NOT_FOUND", false)]
#[case("grant_management", "CALLER_ERROR", false)]
#[case("grant_management", "AUTHLETE_ERROR", true)]
#[case("dynamic_client_delete", "DELETED", true)]
#[case("dynamic_client_delete", "UNAUTHORIZED", false)]
#[case("dynamic_client_delete", "BAD_REQUEST", false)]
#[case("dynamic_client_delete", "INTERNAL_SERVER_ERROR", true)]
#[case("native_sso_logout", "OK", true)]
#[case("native_sso_logout", "CALLER_ERROR", false)]
#[case("native_sso_logout", "SERVER_ERROR", true)]
#[case("token_update", "OK", true)]
#[case("token_update", "BAD_REQUEST", false)]
#[case("token_update", "FORBIDDEN", false)]
#[case("token_update", "NOT_FOUND", false)]
#[case("token_update", "INTERNAL_SERVER_ERROR", true)]
#[tokio::test]
async fn operation_evicts_unless_its_action_says_it_was_refused(
    #[case] id: &str,
    #[case] action: &'static str,
    #[case] is_evicted: bool,
) {
    let server = Server::start(move |request| match request.path.as_str() {
        INTROSPECTION => active(),
        _ => Reply::json(200, &json!({ "action": action })),
    })
    .await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    let mut arguments = required(id);
    if id == "grant_management" {
        arguments["body"]["gmAction"] = "REVOKE".into();
    }
    probe::call(&api, id, &arguments).await.unwrap();
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 1 + usize::from(is_evicted));
}

/// While Authlete is unreachable, cached responses must stay available.
#[tokio::test]
async fn revocation_that_was_not_sent_evicts_nothing() {
    let server = server().await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    let socket = bound_socket();
    let refusing = format!("http://{}", socket.local_addr().unwrap());
    let unreachable = api.with_config(Config::v3(&refusing, 1, "t")).unwrap();
    let error = unreachable.token_delete("a").await.unwrap_err();
    assert!(error.is_connect());
    ask(&api, &token("a")).await;
    assert_eq!(calls_received(&server), 1);
}

/// The request may have been processed, as after a timeout.
#[tokio::test]
async fn cancelled_revocation_evicts_the_entry() {
    let server = server().await;
    let api = api(&server.url);
    for name in ["a", "unknown"] {
        ask(&api, &token("a")).await;
        calls_received(&server);
        assert!(api.token_delete(name).now_or_never().is_none());
        ask(&api, &token("a")).await;
        assert_eq!(calls_received(&server), 1, "{name}");
    }
}

/// A response that is in flight when the token is revoked is stale.
#[tokio::test]
async fn response_requested_before_a_revocation_is_not_cached() {
    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let asking = concurrent_calls(&api, 1);
    gate.arrived(1).await;
    api.token_delete("a").await.unwrap();
    gate.open();
    assert!(asking.join_all().await[0].is_ok());
    let answer = ask(&api, &token("a")).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn cache_size_is_bounded_per_cache_and_per_token() {
    let server = server().await;
    let cache = IntrospectionCache::new().max_tokens(64);
    let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
    for number in 0..512 {
        ask(&api, &token(&number.to_string())).await;
    }
    calls_received(&server);
    for number in 0..512 {
        ask(&api, &token(&number.to_string())).await;
    }
    assert!(calls_received(&server) >= 512 - 2 * 64);

    // Clients choose the certificate, so entries per token are bounded, too.
    let presented = |number: i32| token("a").client_certificate(number.to_string());
    for number in 0..100 {
        ask(&api, &presented(number)).await;
    }
    calls_received(&server);
    ask(&api, &presented(99)).await;
    assert_eq!(calls_received(&server), 0);
    for number in 0..100 {
        ask(&api, &presented(number)).await;
    }
    assert!(calls_received(&server) >= 90);

    for (tokens, calls) in [(0, 2), (1, 1), (usize::MAX, 1)] {
        let cache = IntrospectionCache::new().max_tokens(tokens);
        let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
        ask(&api, &token("a")).await;
        ask(&api, &token("a")).await;
        assert_eq!(calls_received(&server), calls, "{tokens}");
    }
}

/// Events show the hit rate.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn each_lookup_has_an_event_with_its_outcome() {
    use tracing::level_filters::LevelFilter;

    let gate = Gate::start(|_| active()).await;
    let api = api(&gate.url);
    let recorder = crate::traces::listen(LevelFilter::DEBUG, async {
        let (first, second) = (token("SECRET"), token("SECRET"));
        let asking = async {
            tokio::join!(ask(&api, &first), ask(&api, &second));
        };
        tokio::join!(asking, async { gate.open() });
        ask(&api, &first).await;
        ask(&api, &token("SECRET").dpop("SECRET")).await;
    })
    .await;
    let (_, events) = recorder.ours();
    let outcomes: Vec<&str> = events
        .iter()
        .filter(|event| event.name == "introspection cache lookup")
        .map(|event| event.field("authlete.introspection_cache").unwrap())
        .collect();
    assert_eq!(outcomes, ["miss", "memory", "memory", "bypass"]);
    assert!(
        events
            .iter()
            .all(|event| event.level == tracing::Level::DEBUG)
    );
    assert!(!format!("{events:?}").contains("SECRET"));
    let guide = include_str!("../../docs/tracing.md");
    for name in ["introspection cache lookup", "authlete.introspection_cache"]
        .into_iter()
        .chain(outcomes)
    {
        assert!(guide.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn future_of_a_cached_introspection_is_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let api = api("http://127.0.0.1:1");
    drop(is_send(api.cached_introspection(&token("a"))));
}
