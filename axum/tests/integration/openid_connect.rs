//! A third-party client library against an authorization server.

use std::time::Duration;

use authlete::server::RequestCredentials;
use authlete::{ApiVersion, Authlete, ClientIdentifier, Secret};
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{self as server, ResourceServer, ResourceServers};
use authlete_emulator::Emulator;
use axum::response::Result;
use openidconnect::core::*;
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadata, RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl, Scope,
    TokenIntrospectionResponse, TokenResponse, http,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::authorization_server::{Browser, users};
use rstest::rstest;

const ISSUER: &str = "https://op.example";

/// Metadata members that the library does not read by default.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Endpoints {
    introspection_endpoint: String,
    revocation_endpoint: String,
}

impl AdditionalProviderMetadata for Endpoints {}

type Metadata = ProviderMetadata<
    Endpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointSet,
    EndpointSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Allows the client to call the introspection endpoint.
struct Caller(ClientIdentifier, Secret);

impl ResourceServers for Caller {
    async fn authenticate(
        &self,
        credentials: &RequestCredentials,
    ) -> Result<Option<ResourceServer>> {
        let is_known = credentials
            .client()
            .is_some_and(|client| client.client_id == self.0 && client.client_secret == self.1);
        Ok(is_known.then(|| ResourceServer::new("https://api.example")))
    }
}

/// The provider on a loopback address, with an HTTP client for it.
struct Provider {
    emulator: Emulator,
    address: String,
    browser: reqwest::Client,
}

impl Provider {
    async fn start(version: ApiVersion) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        let endpoints = server::Endpoints::from_issuer(ISSUER).unwrap();
        endpoints
            .update_service(&api, emulator.service_id())
            .await
            .unwrap();
        let caller = emulator.client();
        let caller = Caller(caller.id.into(), caller.secret.clone());
        let server = AuthorizationServer::new(api, endpoints, users::Users);
        let router = users::router(server.resource_servers(caller));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            emulator,
            address,
            browser: browser.build().unwrap(),
        }
    }

    /// Replaces a TLS proxy: redirects requests for the issuer to the loopback address.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
        let (head, body) = request.into_parts();
        let path = head.uri.to_string();
        let path = path.strip_prefix(ISSUER).expect("a URL of the issuer");
        let request = self
            .browser
            .request(head.method, format!("{}{path}", self.address))
            .headers(head.headers)
            .body(body);
        let response = request.send().await?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            *headers = response.headers().clone();
        }
        let body = response.bytes().await?.to_vec();
        Ok(answer.body(body).expect("a response"))
    }

    /// A client that is configured by discovery.
    async fn client(&self) -> Client {
        let http = |request| self.send(request);
        let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
        let metadata = Metadata::discover_async(issuer, &http).await.unwrap();
        let endpoints = metadata.additional_metadata().clone();
        let registered = self.emulator.client();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(registered.id.to_string()),
            Some(ClientSecret::new(registered.secret.expose().to_owned())),
        );
        client
            .set_redirect_uri(RedirectUrl::new(registered.redirect_uri.clone()).unwrap())
            .set_introspection_url(IntrospectionUrl::new(endpoints.introspection_endpoint).unwrap())
            .set_revocation_url(RevocationUrl::new(endpoints.revocation_endpoint).unwrap())
    }

    /// Performs an authorization request with a browser, and returns the code.
    async fn log_in(&self, client: &Client) -> Login {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let mut browser = Browser::new(&self.address);
        browser.authorize(url.query().unwrap()).await;
        browser.log_in().await;
        let reply = browser.agree().await;
        let location = reply.header("location").unwrap();
        assert!(location.starts_with(&self.emulator.client().redirect_uri));
        let parameters = reply.redirected();
        let parameter = |name: &str| parameters[name].clone();
        assert_eq!(parameter("state"), *state.secret());
        assert_eq!(parameter("iss"), ISSUER);
        Login {
            code: parameter("code"),
            verifier,
            nonce,
        }
    }
}

struct Login {
    code: String,
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

#[rstest]
#[tokio::test]
async fn client_library_completes_login_userinfo_refresh_introspection_and_revocation(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let http = |request| provider.send(request);
    let client = provider.client().await;
    let login = provider.log_in(&client).await;

    let tokens = client
        .exchange_code(AuthorizationCode::new(login.code))
        .unwrap()
        .set_pkce_verifier(login.verifier)
        .request_async(&http)
        .await
        .unwrap();
    let id_token = tokens.id_token().expect("an ID token");
    let verifier = client.id_token_verifier();
    let claims = id_token.claims(&verifier, &login.nonce).unwrap();
    assert_eq!(claims.subject().as_str(), "alice");
    let expected = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&verifier).unwrap(),
    );
    assert_eq!(claims.access_token_hash(), Some(&expected.unwrap()));
    let other_nonce = Nonce::new_random();
    assert!(id_token.claims(&verifier, &other_nonce).is_err());

    let userinfo: CoreUserInfoClaims = client
        .user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(userinfo.email().unwrap().as_str(), "alice@example.com");
    assert_eq!(userinfo.email_verified(), Some(true));
    assert!(userinfo.name().is_none(), "profile was not requested");

    let refresh_token = tokens.refresh_token().expect("a refresh token");
    let refreshed = client
        .exchange_refresh_token(refresh_token)
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_ne!(
        refreshed.access_token().secret(),
        tokens.access_token().secret()
    );

    let introspected = introspect(&client, &provider, refreshed.access_token()).await;
    assert!(introspected.active());
    assert_eq!(introspected.sub(), Some("alice"));
    let client_id = introspected.client_id().unwrap();
    assert_eq!(
        client_id.as_str(),
        provider.emulator.client().id.to_string()
    );
    let old = introspect(&client, &provider, tokens.access_token()).await;
    assert!(!old.active(), "the refresh replaced it");

    client
        .revoke_token(refreshed.access_token().into())
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    let revoked = introspect(&client, &provider, refreshed.access_token()).await;
    assert!(!revoked.active());
}

async fn introspect(
    client: &Client,
    provider: &Provider,
    token: &openidconnect::AccessToken,
) -> CoreTokenIntrospectionResponse {
    let http = |request| provider.send(request);
    let request = client.introspect(token);
    request.request_async(&http).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn client_library_gets_invalid_grant_for_wrong_replayed_or_expired_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let http = |request| provider.send(request);
    let client = provider.client().await;

    let login = provider.log_in(&client).await;
    let (_, wrong) = PkceCodeChallenge::new_random_sha256();
    let exchange = |code: &str, verifier: PkceCodeVerifier| {
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        request.unwrap().set_pkce_verifier(verifier)
    };
    let outcome = exchange(&login.code, wrong).request_async(&http).await;
    assert_eq!(error_of(outcome), "invalid_grant");

    let login = provider.log_in(&client).await;
    let same = PkceCodeVerifier::new(login.verifier.secret().clone());
    let first = exchange(&login.code, login.verifier).request_async(&http);
    let first = first.await.unwrap();
    let outcome = exchange(&login.code, same).request_async(&http).await;
    assert_eq!(error_of(outcome), "invalid_grant");
    let replayed = introspect(&client, &provider, first.access_token()).await;
    assert!(!replayed.active(), "a replayed code revokes its tokens");

    let login = provider.log_in(&client).await;
    provider.emulator.advance(Duration::from_secs(601));
    let late = exchange(&login.code, login.verifier).request_async(&http);
    assert_eq!(error_of(late.await), "invalid_grant");

    let made_up = RefreshToken::new("made-up".to_owned());
    let request = client.exchange_refresh_token(&made_up).unwrap();
    assert_eq!(
        error_of(request.request_async(&http).await),
        "invalid_grant"
    );
}

fn error_of<T: std::fmt::Debug>(
    outcome: Result<T, RequestTokenError<reqwest::Error, CoreErrorResponse>>,
) -> String {
    match outcome.expect_err("the request is refused") {
        RequestTokenError::ServerResponse(response) => response.error().as_ref().to_owned(),
        other => panic!("no answer of the server: {other}"),
    }
}

type CoreErrorResponse = openidconnect::StandardErrorResponse<CoreErrorResponseType>;
