//! Client-initiated backchannel authentication (CIBA) in poll, ping and push mode.

use std::time::{Duration, SystemTime};

use authlete::server::Session;
use authlete::types::{
    BackchannelAuthenticationFailReason as Reason, BackchannelAuthenticationResponse, DeliveryMode,
    GrantType, UserIdentificationHintType as HintType,
};
use authlete_axum::authorization_server::{BackchannelRequest, BackchannelUsers, Notification};
use axum::response::{IntoResponse as _, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::authorization::DeletedUser;
use super::client::claims;
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

/// The users `alice`, and `dora` with a user code. Their requests are sent to a channel of the test.
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

struct Setup {
    provider: Provider,
    server: AuthorizationServer,
    phones: UnboundedReceiver<BackchannelRequest>,
}

impl Setup {
    async fn start(version: ApiVersion, mode: DeliveryMode) -> Self {
        Self::of(users::Users, version, mode).await
    }

    async fn of(accounts: impl Accounts, version: ApiVersion, mode: DeliveryMode) -> Self {
        let (sender, phones) = unbounded_channel();
        let mut captured = None;
        let provider = Provider::at("", version, accounts, |server| {
            let server = server.backchannel_users(Phones(sender));
            captured = Some(server.clone());
            users::router(server)
        })
        .await;
        prepare(&provider, mode).await;
        Self {
            provider,
            server: captured.unwrap(),
            phones,
        }
    }

    /// Begins a request for `alice`, and returns it with its `auth_req_id`.
    async fn begin_request(&mut self) -> (BackchannelRequest, String) {
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
async fn request_that_the_user_grants_results_in_tokens_for_the_polling_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut setup = Setup::start(version, DeliveryMode::Poll).await;
    let provider = &setup.provider;
    let reply = begin(provider, "alice").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let id = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
    let request = setup.phones.recv().await.unwrap();
    assert_eq!(request.subject(), "alice");
    assert_eq!(request.answer().binding_message.as_deref(), Some("W4SCT"));
    poll(provider, &id)
        .await
        .assert_error(400, "authorization_pending");
    let bob = session("bob");
    let wrong = setup
        .server
        .authorize_backchannel(&request, &bob, ["openid"]);
    assert!(wrong.await.is_err());
    let notification = setup
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
async fn ping_and_push_notifications_have_the_notification_token_of_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in [DeliveryMode::Ping, DeliveryMode::Push] {
        let mut setup = Setup::start(version, mode.clone()).await;
        let reply = begin(&setup.provider, "alice").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let request = setup.phones.recv().await.unwrap();
        let notification = setup
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid"])
            .await
            .unwrap()
            .unwrap();
        let debug = format!("{notification:?}");
        assert!(!debug.contains("notification-token") && !debug.contains("auth_req_id"));
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
async fn denied_or_failed_request_ends_with_an_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut setup = Setup::start(version, DeliveryMode::Poll).await;
    for (is_denied, error) in [(true, "access_denied"), (false, "expired_token")] {
        let reply = begin(&setup.provider, "alice").await;
        let id = reply.json()["auth_req_id"].as_str().unwrap().to_owned();
        let request = setup.phones.recv().await.unwrap();
        match is_denied {
            true => setup.server.deny_backchannel(&request).await.unwrap(),
            false => setup.server.fail_backchannel(&request).await.unwrap(),
        };
        let reply = poll(&setup.provider, &id).await;
        reply.assert_error(400, error);
    }
}

#[rstest]
#[tokio::test]
async fn ping_and_push_clients_are_notified_of_a_denial(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, error) in [
        (DeliveryMode::Ping, None),
        (DeliveryMode::Push, Some("access_denied")),
    ] {
        let mut setup = Setup::start(version, mode.clone()).await;
        let (request, id) = setup.begin_request().await;
        let notified = body(setup.server.deny_backchannel(&request).await.unwrap());
        assert_eq!(notified["auth_req_id"], *id, "{notified}");
        assert_eq!(notified.get("error").and_then(|it| it.as_str()), error);
        assert_eq!(notified.get("access_token"), None, "{notified}");
        if mode == DeliveryMode::Ping {
            let reply = poll(&setup.provider, &id).await;
            reply.assert_error(400, "access_denied");
        }
    }
}

#[rstest]
#[tokio::test]
async fn grant_after_the_request_has_expired_has_no_effect(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, error) in [
        (DeliveryMode::Poll, None),
        (DeliveryMode::Ping, None),
        (DeliveryMode::Push, Some("expired_token")),
    ] {
        let mut setup = Setup::start(version, mode.clone()).await;
        let (request, id) = setup.begin_request().await;
        setup.provider.emulator.advance(Duration::from_secs(601));
        let granted = setup
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid"])
            .await;
        match mode {
            DeliveryMode::Poll => assert!(granted.is_err(), "{granted:?}"),
            _ => {
                let notified = body(granted.unwrap());
                assert_eq!(notified.get("error").and_then(|it| it.as_str()), error);
                assert_eq!(notified.get("access_token"), None, "{notified}");
            }
        }
        if mode != DeliveryMode::Push {
            let reply = poll(&setup.provider, &id).await;
            reply.assert_error(400, "expired_token");
        }
    }
}

#[rstest]
#[tokio::test]
async fn deleted_user_cannot_grant_a_request_and_it_can_still_be_ended(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in [DeliveryMode::Poll, DeliveryMode::Ping, DeliveryMode::Push] {
        let mut setup = Setup::of(DeletedUser, version, mode.clone()).await;
        let (request, id) = setup.begin_request().await;
        let granted = setup
            .server
            .authorize_backchannel(&request, &session("alice"), ["openid"])
            .await;
        assert_eq!(granted.unwrap_err().into_response().status(), 400);
        if mode != DeliveryMode::Push {
            let reply = poll(&setup.provider, &id).await;
            reply.assert_error(400, "authorization_pending");
        }
        let notification = setup.server.fail_backchannel(&request).await.unwrap();
        match mode {
            DeliveryMode::Poll => assert_eq!(notification, None),
            _ => assert_eq!(body(notification).get("access_token"), None),
        }
        if mode != DeliveryMode::Push {
            let reply = poll(&setup.provider, &id).await;
            reply.assert_error(400, "expired_token");
        }
    }
}

#[rstest]
#[tokio::test]
async fn id_token_of_the_client_is_a_valid_hint_and_a_forged_or_foreign_one_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut setup = Setup::start(version, DeliveryMode::Poll).await;
    let tokens = setup.provider.client().tokens("openid", &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    let reply = begin_by(&setup.provider, &[("id_token_hint", hint)]).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(setup.phones.recv().await.unwrap().subject(), "alice");
    let (signed, _) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    let foreign = |service: &mut authlete::types::Service| {
        service.issuer = Some("https://other.example".to_owned());
    };
    for hint in [&forged, "no JWT"] {
        let reply = begin_by(&setup.provider, &[("id_token_hint", hint)]).await;
        reply.assert_error(400, "invalid_request");
    }
    setup.provider.change_service(foreign).await;
    let reply = begin_by(&setup.provider, &[("id_token_hint", hint)]).await;
    reply.assert_error(400, "invalid_request");
    assert!(setup.phones.is_empty(), "no user was asked");
}

#[rstest]
#[tokio::test]
async fn login_hint_token_is_passed_to_the_server(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut setup = Setup::start(version, DeliveryMode::Poll).await;
    let hint = [("login_hint_token", "token of alice")];
    let reply = begin_by(&setup.provider, &hint).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(setup.phones.recv().await.unwrap().subject(), "alice");
    for (token, error) in [
        ("old", "expired_login_hint_token"),
        // A `login_hint`, not a `login_hint_token`.
        ("alice", "unknown_user_id"),
    ] {
        let reply = begin_by(&setup.provider, &[("login_hint_token", token)]).await;
        reply.assert_error(400, error);
    }
    for hints in [
        &[][..],
        &[
            ("login_hint", "alice"),
            ("login_hint_token", "token of alice"),
        ],
    ] {
        let reply = begin_by(&setup.provider, hints).await;
        reply.assert_error(400, "invalid_request");
    }
    assert!(setup.phones.is_empty(), "no user was asked");
}

#[rstest]
#[tokio::test]
async fn user_code_must_be_that_of_the_user(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut setup = Setup::start(version, DeliveryMode::Poll).await;
    let ask = async |provider: &Provider, user: &str, code: Option<&str>| {
        let code = code.map(|code| ("user_code", code));
        let form: Vec<_> = code.into_iter().chain([("login_hint", user)]).collect();
        begin_by(provider, &form).await
    };
    let right = ask(&setup.provider, "dora", Some(USER_CODE)).await;
    assert_eq!(right.status, 200, "{right:?}");
    assert_eq!(setup.phones.recv().await.unwrap().subject(), "dora");
    let wrong = ask(&setup.provider, "dora", Some("0000")).await;
    wrong.assert_error(400, "invalid_user_code");
    let missing = ask(&setup.provider, "dora", None).await;
    missing.assert_error(400, "missing_user_code");
    let unneeded = ask(&setup.provider, "alice", Some("0000")).await;
    assert_eq!(unneeded.status, 200, "{unneeded:?}");
    setup.phones.recv().await.unwrap();
    // If the service supports user codes and the client requires them, each request needs one.
    setup
        .provider
        .change_service(|service| {
            service.backchannel_user_code_parameter_supported = Some(true);
        })
        .await;
    setup
        .provider
        .change_client(|client| client.bc_user_code_required = Some(true))
        .await;
    let missing = ask(&setup.provider, "alice", None).await;
    missing.assert_error(400, "missing_user_code");
    assert!(setup.phones.is_empty(), "no user was asked");
}

#[rstest]
#[tokio::test]
async fn client_without_valid_credentials_is_refused_with_invalid_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version, DeliveryMode::Poll).await;
    let client = setup.provider.client();
    let id = setup.provider.emulator.client().id.to_string();
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
    assert!(setup.phones.is_empty(), "no user was asked");
}

#[rstest]
#[tokio::test]
async fn unknown_user_is_refused_and_all_users_are_unknown_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let setup = Setup::start(version, DeliveryMode::Poll).await;
    begin(&setup.provider, "mallory")
        .await
        .assert_error(400, "unknown_user_id");
    let provider = Provider::start(version).await;
    prepare(&provider, DeliveryMode::Poll).await;
    begin(&provider, "alice")
        .await
        .assert_error(400, "unknown_user_id");
}
