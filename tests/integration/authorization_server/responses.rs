//! The HTTP responses that `next()` builds from API responses.

use std::time::Duration;

use authlete::server::{
    AuthorizationNext, ClientCertificateSource, IntrospectionNext, RequestCredentials, Response,
    TokenNext, UserInfoIssueNext, UserInfoNext, error_response,
};
use authlete::types::{
    AuthorizationIssueRequest, AuthorizationRequest, ClientRegistrationResponse,
    DeviceVerificationResponse, IntrospectionRequest, RevocationRequest, RevocationResponse,
    TokenRequest, TokenResponse, UserInfoIssueRequest, UserInfoRequest,
};
use authlete::{ApiVersion, Authlete, RetryPolicy};
use authlete_emulator::Emulator;
use form_urlencoded::Serializer;
use http::header::{AUTHORIZATION, HeaderMap};
use rstest::rstest;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn answer<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn form(parameters: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(parameters).finish()
}

fn basic() -> RequestCredentials {
    let headers = HeaderMap::from_iter([(AUTHORIZATION, "Basic YTpi".parse().unwrap())]);
    RequestCredentials::from_headers(&headers, &ClientCertificateSource::None).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

fn body(response: Response) -> String {
    String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap()
}

fn response(next: TokenNext) -> Response {
    match next {
        TokenNext::Respond(response) => response,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn code_flow_gets_all_responses_from_next(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(emulator.config(version)).unwrap();
    let client = emulator.client();
    let id = client.id.to_string();
    let parameters = [
        ("response_type", "code"),
        ("client_id", &*id),
        ("redirect_uri", &*client.redirect_uri),
        ("scope", "openid"),
    ];

    let request = AuthorizationRequest::new(form(&parameters));
    let next = api.authorization(&request).await.unwrap().next();
    let AuthorizationNext::Interaction { ticket, answer } = next else {
        panic!("{next:?}")
    };
    assert_eq!(answer.ticket.as_ref(), Some(&ticket));

    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.clone().unwrap();
    let authlete::server::AuthorizationIssueNext::Respond(sent) = issued.next();
    assert_eq!(sent.status(), 302);
    assert!(
        header(&sent, "location")
            .unwrap()
            .starts_with(&client.redirect_uri)
    );
    assert!(sent.headers()["location"].is_sensitive());
    assert_eq!(header(&sent, "cache-control"), Some("no-store"));
    assert_eq!(body(sent), "");

    let redeem = form(&[
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", &client.redirect_uri),
    ]);
    let redeem = TokenRequest::new(redeem)
        .client_id(id)
        .client_secret(&client.secret);
    let tokens = api.token(&redeem).await.unwrap();
    let access_token = tokens.access_token.clone().unwrap();
    let sent = response(tokens.next(&RequestCredentials::default()));
    assert_eq!(sent.status(), 200);
    assert_eq!(header(&sent, "content-type"), Some("application/json"));
    assert_eq!(header(&sent, "cache-control"), Some("no-store"));
    assert_eq!(header(&sent, "pragma"), Some("no-cache"));
    assert!(!format!("{sent:?}").contains(access_token.expose()));
    let sent: Value = serde_json::from_str(&body(sent)).unwrap();
    assert_eq!(sent["access_token"], access_token.expose());

    let userinfo = UserInfoRequest::new(&access_token);
    let next = api.userinfo(&userinfo).await.unwrap().next();
    let UserInfoNext::Ok { answer } = next else {
        panic!("{next:?}")
    };
    let issue = UserInfoIssueRequest::new(&access_token).sub(answer.subject.unwrap());
    let UserInfoIssueNext::Respond(sent) = api.userinfo_issue(&issue).await.unwrap().next();
    assert_eq!(sent.status(), 200);
    let sent: Value = serde_json::from_str(&body(sent)).unwrap();
    assert_eq!(sent["sub"], "alice");

    let introspection = IntrospectionRequest::new(&access_token).scopes(["write"]);
    let next = api.introspection(&introspection).await.unwrap().next();
    let IntrospectionNext::Respond(sent) = next else {
        panic!("{next:?}")
    };
    assert_eq!(sent.status(), 403);
    assert!(
        header(&sent, "www-authenticate")
            .unwrap()
            .starts_with("Bearer ")
    );
    assert_eq!(body(sent), "");

    // A second use of the code.
    let sent = response(api.token(&redeem).await.unwrap().next(&basic()));
    assert_eq!(sent.status(), 400);
    assert_eq!(header(&sent, "www-authenticate"), None);
}

#[tokio::test]
async fn invalid_authorization_request_is_a_complete_response() {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let client = emulator.client();
    let id = client.id.to_string();
    for (extra, status, content_type) in [
        (&[("client_id", "1")][..], 400, Some("application/json")),
        (
            &[
                ("client_id", &*id),
                ("scope", "openid"),
                ("prompt", "none login"),
            ],
            302,
            None,
        ),
        (
            &[
                ("client_id", &*id),
                ("prompt", "none login"),
                ("response_mode", "form_post"),
            ],
            200,
            Some("text/html;charset=UTF-8"),
        ),
    ] {
        let mut parameters = vec![
            ("response_type", "code"),
            ("redirect_uri", &*client.redirect_uri),
        ];
        parameters.extend(extra);
        let request = AuthorizationRequest::new(form(&parameters));
        let next = api.authorization(&request).await.unwrap().next();
        let AuthorizationNext::Respond(sent) = next else {
            panic!("{next:?}")
        };
        assert_eq!(sent.status(), status, "{extra:?}");
        assert_eq!(header(&sent, "content-type"), content_type, "{extra:?}");
        assert_eq!(
            header(&sent, "location").is_some(),
            status == 302,
            "{extra:?}"
        );
    }
}

#[test]
fn client_that_failed_to_authenticate_is_challenged_when_it_used_basic() {
    let failed =
        || answer::<TokenResponse>(json!({ "action": "INVALID_CLIENT", "responseContent": "{}" }));
    let challenged = response(failed().next(&basic()));
    assert_eq!(challenged.status(), 401);
    assert!(
        header(&challenged, "www-authenticate")
            .unwrap()
            .starts_with("Basic realm=")
    );
    let unchallenged = response(failed().next(&RequestCredentials::default()));
    assert_eq!(unchallenged.status(), 400);
    assert_eq!(header(&unchallenged, "www-authenticate"), None);
}

#[test]
fn invalid_registration_token_is_challenged_with_bearer() {
    let refused = json!({ "action": "UNAUTHORIZED", "responseContent": "{}" });
    let authlete::server::ClientRegistrationNext::Respond(sent) =
        answer::<ClientRegistrationResponse>(refused).next();
    assert_eq!(sent.status(), 401);
    assert_eq!(header(&sent, "www-authenticate"), Some("Bearer"));
}

#[test]
fn nonces_and_challenges_of_an_answer_are_headers() {
    let value = json!({
        "action": "BAD_REQUEST", "responseContent": "{}", "dpopNonce": "n", "attestationChallenge": "c",
    });
    let sent = response(answer::<TokenResponse>(value).next(&RequestCredentials::default()));
    assert_eq!(header(&sent, "dpop-nonce"), Some("n"));
    assert_eq!(
        header(&sent, "oauth-client-attestation-challenge"),
        Some("c")
    );
}

#[test]
fn unusable_api_response_is_a_server_error_that_leaks_nothing() {
    for value in [
        json!({}),
        json!({ "action": "LATER", "responseContent": "secret" }),
        json!({ "action": "OK" }),
        json!({ "action": "OK", "responseContent": "" }),
        json!({ "action": "OK", "responseContent": "secret", "dpopNonce": "a\nb" }),
        json!({ "action": "PASSWORD", "username": "secret" }),
    ] {
        let sent =
            response(answer::<TokenResponse>(value.clone()).next(&RequestCredentials::default()));
        assert_eq!(sent.status(), 500, "{value}");
        assert_eq!(header(&sent, "cache-control"), Some("no-store"), "{value}");
        assert_eq!(body(sent), "{\"error\":\"server_error\"}", "{value}");
    }
    let injected =
        json!({ "action": "UNAUTHORIZED", "responseContent": "Bearer\r\nset-cookie: a" });
    let next = answer::<authlete::types::IntrospectionResponse>(injected).next();
    let IntrospectionNext::Respond(sent) = next else {
        panic!("{next:?}")
    };
    assert_eq!(sent.status(), 500);
    assert_eq!(header(&sent, "set-cookie"), None);
    let failed = json!({ "action": "SERVER_ERROR" });
    let next = answer::<DeviceVerificationResponse>(failed).next();
    let authlete::server::DeviceVerificationNext::Respond(sent) = next else {
        panic!("{next:?}")
    };
    assert_eq!(sent.status(), 500);
}

#[test]
fn password_and_reissue_actions_carry_the_data_to_decide() {
    let value = json!({ "action": "PASSWORD", "ticket": "t", "username": "alice" });
    let next = answer::<TokenResponse>(value).next(&RequestCredentials::default());
    let TokenNext::Password {
        ticket,
        answer: password,
    } = next
    else {
        panic!("{next:?}")
    };
    assert_eq!(ticket.expose(), "t");
    assert_eq!(password.username.as_deref(), Some("alice"));
    let value = json!({ "action": "ID_TOKEN_REISSUABLE", "responseContent": "{\"a\":1}" });
    let next = answer::<TokenResponse>(value).next(&RequestCredentials::default());
    let TokenNext::IdTokenReissuable { response, .. } = next else {
        panic!("{next:?}")
    };
    assert_eq!(response.status(), 200);
    assert_eq!(body(response), "{\"a\":1}");
}

#[tokio::test]
async fn revocation_response_has_a_body_only_for_a_callback() {
    let emulator = Emulator::start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let client = emulator.client();
    let request = RevocationRequest::new(form(&[("token", "unknown")]))
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let next = api
        .revocation(&request)
        .await
        .unwrap()
        .next(&RequestCredentials::default());
    let authlete::server::RevocationNext::Respond(sent) = next;
    assert_eq!(sent.status(), 200);
    assert_eq!(header(&sent, "content-type"), None);
    let callback = json!({ "action": "OK", "responseContent": "done();" });
    let next = answer::<RevocationResponse>(callback).next(&RequestCredentials::default());
    let authlete::server::RevocationNext::Respond(sent) = next;
    assert_eq!(
        header(&sent, "content-type"),
        Some("application/javascript")
    );
}

#[tokio::test]
async fn retryable_error_is_503_and_other_errors_are_500() {
    let emulator = Emulator::builder().rate_limit(1).start().await.unwrap();
    let api = Authlete::builder(emulator.config(ApiVersion::V3))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let request = IntrospectionRequest::new("token");
    let limited = loop {
        if let Err(error) = api.introspection(&request).await {
            break error;
        }
    };
    let sent = error_response(&limited);
    assert_eq!(sent.status(), 503);
    let wait: u64 = header(&sent, "retry-after").unwrap().parse().unwrap();
    assert!(limited.retry_after().unwrap() <= Duration::from_secs(wait));
    assert_eq!(body(sent), "{\"error\":\"temporarily_unavailable\"}");

    let wrong = api.get_client("").await.unwrap_err();
    let sent = error_response(&wrong);
    assert_eq!(sent.status(), 500);
    assert_eq!(header(&sent, "retry-after"), None);
    assert_eq!(body(sent), "{\"error\":\"server_error\"}");
}
