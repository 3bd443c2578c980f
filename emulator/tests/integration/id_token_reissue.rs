//! ID tokens for refreshed tokens (OpenID Connect Core 1.0 §12.2).

use std::time::Duration;

use crate::common::openid::{Issue, exchange, request};
use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::types::{
    IdTokenReissueAction as Action, IdTokenReissueRequest, IdTokenReissueResponse, JwsAlg,
    TokenAction, TokenResponse, TokenRevokeRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

/// An emulator whose service allows ID tokens to be reissued.
async fn start_with(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.id_token_reissuable = Some(true);
    })
    .await;
    (emulator, api)
}

async fn refresh(emulator: &Emulator, api: &Authlete, token: &Secret, more: &str) -> TokenResponse {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, emulator.client(), &format!("{parameters}{more}")).await
}

/// Refreshed tokens for which an ID token can be reissued.
async fn refreshed(
    emulator: &Emulator,
    api: &Authlete,
    decide: impl FnOnce(Issue) -> Issue,
) -> TokenResponse {
    let first = exchange(api, emulator.client(), decide).await;
    assert_eq!(first.action, TokenAction::Ok);
    let answer = refresh(emulator, api, &first.refresh_token.unwrap(), "").await;
    assert_eq!(answer.action, TokenAction::IdTokenReissuable);
    answer
}

/// The reissue request for a token response.
fn reissue(answer: &TokenResponse) -> IdTokenReissueRequest {
    let access_token = answer.jwt_access_token.as_ref();
    let access_token = access_token.or(answer.access_token.as_ref());
    IdTokenReissueRequest::new(
        access_token.expect("an access token"),
        answer.refresh_token.as_ref().expect("a refresh token"),
    )
}

async fn reissued(api: &Authlete, request: &IdTokenReissueRequest) -> IdTokenReissueResponse {
    let answer = api.id_token_reissue(request).await.unwrap();
    assert_eq!(
        answer.action,
        Action::Ok,
        "{:?}",
        answer.result_message.as_ref().map(Secret::expose)
    );
    assert_code(answer.result_code.as_deref(), "A907004");
    answer
}

/// The claims of a reissued ID token, whose signature is verified.
async fn claims(api: &Authlete, request: &IdTokenReissueRequest) -> Value {
    let id_token = reissued(api, request).await.id_token.unwrap();
    jwt::verified(id_token.expose(), &jwks(api).await)
}

async fn assert_caller_error(api: &Authlete, request: &IdTokenReissueRequest, code: &str) {
    let answer = api.id_token_reissue(request).await.unwrap();
    assert_eq!(answer.action, Action::CallerError);
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.id_token, None);
    assert_eq!(answer.response_content, None);
}

#[rstest]
#[tokio::test]
async fn action_is_id_token_reissuable_for_refreshed_tokens_with_openid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut token = exchange(&api, client, |issue| issue).await.refresh_token;
    for (wanted, more, expected) in [
        (false, "", TokenAction::Ok),
        (true, "", TokenAction::IdTokenReissuable),
        (true, "&scope=email", TokenAction::Ok),
        (true, "&scope=openid", TokenAction::IdTokenReissuable),
    ] {
        configure(&emulator, &api, |service| {
            service.id_token_reissuable = Some(wanted);
        })
        .await;
        let answer = refresh(&emulator, &api, &token.unwrap(), more).await;
        assert_eq!(answer.action, expected, "{wanted} {more}");
        // The token response is complete without an ID token.
        let content = content(answer.response_content.as_ref());
        assert_eq!(content.get("id_token"), None);
        assert_eq!(answer.id_token, None);
        token = answer.refresh_token;
    }
    let first = tokens(&api, client).await;
    let answer = refresh(&emulator, &api, &first.refresh_token.unwrap(), "").await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn response_has_the_requested_id_token_claims(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let client = emulator.client();
    let wanted = json!({ "id_token": { "email": null, "zoneinfo": null } }).to_string();
    let query = request(client, &client.id.to_string());
    let query = format!("{query}&{}", form(&[("claims", &wanted)]));
    let code = code(&api, &query).await;
    let first = request_token(&api, client, &code_parameters(client, &code)).await;
    let answer = refresh(&emulator, &api, &first.refresh_token.unwrap(), "").await;
    assert_eq!(answer.action, TokenAction::IdTokenReissuable);
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(
        answer.requested_id_token_claims.unwrap(),
        ["email", "zoneinfo"]
    );
}

#[rstest]
#[tokio::test]
async fn reissued_id_token_has_the_claims_of_the_authentication(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.backchannel_logout_session_supported = Some(true);
    })
    .await;
    let decide = |issue: Issue| {
        issue
            .auth_time(1_700_000_000)
            .acr("gold")
            .session_id("session")
            .claims(r#"{"email":"old@b.example"}"#)
            .idt_header_params(r#"{"x":1}"#)
            .id_token_aud_type("string")
    };
    let first = exchange(&api, client, decide).await;
    let earlier = openid::id_token_in(&first);
    let earlier = jwt::verified(&earlier, &jwks(&api).await);
    emulator.advance(Duration::from_secs(100));
    let answer = refresh(&emulator, &api, &first.refresh_token.unwrap(), "").await;
    assert_eq!(answer.action, TokenAction::IdTokenReissuable);

    let id_token = reissued(&api, &reissue(&answer)).await.id_token.unwrap();
    let (header, _) = jwt::parts(id_token.expose());
    assert_eq!(header, json!({ "alg": "RS256", "kid": "rsa-signing" }));
    let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
    let issued_at = claims["iat"].as_i64().unwrap();
    let elapsed = issued_at - earlier["iat"].as_i64().unwrap();
    // A second may have passed.
    assert!((100..=102).contains(&elapsed), "{elapsed}");
    // There is no nonce, and the request has no claims.
    let expected = json!({
        "iss": "https://as.example",
        "sub": "alice",
        "aud": [client.id.to_string()],
        "exp": issued_at + 86_400,
        "iat": issued_at,
        "auth_time": 1_700_000_000,
        "acr": "gold",
        "sid": "session",
        "at_hash": jwt::half_hash(answer.access_token.unwrap().expose()),
    });
    assert_eq!(claims, expected);
}

#[rstest]
#[tokio::test]
async fn request_sets_the_claims_the_header_and_the_audience(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let client_id = emulator.client().id.to_string();
    let answer = refreshed(&emulator, &api, |issue| issue.sub("pairwise")).await;
    assert_eq!(claims(&api, &reissue(&answer)).await["sub"], "alice");

    let request = reissue(&answer)
        .sub("pairwise")
        .claims(r#"{"email":"a@b.example","iss":"forged","nonce":"forged","at_hash":"x"}"#)
        .idt_header_params(r#"{"typ":"JWT","alg":"none","kid":"forged"}"#)
        .id_token_aud_type("string");
    let id_token = reissued(&api, &request).await.id_token.unwrap();
    let (header, _) = jwt::parts(id_token.expose());
    assert_eq!(
        header,
        json!({ "alg": "RS256", "kid": "rsa-signing", "typ": "JWT" })
    );
    let actual = jwt::verified(id_token.expose(), &jwks(&api).await);
    assert_eq!(actual["sub"], "pairwise");
    assert_eq!(actual["email"], "a@b.example");
    assert_eq!(actual["iss"], "https://as.example");
    assert_eq!(actual.get("nonce"), None);
    assert_ne!(actual["at_hash"], "x");
    assert_eq!(actual["aud"], client_id);

    // The request takes precedence over the service.
    configure(&emulator, &api, |service| {
        service.id_token_aud_type = Some("string".to_owned());
    })
    .await;
    let request = reissue(&answer);
    assert_eq!(claims(&api, &request).await["aud"], client_id);
    let request = request.id_token_aud_type("array");
    assert_eq!(claims(&api, &request).await["aud"], json!([client_id]));
}

#[rstest]
#[tokio::test]
async fn client_gets_the_refreshed_tokens_and_the_id_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    for alg in [None, Some(JwsAlg::Es256)] {
        configure(&emulator, &api, |service| {
            service.access_token_sign_alg = alg.clone();
        })
        .await;
        let answer = refreshed(&emulator, &api, |issue| issue).await;
        let mut expected = content(answer.response_content.as_ref());
        let access_token = expected["access_token"].as_str().unwrap().to_owned();
        assert_eq!(access_token.contains('.'), alg.is_some());
        emulator.advance(Duration::from_secs(10));
        let reissued = reissued(&api, &reissue(&answer)).await;
        let id_token = reissued.id_token.unwrap();
        let mut actual = content(reissued.response_content.as_ref());
        let left = |content: &mut Value| {
            let content = content.as_object_mut().unwrap();
            content.remove("expires_in").unwrap().as_i64().unwrap()
        };
        let elapsed = left(&mut expected) - left(&mut actual);
        assert!((10..=12).contains(&elapsed), "{elapsed}");
        expected["id_token"] = json!(id_token.expose());
        assert_eq!(actual, expected);
        let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
        assert_eq!(claims["at_hash"], jwt::half_hash(&access_token));
    }
}

#[rstest]
#[tokio::test]
async fn unknown_or_mismatched_tokens_are_caller_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let (one, two) = (
        refreshed(&emulator, &api, |issue| issue).await,
        refreshed(&emulator, &api, |issue| issue).await,
    );
    let (one, two) = (reissue(&one), reissue(&two));
    let made_up = Secret::from("made-up");
    for (access_token, refresh_token, code) in [
        (&made_up, &one.refresh_token, "A907204"),
        (&one.refresh_token, &one.access_token, "A907204"),
        (&one.access_token, &made_up, "A907205"),
        (&one.access_token, &two.refresh_token, "A907205"),
    ] {
        let request = IdTokenReissueRequest::new(access_token, refresh_token);
        assert_caller_error(&api, &request, code).await;
    }
    for request in [&one, &two] {
        reissued(&api, request).await;
    }
    for member in ["accessToken", "refreshToken"] {
        let mut body = serde_json::to_value(&one).unwrap();
        body.as_object_mut().unwrap().remove(member);
        let path = "/idtoken/reissue";
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!((status, &answer["action"]), (200, &json!("CALLER_ERROR")));
        assert_code(answer["resultCode"].as_str(), "A907203");
    }
    let other = another_service(&emulator, &api, version).await;
    assert_caller_error(&other, &one, "A907204").await;
}

#[rstest]
#[tokio::test]
async fn refreshed_revoked_and_expired_tokens_are_caller_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    // Refreshed after that.
    let answer = refreshed(&emulator, &api, |issue| issue).await;
    let old = reissue(&answer);
    let next = refresh(&emulator, &api, &answer.refresh_token.unwrap(), "").await;
    assert_caller_error(&api, &old, "A907204").await;
    let next = reissue(&next);
    reissued(&api, &next).await;
    let crossed = IdTokenReissueRequest::new(&next.access_token, &old.refresh_token);
    assert_caller_error(&api, &crossed, "A907205").await;

    let revocation = TokenRevokeRequest::new().access_token_identifier(next.access_token.clone());
    api.token_revoke(&revocation).await.unwrap();
    assert_caller_error(&api, &next, "A907204").await;

    let late = reissue(&refreshed(&emulator, &api, |issue| issue).await);
    emulator.advance(Duration::from_secs(86_400));
    assert_caller_error(&api, &late, "A907204").await;
}

#[rstest]
#[tokio::test]
async fn tokens_without_the_action_are_caller_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let client = emulator.client();
    // Not refreshed.
    let first = exchange(&api, client, |issue| issue).await;
    assert_caller_error(&api, &reissue(&first), "A907206").await;
    // Without openid.
    let token = first.refresh_token.unwrap();
    let narrowed = refresh(&emulator, &api, &token, "&scope=email").await;
    assert_caller_error(&api, &reissue(&narrowed), "A907206").await;
    let plain = tokens(&api, client).await.refresh_token.unwrap();
    let plain = refresh(&emulator, &api, &plain, "").await;
    assert_caller_error(&api, &reissue(&plain), "A907206").await;
    // Disabled after that.
    let answer = refreshed(&emulator, &api, |issue| issue).await;
    configure(&emulator, &api, |service| {
        service.id_token_reissuable = Some(false);
    })
    .await;
    assert_caller_error(&api, &reissue(&answer), "A907206").await;
}

#[rstest]
#[tokio::test]
async fn claims_and_header_that_are_not_objects_are_caller_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let request = reissue(&refreshed(&emulator, &api, |issue| issue).await);
    for text in ["x", "[]", "1", r#"{"a":1"#] {
        let claims = request.clone().claims(text);
        assert_caller_error(&api, &claims, "A907207").await;
        let header = request.clone().idt_header_params(text);
        assert_caller_error(&api, &header, "A907207").await;
    }
    reissued(&api, &request).await;
}

#[rstest]
#[tokio::test]
async fn locked_client_and_a_service_without_keys_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version).await;
    let client = emulator.client();
    let request = reissue(&refreshed(&emulator, &api, |issue| issue).await);
    lock(&api, client.id, true).await;
    assert_refusal(api.id_token_reissue(&request).await, 403, "A001215");
    lock(&api, client.id, false).await;

    configure(&emulator, &api, |service| service.jwks = None).await;
    let answer = api.id_token_reissue(&request).await.unwrap();
    assert_eq!(answer.action, Action::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A046201");
    assert_eq!(answer.id_token, None);
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "server_error");
}
