//! The errors of a call, for each cause.

use std::error::Error as _;
use std::time::Duration;

use authlete::types::{HealthcheckQuery, IntrospectionRequest, TokenRequest};
use authlete::{Authlete, Config, Error, ErrorKind, TransportErrorKind};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::error_chain::error_chain;
use crate::raw_server::{bound_socket, raw_server, silent_server};
use crate::server::{Reply, Server};

fn api(url: &str) -> Authlete {
    Authlete::new(Config::v3(url, 1, "SECRET-access-token")).unwrap()
}

async fn introspect(api: &Authlete) -> Error {
    let error = api
        .introspection(&IntrospectionRequest::new("SECRET-token"))
        .await
        .unwrap_err();
    assert_no_secret(&error);
    error
}

/// Asserts that neither the error nor its sources show a secret.
pub fn assert_no_secret(error: &Error) {
    let shown = error_chain(error);
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[tokio::test]
async fn api_error_has_the_result_code_and_message() {
    let body = json!({ "resultCode": "A001203", "resultMessage": "[A001203] /auth/introspection, no.", "extra": 1 });
    let reply = Reply::json(401, &body).header("ratelimit-remaining", "17");
    let server = Server::always(reply).await;
    let error = introspect(&api(&server.url)).await;

    assert_eq!(
        error.to_string(),
        "introspection: the server answered 401 Unauthorized, result code A001203"
    );
    assert_eq!(error.operation(), Some("introspection"));
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.result_code(), Some("A001203"));
    assert_eq!(error.headers().unwrap()["ratelimit-remaining"], "17");
    assert!(!error.is_retryable() && !error.is_timeout() && !error.is_connect());
    let Error::Api(error) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(error.body.as_ref().unwrap()["extra"], 1);
    let message = error.result_message.as_ref().unwrap();
    assert_eq!(message.expose(), "[A001203] /auth/introspection, no.");
}

#[tokio::test]
async fn api_error_without_result_code_has_the_status() {
    for body in [
        json!({}),
        json!({ "resultCode": null, "resultMessage": 5 }),
        json!({ "resultCode": "SECRET" }),
    ] {
        let server = Server::always(Reply::json(400, &body)).await;
        let error = introspect(&api(&server.url)).await;
        assert_eq!(
            error.to_string(),
            "introspection: the server answered 400 Bad Request"
        );
        assert_eq!(error.result_code(), None);
    }
}

#[tokio::test]
async fn rate_limits_and_outages_are_retryable() {
    for status in [408, 429, 502, 503, 504] {
        let server = Server::always(Reply::json(status, &json!({}))).await;
        assert!(
            introspect(&api(&server.url)).await.is_retryable(),
            "{status}"
        );
    }
    for status in [400, 401, 403, 404, 500, 501] {
        let server = Server::always(Reply::json(status, &json!({}))).await;
        assert!(
            !introspect(&api(&server.url)).await.is_retryable(),
            "{status}"
        );
    }
}

/// The status may come from Authlete or from a load balancer in front of it.
#[tokio::test]
async fn error_kind_depends_on_the_status_and_not_on_the_body() {
    for (status, kind) in [
        (301, ErrorKind::Server),
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Unauthorized),
        (403, ErrorKind::Unauthorized),
        (404, ErrorKind::InvalidRequest),
        (408, ErrorKind::Unavailable),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
    ] {
        for reply in [
            Reply::json(status, &json!({ "resultCode": "A000101" })),
            Reply::text(status, "text/html", "<html>no</html>"),
            Reply::text(status, "text/plain", ""),
        ] {
            let server = Server::always(reply.header("retry-after", "3600")).await;
            let error = introspect(&api(&server.url)).await;
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.status().unwrap(), status);
            assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        }
    }
}

#[tokio::test]
async fn html_error_page_keeps_its_status_and_a_snippet() {
    let page = format!("<html><h1>502 Bad Gateway</h1>{}", "x".repeat(10_000));
    let server = Server::always(Reply::text(502, "text/html", page)).await;
    let error = introspect(&api(&server.url)).await;
    assert_eq!(error.status().unwrap(), 502);
    assert!(error.is_retryable());
    assert_eq!(error.headers().unwrap()["content-type"], "text/html");
    assert_eq!(
        error.to_string(),
        "introspection: the server answered 502 Bad Gateway: media type text/html"
    );
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let Error::Api(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!((&error.result_code, &error.body), (&None, &None));
    assert!(
        error
            .snippet
            .expose()
            .starts_with("<html><h1>502 Bad Gateway</h1>xxx")
    );
    assert_eq!(
        error.snippet.expose().chars().count(),
        authlete::UnexpectedBodyError::SNIPPET_CHARS
    );
}

#[tokio::test]
async fn html_page_with_status_200_is_an_error() {
    let server = Server::always(Reply::text(
        200,
        "text/html",
        "<html>Sign in to the Wi-Fi</html>",
    ))
    .await;
    let error = introspect(&api(&server.url)).await;
    assert_eq!(error.headers().unwrap()["content-type"], "text/html");
    assert_eq!(
        error.to_string(),
        "introspection: the response (200 OK) is not JSON: media type text/html"
    );
}

#[tokio::test]
async fn truncated_json_leaves_the_snippet_empty() {
    for (status, body) in [
        (200, "{\"action\":\"OK\",\"accessToken\":\"SECRET"),
        (400, "{\"SECRET"),
        (500, " \n [\"SECRET"),
        (503, "\"SECRET"),
        (200, "SECRET\",\"action\":\"OK\"}"),
    ] {
        let server = Server::always(Reply::text(status, "application/json", body)).await;
        let error = introspect(&api(&server.url)).await;
        let snippet = match &error {
            Error::Api(error) => &error.snippet,
            Error::UnexpectedBody(error) => &error.snippet,
            other => panic!("{other:?}"),
        };
        assert_eq!(snippet.expose(), "");
        assert_eq!(error.status().unwrap(), status);
    }
}

#[tokio::test]
async fn json_among_several_content_types_leaves_the_snippet_empty() {
    for content_types in [
        ["text/html", "application/json"],
        ["application/json", "text/html"],
        ["text/html", "application/JSON; profile=\"é\""],
    ] {
        let reply = Reply::text(502, content_types[0], "SECRET\"}");
        let reply = reply.header("content-type", content_types[1]);
        let server = Server::always(reply).await;
        introspect(&api(&server.url)).await;
    }
}

/// A compressed body may contain a token in plain text.
#[tokio::test]
async fn error_for_an_encoded_body_shows_only_the_encoding() {
    for content_type in ["application/json", "text/html"] {
        for (coding, shown) in [("br", "br"), ("SECRET", "unknown")] {
            let reply = Reply::text(200, content_type, "SECRET").header("content-encoding", coding);
            let server = Server::always(reply).await;
            let error = introspect(&api(&server.url)).await;
            assert_eq!(
                error.to_string(),
                format!(
                    "introspection: the response (200 OK) is not JSON: media type {content_type}, content coding {shown}"
                )
            );
        }
    }
}

#[tokio::test]
async fn empty_body_is_an_error_where_a_body_is_required() {
    for status in [200, 204] {
        let server = Server::always(Reply::text(status, "text/plain", "")).await;
        let api = api(&server.url);
        let error = introspect(&api).await;
        assert!(matches!(error, Error::UnexpectedBody(_)));
        assert!(error.to_string().ends_with(") has no body"), "{error}");
        assert!(api.token_delete("t").await.is_ok());
        let jwks = api
            .get_service_jwks(&authlete::types::GetServiceJwksQuery::new())
            .await;
        assert_eq!(jwks.unwrap(), None);
        let text = api.healthcheck(&HealthcheckQuery::new()).await;
        assert_eq!(text.unwrap(), "");
    }
}

#[tokio::test]
async fn text_response_is_returned_unchanged() {
    for text in ["OK", " é\n", "{", "\"quoted\"", "{\"a\":1}"] {
        let server = Server::always(Reply::text(200, "text/plain", text)).await;
        let query = HealthcheckQuery::new().extended(true);
        assert_eq!(api(&server.url).healthcheck(&query).await.unwrap(), text);
    }
}

#[tokio::test]
async fn text_error_response_keeps_its_status_and_a_snippet() {
    let server = Server::always(Reply::text(503, "text/plain", "the database is away")).await;
    let check = api(&server.url);
    let error = check
        .healthcheck(&HealthcheckQuery::new())
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "healthcheck: the server answered 503 Service Unavailable: media type text/plain"
    );
    assert!(matches!(error, Error::Api(error) if error.snippet.expose() == "the database is away"));
}

#[tokio::test]
async fn text_that_is_not_utf8_fails_to_decode() {
    for body in [&b"OK \xff"[..], b"\xc3", b"{\"a\":\"\xff\"}"] {
        let server = Server::always(Reply::text(200, "text/plain", body)).await;
        let check = api(&server.url).healthcheck(&HealthcheckQuery::new()).await;
        let error = check.unwrap_err();
        assert_eq!(error.operation(), Some("healthcheck"));
        assert!(!error.is_retryable());
        let Error::Decode { path, source, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(path, "$");
        assert_eq!(
            source.to_string(),
            "invalid value: byte array, expected text in UTF-8"
        );
    }
}

#[tokio::test]
async fn decode_error_names_the_json_path() {
    let cases = [
        (
            json!({ "action": 5 }),
            "$.action",
            "invalid type: integer, expected a string at line 1 column 11",
        ),
        (
            json!({ "action": "OK", "expiresAt": "SECRET, expected x" }),
            "$.expiresAt",
            "invalid type: string, expected an integer of 64 bits",
        ),
        (
            json!({ "scopeDetails": [{ "name": "a\"b" }, { "name": ["SECRET"] }] }),
            "$.scopeDetails[1].name",
            "invalid type: sequence, expected a string",
        ),
        (
            json!({ "properties": { "SECRET": 1 } }),
            "$.properties",
            "invalid type: map, expected a sequence",
        ),
        (json!(["SECRET"]), "$", "invalid type: sequence"),
        (json!(7), "$", "invalid type: integer"),
    ];
    for (body, expected_path, message) in cases {
        let server = Server::always(Reply::json(200, &body)).await;
        let error = introspect(&api(&server.url)).await;
        assert_eq!(error.operation(), Some("introspection"));
        assert!(!error.is_retryable());
        let Error::Decode { path, source, .. } = &error else {
            panic!("{body}: {error:?}")
        };
        assert_eq!(path, expected_path, "{body}");
        assert!(source.to_string().starts_with(message), "{body}: {source}");
    }
}

#[tokio::test]
async fn refused_connection_is_a_connect_error() {
    let socket = bound_socket();
    let address = socket.local_addr().unwrap();
    let error = introspect(&api(&format!("http://{address}"))).await;
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportErrorKind::Connect,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!("introspection: cannot connect to Authlete, server {address}")
    );
    assert!(error.is_connect() && error.is_retryable());
    assert!(error.source().is_some());
    assert_eq!(error.status(), None);
}

#[tokio::test]
async fn plain_text_peer_is_a_tls_error() {
    let url = raw_server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let error = introspect(&api(&url.replace("http://", "https://"))).await;
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportErrorKind::Tls,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_connect() && error.is_retryable());
}

#[tokio::test]
async fn close_during_the_handshake_is_a_tls_error() {
    let url = raw_server(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
    })
    .await;
    let error = introspect(&api(&url.replace("http://", "https://"))).await;
    assert!(
        matches!(
            error,
            Error::Transport {
                kind: TransportErrorKind::Tls,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn missing_response_is_a_timeout() {
    let url = silent_server().await;
    let config = Config::v3(&url, 1, "SECRET-access-token");
    let api = Authlete::builder(config)
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = introspect(&api).await;
    assert!(
        error.is_timeout() && error.is_retryable() && !error.is_connect(),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!(
            "introspection: the call to Authlete timed out, server {}",
            url.strip_prefix("http://").unwrap()
        )
    );
}

#[tokio::test]
async fn closed_connection_is_an_interrupted_error() {
    for half_answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":\"SECRET",
    ] {
        let url = raw_server(move |mut stream| async move {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(half_answer.as_bytes()).await;
        })
        .await;
        let error = introspect(&api(&url)).await;
        assert!(
            matches!(
                error,
                Error::Transport {
                    kind: TransportErrorKind::Interrupted,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.is_retryable());
    }
}

/// The path of `token_delete` can hold an access token.
#[tokio::test]
async fn errors_contain_no_url() {
    let error = api("http://127.0.0.1:1")
        .token_delete("SECRET")
        .await
        .unwrap_err();
    assert!(error.is_connect());
    assert_no_secret(&error);
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let target = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    let reply = Reply::text(307, "text/plain", "elsewhere").header("location", &target.url);
    let server = Server::always(reply).await;
    let error = introspect(&api(&server.url)).await;
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(
        error.to_string(),
        "introspection: the server answered 307 Temporary Redirect: redirects are not followed, check BaseUrl (AUTHLETE_BASE_URL)"
    );
    assert!(target.take().is_empty());
}

#[tokio::test]
async fn call_that_the_credentials_do_not_allow_is_not_sent() {
    let server = Server::always(Reply::json(200, &json!({}))).await;
    let service_only = api(&server.url);
    let error = service_only
        .create_service(&authlete::types::Service::new())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "create_service: needs ServiceOwnerAccessToken (AUTHLETE_SERVICEOWNER_ACCESSTOKEN)"
    );
    assert_eq!(error.operation(), Some("create_service"));

    let organization_only = Authlete::new(
        Config::new()
            .base_url(&server.url)
            .service_owner_access_token("organization"),
    )
    .unwrap();
    let error = organization_only
        .token(&TokenRequest::new("grant_type=client_credentials"))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "token: calls one service: set ServiceApiKey (AUTHLETE_SERVICE_APIKEY) to its ID"
    );

    let v2 = Authlete::new(Config::v2(&server.url, 1, "secret")).unwrap();
    let error = v2.get_service(1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "get_service: needs ServiceOwnerApiKey (AUTHLETE_SERVICEOWNER_APIKEY) and ServiceOwnerApiSecret \
         (AUTHLETE_SERVICEOWNER_APISECRET)"
    );
    assert!(server.take().is_empty());

    // Calls that the credentials allow are sent.
    assert!(service_only.get_service(1).await.is_ok());
    assert!(
        organization_only
            .create_service(&authlete::types::Service::new())
            .await
            .is_ok()
    );
    assert_eq!(server.take().len(), 2);
}
