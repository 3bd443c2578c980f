//! The device flow (RFC 8628).

use std::time::Duration;

use crate::common::jwt;
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    ClientAuthMethod, DeviceAuthorizationAction, DeviceAuthorizationRequest,
    DeviceAuthorizationResponse, DeviceCompleteAction, DeviceCompleteRequest, DeviceCompleteResult,
    DeviceVerificationAction, DeviceVerificationRequest, DeviceVerificationResponse, GrantType,
    IntrospectionRequest, JwsAlg, Pair, Property, Scope, TokenAction, TokenResponse,
    UserCodeCharset,
};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::json;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// An emulator whose service and client support the device flow.
async fn start_device_flow(version: authlete::ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
        service.device_verification_uri_complete =
            Some("https://as.example/device?user_code=USER_CODE".to_owned());
        service.device_flow_code_duration = Some(300);
        service.user_code_charset = Some(UserCodeCharset::Base20);
        service.user_code_length = Some(8);
        service.supported_acrs = Some(vec!["silver".to_owned(), "gold".to_owned()]);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::DeviceCode, GrantType::RefreshToken]);
        client.attributes = Some(vec![Pair::new("kind", "television")]);
    })
    .await;
    (emulator, api)
}

async fn ask(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &str,
) -> DeviceAuthorizationResponse {
    let request = DeviceAuthorizationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.device_authorization(&request).await.unwrap()
}

/// A device code and its user code.
async fn codes(api: &Authlete, client: &RegisteredClient) -> (String, String) {
    let answer = ask(api, client, "scope=read").await;
    assert_eq!(answer.action, DeviceAuthorizationAction::Ok, "{answer:?}");
    let [device_code, user_code] =
        [answer.device_code, answer.user_code].map(|code| code.unwrap().expose().to_owned());
    (device_code, user_code)
}

async fn verify(api: &Authlete, user_code: &str) -> DeviceVerificationResponse {
    let request = DeviceVerificationRequest::new(user_code);
    api.device_verification(&request).await.unwrap()
}

async fn decide(
    api: &Authlete,
    user_code: &str,
    result: DeviceCompleteResult,
) -> DeviceCompleteAction {
    let request = DeviceCompleteRequest::new(user_code, result).subject("alice");
    api.device_complete(&request).await.unwrap().action
}

async fn poll(api: &Authlete, client: &RegisteredClient, device_code: &str) -> TokenResponse {
    let parameters = form(&[("grant_type", GRANT_TYPE), ("device_code", device_code)]);
    request_token(api, client, &parameters).await
}

async fn error(api: &Authlete, client: &RegisteredClient, device_code: &str) -> String {
    let answer = poll(api, client, device_code).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    content(answer.response_content.as_ref())["error"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[rstest]
#[tokio::test]
async fn device_gets_its_tokens_when_the_user_has_decided(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let parameters = form(&[
        ("client_id", &client.alias),
        ("scope", "openid profile phone read unheard-of"),
        ("acr_values", "gold platinum"),
        ("resource", "https://api.example/"),
    ]);
    let issued = ask(&api, client, &parameters).await;
    assert_eq!(issued.action, DeviceAuthorizationAction::Ok);
    assert_code(issued.result_code.as_deref(), "A220001");
    assert_eq!(issued.client_id, Some(client.id));
    assert_eq!(issued.client_name.as_deref(), Some("Emulated client"));
    assert_eq!(
        issued.client_auth_method,
        Some(ClientAuthMethod::ClientSecretBasic)
    );
    assert_eq!((issued.expires_in, issued.interval), (Some(300), Some(5)));
    let [device_code, user_code] =
        [&issued.device_code, &issued.user_code].map(|code| code.as_ref().unwrap().expose());
    assert_eq!(user_code.len(), 8);
    assert!(
        user_code
            .chars()
            .all(|character| "BCDFGHJKLMNPQRSTVWXZ".contains(character))
    );
    let complete_uri = format!("https://as.example/device?user_code={user_code}");
    let expected = json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": "https://as.example/device",
        "verification_uri_complete": complete_uri,
        "expires_in": 300,
        "interval": 5,
    });
    assert_eq!(content(issued.response_content.as_ref()), expected);
    assert_eq!(
        issued.verification_uri_complete.unwrap().expose(),
        complete_uri
    );

    // Users can type lower case letters and a hyphen.
    let typed = format!("{}-{}", &user_code[..4], &user_code[4..]).to_lowercase();
    let verified = verify(&api, &typed).await;
    assert_eq!(verified.action, DeviceVerificationAction::Valid);
    assert_code(verified.result_code.as_deref(), "A224001");
    assert_eq!(verified.client_id, Some(client.id));
    assert_eq!(
        verified.client_id_alias.as_deref(),
        Some(client.alias.as_str())
    );
    assert_eq!(verified.client_name.as_deref(), Some("Emulated client"));
    assert_eq!(
        verified.client_attributes,
        Some(vec![Pair::new("kind", "television")])
    );
    let scopes: Vec<_> = verified
        .scopes
        .unwrap()
        .into_iter()
        .filter_map(|scope| scope.name)
        .collect();
    assert_eq!(scopes, ["openid", "profile", "phone", "read"]);
    assert_eq!(verified.acrs, Some(vec!["gold".to_owned()]));
    assert_eq!(
        verified.resources,
        Some(vec!["https://api.example/".to_owned()])
    );
    let claims = verified.claim_names.unwrap();
    assert_eq!(claims.first().map(String::as_str), Some("name"));
    assert_eq!(
        claims.last().map(String::as_str),
        Some("phone_number_verified")
    );
    assert!(verified.expires_at.unwrap() > 0);

    assert_eq!(
        error(&api, client, device_code).await,
        "authorization_pending"
    );

    let request = DeviceCompleteRequest::new(user_code, DeviceCompleteResult::Authorized)
        .subject("alice")
        .scopes(vec!["openid".to_owned(), "write".to_owned()])
        .properties(vec![Property::new("room", "kitchen")])
        .access_token_duration(60)
        .refresh_token_duration(120);
    let completed = api.device_complete(&request).await.unwrap();
    assert_eq!(completed.action, DeviceCompleteAction::Success);
    assert_code(completed.result_code.as_deref(), "A241001");

    let answer = poll(&api, client, device_code).await;
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(answer.grant_type, Some(GrantType::DeviceCode));
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(
        answer.scopes,
        Some(vec!["openid".to_owned(), "write".to_owned()])
    );
    assert_eq!(answer.access_token_duration, Some(60));
    assert_eq!(answer.refresh_token_duration, Some(120));
    let response = content(answer.response_content.as_ref());
    assert_eq!(response["id_token"], answer.id_token.unwrap().expose());
    assert_eq!(response["room"], "kitchen");
    assert_eq!(response["scope"], "openid write");

    // A device code works once.
    assert_eq!(error(&api, client, device_code).await, "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn responses_have_the_effective_scopes_claims_and_acrs(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        let scopes = service.supported_scopes.as_mut().unwrap();
        for scope in scopes.iter_mut() {
            scope.description = Some("In words.".to_owned());
        }
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.default_acrs = Some(vec!["silver".to_owned()]);
    })
    .await;
    let texts = |texts: &[&str]| {
        let texts = texts.iter().map(|text| (*text).to_owned());
        Some(texts.collect::<Vec<_>>())
    };
    let email = texts(&["email", "email_verified"]);
    for (parameters, scopes, claims, acrs) in [
        (
            "scope=email+read",
            &["email", "read"][..],
            None,
            &["silver"][..],
        ),
        (
            "scope=openid+email",
            &["openid", "email"],
            email,
            &["silver"],
        ),
        ("scope=read&acr_values=gold+new", &["read"], None, &["gold"]),
        ("scope=read&acr_values=new", &["read"], None, &[]),
    ] {
        let issued = ask(&api, client, parameters).await;
        let verified = verify(&api, issued.user_code.as_ref().unwrap().expose()).await;
        for (actual, claim_names, actual_acrs) in [
            (issued.scopes, issued.claim_names, issued.acrs),
            (verified.scopes, verified.claim_names, verified.acrs),
        ] {
            let actual = actual.unwrap();
            assert!(actual.iter().all(|scope| scope.description.is_none()));
            assert!(actual.iter().all(|scope| scope.descriptions.is_none()));
            let names: Vec<_> = actual.into_iter().filter_map(|scope| scope.name).collect();
            assert_eq!(names, scopes, "{parameters}");
            assert_eq!(claim_names, claims, "{parameters}");
            assert_eq!(actual_acrs.unwrap_or_default(), acrs, "{parameters}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn complete_uri_without_a_placeholder_for_the_user_code_is_omitted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri_complete = Some("https://as.example/device".to_owned());
    })
    .await;
    let issued = ask(&api, emulator.client(), "scope=read").await;
    assert_eq!(issued.action, DeviceAuthorizationAction::Ok);
    assert_eq!(issued.verification_uri_complete, None);
    let response = content(issued.response_content.as_ref());
    assert_eq!(response.get("verification_uri_complete"), None);
    assert_eq!(response["verification_uri"], "https://as.example/device");
}

#[rstest]
#[tokio::test]
async fn tokens_have_the_values_of_the_complete_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Rs256);
        service.access_token_duration = Some(3600);
        service.refresh_token_duration = Some(7200);
    })
    .await;
    let issued = ask(&api, client, "scope=openid+read").await;
    let user_code = issued.user_code.unwrap();
    let request = DeviceCompleteRequest::new(user_code.expose(), DeviceCompleteResult::Authorized)
        .subject("alice")
        .sub("pairwise")
        .auth_time(1_700_000_000)
        .acr("gold")
        .claims(r#"{"given_name":"Alice"}"#)
        .consented_claims(["given_name"])
        .idt_header_params(r#"{"x":"y"}"#)
        .id_token_aud_type("array")
        .jwt_at_claims(r#"{"room":"kitchen"}"#)
        .access_token_duration(0)
        .refresh_token_duration(-1)
        // Used only when there is an error to describe.
        .error_description("no error")
        .error_uri("https://as.example/none");
    let completed = api.device_complete(&request).await.unwrap();
    assert_eq!(completed.action, DeviceCompleteAction::Success);
    let answer = poll(&api, client, issued.device_code.unwrap().expose()).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.access_token_duration, Some(3600));
    assert_eq!(answer.refresh_token_duration, Some(7200));
    let response = content(answer.response_content.as_ref());
    assert_eq!(response.get("error_description"), None);
    assert_eq!(response.get("error_uri"), None);
    let (header, claims) = jwt::parts(answer.id_token.as_ref().unwrap().expose());
    assert_eq!(header["x"], "y");
    assert_eq!(claims["sub"], "pairwise");
    assert_eq!(claims["auth_time"], 1_700_000_000);
    assert_eq!(claims["acr"], "gold");
    assert_eq!(claims["given_name"], "Alice");
    assert_eq!(claims["aud"], json!([client.id.to_string()]));
    let (_, claims) = jwt::parts(answer.jwt_access_token.as_ref().unwrap().expose());
    assert_eq!(claims["room"], "kitchen");
    assert_eq!(claims["sub"], "alice");
    let request = IntrospectionRequest::new(answer.access_token.as_ref().unwrap());
    let introspected = api.introspection(&request).await.unwrap();
    assert_eq!(introspected.subject.as_deref(), Some("alice"));
    assert_eq!(introspected.acr.as_deref(), Some("gold"));
    assert_eq!(introspected.auth_time, Some(1_700_000_000));
    assert_eq!(introspected.grant_type, Some(GrantType::DeviceCode));
    let consented = Some(vec!["given_name".to_owned()]);
    assert_eq!(introspected.consented_claims, consented);

    // By default, the ID token has no claims about the login.
    let issued = ask(&api, client, "scope=openid").await;
    let user_code = issued.user_code.unwrap();
    decide(&api, user_code.expose(), DeviceCompleteResult::Authorized).await;
    let answer = poll(&api, client, issued.device_code.unwrap().expose()).await;
    let (_, claims) = jwt::parts(answer.id_token.as_ref().unwrap().expose());
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims.get("auth_time"), None);
    assert_eq!(claims.get("acr"), None);
}

#[rstest]
#[tokio::test]
async fn scopes_that_were_not_requested_can_be_granted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    for (scopes, granted) in [
        (&["openid", "write"][..], "openid write"),
        (&["write"], "write"),
    ] {
        let (device_code, user_code) = codes(&api, client).await;
        let request = DeviceCompleteRequest::new(user_code, DeviceCompleteResult::Authorized)
            .subject("alice")
            .scopes(scopes.iter().copied());
        api.device_complete(&request).await.unwrap();
        let answer = poll(&api, client, &device_code).await;
        let response = content(answer.response_content.as_ref());
        assert_eq!(response["scope"], granted);
        // The client did not ask for an ID token.
        assert_eq!(answer.id_token, None);
    }
}

#[rstest]
#[tokio::test]
async fn client_that_polls_too_often_gets_slow_down_and_a_longer_interval(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let (device_code, user_code) = codes(&api, client).await;
    let wait = |seconds| emulator.advance(Duration::from_secs(seconds));
    let pending = "authorization_pending";
    assert_eq!(error(&api, client, &device_code).await, pending);
    wait(5);
    assert_eq!(error(&api, client, &device_code).await, pending);
    wait(2);
    assert_eq!(error(&api, client, &device_code).await, "slow_down");
    // The interval is longer than five seconds now.
    wait(6);
    assert_eq!(error(&api, client, &device_code).await, "slow_down");
    wait(15);
    assert_eq!(error(&api, client, &device_code).await, pending);
    // After the decision, the interval does not apply.
    decide(&api, &user_code, DeviceCompleteResult::Authorized).await;
    let answer = poll(&api, client, &device_code).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert!(answer.id_token.is_none());
}

#[rstest]
#[tokio::test]
async fn refusal_is_an_error_of_the_token_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();

    let (device_code, user_code) = codes(&api, client).await;
    let request = DeviceCompleteRequest::new(user_code, DeviceCompleteResult::AccessDenied)
        .error_description("Not now.")
        .error_uri("https://as.example/denied");
    let completed = api.device_complete(&request).await.unwrap();
    assert_eq!(completed.action, DeviceCompleteAction::Success);
    let answer = poll(&api, client, &device_code).await;
    let expected = json!({
        "error": "access_denied",
        "error_description": "Not now.",
        "error_uri": "https://as.example/denied",
    });
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(content(answer.response_content.as_ref()), expected);

    let (device_code, user_code) = codes(&api, client).await;
    decide(&api, &user_code, DeviceCompleteResult::TransactionFailed).await;
    assert_eq!(error(&api, client, &device_code).await, "expired_token");
}

#[rstest]
#[tokio::test]
async fn user_code_is_refused_after_a_decision_and_after_its_expiry(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();

    assert_eq!(
        verify(&api, "WDJB-MJHT").await.action,
        DeviceVerificationAction::NotExist
    );
    assert_eq!(
        decide(&api, "WDJB-MJHT", DeviceCompleteResult::Authorized).await,
        DeviceCompleteAction::UserCodeNotExist
    );

    let (_, user_code) = codes(&api, client).await;
    decide(&api, &user_code, DeviceCompleteResult::AccessDenied).await;
    assert_eq!(
        verify(&api, &user_code).await.action,
        DeviceVerificationAction::NotExist
    );
    // A refusal cannot be changed into a grant.
    assert_eq!(
        decide(&api, &user_code, DeviceCompleteResult::Authorized).await,
        DeviceCompleteAction::UserCodeNotExist
    );

    let (device_code, user_code) = codes(&api, client).await;
    emulator.advance(Duration::from_secs(300));
    assert_eq!(
        verify(&api, &user_code).await.action,
        DeviceVerificationAction::Expired
    );
    assert_eq!(
        decide(&api, &user_code, DeviceCompleteResult::Authorized).await,
        DeviceCompleteAction::UserCodeExpired
    );
    assert_eq!(error(&api, client, &device_code).await, "expired_token");
}

#[rstest]
#[tokio::test]
async fn invalid_calls_change_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let (_, user_code) = codes(&api, emulator.client()).await;
    let authorized = DeviceCompleteResult::Authorized;
    let complete = |request: DeviceCompleteRequest| {
        let api = api.clone();
        async move { api.device_complete(&request).await.unwrap() }
    };
    let wrong = [
        (
            DeviceCompleteRequest::new("", authorized.clone()).subject("alice"),
            "A227201",
        ),
        (
            DeviceCompleteRequest::new(&*user_code, "PERHAPS").subject("alice"),
            "A919202",
        ),
        (
            DeviceCompleteRequest::new(&*user_code, authorized.clone()),
            "A230201",
        ),
        (
            DeviceCompleteRequest::new(&*user_code, authorized.clone())
                .subject("alice")
                .auth_time(-1),
            "A232201",
        ),
        (
            DeviceCompleteRequest::new(&*user_code, authorized.clone())
                .subject("alice")
                .jwt_at_claims("[]"),
            "A919203",
        ),
    ];
    for (request, code) in wrong {
        let answer = complete(request).await;
        assert_eq!(answer.action, DeviceCompleteAction::InvalidRequest);
        assert_code(answer.result_code.as_deref(), code);
    }
    assert_eq!(
        verify(&api, "").await.action,
        DeviceVerificationAction::ServerError
    );
    assert_eq!(
        verify(&api, &user_code).await.action,
        DeviceVerificationAction::Valid
    );
}

#[rstest]
#[tokio::test]
async fn device_code_is_refused_for_another_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let (device_code, user_code) = codes(&api, client).await;
    decide(&api, &user_code, DeviceCompleteResult::Authorized).await;

    let mut other = api.get_client(client.id).await.unwrap();
    other.client_id_alias = None;
    let other = api.create_client(&other).await.unwrap();
    let thief = authlete::types::TokenRequest::new(form(&[
        ("grant_type", GRANT_TYPE),
        ("device_code", &device_code),
    ]))
    .client_id(other.client_id.unwrap().to_string())
    .client_secret(other.client_secret.unwrap());
    let answer = api.token(&thief).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_grant"
    );
    // The code stays valid for its own client.
    let answer = poll(&api, client, &device_code).await;
    assert_eq!(answer.action, TokenAction::Ok);

    // The pending requests of a deleted client are deleted, too.
    let (_, user_code) = codes(&api, client).await;
    api.delete_client(client.id).await.unwrap();
    assert_eq!(
        verify(&api, &user_code).await.action,
        DeviceVerificationAction::NotExist
    );
}

#[rstest]
#[tokio::test]
async fn invalid_requests_get_no_codes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let refused = async |parameters: &str| {
        let answer = ask(&api, client, parameters).await;
        let content = content(answer.response_content.as_ref());
        (answer.action, content["error"].as_str().unwrap().to_owned())
    };
    use DeviceAuthorizationAction::{BadRequest, InternalServerError, Unauthorized};
    let expected = |action, error: &str| (action, error.to_owned());
    assert_eq!(refused("").await, expected(BadRequest, "invalid_request"));
    assert_eq!(
        refused("scope=read&scope=write").await,
        expected(BadRequest, "invalid_request")
    );
    assert_eq!(
        refused("resource=relative").await,
        expected(BadRequest, "invalid_target")
    );
    assert_eq!(
        refused("authorization_details=%5B1%5D").await,
        expected(BadRequest, "invalid_authorization_details")
    );

    let stranger = DeviceAuthorizationRequest::new("scope=read")
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.device_authorization(&stranger).await.unwrap();
    assert_eq!(answer.action, Unauthorized);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_client"
    );

    configure(&emulator, &api, |service| {
        service.scope_required = Some(true)
    })
    .await;
    assert_eq!(
        refused("scope=unheard-of").await,
        expected(BadRequest, "invalid_scope")
    );
    configure(&emulator, &api, |service| {
        service.device_verification_uri = None
    })
    .await;
    assert_eq!(
        refused("scope=read").await,
        expected(InternalServerError, "server_error")
    );
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::RefreshToken]);
    })
    .await;
    assert_eq!(
        refused("scope=read").await,
        expected(BadRequest, "unauthorized_client")
    );
    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::RefreshToken]);
    })
    .await;
    assert_eq!(
        refused("scope=read").await,
        expected(BadRequest, "unsupported_grant_type")
    );
}

#[rstest]
#[tokio::test]
async fn user_codes_have_the_charset_and_length_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.user_code_charset = Some(UserCodeCharset::Numeric);
        service.user_code_length = Some(1);
    })
    .await;
    // There are ten codes of one digit. A request for an eleventh fails.
    let mut seen = std::collections::BTreeSet::new();
    let exhausted = loop {
        let answer = ask(&api, client, "scope=read").await;
        match answer.user_code {
            Some(code) => assert!(seen.insert(code.expose().to_owned())),
            None => break answer,
        }
    };
    assert!(seen.len() <= 10);
    assert!(
        seen.iter()
            .all(|code| code.parse::<u8>().is_ok_and(|digit| digit < 10))
    );
    assert_eq!(
        exhausted.action,
        DeviceAuthorizationAction::InternalServerError
    );
    assert_code(exhausted.result_code.as_deref(), "A919201");

    // RFC 8628 §6.1 has the usual lengths.
    for (charset, length, expected) in [
        (UserCodeCharset::Numeric, 0, 9),
        (UserCodeCharset::Base20, 0, 8),
        (UserCodeCharset::Base20, 255, 255),
    ] {
        configure(&emulator, &api, |service| {
            service.user_code_charset = Some(charset);
            service.user_code_length = Some(length);
        })
        .await;
        assert_eq!(codes(&api, client).await.1.len(), expected);
    }
}

#[rstest]
#[tokio::test]
async fn authorization_and_verification_return_the_request_and_its_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["payment".to_owned()]);
        service.attributes = Some(vec![Pair::new("kind", "service")]);
        let mut pay = Scope::new("pay");
        pay.attributes = Some(vec![Pair::new("regex", "pay:[0-9]+")]);
        service.supported_scopes.as_mut().unwrap().push(pay);
    })
    .await;
    let parameters = form(&[
        ("scope", "read pay:17 unheard-of"),
        ("resource", "https://api.example/"),
        ("authorization_details", r#"[{"type":"payment"}]"#),
    ]);
    let request = DeviceAuthorizationRequest::new(parameters)
        .client_id(&client.alias)
        .client_secret(&client.secret);
    let issued = api.device_authorization(&request).await.unwrap();
    assert_eq!(
        issued.verification_uri.as_deref(),
        Some("https://as.example/device")
    );
    let user_code = issued.user_code.clone().unwrap();
    let verified = verify(&api, user_code.expose()).await;
    for actual in [json!(issued), json!(verified)] {
        assert_eq!(actual["clientId"], client.id);
        assert_eq!(actual["clientIdAlias"], client.alias);
        assert_eq!(actual["clientIdAliasUsed"], true);
        assert_eq!(actual["clientEntityIdUsed"], false);
        assert_eq!(actual["clientName"], "Emulated client");
        assert_eq!(actual["scopes"].as_array().unwrap().len(), 1);
        assert_eq!(actual["scopes"][0]["name"], "read");
        let television = json!([{ "key": "kind", "value": "television" }]);
        assert_eq!(actual["clientAttributes"], television);
        let service = json!([{ "key": "kind", "value": "service" }]);
        assert_eq!(actual["serviceAttributes"], service);
        let dynamic = json!([{ "name": "pay", "value": "pay:17" }]);
        assert_eq!(actual["dynamicScopes"], dynamic);
        assert_eq!(actual["resources"], json!(["https://api.example/"]));
        let details = &actual["authorizationDetails"]["elements"];
        assert_eq!(details[0]["type"], "payment");
        assert_eq!(actual.get("grantId"), None);
    }
    // In milliseconds since the epoch, and 300 seconds from now.
    let now = std::time::SystemTime::now();
    let now = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let now = i64::try_from(now).unwrap();
    let end = verified.expires_at.unwrap();
    assert!((now + 200_000..=now + 300_000).contains(&end), "{end}");

    // The code belongs to one service.
    let other = another_service(&emulator, &api, version).await;
    assert_eq!(
        verify(&other, user_code.expose()).await.action,
        DeviceVerificationAction::NotExist
    );
    let authorized = DeviceCompleteResult::Authorized;
    assert_eq!(
        decide(&other, user_code.expose(), authorized).await,
        DeviceCompleteAction::UserCodeNotExist
    );
}

#[rstest]
#[tokio::test]
async fn claim_names_are_returned_if_openid_is_a_default_scope(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    configure(&emulator, &api, |service| {
        for scope in service.supported_scopes.as_mut().unwrap() {
            let is_default = matches!(scope.name.as_deref(), Some("openid" | "email"));
            scope.default_entry = Some(is_default);
        }
    })
    .await;
    let issued = ask(&api, emulator.client(), "acr_values=gold").await;
    assert_eq!(issued.action, DeviceAuthorizationAction::Ok);
    let claims = ["email", "email_verified"].map(str::to_owned);
    assert_eq!(issued.claim_names, Some(claims.to_vec()));
}

#[rstest]
#[tokio::test]
async fn tokens_follow_the_request_and_the_settings_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.id_token_aud_type = Some("array".to_owned());
    })
    .await;
    for (aud_type, audience) in [
        (None, json!([client.id.to_string()])),
        (Some("string"), json!(client.id.to_string())),
    ] {
        let issued = ask(&api, client, "scope=openid+email+read").await;
        let user_code = issued.user_code.unwrap();
        let result = DeviceCompleteResult::Authorized;
        let mut request = DeviceCompleteRequest::new(user_code, result)
            .subject("alice")
            .sub("")
            .auth_time(0)
            .claims(r#"{"name":"Alice"}"#)
            .jwt_at_claims(r#"{"room":"kitchen"}"#);
        request.id_token_aud_type = aud_type.map(str::to_owned);
        let completed = api.device_complete(&request).await.unwrap();
        assert_eq!(completed.action, DeviceCompleteAction::Success);
        let answer = poll(&api, client, issued.device_code.unwrap().expose()).await;
        let response = content(answer.response_content.as_ref());
        assert_eq!(response["scope"], "openid email read");
        let (_, claims) = jwt::parts(answer.id_token.as_ref().unwrap().expose());
        assert_eq!(claims["sub"], "alice");
        assert_eq!(claims["aud"], audience);
        assert_eq!(claims.get("auth_time"), None);
        // `jwtAtClaims` has no effect on opaque access tokens.
        assert_eq!(answer.jwt_access_token, None);
        let request = IntrospectionRequest::new(answer.access_token.unwrap());
        let found = api.introspection(&request).await.unwrap();
        let consented = ["email", "email_verified", "name"].map(str::to_owned);
        assert_eq!(found.consented_claims, Some(consented.to_vec()));
        assert_eq!(found.properties, None);
    }
}

#[rstest]
#[tokio::test]
async fn empty_list_of_scopes_grants_no_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let issued = ask(&api, client, "scope=openid+read").await;
    let authorized = DeviceCompleteResult::Authorized;
    let mut request =
        DeviceCompleteRequest::new(issued.user_code.unwrap(), authorized).subject("alice");
    request.scopes = Some(Vec::new());
    let completed = api.device_complete(&request).await.unwrap();
    assert_eq!(completed.action, DeviceCompleteAction::Success);
    let answer = poll(&api, client, issued.device_code.unwrap().expose()).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.id_token, None);
    let request = IntrospectionRequest::new(answer.access_token.unwrap());
    let found = api.introspection(&request).await.unwrap();
    assert_eq!(found.scopes.unwrap_or_default(), Vec::<String>::new());
}

/// `TokenRequest.properties`: those of a device code are in the complete request.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_not_used_for_a_device_code(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_device_flow(version).await;
    let client = emulator.client();
    let (device_code, user_code) = codes(&api, client).await;
    verify(&api, &user_code).await;
    decide(&api, &user_code, DeviceCompleteResult::Authorized).await;
    let parameters = form(&[("grant_type", GRANT_TYPE), ("device_code", &device_code)]);
    assert_property_unused(&api, client, parameters).await;
}
