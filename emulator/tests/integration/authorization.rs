//! Authorization requests: redirect URIs, PKCE, tickets and scopes.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    ApplicationType, AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason,
    AuthorizationFailRequest, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationRequest, AuthorizationResponse, Client, ClientType, GrantType, Pair, ResponseType,
    Scope, TokenAction, TokenRequest,
};
use rstest::rstest;

/// The error in the redirect to the client.
fn error(answer: &AuthorizationResponse) -> String {
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].0, "error");
    parameters[0].1.clone()
}

/// A public client with one redirect URI.
async fn native(api: &Authlete, uri: &str) -> String {
    let mut client = Client::new();
    client.client_type = Some(ClientType::Public);
    client.application_type = Some(ApplicationType::Native);
    client.redirect_uris = Some(vec![uri.to_owned()]);
    let client = api.create_client(&client).await.unwrap();
    client.client_id.unwrap().to_string()
}

fn minimal_query(client_id: &str, uri: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", uri),
    ])
}

#[rstest]
#[tokio::test]
async fn unregistered_redirect_uri_is_refused_without_a_redirect(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let registered = client.redirect_uri.as_str();
    let id = client.id.to_string();
    for evil in [
        "https://evil.example/",
        "https://client.example/callback/",
        "https://client.example/callback?x=1",
        "https://client.example/callback#x",
        "https://client.example.evil.example/callback",
        "https://client.example/callbac%6B",
        "HTTPS://client.example/callback",
        " https://client.example/callback",
    ] {
        for more in [
            "",
            "&max_age=x",
            "&request=x",
            "&request_uri=x",
            "&response_mode=form_post",
        ] {
            let answer = ask(&api, minimal_query(&id, evil) + more).await;
            assert_eq!(
                answer.action,
                AuthorizationAction::BadRequest,
                "{evil} {more}"
            );
            let content = answer.response_content.unwrap();
            assert!(!content.expose().contains("evil"), "{evil}");
        }
    }
    // Parsers could disagree on which of two values counts.
    let twice = format!(
        "{}&redirect_uri=https%3A%2F%2Fevil.example%2F",
        minimal_query(&id, registered)
    );
    assert_eq!(error(&ask(&api, twice).await), "invalid_request");
    let first = form(&[("redirect_uri", "https://evil.example/")]);
    let answer = ask(&api, format!("{first}&{}", minimal_query(&id, registered))).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn redirect_uri_may_be_omitted_if_only_one_is_registered(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let id = native(&api, "app:callback").await;
    let query = form(&[("response_type", "code"), ("client_id", &id)]);
    let issue = AuthorizationIssueRequest::new(ticket(&api, &query).await, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    let (to, _) = location(answer.response_content.as_ref());
    assert_eq!(to, "app:callback");
    let openid = ask(&api, format!("{query}&scope=openid")).await;
    assert_code(openid.result_code.as_deref(), "A011303");
    let number = id.parse().unwrap();
    configure_client(&api, number, |client| {
        client.redirect_uris = Some(vec!["app:a".to_owned(), "app:b".to_owned()]);
    })
    .await;
    let ambiguous = ask(&api, query).await;
    assert_eq!(ambiguous.action, AuthorizationAction::BadRequest);
    assert_code(ambiguous.result_code.as_deref(), "A011313");
}

#[rstest]
#[tokio::test]
async fn loopback_redirect_uri_may_have_any_port_if_the_service_allows_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = native(&api, "http://127.0.0.1/callback").await;
    let chosen = "http://127.0.0.1:49152/callback";
    let answer = ask(&api, minimal_query(&id, chosen)).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
    configure(&emulator, &api, |service| {
        service.loopback_redirection_uri_variable = Some(true);
    })
    .await;
    let code = code(&api, &minimal_query(&id, chosen)).await;
    let token = |uri: &str| {
        TokenRequest::new(form(&[
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("code", &code),
            ("redirect_uri", uri),
        ]))
    };
    // The token request has to name the same port.
    let other = api
        .token(&token("http://127.0.0.1:1/callback"))
        .await
        .unwrap();
    assert_eq!(other.action, TokenAction::BadRequest);
    assert_eq!(
        api.token(&token(chosen)).await.unwrap().action,
        TokenAction::Ok
    );
    for wrong in ["http://127.0.0.1:1/other", "http://evil.example:1/callback"] {
        let answer = ask(&api, minimal_query(&id, wrong)).await;
        assert_eq!(answer.action, AuthorizationAction::BadRequest, "{wrong}");
    }
}

#[rstest]
#[tokio::test]
async fn every_response_has_iss_unless_suppressed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let good = query(emulator.client());
    let issuers = async || {
        let issue = AuthorizationIssueRequest::new(ticket(&api, &good).await, "alice");
        let issued = api.authorization_issue(&issue).await.unwrap();
        let denied = AuthorizationFailReason::Denied;
        let fail = AuthorizationFailRequest::new(ticket(&api, &good).await, denied);
        let failed = api.authorization_fail(&fail).await.unwrap();
        let refused = ask(&api, format!("{good}&max_age=x")).await;
        let contents = [
            issued.response_content,
            failed.response_content,
            refused.response_content,
        ];
        contents.map(|content| {
            let (_, parameters) = location(content.as_ref());
            let issuer = parameters.into_iter().find(|(name, _)| name == "iss");
            issuer.map(|(_, value)| value)
        })
    };
    let issuer = Some("https://as.example".to_owned());
    assert_eq!(issuers().await, [issuer.clone(), issuer.clone(), issuer]);
    configure(&emulator, &api, |service| {
        service.iss_suppressed = Some(true)
    })
    .await;
    assert_eq!(issuers().await, [None, None, None]);
}

#[rstest]
#[tokio::test]
async fn pkce_requirements_of_the_client_and_the_service_are_enforced(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let stripped = good
        .replace(&format!("code_challenge={CHALLENGE}"), "")
        .replace("code_challenge_method=S256", "");
    let plain = good.replace("S256", "plain");
    let default = good.replace("code_challenge_method=S256", "");
    configure_client(&api, client.id, |client| client.pkce_required = Some(true)).await;
    let answer = ask(&api, stripped.as_str()).await;
    assert_eq!(error(&answer), "invalid_request");
    assert_code(answer.result_code.as_deref(), "A124301");
    assert_eq!(
        ask(&api, plain.as_str()).await.action,
        AuthorizationAction::Interaction
    );
    configure(&emulator, &api, |service| {
        service.pkce_s256_required = Some(true)
    })
    .await;
    for (weak, code) in [(plain, "A124308"), (default, "A124307")] {
        let answer = ask(&api, weak).await;
        assert_code(answer.result_code.as_deref(), code);
    }
    assert_eq!(
        ask(&api, good).await.action,
        AuthorizationAction::Interaction
    );
}

#[rstest]
#[tokio::test]
async fn ticket_is_refused_after_its_first_use_and_after_a_day(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let query = query(emulator.client());
    let denied = AuthorizationFailReason::Denied;
    let ticket = crate::common::ticket(&api, &query).await;
    let issue = AuthorizationIssueRequest::new(&ticket, "alice");
    let fail = AuthorizationFailRequest::new(&ticket, denied.clone());
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::Location);
    let again = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(again.action, AuthorizationIssueAction::BadRequest);
    assert_eq!(again.authorization_code, None);
    let failed = api.authorization_fail(&fail).await.unwrap();
    assert_eq!(failed.action, AuthorizationFailAction::BadRequest);

    let fail = AuthorizationFailRequest::new(crate::common::ticket(&api, &query).await, denied);
    let late = crate::common::ticket(&api, &query).await;
    emulator.advance(Duration::from_secs(86_400));
    let failed = api.authorization_fail(&fail).await.unwrap();
    assert_eq!(failed.action, AuthorizationFailAction::BadRequest);
    assert_code(failed.result_code.as_deref(), "A059301");
    let issue = AuthorizationIssueRequest::new(late, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn request_with_prompt_none_can_be_issued_or_failed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let silent = format!("{}&prompt=none", query(emulator.client()));
    let answer = ask(&api, silent.as_str()).await;
    assert_eq!(answer.action, AuthorizationAction::NoInteraction);
    assert_eq!(answer.lowest_prompt.unwrap().as_str(), "NONE");
    let issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::Location);
    let reason = AuthorizationFailReason::NotLoggedIn;
    let fail = AuthorizationFailRequest::new(ticket(&api, &silent).await, reason);
    let failed = api.authorization_fail(&fail).await.unwrap();
    let (_, parameters) = location(failed.response_content.as_ref());
    assert_eq!(parameters[0].1, "login_required");
}

#[rstest]
#[tokio::test]
async fn request_of_a_locked_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    lock(&api, client.id, true).await;
    let request = AuthorizationRequest::new(query(client));
    let answer = api.authorization(&request).await.unwrap();
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A010307");
}

#[rstest]
#[tokio::test]
async fn context_of_a_ticket_is_returned_by_issue(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let request = AuthorizationRequest::new(query(emulator.client())).context("cart 7");
    let ticket = api.authorization(&request).await.unwrap().ticket.unwrap();
    let issue = AuthorizationIssueRequest::new(ticket, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(
        answer.ticket_info.unwrap().context.as_deref(),
        Some("cart 7")
    );
}

#[rstest]
#[tokio::test]
async fn scopes_can_have_a_variable_part(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        let pay = Scope::new("pay").attributes([Pair::new("regex", "pay:[0-9]+")]);
        let broken = Scope::new("broken").attributes([Pair::new("regex", "(")]);
        service
            .supported_scopes
            .as_mut()
            .unwrap()
            .extend([pay, broken]);
    })
    .await;
    let requested = query(emulator.client()).replace("read+write", "read+pay%3A17+pay%3Ax+pay");
    let answer = ask(&api, requested.as_str()).await;
    let scopes = answer.scopes.unwrap().into_iter();
    let scopes: Vec<_> = scopes.filter_map(|scope| scope.name).collect();
    assert_eq!(scopes, ["read", "pay"]);
    let [dynamic] = &answer.dynamic_scopes.unwrap()[..] else {
        panic!("not one dynamic scope");
    };
    let dynamic = (dynamic.name.as_deref(), dynamic.value.as_deref());
    assert_eq!(dynamic, (Some("pay"), Some("pay:17")));
    let code = code(&api, &requested).await;
    let client = emulator.client();
    let token = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(token.scopes.unwrap(), ["read", "pay", "pay:17"]);
}

#[rstest]
#[tokio::test]
async fn unsupported_scopes_and_offline_access_without_a_code_are_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let unknown = good.replace("read+write", "unheard-of");
    let answer = ask(&api, unknown.as_str()).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert!(answer.scopes.is_none());
    configure(&emulator, &api, |service| {
        service.scope_required = Some(true);
        let scopes = service.supported_scopes.as_mut().unwrap();
        scopes.retain(|scope| scope.name.as_deref() != Some("write"));
    })
    .await;
    assert_eq!(error(&ask(&api, unknown).await), "invalid_scope");
    let scopes = ask(&api, good.as_str()).await.scopes.unwrap();
    assert_eq!(scopes.len(), 1);
    assert_eq!(scopes[0].name.as_deref(), Some("read"));
    // Without a code there is no refresh token, so `offline_access` is ignored (OpenID Connect Core 1.0 §11).
    configure_client(&api, client.id, |client| {
        client.response_types = Some(vec![ResponseType::Code, ResponseType::Token]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    let offline = good.replace("read+write", "read+offline_access");
    let refused = ask(&api, offline.as_str()).await;
    assert_code(refused.result_code.as_deref(), "A004303");
    let offline = format!("{offline}&prompt=consent");
    assert_eq!(ask(&api, offline.as_str()).await.scopes.unwrap().len(), 2);
    let implicit = offline.replace("response_type=code", "response_type=token");
    assert_eq!(ask(&api, implicit).await.scopes.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn ticket_of_a_deleted_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let query = query(client);
    let [first, second] = [ticket(&api, &query).await, ticket(&api, &query).await];
    api.delete_client(client.id).await.unwrap();
    let issue = AuthorizationIssueRequest::new(first, "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::BadRequest);
    let fail = AuthorizationFailRequest::new(second, AuthorizationFailReason::Denied);
    let failed = api.authorization_fail(&fail).await.unwrap();
    assert_eq!(failed.action, AuthorizationFailAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn code_with_dpop_jkt_is_refused_without_a_dpop_proof(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    for wrong in ["x", &"+".repeat(43), &"A".repeat(44)] {
        let more = form(&[("dpop_jkt", wrong)]);
        let answer = ask(&api, format!("{good}&{more}")).await;
        assert_eq!(error(&answer), "invalid_request", "{wrong}");
    }
    let bound = format!("{good}&dpop_jkt={}", "A".repeat(43));
    let code = code(&api, &bound).await;
    let token = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(token.action, TokenAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn every_malformed_request_gets_an_answer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let long = "a".repeat(100_000);
    let nested = format!(
        "claims={}1{}",
        "%7B%22id_token%22%3A".repeat(2000),
        "%7D".repeat(2000)
    );
    let (emulator, api) = start(version).await;
    let good = query(emulator.client());
    for odd in [
        "%",
        "%00",
        "&&&===",
        "=",
        "\u{1F600}",
        "request=%00.%FF.%",
        "request=....",
        "request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A",
        "redirect_uri=%FF",
        "client_id=-1",
        "client_id=99999999999999999999",
        "max_age=-9223372036854775808",
        "id_token_hint=..",
        "authorization_details=%5B%5B%5D%5D",
        "resource=%3A",
        &format!("state={long}"),
        &format!("scope={long}"),
        &nested,
    ] {
        ask(&api, odd).await;
        ask(&api, format!("{odd}&{good}")).await;
        ask(&api, format!("{good}&{odd}")).await;
    }
    let answer = ask(&api, good).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}
