//! Which answers of introspection are kept, for whom, and until when.

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

const INTROSPECTION: &str = "/api/1/auth/introspection";

fn good() -> Reply {
    Reply::json(200, &json!({ "action": "OK", "subject": "alice" }))
}

async fn server() -> Server {
    Server::always(good()).await
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

/// How many introspections arrived since the last time.
fn asked(server: &Server) -> usize {
    let arrived = server.take();
    let is_introspection = |request: &&Received| request.path.ends_with("/auth/introspection");
    arrived.iter().filter(is_introspection).count()
}

/// Lets time pass that nobody waits for.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_answer_is_kept_for_those_who_ask_for_kept_ones() {
    let server = server().await;
    let api = api(&server.url);
    let first = ask(&api, &token("a")).await;
    let second = ask(&api, &token("a")).await;
    assert_eq!(first, second);
    assert_eq!(second.subject.as_deref(), Some("alice"));
    assert_eq!(second.response_headers, None);
    assert_eq!(asked(&server), 1);

    api.introspection(&token("a")).await.unwrap();
    assert_eq!(asked(&server), 1);

    let without = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let first = ask(&without, &token("a")).await;
    assert_eq!(first, ask(&without, &token("a")).await);
    assert_eq!(asked(&server), 2);
}

#[tokio::test]
async fn handles_that_come_from_one_share_its_cache() {
    let server = server().await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    ask(&api.clone(), &token("a")).await;
    ask(&api.with_header("x-request-id", "1").unwrap(), &token("a")).await;
    ask(&api.with_timeout(Duration::from_secs(1)), &token("a")).await;
    assert_eq!(asked(&server), 1);
}

#[tokio::test]
async fn each_input_makes_another_answer() {
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
            assert_eq!(asked(&server), 1, "{request:?}");
            ask(&api, request).await;
            assert_eq!(asked(&server), 0, "{request:?}");
        }
    }
}

#[tokio::test]
async fn each_service_has_answers_of_its_own() {
    let server = server().await;
    let first = api(&server.url);
    let other = |config| first.with_config(config).unwrap();
    let handles = [
        first.clone(),
        other(Config::v3(&server.url, 2, "t")),
        // Whoever has no right to ask gets no answer from those who have.
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
    assert_eq!(asked(&server), handles.len());
}

#[tokio::test]
async fn what_is_good_for_one_request_is_asked_each_time() {
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
        assert_eq!(asked(&server), 2, "{request:?}");
    }
}

#[tokio::test]
async fn an_answer_grows_as_old_as_was_set() {
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
        pass(Duration::from_secs(seconds - 5)).await;
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), 1);
        pass(Duration::from_secs(5)).await;
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), 1);
    }
    let api = with_cache(config, IntrospectionCache::new().max_age(Duration::ZERO));
    ask(&api, &token("a")).await;
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 2);
}

/// What Authlete takes to answer is part of its age.
#[tokio::test]
async fn an_answer_is_as_old_as_the_question() {
    let gate = Gate::start(|_| good()).await;
    let api = api(&gate.url);
    let asking = crowd(&api, 1);
    gate.arrived(1).await;
    pass(Duration::from_secs(6)).await;
    gate.open();
    assert!(asking.join_all().await[0].is_ok());
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 1);
    pass(Duration::from_secs(5)).await;
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn no_answer_outlives_the_token() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let expires_at = (now + Duration::from_secs(600)).as_millis() as u64;
    let reply = json!({ "action": "OK", "expiresAt": expires_at });
    let server = Server::always(Reply::json(200, &reply)).await;
    let cache = IntrospectionCache::new().max_age(Duration::from_secs(1200));
    let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
    ask(&api, &token("a")).await;
    pass(Duration::from_secs(500)).await;
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 1);
    pass(Duration::from_secs(100)).await;
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 1);
}

#[tokio::test]
async fn a_refusal_is_kept_for_a_second() {
    for action in ["UNAUTHORIZED", "FORBIDDEN"] {
        let server = Server::always(Reply::json(200, &json!({ "action": action }))).await;
        let api = api(&server.url);
        let first = ask(&api, &token("a")).await;
        assert_eq!(first, ask(&api, &token("a")).await);
        assert_eq!(asked(&server), 1);
        pass(Duration::from_secs(1)).await;
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), 1);
    }
}

#[tokio::test]
async fn failures_are_not_kept() {
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
        assert_eq!(asked(&server), 2);
    }
}

/// Asks `count` times at once.
fn crowd(api: &Authlete, count: usize) -> JoinSet<Result<IntrospectionResponse, Error>> {
    let ask = |api: Authlete| async move { api.cached_introspection(&token("a")).await };
    (0..count).map(|_| ask(api.clone())).collect()
}

#[tokio::test]
async fn a_crowd_asks_once() {
    let gate = Gate::start(|_| good()).await;
    let api = api(&gate.url);
    let crowd = crowd(&api, 100);
    gate.arrived(1).await;
    gate.open();
    let answers = crowd.join_all().await;
    assert!(answers.iter().all(|answer| answer.is_ok()));
    assert_eq!(gate.count(), 1);
}

#[tokio::test]
async fn a_crowd_outlives_the_one_who_asks() {
    let gate = Gate::start(|_| good()).await;
    let api = api(&gate.url);
    let mut asking = crowd(&api, 1);
    gate.arrived(1).await;
    let waiting = crowd(&api, 20);
    tokio::task::yield_now().await;
    asking.shutdown().await;
    gate.arrived(2).await;
    gate.open();
    let answers = waiting.join_all().await;
    assert!(answers.iter().all(|answer| answer.is_ok()));
    assert_eq!(gate.count(), 2);
}

/// What failed once is not what the others wait for, one after the other.
#[tokio::test]
async fn when_the_one_who_asks_fails_the_others_ask_at_once() {
    let failed = || Reply::json(500, &json!({}));
    let gate = Gate::start(move |number| if number == 1 { failed() } else { good() }).await;
    let api = api(&gate.url);
    let crowd = crowd(&api, 10);
    gate.arrived(1).await;
    gate.let_in(1);
    gate.arrived(10).await;
    gate.open();
    let answers = crowd.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 9);
    assert_eq!(gate.count(), 10);
    // The failure is not remembered.
    ask(&api, &token("a")).await;
    assert_eq!(gate.count(), 11);
}

/// Where nothing is kept, nobody waits for what is for another.
#[tokio::test]
async fn without_an_age_all_ask_at_once() {
    let gate = Gate::start(|_| good()).await;
    let cache = IntrospectionCache::new().max_age(Duration::ZERO);
    let crowd = crowd(&with_cache(Config::v3(&gate.url, 1, "t"), cache), 10);
    gate.arrived(10).await;
    gate.open();
    assert!(crowd.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn nobody_waits_longer_than_the_timeout_of_the_handle() {
    let gate = Gate::start(|_| good()).await;
    let api = api(&gate.url);
    let asking = crowd(&api, 1);
    gate.arrived(1).await;
    let hasty = api.with_timeout(Duration::from_secs(10));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let result = hasty.cached_introspection(&token("a")).await;
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
async fn a_revoked_token_is_forgotten() {
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
        asked(&server);
        revoke(&api, way).await.unwrap();
        ask(&api, &token("a")).await;
        ask(&api, &of_scope).await;
        assert_eq!(asked(&server), 2, "{way}");
        ask(&api, &token("b")).await;
        assert_eq!(asked(&server), 0, "{way}");
    }
}

/// What changes tokens that there are, or may, whatever the description says of it. Others leave them, or change one only
/// by putting a new one in its place.
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

#[tokio::test]
async fn an_operation_evicts_answers_when_it_may_change_tokens() {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let of_version = |operation: &&&Operation| operation.route(version).is_some();
        for operation in operations::ALL.iter().filter(of_version) {
            let server = server().await;
            let api = with_cache(config(version, &server.url), IntrospectionCache::new());
            ask(&api, &token("a")).await;
            let mut arguments = required(operation.id);
            if operation.id == "grant_management" {
                arguments["body"]["gmAction"] = "REVOKE".into();
            }
            // The answer is good enough for some of them, and all are processed.
            let _ = probe::call(&api, operation.id, &arguments).await;
            assert!(!server.take().is_empty(), "{} was not sent", operation.id);
            ask(&api, &token("a")).await;
            let is_evicted = asked(&server) == 1;
            let changes_tokens = CHANGES_TOKENS.contains(&operation.id);
            assert_eq!(is_evicted, changes_tokens, "{} in {version}", operation.id);
        }
    }
}

/// Against a server that keeps tokens: the hash of its list names what is forgotten.
#[tokio::test]
async fn a_deleted_token_is_refused_at_once() {
    for version in [ApiVersion::V2, ApiVersion::V3] {
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
}

#[tokio::test]
async fn when_it_is_not_known_which_tokens_are_revoked_all_are_forgotten() {
    let server = server().await;
    let api = api(&server.url);
    let forget = async || {
        ask(&api, &token("a")).await;
        ask(&api, &token("b")).await;
        asked(&server);
    };
    let forgotten = async |name: &str| {
        ask(&api, &token("a")).await;
        ask(&api, &token("b")).await;
        assert_eq!(asked(&server), 2, "{name}");
    };
    forget().await;
    let refresh_token = RevocationRequest::new("token=refresh");
    api.revocation(&refresh_token).await.unwrap();
    forgotten("a refresh token").await;
    let of_client = TokenRevokeRequest::new().client_identifier("1");
    api.token_revoke(&of_client).await.unwrap();
    forgotten("the tokens of a client").await;
    let by_id = TokenUpdateRequest::new().token_id("x");
    api.token_update(&by_id).await.unwrap();
    forgotten("the token of an ID").await;
    api.delete_client(1).await.unwrap();
    forgotten("a client").await;
    let of_user = ClientAuthorizationDeleteRequest::new("alice");
    api.delete_client_authorization(1, &of_user).await.unwrap();
    forgotten("what a user authorized").await;
    let revoke = GmRequest::new(GmAction::Revoke, "grant", "token");
    api.grant_management(&revoke).await.unwrap();
    forgotten("a grant").await;
    // What changes nothing leaves all as it is.
    let query = GmRequest::new(GmAction::Query, "grant", "token");
    api.grant_management(&query).await.unwrap();
    api.get_client(1).await.unwrap();
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 0);
}

/// That it is no access token is known of it; what it belongs to is not.
#[tokio::test]
async fn a_refresh_token_that_was_asked_for_is_not_the_one_that_is_meant() {
    let server = Server::start(|request| match request.json() {
        Some(body) if body["token"] == "refresh" => {
            Reply::json(200, &json!({ "action": "UNAUTHORIZED" }))
        }
        _ => good(),
    })
    .await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    ask(&api, &token("refresh")).await;
    asked(&server);
    let refresh_token = RevocationRequest::new("token=refresh");
    api.revocation(&refresh_token).await.unwrap();
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 1);
}

#[tokio::test]
async fn a_revocation_counts_unless_it_was_refused() {
    for (reply, is_forgotten) in [
        (Reply::json(200, &json!({ "action": "OK" })), true),
        (Reply::json(500, &json!({})), true),
        (Reply::text(504, "text/plain", "late"), true),
        (
            Reply::json(200, &json!({ "action": "INVALID_CLIENT" })),
            false,
        ),
        (Reply::json(200, &json!({ "action": "BAD_REQUEST" })), false),
        (
            Reply::json(200, &json!({ "action": "UNAUTHORIZED" })),
            false,
        ),
        (Reply::json(200, &json!({ "action": "FORBIDDEN" })), false),
        (Reply::json(200, &json!({ "action": "NOT_FOUND" })), false),
        (
            Reply::json(200, &json!({ "action": "CALLER_ERROR" })),
            false,
        ),
        (Reply::json(200, &json!({ "action": "NEW" })), true),
        (Reply::json(429, &json!({})), false),
    ] {
        let name = format!("{reply:?}");
        let server = Server::start(move |request| match request.path.as_str() {
            INTROSPECTION => good(),
            _ => reply.clone(),
        })
        .await;
        let api = api(&server.url);
        ask(&api, &token("a")).await;
        let _ = api.revocation(&RevocationRequest::new("token=a")).await;
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), 1 + usize::from(is_forgotten), "{name}");
    }
}

/// When Authlete is away, the answers that are kept are all there is.
#[tokio::test]
async fn a_revocation_that_was_not_sent_does_not_count() {
    let server = server().await;
    let api = api(&server.url);
    ask(&api, &token("a")).await;
    let socket = bound_socket();
    let nowhere = format!("http://{}", socket.local_addr().unwrap());
    let away = api.with_config(Config::v3(&nowhere, 1, "t")).unwrap();
    let error = away.token_delete("a").await.unwrap_err();
    assert!(error.is_connect());
    ask(&api, &token("a")).await;
    assert_eq!(asked(&server), 1);
}

/// The request may have been processed, as after a timeout.
#[tokio::test]
async fn a_revocation_whose_caller_goes_away_counts() {
    let server = server().await;
    let api = api(&server.url);
    for name in ["a", "unknown"] {
        ask(&api, &token("a")).await;
        asked(&server);
        assert!(api.token_delete(name).now_or_never().is_none());
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), 1, "{name}");
    }
}

/// An answer that is on its way when the token is revoked is from before.
#[tokio::test]
async fn an_answer_from_before_a_revocation_is_not_kept() {
    let gate = Gate::start(|_| good()).await;
    let api = api(&gate.url);
    let asking = crowd(&api, 1);
    gate.arrived(1).await;
    api.token_delete("a").await.unwrap();
    gate.open();
    assert!(asking.join_all().await[0].is_ok());
    let answer = ask(&api, &token("a")).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(gate.count(), 2);
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let server = server().await;
    let cache = IntrospectionCache::new().max_tokens(64);
    let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
    for number in 0..512 {
        ask(&api, &token(&number.to_string())).await;
    }
    asked(&server);
    for number in 0..512 {
        ask(&api, &token(&number.to_string())).await;
    }
    assert!(asked(&server) >= 512 - 2 * 64);

    // The certificate is the client's to choose.
    let presented = |number: i32| token("a").client_certificate(number.to_string());
    for number in 0..100 {
        ask(&api, &presented(number)).await;
    }
    asked(&server);
    ask(&api, &presented(99)).await;
    assert_eq!(asked(&server), 0);
    for number in 0..100 {
        ask(&api, &presented(number)).await;
    }
    assert!(asked(&server) >= 90);

    for (tokens, calls) in [(0, 2), (1, 1), (usize::MAX, 1)] {
        let cache = IntrospectionCache::new().max_tokens(tokens);
        let api = with_cache(Config::v3(&server.url, 1, "t"), cache);
        ask(&api, &token("a")).await;
        ask(&api, &token("a")).await;
        assert_eq!(asked(&server), calls, "{tokens}");
    }
}

/// How often the cache is of use can be counted.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn each_lookup_is_told() {
    use tracing::level_filters::LevelFilter;

    let gate = Gate::start(|_| good()).await;
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
    let told: Vec<&str> = events
        .iter()
        .filter(|event| event.name == "introspection cache lookup")
        .map(|event| event.field("authlete.introspection_cache").unwrap())
        .collect();
    assert_eq!(told, ["miss", "memory", "memory", "bypass"]);
    assert!(
        events
            .iter()
            .all(|event| event.level == tracing::Level::DEBUG)
    );
    assert!(!format!("{events:?}").contains("SECRET"));
    let guide = include_str!("../../docs/tracing.md");
    for name in ["introspection cache lookup", "authlete.introspection_cache"]
        .into_iter()
        .chain(told)
    {
        assert!(guide.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn calls_cross_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let api = api("http://127.0.0.1:1");
    drop(is_send(api.cached_introspection(&token("a"))));
}
