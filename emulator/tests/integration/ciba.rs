//! CIBA (OpenID Connect Client-Initiated Backchannel Authentication Flow - Core 1.0): from the request to the tokens.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationCompleteAction,
    BackchannelAuthenticationCompleteRequest, BackchannelAuthenticationCompleteResponse,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationIssueAction,
    BackchannelAuthenticationIssueRequest, BackchannelAuthenticationIssueResponse,
    BackchannelAuthenticationRequest, ClientAuthMethod, DeliveryMode, GrantType,
    IntrospectionAction, IntrospectionRequest, JwsAlg, Pair, Property, TokenAction, TokenRequest,
    TokenResponse, UserIdentificationHintType,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";
const ENDPOINT: &str = "https://client.example/notify";

/// An emulator whose service and client support CIBA.
async fn start_ciba(version: ApiVersion, mode: DeliveryMode) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.backchannel_auth_req_id_duration = Some(300);
        service.backchannel_polling_interval = Some(5);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba, GrantType::RefreshToken]);
        client.bc_delivery_mode = Some(mode);
        client.bc_notification_endpoint = Some(ENDPOINT.to_owned());
    })
    .await;
    (emulator, api)
}

/// The parameters of a request that is valid in every delivery mode.
fn parameters() -> String {
    form(&[
        ("scope", "openid read"),
        ("login_hint", "alice@as.example"),
        ("client_notification_token", "tell-me"),
    ])
}

/// A ticket for a request of the registered client.
async fn ticket(api: &Authlete, client: &RegisteredClient, parameters: &str) -> authlete::Secret {
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let expected = BackchannelAuthenticationAction::UserIdentification;
    assert_eq!(
        answer.action,
        expected,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    answer.ticket.unwrap()
}

async fn issue(
    api: &Authlete,
    ticket: &authlete::Secret,
) -> BackchannelAuthenticationIssueResponse {
    let request = BackchannelAuthenticationIssueRequest::new(ticket);
    api.backchannel_authentication_issue(&request)
        .await
        .unwrap()
}

/// A ticket and the `auth_req_id` that is issued for it.
async fn issue_auth_req_id(
    api: &Authlete,
    client: &RegisteredClient,
) -> (authlete::Secret, String) {
    let ticket = ticket(api, client, &parameters()).await;
    let issued = issue(api, &ticket).await;
    assert_eq!(issued.action, BackchannelAuthenticationIssueAction::Ok);
    (ticket, issued.auth_req_id.unwrap().expose().to_owned())
}

fn authorized(ticket: &authlete::Secret) -> BackchannelAuthenticationCompleteRequest {
    let result = BackchannelAuthenticationCompleteResult::Authorized;
    BackchannelAuthenticationCompleteRequest::new(ticket, result).subject("alice")
}

async fn complete(
    api: &Authlete,
    request: &BackchannelAuthenticationCompleteRequest,
) -> BackchannelAuthenticationCompleteResponse {
    api.backchannel_authentication_complete(request)
        .await
        .unwrap()
}

async fn poll(api: &Authlete, client: &RegisteredClient, auth_req_id: &str) -> TokenResponse {
    let parameters = form(&[("grant_type", GRANT_TYPE), ("auth_req_id", auth_req_id)]);
    request_token(api, client, &parameters).await
}

async fn error(api: &Authlete, client: &RegisteredClient, auth_req_id: &str) -> Value {
    let answer = poll(api, client, auth_req_id).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    content(answer.response_content.as_ref())["error"].clone()
}

#[rstest]
#[tokio::test]
async fn client_polls_for_its_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Poll).await;
    let client = emulator.client();
    let parameters = form(&[
        ("client_id", &client.alias),
        ("scope", "openid email read unheard-of"),
        ("login_hint", "alice@as.example"),
        ("binding_message", "W4SCT"),
        ("user_code", "1234"),
        ("requested_expiry", "120"),
        ("request_context", r#"{"shop":17}"#),
        ("resource", "https://api.example/"),
    ]);
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    assert_eq!(
        answer.action,
        BackchannelAuthenticationAction::UserIdentification
    );
    assert_code(answer.result_code.as_deref(), "A179001");
    assert_eq!(answer.response_content, None);
    assert_eq!(answer.client_id, Some(client.id));
    assert_eq!(answer.client_name.as_deref(), Some("Emulated client"));
    let method = ClientAuthMethod::ClientSecretBasic;
    assert_eq!(answer.client_auth_method, Some(method));
    assert_eq!(answer.delivery_mode, Some(DeliveryMode::Poll));
    assert_eq!(
        answer.hint_type,
        Some(UserIdentificationHintType::LoginHint)
    );
    assert_eq!(answer.hint.unwrap().expose(), "alice@as.example");
    assert_eq!(answer.binding_message.as_deref(), Some("W4SCT"));
    assert_eq!(answer.user_code.unwrap().expose(), "1234");
    assert_eq!(answer.user_code_required, Some(false));
    assert_eq!(answer.requested_expiry, Some(120));
    // `request_context` is for signed requests only.
    assert_eq!(answer.request_context, None);
    assert_eq!(
        answer.resources,
        Some(vec!["https://api.example/".to_owned()])
    );
    let claims = ["email", "email_verified"].map(str::to_owned);
    assert_eq!(answer.claim_names, Some(claims.to_vec()));
    let scopes: Vec<_> = answer
        .scopes
        .unwrap()
        .into_iter()
        .filter_map(|scope| scope.name)
        .collect();
    assert_eq!(scopes, ["openid", "email", "read"]);

    let ticket = answer.ticket.unwrap();
    let issued = issue(&api, &ticket).await;
    assert_eq!(issued.action, BackchannelAuthenticationIssueAction::Ok);
    assert_code(issued.result_code.as_deref(), "A183001");
    assert_eq!((issued.expires_in, issued.interval), (Some(120), Some(5)));
    let id = issued.auth_req_id.unwrap().expose().to_owned();
    let expected = json!({ "auth_req_id": id, "expires_in": 120, "interval": 5 });
    assert_eq!(content(issued.response_content.as_ref()), expected);
    // A ticket gets one `auth_req_id`.
    let again = issue(&api, &ticket).await;
    assert_eq!(
        again.action,
        BackchannelAuthenticationIssueAction::InvalidTicket
    );

    assert_eq!(error(&api, client, &id).await, "authorization_pending");
    emulator.advance(Duration::from_secs(2));
    assert_eq!(error(&api, client, &id).await, "slow_down");
    emulator.advance(Duration::from_secs(10));
    assert_eq!(error(&api, client, &id).await, "authorization_pending");

    let completed = complete(
        &api,
        &authorized(&ticket)
            .claims(r#"{"email":"alice@as.example"}"#)
            .acr("gold")
            .access_token_duration(60),
    )
    .await;
    assert_eq!(
        completed.action,
        BackchannelAuthenticationCompleteAction::NoAction
    );
    assert_code(completed.result_code.as_deref(), "A198001");
    assert_eq!(completed.delivery_mode, Some(DeliveryMode::Poll));
    assert_eq!(completed.response_content, None);
    assert_eq!(completed.access_token, None);
    assert_eq!(completed.access_token_duration, Some(0));
    assert_eq!(completed.auth_req_id.unwrap().expose(), id);

    let tokens = poll(&api, client, &id).await;
    assert_eq!(
        tokens.action,
        TokenAction::Ok,
        "{:?}",
        tokens.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(tokens.grant_type, Some(GrantType::Ciba));
    assert_eq!(tokens.subject.as_deref(), Some("alice"));
    assert_eq!(tokens.access_token_duration, Some(60));
    let id_token = tokens.id_token.unwrap();
    let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["email"], "alice@as.example");
    assert_eq!(claims["acr"], "gold");
    let response = content(tokens.response_content.as_ref());
    assert_eq!(response["id_token"], id_token.expose());

    // An `auth_req_id` works once.
    assert_eq!(error(&api, client, &id).await, "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn client_in_ping_mode_is_notified_of_the_decision(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Ping).await;
    let client = emulator.client();
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    let completed = complete(&api, &authorized(&ticket)).await;
    assert_eq!(
        completed.action,
        BackchannelAuthenticationCompleteAction::Notification
    );
    assert_eq!(
        content(completed.response_content.as_ref()),
        json!({ "auth_req_id": id })
    );
    let endpoint = completed.client_notification_endpoint;
    assert_eq!(endpoint.as_deref(), Some(ENDPOINT));
    let token = completed.client_notification_token.unwrap();
    assert_eq!(token.expose(), "tell-me");
    assert_eq!(completed.access_token, None);
    // A second decision is refused.
    let again = complete(&api, &authorized(&ticket)).await;
    assert_eq!(
        again.action,
        BackchannelAuthenticationCompleteAction::Notification
    );
    assert_code(again.result_code.as_deref(), "A196203");
    let tokens = poll(&api, client, &id).await;
    assert_eq!(tokens.action, TokenAction::Ok);

    // The notification is the same when the user refuses.
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    let denied = BackchannelAuthenticationCompleteRequest::new(
        &ticket,
        BackchannelAuthenticationCompleteResult::AccessDenied,
    )
    .error_description("Not me.")
    .error_uri("https://as.example/denied");
    let completed = complete(&api, &denied).await;
    assert_eq!(
        content(completed.response_content.as_ref()),
        json!({ "auth_req_id": id })
    );
    let answer = poll(&api, client, &id).await;
    let expected = json!({
        "error": "access_denied",
        "error_description": "Not me.",
        "error_uri": "https://as.example/denied",
    });
    assert_eq!(content(answer.response_content.as_ref()), expected);
}

#[rstest]
#[tokio::test]
async fn tokens_are_pushed_to_a_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Push).await;
    let client = emulator.client();
    let ticket = ticket(&api, client, &parameters()).await;
    let issued = issue(&api, &ticket).await;
    let id = issued.auth_req_id.unwrap().expose().to_owned();
    // Push mode has no polling interval.
    let expected = json!({ "auth_req_id": id, "expires_in": 300 });
    assert_eq!(content(issued.response_content.as_ref()), expected);
    assert_eq!(error(&api, client, &id).await, "unauthorized_client");

    let completed = complete(&api, &authorized(&ticket)).await;
    assert_eq!(
        completed.action,
        BackchannelAuthenticationCompleteAction::Notification,
        "{:?}",
        completed
            .result_message
            .as_ref()
            .map(authlete::Secret::expose)
    );
    let endpoint = completed.client_notification_endpoint;
    assert_eq!(endpoint.as_deref(), Some(ENDPOINT));
    let token = completed.client_notification_token.unwrap();
    assert_eq!(token.expose(), "tell-me");
    assert_eq!(completed.access_token_duration, Some(86_400));
    assert_eq!(completed.refresh_token_duration, Some(864_000));
    assert_eq!(completed.id_token_duration, Some(86_400));
    let [access_token, refresh_token, id_token] = [
        completed.access_token,
        completed.refresh_token,
        completed.id_token,
    ]
    .map(|token| token.unwrap().expose().to_owned());
    let expected = json!({
        "auth_req_id": id,
        "access_token": access_token,
        "token_type": "Bearer",
        "refresh_token": refresh_token,
        "expires_in": 86_400,
        "scope": "openid read",
        "id_token": id_token,
    });
    assert_eq!(content(completed.response_content.as_ref()), expected);
    // The ID token has hashes of the other tokens (CIBA Core 1.0 §10.3.1).
    let claims = jwt::verified(&id_token, &jwks(&api).await);
    assert_eq!(claims["urn:openid:params:jwt:claim:auth_req_id"], id);
    let hash = &claims["urn:openid:params:jwt:claim:rt_hash"];
    assert_eq!(*hash, jwt::half_hash(&refresh_token));
    assert_eq!(claims["at_hash"], jwt::half_hash(&access_token));
    let answer = api
        .introspection(&IntrospectionRequest::new(access_token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.subject.as_deref(), Some("alice"));

    let again = complete(&api, &authorized(&ticket)).await;
    assert_eq!(
        again.action,
        BackchannelAuthenticationCompleteAction::ServerError
    );
}

#[rstest]
#[tokio::test]
async fn access_token_value_of_the_server_is_used_in_push_mode_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (mode, is_used) in [(DeliveryMode::Push, true), (DeliveryMode::Poll, false)] {
        let (emulator, api) = start_ciba(version, mode).await;
        let client = emulator.client();
        let (ticket, id) = issue_auth_req_id(&api, client).await;
        let request = authorized(&ticket)
            .access_token("chosen-by-the-server")
            .access_token_duration(0)
            .auth_time(1_700_000_000)
            .acr("gold");
        let completed = complete(&api, &request).await;
        let (token, id_token) = match is_used {
            true => (completed.access_token, completed.id_token),
            false => {
                assert_eq!(completed.access_token, None);
                assert_eq!(completed.id_token, None);
                assert_eq!(completed.access_token_duration, Some(0));
                assert_eq!(completed.refresh_token_duration, Some(0));
                assert_eq!(completed.id_token_duration, Some(0));
                assert_eq!(completed.response_content, None);
                let polled = poll(&api, client, &id).await;
                (polled.access_token, polled.id_token)
            }
        };
        let token = token.unwrap();
        assert_eq!(token.expose() == "chosen-by-the-server", is_used);
        let (_, claims) = jwt::parts(id_token.unwrap().expose());
        assert_eq!(claims["auth_time"], 1_700_000_000);
        assert_eq!(claims["acr"], "gold");
    }
}

#[rstest]
#[tokio::test]
async fn errors_are_pushed_to_a_client_too(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Push).await;
    let client = emulator.client();
    let pushed = async |request: &BackchannelAuthenticationCompleteRequest| {
        let completed = complete(&api, request).await;
        assert_eq!(
            completed.action,
            BackchannelAuthenticationCompleteAction::Notification
        );
        assert_eq!(completed.access_token, None);
        assert_eq!(completed.refresh_token, None);
        assert_eq!(completed.id_token, None);
        content(completed.response_content.as_ref())
    };

    let (ticket, id) = issue_auth_req_id(&api, client).await;
    let denied = BackchannelAuthenticationCompleteResult::AccessDenied;
    let request =
        BackchannelAuthenticationCompleteRequest::new(&ticket, denied).error_description("Not me.");
    let expected = json!({
        "auth_req_id": id,
        "error": "access_denied",
        "error_description": "Not me.",
    });
    assert_eq!(pushed(&request).await, expected);

    let (ticket, id) = issue_auth_req_id(&api, client).await;
    let failed = BackchannelAuthenticationCompleteResult::TransactionFailed;
    let request = BackchannelAuthenticationCompleteRequest::new(&ticket, failed);
    let expected = json!({ "auth_req_id": id, "error": "expired_token" });
    assert_eq!(pushed(&request).await, expected);

    let (ticket, _) = issue_auth_req_id(&api, client).await;
    emulator.advance(Duration::from_secs(300));
    assert_eq!(pushed(&authorized(&ticket)).await["error"], "expired_token");

    // An access token with a chosen value can be issued once.
    let (ticket, _) = issue_auth_req_id(&api, client).await;
    let chosen = authorized(&ticket).access_token("chosen-by-the-caller");
    assert_eq!(pushed_tokens(&api, &chosen).await, "chosen-by-the-caller");
    let (ticket, _) = issue_auth_req_id(&api, client).await;
    let chosen = authorized(&ticket).access_token("chosen-by-the-caller");
    assert_eq!(pushed(&chosen).await["error"], "server_error");
}

async fn pushed_tokens(
    api: &Authlete,
    request: &BackchannelAuthenticationCompleteRequest,
) -> String {
    let completed = complete(api, request).await;
    completed.access_token.unwrap().expose().to_owned()
}

#[rstest]
#[tokio::test]
async fn auth_req_id_is_refused_for_another_client_and_after_its_expiry(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Poll).await;
    let client = emulator.client();
    let mut other = api.get_client(client.id).await.unwrap();
    other.client_id_alias = None;
    let other = api.create_client(&other).await.unwrap();
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    complete(&api, &authorized(&ticket)).await;
    let thief = TokenRequest::new(form(&[("grant_type", GRANT_TYPE), ("auth_req_id", &id)]))
        .client_id(other.client_id.unwrap().to_string())
        .client_secret(other.client_secret.unwrap());
    let answer = api.token(&thief).await.unwrap();
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_grant"
    );
    emulator.advance(Duration::from_secs(300));
    assert_eq!(error(&api, client, &id).await, "expired_token");
    assert_eq!(error(&api, client, "unheard-of").await, "invalid_grant");

    // A decision after the expiry is refused.
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    emulator.advance(Duration::from_secs(300));
    let late = complete(&api, &authorized(&ticket)).await;
    assert_eq!(
        late.action,
        BackchannelAuthenticationCompleteAction::ServerError
    );
    assert_code(late.result_code.as_deref(), "A196202");
    assert_eq!(error(&api, client, &id).await, "expired_token");

    // The pending requests of a deleted client are deleted, too.
    let (ticket, _) = issue_auth_req_id(&api, client).await;
    api.delete_client(client.id).await.unwrap();
    let answer = complete(&api, &authorized(&ticket)).await;
    assert_code(answer.result_code.as_deref(), "A186202");
}

#[rstest]
#[tokio::test]
async fn caller_error_for_a_known_ticket_is_a_notification_in_ping_and_push_mode(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in [DeliveryMode::Ping, DeliveryMode::Push] {
        let (emulator, api) = start_ciba(version, mode.clone()).await;
        let client = emulator.client();
        let (ticket, id) = issue_auth_req_id(&api, client).await;
        let with = BackchannelAuthenticationCompleteRequest::new;
        let unissued = self::ticket(&api, client, &parameters()).await;
        for (request, code, auth_req_id) in [
            (
                with(&ticket, "PERHAPS").subject("alice"),
                "A917202",
                json!(id),
            ),
            (with(&ticket, "AUTHORIZED"), "A188201", json!(id)),
            (authorized(&ticket).auth_time(-1), "A195201", json!(id)),
            (authorized(&ticket).claims("[]"), "A190201", json!(id)),
            (authorized(&unissued), "A196204", Value::Null),
        ] {
            let answer = complete(&api, &request).await;
            assert_eq!(
                answer.action,
                BackchannelAuthenticationCompleteAction::Notification,
                "{code}"
            );
            assert_code(answer.result_code.as_deref(), code);
            let body = content(answer.response_content.as_ref());
            assert_eq!(body["error"], "server_error");
            assert_eq!(body["auth_req_id"], auth_req_id);
            let endpoint = answer.client_notification_endpoint;
            assert_eq!(endpoint.as_deref(), Some(ENDPOINT));
            let token = answer.client_notification_token.unwrap();
            assert_eq!(token.expose(), "tell-me");
            assert_eq!(answer.delivery_mode, Some(mode.clone()));
            assert_eq!(answer.access_token, None);
        }
        // Without a known ticket, there is no client to notify.
        for (request, code) in [
            (authorized(&"".into()), "A186201"),
            (authorized(&"unheard-of".into()), "A186202"),
        ] {
            let answer = complete(&api, &request).await;
            assert_eq!(
                answer.action,
                BackchannelAuthenticationCompleteAction::ServerError
            );
            assert_code(answer.result_code.as_deref(), code);
            assert_eq!(answer.response_content, None);
        }
        let answer = complete(&api, &authorized(&ticket)).await;
        assert_eq!(
            answer.action,
            BackchannelAuthenticationCompleteAction::Notification
        );
        assert_eq!(content(answer.response_content.as_ref()).get("error"), None);
    }
}

#[rstest]
#[tokio::test]
async fn caller_errors_in_poll_mode_change_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Poll).await;
    let client = emulator.client();
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    let with = BackchannelAuthenticationCompleteRequest::new;
    let unissued = self::ticket(&api, client, &parameters()).await;
    for (request, code) in [
        (authorized(&"".into()), "A186201"),
        (with(&ticket, "PERHAPS").subject("alice"), "A917202"),
        (with(&ticket, "AUTHORIZED"), "A188201"),
        (authorized(&ticket).auth_time(-1), "A195201"),
        (authorized(&ticket).claims("[]"), "A190201"),
        (authorized(&"unheard-of".into()), "A186202"),
        (authorized(&unissued), "A196204"),
    ] {
        let answer = complete(&api, &request).await;
        assert_eq!(
            answer.action,
            BackchannelAuthenticationCompleteAction::ServerError
        );
        assert_code(answer.result_code.as_deref(), code);
    }
    assert_eq!(error(&api, client, &id).await, "authorization_pending");
    let answer = issue(&api, &"".into()).await;
    assert_eq!(
        answer.action,
        BackchannelAuthenticationIssueAction::InternalServerError
    );
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "server_error"
    );
}

/// A ticket for `openid email read` and one resource, of a client that is identified by its alias.
async fn ticket_with_details(api: &Authlete, client: &RegisteredClient) -> authlete::Secret {
    let parameters = form(&[
        ("client_id", &client.alias),
        ("scope", "openid email read"),
        ("login_hint", "alice@as.example"),
        ("client_notification_token", "tell-me"),
        ("resource", "https://api.example/"),
        ("authorization_details", r#"[{"type":"payment"}]"#),
    ]);
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(&client.alias)
        .client_secret(&client.secret);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let ticket = answer.ticket.expect("a ticket");
    issue(api, &ticket).await;
    ticket
}

/// An emulator in push mode, with settings that the complete request can override.
async fn start_push(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Push).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["payment".to_owned()]);
        service.attributes = Some(vec![Pair::new("of", "the service")]);
        service.id_token_aud_type = Some("array".to_owned());
        service.access_token_duration = Some(3600);
        service.refresh_token_duration = Some(7200);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.attributes = Some(vec![Pair::new("of", "the client")]);
    })
    .await;
    (emulator, api)
}

#[rstest]
#[tokio::test]
async fn complete_request_overrides_the_settings_of_pushed_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_push(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let ticket = ticket_with_details(&api, client).await;
    let request = authorized(&ticket)
        .sub("pairwise")
        .auth_time(1_700_000_000)
        .acr("gold")
        .claims(r#"{"given_name":"Alice"}"#)
        .properties([Property::new("room", "kitchen")])
        .scopes(["openid", "write"])
        .consented_claims(["given_name"])
        .idt_header_params(r#"{"x":"y"}"#)
        .jwt_at_claims(r#"{"desk":7}"#)
        .id_token_aud_type("string")
        .access_token_duration(60)
        .refresh_token_duration(120)
        // Used only when there is an error to describe.
        .error_description("no error")
        .error_uri("https://as.example/none");
    let completed = complete(&api, &request).await;
    let body = content(completed.response_content.as_ref());
    assert_eq!(body.get("error_description"), None);
    assert_eq!(body.get("error_uri"), None);
    assert_eq!(body["room"], "kitchen");
    assert_eq!(body["scope"], "openid write");
    assert_eq!(completed.access_token_duration, Some(60));
    assert_eq!(completed.refresh_token_duration, Some(120));
    let (header, claims) = jwt::parts(completed.id_token.unwrap().expose());
    assert_eq!(header["x"], "y");
    assert_eq!(claims["sub"], "pairwise");
    assert_eq!(claims["auth_time"], 1_700_000_000);
    assert_eq!(claims["acr"], "gold");
    assert_eq!(claims["given_name"], "Alice");
    assert_eq!(claims["aud"], client.alias);
    let (_, claims) = jwt::parts(completed.jwt_access_token.unwrap().expose());
    assert_eq!(claims["desk"], 7);
    let request = IntrospectionRequest::new(completed.access_token.unwrap());
    let found = api.introspection(&request).await.unwrap();
    assert_eq!(found.subject.as_deref(), Some("alice"));
    let consented = Some(vec!["given_name".to_owned()]);
    assert_eq!(found.consented_claims, consented);
    assert_eq!(found.properties.unwrap().len(), 1);
    assert_eq!(found.client_id_alias_used, Some(true));
}

#[rstest]
#[tokio::test]
async fn pushed_tokens_follow_the_request_and_the_settings_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_push(version).await;
    let client = emulator.client();
    let ticket = ticket_with_details(&api, client).await;
    let request = authorized(&ticket)
        .sub("")
        .auth_time(0)
        .claims(r#"{"name":"Alice"}"#)
        .jwt_at_claims(r#"{"desk":7}"#)
        .access_token_duration(0)
        .refresh_token_duration(-1);
    let completed = complete(&api, &request).await;
    assert_eq!(completed.client_id, Some(client.id));
    assert_eq!(completed.client_id_alias.as_ref(), Some(&client.alias));
    assert_eq!(completed.client_id_alias_used, Some(true));
    assert_eq!(completed.client_entity_id_used, Some(false));
    assert_eq!(completed.client_name.as_deref(), Some("Emulated client"));
    let attribute = |of: &str| Some(vec![Pair::new("of", of)]);
    assert_eq!(completed.client_attributes, attribute("the client"));
    assert_eq!(completed.service_attributes, attribute("the service"));
    let resources = vec!["https://api.example/".to_owned()];
    assert_eq!(completed.resources, Some(resources));
    let details = json!(completed.authorization_details);
    assert_eq!(details["elements"][0]["type"], "payment");
    assert_eq!(completed.grant_id, None);
    // `jwtAtClaims` has no effect on opaque access tokens.
    assert_eq!(completed.jwt_access_token, None);
    assert_eq!(completed.access_token_duration, Some(3600));
    assert_eq!(completed.refresh_token_duration, Some(7200));
    let body = content(completed.response_content.as_ref());
    assert_eq!(body["scope"], "openid email read");
    let (_, claims) = jwt::parts(completed.id_token.unwrap().expose());
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims["aud"], json!([client.alias]));
    assert_eq!(claims.get("auth_time"), None);
    assert_eq!(claims.get("acr"), None);
    let request = IntrospectionRequest::new(completed.access_token.unwrap());
    let found = api.introspection(&request).await.unwrap();
    let consented = ["email", "email_verified", "name"].map(str::to_owned);
    assert_eq!(found.consented_claims, Some(consented.to_vec()));

    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::Ciba]);
    })
    .await;
    let ticket = ticket_with_details(&api, client).await;
    let completed = complete(&api, &authorized(&ticket)).await;
    assert!(completed.access_token.is_some());
    assert_eq!(completed.refresh_token, None);
    assert_eq!(completed.refresh_token_duration, Some(0));
}

#[rstest]
#[tokio::test]
async fn refusal_is_an_error_of_the_token_endpoint_in_poll_and_ping_mode(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    use BackchannelAuthenticationCompleteAction::{NoAction, Notification};
    use BackchannelAuthenticationCompleteResult::{AccessDenied, TransactionFailed};
    for (mode, action) in [
        (DeliveryMode::Poll, NoAction),
        (DeliveryMode::Ping, Notification),
    ] {
        let (emulator, api) = start_ciba(version, mode).await;
        let client = emulator.client();
        for (result, error) in [
            (AccessDenied, "access_denied"),
            (TransactionFailed, "expired_token"),
        ] {
            let (ticket, id) = issue_auth_req_id(&api, client).await;
            let request = BackchannelAuthenticationCompleteRequest::new(&ticket, result)
                .subject("")
                .error_description("Not me.")
                .error_uri("https://as.example/denied");
            let completed = complete(&api, &request).await;
            assert_eq!(completed.action, action);
            assert_eq!(completed.response_content.is_some(), action == Notification);
            let answer = poll(&api, client, &id).await;
            let expected = json!({
                "error": error,
                "error_description": "Not me.",
                "error_uri": "https://as.example/denied",
            });
            assert_eq!(content(answer.response_content.as_ref()), expected);
        }
    }
}

#[rstest]
#[tokio::test]
async fn ticket_that_is_unknown_or_has_expired_gets_no_auth_req_id(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Poll).await;
    let ticket = ticket(&api, emulator.client(), &parameters()).await;
    emulator.advance(Duration::from_secs(7 * 86_400));
    for ticket in ["made-up".into(), ticket] {
        let answer = issue(&api, &ticket).await;
        assert_eq!(
            answer.action,
            BackchannelAuthenticationIssueAction::InvalidTicket
        );
        assert_eq!(answer.auth_req_id, None);
        let body = content(answer.response_content.as_ref());
        assert!(body["error"].is_string());
    }
}

/// `TokenRequest.properties`: those of a backchannel request are in the complete request.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_not_used_for_a_backchannel_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_ciba(version, DeliveryMode::Poll).await;
    let client = emulator.client();
    let (ticket, id) = issue_auth_req_id(&api, client).await;
    complete(&api, &authorized(&ticket)).await;
    let parameters = form(&[("grant_type", GRANT_TYPE), ("auth_req_id", &id)]);
    assert_property_unused(&api, client, parameters).await;
}
