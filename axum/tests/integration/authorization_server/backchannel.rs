use std::time::{Duration, SystemTime};

use authlete::server::Session;
use authlete::types::{
    BackchannelAuthenticationFailReason as Reason, BackchannelAuthenticationResponse, DeliveryMode,
    GrantType, UserIdentificationHintType as HintType,
};
use authlete_axum::authorization_server::{BackchannelRequest, BackchannelUsers, Notification};
use axum::response::{IntoResponse as _, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::authorization::Gone;
use super::client::claims;
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

/// Users whose devices are a channel of the test: `alice`, and `dora`, who has a user code.
struct Phones(UnboundedSender<BackchannelRequest>);

const USER_CODE: &str = "4711";

impl BackchannelUsers for Phones {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, Reason>> {
        let hint = answer.hint.as_ref().map(|hint| hint.expose());
        let subject = match (&answer.hint_type, hint) {
            (Some(HintType::IdTokenHint), _) => answer.sub.as_deref(),
            (Some(HintType::LoginHintToken), Some("token of alice")) => Some("alice"),
            (Some(HintType::LoginHintToken), Some("old")) => {
                return Ok(Err(Reason::ExpiredLoginHintToken));
            }
            (Some(HintType::LoginHint), hint) => hint,
            _ => None,
        };
        let user_code = answer.user_code.as_ref().map(|code| code.expose());
        Ok(match (subject, user_code) {
            (Some("alice"), _) | (Some("dora"), Some(USER_CODE)) => Ok(subject.unwrap().to_owned()),
            (Some("dora"), None) => Err(Reason::MissingUserCode),
            (Some("dora"), Some(_)) => Err(Reason::InvalidUserCode),
            _ => Err(Reason::UnknownUserId),
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
        Self::of(users::Users, version, mode).await
    }

    async fn of(accounts: impl Accounts, version: ApiVersion, mode: DeliveryMode) -> Self {
        let (sender, phones) = unbounded_channel();
        let mut kept = None;
        let provider = Provider::at("", version, accounts, |server| {
            let server = server.backchannel_users(Phones(sender));
            kept = Some(server.clone());
            users::router(server)
        })
        .await;
        prepare(&provider, mode).await;
        Self {
            provider,
            server: kept.unwrap(),
            phones,
        }
    }

    /// A request for `alice`, and its ID.
    async fn asked(&mut self) -> (BackchannelRequest, String) {
        let reply = begin(&self.provider, "alice").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let id = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
        (self.phones.recv().await.unwrap(), id)
    }
}

async fn prepare(provider: &Provider, mode: DeliveryMode) {
    let grants = || Some(vec![GrantType::Ciba, GrantType::AuthorizationCode]);
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

const ENDPOINT: &str = "/backchannel_authentication";

async fn begin(provider: &Provider, hint: &str) -> Reply {
    begin_by(provider, &[("login_hint", hint)]).await
}

async fn begin_by(provider: &Provider, hint: &[(&str, &str)]) -> Reply {
    let form = [
        ("scope", "openid email"),
        ("binding_message", "W4SCT"),
        ("client_notification_token", "notification-token"),
    ];
    let form = [&form, hint].concat();
    provider.client().post(ENDPOINT, &form).await
}

/// The body of a notification.
fn body(notification: Option<Notification>) -> serde_json::Value {
    let request = notification.unwrap().into_request();
    serde_json::from_str(request.body()).unwrap()
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

#[rstest]
#[tokio::test]
async fn user_who_agrees_on_the_phone_lets_the_client_poll_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

#[rstest]
#[tokio::test]
async fn client_that_wants_to_be_told_is_told_with_its_own_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

#[rstest]
#[tokio::test]
async fn user_who_refuses_or_cannot_be_reached_ends_the_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

#[rstest]
#[tokio::test]
async fn client_that_wants_to_be_told_is_told_of_a_refusal_too(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, error) in [
        (DeliveryMode::Ping, None),
        (DeliveryMode::Push, Some("access_denied")),
    ] {
        let mut scene = Scene::start(version, mode.clone()).await;
        let (request, id) = scene.asked().await;
        let told = body(scene.server.deny_backchannel(&request).await.unwrap());
        assert_eq!(told["auth_req_id"], *id, "{told}");
        assert_eq!(told.get("error").and_then(|it| it.as_str()), error);
        assert_eq!(told.get("access_token"), None, "{told}");
        if mode == DeliveryMode::Ping {
            let reply = poll(&scene.provider, &id).await;
            reply.assert_error(400, "access_denied");
        }
    }
}

#[rstest]
#[tokio::test]
async fn user_who_agrees_too_late_grants_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, error) in [
        (DeliveryMode::Poll, None),
        (DeliveryMode::Ping, None),
        (DeliveryMode::Push, Some("expired_token")),
    ] {
        let mut scene = Scene::start(version, mode.clone()).await;
        let (request, id) = scene.asked().await;
        scene.provider.emulator.advance(Duration::from_secs(601));
        let agreed = scene
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid"])
            .await;
        match mode {
            DeliveryMode::Poll => assert!(agreed.is_err(), "{agreed:?}"),
            _ => {
                let told = body(agreed.unwrap());
                assert_eq!(told.get("error").and_then(|it| it.as_str()), error);
                assert_eq!(told.get("access_token"), None, "{told}");
            }
        }
        if mode != DeliveryMode::Push {
            let reply = poll(&scene.provider, &id).await;
            reply.assert_error(400, "expired_token");
        }
    }
}

#[rstest]
#[tokio::test]
async fn user_who_has_gone_grants_nothing_and_the_request_can_still_be_ended(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in [DeliveryMode::Poll, DeliveryMode::Ping, DeliveryMode::Push] {
        let mut scene = Scene::of(Gone, version, mode.clone()).await;
        let (request, id) = scene.asked().await;
        let agreed = scene
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid"])
            .await;
        assert_eq!(agreed.unwrap_err().into_response().status(), 400);
        if mode != DeliveryMode::Push {
            let reply = poll(&scene.provider, &id).await;
            reply.assert_error(400, "authorization_pending");
        }
        let notification = scene.server.fail_backchannel(&request).await.unwrap();
        match mode {
            DeliveryMode::Poll => assert_eq!(notification, None),
            _ => assert_eq!(body(notification).get("access_token"), None),
        }
        if mode != DeliveryMode::Push {
            let reply = poll(&scene.provider, &id).await;
            reply.assert_error(400, "expired_token");
        }
    }
}

#[rstest]
#[tokio::test]
async fn id_token_of_the_client_is_a_hint_and_another_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut scene = Scene::start(version, DeliveryMode::Poll).await;
    let tokens = scene.provider.client().tokens("openid", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let reply = begin_by(&scene.provider, &[("id_token_hint", hint)]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(scene.phones.recv().await.unwrap().subject(), "alice");
    let (signed, _) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    let foreign = |service: &mut authlete::types::Service| {
        service.issuer = Some("https://other.example".to_owned());
    };
    for hint in [&forged, "no JWT"] {
        let reply = begin_by(&scene.provider, &[("id_token_hint", hint)]).await;
        reply.assert_error(400, "invalid_request");
    }
    scene.provider.change_service(foreign).await;
    let reply = begin_by(&scene.provider, &[("id_token_hint", hint)]).await;
    reply.assert_error(400, "invalid_request");
    assert!(scene.phones.is_empty(), "nobody was asked");
}

#[rstest]
#[tokio::test]
async fn login_hint_token_is_for_the_server_to_read(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut scene = Scene::start(version, DeliveryMode::Poll).await;
    let hint = [("login_hint_token", "token of alice")];
    let reply = begin_by(&scene.provider, &hint).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(scene.phones.recv().await.unwrap().subject(), "alice");
    for (token, error) in [
        ("old", "expired_login_hint_token"),
        // It is no `login_hint`.
        ("alice", "unknown_user_id"),
    ] {
        let reply = begin_by(&scene.provider, &[("login_hint_token", token)]).await;
        reply.assert_error(400, error);
    }
    for hints in [
        &[][..],
        &[
            ("login_hint", "alice"),
            ("login_hint_token", "token of alice"),
        ],
    ] {
        let reply = begin_by(&scene.provider, hints).await;
        reply.assert_error(400, "invalid_request");
    }
    assert!(scene.phones.is_empty(), "nobody was asked");
}

#[rstest]
#[tokio::test]
async fn user_code_has_to_be_that_of_the_user(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut scene = Scene::start(version, DeliveryMode::Poll).await;
    let ask = async |provider: &Provider, user: &str, code: Option<&str>| {
        let code = code.map(|code| ("user_code", code));
        let form: Vec<_> = code.into_iter().chain([("login_hint", user)]).collect();
        begin_by(provider, &form).await
    };
    let right = ask(&scene.provider, "dora", Some(USER_CODE)).await;
    assert_eq!(right.status, 200, "{right:?}");
    assert_eq!(scene.phones.recv().await.unwrap().subject(), "dora");
    let wrong = ask(&scene.provider, "dora", Some("0000")).await;
    wrong.assert_error(400, "invalid_user_code");
    let missing = ask(&scene.provider, "dora", None).await;
    missing.assert_error(400, "missing_user_code");
    let needless = ask(&scene.provider, "alice", Some("0000")).await;
    assert_eq!(needless.status, 200, "{needless:?}");
    scene.phones.recv().await.unwrap();
    // Once client and service have agreed on user codes, each request has one.
    scene
        .provider
        .change_service(|service| {
            service.backchannel_user_code_parameter_supported = Some(true);
        })
        .await;
    scene
        .provider
        .change_client(|client| client.bc_user_code_required = Some(true))
        .await;
    let missing = ask(&scene.provider, "alice", None).await;
    missing.assert_error(400, "missing_user_code");
    assert!(scene.phones.is_empty(), "nobody was asked");
}

#[rstest]
#[tokio::test]
async fn client_that_does_not_authenticate_cannot_ask_for_anybody(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let scene = Scene::start(version, DeliveryMode::Poll).await;
    let client = scene.provider.client();
    let id = scene.provider.emulator.client().id.to_string();
    let form = [
        ("scope", "openid"),
        ("login_hint", "alice"),
        ("client_id", &id),
    ];
    let wrong = client.form(ENDPOINT, &form);
    let wrong = Reply::of(wrong.header("authorization", "Basic MTp4")).await;
    wrong.assert_error(401, "invalid_client");
    assert!(wrong.header("www-authenticate").is_some(), "{wrong:?}");
    let none = Reply::of(client.form(ENDPOINT, &form)).await;
    assert!(matches!(none.status, 400 | 401), "{none:?}");
    assert_eq!(none.json()["error"], "invalid_client", "{none:?}");
    assert!(scene.phones.is_empty(), "nobody was asked");
}

#[rstest]
#[tokio::test]
async fn unknown_user_is_refused_and_so_is_everybody_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
