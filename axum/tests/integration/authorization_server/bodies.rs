//! Request bodies that are too large or never arrive.

use std::io;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream;
use reqwest::{Body, Method, RequestBuilder};
use rstest::rstest;

use super::complete::{Complete, media_type};
use super::*;

/// The endpoints that read a body. Other endpoints ignore it.
const READERS: [(Method, &str); 14] = [
    (Method::POST, "/authorize"),
    (Method::POST, "/backchannel_authentication"),
    (Method::POST, "/credential"),
    (Method::POST, "/credential/deferred"),
    (Method::POST, "/device_authorization"),
    (Method::POST, "/federation/register"),
    (Method::POST, "/introspect"),
    (Method::POST, "/logout"),
    (Method::POST, "/par"),
    (Method::POST, "/register"),
    (Method::PUT, "/register/1"),
    (Method::POST, "/revoke"),
    (Method::POST, "/token"),
    (Method::POST, "/userinfo"),
];

const LIMIT: usize = 1000;

/// A request to an endpoint, with a token for endpoints that check it before they read the body.
fn request(complete: &Complete, method: &Method, path: &str, token: &str) -> RequestBuilder {
    let request = complete.provider.client().request(method.clone(), path);
    request
        .header("content-type", media_type(path))
        .header("authorization", format!("Bearer {token}"))
}

fn chunked(lengths: [usize; 2]) -> Body {
    let chunks = lengths.map(|length| Ok::<_, io::Error>(vec![b'a'; length]));
    Body::wrap_stream(stream::iter(chunks))
}

#[rstest]
#[tokio::test]
async fn body_over_the_limit_is_refused_with_413_by_each_endpoint_that_reads_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server.body_limit(LIMIT)).await;
    let token = complete.access_token().await;
    let mut readers = Vec::new();
    for path in complete.paths() {
        if ["/login", "/consent"].contains(&&*path) {
            continue;
        }
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let send = |body| Reply::of(request(&complete, &method, &path, &token).body(body));
            let largest = send(vec![b'a'; LIMIT].into()).await;
            assert_ne!(largest.status, 413, "{method} {path}");
            let large = send(vec![b'a'; LIMIT + 1].into()).await;
            let streamed = send(chunked([LIMIT, 1])).await;
            assert_eq!(large.status, streamed.status, "{method} {path}");
            if large.status == 413 {
                large.assert_error(413, "invalid_request");
                streamed.assert_error(413, "invalid_request");
                readers.push((method, path.clone()));
            }
        }
    }
    let expected = READERS.map(|(method, path)| (method, path.to_owned()));
    assert_eq!(readers, expected);
}

#[tokio::test]
async fn body_that_never_arrives_is_refused_with_408_by_each_endpoint_that_reads_one() {
    // Long enough for the complete bodies of the setup.
    let body_timeout = Duration::from_secs(1);
    let complete =
        Complete::start(ApiVersion::V3, |server| server.body_timeout(body_timeout)).await;
    let token = complete.access_token().await;
    let replies = READERS.iter().map(|(method, path)| {
        let never = stream::pending::<Result<Vec<u8>, io::Error>>();
        let request = request(&complete, method, path, &token);
        Reply::of(request.body(Body::wrap_stream(never)))
    });
    for reply in join_all(replies).await {
        reply.assert_error(408, "invalid_request");
    }
}
