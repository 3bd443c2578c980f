//! Userinfo (OpenID Connect Core 1.0 §5.3).

use std::time::Duration;

use crate::common::*;
use authlete::types::{
    AuthorizationIssueRequest, Client, IntrospectionRequest, JweAlg, JweEnc, JwsAlg, Pair,
    Property, TokenCreateRequest, UserInfoAction, UserInfoIssueAction, UserInfoIssueRequest,
    UserInfoRequest, UserInfoResponse,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::{Value, json};

fn authorization(client: &RegisteredClient, client_id: &str, scope: &str, claims: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", &client.redirect_uri),
        ("scope", scope),
        ("claims", claims),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

/// An access token of the code flow.
async fn token_of_flow(api: &Authlete, client: &RegisteredClient, request: &str) -> Secret {
    let issue = AuthorizationIssueRequest::new(ticket(api, request).await, "alice")
        .consented_claims(["email"])
        .properties([Property::new("color", "blue")]);
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.expect("a code");
    let parameters = code_parameters(client, code.expose());
    let answer = request_token(api, client, &parameters).await;
    answer.access_token.expect("an access token")
}

/// The alias belongs to the time of the request, and where the server does not say what the user consented to, it is
/// computed.
#[rstest]
#[tokio::test]
async fn a_token_tells_of_the_alias_of_its_time_and_of_the_claims_that_its_scopes_stand_for(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = authorization(client, &client.alias, "openid email", "");
    let listed: [&[&str]; 3] = [&[], &["phone_number"], &["email", "name"]];
    for listed in listed {
        let issue = AuthorizationIssueRequest::new(ticket(&api, &request).await, "alice")
            .claims(r#"{"name":"Alice","email":"a@b.example"}"#)
            .consented_claims(listed.iter().copied());
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let parameters = code_parameters(client, code.expose());
        let answer = request_token(&api, client, &parameters).await;
        let token = answer.access_token.unwrap();
        let expected = match listed {
            [] => &["email", "email_verified", "name"],
            listed => listed,
        };
        let expected: Vec<_> = expected.iter().map(|name| (*name).to_owned()).collect();
        let told = userinfo(&api, &token).await;
        assert_eq!(told.consented_claims.as_ref(), Some(&expected));
        let told = api.introspection(&IntrospectionRequest::new(&token)).await;
        assert_eq!(told.unwrap().consented_claims.as_ref(), Some(&expected));

        for alias in [Some("renamed".to_owned()), None] {
            configure_client(&api, client.id, |client| client.client_id_alias = alias).await;
            let told = userinfo(&api, &token).await;
            assert_eq!(told.client_id_alias.as_ref(), Some(&client.alias));
            assert_eq!(told.client_id_alias_used, Some(true));
            let told = api.introspection(&IntrospectionRequest::new(&token)).await;
            let told = told.unwrap().client_id_alias;
            assert_eq!(told.as_ref(), Some(&client.alias));
        }
        let alias = Some(client.alias.clone());
        configure_client(&api, client.id, |client| client.client_id_alias = alias).await;
    }
    // Without OpenID Connect there is nothing to consent to.
    let token = tokens(&api, client).await.access_token.unwrap();
    let told = api.introspection(&IntrospectionRequest::new(&token)).await;
    assert_eq!(told.unwrap().consented_claims, None);
}

fn creation(client: &RegisteredClient) -> TokenCreateRequest {
    TokenCreateRequest::new("AUTHORIZATION_CODE")
        .client_id(client.id)
        .subject("alice")
        .scopes(["openid", "read"])
}

async fn created(api: &Authlete, creation: TokenCreateRequest) -> Secret {
    let answer = api.token_create(&creation).await.unwrap();
    answer.access_token.expect("an access token")
}

async fn userinfo(api: &Authlete, token: &Secret) -> UserInfoResponse {
    api.userinfo(&UserInfoRequest::new(token)).await.unwrap()
}

fn challenge(scheme: &str, error: &str, code: &str) -> String {
    format!("{scheme} error=\"{error}\",error_description=\"[{code}] ")
}

/// Both APIs refuse the token in the same way, each with a code of its own.
async fn assert_refused(
    api: &Authlete,
    token: &Secret,
    action: &str,
    error: &str,
    codes: [&str; 2],
) {
    let asked = userinfo(api, token).await;
    let issue = UserInfoIssueRequest::new(token);
    let issued = api.userinfo_issue(&issue).await.unwrap();
    for (code, given, result_code, content) in [
        (
            codes[0],
            asked.action.as_str(),
            asked.result_code,
            asked.response_content,
        ),
        (
            codes[1],
            issued.action.as_str(),
            issued.result_code,
            issued.response_content,
        ),
    ] {
        assert_eq!(given, action);
        assert_eq!(result_code.as_deref(), Some(code));
        let content = content.expect("responseContent");
        let expected = challenge("Bearer", error, code);
        assert!(content.expose().starts_with(&expected), "{content:?}");
    }
}

#[tokio::test]
async fn the_answer_says_what_is_known_about_the_token() {
    let claims = r#"{"userinfo":{"picture":{"essential":true},"email":null,"sub":null},
        "id_token":{"nickname":null},"transformed_claims":{"adult":{"claim":"birthdate","fn":[]}}}"#;
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let attribute = |key: &str| Some(vec![Pair::new(key, "1")]);
        configure(&emulator, &api, |service| {
            service.attributes = attribute("s")
        })
        .await;
        configure_client(&api, client.id, |client| client.attributes = attribute("c")).await;
        let request = authorization(client, &client.alias, "openid email phone", claims);
        let token = token_of_flow(&api, client, &request).await;
        let mut answer = serde_json::to_value(userinfo(&api, &token).await).unwrap();
        let members = answer.as_object_mut().unwrap();
        members.remove("responseHeaders");
        let message = members.remove("resultMessage");
        assert!(message.unwrap().as_str().unwrap().starts_with("[A091001] "));
        let expected = json!({
            "action": "OK",
            "resultCode": "A091001",
            "token": token.expose(),
            "clientId": client.id,
            "clientIdAlias": client.alias,
            "clientIdAliasUsed": true,
            "clientEntityIdUsed": false,
            "clientAttributes": [{ "key": "c", "value": "1" }],
            "serviceAttributes": [{ "key": "s", "value": "1" }],
            "subject": "alice",
            "scopes": ["openid", "email", "phone"],
            "claims": [
                "email", "email_verified", "phone_number", "phone_number_verified", "picture", "sub",
            ],
            "userInfoClaims": r#"{"email":null,"picture":{"essential":true},"sub":null}"#,
            "transformedClaims": r#"{"adult":{"claim":"birthdate","fn":[]}}"#,
            "consentedClaims": ["email"],
            "properties": [{ "key": "color", "value": "blue" }],
        });
        assert_eq!(answer, expected);

        let plain = userinfo(&api, &created(&api, creation(client)).await).await;
        assert_eq!(plain.action, UserInfoAction::Ok);
        assert_eq!(plain.claims, None);
        assert_eq!(plain.user_info_claims, None);
        assert_eq!(plain.transformed_claims, None);
        assert_eq!(plain.client_id_alias_used, Some(false));
    }
}

#[rstest]
#[tokio::test]
async fn tokens_that_are_no_good_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let unknown = Secret::from("no-such-token");
    assert_refused(
        &api,
        &unknown,
        "UNAUTHORIZED",
        "invalid_token",
        ["A088302", "A092302"],
    )
    .await;

    let without = creation(client).scopes(["read", "profile"]);
    let without = created(&api, without).await;
    assert_refused(
        &api,
        &without,
        "FORBIDDEN",
        "insufficient_scope",
        ["A089304", "A093304"],
    )
    .await;

    let parameters = "grant_type=client_credentials&scope=read";
    let own = request_token(&api, client, parameters).await;
    let own = own.access_token.unwrap();
    assert_refused(
        &api,
        &own,
        "UNAUTHORIZED",
        "invalid_token",
        ["A089305", "A093305"],
    )
    .await;

    let expired = created(&api, creation(client).access_token_duration(60)).await;
    assert_eq!(userinfo(&api, &expired).await.action, UserInfoAction::Ok);
    emulator.advance(Duration::from_secs(61));
    assert_refused(
        &api,
        &expired,
        "UNAUTHORIZED",
        "invalid_token",
        ["A089303", "A093303"],
    )
    .await;

    for (path, code) in [
        ("/auth/userinfo", "A088301"),
        ("/auth/userinfo/issue", "A092301"),
    ] {
        let (status, answer) = post(
            &emulator,
            version,
            "SERVICE",
            path,
            &json!({ "token": null }),
        )
        .await;
        assert_eq!(status, 200);
        assert_eq!(answer["action"], "BAD_REQUEST");
        assert_eq!(answer["resultCode"], code);
        let content = answer["responseContent"].as_str().unwrap();
        let expected = challenge("Bearer", "invalid_request", code);
        assert!(content.starts_with(&expected), "{content}");
    }
}

#[rstest]
#[tokio::test]
async fn a_token_is_good_for_its_own_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = created(&api, creation(emulator.client())).await;
    assert_eq!(userinfo(&api, &token).await.action, UserInfoAction::Ok);
    let other = another_service(&emulator, &api, version).await;
    assert_refused(
        &other,
        &token,
        "UNAUTHORIZED",
        "invalid_token",
        ["A088303", "A092303"],
    )
    .await;
}

#[rstest]
#[tokio::test]
async fn a_bound_token_alone_is_not_enough(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let by_certificate = creation(client).certificate_thumbprint("of-a-certificate");
    let by_certificate = created(&api, by_certificate).await;
    let answer = userinfo(&api, &by_certificate).await;
    assert_eq!(answer.action, UserInfoAction::Unauthorized);
    let content = answer.response_content.unwrap();
    let expected = challenge("Bearer", "invalid_token", "A089307");
    assert!(content.expose().starts_with(&expected), "{content:?}");
    let request = UserInfoRequest::new(&by_certificate).client_certificate("no certificate");
    let answer = api.userinfo(&request).await.unwrap();
    assert_eq!(answer.action, UserInfoAction::BadRequest);

    // The challenge is for the scheme of the token, whatever is wrong with it (RFC 9449 §7.1).
    let by_key = creation(client).dpop_key_thumbprint("of-a-key");
    let without = by_key.clone().scopes(["read"]);
    let expired = by_key.clone().access_token_duration(60);
    let by_key = created(&api, by_key).await;
    let without = created(&api, without).await;
    let expired = created(&api, expired).await;
    emulator.advance(Duration::from_secs(61));
    for (token, error, code) in [
        (by_key, "invalid_token", "A089311"),
        (without, "insufficient_scope", "A089304"),
        (expired, "invalid_token", "A089303"),
    ] {
        let answer = userinfo(&api, &token).await;
        let content = answer.response_content.unwrap();
        let expected = challenge("DPoP", error, code);
        assert!(content.expose().starts_with(&expected), "{content:?}");
        assert!(content.expose().contains(",algs=\""), "{content:?}");
    }
}

/// The content of the response for a token, and whether it is JSON or a JWT.
async fn issued(api: &Authlete, request: UserInfoIssueRequest) -> (UserInfoIssueAction, String) {
    let answer = api.userinfo_issue(&request).await.unwrap();
    assert_eq!(answer.result_code.as_deref(), Some("A096001"));
    let content = answer.response_content.expect("responseContent");
    (answer.action, content.expose().to_owned())
}

#[rstest]
#[tokio::test]
async fn the_response_has_the_claims_that_the_server_gives(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = created(&api, creation(client)).await;
    let response = async |claims: Option<&str>, sub: Option<&str>| {
        let mut request = UserInfoIssueRequest::new(&token);
        request.claims = claims.map(str::to_owned);
        request.sub = sub.map(str::to_owned);
        let (action, content) = issued(&api, request).await;
        assert_eq!(action, UserInfoIssueAction::Json);
        serde_json::from_str::<Value>(&content).unwrap()
    };
    let claims = r#"{"email":"a@b.example","address":{"locality":"Oslo","region":null},
        "nickname":null,"sub":"forged"}"#;
    let address = json!({ "locality": "Oslo", "region": null });
    assert_eq!(
        response(Some(claims), None).await,
        json!({ "sub": "alice", "email": "a@b.example", "address": address })
    );
    assert_eq!(
        response(Some("{}"), Some("pairwise")).await,
        json!({ "sub": "pairwise" })
    );
    assert_eq!(response(None, None).await, json!({ "sub": "alice" }));

    for malformed in ["[]", "\"text\"", "1", "{", "null", "{\"a\":1}}"] {
        let request = UserInfoIssueRequest::new(&token).claims(malformed);
        let answer = api.userinfo_issue(&request).await.unwrap();
        assert_eq!(answer.action, UserInfoIssueAction::InternalServerError);
        assert_eq!(answer.result_code.as_deref(), Some("A094201"));
        let content = answer.response_content.unwrap();
        let expected = challenge("Bearer", "server_error", "A094201");
        assert!(content.expose().starts_with(&expected), "{content:?}");
    }
}

async fn start_with(
    version: ApiVersion,
    change: impl FnOnce(&mut Client),
) -> (Emulator, Authlete, UserInfoIssueRequest) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, change).await;
    let token = created(&api, creation(client)).await;
    let claims = r#"{"email":"a@b.example","iss":"forged","aud":"forged"}"#;
    (
        emulator,
        api,
        UserInfoIssueRequest::new(token).claims(claims),
    )
}

/// What a signed response says: with it comes who made it, and for whom (OpenID Connect Core 1.0 §5.3.2).
fn signed_claims(client: &RegisteredClient) -> Value {
    json!({
        "sub": "alice",
        "email": "a@b.example",
        "iss": "https://as.example",
        "aud": client.id.to_string(),
    })
}

#[tokio::test]
async fn a_response_is_signed_where_the_client_wants_it() {
    let algorithms = [
        (
            JwsAlg::Rs256,
            json!({ "alg": "RS256", "kid": "rsa-signing" }),
        ),
        (
            JwsAlg::Es256,
            json!({ "alg": "ES256", "kid": "p256-signing" }),
        ),
        (JwsAlg::Hs256, json!({ "alg": "HS256" })),
        (JwsAlg::None, json!({ "alg": "none" })),
    ];
    for version in GENERATIONS {
        for (alg, expected) in &algorithms {
            let (emulator, api, request) = start_with(version, |client| {
                client.user_info_sign_alg = Some(alg.clone());
            })
            .await;
            let client = emulator.client();
            let (action, jwt) = issued(&api, request).await;
            assert_eq!(action, UserInfoIssueAction::Jwt);
            let (header, claims) = jwt::parts(&jwt);
            assert_eq!(header, *expected);
            assert_eq!(claims, signed_claims(client));
            match alg {
                JwsAlg::None => assert!(jwt.ends_with('.')),
                JwsAlg::Hs256 => {
                    jwt::verified_by_secret(&jwt, client.secret.expose());
                }
                _ => {
                    jwt::verified(&jwt, &jwks(&api).await);
                }
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_signed_response_is_for_the_name_that_the_client_uses(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _) = start_with(version, |client| {
        client.user_info_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let client = emulator.client();
    let request = authorization(client, &client.alias, "openid", "{}");
    let token = token_of_flow(&api, client, &request).await;
    let (_, jwt) = issued(&api, UserInfoIssueRequest::new(token)).await;
    let expected = json!({ "sub": "alice", "iss": "https://as.example", "aud": client.alias });
    assert_eq!(jwt::verified(&jwt, &jwks(&api).await), expected);
}

#[tokio::test]
async fn a_response_is_encrypted_signed_or_not() {
    let receiver = jwe::Receiver::generate();
    for version in GENERATIONS {
        let (emulator, api, request) = start_with(version, |client| {
            client.jwks = Some(receiver.jwks().into());
            client.user_info_encryption_alg = Some(JweAlg::RsaOaep256);
        })
        .await;
        let client = emulator.client();
        let secret = client.secret.expose();
        let (action, jwe) = issued(&api, request.clone()).await;
        assert_eq!(action, UserInfoIssueAction::Jwt);
        let (header, plaintext) = receiver.open(secret, &jwe);
        let expected = json!({
            "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256", "kid": "rsa", "cty": "json",
        });
        assert_eq!(header, expected);
        let claims: Value = serde_json::from_str(&plaintext).unwrap();
        // Without a signature nobody vouches for them: they are the server's own.
        let expected = json!({
            "sub": "alice", "email": "a@b.example", "iss": "forged", "aud": "forged",
        });
        assert_eq!(claims, expected);

        configure_client(&api, client.id, |client| {
            client.user_info_sign_alg = Some(JwsAlg::Es256);
            client.user_info_encryption_alg = Some(JweAlg::Dir);
            client.user_info_encryption_enc = Some(JweEnc::A256gcm);
        })
        .await;
        let (_, jwe) = issued(&api, request).await;
        let (header, jwt) = receiver.open(secret, &jwe);
        let expected = json!({ "alg": "dir", "enc": "A256GCM", "cty": "JWT" });
        assert_eq!(header, expected);
        let claims = jwt::verified(&jwt, &jwks(&api).await);
        assert_eq!(claims, signed_claims(client));
    }
}

/// The result code, and what is wrong with the client of a service without keys.
type Mistake<'a> = (&'a str, fn(&mut Client));

#[tokio::test]
async fn settings_that_cannot_work_are_an_error_of_the_server() {
    let mistakes: [Mistake<'_>; 2] = [
        ("A162201", |client| {
            client.user_info_sign_alg = Some(JwsAlg::Es256);
        }),
        ("A163301", |client| {
            client.user_info_encryption_alg = Some(JweAlg::EcdhEs);
        }),
    ];
    for version in GENERATIONS {
        for (code, change) in mistakes {
            let (emulator, api, request) = start_with(version, change).await;
            configure(&emulator, &api, |service| service.jwks = None).await;
            let answer = api.userinfo_issue(&request).await.unwrap();
            assert_eq!(answer.action, UserInfoIssueAction::InternalServerError);
            assert_eq!(answer.result_code.as_deref(), Some(code));
            let content = answer.response_content.unwrap();
            let expected = challenge("Bearer", "server_error", code);
            assert!(content.expose().starts_with(&expected), "{content:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn an_empty_sub_is_replaced_by_the_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = created(&api, creation(emulator.client())).await;
    let request = UserInfoIssueRequest::new(&token).sub("");
    let (_, content) = issued(&api, request).await;
    assert_eq!(content, r#"{"sub":"alice"}"#);
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_is_good_with_it_alone() {
    let certificate = || {
        let certificate = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
        certificate.unwrap().cert
    };
    let (own, other) = (certificate(), certificate());
    let thumbprint = jwt::encode(digest(&SHA256, own.der()));
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let creation = creation(emulator.client()).certificate_thumbprint(&thumbprint);
        let token = created(&api, creation).await;
        for (certificate, action) in [
            (&own, UserInfoAction::Ok),
            (&other, UserInfoAction::Unauthorized),
        ] {
            let request = UserInfoRequest::new(&token).client_certificate(certificate.pem());
            let answer = api.userinfo(&request).await.unwrap();
            assert_eq!(answer.action, action);
        }
    }
}

/// Also where OpenID Connect has parameters beside the object count.
#[rstest]
#[tokio::test]
async fn the_claims_of_a_request_object_are_told_instead_of_the_parameter(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for traditional in [false, true] {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let key = jwt::Key::generate();
        configure(&emulator, &api, |service| {
            service.traditional_request_object_processing_applied = Some(traditional);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.jwks = Some(key.jwks().into());
        })
        .await;
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let object = key.sign(&json!({
            "iss": client.id.to_string(),
            "aud": "https://as.example",
            "exp": now + 60,
            "nbf": now - 1,
            "client_id": client.id.to_string(),
            "response_type": "code",
            "redirect_uri": client.redirect_uri,
            "scope": "openid",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "claims": { "userinfo": { "email": null } },
        }));
        let id = client.id.to_string();
        let outside = r#"{"userinfo":{"picture":null}}"#;
        let outside = authorization(client, &id, "openid", outside);
        let request = format!("{outside}&{}", form(&[("request", &object)]));
        let token = token_of_flow(&api, client, &request).await;
        let told = userinfo(&api, &token).await;
        assert_eq!(told.user_info_claims.as_deref(), Some(r#"{"email":null}"#));
        assert_eq!(told.claims, Some(vec!["email".to_owned()]));
    }
}
