//! Requested claims, ACRs, prompts and ID token hints (OpenID Connect Core 1.0 §3.1.2.1, §5.4, §5.5).

use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, AuthorizationRequest, AuthorizationResponse,
    Display, GrantType, JwsAlg, ResponseType,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

async fn start_openid(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.supported_acrs = Some(vec!["silver".to_owned(), "gold".to_owned()]);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.response_types = Some(vec![ResponseType::Code, ResponseType::IdToken]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    (emulator, api)
}

async fn ask(
    api: &Authlete,
    client: &RegisteredClient,
    more: &[(&str, &str)],
) -> AuthorizationResponse {
    let id = client.id.to_string();
    let mut parameters = vec![
        ("client_id", id.as_str()),
        ("redirect_uri", &client.redirect_uri),
        ("nonce", "n"),
    ];
    for (name, value) in [("response_type", "code"), ("scope", "openid")] {
        if !more.iter().any(|(given, _)| *given == name) {
            parameters.push((name, value));
        }
    }
    parameters.extend(more);
    let request = AuthorizationRequest::new(form(&parameters));
    api.authorization(&request).await.unwrap()
}

async fn accepted(
    api: &Authlete,
    client: &RegisteredClient,
    more: &[(&str, &str)],
) -> AuthorizationResponse {
    let answer = ask(api, client, more).await;
    assert_eq!(
        answer.action,
        AuthorizationAction::Interaction,
        "{answer:?}"
    );
    answer
}

async fn error(api: &Authlete, client: &RegisteredClient, more: &[(&str, &str)]) -> String {
    let answer = ask(api, client, more).await;
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].0, "error");
    parameters[0].1.clone()
}

fn object(text: Option<String>) -> Value {
    serde_json::from_str(&text.unwrap()).unwrap()
}

#[rstest]
#[tokio::test]
async fn claims_come_from_scopes_and_from_the_parameter(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let claims = json!({
        "id_token": { "nickname": null, "auth_time": { "essential": true } },
        "userinfo": { "picture": { "essential": true } },
        "transformed_claims": { "adult": { "claim": "birthdate", "fn": [] } },
    });
    let claims = claims.to_string();
    let (emulator, api) = start_openid(version).await;
    let client = emulator.client();
    let scope = ("scope", "openid email phone");
    let answer = accepted(&api, client, &[scope, ("claims", &claims)]).await;
    let by_scope = [
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
    ];
    let with = |own: &[&'static str]| {
        let mut names = [own, &by_scope].concat();
        names.sort_unstable();
        names
    };
    assert_eq!(answer.claims.unwrap(), with(&["auth_time", "nickname"]));
    assert_eq!(answer.claims_at_user_info.unwrap(), with(&["picture"]));
    let expected = json!({ "nickname": null, "auth_time": { "essential": true } });
    assert_eq!(object(answer.id_token_claims), expected);
    let expected = json!({ "picture": { "essential": true } });
    assert_eq!(object(answer.user_info_claims), expected);
    let expected = json!({ "adult": { "claim": "birthdate", "fn": [] } });
    assert_eq!(object(answer.transformed_claims), expected);

    // Without an access token, the client cannot call the UserInfo endpoint.
    let alone = [scope, ("response_type", "id_token")];
    let answer = accepted(&api, client, &alone).await;
    assert_eq!(answer.claims.unwrap(), by_scope);
    assert_eq!(answer.claims_at_user_info, None);
    configure(&emulator, &api, |service| {
        service.claim_shortcut_restrictive = Some(true);
    })
    .await;
    let answer = accepted(&api, client, &alone).await;
    assert_eq!(answer.claims.unwrap(), by_scope);
    let answer = accepted(&api, client, &[scope]).await;
    assert_eq!(answer.claims, None);
    assert_eq!(answer.claims_at_user_info.unwrap(), by_scope);
    let plain = accepted(&api, client, &[("scope", "email")]).await;
    assert_eq!((plain.claims, plain.claims_at_user_info), (None, None));
}

#[rstest]
#[tokio::test]
async fn malformed_claims_parameter_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_openid(version).await;
    let client = emulator.client();
    for wrong in [
        "x",
        "[]",
        "1",
        r#"{"id_token":[]}"#,
        r#"{"userinfo":"email"}"#,
    ] {
        let error = error(&api, client, &[("claims", wrong)]).await;
        assert_eq!(error, "invalid_request", "{wrong}");
    }
    accepted(
        &api,
        client,
        &[("claims", r#"{"id_token":null,"unknown":1}"#)],
    )
    .await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let deep = format!("{{\"id_token\":{deep}}}");
    assert_eq!(
        error(&api, client, &[("claims", &deep)]).await,
        "invalid_request"
    );
}

/// Parameters, the ACRs that they request, and whether these are essential.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], bool);

#[rstest]
#[tokio::test]
async fn claims_parameter_takes_precedence_over_acr_values_and_default_acrs(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_openid(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.default_acrs = Some(vec!["silver".to_owned()]);
    })
    .await;
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["lead","gold"]}}}"#;
    let voluntary = r#"{"id_token":{"acr":{"value":"silver"}}}"#;
    let impossible = r#"{"id_token":{"acr":{"essential":true,"value":"lead"}}}"#;
    let values = ("acr_values", "gold lead silver");
    let cases: [Case<'_>; 4] = [
        (&[], &["silver"], false),
        (&[values], &["gold", "silver"], false),
        (&[values, ("claims", voluntary)], &["silver"], false),
        (&[values, ("claims", essential)], &["gold"], true),
    ];
    for (more, acrs, is_essential) in cases {
        let answer = accepted(&api, client, more).await;
        assert_eq!(answer.acrs.unwrap(), acrs);
        assert_eq!(answer.acr_essential, Some(is_essential));
    }
    let error = error(&api, client, &[("claims", impossible)]).await;
    assert_eq!(error, "login_required");
}

#[rstest]
#[tokio::test]
async fn parameters_for_the_login_page_are_returned_and_validated(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_openid(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.supported_displays = Some(vec![Display::Page, Display::Popup]);
        service.supported_ui_locales = Some(vec!["en".to_owned(), "fr-CA".to_owned()]);
    })
    .await;
    let answer = accepted(
        &api,
        client,
        &[
            ("display", "popup"),
            ("prompt", "login consent"),
            ("ui_locales", "fr-CA ja en"),
            ("claims_locales", "ja"),
            ("login_hint", "alice@example.com"),
            ("purpose", "to know you"),
            ("max_age", "300"),
        ],
    )
    .await;
    let words = |list: &[&str]| {
        list.iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(answer.display.unwrap().as_str(), "POPUP");
    let prompts = answer.prompts.unwrap();
    let prompts: Vec<_> = prompts.iter().map(|prompt| prompt.as_str()).collect();
    assert_eq!(prompts, ["LOGIN", "CONSENT"]);
    assert_eq!(answer.lowest_prompt.unwrap().as_str(), "LOGIN");
    assert_eq!(answer.ui_locales, Some(words(&["fr-CA", "en"])));
    assert_eq!(answer.claims_locales, Some(words(&["ja"])));
    assert_eq!(answer.login_hint.as_deref(), Some("alice@example.com"));
    assert_eq!(answer.purpose.as_deref(), Some("to know you"));
    assert_eq!(answer.max_age, Some(300));

    configure_client(&api, client.id, |client| client.default_max_age = Some(60)).await;
    configure(&emulator, &api, |service| {
        service.supported_prompt_values = Some(vec!["LOGIN".into(), "NONE".into()]);
    })
    .await;
    let plain = accepted(&api, client, &[]).await;
    assert_eq!(plain.display.unwrap().as_str(), "PAGE");
    assert_eq!((plain.prompts, plain.max_age), (None, Some(60)));
    assert_eq!(plain.lowest_prompt.unwrap().as_str(), "CONSENT");
    for wrong in [
        ("prompt", "create"),
        ("prompt", "sing"),
        ("prompt", "none login"),
        ("display", "braille"),
        ("display", "touch"),
        ("max_age", "1.5"),
        ("max_age", "99999999999"),
        ("purpose", "no"),
    ] {
        assert_eq!(
            error(&api, client, &[wrong]).await,
            "invalid_request",
            "{wrong:?}"
        );
    }
    let silent = ask(&api, client, &[("prompt", "none")]).await;
    assert_eq!(silent.action, AuthorizationAction::NoInteraction);
}

#[rstest]
#[tokio::test]
async fn subject_comes_from_the_sub_claim_or_the_id_token_hint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_openid(version).await;
    let client = emulator.client();
    let sub = r#"{"id_token":{"sub":{"value":"alice"}}}"#;
    let answer = accepted(&api, client, &[("claims", sub)]).await;
    assert_eq!(answer.subject.as_deref(), Some("alice"));

    let id_token = async || {
        let answer = accepted(&api, client, &[("response_type", "id_token")]).await;
        let issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
        let issued = api.authorization_issue(&issue).await.unwrap();
        issued.id_token.unwrap().expose().to_owned()
    };
    let hint = id_token().await;
    let answer = accepted(&api, client, &[("id_token_hint", &hint)]).await;
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    let both = [("id_token_hint", hint.as_str()), ("claims", sub)];
    assert_eq!(
        accepted(&api, client, &both).await.subject.as_deref(),
        Some("alice")
    );
    let bob = sub.replace("alice", "bob");
    let differ = [("id_token_hint", hint.as_str()), ("claims", &bob)];
    assert_eq!(error(&api, client, &differ).await, "invalid_request");

    let (_, claims) = jwt::parts(&hint);
    let forged = jwt::Key::generate().sign(&claims);
    let unsigned = jwt::unsigned(&claims);
    let (start, _) = hint.rsplit_once('.').unwrap();
    for wrong in ["x", &forged, &unsigned, &format!("{start}.AAAA")] {
        assert_eq!(
            error(&api, client, &[("id_token_hint", wrong)]).await,
            "invalid_request"
        );
    }
    // An ID token that is signed with the client secret is accepted, too.
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Hs256);
    })
    .await;
    let hint = id_token().await;
    assert_eq!(jwt::parts(&hint).0["alg"], "HS256");
    let answer = accepted(&api, client, &[("id_token_hint", &hint)]).await;
    assert_eq!(answer.subject.as_deref(), Some("alice"));
}
