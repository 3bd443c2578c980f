//! Rules that the documentation of the Authlete Java library states for authorization requests, token requests and the
//! management of tokens, if no other test covers them.

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, AuthorizationRequest, AuthzDetails,
    AuthzDetailsElement, Client, ClientAuthMethod, ClientType, Display, GetTokenListQuery,
    GrantType, IntrospectionRequest, JweAlg, JwsAlg, Property, PushedAuthReqAction,
    PushedAuthReqRequest, ResponseType, TokenAction, TokenCreateAction, TokenCreateRequest,
    TokenRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

/// A token request of the registered client with its client secret.
fn token_request(client: &RegisteredClient, parameters: impl Into<String>) -> TokenRequest {
    TokenRequest::new(parameters.into())
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
}

async fn code_with(api: &Authlete, query: &str, change: impl FnOnce(&mut Issue)) -> String {
    let mut issue = Issue::new(ticket(api, query).await, "alice");
    change(&mut issue);
    let answer = api.authorization_issue(&issue).await.unwrap();
    answer.authorization_code.unwrap().expose().to_owned()
}

type Issue = AuthorizationIssueRequest;

/// The keys of the properties that a token has, in order.
async fn properties(api: &Authlete, token: &Secret) -> Vec<String> {
    let answer = api.introspection(&IntrospectionRequest::new(token)).await;
    let properties = answer.unwrap().properties.unwrap_or_default();
    properties
        .into_iter()
        .map(|property| property.key.unwrap())
        .collect()
}

fn refusal(answer: &authlete::types::AuthorizationResponse) -> Option<&str> {
    assert_eq!(answer.action, AuthorizationAction::Location);
    answer.result_code.as_deref()
}

/// `AuthorizationRequest.parameters`, `PushedAuthReqRequest.parameters`; `INTERNAL_SERVER_ERROR` of both responses.
#[rstest]
#[tokio::test]
async fn missing_parameters_are_a_server_error_and_empty_ones_a_client_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    for (path, missing, empty) in [
        ("/auth/authorization", "A004201", "A004301"),
        ("/pushed_auth_req", "A166201", "A166301"),
        ("/auth/token", "A047201", "A047301"),
    ] {
        for (body, action, error, code) in [
            (json!({}), "INTERNAL_SERVER_ERROR", "server_error", missing),
            (
                json!({ "parameters": "" }),
                "BAD_REQUEST",
                "invalid_request",
                empty,
            ),
        ] {
            let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
            assert_eq!(status, 200, "{path}");
            assert_code(answer["resultCode"].as_str(), code);
            assert_eq!(answer["action"], action);
            let content = answer["responseContent"].as_str().unwrap();
            let content: Value = serde_json::from_str(content).unwrap();
            assert_eq!(content["error"], error);
        }
    }
}

/// `AuthorizationResponse`, on the display mode and the UI locales: the service must support them.
#[rstest]
#[tokio::test]
async fn display_and_ui_locales_are_limited_to_those_that_the_service_supports(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let good = query(emulator.client());
    let with = |more: &str| format!("{good}&{more}");
    // By default, a service supports the display `page` only, and no locales.
    let answer = ask(&api, with("display=page&ui_locales=en")).await;
    assert_eq!(answer.display, Some(Display::Page));
    assert_eq!(answer.ui_locales, None);
    assert_code(refusal(&ask(&api, with("display=popup")).await), "A015305");
    configure(&emulator, &api, |service| {
        service.supported_displays = Some(vec![Display::Popup, Display::Touch]);
        service.supported_ui_locales = Some(vec!["en".to_owned(), "ja".to_owned()]);
    })
    .await;
    let answer = ask(&api, with("display=popup&ui_locales=fr+ja+de+en")).await;
    assert_eq!(answer.display, Some(Display::Popup));
    let locales = answer.ui_locales.unwrap();
    assert_eq!(locales, ["ja", "en"], "in the order of the request");
    // `page` is the default, and not supported.
    assert_code(refusal(&ask(&api, good.as_str()).await), "A015304");
}

/// `AuthorizationIssueRequest.scopes`: the authorization API requires consent for `offline_access`, the issue API does not.
#[rstest]
#[tokio::test]
async fn offline_access_needs_consent_if_the_client_requests_it_but_not_if_the_server_adds_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let offline = good.replace("read+write", "read+offline_access");
    for prompt in ["", "&prompt=login", "&prompt=none"] {
        let answer = ask(&api, format!("{offline}{prompt}")).await;
        assert_code_for(refusal(&answer), "A004303", prompt);
    }
    let pushed = push(&api, client, &offline).await;
    assert_code(pushed.result_code.as_deref(), "A004303");
    for prompt in ["consent", "login+consent"] {
        let answer = ask(&api, format!("{offline}&prompt={prompt}")).await;
        assert_eq!(answer.scopes.unwrap().len(), 2, "{prompt}");
    }
    let code = code_with(&api, &good, |issue| {
        issue.scopes = Some(vec!["offline_access".to_owned()]);
    })
    .await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.scopes, Some(vec!["offline_access".to_owned()]));
}

/// `AuthorizationResponse.acrs`, with the published code for a service that supports none.
#[rstest]
#[tokio::test]
async fn requested_or_default_acr_is_refused_if_the_service_supports_none(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let claims = form(&[("claims", r#"{"id_token":{"acr":{"value":"gold"}}}"#)]);
    for more in ["acr_values=gold", &claims] {
        let answer = ask(&api, format!("{good}&{more}")).await;
        assert_code_for(refusal(&answer), "A021303", more);
    }
    // An `acr` claim without a value requests no ACR.
    let open = form(&[("claims", r#"{"id_token":{"acr":null}}"#)]);
    let answer = ask(&api, format!("{good}&{open}")).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure_client(&api, client.id, |client| {
        client.default_acrs = Some(vec!["gold".to_owned()]);
    })
    .await;
    assert_code(refusal(&ask(&api, good.as_str()).await), "A021303");
    configure(&emulator, &api, |service| {
        service.supported_acrs = Some(vec!["gold".to_owned()]);
    })
    .await;
    assert_eq!(ask(&api, good).await.acrs.unwrap(), ["gold"]);
}

/// The published codes for responses that are JWTs.
#[rstest]
#[tokio::test]
async fn response_is_a_jwt_only_for_a_client_that_is_registered_for_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    type Change = fn(&mut Client);
    let cases: [(&str, Change); 4] = [
        ("A012305", |_| {}),
        ("A012306", |client| {
            client.authorization_sign_alg = Some(JwsAlg::None);
        }),
        ("A012307", |client| {
            client.client_type = Some(ClientType::Public);
            client.authorization_sign_alg = Some(JwsAlg::Hs256);
        }),
        ("A012308", |client| {
            client.client_type = Some(ClientType::Public);
            client.authorization_sign_alg = Some(JwsAlg::Rs256);
            client.authorization_encryption_alg = Some(JweAlg::A128kw);
        }),
    ];
    for (code, change) in cases {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure_client(&api, client.id, change).await;
        let query = format!("{}&response_mode=jwt", query(client));
        let answer = ask(&api, query).await;
        assert_code(refusal(&answer), code);
        // The error response is not signed.
        let (_, parameters) = location(answer.response_content.as_ref());
        assert_eq!(parameters[0].1, "invalid_request");
    }
}

/// `AuthorizationIssueRequest.sessionId`: it is used for Native SSO and back-channel logout only.
#[rstest]
#[tokio::test]
async fn session_is_in_the_id_token_only_if_the_service_supports_logout_by_session(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let openid = query(client).replace("read+write", "openid");
    for is_used in [false, true] {
        configure(&emulator, &api, |service| {
            service.backchannel_logout_session_supported = Some(is_used);
        })
        .await;
        let code = code_with(&api, &openid, |issue| {
            issue.session_id = Some("session-1".to_owned());
        })
        .await;
        let answer = request_token(&api, client, &code_parameters(client, &code)).await;
        let claims = jwt::parts(answer.id_token.unwrap().expose()).1;
        let expected = is_used.then_some("session-1");
        assert_eq!(claims.get("sid").and_then(Value::as_str), expected);
    }
}

/// `setProperties` of the requests that issue tokens: some keys are reserved.
#[rstest]
#[tokio::test]
async fn property_with_the_name_of_a_member_of_token_responses_is_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const RESERVED: [&str; 9] = [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "scope",
        "error",
        "error_description",
        "error_uri",
        "id_token",
    ];
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut given: Vec<_> = RESERVED.map(|key| Property::new(key, "x")).into();
    given.push(Property::new("shop", "7"));
    let request = token_request(client, "grant_type=client_credentials");
    let answer = api.token(&request.properties(given.clone())).await.unwrap();
    assert_eq!(answer.properties.as_ref().unwrap().len(), 1);
    let body = content(answer.response_content.as_ref());
    assert_eq!(
        (&body["shop"], &body["token_type"]),
        (&json!("7"), &json!("Bearer"))
    );
    let token = answer.access_token.unwrap();
    assert_eq!(properties(&api, &token).await, ["shop"]);

    let request = TokenCreateRequest::new(GrantType::ClientCredentials)
        .client_id(client.id)
        .properties(given.clone());
    let created = api.token_create(&request).await.unwrap();
    let token = created.access_token.unwrap();
    assert_eq!(properties(&api, &token).await, ["shop"]);

    let code = code_with(&api, &query(client), |issue| issue.properties = Some(given)).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    let token = answer.access_token.unwrap();
    assert_eq!(properties(&api, &token).await, ["shop"]);
}

/// `TokenRequest.setProperties`: merged for codes and refresh tokens. The later value wins.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_merged_into_those_of_the_code_and_of_the_refresh_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code_with(&api, &query(client), |issue| {
        issue.properties = Some(vec![Property::new("a", "1"), Property::new("b", "1")]);
    })
    .await;
    let request = token_request(client, code_parameters(client, &code))
        .properties([Property::new("b", "2"), Property::new("c", "2")]);
    let first = api.token(&request).await.unwrap();
    let body = content(first.response_content.as_ref());
    assert_eq!(
        [&body["a"], &body["b"], &body["c"]],
        [&json!("1"), &json!("2"), &json!("2")]
    );
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh_token.unwrap().expose()),
    ]);
    let request = token_request(client, refresh).properties([Property::new("c", "3")]);
    let second = api.token(&request).await.unwrap();
    let body = content(second.response_content.as_ref());
    assert_eq!(
        [&body["a"], &body["b"], &body["c"]],
        [&json!("1"), &json!("2"), &json!("3")]
    );
}

/// `TokenRequest.setProperties`: for other grant types, another call sets the properties.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_not_used_for_a_password(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Password]);
    })
    .await;
    let parameters = "grant_type=password&username=alice&password=x";
    let request = token_request(client, parameters).properties([Property::new("shop", "7")]);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Password);
    let request = authlete::types::TokenIssueRequest::new(answer.ticket.unwrap(), "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(issued.properties, None);
}

/// `TokenRequest.jwtAtClaims`: used for client credentials. In other flows, another call sets the claims.
#[rstest]
#[tokio::test]
async fn claims_of_a_token_request_are_for_client_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let client = emulator.client();
    let claims = async |parameters: String| {
        let request = token_request(client, parameters).jwt_at_claims(r#"{"tenant":"b"}"#);
        let answer = api.token(&request).await.unwrap();
        assert_eq!(answer.action, TokenAction::Ok);
        let claims = jwt::parts(answer.jwt_access_token.unwrap().expose()).1;
        (claims, answer.refresh_token)
    };
    let (own, _) = claims("grant_type=client_credentials".to_owned()).await;
    assert_eq!(own["tenant"], "b");
    let code = code_with(&api, &query(client), |issue| {
        issue.jwt_at_claims = Some(r#"{"tenant":"a"}"#.to_owned());
    })
    .await;
    let (of_code, refresh_token) = claims(code_parameters(client, &code)).await;
    assert_eq!(of_code["tenant"], "a");
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.unwrap().expose()),
    ]);
    let (refreshed, _) = claims(refresh).await;
    assert_eq!(refreshed["tenant"], "a");
}

/// `TokenResponse` and `PushedAuthReqResponse`, on `clientAuthMethod`: how the client should have authenticated.
#[rstest]
#[tokio::test]
async fn error_response_has_the_auth_method_of_a_known_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::ClientSecretPost);
    })
    .await;
    let parameters = "grant_type=client_credentials";
    let wrong = token_request(client, parameters).client_secret("wrong");
    let answer = api.token(&wrong).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    let method = Some(ClientAuthMethod::ClientSecretPost);
    assert_eq!(answer.client_auth_method, method);
    assert_eq!(answer.client_id, Some(client.id));
    assert_eq!(
        answer.client_id_alias.as_deref(),
        Some(client.alias.as_str())
    );
    assert_eq!(answer.client_id_alias_used, Some(false));
    let unknown = TokenRequest::new(parameters).client_id("unheard-of");
    let answer = api.token(&unknown).await.unwrap();
    assert_eq!(answer.client_auth_method, None);
    assert_eq!(answer.client_id_alias, None);

    let pushed = PushedAuthReqRequest::new(query(client)).client_secret("wrong");
    let answer = api.push_authorization_request(&pushed).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Unauthorized);
    assert_eq!(answer.client_auth_method, method);
    let pushed = PushedAuthReqRequest::new("response_type=code");
    let answer = api.push_authorization_request(&pushed).await.unwrap();
    assert_eq!(answer.client_auth_method, None);
}

/// The published code for a client whose type and method conflict.
#[rstest]
#[tokio::test]
async fn public_client_that_is_registered_for_a_method_cannot_authenticate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for method in [
        ClientAuthMethod::ClientSecretBasic,
        ClientAuthMethod::ClientSecretPost,
        ClientAuthMethod::PrivateKeyJwt,
    ] {
        configure_client(&api, client.id, |client| {
            client.client_type = Some(ClientType::Public);
            client.token_auth_method = Some(method.clone());
        })
        .await;
        let named = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", &client.id.to_string()),
        ]);
        for request in [
            TokenRequest::new(named.as_str()),
            token_request(client, named.as_str()),
        ] {
            let answer = api.token(&request).await.unwrap();
            assert_eq!(answer.action, TokenAction::InvalidClient);
            assert_code(answer.result_code.as_deref(), "A157302");
            assert_eq!(answer.client_auth_method, Some(method.clone()));
        }
    }
}

/// `TokenResponse.previousRefreshTokenUsed` is for idempotent refresh tokens only.
#[rstest]
#[tokio::test]
async fn previous_refresh_token_used_is_false_if_refresh_tokens_are_not_idempotent(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.refresh_token_idempotent = Some(true);
    })
    .await;
    let first = tokens(&api, client).await;
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh_token.unwrap().expose()),
    ]);
    request_token(&api, client, &refresh).await;
    let again = request_token(&api, client, &refresh).await;
    assert_eq!(again.previous_refresh_token_used, Some(true));
    configure(&emulator, &api, |service| {
        service.refresh_token_idempotent = Some(false);
    })
    .await;
    let late = request_token(&api, client, &refresh).await;
    assert_eq!(late.action, TokenAction::BadRequest);
    assert_eq!(late.previous_refresh_token_used, Some(false));
}

/// `TokenListResponse.accessTokens` is null when no token matches.
#[rstest]
#[tokio::test]
async fn empty_token_list_has_no_member_for_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    tokens(&api, emulator.client()).await;
    let query = GetTokenListQuery::new().subject("nobody");
    let list = api.get_token_list(&query).await.unwrap();
    assert_eq!((list.total_count, list.access_tokens), (Some(0), None));
    assert_eq!(list.subject.as_deref(), Some("nobody"));
    assert_eq!(list.client, None);
    let query = GetTokenListQuery::new().subject("alice");
    let list = api.get_token_list(&query).await.unwrap();
    assert_eq!(list.access_tokens.unwrap().len(), 1);
}

/// `TokenCreateRequest`, on `acr` and `authTime`: ignored where there is no subject.
#[rstest]
#[tokio::test]
async fn acr_and_auth_time_are_ignored_without_a_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (grant_type, is_ignored) in [
        (GrantType::ClientCredentials, true),
        (GrantType::Password, false),
    ] {
        let request = TokenCreateRequest::new(grant_type)
            .client_id(emulator.client().id)
            .subject("alice")
            .acr("gold")
            .auth_time(-1);
        let refused = api.token_create(&request).await.unwrap();
        let action = match is_ignored {
            true => TokenCreateAction::Ok,
            false => TokenCreateAction::BadRequest,
        };
        assert_eq!(refused.action, action);
        let created = api.token_create(&request.auth_time(1)).await.unwrap();
        let request = IntrospectionRequest::new(created.access_token.unwrap());
        let found = api.introspection(&request).await.unwrap();
        let expected = (!is_ignored).then_some("gold");
        assert_eq!(found.acr.as_deref(), expected);
        assert_eq!(found.auth_time, Some(if is_ignored { 0 } else { 1 }));
    }
}

/// `AuthorizationIssueRequest`: the details replace those of the request, and `accessToken` needs `response_type=token`.
#[rstest]
#[tokio::test]
async fn issue_replaces_the_details_and_ignores_an_access_token_without_response_type_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code_with(&api, &query(client), |issue| {
        let mut details = AuthzDetails::new();
        details.elements = Some(vec![AuthzDetailsElement::new("account")]);
        issue.authorization_details = Some(details);
        issue.access_token = Some("chosen".into());
    })
    .await;
    let unknown = api
        .introspection(&IntrospectionRequest::new("chosen"))
        .await;
    assert_eq!(unknown.unwrap().existent, Some(false));
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_ne!(answer.access_token.unwrap().expose(), "chosen");
    let body = content(answer.response_content.as_ref());
    assert_eq!(
        body["authorization_details"],
        json!([{ "type": "account" }])
    );
}

async fn start_all(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.response_types = Some(ResponseType::KNOWN.to_vec());
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    (emulator, api)
}

/// `AuthorizationIssueResponse`: each member is present if `response_type` contains its word.
#[rstest]
#[tokio::test]
async fn response_has_the_code_and_tokens_of_the_response_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    for response_type in [
        "none",
        "code",
        "token",
        "id_token",
        "code token",
        "code id_token",
        "id_token token",
        "code id_token token",
    ] {
        let words: Vec<_> = response_type.split(' ').collect();
        let good = query(client).replace("scope=read+write", "scope=openid&nonce=n");
        let good = good.replace("type=code", &format!("type={}", words.join("+")));
        let ticket = ticket(&api, &good).await;
        let request = AuthorizationIssueRequest::new(ticket, "alice");
        let answer = api.authorization_issue(&request).await.unwrap();
        let has = |word| words.contains(&word);
        assert_eq!(answer.authorization_code.is_some(), has("code"));
        assert_eq!(answer.access_token.is_some(), has("token"));
        assert_eq!(answer.id_token.is_some(), has("id_token"));
        let (duration, end) = (answer.access_token_duration, answer.access_token_expires_at);
        assert_eq!(duration == Some(0), !has("token"), "{response_type}");
        assert_eq!(end == Some(0), !has("token"), "{response_type}");
    }
    let silent = AuthorizationRequest::new(format!("{}&prompt=none", query(client)));
    let answer = api.authorization(&silent).await.unwrap();
    assert_eq!(answer.action, AuthorizationAction::NoInteraction);
    assert_eq!(answer.lowest_prompt.unwrap().as_str(), "NONE");
}
