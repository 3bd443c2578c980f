//! Logout by the client, and logout tokens for other clients.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, BackchannelLogoutTokenRequest, JwsAlg, Service,
};
use authlete_axum::authorization_server::{Logout, LogoutRequest};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response, Result};
use form_urlencoded::Serializer;
use serde_json::json;

use super::*;
use crate::common::jwt;
use authlete::ApiVersion;
use rstest::rstest;

const AFTER: &str = "https://client.example/bye?a=b";

/// Answers with the user and the client of the request.
struct EchoLogout {
    client_id: Arc<Mutex<String>>,
}

impl Logout for EchoLogout {
    async fn redirect_uris(&self, client_id: &str) -> Result<Option<Vec<String>>> {
        let is_known = client_id == *self.client_id.lock().unwrap();
        let uris = is_known.then(|| AFTER.to_owned());
        Ok(Some(uris.into_iter().collect()))
    }

    async fn log_out(&self, _: &Parts, logout: LogoutRequest) -> Result<Response> {
        let text = format!("{:?} {:?}", logout.subject(), logout.client_id());
        Ok(logout.response().unwrap_or_else(|| text.into_response()))
    }
}

struct Setup {
    provider: Provider,
    id_token: String,
    client_id: String,
}

impl Setup {
    async fn start(version: ApiVersion) -> Self {
        let shared_id = Arc::new(Mutex::new(String::new()));
        let logout = EchoLogout {
            client_id: Arc::clone(&shared_id),
        };
        let provider = Provider::with(version, |server| users::router(server.logout(logout))).await;
        let client_id = provider.emulator.client().id.to_string();
        shared_id.lock().unwrap().clone_from(&client_id);
        let tokens = provider.client().tokens("openid", &[]).await;
        let id_token = tokens["id_token"].as_str().unwrap().to_owned();
        Self {
            provider,
            id_token,
            client_id,
        }
    }

    async fn log_out(&self, parameters: &[(&str, &str)]) -> Reply {
        let query = Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let url = format!("{}/logout", self.provider.issuer);
        let by_query = Reply::of(client::http().get(format!("{url}?{query}"))).await;
        let by_form = Reply::of(self.provider.client().form("/logout", parameters)).await;
        assert_eq!(by_query.status, by_form.status);
        assert_eq!(by_query.header("location"), by_form.header("location"));
        by_query
    }
}

#[rstest]
#[tokio::test]
async fn client_is_redirected_only_to_its_own_uris(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version).await;
    let (hint, id) = (setup.id_token.as_str(), setup.client_id.as_str());
    // Expired ID tokens are accepted (RP-Initiated Logout 1.0 §2).
    setup
        .provider
        .emulator
        .advance(Duration::from_secs(7 * 86_400));
    let reply = setup
        .log_out(&[
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", AFTER),
            ("state", "x y"),
        ])
        .await;
    let location = reply.header("location");
    assert_eq!(location, Some("https://client.example/bye?a=b&state=x+y"));
    let reply = setup
        .log_out(&[("client_id", id), ("post_logout_redirect_uri", AFTER)])
        .await;
    assert_eq!(reply.header("location"), Some(AFTER));
    for uri in [
        "https://evil.example",
        "https://client.example/bye",
        "javascript:x",
    ] {
        let parameters = [("id_token_hint", hint), ("post_logout_redirect_uri", uri)];
        let reply = setup.log_out(&parameters).await;
        assert_eq!((reply.status, reply.header("location")), (200, None));
        assert_eq!(reply.body, format!("Some(\"alice\") Some({id:?})"));
    }
    // Without a client, or with an unknown client.
    for more in [None, Some(("client_id", "unknown"))] {
        let redirect = [("post_logout_redirect_uri", AFTER)];
        let parameters: Vec<_> = redirect.into_iter().chain(more).collect();
        let reply = setup.log_out(&parameters).await;
        assert_eq!((reply.status, reply.header("location")), (200, None));
    }
}

#[rstest]
#[tokio::test]
async fn invalid_hint_is_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let setup = Setup::start(version).await;
    let hint = setup.id_token.as_str();
    let (signed, _) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
    for parameters in [
        vec![("id_token_hint", forged.as_str())],
        vec![("id_token_hint", unsigned)],
        vec![("id_token_hint", "no JWT")],
        vec![("id_token_hint", hint), ("client_id", "another")],
        vec![("id_token_hint", hint), ("id_token_hint", hint)],
    ] {
        let reply = setup.log_out(&parameters).await;
        reply.assert_error(400, "invalid_request");
    }
}

#[rstest]
#[tokio::test]
async fn repeated_parameter_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
    #[values(
        "id_token_hint",
        "client_id",
        "post_logout_redirect_uri",
        "state",
        "ui_locales"
    )]
    name: &str,
) {
    let setup = Setup::start(version).await;
    let mut parameters = vec![
        ("id_token_hint", setup.id_token.as_str()),
        ("client_id", setup.client_id.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", "x"),
        ("ui_locales", "de"),
    ];
    assert_eq!(setup.log_out(&parameters).await.status, 303);
    let repeated = *parameters.iter().find(|(it, _)| *it == name).unwrap();
    parameters.push(repeated);
    let reply = setup.log_out(&parameters).await;
    reply.assert_error(400, "invalid_request");
}

#[rstest]
#[tokio::test]
async fn id_token_of_another_issuer_is_refused_even_with_the_same_keys(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version).await;
    let other = |service: &mut Service| {
        service.issuer = Some("https://other.example".to_owned());
    };
    setup.provider.change_service(other).await;
    let tokens = setup.provider.client().tokens("openid", &[]).await;
    assert_eq!(client::claims(&tokens)["iss"], "https://other.example");
    let hint = tokens["id_token"].as_str().unwrap();
    let parameters = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)];
    let reply = setup.log_out(&parameters).await;
    reply.assert_error(400, "invalid_request");
    assert_eq!(reply.header("location"), None);
}

/// Ends the session if the user in the hint is logged in, and asks for confirmation otherwise.
struct ConfirmOtherUsers;

impl Logout for ConfirmOtherUsers {
    async fn log_out(&self, request: &Parts, logout: LogoutRequest) -> Result<Response> {
        let browser: &tower_sessions::Session = request.extensions.get().unwrap();
        let login: Option<(String, i64)> = browser.get("login").await.unwrap();
        let user = login.map(|(subject, _)| subject);
        if user.as_deref() != logout.subject() {
            return Ok("Log out?".into_response());
        }
        browser.flush().await.unwrap();
        Ok("bye".into_response())
    }
}

/// Issues an ID token for a user without login and consent pages.
async fn id_token_of(provider: &Provider, subject: &str) -> String {
    let parameters = provider.client().parameters("openid", &[]);
    let request = AuthorizationRequest::new(parameters);
    let answer = provider.api.authorization(&request).await.unwrap();
    let request = AuthorizationIssueRequest::new(answer.ticket.unwrap(), subject);
    let issued = provider.api.authorization_issue(&request).await.unwrap();
    let location = issued.response_content.unwrap();
    let (_, query) = location.expose().split_once('?').unwrap();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, code) = pairs.find(|(name, _)| name == "code").unwrap();
    let tokens = provider.client().redeem(&code).await.json();
    tokens["id_token"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn logout_request_has_the_user_in_the_hint_not_the_logged_in_user(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let with_logout = |server: AuthorizationServer| users::router(server.logout(ConfirmOtherUsers));
    let provider = Provider::with(version, with_logout).await;
    let client = provider.client();
    let mut browser = provider.browser();
    let parameters = client.parameters("openid", &[]);
    browser.authorization_response(&parameters).await;
    let silent = client.parameters("openid", &[("prompt", "none")]);
    for (subject, page, error) in [
        ("bob", "Log out?", "consent_required"),
        ("alice", "bye", "login_required"),
    ] {
        let hint = id_token_of(&provider, subject).await;
        let form = format!("id_token_hint={hint}");
        let reply = browser.post("/logout", &form).await;
        assert_eq!((reply.status, &*reply.body), (200, page));
        let response = browser.authorize(&silent).await.redirected();
        assert_eq!(response["error"], error, "{subject}");
    }
}

#[rstest]
#[tokio::test]
async fn id_token_with_a_symmetric_signature_is_a_valid_hint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version).await;
    setup
        .provider
        .change_client(|client| client.id_token_sign_alg = Some(JwsAlg::Hs256))
        .await;
    let tokens = setup.provider.client().tokens("openid", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let reply = setup.log_out(&[("id_token_hint", hint)]).await;
    let expected = format!("Some(\"alice\") Some({:?})", setup.client_id);
    assert_eq!(reply.body, expected, "{reply:?}");
    let (signed, _) = hint.rsplit_once('.').unwrap();
    let reply = setup
        .log_out(&[("id_token_hint", &format!("{signed}.AAAA"))])
        .await;
    reply.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn access_token_or_logout_token_is_refused_as_a_hint() {
    let setup = Setup::start(ApiVersion::V3).await;
    setup
        .provider
        .change_service(|service| service.access_token_sign_alg = Some(JwsAlg::Es256))
        .await;
    let tokens = setup.provider.client().tokens("openid", &[]).await;
    let access_token = tokens["access_token"].as_str().unwrap();
    assert_eq!(
        access_token.split('.').count(),
        3,
        "the access token is a JWT"
    );
    let id = setup.provider.emulator.client().id;
    let request = BackchannelLogoutTokenRequest::new(id).subject("alice");
    let answer = setup.provider.api.backchannel_logout_token(&request).await;
    let logout_token = answer.unwrap().logout_token.unwrap();
    for hint in [access_token, logout_token.expose()] {
        let reply = setup.log_out(&[("id_token_hint", hint)]).await;
        reply.assert_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn state_is_added_to_custom_scheme_uris_and_before_a_fragment() {
    for (uri, expected) in [
        ("com.example.app:/bye", "com.example.app:/bye?state=x"),
        (
            "https://client.example/#bye",
            "https://client.example/?state=x#bye",
        ),
    ] {
        let logout = AnyClient(uri);
        let provider =
            Provider::with(ApiVersion::V3, |server| server.logout(logout).router()).await;
        let parameters = [
            ("client_id", "any"),
            ("post_logout_redirect_uri", uri),
            ("state", "x"),
        ];
        let reply = Reply::of(provider.client().form("/logout", &parameters)).await;
        assert_eq!(reply.header("location"), Some(expected));
    }
}

/// Allows this redirect URI for every client.
struct AnyClient(&'static str);

impl Logout for AnyClient {
    async fn redirect_uris(&self, _: &str) -> Result<Option<Vec<String>>> {
        Ok(Some(vec![self.0.to_owned()]))
    }

    async fn log_out(&self, _: &Parts, logout: LogoutRequest) -> Result<Response> {
        Ok(logout.response().unwrap())
    }
}

#[tokio::test]
async fn logout_is_answered_with_404_by_default() {
    let provider = Provider::start(ApiVersion::V3).await;
    let reply = Reply::of(client::http().get(format!("{}/logout", provider.issuer))).await;
    assert_eq!(reply.status, 404);
}

#[rstest]
#[tokio::test]
async fn logout_notifications_have_logout_tokens_for_clients_with_a_logout_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (provider, server) = Provider::with_server(version).await;
    let id = provider.emulator.client().id;
    let notifications = server
        .logout_notifications([id], Some("alice"), Some("s1"))
        .await;
    assert!(
        matches!(&notifications[..], [(_, Ok(None))]),
        "{notifications:?}"
    );
    provider
        .change_client(|client| {
            client.backchannel_logout_uri = Some("https://client.example/out".to_owned());
        })
        .await;
    let notifications = server
        .logout_notifications([id, 1], Some("alice"), Some("s1"))
        .await;
    let [(_, Ok(Some(request))), (_, unknown)] = &notifications[..] else {
        panic!("{notifications:?}");
    };
    assert_eq!(request.uri(), "https://client.example/out");
    let request = request.clone().into_request();
    let media_type = &request.headers()["content-type"];
    assert_eq!(media_type, "application/x-www-form-urlencoded");
    let token = request.body().strip_prefix("logout_token=").unwrap();
    let claims = client::claims(&json!({ "id_token": token }));
    assert_eq!(claims["sub"], "alice");
    assert!(claims["events"].is_object(), "{claims}");
    assert!(unknown.is_err(), "{unknown:?}");
}

#[rstest]
#[tokio::test]
async fn redirect_uris_come_from_the_custom_metadata_of_the_client_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    struct WithoutConfirmation;
    impl Logout for WithoutConfirmation {
        async fn log_out(&self, _: &Parts, logout: LogoutRequest) -> Result<Response> {
            Ok(logout
                .response()
                .unwrap_or_else(|| "no redirect".into_response()))
        }
    }
    let provider = Provider::with(version, |server| {
        users::router(server.logout(WithoutConfirmation))
    })
    .await;
    let id = provider.emulator.client().id.to_string();
    let log_out = async |client_id: &str, uri: &str| {
        let parameters = [("client_id", client_id), ("post_logout_redirect_uri", uri)];
        let request = provider.client().form("/logout", &parameters);
        Reply::of(request).await
    };
    let before = log_out(&id, AFTER).await;
    assert_eq!((before.status, &*before.body), (200, "no redirect"));
    provider
        .change_service(|service| {
            let names = vec!["post_logout_redirect_uris".to_owned()];
            service.supported_custom_client_metadata = Some(names);
        })
        .await;
    for (metadata, is_redirected) in [
        (
            json!({ "post_logout_redirect_uris": ["https://other.example", AFTER] }),
            true,
        ),
        (
            json!({ "post_logout_redirect_uris": ["https://client.example/bye"] }),
            false,
        ),
        (json!({ "post_logout_redirect_uris": AFTER }), false),
    ] {
        let text = metadata.to_string();
        let change = |client: &mut authlete::types::Client| client.custom_metadata = Some(text);
        provider.change_client(change).await;
        let reply = log_out(&id, AFTER).await;
        let expected = is_redirected.then_some(AFTER);
        assert_eq!(reply.header("location"), expected, "{metadata}");
    }
    for unknown in ["1", "nobody", "../service", "%00"] {
        let reply = log_out(unknown, AFTER).await;
        assert_eq!(
            (reply.status, &*reply.body),
            (200, "no redirect"),
            "{unknown}"
        );
    }
}

/// Signs an ID token with the client secret, as a client could.
fn signed_by_client(setup: &Setup, claims: &serde_json::Value) -> String {
    use aws_lc_rs::hmac;
    let secret = setup.provider.emulator.client().secret.expose();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let part = |value: &serde_json::Value| jwt::encode(value.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": "HS256" })), part(claims));
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", jwt::encode(signature))
}

#[rstest]
#[tokio::test]
async fn hint_signed_with_the_client_secret_is_accepted_only_if_id_tokens_of_the_client_use_hs256(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version).await;
    let (issuer, id) = (&setup.provider.issuer, setup.client_id.as_str());
    let own = json!({ "iss": issuer, "sub": "bob", "aud": id, "exp": 1, "iat": 1 });
    let hint = signed_by_client(&setup, &own);
    let reply = setup.log_out(&[("id_token_hint", &hint)]).await;
    reply.assert_error(400, "invalid_request");
    setup
        .provider
        .change_client(|client| client.id_token_sign_alg = Some(JwsAlg::Hs256))
        .await;
    let reply = setup.log_out(&[("id_token_hint", &hint)]).await;
    assert_eq!(reply.body, format!("Some(\"bob\") Some({id:?})"));
    // It is not accepted for another client.
    let other = setup.provider.api.create_client(&Default::default()).await;
    let other = other.unwrap().client_id.unwrap().to_string();
    let both = json!({ "iss": issuer, "sub": "bob", "aud": [id, other], "exp": 1, "iat": 1 });
    let hint = signed_by_client(&setup, &both);
    let parameters = [("id_token_hint", &*hint), ("client_id", &*other)];
    let reply = setup.log_out(&parameters).await;
    reply.assert_error(400, "invalid_request");
}
