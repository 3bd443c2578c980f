//! The token and revocation endpoints, with the grant types that the server decides on.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use authlete::Secret;
use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, ClientAuthMethod, ClientType, GrantType,
    NativeSsoRequest, Scope, TokenCreateRequest, TokenResponse,
};
use authlete_axum::authorization_server::TokenGrants;
use axum::http::StatusCode;
use axum::response::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::client::claims;
use super::*;
use crate::common::jwt;
use authlete::ApiVersion;
use rstest::rstest;
use serde_json::json;

struct Grants;

impl TokenGrants for Grants {
    async fn password(&self, answer: &TokenResponse) -> Result<Option<String>> {
        let is_valid = answer.username.as_deref() == Some("alice")
            && answer
                .password
                .as_ref()
                .is_some_and(|it| it.expose() == "wonderland");
        Ok(is_valid.then(|| "alice".to_owned()))
    }

    async fn token_exchange(&self, answer: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        let info = answer.subject_token_info.as_ref();
        let subject = info.and_then(|info| info.subject.clone());
        Ok(subject.map(|subject| {
            TokenCreateRequest::new(GrantType::TokenExchange)
                .subject(subject)
                .scopes(["email"])
        }))
    }

    async fn jwt_bearer(&self, answer: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        // A server verifies the signature.
        let is_signed = |assertion: &Secret| !assertion.expose().ends_with('.');
        let subject = answer.subject.as_ref();
        let subject = subject.filter(|_| answer.assertion.as_ref().is_some_and(is_signed));
        Ok(subject.map(|subject| {
            TokenCreateRequest::new(GrantType::JwtBearer)
                .subject(subject)
                .scopes(answer.scopes.clone().unwrap_or_default())
        }))
    }

    async fn native_sso(&self, answer: &TokenResponse) -> Result<Option<NativeSsoRequest>> {
        let tokens = [&answer.jwt_access_token, &answer.access_token];
        let access_token = tokens.into_iter().flatten().next();
        // The first app presents a code and gets the device secret, with which the second app must come.
        let presented = answer.device_secret.as_ref();
        let is_known = presented.is_none_or(|secret| secret.expose() == DEVICE_SECRET);
        Ok(access_token.filter(|_| is_known).map(|access_token| {
            let mut request = NativeSsoRequest::new(access_token, DEVICE_SECRET);
            request.refresh_token = answer.refresh_token.clone();
            request
        }))
    }

    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}

const DEVICE_SECRET: &str = "device-secret-1";

async fn enable_grants(provider: &Provider) {
    let grants = || {
        Some(vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::Password,
            GrantType::TokenExchange,
            GrantType::JwtBearer,
        ])
    };
    provider
        .change_service(|service| {
            service.supported_grant_types = grants();
            service.id_token_reissuable = Some(true);
        })
        .await;
    provider
        .change_client(|client| client.grant_types = grants())
        .await;
}

const PASSWORD: [(&str, &str); 4] = [
    ("grant_type", "password"),
    ("username", "alice"),
    ("password", "wonderland"),
    ("scope", "email"),
];

#[rstest]
#[tokio::test]
async fn grant_types_that_the_server_decides_on_are_refused_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    enable_grants(&provider).await;
    let tokens = provider.client().tokens("openid", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let exchange = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    let client = provider.client();
    for form in [&PASSWORD[..], &exchange] {
        let reply = client.post("/token", form).await;
        reply.assert_error(400, "unsupported_grant_type");
    }
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refreshed = client.post("/token", &refresh).await.json();
    assert!(refreshed["access_token"].is_string());
    assert_eq!(refreshed.get("id_token"), None);
}

#[tokio::test]
async fn wrong_passwords_of_the_password_grant_are_limited_by_user_name_and_right_ones_are_not() {
    let provider = Provider::with(ApiVersion::V3, |server| {
        users::router(server.token_grants(Grants))
    });
    let provider = provider.await;
    enable_grants(&provider).await;
    let client = provider.client();
    for _ in 0..12 {
        assert_eq!(client.post("/token", &PASSWORD).await.status, 200);
    }
    let mut wrong = PASSWORD;
    wrong[2].1 = "looking-glass";
    for _ in 0..10 {
        client
            .post("/token", &wrong)
            .await
            .assert_error(400, "invalid_request");
    }
    let refused = client.post("/token", &PASSWORD).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.header("retry-after").is_some());
    wrong[1].1 = "bob";
    client
        .post("/token", &wrong)
        .await
        .assert_error(400, "invalid_request");
}

#[rstest]
#[tokio::test]
async fn password_and_token_exchange_are_granted_by_the_trait(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider =
        Provider::with(version, |server| users::router(server.token_grants(Grants))).await;
    enable_grants(&provider).await;
    let client = provider.client();
    let tokens = client.post("/token", &PASSWORD).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    let mut wrong = PASSWORD;
    wrong[2].1 = "looking-glass";
    client
        .post("/token", &wrong)
        .await
        .assert_error(400, "invalid_request");
    let mut exchange = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    let reply = client.post("/token", &exchange).await;
    let exchanged = reply.json();
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(
        exchanged["issued_token_type"],
        "urn:ietf:params:oauth:token-type:access_token"
    );
    assert_eq!(exchanged["token_type"], "Bearer");
    assert_eq!(exchanged["scope"], "email");
    assert!(exchanged["expires_in"].as_i64().unwrap() > 0);
    let token = exchanged["access_token"].as_str().unwrap();
    let info = authlete::types::IntrospectionRequest::new(token);
    let info = provider.api.introspection(&info).await.unwrap();
    assert_eq!(info.subject.as_deref(), Some("alice"));
    assert_eq!(info.client_id, Some(provider.emulator.client().id));
    exchange[1].1 = "unknown";
    let refused = client.post("/token", &exchange).await;
    refused.assert_error(400, "invalid_request");
}

#[rstest]
#[tokio::test]
async fn assertion_that_the_trait_accepts_is_exchanged_for_a_token_of_its_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider =
        Provider::with(version, |server| users::router(server.token_grants(Grants))).await;
    enable_grants(&provider).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let claims = json!({
        "iss": "https://partner.example",
        "sub": "alice",
        "aud": provider.issuer,
        "exp": now.as_secs() + 60,
    });
    let post = async |assertion: &str| {
        let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        let form = [
            ("grant_type", grant_type),
            ("assertion", assertion),
            ("scope", "email"),
        ];
        provider.client().post("/token", &form).await
    };
    let reply = post(&jwt::Key::generate().sign(&claims)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let tokens = reply.json();
    assert_eq!(tokens["scope"], "email");
    assert_eq!(tokens.get("issued_token_type"), None);
    let token = tokens["access_token"].as_str().unwrap();
    let info = authlete::types::IntrospectionRequest::new(token);
    let info = provider.api.introspection(&info).await.unwrap();
    assert_eq!(info.subject.as_deref(), Some("alice"));
    assert_eq!(info.client_id, Some(provider.emulator.client().id));
    let refused = post(&jwt::unsigned(&claims)).await;
    refused.assert_error(400, "invalid_grant");
}

/// An authorization code for an app that shares the session `session-1` of `alice` with other apps.
async fn native_sso_code(provider: &Provider) -> String {
    let parameters = provider.client().parameters("openid device_sso", &[]);
    let request = AuthorizationRequest::new(parameters);
    let answer = provider.api.authorization(&request).await.unwrap();
    let request = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
    let request = request.session_id("session-1");
    let issued = provider.api.authorization_issue(&request).await.unwrap();
    issued.authorization_code.unwrap().expose().to_owned()
}

#[rstest]
#[tokio::test]
async fn second_app_gets_tokens_of_the_session_with_the_device_secret_that_the_trait_issued(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider =
        Provider::with(version, |server| users::router(server.token_grants(Grants))).await;
    enable_grants(&provider).await;
    provider
        .change_service(|service| {
            service.native_sso_supported = Some(true);
            let scopes = service.supported_scopes.as_mut().unwrap();
            scopes.push(Scope::new("device_sso"));
        })
        .await;
    let client = provider.client();
    let reply = client.redeem(&native_sso_code(&provider).await).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let first = reply.json();
    assert_eq!(first["device_secret"], DEVICE_SECRET);

    let mut app = authlete::types::Client::new();
    app.client_type = Some(ClientType::Public);
    app.token_auth_method = Some(ClientAuthMethod::None);
    app.grant_types = Some(vec![GrantType::TokenExchange]);
    let app = provider.api.create_client(&app).await.unwrap();
    let app = app.client_id.unwrap().to_string();
    let exchange = async |device_secret: &str| {
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("client_id", app.as_str()),
            ("audience", provider.issuer.as_str()),
            ("subject_token", first["id_token"].as_str().unwrap()),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:id_token",
            ),
            ("actor_token", device_secret),
            (
                "actor_token_type",
                "urn:openid:params:token-type:device-secret",
            ),
            ("scope", "openid"),
        ];
        Reply::of(client.form("/token", &form)).await
    };
    let reply = exchange(DEVICE_SECRET).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let id_token = claims(&reply.json());
    assert_eq!(id_token["sub"], "alice");
    assert_eq!(id_token["sid"], "session-1");
    exchange("another").await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn refresh_response_has_an_id_token_if_the_trait_reissues_it() {
    let provider = Provider::with(ApiVersion::V3, |server| {
        users::router(server.token_grants(Grants))
    })
    .await;
    enable_grants(&provider).await;
    let requested = r#"{"id_token":{"name":null}}"#;
    let client = provider.client();
    let tokens = client
        .tokens("openid profile", &[("claims", requested)])
        .await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refreshed = client.post("/token", &refresh).await.json();
    let id_token = claims(&refreshed);
    assert_eq!(id_token["sub"], "alice");
    assert_eq!(id_token["name"], "Alice");
}

#[rstest]
#[tokio::test]
async fn client_that_fails_to_authenticate_is_challenged_when_it_used_basic(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let id = provider.emulator.client().id.to_string();
    let form = [("grant_type", "authorization_code"), ("code", "x")];
    let wrong = BASE64_STANDARD.encode(format!("{id}:wrong"));
    let request = client.form("/token", &form);
    let reply = Reply::of(request.header("authorization", format!("basic {wrong}"))).await;
    reply.assert_error(401, "invalid_client");
    assert!(
        reply
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic")
    );

    provider
        .change_client(|client| {
            client.token_auth_method = Some(ClientAuthMethod::ClientSecretPost);
        })
        .await;
    let form = [
        form[0],
        form[1],
        ("client_id", &id),
        ("client_secret", "wrong"),
    ];
    let reply = Reply::of(client.form("/token", &form)).await;
    reply.assert_error(400, "invalid_client");
    assert_eq!(reply.header("www-authenticate"), None);
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let provider = Provider::start(ApiVersion::V3).await;
    let id = provider.emulator.client().id;
    let secret = "0123456789-abcdefghij";
    let request = authlete::types::ClientSecretUpdateRequest::new(secret);
    let updated = provider.api.update_client_secret(id, &request).await;
    updated.unwrap();
    let encoded: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let pair = BASE64_STANDARD.encode(format!("{id}:{encoded}"));
    let form = [("grant_type", "authorization_code"), ("code", "unknown")];
    let request = provider.client().form("/token", &form);
    let reply = Reply::of(request.header("authorization", format!("Basic {pair}"))).await;
    reply.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn body_that_is_not_a_form_or_too_large_is_refused() {
    let provider = Provider::with(ApiVersion::V3, |server| server.body_limit(1000).router()).await;
    let client = provider.client();
    let post = |media_type: &str, body: Vec<u8>| {
        let request = client.request(reqwest::Method::POST, "/token");
        request.header("content-type", media_type).body(body)
    };
    let form = "application/x-www-form-urlencoded";
    for (request, status) in [
        (post("application/json", b"{}".to_vec()), 415),
        (client.request(reqwest::Method::POST, "/token"), 415),
        (post(form, vec![b'a'; 1001]), 413),
        (post(form, b"code=\xff".to_vec()), 400),
        (post(form, vec![b'a'; 1000]), 400),
    ] {
        let reply = Reply::of(request).await;
        reply.assert_error(status, "invalid_request");
    }
    let chunks = [(); 2].map(|()| Ok::<_, std::io::Error>(vec![b'a'; 600]));
    let stream = futures_util::stream::iter(chunks);
    let request = client.request(reqwest::Method::POST, "/token");
    let body = reqwest::Body::wrap_stream(stream);
    let reply = Reply::of(request.header("content-type", form).body(body)).await;
    reply.assert_error(413, "invalid_request");
}

#[tokio::test]
async fn body_that_never_arrives_is_refused_with_408() {
    let provider = Provider::with(ApiVersion::V3, |server| {
        server
            .body_timeout(std::time::Duration::from_millis(50))
            .router()
    })
    .await;
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = provider
        .client()
        .request(reqwest::Method::POST, "/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(reqwest::Body::wrap_stream(never));
    Reply::of(request)
        .await
        .assert_error(408, "invalid_request");
}

#[rstest]
#[tokio::test]
async fn revoked_token_is_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let provider = Provider::start(version).await;
    let client = provider.client();
    let tokens = client.tokens("openid", &[]).await;
    let token = tokens["access_token"].as_str().unwrap();
    let reply = client.post("/revoke", &[("token", token)]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let request = client.request(reqwest::Method::GET, "/userinfo");
    let reply = Reply::of(request.header("authorization", format!("Bearer {token}"))).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    let request = client.form("/revoke", &[("token", token)]);
    let reply = Reply::of(request.header("authorization", "Basic MTp4")).await;
    reply.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn token_request_with_two_dpop_headers_is_refused() {
    let provider = Provider::start(ApiVersion::V3).await;
    let request = provider
        .client()
        .form("/token", &[("grant_type", "authorization_code")]);
    let reply = Reply::of(request.header("dpop", "a").header("dpop", "b")).await;
    reply.assert_error(400, "invalid_dpop_proof");
}

/// The `Client-Cert` header of a proxy (RFC 9440).
fn certificate_header() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::default();
    let name = rcgen::DnType::CommonName;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(name, "client.example");
    let certificate = parameters.self_signed(&key).unwrap();
    format!(":{}:", BASE64_STANDARD.encode(certificate.der()))
}

#[rstest]
#[tokio::test]
async fn client_certificate_in_a_header_is_used_only_if_the_server_selects_that_header(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    use authlete::server::ClientCertificateSource;
    let trusting = Provider::with(version, |server| {
        server
            .client_certificates(ClientCertificateSource::ClientCert)
            .router()
    });
    for (provider, expected) in [
        (trusting.await, "invalid_grant"),
        (Provider::start(version).await, "invalid_client"),
    ] {
        let methods = || vec![ClientAuthMethod::TlsClientAuth];
        provider
            .change_service(|service| service.supported_token_auth_methods = Some(methods()))
            .await;
        provider
            .change_client(|client| {
                client.token_auth_method = Some(ClientAuthMethod::TlsClientAuth);
                client.tls_client_auth_subject_dn = Some("CN=client.example".to_owned());
            })
            .await;
        let id = provider.emulator.client().id.to_string();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "unknown"),
            ("client_id", &*id),
        ];
        let request = provider.client().form("/token", &form);
        let reply = Reply::of(request.header("client-cert", certificate_header())).await;
        assert_eq!(reply.json()["error"], expected, "{reply:?}");
    }
}

/// A failure right before an ID token is reissued.
#[derive(Clone, Copy)]
enum ReissueFailure {
    AuthleteRefuses,
    AuthleteUnreachable,
    UsersUnavailable,
}

struct FailingReissue {
    failure: ReissueFailure,
    provider: Arc<Mutex<Option<Provider>>>,
}

impl TokenGrants for FailingReissue {
    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        let provider = self.provider.lock().unwrap().take().unwrap();
        match self.failure {
            ReissueFailure::AuthleteRefuses => {
                provider
                    .change_service(|service| service.id_token_reissuable = Some(false))
                    .await;
                *self.provider.lock().unwrap() = Some(provider);
            }
            ReissueFailure::AuthleteUnreachable => provider.emulator.stop().await.unwrap(),
            ReissueFailure::UsersUnavailable => {
                return Err((StatusCode::SERVICE_UNAVAILABLE, "no database").into());
            }
        }
        Ok(true)
    }
}

#[tokio::test]
async fn refreshed_tokens_are_sent_without_an_id_token_if_it_cannot_be_issued() {
    for failure in [
        ReissueFailure::AuthleteRefuses,
        ReissueFailure::AuthleteUnreachable,
        ReissueFailure::UsersUnavailable,
    ] {
        let shared_provider = Arc::new(Mutex::new(None));
        let grants = FailingReissue {
            failure,
            provider: Arc::clone(&shared_provider),
        };
        let router = |server: AuthorizationServer| users::router(server.token_grants(grants));
        let provider = Provider::with(ApiVersion::V3, router).await;
        enable_grants(&provider).await;
        let client = provider.client();
        let tokens = client.tokens("openid profile", &[]).await;
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ];
        let request = client.form("/token", &refresh);
        let request = request.header("authorization", client.basic());
        *shared_provider.lock().unwrap() = Some(provider);
        let reply = Reply::of(request).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let refreshed = reply.json();
        assert!(refreshed["access_token"].is_string(), "{refreshed}");
        assert!(refreshed["refresh_token"].is_string(), "{refreshed}");
        assert_eq!(refreshed.get("id_token"), None);
    }
}
