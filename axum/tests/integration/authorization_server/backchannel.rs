use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use authlete::server::Session;
use authlete::types::{
    BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse, DeliveryMode, GrantType,
};
use authlete_axum::authorization_server::{BackchannelRequest, BackchannelUsers};
use axum::response::Result;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::client::claims;
use super::*;
use crate::common::GENERATIONS;

/// Users whose devices are a channel of the test.
struct Phones(UnboundedSender<BackchannelRequest>);

impl BackchannelUsers for Phones {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        let hint = answer.hint.as_ref().map(|hint| hint.expose());
        Ok(match hint {
            Some("alice") => Ok("alice".to_owned()),
            _ => Err(BackchannelAuthenticationFailReason::UnknownUserId),
        })
    }

    async fn ask(&self, request: BackchannelRequest) {
        let _ = self.0.send(request);
    }
}

struct Scene {
    provider: Provider,
    server: AuthorizationServer,
    phones: UnboundedReceiver<BackchannelRequest>,
}

impl Scene {
    async fn start(version: ApiVersion, mode: DeliveryMode) -> Self {
        let (sender, phones) = unbounded_channel();
        let kept = Arc::new(Mutex::new(None));
        let keep = Arc::clone(&kept);
        let provider = Provider::with(version, move |server| {
            let server = server.backchannel_users(Phones(sender));
            *keep.lock().unwrap() = Some(server.clone());
            server.router()
        })
        .await;
        prepare(&provider, mode).await;
        let server = kept.lock().unwrap().take().unwrap();
        Self {
            provider,
            server,
            phones,
        }
    }
}

async fn prepare(provider: &Provider, mode: DeliveryMode) {
    let grants = || Some(vec![GrantType::Ciba]);
    provider
        .change_service(|service| {
            service.supported_grant_types = grants();
            service.backchannel_auth_req_id_duration = Some(600);
            service.supported_backchannel_token_delivery_modes = Some(vec![
                DeliveryMode::Poll,
                DeliveryMode::Ping,
                DeliveryMode::Push,
            ]);
        })
        .await;
    provider
        .change_client(|client| {
            client.grant_types = grants();
            client.bc_notification_endpoint = Some("https://client.example/cb".to_owned());
            client.bc_delivery_mode = Some(mode);
        })
        .await;
}

async fn begin(provider: &Provider, hint: &str) -> Reply {
    let form = [
        ("scope", "openid email"),
        ("login_hint", hint),
        ("binding_message", "W4SCT"),
        ("client_notification_token", "notification-token"),
    ];
    provider
        .client()
        .post("/backchannel_authentication", &form)
        .await
}

async fn poll(provider: &Provider, id: &str) -> Reply {
    provider.emulator.advance(Duration::from_secs(10));
    let form = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", id),
    ];
    provider.client().post("/token", &form).await
}

fn session(subject: &str) -> Session {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Session::new(subject, now.as_secs() as i64)
}

#[tokio::test]
async fn user_who_agrees_on_the_phone_lets_the_client_poll_tokens() {
    for version in GENERATIONS {
        let mut scene = Scene::start(version, DeliveryMode::Poll).await;
        let provider = &scene.provider;
        let reply = begin(provider, "alice").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let id = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
        let request = scene.phones.recv().await.unwrap();
        assert_eq!(request.subject(), "alice");
        assert_eq!(request.answer().binding_message.as_deref(), Some("W4SCT"));
        poll(provider, &id)
            .await
            .assert_error(400, "authorization_pending");
        let bob = session("bob");
        let wrong = scene
            .server
            .authorize_backchannel(&request, &bob, ["openid"]);
        assert!(wrong.await.is_err());
        let notification = scene
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid", "email"])
            .await
            .unwrap();
        assert!(notification.is_none());
        let tokens = poll(provider, &id).await.json();
        assert_eq!(claims(&tokens)["sub"], "alice");
    }
}

#[tokio::test]
async fn client_that_wants_to_be_told_is_told_with_its_own_token() {
    for version in GENERATIONS {
        for mode in [DeliveryMode::Ping, DeliveryMode::Push] {
            let mut scene = Scene::start(version, mode.clone()).await;
            let reply = begin(&scene.provider, "alice").await;
            assert_eq!(reply.status, 200, "{reply:?}");
            let request = scene.phones.recv().await.unwrap();
            let notification = scene
                .server
                .authorize_backchannel(&request, &session("alice"), ["openid"])
                .await
                .unwrap()
                .unwrap();
            let shown = format!("{notification:?}");
            assert!(!shown.contains("notification-token") && !shown.contains("auth_req_id"));
            let notification = notification.into_request();
            assert_eq!(notification.method(), "POST");
            assert_eq!(notification.uri(), "https://client.example/cb");
            let authorization = &notification.headers()["authorization"];
            assert_eq!(authorization, "Bearer notification-token");
            assert!(authorization.is_sensitive());
            let body: serde_json::Value = serde_json::from_str(notification.body()).unwrap();
            assert_eq!(body["auth_req_id"], reply.json()["auth_req_id"]);
            assert_eq!(body["access_token"].is_string(), mode == DeliveryMode::Push);
        }
    }
}

#[tokio::test]
async fn user_who_refuses_or_cannot_be_reached_ends_the_request() {
    for version in GENERATIONS {
        let mut scene = Scene::start(version, DeliveryMode::Poll).await;
        for (is_refused, error) in [(true, "access_denied"), (false, "expired_token")] {
            let reply = begin(&scene.provider, "alice").await;
            let id = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
            let request = scene.phones.recv().await.unwrap();
            match is_refused {
                true => scene.server.deny_backchannel(&request).await.unwrap(),
                false => scene.server.fail_backchannel(&request).await.unwrap(),
            };
            let reply = poll(&scene.provider, &id).await;
            reply.assert_error(400, error);
        }
    }
}

#[tokio::test]
async fn unknown_user_is_refused_and_so_is_everybody_by_default() {
    for version in GENERATIONS {
        let scene = Scene::start(version, DeliveryMode::Poll).await;
        begin(&scene.provider, "mallory")
            .await
            .assert_error(400, "unknown_user_id");
        let provider = Provider::start(version).await;
        prepare(&provider, DeliveryMode::Poll).await;
        begin(&provider, "alice")
            .await
            .assert_error(400, "unknown_user_id");
    }
}
