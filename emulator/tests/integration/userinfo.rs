//! The UserInfo endpoint (OpenID Connect Core 1.0 §5.3).

use std::time::Duration;

use crate::common::result_codes::assert_code;
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

/// The alias is that of the authorization request. If the server lists no consented claims, they are computed.
#[rstest]
#[tokio::test]
async fn responses_for_a_token_have_its_original_alias_and_the_consented_claims(
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
        let response = userinfo(&api, &token).await;
        assert_eq!(response.consented_claims.as_ref(), Some(&expected));
        let response = api.introspection(&IntrospectionRequest::new(&token)).await;
        assert_eq!(response.unwrap().consented_claims.as_ref(), Some(&expected));

        for alias in [Some("renamed".to_owned()), None] {
            configure_client(&api, client.id, |client| client.client_id_alias = alias).await;
            let response = userinfo(&api, &token).await;
            assert_eq!(response.client_id_alias.as_ref(), Some(&client.alias));
            assert_eq!(response.client_id_alias_used, Some(true));
            let response = api.introspection(&IntrospectionRequest::new(&token)).await;
            let response = response.unwrap().client_id_alias;
            assert_eq!(response.as_ref(), Some(&client.alias));
        }
        let alias = Some(client.alias.clone());
        configure_client(&api, client.id, |client| client.client_id_alias = alias).await;
    }
    // Without the scope `openid` there are no consented claims.
    let token = tokens(&api, client).await.access_token.unwrap();
    let response = api.introspection(&IntrospectionRequest::new(&token)).await;
    assert_eq!(response.unwrap().consented_claims, None);
}

fn create_request(client: &RegisteredClient) -> TokenCreateRequest {
    TokenCreateRequest::new("AUTHORIZATION_CODE")
        .client_id(client.id)
        .subject("alice")
        .scopes(["openid", "read"])
}

async fn create_token(api: &Authlete, create_request: TokenCreateRequest) -> Secret {
    let answer = api.token_create(&create_request).await.unwrap();
    answer.access_token.expect("an access token")
}

async fn userinfo(api: &Authlete, token: &Secret) -> UserInfoResponse {
    api.userinfo(&UserInfoRequest::new(token)).await.unwrap()
}

fn challenge(scheme: &str, error: &str, code: &str) -> String {
    format!("{scheme} error=\"{error}\",error_description=\"[{code}] ")
}

/// Both APIs refuse the token with the same error and different result codes.
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
        assert_code(result_code.as_deref(), code);
        let content = content.expect("responseContent");
        let expected = challenge("Bearer", error, code);
        assert!(content.expose().starts_with(&expected), "{content:?}");
    }
}

#[rstest]
#[tokio::test]
async fn response_has_the_data_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let claims = r#"{"userinfo":{"picture":{"essential":true},"email":null,"sub":null},
        "id_token":{"nickname":null},"transformed_claims":{"adult":{"claim":"birthdate","fn":[]}}}"#;
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

    let plain = userinfo(&api, &create_token(&api, create_request(client)).await).await;
    assert_eq!(plain.action, UserInfoAction::Ok);
    assert_eq!(plain.claims, None);
    assert_eq!(plain.user_info_claims, None);
    assert_eq!(plain.transformed_claims, None);
    assert_eq!(plain.client_id_alias_used, Some(false));
}

#[rstest]
#[tokio::test]
async fn invalid_expired_or_insufficient_token_is_refused(
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

    let without = create_request(client).scopes(["read", "profile"]);
    let without = create_token(&api, without).await;
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

    let expired = create_token(&api, create_request(client).access_token_duration(60)).await;
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
        assert_code(answer["resultCode"].as_str(), code);
        let content = answer["responseContent"].as_str().unwrap();
        let expected = challenge("Bearer", "invalid_request", code);
        assert!(content.starts_with(&expected), "{content}");
    }
}

#[rstest]
#[tokio::test]
async fn token_of_the_password_grant_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut request = create_request(emulator.client());
    request.grant_type = "PASSWORD".into();
    let token = create_token(&api, request).await;
    assert_refused(
        &api,
        &token,
        "UNAUTHORIZED",
        "invalid_token",
        ["A089306", "A093306"],
    )
    .await;
}

#[rstest]
#[tokio::test]
async fn token_of_another_service_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = create_token(&api, create_request(emulator.client())).await;
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
async fn bound_token_without_its_certificate_or_proof_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let by_certificate = create_request(client).certificate_thumbprint("of-a-certificate");
    let by_certificate = create_token(&api, by_certificate).await;
    let answer = userinfo(&api, &by_certificate).await;
    assert_eq!(answer.action, UserInfoAction::Unauthorized);
    let content = answer.response_content.unwrap();
    let expected = challenge("Bearer", "invalid_token", "A089307");
    assert!(content.expose().starts_with(&expected), "{content:?}");
    let request = UserInfoRequest::new(&by_certificate).client_certificate("no certificate");
    let answer = api.userinfo(&request).await.unwrap();
    assert_eq!(answer.action, UserInfoAction::BadRequest);

    // The challenge has the scheme of the token for each kind of error (RFC 9449 §7.1).
    let by_key = create_request(client).dpop_key_thumbprint("of-a-key");
    let without = by_key.clone().scopes(["read"]);
    let expired = by_key.clone().access_token_duration(60);
    let by_key = create_token(&api, by_key).await;
    let without = create_token(&api, without).await;
    let expired = create_token(&api, expired).await;
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

/// The action, which says whether the response is JSON or a JWT, and the content.
async fn issued(api: &Authlete, request: UserInfoIssueRequest) -> (UserInfoIssueAction, String) {
    let answer = api.userinfo_issue(&request).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A096001");
    let content = answer.response_content.expect("responseContent");
    (answer.action, content.expose().to_owned())
}

#[rstest]
#[tokio::test]
async fn issued_response_has_the_claims_and_the_sub_of_the_call(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = create_token(&api, create_request(client)).await;
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
        assert_code(answer.result_code.as_deref(), "A094201");
        let content = answer.response_content.unwrap();
        let expected = challenge("Bearer", "server_error", "A094201");
        assert!(content.expose().starts_with(&expected), "{content:?}");
    }
}

async fn start_with_client_settings(
    version: ApiVersion,
    change: impl FnOnce(&mut Client),
) -> (Emulator, Authlete, UserInfoIssueRequest) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, change).await;
    let token = create_token(&api, create_request(client)).await;
    let claims = r#"{"email":"a@b.example","iss":"forged","aud":"forged"}"#;
    (
        emulator,
        api,
        UserInfoIssueRequest::new(token).claims(claims),
    )
}

/// The claims of a signed response, which include `iss` and `aud` (OpenID Connect Core 1.0 §5.3.2).
fn signed_claims(client: &RegisteredClient) -> Value {
    json!({
        "sub": "alice",
        "email": "a@b.example",
        "iss": "https://as.example",
        "aud": client.id.to_string(),
    })
}

#[rstest]
#[tokio::test]
async fn response_is_signed_with_the_algorithm_of_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
    for (alg, expected) in &algorithms {
        let (emulator, api, request) = start_with_client_settings(version, |client| {
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

#[rstest]
#[tokio::test]
async fn audience_of_a_signed_response_is_the_used_client_identifier(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _) = start_with_client_settings(version, |client| {
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

#[rstest]
#[tokio::test]
async fn response_is_encrypted_with_or_without_a_signature(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let receiver = jwe::Receiver::generate();
    let (emulator, api, request) = start_with_client_settings(version, |client| {
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
    // In an unsigned response, `iss` and `aud` are those of the call.
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

/// The result code, and a client setting that does not work without keys.
type InvalidSetting<'a> = (&'a str, fn(&mut Client));

#[rstest]
#[tokio::test]
async fn response_that_cannot_be_signed_or_encrypted_is_a_server_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let invalid_settings: [InvalidSetting<'_>; 2] = [
        ("A162201", |client| {
            client.user_info_sign_alg = Some(JwsAlg::Es256);
        }),
        ("A163301", |client| {
            client.user_info_encryption_alg = Some(JweAlg::EcdhEs);
        }),
    ];
    for (code, change) in invalid_settings {
        let (emulator, api, request) = start_with_client_settings(version, change).await;
        configure(&emulator, &api, |service| service.jwks = None).await;
        let answer = api.userinfo_issue(&request).await.unwrap();
        assert_eq!(answer.action, UserInfoIssueAction::InternalServerError);
        assert_code(answer.result_code.as_deref(), code);
        let content = answer.response_content.unwrap();
        let expected = challenge("Bearer", "server_error", code);
        assert!(content.expose().starts_with(&expected), "{content:?}");
    }
}

#[rstest]
#[tokio::test]
async fn empty_sub_is_replaced_by_the_subject(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = create_token(&api, create_request(emulator.client())).await;
    let request = UserInfoIssueRequest::new(&token).sub("");
    let (_, content) = issued(&api, request).await;
    assert_eq!(content, r#"{"sub":"alice"}"#);
}

#[rstest]
#[tokio::test]
async fn certificate_bound_token_is_accepted_only_with_its_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let certificate = || {
        let certificate = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
        certificate.unwrap().cert
    };
    let (own, other) = (certificate(), certificate());
    let thumbprint = jwt::encode(digest(&SHA256, own.der()));
    let (emulator, api) = start(version).await;
    let create_request = create_request(emulator.client()).certificate_thumbprint(&thumbprint);
    let token = create_token(&api, create_request).await;
    for (certificate, action) in [
        (&own, UserInfoAction::Ok),
        (&other, UserInfoAction::Unauthorized),
    ] {
        let request = UserInfoRequest::new(&token).client_certificate(certificate.pem());
        let answer = api.userinfo(&request).await.unwrap();
        assert_eq!(answer.action, action);
    }
}

/// Also with the traditional processing of request objects, which uses parameters outside of the object.
#[rstest]
#[tokio::test]
async fn claims_of_a_request_object_override_the_claims_parameter(
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
        let response = userinfo(&api, &token).await;
        assert_eq!(
            response.user_info_claims.as_deref(),
            Some(r#"{"email":null}"#)
        );
        assert_eq!(response.claims, Some(vec!["email".to_owned()]));
    }
}
