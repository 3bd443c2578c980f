//! The claims of ID tokens (OpenID Connect Core 1.0 §2, §3.1.3, §8).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::openid::{Issue, exchange, id_token, id_token_in, request};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{ClientExtension, Pair, SubjectType, TokenRequest, UserInfoIssueRequest};
use authlete_emulator::RegisteredClient;
use rstest::rstest;
use serde_json::{Value, json};

async fn claims(
    api: &Authlete,
    client: &RegisteredClient,
    decide: impl FnOnce(Issue) -> Issue,
) -> Value {
    let id_token = id_token(api, client, decide).await;
    jwt::verified(&id_token, &jwks(api).await)
}

fn lifetime(claims: &Value) -> i64 {
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

#[rstest]
#[tokio::test]
async fn id_token_has_the_claims_of_the_authentication_and_no_forged_ones(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.backchannel_logout_session_supported = Some(true);
    })
    .await;
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let earliest = now().as_secs();
    let answer = exchange(&api, client, |issue| {
        issue
            .auth_time(1_700_000_000)
            .acr("urn:mace:incommon:iap:silver")
            .session_id("session")
            .claims(
                r#"{"email":"a@b.example","address":{"locality":"Oslo"},"nickname":null,
                "iss":"forged","sub":"forged","aud":"forged","exp":1,"iat":1,"auth_time":1,
                "nonce":"forged","acr":"forged","at_hash":"forged","c_hash":"forged",
                "s_hash":"forged","sid":"forged"}"#,
            )
            .idt_header_params(r#"{"typ":"JWT","alg":"none","kid":"forged","enc":"x","crit":[]}"#)
    })
    .await;
    let id_token = id_token_in(&answer);
    let (header, _) = jwt::parts(&id_token);
    assert_eq!(
        header,
        json!({ "alg": "RS256", "kid": "rsa-signing", "typ": "JWT" })
    );
    let claims = jwt::verified(&id_token, &jwks(&api).await);
    let issued_at = claims["iat"].as_u64().unwrap();
    assert!((earliest..=now().as_secs()).contains(&issued_at));
    let access_token = answer.access_token.unwrap();
    let expected = json!({
        "iss": "https://as.example",
        "sub": "alice",
        "aud": [client.id.to_string()],
        "exp": issued_at + 86_400,
        "iat": issued_at,
        "auth_time": 1_700_000_000,
        "acr": "urn:mace:incommon:iap:silver",
        "nonce": "n-0S6_WzA2Mj",
        "sid": "session",
        "at_hash": jwt::half_hash(access_token.expose()),
        "email": "a@b.example",
        "address": { "locality": "Oslo" },
    });
    assert_eq!(claims, expected);

    // The ID token omits claims without values.
    let claims = self::claims(&api, client, |issue| issue).await;
    let names: Vec<_> = claims.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["at_hash", "aud", "exp", "iat", "iss", "nonce", "sub"]
    );
}

#[rstest]
#[tokio::test]
async fn there_is_no_id_token_without_the_scope_openid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let answer = tokens(&api, emulator.client()).await;
    assert_eq!(answer.id_token, None);
    let content = content(answer.response_content.as_ref());
    assert_eq!(content.get("id_token"), None);
}

#[rstest]
#[tokio::test]
async fn shorter_duration_of_service_and_client_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    // The durations of the service, of the client and of the token. 0 means the default.
    let cases = [
        (0, None, 86_400),
        (600, None, 600),
        (600, Some(0), 600),
        (600, Some(60), 60),
        (60, Some(600), 60),
        (0, Some(90_000), 86_400),
    ];
    for (of_service, of_client, expected) in cases {
        configure(&emulator, &api, |service| {
            service.id_token_duration = Some(of_service);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.extension = of_client.map(|seconds| {
                let mut extension = ClientExtension::new();
                extension.id_token_duration = Some(seconds);
                extension
            });
        })
        .await;
        let claims = claims(&api, client, |issue| issue).await;
        assert_eq!(lifetime(&claims), expected);
    }
}

#[rstest]
#[tokio::test]
async fn shortest_id_token_duration_of_service_client_and_granted_scopes_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    // The durations of the scopes openid and email, of the service and of the token.
    let cases = [
        ("300", "200", 600, 200),
        ("300", "none", 600, 300),
        ("900", "0", 600, 600),
        ("900", "-1", 0, 900),
    ];
    for (of_openid, of_email, of_service, expected) in cases {
        configure(&emulator, &api, |service| {
            service.id_token_duration = Some(of_service);
            for scope in service.supported_scopes.as_mut().unwrap() {
                let value = match scope.name.as_deref() {
                    Some("openid") => of_openid,
                    Some("email") => of_email,
                    // These scopes are not granted.
                    _ => "1",
                };
                scope.attributes = Some(vec![Pair::new("id_token.duration", value)]);
            }
        })
        .await;
        let claims = claims(&api, client, |issue| issue).await;
        assert_eq!(lifetime(&claims), expected);
    }
}

#[rstest]
#[tokio::test]
async fn audience_is_a_string_or_an_array(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let id = client.id.to_string();
    let audience = async |of_request: Option<&str>| {
        let claims = claims(&api, client, |mut issue| {
            issue.id_token_aud_type = of_request.map(str::to_owned);
            issue
        });
        claims.await["aud"].clone()
    };
    assert_eq!(audience(None).await, json!([id]));
    assert_eq!(audience(Some("string")).await, json!(id));
    configure(&emulator, &api, |service| {
        service.id_token_aud_type = Some("string".to_owned());
    })
    .await;
    assert_eq!(audience(None).await, json!(id));
    assert_eq!(audience(Some("array")).await, json!([id]));
}

#[rstest]
#[tokio::test]
async fn audience_is_the_alias_if_the_client_uses_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code(&api, &request(client, &client.alias)).await;
    let token = TokenRequest::new(code_parameters(client, &code))
        .client_id(&client.alias)
        .client_secret(&client.secret);
    let answer = api.token(&token).await.unwrap();
    let claims = jwt::verified(&id_token_in(&answer), &jwks(&api).await);
    assert_eq!(claims["aud"], json!([client.alias]));
    assert_eq!(answer.client_id_alias_used, Some(true));
}

#[rstest]
#[tokio::test]
async fn server_chooses_the_pairwise_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.subject_type = Some(SubjectType::Pairwise);
    })
    .await;
    let registered = api.get_client(client.id).await.unwrap();
    let sector = registered.derived_sector_identifier.unwrap();
    assert_eq!(sector, "client.example");
    let pairwise = format!("alice@{sector}");
    let answer = exchange(&api, client, |issue| issue.sub(&pairwise)).await;
    let claims = jwt::verified(&id_token_in(&answer), &jwks(&api).await);
    assert_eq!(claims["sub"], pairwise);
    // The server knows the user as `alice`. It must pass the same `sub` for the UserInfo response (OpenID Connect Core 1.0
    // §5.3.2), since the pairwise value is not stored.
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    let token = answer.access_token.unwrap();
    for (request, sub) in [
        (UserInfoIssueRequest::new(&token), "alice"),
        (UserInfoIssueRequest::new(&token).sub(""), "alice"),
        (UserInfoIssueRequest::new(&token).sub(&pairwise), &*pairwise),
    ] {
        let userinfo = api.userinfo_issue(&request).await.unwrap();
        let userinfo = content(userinfo.response_content.as_ref());
        assert_eq!(userinfo, json!({ "sub": sub }));
    }
}
