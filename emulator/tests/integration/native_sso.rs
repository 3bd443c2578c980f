//! Single sign-on among the apps of one device (OpenID Connect Native SSO for Mobile Apps 1.0).

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest, Client,
    ClientAuthMethod, ClientType, GrantType, IntrospectionAction, IntrospectionRequest, JwsAlg,
    NativeSsoAction, NativeSsoLogoutAction, NativeSsoLogoutRequest, NativeSsoRequest,
    NativeSsoResponse, RequestableScopes, ResponseType, Scope, Service, TokenAction,
    TokenCreateRequest, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use aws_lc_rs::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::{Value, json};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const DEVICE_SECRET: &str = "urn:openid:params:token-type:device-secret";
const ISSUER: &str = "https://as.example";
const SECRET: &str = "device-secret-1";

fn enable(service: &mut Service) {
    service.native_sso_supported = Some(true);
    let scopes = service.supported_scopes.as_mut().unwrap();
    scopes.push(Scope::new("device_sso"));
}

/// Starts an emulator whose service supports Native SSO.
async fn start_with_native_sso(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, enable).await;
    (emulator, api)
}

/// The second app of the device.
async fn other_app(api: &Authlete) -> i64 {
    let mut client = Client::new();
    client.client_type = Some(ClientType::Public);
    client.token_auth_method = Some(ClientAuthMethod::None);
    client.grant_types = Some(vec![GrantType::TokenExchange, GrantType::RefreshToken]);
    api.create_client(&client).await.unwrap().client_id.unwrap()
}

fn query(emulator: &Emulator, scope: &str) -> String {
    let client = emulator.client();
    form(&[
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("scope", scope),
        ("nonce", "n-1"),
        ("state", "s-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

/// The answer to the first app's token request, for the session `session-1` of `alice`.
async fn first_app_response_with(emulator: &Emulator, api: &Authlete, more: &str) -> TokenResponse {
    let query = query(emulator, "openid device_sso read");
    let issue = AuthorizationIssueRequest::new(ticket(api, &query).await, "alice")
        .session_id("session-1")
        .acr("pwd")
        .auth_time(1_700_000_000);
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.expect("a code");
    let parameters = code_parameters(emulator.client(), code.expose());
    request_token(api, emulator.client(), &format!("{parameters}{more}")).await
}

async fn first_app_response(emulator: &Emulator, api: &Authlete) -> TokenResponse {
    let answer = first_app_response_with(emulator, api, "").await;
    assert_eq!(answer.action, TokenAction::NativeSso, "{answer:?}");
    answer
}

/// The `/nativesso` request that a server makes after `/auth/token`.
fn native_sso_request(answer: &TokenResponse, device_secret: &str) -> NativeSsoRequest {
    let access_token = answer.jwt_access_token.as_ref();
    let access_token = access_token.or(answer.access_token.as_ref()).unwrap();
    let mut request = NativeSsoRequest::new(access_token.expose(), device_secret);
    request.refresh_token = answer.refresh_token.clone();
    request.claims = answer.additional_claims.clone();
    request
}

async fn call_native_sso(api: &Authlete, request: &NativeSsoRequest) -> NativeSsoResponse {
    let answer = api.native_sso(request).await.unwrap();
    assert_eq!(answer.action, NativeSsoAction::Ok, "{answer:?}");
    answer
}

/// The ID token of the first app.
async fn first_id_token(emulator: &Emulator, api: &Authlete) -> String {
    let answer = first_app_response(emulator, api).await;
    let done = call_native_sso(api, &native_sso_request(&answer, SECRET)).await;
    done.id_token.unwrap().expose().to_owned()
}

/// The second app's token request, with changes.
fn exchange_parameters(client_id: i64, id_token: &str, changes: &[(&str, &str)]) -> String {
    let client_id = client_id.to_string();
    let mut parameters = vec![
        ("grant_type", TOKEN_EXCHANGE),
        ("client_id", client_id.as_str()),
        ("audience", ISSUER),
        ("subject_token", id_token),
        ("subject_token_type", ID_TOKEN),
        ("actor_token", SECRET),
        ("actor_token_type", DEVICE_SECRET),
        ("scope", "openid write"),
    ];
    for (name, value) in changes {
        parameters.retain(|(other, _)| other != name);
        parameters.push((*name, *value));
    }
    form(&parameters)
}

async fn exchange(api: &Authlete, parameters: &str) -> TokenResponse {
    api.token(&TokenRequest::new(parameters)).await.unwrap()
}

fn hash(device_secret: &str) -> String {
    jwt::encode(digest(&SHA256, device_secret.as_bytes()))
}

async fn is_active(api: &Authlete, token: &str) -> bool {
    let request = IntrospectionRequest::new(token);
    let answer = api.introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

#[rstest]
#[tokio::test]
async fn first_app_gets_a_device_secret_and_an_id_token_that_is_bound_to_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let asked = ask(&api, query(&emulator, "openid device_sso read")).await;
    assert_eq!(asked.action, AuthorizationAction::Interaction);
    assert_eq!(asked.native_sso_requested, Some(true));

    let answer = first_app_response(&emulator, &api).await;
    assert_code(answer.result_code.as_deref(), "A909001");
    assert_eq!(answer.session_id.as_deref(), Some("session-1"));
    assert_eq!(answer.response_content, None, "/nativesso returns it");
    assert_eq!(answer.id_token, None);
    assert_eq!(
        answer.device_secret, None,
        "the app has no device secret yet"
    );
    assert_eq!(answer.device_secret_hash, None);
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    let additional = answer.additional_claims.as_deref().unwrap();
    let additional: Value = serde_json::from_str(additional).unwrap();
    let state = jwt::half_hash("s-1");
    assert_eq!(additional, json!({ "nonce": "n-1", "s_hash": state }));

    let done = call_native_sso(&api, &native_sso_request(&answer, SECRET)).await;
    assert_code(done.result_code.as_deref(), "A501001");
    let content = content(done.response_content.as_ref());
    let access_token = answer.access_token.as_ref().unwrap().expose();
    let refresh_token = answer.refresh_token.as_ref().unwrap().expose();
    assert_eq!(content["access_token"], access_token);
    assert_eq!(content["refresh_token"], refresh_token);
    assert_eq!(content["token_type"], "Bearer");
    assert_eq!(content["scope"], "openid read device_sso");
    assert_eq!(content["device_secret"], SECRET);
    assert_eq!(content["issued_token_type"], ACCESS_TOKEN);
    assert!(content["expires_in"].as_i64().unwrap() > 0);
    let id_token = done.id_token.unwrap();
    assert_eq!(content["id_token"], id_token.expose());
    let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["aud"], json!([emulator.client().id.to_string()]));
    assert_eq!(claims["sid"], "session-1");
    assert_eq!(claims["ds_hash"], hash(SECRET));
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["acr"], "pwd");
    assert_eq!(claims["auth_time"], 1_700_000_000);
    assert_eq!(claims["at_hash"], jwt::half_hash(access_token));
    assert!(is_active(&api, access_token).await);
}

#[rstest]
#[tokio::test]
async fn native_sso_request_overrides_claims_and_header_of_the_id_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    // An app that has a device secret already sends it.
    let answer = first_app_response_with(&emulator, &api, "&device_secret=old").await;
    let given = answer.device_secret.as_ref().unwrap();
    assert_eq!(given.expose(), "old");
    let mut request = native_sso_request(&answer, given.expose());
    request.sub = Some("pairwise".to_owned());
    request.device_secret_hash = Some("own-hash".to_owned());
    request.id_token_aud_type = Some("string".to_owned());
    request.idt_header_params = Some(json!({ "typ": "JWT", "alg": "none" }).to_string());
    let wanted = json!({
        "name": "Alice", "iss": "x", "sid": "x", "ds_hash": "x", "s_hash": "state"
    });
    request.claims = Some(wanted.to_string());
    let done = call_native_sso(&api, &request).await;
    let id_token = done.id_token.unwrap();
    let (header, _) = jwt::parts(id_token.expose());
    assert_eq!(header["typ"], "JWT");
    assert_eq!(header["alg"], "RS256");
    let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
    assert_eq!(claims["sub"], "pairwise");
    assert_eq!(claims["aud"], emulator.client().id.to_string());
    assert_eq!(claims["name"], "Alice");
    assert_eq!(claims["iss"], ISSUER, "the caller cannot override it");
    assert_eq!(claims["sid"], "session-1");
    assert_eq!(claims["ds_hash"], "own-hash");
    assert_eq!(claims["s_hash"], "state");
    assert_eq!(claims["nonce"], Value::Null, "the caller did not pass it");
    let jwt = answer.jwt_access_token.unwrap();
    assert_eq!(claims["at_hash"], jwt::half_hash(jwt.expose()));
    let content = content(done.response_content.as_ref());
    assert_eq!(content["access_token"], jwt.expose());
}

#[rstest]
#[tokio::test]
async fn native_sso_requires_the_setting_and_the_scopes_openid_and_device_sso(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        enable(service);
        service.native_sso_supported = Some(false);
    })
    .await;
    let cases = [
        ("openid device_sso", false, false),
        ("openid read", true, false),
        ("device_sso read", true, false),
        ("openid device_sso", true, true),
    ];
    for (scope, supported, expected) in cases {
        configure(&emulator, &api, |service| {
            service.native_sso_supported = Some(supported);
        })
        .await;
        let asked = ask(&api, query(&emulator, scope)).await;
        assert_eq!(asked.native_sso_requested, Some(expected), "{scope}");
        let issue =
            AuthorizationIssueRequest::new(asked.ticket.unwrap(), "alice").session_id("session-1");
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let parameters = code_parameters(emulator.client(), code.expose());
        let answer = request_token(&api, emulator.client(), &parameters).await;
        let action = match expected {
            true => TokenAction::NativeSso,
            false => TokenAction::Ok,
        };
        assert_eq!(answer.action, action, "{scope}");
        assert_eq!(answer.session_id.is_some(), expected, "{scope}");
    }
    let published = metadata(&api).await;
    assert_eq!(published["native_sso_supported"], true);
    // Without the granted scope, the session is not shared.
    let ticket = ticket(&api, &query(&emulator, "openid device_sso")).await;
    let issue = AuthorizationIssueRequest::new(ticket, "alice")
        .session_id("session-1")
        .scopes(["openid".to_owned()]);
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.unwrap();
    let parameters = code_parameters(emulator.client(), code.expose());
    let answer = request_token(&api, emulator.client(), &parameters).await;
    assert_eq!(answer.action, TokenAction::Ok);
    configure(&emulator, &api, |service| {
        service.native_sso_supported = Some(false);
    })
    .await;
    let published = metadata(&api).await;
    assert_eq!(published["native_sso_supported"], Value::Null);
}

/// `AuthorizationResponse.nativeSsoRequested`: only scopes that the service supports and the client may request count.
#[rstest]
#[tokio::test]
async fn native_sso_is_requested_only_with_a_code_and_scopes_that_service_and_client_have(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.response_types = Some(ResponseType::KNOWN.to_vec());
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    let good = query(&emulator, "openid device_sso");
    let requested = async |response_type: &str| {
        let query = good.replace("type=code", &format!("type={response_type}"));
        let answer = ask(&api, query).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction);
        answer.native_sso_requested.unwrap()
    };
    for (response_type, expected) in [
        ("code", true),
        ("code+id_token", true),
        ("id_token", false),
        ("id_token+token", false),
    ] {
        assert_eq!(requested(response_type).await, expected, "{response_type}");
    }
    let confined = RequestableScopes::new().requestable_scopes(["openid", "read"]);
    let confined = api.set_requestable_scopes(client.id, &confined).await;
    confined.unwrap();
    assert!(
        !requested("code").await,
        "the client may not request the scope"
    );
    api.delete_requestable_scopes(client.id).await.unwrap();
    assert!(requested("code").await);
    configure(&emulator, &api, |service| {
        let scopes = service.supported_scopes.as_mut().unwrap();
        scopes.retain(|scope| scope.name.as_deref() != Some("device_sso"));
    })
    .await;
    assert!(
        !requested("code").await,
        "the service does not have the scope"
    );
}

#[rstest]
#[tokio::test]
async fn authorization_issue_without_session_id_returns_server_error_to_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let ticket = ticket(&api, &query(&emulator, "openid device_sso")).await;
    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(answer.action, AuthorizationIssueAction::Location);
    assert_code(answer.result_code.as_deref(), "A909201");
    assert_eq!(answer.authorization_code, None);
    let (_, parameters) = location(answer.response_content.as_ref());
    let error = parameters.iter().find(|(name, _)| name == "error").unwrap();
    assert_eq!(error.1, "server_error");
}

#[rstest]
#[tokio::test]
async fn second_app_gets_tokens_of_the_same_session(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let other = other_app(&api).await;
    let id_token = first_id_token(&emulator, &api).await;
    // An expired ID token is accepted, because the session can outlive it.
    emulator.advance(Duration::from_secs(48 * 60 * 60));
    let answer = exchange(&api, &exchange_parameters(other, &id_token, &[])).await;
    assert_eq!(answer.action, TokenAction::NativeSso, "{answer:?}");
    assert_code(answer.result_code.as_deref(), "A909002");
    assert_eq!(answer.grant_type, Some(GrantType::TokenExchange));
    assert_eq!(answer.client_id, Some(other));
    assert_eq!(answer.session_id.as_deref(), Some("session-1"));
    assert_eq!(answer.device_secret.as_ref().unwrap().expose(), SECRET);
    assert_eq!(answer.device_secret_hash, Some(hash(SECRET)));
    assert_eq!(answer.response_content, None);
    assert_eq!(answer.subject.as_deref(), Some("alice"));

    let done = call_native_sso(&api, &native_sso_request(&answer, SECRET)).await;
    let content = content(done.response_content.as_ref());
    assert_eq!(content["scope"], "openid write");
    assert_eq!(content["device_secret"], SECRET);
    assert!(content["refresh_token"].is_string());
    let claims = jwt::verified(content["id_token"].as_str().unwrap(), &jwks(&api).await);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["aud"], json!([other.to_string()]));
    assert_eq!(claims["sid"], "session-1");
    assert_eq!(claims["ds_hash"], hash(SECRET));
    assert_eq!(claims["auth_time"], 1_700_000_000);
    assert_eq!(claims["acr"], "pwd");
    assert_eq!(claims["nonce"], Value::Null);
    assert!(is_active(&api, content["access_token"].as_str().unwrap()).await);

    // That ID token can be exchanged again.
    let id_token = content["id_token"].as_str().unwrap();
    let again = exchange(&api, &exchange_parameters(other, id_token, &[])).await;
    assert_eq!(again.action, TokenAction::NativeSso);
}

#[rstest]
#[tokio::test]
async fn invalid_token_exchange_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let other = other_app(&api).await;
    let id_token = first_id_token(&emulator, &api).await;
    let (header, claims) = jwt::parts(&id_token);
    let forged = jwt::Key::generate().sign_with(&header, &claims);
    let plain = openid::id_token(&api, emulator.client(), |issue| {
        issue.session_id("session-1")
    });
    let plain = plain.await;
    let unsigned = jwt::unsigned(&claims);
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[("audience", "")], "A909301"),
        (&[("audience", "https://other.example")], "A909301"),
        (&[("subject_token_type", ACCESS_TOKEN)], "A909302"),
        (&[("subject_token", "x")], "A909303"),
        (&[("subject_token", &forged)], "A909303"),
        (&[("subject_token", &unsigned)], "A909303"),
        (&[("subject_token", &plain)], "A909304"),
        (&[("subject_token", "")], "A907311"),
        (&[("actor_token", "")], "A907314"),
    ];
    for (changes, code) in cases {
        let parameters = exchange_parameters(other, &id_token, changes);
        let answer = exchange(&api, &parameters).await;
        assert_code_for(
            answer.result_code.as_deref(),
            code,
            format_args!("{changes:?}"),
        );
        assert_eq!(answer.action, TokenAction::BadRequest);
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["error"], "invalid_request");
        assert_eq!(answer.access_token, None);
    }
    let two = exchange_parameters(other, &id_token, &[]) + "&audience=https%3A%2F%2Fx.example";
    assert_code(exchange(&api, &two).await.result_code.as_deref(), "A909301");
    let without_client = exchange_parameters(other, &id_token, &[("client_id", "")]);
    let answer = exchange(&api, &without_client).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    configure(&emulator, &api, |service| {
        service.token_exchange_by_confidential_clients_only = Some(true);
    })
    .await;
    let answer = exchange(&api, &exchange_parameters(other, &id_token, &[])).await;
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "unauthorized_client");
    // Without Native SSO, a device secret is a token of an unknown type.
    configure(&emulator, &api, |service| {
        service.token_exchange_by_confidential_clients_only = Some(false);
        service.native_sso_supported = Some(false);
    })
    .await;
    let unknown = [
        ("subject_token_type", DEVICE_SECRET),
        ("actor_token_type", ID_TOKEN),
    ];
    for changes in [
        &[][..],
        &unknown,
        &[("requested_token_type", DEVICE_SECRET)],
    ] {
        let answer = exchange(&api, &exchange_parameters(other, &id_token, changes)).await;
        assert_code_for(
            answer.result_code.as_deref(),
            "A907313",
            format_args!("{changes:?}"),
        );
        assert_eq!(answer.action, TokenAction::BadRequest);
    }
}

#[rstest]
#[tokio::test]
async fn refresh_keeps_the_session(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start_with_native_sso(version).await;
    let refresh = async |answer: &TokenResponse, more: &[(&str, &str)]| {
        let refresh_token = answer.refresh_token.as_ref().unwrap().expose();
        let parameters = [
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token),
            ],
            more,
        ]
        .concat();
        request_token(&api, emulator.client(), &form(&parameters)).await
    };
    let answer = first_app_response(&emulator, &api).await;
    let refreshed = refresh(&answer, &[("device_secret", SECRET)]).await;
    assert_eq!(refreshed.action, TokenAction::NativeSso);
    assert_eq!(refreshed.session_id.as_deref(), Some("session-1"));
    assert_eq!(refreshed.device_secret.as_ref().unwrap().expose(), SECRET);
    assert_eq!(refreshed.additional_claims, None);
    let done = call_native_sso(&api, &native_sso_request(&refreshed, SECRET)).await;
    let claims = jwt::verified(done.id_token.unwrap().expose(), &jwks(&api).await);
    assert_eq!(claims["sid"], "session-1");
    assert_eq!(claims["ds_hash"], hash(SECRET));

    let narrowed = refresh(&refreshed, &[("scope", "openid read")]).await;
    assert_eq!(narrowed.action, TokenAction::Ok);
    let plain = tokens(&api, emulator.client()).await;
    assert_eq!(refresh(&plain, &[]).await.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn invalid_native_sso_request_is_a_caller_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let answer = first_app_response(&emulator, &api).await;
    let good = native_sso_request(&answer, SECRET);
    let without_session = tokens(&api, emulator.client()).await;
    let changed = |change: &dyn Fn(&mut NativeSsoRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let foreign = without_session.access_token.as_ref().unwrap();
    let cases = [
        (
            changed(&|request| request.access_token = "".into()),
            "A909203",
        ),
        (
            changed(&|request| request.device_secret = "".into()),
            "A909204",
        ),
        (
            changed(&|request| request.access_token = "x".into()),
            "A909205",
        ),
        (
            changed(&|request| request.access_token = foreign.clone()),
            "A909206",
        ),
        (
            changed(&|request| request.refresh_token = Some("x".into())),
            "A909207",
        ),
        (
            changed(&|request| request.claims = Some("[]".to_owned())),
            "A909208",
        ),
        (
            changed(&|request| request.claims = Some("{".to_owned())),
            "A909208",
        ),
        (
            changed(&|request| request.idt_header_params = Some("{".to_owned())),
            "A909208",
        ),
        (
            changed(&|request| request.idt_header_params = Some("[]".to_owned())),
            "A909208",
        ),
    ];
    for (request, code) in cases {
        let answer = api.native_sso(&request).await.unwrap();
        assert_eq!(answer.action, NativeSsoAction::CallerError, "{code}");
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.response_content, None);
        assert_eq!(answer.id_token, None);
    }
    call_native_sso(&api, &good).await;
    configure_client(&api, emulator.client().id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Hs256);
    })
    .await;
    configure(&emulator, &api, |service| service.issuer = None).await;
    let answer = api.native_sso(&good).await.unwrap();
    assert_eq!(answer.action, NativeSsoAction::InternalServerError);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "server_error");
    configure(&emulator, &api, |service| {
        service.native_sso_supported = Some(false);
    })
    .await;
    let answer = api.native_sso(&good).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A909202");
    emulator.advance(Duration::from_secs(48 * 60 * 60));
    configure(&emulator, &api, |service| {
        service.native_sso_supported = Some(true);
    })
    .await;
    let answer = api.native_sso(&good).await.unwrap();
    assert_code_for(answer.result_code.as_deref(), "A909205", "expired");
}

#[rstest]
#[tokio::test]
async fn logout_ends_the_tokens_of_the_session_and_no_others(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let other = other_app(&api).await;
    let id_token = first_id_token(&emulator, &api).await;
    let second = exchange(&api, &exchange_parameters(other, &id_token, &[])).await;
    let created = TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .session_id("session-1");
    let created = api.token_create(&created).await.unwrap();
    assert_eq!(created.session_id.as_deref(), Some("session-1"));
    let other_session = TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(emulator.client().id)
        .subject("alice")
        .session_id("session-10");
    let other_session = api.token_create(&other_session).await.unwrap();
    let plain = tokens(&api, emulator.client()).await;

    let logout = NativeSsoLogoutRequest::new("session-1");
    let answer = api.native_sso_logout(&logout).await.unwrap();
    assert_eq!(answer.action, NativeSsoLogoutAction::Ok);
    assert_code(answer.result_code.as_deref(), "A503001");
    assert_eq!(answer.count, Some(3));
    for gone in [&second.access_token, &created.access_token] {
        assert!(!is_active(&api, gone.as_ref().unwrap().expose()).await);
    }
    for kept in [&other_session.access_token, &plain.access_token] {
        assert!(is_active(&api, kept.as_ref().unwrap().expose()).await);
    }
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("client_id", &other.to_string()),
        (
            "refresh_token",
            second.refresh_token.as_ref().unwrap().expose(),
        ),
    ]);
    let refused = exchange(&api, &refresh).await;
    let body = content(refused.response_content.as_ref());
    assert_eq!(body["error"], "invalid_grant");

    let again = api.native_sso_logout(&logout).await.unwrap();
    assert_eq!(again.action, NativeSsoLogoutAction::Ok);
    assert_eq!(again.count, Some(0));
    let without_session_id = api
        .native_sso_logout(&NativeSsoLogoutRequest::new(""))
        .await;
    let without_session_id = without_session_id.unwrap();
    assert_eq!(
        without_session_id.action,
        NativeSsoLogoutAction::CallerError
    );
    assert_code(without_session_id.result_code.as_deref(), "A909210");
}

#[tokio::test]
async fn sessions_are_restored_from_the_state_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let start = || Emulator::builder().state_file(&path).start();
    let emulator = start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    configure(&emulator, &api, enable).await;
    first_app_response(&emulator, &api).await;
    drop(api);
    emulator.stop().await.unwrap();
    let emulator = start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let logout = NativeSsoLogoutRequest::new("session-1");
    let answer = api.native_sso_logout(&logout).await.unwrap();
    assert_eq!(answer.count, Some(1));
}

/// `TokenRequest.properties`: the token exchange of the second app does not use them.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_not_used_for_an_exchange(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let id_token = first_id_token(&emulator, &api).await;
    let app = other_app(&api).await;
    let request = TokenRequest::new(exchange_parameters(app, &id_token, &[]))
        .properties([authlete::types::Property::new("shop", "7")]);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::NativeSso, "{answer:?}");
    assert_eq!(answer.properties, None);
    let done = call_native_sso(&api, &native_sso_request(&answer, SECRET)).await;
    let body_of_response = content(done.response_content.as_ref());
    assert_eq!(body_of_response.get("shop"), None);
}

#[rstest]
#[tokio::test]
async fn audience_type_of_the_call_overrides_that_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let answer = first_app_response(&emulator, &api).await;
    let id = emulator.client().id.to_string();
    for (of_service, of_call, audience) in [
        (None, "array", json!([id])),
        (Some("string"), "array", json!([id])),
        (Some("array"), "string", json!(id)),
    ] {
        configure(&emulator, &api, |service| {
            service.id_token_aud_type = of_service.map(str::to_owned);
        })
        .await;
        let request = native_sso_request(&answer, SECRET).id_token_aud_type(of_call);
        let done = call_native_sso(&api, &request).await;
        let claims = jwt::parts(done.id_token.unwrap().expose()).1;
        assert_eq!(claims["aud"], audience);
    }
    // The refresh token is optional.
    let mut request = native_sso_request(&answer, SECRET);
    request.refresh_token = None;
    let done = call_native_sso(&api, &request).await;
    let content = content(done.response_content.as_ref());
    assert_eq!(content.get("refresh_token"), None);
}

#[rstest]
#[tokio::test]
async fn tokens_share_the_session_only_while_service_and_client_have_the_scope(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_native_sso(version).await;
    let client = emulator.client();
    let mut token = first_app_response(&emulator, &api).await.refresh_token;
    let mut refresh = async || {
        let parameters = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token.take().unwrap().expose()),
        ]);
        let answer = request_token(&api, client, &parameters).await;
        token = answer.refresh_token;
        (answer.action, answer.session_id)
    };
    let shared = (TokenAction::NativeSso, Some("session-1".to_owned()));
    let alone = (TokenAction::Ok, None);
    assert_eq!(refresh().await, shared);
    let supported = async |flag: bool, scope: bool| {
        configure(&emulator, &api, |service| {
            service.native_sso_supported = Some(flag);
            let scopes = service.supported_scopes.as_mut().unwrap();
            scopes.retain(|scope| scope.name.as_deref() != Some("device_sso"));
            scopes.extend(scope.then(|| Scope::new("device_sso")));
        })
        .await;
    };
    for (flag, scope, expected) in [
        (false, true, &alone),
        (true, false, &alone),
        (true, true, &shared),
    ] {
        supported(flag, scope).await;
        assert_eq!(refresh().await, *expected, "{flag} {scope}");
    }
    let scopes = RequestableScopes::new().requestable_scopes(["openid", "read"]);
    api.set_requestable_scopes(client.id, &scopes)
        .await
        .unwrap();
    assert_eq!(refresh().await, alone);
    let code = code(&api, &query(&emulator, "openid device_sso read")).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::Ok);
}
