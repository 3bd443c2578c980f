//! The parameters of authorization responses by response type (RFC 6749 §4, OpenID Connect Core 1.0 §3).

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationIssueResponse, AuthorizationRequest, GrantType, IntrospectionAction,
    IntrospectionRequest, JwsAlg, Property, ResponseType, TokenAction,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

/// An emulator whose client may use all response types.
async fn start_all(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.response_types = Some(ResponseType::KNOWN.to_vec());
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        client.id_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    (emulator, api)
}

fn request(client: &RegisteredClient, response_type: &str, scope: &str, more: &str) -> String {
    let parameters = form(&[
        ("response_type", response_type),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("scope", scope),
        ("state", "s t"),
    ]);
    format!("{parameters}{more}")
}

async fn issue(api: &Authlete, query: &str) -> AuthorizationIssueResponse {
    let request = AuthorizationIssueRequest::new(ticket(api, query).await, "alice")
        .auth_time(1_700_000_000)
        .acr("gold");
    api.authorization_issue(&request).await.unwrap()
}

/// The names of the parameters in the fragment, and their values.
fn fragment(answer: &AuthorizationIssueResponse) -> Vec<(String, String)> {
    assert_eq!(answer.action, AuthorizationIssueAction::Location);
    let text = answer.response_content.as_ref().unwrap().expose();
    let (uri, fragment) = text.split_once('#').unwrap();
    assert_eq!(uri, "https://client.example/callback");
    form_urlencoded::parse(fragment.as_bytes())
        .into_owned()
        .collect()
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = parameters.iter().filter(|(given, _)| given == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} twice");
    value
}

#[rstest]
#[tokio::test]
async fn each_response_type_returns_the_parameters_that_it_names(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let all = [
        ("code id_token", "openid"),
        ("id_token", "openid"),
        ("token", "read"),
        ("code token", "read"),
        ("token id_token", "openid read"),
        ("code id_token token", "openid read"),
    ];
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let keys = jwks(&api).await;
    for (response_type, scope) in all {
        let answer = issue(&api, &request(client, response_type, scope, "&nonce=n-1")).await;
        let parameters = fragment(&answer);
        let given = |name| value(&parameters, name);
        let has = |word| response_type.split(' ').any(|given| given == word);
        assert_eq!(given("state"), Some("s t"));
        assert_eq!(given("iss"), Some("https://as.example"));
        assert_eq!(given("code").is_some(), has("code"), "{response_type}");
        assert_eq!(given("access_token").is_some(), has("token"));
        assert_eq!(given("id_token").is_some(), has("id_token"));
        let exposed = |secret: &Option<authlete::Secret>| {
            secret.as_ref().map(|secret| secret.expose().to_owned())
        };
        assert_eq!(
            exposed(&answer.authorization_code).as_deref(),
            given("code")
        );
        assert_eq!(
            exposed(&answer.access_token).as_deref(),
            given("access_token")
        );
        assert_eq!(exposed(&answer.id_token).as_deref(), given("id_token"));
        if has("token") {
            assert_eq!(given("token_type"), Some("Bearer"));
            assert_eq!(given("expires_in"), Some("86400"));
            assert_eq!(answer.access_token_duration, Some(86_400));
            let introspection = IntrospectionRequest::new(given("access_token").unwrap());
            let introspected = api.introspection(&introspection).await.unwrap();
            assert_eq!(introspected.action, IntrospectionAction::Ok);
            assert_eq!(introspected.subject.as_deref(), Some("alice"));
            assert_eq!(introspected.refreshable, Some(false));
        } else {
            assert_eq!(answer.access_token_duration, Some(0));
            assert_eq!(answer.access_token_expires_at, Some(0));
        }
        let Some(id_token) = given("id_token") else {
            continue;
        };
        let claims = jwt::verified(id_token, &keys);
        assert_eq!(claims["iss"], "https://as.example");
        assert_eq!(claims["sub"], "alice");
        assert_eq!(claims["aud"], json!([client.id.to_string()]));
        assert_eq!(claims["nonce"], "n-1");
        assert_eq!(claims["auth_time"], 1_700_000_000);
        assert_eq!(claims["acr"], "gold");
        let hash = |name| given(name).map_or(Value::Null, |value| jwt::half_hash(value).into());
        assert_eq!(claims["c_hash"], hash("code"));
        assert_eq!(claims["at_hash"], hash("access_token"));
        assert_eq!(claims["s_hash"], hash("state"));
    }
}

#[rstest]
#[tokio::test]
async fn code_of_the_hybrid_flow_can_be_exchanged_for_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let query = request(client, "code token", "read write", "");
    let answer = issue(&api, &query).await;
    let parameters = form(&[
        ("grant_type", "authorization_code"),
        ("code", answer.authorization_code.unwrap().expose()),
        ("redirect_uri", &client.redirect_uri),
    ]);
    let token = request_token(&api, client, &parameters).await;
    assert_eq!(token.action, TokenAction::Ok);
    assert_ne!(token.access_token, answer.access_token);
    assert_eq!(token.grant_type, Some(GrantType::AuthorizationCode));
}

#[rstest]
#[tokio::test]
async fn response_type_none_returns_no_code_or_token_and_needs_no_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let query = request(emulator.client(), "none", "read", "");
    let request = AuthorizationIssueRequest::new(ticket(&api, &query).await, "");
    let answer = api.authorization_issue(&request).await.unwrap();
    assert_eq!(answer.action, AuthorizationIssueAction::Location);
    let (_, parameters) = location(answer.response_content.as_ref());
    let expected = [("state", "s t"), ("iss", "https://as.example")];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(parameters, expected);
    assert_eq!(
        (answer.authorization_code, answer.access_token),
        (None, None)
    );
}

#[rstest]
#[tokio::test]
async fn authorization_issue_request_determines_the_contents_of_the_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.backchannel_logout_session_supported = Some(true);
    })
    .await;
    let query = request(client, "id_token token", "openid read", "&nonce=n");
    let ticket = ticket(&api, &query).await;
    let mut request = AuthorizationIssueRequest::new(&ticket, "alice")
        .sub("pairwise-alice")
        .scopes(["openid", "write"])
        .claims(r#"{"given_name":"Alice","iss":"https://evil.example","middle_name":null}"#)
        .idt_header_params(r#"{"x":"y","alg":"none"}"#)
        .id_token_aud_type("string")
        .session_id("session-1")
        .properties([Property::new("color", "blue")])
        .access_token("token-of-the-caller")
        .access_token_duration(60);
    let answer = api.authorization_issue(&request).await.unwrap();
    let parameters = fragment(&answer);
    assert_eq!(
        value(&parameters, "access_token"),
        Some("token-of-the-caller")
    );
    assert_eq!(value(&parameters, "expires_in"), Some("60"));
    assert_eq!(value(&parameters, "scope"), Some("openid write"));
    let id_token = value(&parameters, "id_token").unwrap();
    let (header, _) = jwt::parts(id_token);
    assert_eq!(
        (&header["alg"], &header["x"]),
        (&json!("ES256"), &json!("y"))
    );
    let claims = jwt::verified(id_token, &jwks(&api).await);
    assert_eq!(claims["iss"], "https://as.example");
    assert_eq!(claims["sub"], "pairwise-alice");
    assert_eq!(claims["aud"], client.id.to_string());
    assert_eq!(claims["given_name"], "Alice");
    assert_eq!(claims["sid"], "session-1");
    assert!(claims.get("middle_name").is_none());
    let introspection = IntrospectionRequest::new("token-of-the-caller");
    let introspected = api.introspection(&introspection).await.unwrap();
    assert_eq!(introspected.subject.as_deref(), Some("alice"));
    assert_eq!(introspected.scopes.unwrap(), ["openid", "write"]);

    // The ticket is used up, and the token value is in use.
    let again = api.authorization_issue(&request).await.unwrap();
    assert_eq!(again.action, AuthorizationIssueAction::BadRequest);
    assert_code(again.result_code.as_deref(), "A041202");
    request.ticket = crate::common::ticket(&api, &query).await;
    let taken = api.authorization_issue(&request).await.unwrap();
    assert_eq!(taken.action, AuthorizationIssueAction::InternalServerError);
    request.claims = Some("[]".to_owned());
    request.ticket = crate::common::ticket(&api, &query).await;
    let malformed = api.authorization_issue(&request).await.unwrap();
    assert_eq!(
        malformed.action,
        AuthorizationIssueAction::InternalServerError
    );
    assert_code(malformed.result_code.as_deref(), "A044201");
}

#[rstest]
#[tokio::test]
async fn id_tokens_need_openid_and_a_nonce(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let cases = [
        (request(client, "id_token", "read", "&nonce=n"), "A004302"),
        (request(client, "id_token", "openid", ""), "A014303"),
        (request(client, "code id_token", "openid", ""), "A014303"),
    ];
    for (query, expected) in cases {
        let answer = api
            .authorization(&AuthorizationRequest::new(query.as_str()))
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::Location, "{query}");
        assert_code_for(answer.result_code.as_deref(), expected, &query);
        let content = answer.response_content.unwrap();
        let fragment = content.expose().split_once('#').unwrap().1;
        assert!(fragment.starts_with("error=invalid_request&"), "{fragment}");
    }
}

#[rstest]
#[tokio::test]
async fn service_and_client_restrict_response_types(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let error = async |response_type: &str| {
        let query = request(client, response_type, "openid", "&nonce=n");
        let answer = api
            .authorization(&AuthorizationRequest::new(query.as_str()))
            .await
            .unwrap();
        let content = answer.response_content?.expose().to_owned();
        let (_, parameters) = content.split_once(['#', '?']).unwrap();
        let (error, _) = parameters.split_once('&').unwrap();
        Some(error.strip_prefix("error=").unwrap().to_owned())
    };
    assert_eq!(error("code").await, None);
    assert_eq!(error("device").await.unwrap(), "unsupported_response_type");
    configure_client(&api, client.id, |client| {
        client.response_types = Some(vec![ResponseType::Code, ResponseType::IdToken]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    assert_eq!(error("code").await, None);
    assert_eq!(error("code id_token").await.unwrap(), "unauthorized_client");
    // The response type alone is not enough (RFC 7591 §2.1).
    assert_eq!(error("id_token").await.unwrap(), "unauthorized_client");
    configure(&emulator, &api, |service| {
        service.supported_response_types = Some(vec![ResponseType::Token]);
    })
    .await;
    assert_eq!(error("code").await.unwrap(), "unsupported_response_type");
}
