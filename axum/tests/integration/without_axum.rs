//! The layers with hyper and tower, without axum.

use std::convert::Infallible;

use authlete_axum::{AccessToken, RequireAccessToken, RequireScopes};
use axum::body::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::{Layer as _, service_fn};

use crate::common::*;
use authlete::ApiVersion;
use rstest::rstest;

async fn subject(
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let token = request.extensions().get::<AccessToken>().unwrap();
    let body = Bytes::copy_from_slice(token.subject().unwrap().as_bytes());
    Ok(http::Response::new(Full::new(body)))
}

#[rstest]
#[tokio::test]
async fn layers_guard_a_hyper_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let reader = token(&emulator, &api).await;
    let writer = issue(&api, token_request(&emulator).scopes(["read", "write"])).await;
    let service = RequireScopes::new(["write"]).layer(service_fn(subject));
    let service = RequireAccessToken::new(api).layer(service);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    get_by_bearer(&url, writer.expose()).await.assert_passed();
    let answer = get_by_bearer(&url, &reader).await;
    answer.assert_refused(403, "Bearer", "insufficient_scope");
    let answer = get_by_bearer(&url, "unknown").await;
    answer.assert_refused(401, "Bearer", "invalid_token");
    assert_eq!(get(&url, &[]).await.status, 401);
}
