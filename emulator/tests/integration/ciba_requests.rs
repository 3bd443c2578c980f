//! Validation of backchannel authentication requests, signed or not (OpenID Connect CIBA Core 1.0 §7.1).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationCompleteRequest,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationFailAction,
    BackchannelAuthenticationFailReason, BackchannelAuthenticationFailRequest,
    BackchannelAuthenticationIssueAction, BackchannelAuthenticationIssueRequest,
    BackchannelAuthenticationRequest, BackchannelAuthenticationResponse, ClientType, DeliveryMode,
    GrantType, JwsAlg, Pair, Scope, UserIdentificationHintType,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

/// An emulator whose client uses poll mode.
async fn start_ciba(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
    })
    .await;
    (emulator, api)
}

async fn ask(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &str,
) -> BackchannelAuthenticationResponse {
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.backchannel_authentication(&request).await.unwrap()
}

/// The error of a request that is refused with 400.
async fn error(api: &Authlete, client: &RegisteredClient, parameters: &str) -> Value {
    let answer = ask(api, client, parameters).await;
    let expected = BackchannelAuthenticationAction::BadRequest;
    assert_eq!(answer.action, expected, "{parameters}");
    assert_eq!(answer.ticket, None);
    content(answer.response_content.as_ref())["error"].clone()
}

async fn accepted(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &str,
) -> BackchannelAuthenticationResponse {
    let answer = ask(api, client, parameters).await;
    let expected = BackchannelAuthenticationAction::UserIdentification;
    assert_eq!(
        answer.action,
        expected,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    answer
}

#[rstest]
#[tokio::test]
async fn invalid_parameters_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    for (parameters, expected) in [
        ("login_hint=alice", "invalid_request"),
        ("scope=read&login_hint=alice", "invalid_scope"),
        ("scope=openid", "invalid_request"),
        ("scope=openid&login_hint=a&login_hint=b", "invalid_request"),
        (
            "scope=openid&login_hint=a&login_hint_token=b",
            "invalid_request",
        ),
        (
            "scope=openid&id_token_hint=not.an.id-token",
            "invalid_request",
        ),
        (
            "scope=openid&login_hint=a&requested_expiry=0",
            "invalid_request",
        ),
        (
            "scope=openid&login_hint=a&requested_expiry=-1",
            "invalid_request",
        ),
        (
            "scope=openid&login_hint=a&requested_expiry=99999999999",
            "invalid_request",
        ),
        (
            "scope=openid&login_hint=a&client_notification_token=a%20b",
            "invalid_request",
        ),
        (
            "scope=openid&login_hint=a&resource=%2Fpath",
            "invalid_target",
        ),
        (
            "scope=openid&login_hint=a&request=unheard-of",
            "invalid_request",
        ),
    ] {
        assert_eq!(
            error(&api, client, parameters).await,
            expected,
            "{parameters}"
        );
    }
    let long = format!(
        "scope=openid&login_hint=a&client_notification_token={}",
        "a".repeat(1025)
    );
    assert_eq!(error(&api, client, &long).await, "invalid_request");

    let answer = accepted(&api, client, "scope=openid&login_hint_token=whatever").await;
    let hint_type = UserIdentificationHintType::LoginHintToken;
    assert_eq!(answer.hint_type, Some(hint_type));
    assert_eq!(answer.hint.unwrap().expose(), "whatever");
    assert_eq!(answer.sub, None);

    let answer = ask(&api, client, "").await;
    assert_eq!(answer.action, BackchannelAuthenticationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A166301");
}

/// Asserts that the client may not send such a request, from the action, the result code and the error of the answer.
#[track_caller]
fn assert_unauthorized(
    (action, actual, error): (BackchannelAuthenticationAction, String, Value),
    code: &str,
) {
    assert_code(Some(&actual), code);
    assert_eq!(action, BackchannelAuthenticationAction::BadRequest);
    assert_eq!(error, "unauthorized_client");
}

#[rstest]
#[tokio::test]
async fn requests_of_public_or_unauthorized_clients_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    let parameters = "scope=openid&login_hint=alice&client_notification_token=tell-me";
    let refused = async || {
        let request = BackchannelAuthenticationRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(&client.secret);
        let answer = api.backchannel_authentication(&request).await.unwrap();
        let error = content(answer.response_content.as_ref())["error"].clone();
        (answer.action, answer.result_code.unwrap(), error)
    };
    use BackchannelAuthenticationAction::Unauthorized;
    let wrong = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.backchannel_authentication(&wrong).await.unwrap();
    assert_eq!(answer.action, Unauthorized);

    configure_client(&api, client.id, |client| {
        client.bc_delivery_mode = Some(DeliveryMode::Ping);
        client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
    })
    .await;
    let answer = accepted(&api, client, parameters).await;
    assert_eq!(answer.delivery_mode, Some(DeliveryMode::Ping));
    assert_eq!(
        answer.client_notification_token.unwrap().expose(),
        "tell-me"
    );
    let without_token = "scope=openid&login_hint=alice";
    assert_eq!(error(&api, client, without_token).await, "invalid_request");

    configure(&emulator, &api, |service| {
        service.supported_backchannel_token_delivery_modes = Some(vec![DeliveryMode::Poll]);
    })
    .await;
    assert_unauthorized(refused().await, "A169302");
    configure_client(&api, client.id, |client| client.bc_delivery_mode = None).await;
    assert_unauthorized(refused().await, "A169301");
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    assert_unauthorized(refused().await, "A166306");
    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    let (_, code, error) = refused().await;
    assert_code(Some(&code), "A166305");
    assert_eq!(error, "unsupported_grant_type");

    configure_client(&api, client.id, |client| {
        client.client_type = Some(ClientType::Public);
    })
    .await;
    let (action, _, error) = refused().await;
    assert_eq!((action, error), (Unauthorized, json!("invalid_client")));
}

#[rstest]
#[tokio::test]
async fn missing_user_code_is_refused_if_client_and_service_require_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    let plain = "scope=openid&login_hint=alice";
    configure_client(&api, client.id, |client| {
        client.bc_user_code_required = Some(true);
    })
    .await;
    // Ignored unless the service supports user codes.
    let answer = accepted(&api, client, plain).await;
    assert_eq!(answer.user_code_required, Some(false));
    configure(&emulator, &api, |service| {
        service.backchannel_user_code_parameter_supported = Some(true);
    })
    .await;
    assert_eq!(error(&api, client, plain).await, "missing_user_code");
    let with_code = "scope=openid&login_hint=alice&user_code=1234";
    let answer = accepted(&api, client, with_code).await;
    assert_eq!(answer.user_code_required, Some(true));
}

#[rstest]
#[tokio::test]
async fn scopes_can_have_a_variable_part_and_details_a_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["payment".to_owned()]);
        let scopes = service.supported_scopes.as_mut().unwrap();
        let mut scope = Scope::new("pay");
        scope.description = Some("Spend your money".to_owned());
        scope.attributes = Some(vec![Pair::new("regex", "pay:[0-9]+")]);
        scopes.push(scope);
    })
    .await;
    let with_details = |details: &str| {
        form(&[
            ("scope", "openid pay pay:17 pay:all"),
            ("login_hint", "alice"),
            ("authorization_details", details),
        ])
    };
    let details = r#"[{"type":"payment","actions":["pay"],"amount":7}]"#;
    let answer = accepted(&api, client, &with_details(details)).await;
    let scopes = answer.scopes.unwrap().into_iter();
    let scopes: Vec<_> = scopes
        .map(|scope| (scope.name, scope.description))
        .collect();
    // Authlete returns no descriptions of scopes here.
    let named = |name: &str| (Some(name.to_owned()), None);
    assert_eq!(scopes, [named("openid"), named("pay")]);
    assert_eq!(
        json!(answer.dynamic_scopes),
        json!([{ "name": "pay", "value": "pay:17" }])
    );
    let expected = json!({ "elements": [
        { "type": "payment", "actions": ["pay"], "otherFields": r#"{"amount":7}"# },
    ] });
    assert_eq!(json!(answer.authorization_details), expected);

    let other = with_details(r#"[{"type":"account"}]"#);
    let expected = "invalid_authorization_details";
    assert_eq!(error(&api, client, &other).await, expected);
}

#[rstest]
#[tokio::test]
async fn id_token_hint_identifies_the_user_and_a_forged_one_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.bc_delivery_mode = Some(DeliveryMode::Push);
        client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
    })
    .await;
    let parameters = "scope=openid&login_hint=alice&client_notification_token=tell-me";
    let ticket = accepted(&api, client, parameters).await.ticket.unwrap();
    let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
    api.backchannel_authentication_issue(&issue).await.unwrap();
    let result = BackchannelAuthenticationCompleteResult::Authorized;
    let complete = BackchannelAuthenticationCompleteRequest::new(&ticket, result)
        .subject("alice")
        .sub("pseudonym");
    let completed = api.backchannel_authentication_complete(&complete).await;
    let id_token = completed.unwrap().id_token.unwrap().expose().to_owned();

    let hinted = |id_token: &str| {
        form(&[
            ("scope", "openid"),
            ("id_token_hint", id_token),
            ("client_notification_token", "tell-me"),
        ])
    };
    let answer = accepted(&api, client, &hinted(&id_token)).await;
    assert_eq!(
        answer.hint_type,
        Some(UserIdentificationHintType::IdTokenHint)
    );
    assert_eq!(answer.hint.unwrap().expose(), id_token);
    assert_eq!(answer.sub.as_deref(), Some("pseudonym"));

    // Forged and unsigned ID tokens are refused.
    let (_, claims) = jwt::parts(&id_token);
    let forged = jwt::Key::generate().sign(&claims);
    assert_eq!(
        error(&api, client, &hinted(&forged)).await,
        "invalid_request"
    );
    let unsigned = jwt::unsigned(&claims);
    assert_eq!(
        error(&api, client, &hinted(&unsigned)).await,
        "invalid_request"
    );
}

#[rstest]
#[tokio::test]
async fn fail_request_is_answered_with_the_error_of_its_reason(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    use BackchannelAuthenticationFailAction as Action;
    use BackchannelAuthenticationFailReason as Reason;
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    for (reason, action, error) in [
        (
            Reason::ExpiredLoginHintToken,
            Action::BadRequest,
            "expired_login_hint_token",
        ),
        (Reason::UnknownUserId, Action::BadRequest, "unknown_user_id"),
        (
            Reason::UnauthorizedClient,
            Action::BadRequest,
            "unauthorized_client",
        ),
        (
            Reason::MissingUserCode,
            Action::BadRequest,
            "missing_user_code",
        ),
        (
            Reason::InvalidUserCode,
            Action::BadRequest,
            "invalid_user_code",
        ),
        (
            Reason::InvalidBindingMessage,
            Action::BadRequest,
            "invalid_binding_message",
        ),
        (Reason::InvalidTarget, Action::BadRequest, "invalid_target"),
        (Reason::AccessDenied, Action::Forbidden, "access_denied"),
        (
            Reason::ServerError,
            Action::InternalServerError,
            "server_error",
        ),
    ] {
        let ticket = accepted(&api, client, "scope=openid&login_hint=alice").await;
        let ticket = ticket.ticket.unwrap();
        let request = BackchannelAuthenticationFailRequest::new(&ticket, reason);
        let answer = api.backchannel_authentication_fail(&request).await.unwrap();
        assert_eq!(answer.action, action);
        assert_code(answer.result_code.as_deref(), "A185001");
        assert_eq!(
            content(answer.response_content.as_ref()),
            json!({ "error": error })
        );
        let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
        let issued = api.backchannel_authentication_issue(&issue).await.unwrap();
        assert_eq!(
            issued.action,
            BackchannelAuthenticationIssueAction::InvalidTicket
        );
    }
    let request =
        BackchannelAuthenticationFailRequest::new("", "NO_REASON").error_description("Who knows?");
    let answer = api.backchannel_authentication_fail(&request).await.unwrap();
    assert_eq!(answer.action, Action::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A917201");
}

fn seconds_since_epoch() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

/// The claims of a valid signed request.
fn claims(client: &RegisteredClient) -> Value {
    let now = seconds_since_epoch();
    json!({
        "iss": client.id.to_string(),
        "aud": "https://as.example",
        "exp": now + 60,
        "iat": now,
        "nbf": now,
        "jti": "4LTCqACC2ESC5BWCnN3j58EnA",
        "scope": "openid read",
        "login_hint": "alice",
        "binding_message": "W4SCT",
        "requested_expiry": 120,
        "request_context": { "shop": 17 },
    })
}

#[rstest]
#[tokio::test]
async fn signed_request_is_accepted_and_invalid_or_unsigned_ones_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    let key = jwt::Key::generate();
    let signed = |claims: &Value| form(&[("request", &key.sign(claims))]);
    let good = claims(client);
    // The client must register a signing algorithm first.
    assert_eq!(error(&api, client, &signed(&good)).await, "invalid_request");
    configure_client(&api, client.id, |client| {
        client.jwks = Some(key.jwks().into());
        client.bc_request_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let answer = accepted(&api, client, &signed(&good)).await;
    assert_eq!(answer.hint.unwrap().expose(), "alice");
    assert_eq!(answer.binding_message.as_deref(), Some("W4SCT"));
    assert_eq!(answer.requested_expiry, Some(120));
    assert_eq!(answer.request_context.as_deref(), Some(r#"{"shop":17}"#));

    let refused = async |parameters: &str| {
        assert_eq!(error(&api, client, parameters).await, "invalid_request");
    };
    // Only parameters for client authentication may be outside of the request object.
    let identified = format!("{}&client_id={}", signed(&good), client.id);
    accepted(&api, client, &identified).await;
    refused(&format!("{}&login_hint=mallory", signed(&good))).await;
    // A client with a signing algorithm must sign every request.
    refused("scope=openid&login_hint=alice").await;
    refused(&form(&[("request", &jwt::unsigned(&good))])).await;
    refused(&form(&[("request", &jwt::Key::generate().sign(&good))])).await;
    let by_secret = jwt::hmac(client.secret.expose().as_bytes(), &good);
    refused(&form(&[("request", &by_secret)])).await;
    for name in ["iss", "aud", "exp", "iat", "nbf", "jti", "scope"] {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        refused(&signed(&without)).await;
    }
    let now = seconds_since_epoch();
    for (name, value) in [
        ("iss", json!("somebody-else")),
        ("aud", json!("https://other.example")),
        ("exp", json!(now - 60)),
        ("nbf", json!(now + 3600)),
        ("request_context", json!([])),
    ] {
        let mut wrong = good.clone();
        wrong[name] = value;
        refused(&signed(&wrong)).await;
    }

    // The algorithm must be asymmetric.
    let mut settings = api.get_client(client.id).await.unwrap();
    settings.bc_request_sign_alg = Some(JwsAlg::Hs256);
    let update = api.update_client(client.id, &settings).await;
    assert_refusal(update, 400, "A031222");
    refused(&form(&[("request", &by_secret)])).await;
}

#[rstest]
#[tokio::test]
async fn ping_client_without_a_notification_endpoint_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let client = json!({
        "clientType": "CONFIDENTIAL",
        "grantTypes": ["CIBA"],
        "bcDeliveryMode": "PING",
    });
    let (emulator, api) = start_with_client(version, client).await;
    let answer = ask(&api, emulator.client(), "scope=openid&login_hint=alice").await;
    assert_code(answer.result_code.as_deref(), "A917301");
}

#[rstest]
#[tokio::test]
async fn fail_request_needs_neither_a_ticket_nor_a_reason(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let path = "/backchannel/authentication/fail";
    let (_, answer) = post(&emulator, version, "SERVICE", path, &json!({})).await;
    assert_eq!(answer["action"], "INTERNAL_SERVER_ERROR");
    assert_code(answer["resultCode"].as_str(), "A185001");
    assert_eq!(answer["responseContent"], r#"{"error":"server_error"}"#);

    let words = json!({
        "reason": "ACCESS_DENIED",
        "errorDescription": "Not now.",
        "errorUri": "https://as.example/denied",
    });
    let (_, answer) = post(&emulator, version, "SERVICE", path, &words).await;
    assert_eq!(answer["action"], "FORBIDDEN");
    let body: Value = serde_json::from_str(answer["responseContent"].as_str().unwrap()).unwrap();
    let expected = json!({
        "error": "access_denied",
        "error_description": "Not now.",
        "error_uri": "https://as.example/denied",
    });
    assert_eq!(body, expected);

    // A ticket of another service is not changed.
    let ticket = accepted(&api, emulator.client(), "scope=openid&login_hint=alice").await;
    let ticket = ticket.ticket.unwrap();
    let other = another_service(&emulator, &api, version).await;
    let reason = BackchannelAuthenticationFailReason::AccessDenied;
    let fail = BackchannelAuthenticationFailRequest::new(&ticket, reason);
    other.backchannel_authentication_fail(&fail).await.unwrap();
    let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
    let issued = api.backchannel_authentication_issue(&issue).await.unwrap();
    assert_eq!(issued.action, BackchannelAuthenticationIssueAction::Ok);
}

#[rstest]
#[tokio::test]
async fn response_has_the_client_and_the_supported_values_of_the_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version).await;
    let client = emulator.client();
    let attribute = |of: &str| Some(vec![Pair::new("of", of)]);
    configure(&emulator, &api, |service| {
        service.supported_acrs = Some(vec!["silver".to_owned(), "gold".to_owned()]);
        service.attributes = attribute("the service");
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.attributes = attribute("the client");
    })
    .await;
    let parameters = "scope=openid+read&login_hint=alice&acr_values=gold+platinum";
    for (name, alias_used) in [(&client.id.to_string(), false), (&client.alias, true)] {
        let request = BackchannelAuthenticationRequest::new(parameters)
            .client_id(name)
            .client_secret(&client.secret);
        let answer = api.backchannel_authentication(&request).await.unwrap();
        assert_eq!(answer.acrs, Some(vec!["gold".to_owned()]));
        assert_eq!(answer.client_id_alias.as_ref(), Some(&client.alias));
        assert_eq!(answer.client_id_alias_used, Some(alias_used));
        assert_eq!(answer.client_entity_id_used, Some(false));
        assert_eq!(answer.client_attributes, attribute("the client"));
        assert_eq!(answer.service_attributes, attribute("the service"));
        assert_eq!(answer.claim_names, None);
        assert_eq!(answer.dynamic_scopes, None);
        assert_eq!(answer.request_context, None);
        assert_eq!(answer.gm_action, None);
    }
}
