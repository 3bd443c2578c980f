//! The device flow, with attempts at its user codes.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use authlete::server::Session;
use authlete::types::GrantType;
use authlete_axum::AttemptLimiter;
use authlete_axum::authorization_server::{DeviceOutcome, DeviceRequest, Failure, UserCode};
use axum::response::IntoResponse as _;

use super::authorization::DeletedUser;
use super::client::claims;
use super::*;
use authlete::ApiVersion;
use rstest::rstest;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const HOME: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
const ELSEWHERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));

/// A provider for the device flow, and its server for direct calls, as from a page.
async fn start(
    version: ApiVersion,
    change: impl FnOnce(AuthorizationServer) -> AuthorizationServer,
) -> (Provider, AuthorizationServer) {
    start_with(users::Users, version, change).await
}

async fn start_with(
    accounts: impl Accounts,
    version: ApiVersion,
    change: impl FnOnce(AuthorizationServer) -> AuthorizationServer,
) -> (Provider, AuthorizationServer) {
    let mut captured = None;
    let provider = Provider::at("", version, accounts, |server| {
        let server = change(server);
        captured = Some(server.clone());
        server.router()
    })
    .await;
    let grants = || Some(vec![GrantType::DeviceCode, GrantType::RefreshToken]);
    provider
        .change_service(|service| {
            service.supported_grant_types = grants();
            service.device_flow_code_duration = Some(600);
            service.device_verification_uri = Some("https://as.example/device".into());
        })
        .await;
    provider
        .change_client(|client| client.grant_types = grants())
        .await;
    (provider, captured.unwrap())
}

/// Begins a device flow, and returns the user code and the device code.
async fn begin(provider: &Provider, scope: &str) -> (String, String) {
    let reply = provider
        .client()
        .post("/device_authorization", &[("scope", scope)])
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let codes = reply.json();
    let text = |name: &str| codes[name].as_str().unwrap().to_owned();
    (text("user_code"), text("device_code"))
}

async fn poll(provider: &Provider, device_code: &str) -> Reply {
    // The polling interval.
    provider.emulator.advance(Duration::from_secs(10));
    let form = [("grant_type", DEVICE_CODE), ("device_code", device_code)];
    provider.client().post("/token", &form).await
}

async fn valid_request(server: &AuthorizationServer, typed: &str) -> DeviceRequest {
    match server.verify_user_code(typed, "alice", HOME).await.unwrap() {
        UserCode::Valid(request) => request,
        other => panic!("{other:?}"),
    }
}

async fn guess(
    server: &AuthorizationServer,
    subject: &str,
    address: Option<IpAddr>,
) -> Result<UserCode, Failure> {
    server.verify_user_code("GUESSED", subject, address).await
}

fn alice() -> Session {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Session::new("alice", now.as_secs() as i64).with_acr("urn:example:password")
}

#[rstest]
#[tokio::test]
async fn typed_user_code_results_in_tokens_for_the_consented_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (provider, server) = start(version, |server| server).await;
    let (user_code, device_code) = begin(&provider, "openid email profile").await;
    poll(&provider, &device_code)
        .await
        .assert_error(400, "authorization_pending");
    let (left, right) = user_code.split_at(4);
    let request = valid_request(&server, &format!(" {}-{}", left.to_lowercase(), right)).await;
    assert_eq!(
        request.answer().client_id,
        Some(provider.emulator.client().id)
    );
    let outcome = server
        .authorize_device(&request, &alice(), ["openid", "email"])
        .await
        .unwrap();
    assert_eq!(outcome, DeviceOutcome::Done);
    let tokens = poll(&provider, &device_code).await.json();
    let id_token = claims(&tokens);
    assert_eq!(id_token["sub"], "alice");
    assert!(id_token["auth_time"].is_i64(), "{id_token}");
    let scope = tokens["scope"].as_str().unwrap();
    assert!(
        scope.contains("email") && !scope.contains("profile"),
        "{scope}"
    );
    let again = server.deny_device(&request).await.unwrap();
    assert_eq!(again, DeviceOutcome::Unknown);
}

#[rstest]
#[tokio::test]
async fn device_of_a_denied_request_gets_access_denied(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (provider, server) = start(version, |server| server).await;
    let (user_code, device_code) = begin(&provider, "openid").await;
    let request = valid_request(&server, &user_code).await;
    assert_eq!(
        server.deny_device(&request).await.unwrap(),
        DeviceOutcome::Done
    );
    poll(&provider, &device_code)
        .await
        .assert_error(400, "access_denied");
}

#[rstest]
#[tokio::test]
async fn deleted_user_cannot_grant_a_request_and_it_can_still_be_ended(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (provider, server) = start_with(DeletedUser, version, |server| server).await;
    let (user_code, device_code) = begin(&provider, "openid").await;
    let request = valid_request(&server, &user_code).await;
    let granted = server
        .authorize_device(&request, &alice(), ["openid"])
        .await;
    assert_eq!(granted.unwrap_err().into_response().status(), 400);
    poll(&provider, &device_code)
        .await
        .assert_error(400, "authorization_pending");
    let ended = server.fail_device(&request).await.unwrap();
    assert_eq!(ended, DeviceOutcome::Done);
    let reply = poll(&provider, &device_code).await;
    assert_eq!(
        (reply.status, reply.json().get("access_token")),
        (400, None)
    );
}

#[tokio::test]
async fn unknown_and_expired_user_codes_are_distinguished() {
    let (provider, server) = start(ApiVersion::V3, |server| server).await;
    for typed in ["", " - ", "XXXX-XXXX", "<script>"] {
        let found = server.verify_user_code(typed, "alice", HOME).await.unwrap();
        assert_eq!(found, UserCode::Unknown, "{typed}");
    }
    let (user_code, device_code) = begin(&provider, "openid").await;
    let request = valid_request(&server, &user_code).await;
    provider.emulator.advance(Duration::from_secs(601));
    let found = server.verify_user_code(&user_code, "alice", HOME).await;
    assert_eq!(found.unwrap(), UserCode::Expired);
    let outcome = server
        .authorize_device(&request, &alice(), ["openid"])
        .await;
    assert_eq!(outcome.unwrap(), DeviceOutcome::Expired);
    let reply = poll(&provider, &device_code).await;
    reply.assert_error(400, "expired_token");
}

#[tokio::test]
async fn user_code_attempts_over_the_limit_of_the_user_or_the_address_are_refused_with_429() {
    let (_provider, server) = start(ApiVersion::V3, |server| server).await;
    for _ in 0..10 {
        guess(&server, "alice", HOME).await.unwrap();
    }
    for (subject, address) in [("alice", HOME), ("alice", ELSEWHERE), ("bob", HOME)] {
        let refused = guess(&server, subject, address).await.unwrap_err();
        let response = refused.into_response();
        assert_eq!(response.status(), 429, "{subject} at {address:?}");
        assert!(response.headers().contains_key("retry-after"));
    }
    guess(&server, "bob", ELSEWHERE).await.unwrap();
    guess(&server, "carol", None).await.unwrap();

    let one = AttemptLimiter::new(NonZeroU32::MIN, Duration::from_secs(60));
    let (_provider, server) = start(ApiVersion::V3, |server| server.user_code_attempts(one)).await;
    guess(&server, "alice", None).await.unwrap();
    guess(&server, "alice", None).await.unwrap_err();
}

#[rstest]
#[tokio::test]
async fn device_without_valid_credentials_is_refused_with_invalid_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (provider, _) = start(version, |server| server).await;
    let request = provider
        .client()
        .form("/device_authorization", &[("scope", "openid")]);
    let reply = Reply::of(request.header("authorization", "Basic MTp4")).await;
    reply.assert_error(401, "invalid_client");
}
