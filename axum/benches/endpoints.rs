//! Overhead of the endpoints compared with hand-written handlers, and authorization code flows per second.
//!
//! `cargo bench -p authlete-axum --bench endpoints`

#[path = "../../benches/server/mod.rs"]
mod server;

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use authlete::server::{
    ClientCertificateSource, ConsentedClaims, Interaction, PendingAuthorization,
    RequestCredentials, Session, StandardClaims, TokenNext, UserInfoIssueNext, UserInfoNext,
    error_response,
};
use authlete::types::{AuthorizationResponse, TokenRequest, UserInfoIssueRequest, UserInfoRequest};
use authlete::{ApiVersion, Authlete, Config};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{Accounts, Endpoints};
use authlete_emulator::Emulator;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request};
use axum::response::{Response, Result};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cpu_time::ThreadTime;
use tower::ServiceExt as _;

const ROUNDS: usize = 21;
const CALLS: u32 = 1000;
const FLOWS: u32 = 500;
const FORM: &str = "application/x-www-form-urlencoded";

fn main() {
    let url = format!(
        "http://{}",
        server::serve(authlete_stub(), |listener| listener)
    );
    let runtime = server::runtime();
    runtime.block_on(async {
        let api =
            Authlete::new(Config::v3(&url, 1, "token")).expect("the configuration is complete");
        let endpoints = Endpoints::from_issuer("https://as.example.com").expect("this is a URL");
        let ours = AuthorizationServer::new(api.clone(), endpoints, Alice).router();
        let by_hand = by_hand(api);
        println!("| | endpoint | direct calls | ratio |\n|---|---|---|---|");
        compare("token", &ours, &by_hand, token_request).await;
        compare("userinfo (two calls)", &ours, &by_hand, userinfo_request).await;
        flows().await;
    });
}

/// A stub of the Authlete API with fixed responses.
fn authlete_stub() -> Router {
    let json = |body: &'static str| {
        post(move || async move { ([(CONTENT_TYPE, "application/json")], body) })
    };
    Router::new()
        .route("/api/1/auth/token", json(TOKEN))
        .route("/api/1/auth/userinfo", json(USERINFO))
        .route("/api/1/auth/userinfo/issue", json(USERINFO_ISSUE))
}

const TOKEN: &str = r#"{"resultCode":"A050001","resultMessage":"ok","action":"OK","responseContent":"{\"access_token\":\"SUtEVc3Tj3D3xOdysQtssQxe9egAhI4fimexNVMjRyU\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"scope\":\"openid email\"}","accessToken":"SUtEVc3Tj3D3xOdysQtssQxe9egAhI4fimexNVMjRyU","subject":"alice","clientId":1,"scopes":["openid","email"],"grantType":"AUTHORIZATION_CODE"}"#;
const USERINFO: &str = r#"{"resultCode":"A091001","resultMessage":"ok","action":"OK","subject":"alice","clientId":1,"claims":["name","email"],"scopes":["openid","profile","email"],"token":"SUtEVc3Tj3D3xOdysQtssQxe9egAhI4fimexNVMjRyU"}"#;
const USERINFO_ISSUE: &str = r#"{"resultCode":"A096001","resultMessage":"ok","action":"JSON","responseContent":"{\"sub\":\"alice\",\"name\":\"Alice\",\"email\":\"alice@example.com\"}"}"#;

/// The same two endpoints, written by hand with the SDK.
fn by_hand(api: Authlete) -> Router {
    let token_api = api.clone();
    let token = move |headers: HeaderMap, form: String| {
        let api = token_api.clone();
        async move {
            let credentials =
                match RequestCredentials::from_headers(&headers, &ClientCertificateSource::None) {
                    Ok(credentials) => credentials,
                    Err(error) => return error.response().map(Body::new),
                };
            let request = TokenRequest::new(form)
                .credentials(&credentials)
                .received_at("POST", "https://as.example.com/token");
            match api.token(&request).await {
                Ok(answer) => match answer.next(&credentials) {
                    TokenNext::Respond(response) => response.map(Body::new),
                    _ => Response::default(),
                },
                Err(error) => error_response(&error).map(Body::new),
            }
        }
    };
    let userinfo = move |headers: HeaderMap| {
        let api = api.clone();
        async move {
            let credentials =
                RequestCredentials::from_headers(&headers, &ClientCertificateSource::None);
            let Ok(credentials) = credentials else {
                return Response::default();
            };
            let Some(token) = credentials.access_token() else {
                return Response::default();
            };
            let request = UserInfoRequest::new(&token.value)
                .credentials(&credentials)
                .received_at("GET", "https://as.example.com/userinfo");
            let answer = match api.userinfo(&request).await {
                Ok(answer) => answer,
                Err(error) => return error_response(&error).map(Body::new),
            };
            let UserInfoNext::Ok { answer } = answer.next() else {
                return Response::default();
            };
            let user = alice();
            let request = UserInfoIssueRequest::new(&token.value)
                .disclose(&ConsentedClaims::from(&*answer), &user);
            match api.userinfo_issue(&request).await {
                Ok(answer) => {
                    let UserInfoIssueNext::Respond(response) = answer.next();
                    response.map(Body::new)
                }
                Err(error) => error_response(&error).map(Body::new),
            }
        }
    };
    Router::new()
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
}

fn token_request() -> Request<Body> {
    let credentials = BASE64_STANDARD.encode("1:client-secret");
    let form = "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA\
                &redirect_uri=https%3A%2F%2Fclient.example%2Fcallback\
                &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    Request::post("/token")
        .header(CONTENT_TYPE, FORM)
        .header(AUTHORIZATION, format!("Basic {credentials}"))
        .body(Body::from(form))
        .expect("the request is complete")
}

fn userinfo_request() -> Request<Body> {
    Request::get("/userinfo")
        .header(
            AUTHORIZATION,
            "Bearer SUtEVc3Tj3D3xOdysQtssQxe9egAhI4fimexNVMjRyU",
        )
        .body(Body::empty())
        .expect("the request is complete")
}

async fn send(router: &Router, request: Request<Body>) -> Response {
    let response = router.clone().oneshot(request).await;
    response.expect("a router has no errors")
}

/// Compares the CPU time of this thread. The two routers alternate in each round; the median ratio is printed.
async fn compare(name: &str, ours: &Router, by_hand: &Router, request: fn() -> Request<Body>) {
    let time = async |router: &Router| {
        let start = ThreadTime::now();
        for _ in 0..CALLS {
            let response = send(router, request()).await;
            assert_eq!(response.status(), 200);
            let body = to_bytes(response.into_body(), usize::MAX).await;
            assert!(!body.expect("the body is in memory").is_empty());
        }
        (start.elapsed() / CALLS).as_secs_f64() * 1e6
    };
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (ours, by_hand) = (time(ours).await, time(by_hand).await);
        rounds.push((ours / by_hand, ours, by_hand));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, ours, by_hand) = rounds[ROUNDS / 2];
    println!("| {name} | {ours:.1} µs | {by_hand:.1} µs | {ratio:.2} |");
}

/// A logged-in user for whom consent is not needed.
struct Alice;

impl Accounts for Alice {
    type Claims = StandardClaims;

    async fn session(&self, _: &Parts, _: &AuthorizationResponse) -> Result<Option<Session>> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let time = i64::try_from(now.as_secs()).unwrap_or_default();
        Ok(Some(Session::new("alice", time).consent_not_needed()))
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
        Ok(Some(alice()))
    }
}

fn alice() -> StandardClaims {
    StandardClaims::new()
        .name("Alice")
        .email("alice@example.com")
}

/// Sequential authorization code flows with PKCE and an ID token, with the emulator in this process.
async fn flows() {
    let emulator = Emulator::start().await.expect("the emulator starts");
    let api =
        Authlete::new(emulator.config(ApiVersion::V3)).expect("the configuration is complete");
    let endpoints = Endpoints::from_issuer("https://as.example.com").expect("this is a URL");
    let router = AuthorizationServer::new(api, endpoints, Alice).router();
    let client = emulator.client();
    let credentials = BASE64_STANDARD.encode(format!("{}:{}", client.id, client.secret.expose()));
    let redirect_uri: String =
        form_urlencoded::byte_serialize(client.redirect_uri.as_bytes()).collect();
    let authorize = format!(
        "/authorize?response_type=code&client_id={}&scope=openid&redirect_uri={redirect_uri}\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        client.id
    );
    let start = Instant::now();
    for _ in 0..FLOWS {
        let request = Request::get(&authorize).body(Body::empty());
        let response = send(&router, request.expect("the request is complete")).await;
        let location = response.headers()[LOCATION]
            .to_str()
            .expect("a URL is text");
        let (_, query) = location.split_once('?').expect("the URL has a query");
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
        let (_, code) = code.expect("the response has a code");
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}\
             &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        let request = Request::post("/token")
            .header(CONTENT_TYPE, FORM)
            .header(AUTHORIZATION, format!("Basic {credentials}"))
            .body(Body::from(form));
        let response = send(&router, request.expect("the request is complete")).await;
        assert_eq!(response.status(), 200);
    }
    let rate = f64::from(FLOWS) / start.elapsed().as_secs_f64();
    println!(
        "\n{rate:.0} sequential authorization code flows per second, with the emulator in the same process."
    );
}
