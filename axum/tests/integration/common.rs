//! Helpers shared by the tests.

#[path = "../../../emulator/tests/integration/common/jwt.rs"]
pub mod jwt;
pub mod proof;

use std::time::Duration;

use authlete::types::{GrantType, TokenCreateAction, TokenCreateRequest};
use authlete::{ApiVersion, Authlete, Config, RetryPolicy, Secret};
use authlete_axum::{AccessToken, RequireAccessToken};
use authlete_emulator::Emulator;
use axum::Router;
use axum::routing::any;
use reqwest::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use tokio::net::TcpListener;

pub const GENERATIONS: [ApiVersion; 2] = [ApiVersion::V2, ApiVersion::V3];

/// Starts an emulator, and returns an API handle for it.
pub async fn start(version: ApiVersion) -> (Emulator, Authlete) {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    (emulator, api)
}

/// An API handle whose calls all fail, because no server listens at its address.
pub fn unreachable() -> Authlete {
    Authlete::builder(Config::v3("http://127.0.0.1:9", 1, "token"))
        .retry(RetryPolicy::never())
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

/// A request for a token of `alice` with the scope `read`.
pub fn token_request(emulator: &Emulator) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .scopes(["read"])
}

pub async fn issue(api: &Authlete, request: TokenCreateRequest) -> Secret {
    let answer = api.token_create(&request).await.unwrap();
    assert_eq!(answer.action, TokenCreateAction::Ok);
    answer.access_token.unwrap()
}

/// A token of `alice` with the scope `read`.
pub async fn token(emulator: &Emulator, api: &Authlete) -> String {
    issue(api, token_request(emulator))
        .await
        .expose()
        .to_owned()
}

async fn subject(token: AccessToken) -> String {
    token.subject().unwrap_or("nobody").to_owned()
}

/// Serves an API with the single route `/things`, which answers with the subject of the token.
pub async fn serve(guard: RequireAccessToken) -> String {
    serve_router(Router::new().route("/things", any(subject)).layer(guard)).await
}

pub async fn serve_router(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// The response that a client gets.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }

    /// The challenges, in order.
    pub fn challenges(&self) -> Vec<&str> {
        let challenges = self.headers.get_all(WWW_AUTHENTICATE).iter();
        challenges.map(|value| value.to_str().unwrap()).collect()
    }

    #[track_caller]
    pub fn assert_passed(&self) {
        assert_eq!(
            (self.status, self.body.as_str()),
            (200, "alice"),
            "{self:?}"
        );
    }

    /// Asserts that the first challenge has this scheme and error.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, scheme: &str, error: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let challenge = self.challenges()[0];
        let start = format!("{scheme} error=\"{error}\"");
        assert!(challenge.starts_with(&start), "{challenge}");
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.body, "");
    }
}

/// Sends `GET /things` with headers.
pub async fn get(url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = reqwest::Client::new().get(format!("{url}/things"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request).await
}

pub async fn get_by_bearer(url: &str, token: &str) -> Answer {
    get(url, &[(AUTHORIZATION.as_str(), &format!("Bearer {token}"))]).await
}
