//! Rules that the documentation of the Authlete Java library states for responses to authorization requests, if no other
//! test covers them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason as Reason,
    AuthorizationFailRequest, AuthorizationIssueRequest, AuthorizationIssueResponse, Display,
    GrantType, GrantedScopesRequest, IntrospectionRequest, JwsAlg, Pair, ResponseType, Scope,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

/// An emulator whose client may use all response types.
async fn start_all(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.response_types = Some(ResponseType::KNOWN.to_vec());
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    (emulator, api)
}

/// Issues the response to a request for the subject `alice`.
async fn issue(
    api: &Authlete,
    query: &str,
    decide: impl FnOnce(AuthorizationIssueRequest) -> AuthorizationIssueRequest,
) -> AuthorizationIssueResponse {
    let request = AuthorizationIssueRequest::new(ticket(api, query).await, "alice");
    api.authorization_issue(&decide(request)).await.unwrap()
}

/// `AuthorizationFailRequest.Reason`: the reasons that concern the authentication, and errors of the server.
#[rstest]
#[tokio::test]
async fn reason_about_the_authentication_becomes_login_required(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (reason, error) in [
        (Reason::MaxAgeNotSupported, "login_required"),
        (Reason::DifferentSubject, "login_required"),
        (Reason::NotAuthenticated, "login_required"),
        (Reason::ServerError, "server_error"),
    ] {
        let ticket = ticket(&api, &query(emulator.client())).await;
        let request = AuthorizationFailRequest::new(ticket, reason);
        let answer = api.authorization_fail(&request).await.unwrap();
        assert_eq!(answer.action, AuthorizationFailAction::Location);
        let (_, parameters) = location(answer.response_content.as_ref());
        assert_eq!(parameters[0], ("error".to_owned(), error.to_owned()));
    }
}

/// `AuthorizationIssueRequest.setScopes`: an empty list replaces the scopes, and `openid` cannot be added.
#[rstest]
#[tokio::test]
async fn scopes_of_the_issue_replace_those_of_the_request_but_do_not_add_openid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let cases: [(Option<&[&str]>, &[&str]); 3] = [
        (None, &["read", "write"]),
        (Some(&[]), &[]),
        (Some(&["openid", "email"]), &["email"]),
    ];
    for (given, expected) in cases {
        let mut issue = AuthorizationIssueRequest::new(ticket(&api, &query(client)).await, "alice");
        issue.scopes = given.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let parameters = code_parameters(client, code.expose());
        let answer = request_token(&api, client, &parameters).await;
        assert_eq!(answer.scopes.unwrap_or_default(), expected);
        assert_eq!(answer.id_token, None);
    }
}

/// `AuthorizationResponse`: members without a value in the request.
#[rstest]
#[tokio::test]
async fn member_without_a_value_in_the_request_is_null(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let answer = ask(&api, query(emulator.client())).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let texts = [
        ("subject", &answer.subject),
        ("loginHint", &answer.login_hint),
        ("purpose", &answer.purpose),
        ("requestObjectPayload", &answer.request_object_payload),
        ("idTokenClaims", &answer.id_token_claims),
        ("userInfoClaims", &answer.user_info_claims),
        ("transformedClaims", &answer.transformed_claims),
        ("grantId", &answer.grant_id),
        ("grantSubject", &answer.grant_subject),
        ("issuableCredentials", &answer.issuable_credentials),
    ];
    for (name, text) in texts {
        assert_eq!(text, &None, "{name}");
    }
    let lists = [
        ("acrs", &answer.acrs),
        ("uiLocales", &answer.ui_locales),
        ("claimsLocales", &answer.claims_locales),
        ("resources", &answer.resources),
        ("claims", &answer.claims),
        ("claimsAtUserInfo", &answer.claims_at_user_info),
    ];
    for (name, list) in lists {
        assert_eq!(list, &None, "{name}");
    }
    assert_eq!(answer.prompts, None);
    assert_eq!(answer.dynamic_scopes, None);
    assert_eq!(answer.authorization_details, None);
    assert_eq!((answer.gm_action, answer.grant), (None, None));
    assert_eq!(answer.credential_offer_info, None);
    let flags = [
        answer.acr_essential,
        answer.client_id_alias_used,
        answer.client_entity_id_used,
        answer.native_sso_requested,
    ];
    assert_eq!(flags, [Some(false); 4]);
    assert_eq!(answer.display, Some(Display::Page));
}

/// `AuthorizationResponse.clientIdAliasUsed`.
#[rstest]
#[tokio::test]
async fn client_id_alias_used_is_true_if_the_request_has_the_alias(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let by_id = query(client);
    let by_alias = by_id.replace(&client.id.to_string(), &client.alias);
    for (query, used) in [(by_id, false), (by_alias, true)] {
        let answer = ask(&api, query).await;
        assert_eq!(answer.client_id_alias_used, Some(used));
        assert_eq!(answer.client_entity_id_used, Some(false));
    }
}

/// `AuthorizationResponse.maxAge`.
#[rstest]
#[tokio::test]
async fn max_age_of_the_request_takes_precedence_over_the_default_and_0_is_no_limit(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let with_max_age = format!("{good}&max_age=300");
    assert_eq!(ask(&api, good.as_str()).await.max_age, Some(0));
    assert_eq!(ask(&api, with_max_age.as_str()).await.max_age, Some(300));
    configure_client(&api, client.id, |client| client.default_max_age = Some(60)).await;
    assert_eq!(ask(&api, good.as_str()).await.max_age, Some(60));
    assert_eq!(ask(&api, with_max_age).await.max_age, Some(300));
    assert_eq!(ask(&api, good + "&max_age=0").await.max_age, Some(0));
}

/// `AuthorizationResponse.purpose`: from 3 to 300 characters, which are not bytes.
#[rstest]
#[tokio::test]
async fn purpose_has_3_to_300_characters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let good = query(emulator.client());
    for (length, accepted) in [(2, false), (3, true), (300, true), (301, false)] {
        let purpose = "\u{e9}".repeat(length);
        let answer = ask(&api, format!("{good}&{}", form(&[("purpose", &purpose)]))).await;
        if accepted {
            assert_eq!(answer.purpose, Some(purpose));
            continue;
        }
        let (_, parameters) = location(answer.response_content.as_ref());
        assert_eq!(parameters[0].1, "invalid_request", "{length}");
    }
}

/// `AuthorizationResponse.display`, `prompts` and `claimsLocales`.
#[rstest]
#[tokio::test]
async fn display_prompts_and_claims_locales_of_a_request_are_returned(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let good = query(emulator.client());
    configure(&emulator, &api, |service| {
        service.supported_displays = Some(Display::KNOWN.to_vec());
    })
    .await;
    for word in ["page", "popup", "touch", "wap"] {
        let answer = ask(&api, format!("{good}&display={word}")).await;
        assert_eq!(answer.display.unwrap().as_str(), word.to_uppercase());
    }
    for word in ["login", "consent", "select_account", "create", "none"] {
        let answer = ask(&api, format!("{good}&prompt={word}")).await;
        let prompts = answer.prompts.unwrap();
        assert_eq!(prompts.len(), 1);
        assert_eq!(prompts[0].as_str(), word.to_uppercase());
    }
    let answer = ask(&api, good + "&claims_locales=ja+de+fr").await;
    assert_eq!(answer.claims_locales.unwrap(), ["ja", "de", "fr"]);
}

/// `AuthorizationResponse.idTokenClaims`, `userInfoClaims`, `transformedClaims` and `resources`: the request object takes
/// precedence, also if parameters outside of it are allowed.
#[rstest]
#[tokio::test]
async fn claims_and_resources_of_a_request_object_take_precedence_over_the_parameters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = jwt::Key::generate();
    configure_client(&api, client.id, |client| {
        client.jwks = Some(key.jwks().into());
    })
    .await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = now.as_secs();
    let claims = |name: &str| {
        json!({
            "id_token": { name: null },
            "userinfo": { name: null },
            "transformed_claims": { name: { "claim": "birthdate", "fn": [] } },
        })
    };
    for (traditional, inside) in [(false, true), (true, true), (true, false)] {
        configure(&emulator, &api, |service| {
            service.traditional_request_object_processing_applied = Some(traditional);
        })
        .await;
        let mut object = json!({
            "iss": client.id.to_string(),
            "aud": "https://as.example",
            "exp": now + 60,
            "nbf": now - 1,
            "client_id": client.id.to_string(),
            "response_type": "code",
            "redirect_uri": client.redirect_uri,
            "scope": "openid",
        });
        if inside {
            object["claims"] = claims("inside");
            object["resource"] = json!("https://inside.example/");
        }
        let parameters = form(&[
            ("request", &key.sign(&object)),
            ("claims", &claims("outside").to_string()),
            ("resource", "https://outside.example/"),
        ]);
        let good = query(client).replace("read+write", "openid");
        let answer = ask(&api, format!("{good}&{parameters}")).await;
        let expected = if inside { "inside" } else { "outside" };
        let resource = format!("https://{expected}.example/");
        assert_eq!(answer.resources, Some(vec![resource]), "{traditional}");
        let expected = claims(expected);
        for (name, actual) in [
            ("id_token", answer.id_token_claims),
            ("userinfo", answer.user_info_claims),
            ("transformed_claims", answer.transformed_claims),
        ] {
            let actual: Value = serde_json::from_str(&actual.unwrap()).unwrap();
            assert_eq!(actual, expected[name], "{traditional}");
        }
    }
}

/// `AuthorizationResponse.claims` and `AuthorizationIssueRequest.claims`: a name may have a language tag.
#[rstest]
#[tokio::test]
async fn claim_with_a_language_tag_is_requested_and_issued_by_its_whole_name(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let good = query(emulator.client()).replace("read+write", "openid&nonce=n");
    let good = good.replace("type=code", "type=id_token");
    let claims = form(&[("claims", r##"{"id_token":{"name#ja":null}}"##)]);
    let good = format!("{good}&{claims}");
    assert_eq!(ask(&api, good.as_str()).await.claims.unwrap(), ["name#ja"]);
    let answer = issue(&api, &good, |issue| {
        issue.claims(r##"{"name#ja":"Arisu"}"##)
    })
    .await;
    let (_, claims) = jwt::parts(answer.id_token.unwrap().expose());
    assert_eq!(claims["name#ja"], "Arisu");
}

/// `AuthorizationResponse`, on dynamic scopes: the record of granted scopes does not have them.
#[rstest]
#[tokio::test]
async fn dynamic_scope_is_not_recorded_as_a_granted_scope(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        let pay = Scope::new("pay").attributes([Pair::new("regex", "pay:[0-9]+")]);
        service.supported_scopes.as_mut().unwrap().push(pay);
    })
    .await;
    let good = query(client).replace("read+write", "read+pay%3A17");
    let code = code(&api, &good).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.scopes.unwrap(), ["read", "pay:17"]);
    let request = GrantedScopesRequest::new("alice");
    let record = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(record.latest_granted_scopes.unwrap(), ["read"]);
    assert_eq!(record.merged_granted_scopes.unwrap(), ["read"]);
}

/// `AuthorizationIssueRequest.sub`: empty or missing.
#[rstest]
#[tokio::test]
async fn empty_or_missing_sub_gives_the_subject_in_the_id_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let good = query(emulator.client()).replace("read+write", "openid&nonce=n");
    let good = good.replace("type=code", "type=id_token");
    for (sub, expected) in [(None, "alice"), (Some(""), "alice"), (Some("x"), "x")] {
        let answer = issue(&api, &good, |mut issue| {
            issue.sub = sub.map(str::to_owned);
            issue
        })
        .await;
        let (_, claims) = jwt::parts(answer.id_token.unwrap().expose());
        assert_eq!(claims["sub"], expected);
    }
}

/// `AuthorizationIssueRequest.consentedClaims`: by default, the claims of the granted scopes, not of the requested ones.
#[rstest]
#[tokio::test]
async fn consented_claims_default_to_those_of_the_granted_scopes_and_the_given_claims(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client).replace("read+write", "openid+email+phone");
    let answer = issue(&api, &good, |issue| {
        issue
            .scopes(["openid", "email"])
            .claims(r#"{"name":"Alice"}"#)
    })
    .await;
    let code = answer.authorization_code.unwrap();
    let answer = request_token(&api, client, &code_parameters(client, code.expose())).await;
    let request = IntrospectionRequest::new(answer.access_token.unwrap());
    let actual = api.introspection(&request).await.unwrap();
    let expected = ["email", "email_verified", "name"];
    assert_eq!(actual.consented_claims.unwrap(), expected);
}

/// `AuthorizationIssueRequest.accessTokenDuration` and `accessToken`; `AuthorizationIssueResponse` on times.
#[rstest]
#[tokio::test]
async fn access_token_has_43_characters_and_a_duration_that_is_positive_or_the_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let implicit = query(client).replace("type=code", "type=token");
    for (given, expected) in [
        (None, 86_400),
        (Some(0), 86_400),
        (Some(-5), 86_400),
        (Some(60), 60),
    ] {
        let answer = issue(&api, &implicit, |mut issue| {
            issue.access_token_duration = given;
            issue
        })
        .await;
        assert_eq!(answer.access_token_duration, Some(expected), "{given:?}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let expected = i64::try_from(now.as_millis()).unwrap() + expected * 1000;
        let end = answer.access_token_expires_at.unwrap();
        assert!((expected - end).abs() < 60_000, "{end}");
        let token = answer.access_token.unwrap();
        assert_eq!(jwt::decode(token.expose()).len(), 32);
        assert_eq!(answer.jwt_access_token, None);
    }
    // The duration does not apply to the access token that is issued for the code.
    let answer = issue(&api, &query(client), |mut issue| {
        issue.access_token_duration = Some(60);
        issue
    })
    .await;
    assert_eq!(answer.access_token_duration, Some(0));
    let code = answer.authorization_code.unwrap();
    let answer = request_token(&api, client, &code_parameters(client, code.expose())).await;
    assert_eq!(answer.access_token_duration, Some(86_400));
}

/// `AuthorizationIssueResponse.jwtAccessToken`, `AuthorizationIssueRequest.jwtAtClaims`.
#[rstest]
#[tokio::test]
async fn jwt_is_issued_along_with_the_access_token_when_the_service_has_an_algorithm_for_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let implicit = query(client).replace("type=code", "type=token");
    let decide = |issue: AuthorizationIssueRequest| issue.jwt_at_claims(r#"{"tenant":"a"}"#);
    let plain = issue(&api, &implicit, decide).await;
    assert!(plain.access_token.is_some());
    assert_eq!(plain.jwt_access_token, None);
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let answer = issue(&api, &implicit, decide).await;
    let jwt = answer.jwt_access_token.unwrap();
    let claims = jwt::verified(jwt.expose(), &jwks(&api).await);
    assert_eq!(claims["jti"], answer.access_token.unwrap().expose());
    assert_eq!(claims["tenant"], "a");
    let content = answer.response_content.unwrap();
    let parameter = format!("access_token={}&", jwt.expose());
    assert!(content.expose().contains(&parameter));
    let code = issue(&api, &query(client), decide).await;
    assert_eq!((code.access_token, code.jwt_access_token), (None, None));
}

/// `AuthorizationFailRequest`: its required members; `AuthorizationFailResponse.responseContent`.
#[rstest]
#[tokio::test]
async fn fail_request_needs_a_ticket_and_a_reason_but_no_description(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let path = "/auth/authorization/fail";
    let (emulator, api) = start(version).await;
    let ticket = ticket(&api, &query(emulator.client())).await;
    let value = ticket.expose();
    let good = json!({ "ticket": value, "reason": "DENIED" });
    for (body, action, error) in [
        (
            json!({ "reason": "DENIED" }),
            "INTERNAL_SERVER_ERROR",
            "server_error",
        ),
        (
            json!({ "ticket": value }),
            "INTERNAL_SERVER_ERROR",
            "server_error",
        ),
        (good.clone(), "LOCATION", "access_denied"),
        (good, "BAD_REQUEST", "invalid_request"),
    ] {
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(status, 200);
        assert_eq!(answer["action"], action, "{body}");
        let content = answer["responseContent"].as_str().unwrap();
        if action == "LOCATION" {
            let (uri, parameters) = content.split_once('?').unwrap();
            assert_eq!(uri, emulator.client().redirect_uri);
            assert!(parameters.starts_with("error=access_denied&error_description="));
            continue;
        }
        let content: Value = serde_json::from_str(content).unwrap();
        assert_eq!(content["error"], error);
    }
}
