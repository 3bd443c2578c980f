//! Response modes (OAuth 2.0 Multiple Response Type Encoding Practices, OAuth 2.0 Form Post
//! Response Mode, JARM).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason,
    AuthorizationFailRequest, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationRequest, GrantType, IntrospectionRequest, JweAlg, JweEnc, JwsAlg, ResponseMode,
    ResponseType,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::json;

async fn start_modes(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.response_types = Some(vec![ResponseType::Code, ResponseType::Token]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        client.authorization_sign_alg = Some(JwsAlg::Rs256);
    })
    .await;
    (emulator, api)
}

fn request(client: &RegisteredClient, response_type: &str, mode: &str) -> String {
    form(&[
        ("response_type", response_type),
        ("response_mode", mode),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("scope", "read"),
        ("state", "<\"'&>"),
    ])
}

/// The action of `/auth/authorization/issue`, and the response for the client.
async fn issue(api: &Authlete, query: &str) -> (AuthorizationIssueAction, String) {
    let request = AuthorizationIssueRequest::new(ticket(api, query).await, "alice");
    let answer = api.authorization_issue(&request).await.unwrap();
    let content = answer.response_content.unwrap();
    (answer.action, content.expose().to_owned())
}

fn parameters_after(content: &str, mark: char) -> Vec<(String, String)> {
    let (uri, parameters) = content.split_once(mark).unwrap();
    assert_eq!(uri, "https://client.example/callback");
    form_urlencoded::parse(parameters.as_bytes())
        .into_owned()
        .collect()
}

#[rstest]
#[tokio::test]
async fn query_and_fragment_are_chosen_by_mode_and_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    for (response_type, mode, mark) in [
        ("code", "", '?'),
        ("code", "query", '?'),
        ("code", "fragment", '#'),
        ("token", "", '#'),
        ("token", "fragment", '#'),
    ] {
        let (action, content) = issue(&api, &request(client, response_type, mode)).await;
        assert_eq!(action, AuthorizationIssueAction::Location);
        let parameters = parameters_after(&content, mark);
        assert!(parameters.contains(&("state".to_owned(), "<\"'&>".to_owned())));
        assert_eq!(content.matches(['?', '#']).count(), 1);
    }
}

#[rstest]
#[tokio::test]
async fn form_posts_the_response_and_nothing_else(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let query = request(emulator.client(), "code", "form_post");
    let ticket = ticket(&api, &query).await;
    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(answer.action, AuthorizationIssueAction::Form);
    let code = answer.authorization_code.unwrap();
    let page = answer.response_content.unwrap().expose().to_owned();
    let inputs: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("<input"))
        .collect();
    let code = format!(
        "<input type=\"hidden\" name=\"code\" value=\"{}\"/>",
        code.expose()
    );
    let expected = [
        code.as_str(),
        "<input type=\"hidden\" name=\"state\" value=\"&lt;&quot;&#39;&amp;&gt;\"/>",
        "<input type=\"hidden\" name=\"iss\" value=\"https://as.example\"/>",
    ];
    assert_eq!(inputs, expected);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("<form method=\"post\" action=\"https://client.example/callback\">"));
    assert!(page.contains("onload=\"document.forms[0].submit()\""));
}

#[rstest]
#[tokio::test]
async fn no_parameter_breaks_out_of_the_form(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let attack = "\"/><script>alert(1)</script><input value=\"";
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    let uri = "https://client.example/?a=1&b=2";
    configure_client(&api, client.id, |client| {
        client.redirect_uris = Some(vec![uri.to_owned()]);
    })
    .await;
    let query = form(&[
        ("response_type", "code"),
        ("response_mode", "form_post"),
        ("client_id", &client.alias),
        ("redirect_uri", uri),
        ("state", attack),
    ]);
    let (action, page) = issue(&api, &query).await;
    assert_eq!(action, AuthorizationIssueAction::Form);
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(page.matches("<input").count(), 3);
    assert!(page.contains("action=\"https://client.example/?a=1&amp;b=2\""));

    let fail =
        AuthorizationFailRequest::new(ticket(&api, &query).await, AuthorizationFailReason::Denied);
    let answer = api
        .authorization_fail(&fail.description(attack))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationFailAction::Form);
    assert!(
        !answer
            .response_content
            .unwrap()
            .expose()
            .contains("<script")
    );
}

#[rstest]
#[tokio::test]
async fn errors_are_sent_in_the_requested_response_mode(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    for (mode, action) in [
        ("query", AuthorizationAction::Location),
        ("fragment", AuthorizationAction::Location),
        ("form_post", AuthorizationAction::Form),
        ("jwt", AuthorizationAction::Location),
        ("form_post.jwt", AuthorizationAction::Form),
    ] {
        let query = format!("{}&max_age=x", request(client, "code", mode));
        let answer = api
            .authorization(&AuthorizationRequest::new(query))
            .await
            .unwrap();
        assert_eq!(answer.action, action, "{mode}");
        let content = answer.response_content.unwrap();
        let mark = match mode {
            "query" => "?error=invalid_request&",
            "fragment" => "#error=invalid_request&",
            "form_post" => "name=\"error\" value=\"invalid_request\"",
            "jwt" => "?response=",
            _ => "name=\"response\"",
        };
        assert!(content.expose().contains(mark), "{mode}");
    }
}

#[rstest]
#[tokio::test]
async fn tokens_in_the_query_and_unsupported_response_modes_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    for (response_type, mode, code) in [
        ("token", "query", "A012304"),
        ("token", "query.jwt", "A012309"),
        ("code", "web_message", "A012303"),
    ] {
        let answer = api
            .authorization(&AuthorizationRequest::new(request(
                client,
                response_type,
                mode,
            )))
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::Location);
        assert_code(answer.result_code.as_deref(), code);
        let mark = if response_type == "token" { '#' } else { '?' };
        let parameters = parameters_after(answer.response_content.unwrap().expose(), mark);
        assert_eq!(parameters[0].1, "invalid_request");
    }
    configure_client(&api, client.id, |client| {
        client.response_modes = Some(vec![ResponseMode::Query]);
    })
    .await;
    let fragment = AuthorizationRequest::new(request(client, "code", "fragment"));
    let answer = api.authorization(&fragment).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A901304");
}

#[rstest]
#[tokio::test]
async fn jwt_response_is_signed_and_has_the_client_as_audience(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.authorization_response_duration = Some(120);
    })
    .await;
    let keys = jwks(&api).await;
    for (response_type, mode, mark) in [
        ("code", "jwt", '?'),
        ("code", "query.jwt", '?'),
        ("code", "fragment.jwt", '#'),
        ("token", "jwt", '#'),
    ] {
        let (action, content) = issue(&api, &request(client, response_type, mode)).await;
        assert_eq!(action, AuthorizationIssueAction::Location);
        let parameters = parameters_after(&content, mark);
        let [(name, response)] = &parameters[..] else {
            panic!("{parameters:?}");
        };
        assert_eq!(name, "response");
        let claims = jwt::verified(response, &keys);
        assert_eq!(jwt::parts(response).0["alg"], "RS256");
        assert_eq!(claims["iss"], "https://as.example");
        assert_eq!(claims["aud"], client.id.to_string());
        assert_eq!(claims["state"], "<\"'&>");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let exp = claims["exp"].as_u64().unwrap();
        assert!((now + 110..=now + 120).contains(&exp), "{exp} at {now}");
        let given = if response_type == "code" {
            "code"
        } else {
            "access_token"
        };
        assert!(claims[given].is_string());
    }
}

#[rstest]
#[tokio::test]
async fn error_response_is_a_signed_jwt_in_a_jwt_mode(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let query = request(client, "code", "form_post.jwt");
    let fail =
        AuthorizationFailRequest::new(ticket(&api, &query).await, AuthorizationFailReason::Denied);
    let answer = api.authorization_fail(&fail).await.unwrap();
    assert_eq!(answer.action, AuthorizationFailAction::Form);
    let page = answer.response_content.unwrap().expose().to_owned();
    let (_, response) = page.split_once("name=\"response\" value=\"").unwrap();
    let (response, _) = response.split_once('"').unwrap();
    assert_eq!(jwt::parts(response).0["alg"], "ES256");
    let claims = jwt::verified(response, &jwks(&api).await);
    assert_eq!(claims["error"], "access_denied");
    assert_eq!(claims["aud"], client.id.to_string());
}

#[rstest]
#[tokio::test]
async fn jwt_response_is_encrypted_if_the_client_has_an_encryption_algorithm(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.authorization_encryption_alg = Some(JweAlg::Dir);
        client.authorization_encryption_enc = Some(JweEnc::A256gcm);
    })
    .await;
    // An encrypted response may be in the query, also with a token.
    let (_, content) = issue(&api, &request(client, "token", "query.jwt")).await;
    let parameters = parameters_after(&content, '?');
    let signed = jwe::opened(client.secret.expose(), &parameters[0].1);
    let claims = jwt::verified(&signed, &jwks(&api).await);
    assert!(claims["access_token"].is_string());
}

#[rstest]
#[tokio::test]
async fn jwt_response_without_an_algorithm_or_a_key_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_modes(version).await;
    let client = emulator.client();
    let query = request(client, "token", "jwt");
    let ticket = ticket(&api, &query).await;
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::None);
    })
    .await;
    // The authorization request is refused with an unsigned response.
    let answer = api
        .authorization(&AuthorizationRequest::new(query.as_str()))
        .await
        .unwrap();
    assert_eq!(answer.action, AuthorizationAction::Location);
    assert_code(answer.result_code.as_deref(), "A012306");
    let issue = AuthorizationIssueRequest::new(ticket, "alice").access_token("not_issued");
    let answer = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(answer.action, AuthorizationIssueAction::InternalServerError);
    // The failed call has created no token.
    let not_issued = IntrospectionRequest::new("not_issued");
    let introspected = api.introspection(&not_issued).await.unwrap();
    assert_eq!(introspected.existent, Some(false));
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = None
    })
    .await;
    let answer = ask(&api, query.as_str()).await;
    assert_code(answer.result_code.as_deref(), "A012305");
    configure(&emulator, &api, |service| service.jwks = None).await;
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::Rs256);
    })
    .await;
    let broken = AuthorizationRequest::new(format!("{query}&max_age=x"));
    let answer = api.authorization(&broken).await.unwrap();
    assert_eq!(answer.action, AuthorizationAction::InternalServerError);
    let error = content(answer.response_content.as_ref());
    assert_eq!(error["error"], json!("server_error"));
    assert_eq!(answer.ticket, None::<Secret>);
}
