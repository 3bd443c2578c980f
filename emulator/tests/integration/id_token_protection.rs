//! Signatures and encryption of ID tokens (OpenID Connect Core 1.0 §3.1.3.6, §10).

use crate::common::openid::{Issue, exchange, id_token, id_token_in, request};
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, Client, ClientSecretUpdateRequest, ClientType,
    GrantType, JweAlg, JweEnc, JwsAlg, ResponseType, TokenAction, TokenRequest,
    UserInfoIssueRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use rstest::rstest;
use serde_json::{Value, json};

async fn start_with(version: ApiVersion, change: impl FnOnce(&mut Client)) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, change).await;
    (emulator, api)
}

#[rstest]
#[tokio::test]
async fn id_token_is_signed_with_each_asymmetric_algorithm(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let algorithms: [(JwsAlg, &str, &str, &'static digest::Algorithm); 11] = [
        (JwsAlg::Rs256, "RS256", "rsa-signing", &SHA256),
        (JwsAlg::Rs384, "RS384", "rsa-signing", &SHA384),
        (JwsAlg::Rs512, "RS512", "rsa-signing", &SHA512),
        (JwsAlg::Ps256, "PS256", "rsa-signing", &SHA256),
        (JwsAlg::Ps384, "PS384", "rsa-signing", &SHA384),
        (JwsAlg::Ps512, "PS512", "rsa-signing", &SHA512),
        (JwsAlg::Es256, "ES256", "p256-signing", &SHA256),
        (JwsAlg::Es384, "ES384", "p384-signing", &SHA384),
        (JwsAlg::Es512, "ES512", "p521-signing", &SHA512),
        (JwsAlg::Es256k, "ES256K", "secp256k1-signing", &SHA256),
        (JwsAlg::EdDsa, "EdDSA", "ed25519-signing", &SHA512),
    ];
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let keys = jwks(&api).await;
    for (alg, name, kid, hash) in &algorithms {
        configure_client(&api, client.id, |client| {
            client.id_token_sign_alg = Some(alg.clone());
        })
        .await;
        let answer = exchange(&api, client, |issue| issue).await;
        let id_token = id_token_in(&answer);
        let (header, _) = jwt::parts(&id_token);
        assert_eq!(header, json!({ "alg": name, "kid": kid }));
        let claims = jwt::verified(&id_token, &keys);
        let access_token = answer.access_token.unwrap();
        let expected = jwt::half_hash_by(hash, access_token.expose());
        assert_eq!(claims["at_hash"], expected, "{name}");
    }
}

#[rstest]
#[tokio::test]
async fn id_token_is_signed_with_the_secret_or_unsigned_at_the_token_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let algorithms: [(JwsAlg, &str, &'static digest::Algorithm); 3] = [
        (JwsAlg::Hs256, "HS256", &SHA256),
        (JwsAlg::Hs384, "HS384", &SHA384),
        (JwsAlg::Hs512, "HS512", &SHA512),
    ];
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for (alg, name, hash) in &algorithms {
        configure_client(&api, client.id, |client| {
            client.id_token_sign_alg = Some(alg.clone());
        })
        .await;
        let answer = exchange(&api, client, |issue| issue).await;
        let id_token = id_token_in(&answer);
        let (header, _) = jwt::parts(&id_token);
        assert_eq!(header, json!({ "alg": name }));
        let claims = jwt::verified_by_secret(&id_token, client.secret.expose());
        let access_token = answer.access_token.unwrap();
        let expected = jwt::half_hash_by(hash, access_token.expose());
        assert_eq!(claims["at_hash"], expected, "{name}");
    }
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::None);
        client.response_types = Some(vec![ResponseType::Code, ResponseType::CodeIdToken]);
        client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
    })
    .await;
    let id_token = id_token(&api, client, |issue| issue).await;
    let (header, claims) = jwt::parts(&id_token);
    assert_eq!(header, json!({ "alg": "none" }));
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims.get("at_hash"), None);
    assert!(id_token.ends_with('.'));

    // An authorization response cannot have an unsigned ID token.
    let query = request(client, &client.id.to_string());
    let query = query.replace("response_type=code", "response_type=code+id_token");
    let issue = Issue::new(ticket(&api, &query).await, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A046301");
    let action = answer.action;
    assert_eq!(action, AuthorizationIssueAction::InternalServerError);
    assert_eq!((answer.authorization_code, answer.id_token), (None, None));
}

/// Adds a second RSA key to the service, and selects the key that signs ID tokens.
async fn add_second_key(emulator: &Emulator, api: &Authlete, key_id: &str) {
    configure(emulator, api, |service| {
        let set = service.jwks.as_ref().unwrap().expose();
        let mut set: Value = serde_json::from_str(set).unwrap();
        let keys = set["keys"].as_array_mut().unwrap();
        let mut second = keys[0].clone();
        second["kid"] = "rsa-second".into();
        keys.push(second);
        service.jwks = Some(set.to_string().into());
        service.id_token_signature_key_id = Some(key_id.to_owned());
    })
    .await;
}

#[rstest]
#[tokio::test]
async fn service_selects_the_signing_key_by_its_id(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key_id = async || jwt::parts(&id_token(&api, client, |issue| issue).await).0;
    add_second_key(&emulator, &api, "rsa-second").await;
    assert_eq!(key_id().await["kid"], "rsa-second");
    let jwt = id_token(&api, client, |issue| issue).await;
    jwt::verified(&jwt, &jwks(&api).await);
    configure(&emulator, &api, |service| {
        service.id_token_signature_key_id = None;
    })
    .await;
    assert_eq!(key_id().await["kid"], "rsa-signing");

    // The ID of an RSA key is ignored for a client that uses ES256.
    add_second_key(&emulator, &api, "rsa-second").await;
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    assert_eq!(key_id().await["kid"], "p256-signing");
}

#[rstest]
#[tokio::test]
async fn each_kind_of_jwt_has_a_setting_for_its_key(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    add_second_key(&emulator, &api, "rsa-signing").await;
    let second = || Some("rsa-second".to_owned());
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Rs256);
        service.access_token_signature_key_id = second();
        service.authorization_signature_key_id = second();
        service.user_info_signature_key_id = second();
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.authorization_sign_alg = Some(JwsAlg::Rs256);
        client.user_info_sign_alg = Some(JwsAlg::Rs256);
    })
    .await;
    let kid = |jwt: &str| jwt::parts(jwt).0["kid"].clone();
    let issued = exchange(&api, client, |issue| issue).await;
    assert_eq!(kid(&id_token_in(&issued)), "rsa-signing");
    let access_token = issued.jwt_access_token.unwrap();
    assert_eq!(kid(access_token.expose()), "rsa-second");

    let userinfo = UserInfoIssueRequest::new(&access_token);
    let userinfo = api.userinfo_issue(&userinfo).await.unwrap();
    let userinfo = userinfo.response_content.unwrap();
    assert_eq!(kid(userinfo.expose()), "rsa-second");

    let query = request(client, &client.id.to_string()) + "&response_mode=query.jwt";
    let issue = Issue::new(ticket(&api, &query).await, "alice");
    let answer = api.authorization_issue(&issue).await.unwrap();
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].0, "response");
    assert_eq!(kid(&parameters[0].1), "rsa-second");
}

#[rstest]
#[tokio::test]
async fn id_token_is_signed_and_then_encrypted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let receiver = jwe::Receiver::generate();
    let cases = [
        (
            JweAlg::RsaOaep256,
            JweEnc::A128gcm,
            "RSA-OAEP-256",
            "A128GCM",
            Some("rsa"),
        ),
        (
            JweAlg::EcdhEsA128kw,
            JweEnc::A192gcm,
            "ECDH-ES+A128KW",
            "A192GCM",
            Some("ec"),
        ),
        (JweAlg::A128kw, JweEnc::A256gcm, "A128KW", "A256GCM", None),
        (
            JweAlg::Dir,
            JweEnc::A128cbcHs256,
            "dir",
            "A128CBC-HS256",
            None,
        ),
        (
            JweAlg::Dir,
            JweEnc::A192cbcHs384,
            "dir",
            "A192CBC-HS384",
            None,
        ),
        (
            JweAlg::RsaOaep256,
            JweEnc::A256cbcHs512,
            "RSA-OAEP-256",
            "A256CBC-HS512",
            Some("rsa"),
        ),
    ];
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let keys = jwks(&api).await;
    for (alg, enc, alg_name, enc_name, kid) in &cases {
        configure_client(&api, client.id, |client| {
            client.jwks = Some(receiver.jwks().into());
            client.id_token_encryption_alg = Some(alg.clone());
            client.id_token_encryption_enc = Some(enc.clone());
        })
        .await;
        let jwe = id_token(&api, client, |issue| issue).await;
        let (header, jwt) = receiver.open(client.secret.expose(), &jwe);
        assert_eq!(header["alg"], *alg_name);
        assert_eq!(header["enc"], *enc_name);
        assert_eq!(header["cty"], "JWT");
        assert_eq!(header.get("kid").and_then(Value::as_str), *kid);
        assert_eq!(jwt::verified(&jwt, &keys)["sub"], "alice");
    }
    // OpenID Connect Dynamic Client Registration 1.0 §2.
    configure_client(&api, client.id, |client| {
        client.id_token_encryption_enc = None;
        client.id_token_sign_alg = Some(JwsAlg::Hs256);
    })
    .await;
    let jwe = id_token(&api, client, |issue| issue).await;
    let secret = client.secret.expose();
    let (header, jwt) = receiver.open(secret, &jwe);
    assert_eq!(header["enc"], "A128CBC-HS256");
    assert_eq!(jwt::verified_by_secret(&jwt, secret)["sub"], "alice");
}

/// The numbers of codes and of tokens.
async fn codes_and_tokens(emulator: &Emulator) -> (u64, u64) {
    let overview = data(emulator, "/emulator/overview").await;
    let count = |kind: &str| overview["service"][kind]["total"].as_u64().unwrap();
    (count("codes"), count("tokens"))
}

/// The result code, and the changes that make the settings invalid.
type Mistake<'a> = (&'a str, fn(&mut authlete::types::Service), fn(&mut Client));

#[rstest]
#[tokio::test]
async fn invalid_settings_are_server_errors_and_issue_no_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let nothing = |_: &mut authlete::types::Service| {};
    let mistakes: [Mistake<'_>; 9] = [
        ("A910101", |service| service.issuer = None, |_| {}),
        ("A046201", |service| service.jwks = None, |_| {}),
        (
            "A046201",
            |service| service.jwks = Some(r#"{"keys":[]}"#.into()),
            |client| client.id_token_sign_alg = Some(JwsAlg::Ps256),
        ),
        ("A046303", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::RsaOaep256);
        }),
        ("A904305", nothing, |client| {
            // The emulator does not fetch keys.
            client.id_token_encryption_alg = Some(JweAlg::RsaOaep256);
            client.jwks_uri = Some("https://client.example/jwks".to_owned());
        }),
        ("A046309", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::EcdhEs);
            client.jwks = Some(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.into());
        }),
        ("A046309", nothing, |client| {
            // A key of the client's own, of the wrong length.
            client.id_token_encryption_alg = Some(JweAlg::Dir);
            client.jwks = Some(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.into());
        }),
        ("A046302", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::Pbes2Hs256A128kw);
        }),
        (
            "A910101",
            |service| service.issuer = None,
            |client| {
                client.id_token_sign_alg = Some(JwsAlg::None);
            },
        ),
    ];
    for (code, of_service, of_client) in mistakes {
        let (emulator, api) = start_with(version, |client| {
            client.response_types = Some(vec![ResponseType::Code, ResponseType::CodeIdToken]);
            client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
            of_client(client);
        })
        .await;
        configure(&emulator, &api, of_service).await;
        let client = emulator.client();
        let answer = exchange(&api, client, |issue| issue).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, TokenAction::InternalServerError);
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["error"], "server_error");
        assert_eq!((answer.access_token, answer.id_token), (None, None));
        // The code is not used up, and no token was issued.
        assert_eq!(codes_and_tokens(&emulator).await, (1, 0));

        let query = request(client, &client.id.to_string());
        let query = query.replace("response_type=code", "response_type=code+id_token");
        let issue = Issue::new(ticket(&api, &query).await, "alice");
        let answer = api.authorization_issue(&issue).await.unwrap();
        let action = answer.action;
        assert_eq!(action, AuthorizationIssueAction::InternalServerError);
        assert_eq!((answer.authorization_code, answer.id_token), (None, None));
        assert_eq!(codes_and_tokens(&emulator).await, (1, 0));
    }
}

#[rstest]
#[tokio::test]
async fn secret_that_is_too_short_for_the_algorithm_does_not_sign(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Hs512);
    })
    .await;
    let client = emulator.client();
    // RFC 7518 §3.2: at least as long as the output of the hash.
    for (length, result_code) in [(63, "A046113"), (64, "A050001")] {
        let secret = Secret::from("s".repeat(length));
        let update = ClientSecretUpdateRequest::new(&secret);
        let identifier = client.id.to_string();
        api.update_client_secret(client.id, &update).await.unwrap();
        let query = request(client, &identifier);
        let parameters = code_parameters(client, &code(&api, &query).await);
        let request = TokenRequest::new(parameters)
            .client_id(identifier)
            .client_secret(secret);
        let answer = api.token(&request).await.unwrap();
        assert_code(answer.result_code.as_deref(), result_code);
    }
}

#[rstest]
#[tokio::test]
async fn public_client_whose_id_tokens_need_a_secret_is_refused_if_it_requests_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for alg in [JwsAlg::Hs256, JwsAlg::Hs384, JwsAlg::Hs512] {
        let (emulator, api) = start_with(version, |client| {
            client.client_type = Some(ClientType::Public);
            client.id_token_sign_alg = Some(alg.clone());
            client.response_types = Some(vec![
                ResponseType::Code,
                ResponseType::Token,
                ResponseType::IdToken,
            ]);
            client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::Implicit]);
        })
        .await;
        let client = emulator.client();
        let good = request(client, &client.id.to_string());
        for response_type in ["code", "id_token"] {
            let query = good.replace("type=code", &format!("type={response_type}"));
            let answer = ask(&api, query).await;
            assert_eq!(answer.action, AuthorizationAction::Location);
            assert_code(answer.result_code.as_deref(), "A910301");
            let content = answer.response_content.unwrap();
            assert!(content.expose().contains("error=invalid_request&"));
        }
        // These requests get no ID token.
        for query in [
            good.replace("openid+", ""),
            good.replace("type=code", "type=token"),
        ] {
            let answer = ask(&api, query).await;
            assert_eq!(answer.action, AuthorizationAction::Interaction);
        }
    }
}

#[rstest]
#[tokio::test]
async fn public_client_that_gets_a_symmetric_algorithm_later_gets_no_id_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    type Change = fn(&mut Client);
    let changes: [(&str, Change); 2] = [
        ("A910301", |client| {
            client.id_token_sign_alg = Some(JwsAlg::Hs256);
        }),
        ("A046313", |client| {
            client.id_token_encryption_alg = Some(JweAlg::Dir);
        }),
    ];
    for (code, change) in changes {
        let (emulator, api) = start_with(version, |client| {
            client.client_type = Some(ClientType::Public);
        })
        .await;
        let client = emulator.client();
        let query = request(client, &client.id.to_string());
        let granted = self::code(&api, &query).await;
        configure_client(&api, client.id, change).await;
        let parameters = format!(
            "{}&client_id={}",
            code_parameters(client, &granted),
            client.id
        );
        let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
        assert_eq!(answer.action, TokenAction::InternalServerError);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.access_token, None::<Secret>);
    }
}
