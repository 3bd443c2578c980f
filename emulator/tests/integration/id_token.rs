//! ID tokens of the code flow (OpenID Connect Core 1.0 §2, §3.1.3, §8, §10).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::*;
use authlete::types::{
    AuthorizationIssueAction, AuthorizationIssueRequest, Client, ClientExtension, GrantType,
    JweAlg, JweEnc, JwsAlg, ResponseType, SubjectType, TokenAction, TokenRequest, TokenResponse,
    UserInfoIssueRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use serde_json::{Value, json};

async fn start_with(version: ApiVersion, change: impl FnOnce(&mut Client)) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, change).await;
    (emulator, api)
}

fn request(client: &RegisteredClient, client_id: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", &client.redirect_uri),
        ("scope", "openid email"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ])
}

type Issue = AuthorizationIssueRequest;

/// The answer to a token request, after the user has agreed as `decide` says.
async fn exchange(
    api: &Authlete,
    client: &RegisteredClient,
    decide: impl FnOnce(Issue) -> Issue,
) -> TokenResponse {
    let query = request(client, &client.id.to_string());
    let issue = decide(Issue::new(ticket(api, &query).await, "alice"));
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.expect("a code");
    request_token(api, client, &code_parameters(client, code.expose())).await
}

fn text_of(answer: &TokenResponse) -> String {
    let content = content(answer.response_content.as_ref());
    let id_token = content["id_token"].as_str().expect("an ID token");
    assert_eq!(answer.id_token.as_ref().unwrap().expose(), id_token);
    id_token.to_owned()
}

/// The ID token of a token response.
async fn id_token(
    api: &Authlete,
    client: &RegisteredClient,
    decide: impl FnOnce(Issue) -> Issue,
) -> String {
    text_of(&exchange(api, client, decide).await)
}

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

#[tokio::test]
async fn the_claims_are_exactly_those_of_the_authentication() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
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
                .idt_header_params(
                    r#"{"typ":"JWT","alg":"none","kid":"forged","enc":"x","crit":[]}"#,
                )
        })
        .await;
        let id_token = text_of(&answer);
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

        // Of what nobody said, the token says nothing.
        let claims = self::claims(&api, client, |issue| issue).await;
        let names: Vec<_> = claims.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            ["at_hash", "aud", "exp", "iat", "iss", "nonce", "sub"]
        );
    }
}

#[tokio::test]
async fn without_openid_there_is_none() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let answer = tokens(&api, emulator.client()).await;
        assert_eq!(answer.id_token, None);
        let content = content(answer.response_content.as_ref());
        assert_eq!(content.get("id_token"), None);
    }
}

#[tokio::test]
async fn every_algorithm_signs() {
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
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let keys = jwks(&api).await;
        for (alg, name, kid, hash) in &algorithms {
            configure_client(&api, client.id, |client| {
                client.id_token_sign_alg = Some(alg.clone());
            })
            .await;
            let answer = exchange(&api, client, |issue| issue).await;
            let id_token = text_of(&answer);
            let (header, _) = jwt::parts(&id_token);
            assert_eq!(header, json!({ "alg": name, "kid": kid }));
            let claims = jwt::verified(&id_token, &keys);
            let access_token = answer.access_token.unwrap();
            let expected = jwt::half_hash_by(hash, access_token.expose());
            assert_eq!(claims["at_hash"], expected, "{name}");
        }
    }
}

#[tokio::test]
async fn secrets_sign_too_and_in_the_back_channel_nothing_has_to() {
    let algorithms: [(JwsAlg, &str, &'static digest::Algorithm); 3] = [
        (JwsAlg::Hs256, "HS256", &SHA256),
        (JwsAlg::Hs384, "HS384", &SHA384),
        (JwsAlg::Hs512, "HS512", &SHA512),
    ];
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        for (alg, name, hash) in &algorithms {
            configure_client(&api, client.id, |client| {
                client.id_token_sign_alg = Some(alg.clone());
            })
            .await;
            let answer = exchange(&api, client, |issue| issue).await;
            let id_token = text_of(&answer);
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

        // Not where the browser carries it.
        let query = request(client, &client.id.to_string());
        let query = query.replace("response_type=code", "response_type=code+id_token");
        let issue = Issue::new(ticket(&api, &query).await, "alice");
        let answer = api.authorization_issue(&issue).await.unwrap();
        assert_eq!(answer.result_code.as_deref(), Some("A054107"));
        let action = answer.action;
        assert_eq!(action, AuthorizationIssueAction::InternalServerError);
        assert_eq!((answer.authorization_code, answer.id_token), (None, None));
    }
}

/// The keys of the service, with a second one for RSA.
async fn with_second_key(emulator: &Emulator, api: &Authlete, key_id: &str) {
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

#[tokio::test]
async fn the_service_names_the_key_where_there_are_several() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let key_id = async || jwt::parts(&id_token(&api, client, |issue| issue).await).0;
        with_second_key(&emulator, &api, "rsa-second").await;
        assert_eq!(key_id().await["kid"], "rsa-second");
        let jwt = id_token(&api, client, |issue| issue).await;
        jwt::verified(&jwt, &jwks(&api).await);
        configure(&emulator, &api, |service| {
            service.id_token_signature_key_id = None;
        })
        .await;
        assert_eq!(key_id().await["kid"], "rsa-signing");

        // The name of a key of RSA does not keep a client from the only one on a curve.
        with_second_key(&emulator, &api, "rsa-second").await;
        configure_client(&api, client.id, |client| {
            client.id_token_sign_alg = Some(JwsAlg::Es256);
        })
        .await;
        assert_eq!(key_id().await["kid"], "p256-signing");
    }
}

#[tokio::test]
async fn the_shorter_duration_wins() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        // Of the service, of the client, of the token. 0 says nothing.
        let cases = [
            (0, None, 86_400),
            (600, None, 600),
            (600, Some(0), 600),
            (600, Some(60), 60),
            (60, Some(600), 60),
            (0, Some(90_000), 90_000),
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
}

#[tokio::test]
async fn the_audience_is_a_text_or_a_list() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let id = client.id.to_string();
        let audience = async |of_call: Option<&str>| {
            let claims = claims(&api, client, |mut issue| {
                issue.id_token_aud_type = of_call.map(str::to_owned);
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
}

#[tokio::test]
async fn a_client_that_calls_itself_by_its_alias_is_called_so() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let code = code(&api, &request(client, &client.alias)).await;
        let token = TokenRequest::new(code_parameters(client, &code))
            .client_id(&client.alias)
            .client_secret(&client.secret);
        let answer = api.token(&token).await.unwrap();
        let claims = jwt::verified(&text_of(&answer), &jwks(&api).await);
        assert_eq!(claims["aud"], json!([client.alias]));
        assert_eq!(answer.client_id_alias_used, Some(true));
    }
}

#[tokio::test]
async fn the_server_says_who_a_user_is_for_a_sector() {
    for version in GENERATIONS {
        let (emulator, api) = start_with(version, |client| {
            client.subject_type = Some(SubjectType::Pairwise);
        })
        .await;
        let client = emulator.client();
        let registered = api.get_client(client.id).await.unwrap();
        let sector = registered.derived_sector_identifier.unwrap();
        assert_eq!(sector, "client.example");
        let pairwise = format!("alice@{sector}");
        let answer = exchange(&api, client, |issue| issue.sub(&pairwise)).await;
        let claims = jwt::verified(&text_of(&answer), &jwks(&api).await);
        assert_eq!(claims["sub"], pairwise);
        // The same at userinfo (OpenID Connect Core 1.0 §5.3.2), while the server knows the user by the other name.
        assert_eq!(answer.subject.as_deref(), Some("alice"));
        let token = answer.access_token.unwrap();
        let userinfo = api.userinfo_issue(&UserInfoIssueRequest::new(token)).await;
        let userinfo = content(userinfo.unwrap().response_content.as_ref());
        assert_eq!(userinfo, json!({ "sub": pairwise }));
    }
}

#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted() {
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
    for version in GENERATIONS {
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
}

/// How many codes and tokens there are.
async fn left(emulator: &Emulator) -> (u64, u64) {
    let overview = data(emulator, "/emulator/overview").await;
    let count = |kind: &str| overview["service"][kind]["total"].as_u64().unwrap();
    (count("codes"), count("tokens"))
}

/// The result code, and what is wrong with the settings.
type Mistake<'a> = (&'a str, fn(&mut authlete::types::Service), fn(&mut Client));

#[tokio::test]
async fn settings_that_cannot_work_give_no_tokens() {
    let nothing = |_: &mut authlete::types::Service| {};
    let mistakes: [Mistake<'_>; 8] = [
        ("A054101", |service| service.issuer = None, |_| {}),
        ("A054102", |service| service.jwks = None, |_| {}),
        (
            "A054102",
            |service| service.jwks = Some(r#"{"keys":[]}"#.into()),
            |client| client.id_token_sign_alg = Some(JwsAlg::Ps256),
        ),
        ("A054105", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::RsaOaep256);
        }),
        ("A054105", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::EcdhEs);
            client.jwks = Some(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.into());
        }),
        ("A054105", nothing, |client| {
            // A key of the client's own, of the wrong length.
            client.id_token_encryption_alg = Some(JweAlg::Dir);
            client.jwks = Some(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.into());
        }),
        ("A054106", nothing, |client| {
            client.id_token_encryption_alg = Some(JweAlg::Pbes2Hs256A128kw);
        }),
        (
            "A054101",
            |service| service.issuer = None,
            |client| {
                client.id_token_sign_alg = Some(JwsAlg::None);
            },
        ),
    ];
    for version in GENERATIONS {
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
            assert_eq!(answer.result_code.as_deref(), Some(code));
            assert_eq!(answer.action, TokenAction::InternalServerError);
            let content = content(answer.response_content.as_ref());
            assert_eq!(content["error"], "server_error");
            assert_eq!((answer.access_token, answer.id_token), (None, None));
            // The code waits for better settings; there is nothing else.
            assert_eq!(left(&emulator).await, (1, 0));

            let query = request(client, &client.id.to_string());
            let query = query.replace("response_type=code", "response_type=code+id_token");
            let issue = Issue::new(ticket(&api, &query).await, "alice");
            let answer = api.authorization_issue(&issue).await.unwrap();
            let action = answer.action;
            assert_eq!(action, AuthorizationIssueAction::InternalServerError);
            assert_eq!((answer.authorization_code, answer.id_token), (None, None));
            assert_eq!(left(&emulator).await, (1, 0));
        }
    }
}
