//! Calls without a server, through a function in place of the HTTP client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use authlete::types::{IntrospectionAction, IntrospectionRequest, IntrospectionResponse};
use authlete::{
    ApiError, Authlete, AuthleteBuilder, Config, DecodeError, Error, ErrorKind, ResponseHeaders,
    Result, RetryPolicy, TransportCause, TransportErrorKind, UnexpectedBodyError,
};

fn builder() -> AuthleteBuilder {
    let retry = RetryPolicy::new().base_delay(Duration::ZERO);
    Authlete::builder(Config::v3("https://authlete.test", 7, "the-token")).retry(retry)
}

async fn introspect(api: &Authlete) -> Result<IntrospectionResponse> {
    api.introspection(&IntrospectionRequest::new("a")).await
}

/// Each call in flight needs this memory, and a server with many of them moves and allocates it. It was twice as much when the
/// future of the function was part of it.
#[test]
fn future_of_a_call_is_small() {
    let api = builder().build().unwrap();
    let request = IntrospectionRequest::new("a");
    let size = size_of_val(&api.introspection(&request));
    assert!(size < 1536, "{size} bytes");
}

#[tokio::test]
async fn transport_gets_the_request_and_its_response_is_decoded() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&requests);
    let api = builder()
        .transport(move |request| {
            record.lock().unwrap().push(request);
            async {
                let response = http::Response::builder().header("x-ratelimit-remaining", "3");
                Ok(response
                    .body(r#"{ "action": "OK", "subject": "alice" }"#)
                    .unwrap())
            }
        })
        .build()
        .unwrap();
    let response = introspect(&api).await.unwrap();
    assert_eq!(response.action, IntrospectionAction::Ok);
    assert_eq!(response.subject.as_deref(), Some("alice"));
    assert_eq!(api.rate_limit().unwrap().remaining, Some(3));
    let requests = requests.lock().unwrap();
    let [request] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.uri(),
        "https://authlete.test/api/7/auth/introspection"
    );
    assert_eq!(request.headers()["authorization"], "Bearer the-token");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(&request.body()[..], br#"{"token":"a"}"#);
}

#[tokio::test]
async fn handles_of_one_builder_share_the_transport() {
    let api = builder().transport(|request| async move {
        let id = request.uri().path().split('/').nth(2).unwrap().to_owned();
        Ok(http::Response::new(format!(r#"{{ "subject": "{id}" }}"#)))
    });
    let api = api.build().unwrap();
    let other = api.with_config(Config::v3("https://authlete.test", 8, "t"));
    for (api, id) in [(&other.unwrap(), "8"), (&api, "7")] {
        assert_eq!(introspect(api).await.unwrap().subject.as_deref(), Some(id));
    }
}

#[tokio::test]
async fn error_status_is_an_api_error() {
    let api = builder().transport(|_| async {
        let response = http::Response::builder().status(401);
        Ok(response.body(r#"{ "resultCode": "A001202" }"#).unwrap())
    });
    let error = introspect(&api.build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(error.result_code(), Some("A001202"));
}

#[tokio::test]
async fn transport_error_is_retried_by_its_kind() {
    for (kind, of_token, of_introspection) in [
        (TransportErrorKind::Connect, 3, 3),
        (TransportErrorKind::Tls, 3, 3),
        (TransportErrorKind::Timeout, 1, 3),
        (TransportErrorKind::Interrupted, 1, 3),
        (TransportErrorKind::Certificate, 1, 1),
        (TransportErrorKind::Request, 1, 1),
    ] {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let api = builder()
            .transport(move |_| {
                count.fetch_add(1, Ordering::Relaxed);
                async move { Err::<http::Response<&str>, _>(kind) }
            })
            .build()
            .unwrap();
        let error = introspect(&api).await.unwrap_err();
        let Error::Transport {
            kind: found,
            server,
            ..
        } = &error
        else {
            panic!("{error:?}");
        };
        assert_eq!((*found, server.as_str()), (kind, "authlete.test:443"));
        assert_eq!(
            calls.swap(0, Ordering::Relaxed),
            of_introspection,
            "{kind:?}"
        );
        let request = authlete::types::TokenRequest::new("grant_type=client_credentials");
        api.token(&request).await.unwrap_err();
        assert_eq!(calls.load(Ordering::Relaxed), of_token, "{kind:?}");
    }
}

#[tokio::test]
async fn transport_that_hangs_is_a_timeout() {
    let api = builder()
        .timeout(Duration::from_millis(100))
        .transport(|_| std::future::pending::<Result<http::Response<&str>, TransportErrorKind>>())
        .build()
        .unwrap();
    let begun = Instant::now();
    let error = introspect(&api).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(begun.elapsed() >= Duration::from_millis(100));
}

#[test]
fn constructed_errors_classify_like_errors_of_calls() {
    let mut error = ApiError::new("token", 429);
    let headers = http::HeaderMap::from_iter([(http::header::RETRY_AFTER, 7.into())]);
    error.headers = ResponseHeaders::from(headers);
    let limited = Error::from(error);
    assert_eq!(limited.kind(), ErrorKind::RateLimited);
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(7)));

    let empty = Error::from(UnexpectedBodyError::new("token", 200));
    assert_eq!(empty.kind(), ErrorKind::Server);
    assert_eq!(
        empty.to_string(),
        "token: the response (200 OK) has no body"
    );

    let undecodable = Error::Decode {
        operation: "token",
        path: "$.action".to_owned(),
        source: DecodeError::new("invalid type: integer, expected a string"),
    };
    assert_eq!(undecodable.kind(), ErrorKind::Server);

    let kind = TransportErrorKind::Connect;
    let unreachable = Error::Transport {
        operation: "token",
        kind,
        server: "authlete.test:443".to_owned(),
        source: Some(TransportCause::from(kind)),
    };
    assert!(unreachable.is_connect() && unreachable.is_retryable());
}
