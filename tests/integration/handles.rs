//! What handles share, and what is separate for each.

use std::time::Duration;

use authlete::types::IntrospectionRequest;
use authlete::{ApiVersion, Authlete, Config, Error, ErrorKind, RetryPolicy};
use serde_json::json;

use crate::server::{Reply, Server};

async fn server() -> Server {
    Server::always(Reply::json(200, &json!({ "action": "OK" }))).await
}

async fn introspect(api: &Authlete) {
    api.introspection(&IntrospectionRequest::new("t"))
        .await
        .unwrap();
}

#[test]
fn handles_and_calls_cross_threads() {
    fn crosses_threads<T: Send + Sync + 'static>() {}
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    crosses_threads::<Authlete>();
    crosses_threads::<Error>();
    let api = Authlete::new(Config::v2("https://api.authlete.com", 1, "s")).unwrap();
    drop(is_send(api.introspection(&IntrospectionRequest::new("t"))));
    drop(is_send(api.get_client("alias")));
    drop(is_send(
        api.items(authlete::types::GetClientListQuery::new(), 10),
    ));
}

#[tokio::test]
async fn handles_for_other_services_share_the_connection_pool() {
    let server = server().await;
    let first = Authlete::new(
        Config::new()
            .base_url(&server.url)
            .service_id(1)
            .service_owner_access_token("o"),
    )
    .unwrap();
    let second = first
        .with_config(first.config().clone().service_id(2))
        .unwrap();
    let old = first
        .with_config(Config::v2(&server.url, 3, "secret"))
        .unwrap();
    assert_eq!(old.api_version(), ApiVersion::V2);
    for api in [&first, &second, &old] {
        introspect(api).await;
    }
    let arrived = server.take();
    let paths: Vec<&str> = arrived
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "/api/1/auth/introspection",
            "/api/2/auth/introspection",
            "/api/auth/introspection"
        ]
    );
    assert_eq!(
        arrived[2].header("authorization"),
        Some("Basic MzpzZWNyZXQ=")
    );
}

#[tokio::test]
async fn header_is_sent_only_by_the_handle_it_was_set_on() {
    let server = server().await;
    let plain = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let traced = plain.with_header("x-request-id", "42").unwrap();
    introspect(&traced).await;
    introspect(&traced.clone()).await;
    introspect(&plain).await;
    let ids: Vec<Option<String>> = server
        .take()
        .iter()
        .map(|request| request.header("x-request-id").map(str::to_owned))
        .collect();
    assert_eq!(ids, [Some("42".into()), Some("42".into()), None]);
}

#[test]
fn invalid_and_reserved_headers_are_rejected() {
    let api = Authlete::new(Config::v2("https://api.authlete.com", 1, "s")).unwrap();
    for (name, value, message) in [
        ("a name", "v", "a header name is not valid in HTTP"),
        (
            "x-a",
            "SECRET\n",
            "the value of the header x-a is not valid in HTTP",
        ),
        (
            "Authorization",
            "Bearer SECRET",
            "the Authorization header comes from the credentials of the configuration",
        ),
    ] {
        assert_eq!(
            api.with_header(name, value).unwrap_err().to_string(),
            message
        );
    }
}

#[tokio::test]
async fn configured_user_agent_is_sent_and_an_invalid_one_is_refused() {
    let server = server().await;
    let config = Config::v3(&server.url, 1, "t");
    let api = Authlete::builder(config.clone())
        .user_agent("my-server/2.1")
        .build()
        .unwrap();
    introspect(&api).await;
    assert_eq!(server.take()[0].header("user-agent"), Some("my-server/2.1"));
    assert!(matches!(
        Authlete::builder(config).user_agent("a\nb").build(),
        Err(Error::Config(_))
    ));
}

#[test]
fn zero_timeouts_and_sizes_are_rejected() {
    let builder = || Authlete::builder(Config::v3("https://a.example", 1, "t"));
    let retry = RetryPolicy::new().attempt_timeout(Duration::ZERO);
    for (builder, name) in [
        (builder().timeout(Duration::ZERO), "timeout"),
        (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
        (
            builder().retry(retry.clone()),
            "attempt_timeout of the retry policy",
        ),
        (builder().max_response_size(0), "max_response_size"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error:?}");
        assert_eq!(error.to_string(), format!("{name} must not be zero"));
    }
    let error = builder().build().unwrap().with_retry(retry).unwrap_err();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    let message = "attempt_timeout of the retry policy must not be zero";
    assert_eq!(error.to_string(), message);
}

#[tokio::test]
async fn call_without_time_left_fails_with_a_timeout_and_sends_nothing() {
    let server = server().await;
    let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let late = api.with_timeout(Duration::ZERO);
    for _ in 0..100 {
        let request = IntrospectionRequest::new("t");
        let error = late.introspection(&request).await.unwrap_err();
        assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        let host = server.url.strip_prefix("http://").unwrap();
        assert_eq!(
            error.to_string(),
            format!("introspection: the call to Authlete timed out, server {host}")
        );
    }
    assert!(server.take().is_empty());
}

/// A proxy from the environment could read unencrypted requests to this machine.
#[test]
fn configuration_for_this_machine_is_refused_by_a_handle_for_another_one() {
    let [here, there] =
        ["http://127.0.0.1:1", "https://a.example"].map(|url| Config::v3(url, 1, "t"));
    for (one, other) in [(&here, &there), (&there, &here)] {
        let api = Authlete::new(one.clone()).unwrap();
        let error = api.with_config(other.clone()).unwrap_err();
        assert!(error.to_string().contains("on this machine"), "{error}");
        assert!(api.with_config(one.clone().service_id(2)).is_ok());
        // A client of the caller has its own proxy settings.
        let own = Authlete::builder(one.clone()).reqwest_client(reqwest::Client::new());
        assert!(own.build().unwrap().with_config(other.clone()).is_ok());
    }
}

#[tokio::test]
async fn custom_reqwest_client_and_builder_are_used() {
    let server = server().await;
    let mut defaults = reqwest::header::HeaderMap::new();
    defaults.insert("x-from", "my client".parse().unwrap());
    let client = reqwest::Client::builder()
        .default_headers(defaults.clone())
        .build()
        .unwrap();
    let builder = reqwest::Client::builder().default_headers(defaults);
    let config = Config::v3(&server.url, 1, "t");
    for api in [
        Authlete::builder(config.clone())
            .reqwest_client(client)
            .build()
            .unwrap(),
        Authlete::builder(config)
            .reqwest_builder(builder)
            .connect_timeout(Duration::from_secs(1))
            .build()
            .unwrap(),
    ] {
        introspect(&api).await;
        assert_eq!(server.take()[0].header("x-from"), Some("my client"));
    }
}

/// Credentials must not follow a redirect, even if the builder allows redirects.
#[tokio::test]
async fn custom_reqwest_builder_does_not_follow_redirects() {
    let target = server().await;
    let server =
        Server::always(Reply::text(307, "text/plain", "x").header("location", &target.url)).await;
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::limited(3));
    let api = Authlete::builder(Config::v3(&server.url, 1, "t"))
        .reqwest_builder(builder)
        .build()
        .unwrap();
    let error = api
        .introspection(&IntrospectionRequest::new("t"))
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert!(target.take().is_empty());
}

#[tokio::test]
async fn response_headers_are_kept() {
    let server = server().await;
    let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    let request = IntrospectionRequest::new("t");
    let answer = api.introspection(&request).await.unwrap();
    let headers = answer.response_headers.unwrap();
    assert_eq!(headers.get("Content-Type").unwrap(), "application/json");
}

#[tokio::test]
async fn all_handles_share_connections() {
    let server = server().await;
    let api = Authlete::new(Config::v3(&server.url, 1, "t")).unwrap();
    introspect(&api).await;
    introspect(&api.clone()).await;
    introspect(&api.with_header("x-a", "b").unwrap()).await;
    let other = api.with_config(Config::v2(&server.url, 2, "s")).unwrap();
    introspect(&other).await;
    assert_eq!(server.connections(), 1);
}
