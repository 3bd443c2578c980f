//! Requests to the endpoints of an authorization server while Authlete is unavailable.

use std::sync::OnceLock;
use std::time::Duration;

use authlete::server::{Interaction, PendingAuthorization, Session, StandardClaims};
use authlete::types::AuthorizationResponse;
use authlete::{Authlete, Config, RetryPolicy};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{Accounts, Endpoints};
use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use axum::response::{Response, Result};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const ISSUER: &str = "https://as.example.com";

/// Sends a request. The input has method and target in the first line, headers in the next lines, and the body after an
/// empty line. Returns whether it is a valid request.
///
/// # Panics
/// If the response is 500.
pub fn send(input: &[u8]) -> bool {
    let Some(request) = request(input) else {
        return false;
    };
    let (runtime, router) = server();
    let response = runtime.block_on(router.clone().oneshot(request));
    let status = response.map(|response| response.status());
    assert_ne!(status, Ok(StatusCode::INTERNAL_SERVER_ERROR));
    true
}

/// The router with all endpoints.
pub fn router() -> &'static Router {
    &server().1
}

fn request(input: &[u8]) -> Option<Request<Body>> {
    let end = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = match end {
        Some(end) => (input.get(..end)?, input.get(end + 2..)?),
        None => (input, &[][..]),
    };
    let mut lines = head.split(|&byte| byte == b'\n');
    let (method, target) = split(lines.next()?, b' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = split(line, b':')?;
        request = request.header(name, value);
    }
    request.body(Body::from(body.to_vec())).ok()
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let middle = text.iter().position(|&byte| byte == at)?;
    Some((text.get(..middle)?, text.get(middle + 1..)?))
}

fn server() -> &'static (Runtime, Router) {
    static SERVER: OnceLock<(Runtime, Router)> = OnceLock::new();
    SERVER.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build();
        let api = Authlete::builder(Config::v3("http://127.0.0.1:9", 1, "token"))
            .retry(RetryPolicy::never())
            .timeout(Duration::from_secs(5))
            .build();
        let endpoints = Endpoints::below(ISSUER);
        let endpoints = endpoints.and_then(|endpoints| endpoints.credential_issuer_below(ISSUER));
        let server = AuthorizationServer::new(
            api.expect("the configuration is complete"),
            endpoints.expect("this is a URL"),
            NoAccounts,
        );
        (runtime.expect("a runtime can be made"), server.router())
    })
}

struct NoAccounts;

impl Accounts for NoAccounts {
    type Claims = StandardClaims;

    async fn session(&self, _: &Parts, _: &AuthorizationResponse) -> Result<Option<Session>> {
        Ok(None)
    }

    async fn interact(
        &self,
        _: &Parts,
        _: PendingAuthorization,
        _: Interaction,
    ) -> Result<Response> {
        Ok(Response::default())
    }

    async fn claims(&self, _: &str) -> Result<Option<StandardClaims>> {
        Ok(None)
    }
}
