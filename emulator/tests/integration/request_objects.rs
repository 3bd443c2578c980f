//! Request objects (RFC 9101, OpenID Connect Core 1.0 §6).

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationResponse, GetServiceJwksQuery, JweAlg, JweEnc, JwsAlg,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::{Value, json};

/// An emulator whose client has registered a key.
async fn start_signing(version: ApiVersion) -> (Emulator, Authlete, jwt::Key) {
    let (emulator, api) = start(version).await;
    let key = jwt::Key::generate();
    configure_client(&api, emulator.client().id, |client| {
        client.jwks = Some(key.jwks().into());
    })
    .await;
    (emulator, api, key)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs()
}

/// The claims of a valid request object.
fn claims(client: &RegisteredClient) -> Value {
    json!({
        "iss": client.id.to_string(),
        "aud": "https://as.example",
        "exp": now() + 60,
        "nbf": now() - 1,
        "client_id": client.id.to_string(),
        "response_type": "code",
        "redirect_uri": client.redirect_uri,
        "scope": "openid read",
        "state": "inside",
        "max_age": 60,
        "resource": ["https://a.example/", "https://b.example/"],
        "claims": { "id_token": { "email": null } },
    })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

/// A request with an object, and parameters outside of it.
fn query(client: &RegisteredClient, object: &str, more: &[(&str, &str)]) -> String {
    let id = client.id.to_string();
    let own = [
        ("client_id", id.as_str()),
        ("redirect_uri", &client.redirect_uri),
        ("response_type", "code"),
        ("request", object),
    ];
    form(&[&own, more].concat())
}

/// The error in the redirect to the client, and the result code.
fn error(answer: &AuthorizationResponse) -> (String, String) {
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    assert_eq!(answer.ticket, None);
    let (_, parameters) = location(answer.response_content.as_ref());
    let (name, error) = parameters[0].clone();
    assert_eq!(name, "error");
    (error, answer.result_code.clone().unwrap())
}

async fn refused(api: &Authlete, client: &RegisteredClient, object: &str) -> String {
    let (error, code) = error(&ask(api, query(client, object, &[])).await);
    assert_eq!(error, "invalid_request_object", "{code}");
    code
}

#[rstest]
#[tokio::test]
async fn parameters_outside_the_request_object_are_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let object = key.sign(&claims(client));
    let outside = [
        ("state", "outside"),
        ("prompt", "login"),
        ("scope", "write"),
    ];
    let answer = ask(&api, query(client, &object, &outside)).await;
    assert_eq!(
        answer.action,
        AuthorizationAction::Interaction,
        "{answer:?}"
    );
    let scopes: Vec<_> = answer
        .scopes
        .unwrap()
        .into_iter()
        .filter_map(|scope| scope.name)
        .collect();
    assert_eq!(scopes, ["openid", "read"]);
    assert_eq!(answer.max_age, Some(60));
    assert_eq!(answer.prompts, None);
    assert_eq!(
        answer.resources.unwrap(),
        ["https://a.example/", "https://b.example/"]
    );
    assert_eq!(answer.id_token_claims.as_deref(), Some(r#"{"email":null}"#));
    let payload: Value = serde_json::from_str(&answer.request_object_payload.unwrap()).unwrap();
    assert_eq!(payload["state"], "inside");
}

#[rstest]
#[tokio::test]
async fn parameters_outside_the_request_object_are_used_with_traditional_processing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.traditional_request_object_processing_applied = Some(true);
    })
    .await;
    let object = key.sign(&claims(client));
    let openid = ("scope", "openid");
    let outside = [openid, ("state", "outside"), ("prompt", "login")];
    let answer = ask(&api, query(client, &object, &outside)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(answer.prompts.unwrap().len(), 1);
    assert_eq!(answer.max_age, Some(60));
    // OpenID Connect requires `response_type` and the scope `openid` outside of the object, too.
    let bare = |more: &[(&str, &str)]| {
        let id = client.id.to_string();
        let own = [("client_id", id.as_str()), ("request", object.as_str())];
        form(&[&own, more].concat())
    };
    let code = ("response_type", "code");
    for (more, expected) in [
        (vec![("scope", "openid")], "A009301"),
        (vec![code], "A007303"),
        (vec![code, ("scope", "read")], "A007304"),
        (vec![code, ("scope", "read openid")], "A004001"),
    ] {
        let answer = ask(&api, bare(&more)).await;
        assert_code_for(
            answer.result_code.as_deref(),
            expected,
            format_args!("{more:?}"),
        );
    }
    // An unsigned object is accepted unless the client has registered an algorithm.
    let unsigned = jwt::unsigned(&claims(client));
    let answer = ask(&api, query(client, &unsigned, &[openid])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let token = key.sign(&with(claims(client), "response_type", json!("token")));
    assert_code(Some(&refused(&api, client, &token).await), "A006304");
    configure_client(&api, client.id, |client| {
        client.request_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    assert_code(Some(&refused(&api, client, &unsigned).await), "A005336");
}

#[rstest]
#[tokio::test]
async fn object_without_a_valid_client_signature_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let claims = claims(client);
    let good = key.sign(&claims);
    assert_code(
        Some(&refused(&api, client, &jwt::unsigned(&claims)).await),
        "A008311",
    );
    let none = key.sign_with(&json!({ "alg": "none" }), &claims);
    assert_code(Some(&refused(&api, client, &none).await), "A008311");
    let other = jwt::Key::generate().sign(&claims);
    assert_code(Some(&refused(&api, client, &other).await), "A005328");
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = input.split_once('.').unwrap();
    let changed = jwt::encode(with(claims.clone(), "scope", json!("write")).to_string());
    let tampered = format!("{header}.{changed}.{signature}");
    assert_code(Some(&refused(&api, client, &tampered).await), "A005328");
    // The public key as an HMAC secret (algorithm confusion).
    for secret in [key.jwk().to_string(), key.jwks()] {
        let confused = jwt::hmac(secret.as_bytes(), &claims);
        assert_code(Some(&refused(&api, client, &confused).await), "A005328");
    }
    let wrong_alg = key.sign_with(&json!({ "alg": "ES384" }), &claims);
    assert_code(Some(&refused(&api, client, &wrong_alg).await), "A005352");
    let critical = key.sign_with(&json!({ "alg": "ES256", "crit": ["x"], "x": 1 }), &claims);
    assert_code(Some(&refused(&api, client, &critical).await), "A005301");
    let header = jwt::encode(json!({ "typ": "jwt" }).to_string());
    let without_alg = format!("{header}.{changed}.{signature}");
    assert_code(Some(&refused(&api, client, &without_alg).await), "A005307");
    for (header, code) in [
        (json!({ "enc": "A128GCM" }), "A005360"),
        (json!({ "alg": "dir" }), "A005362"),
        (json!({ "alg": "magic", "enc": "A128GCM" }), "A005368"),
        (json!({ "alg": "dir", "enc": "magic" }), "A005366"),
    ] {
        let encrypted = format!("{}....", jwt::encode(header.to_string()));
        assert_code_for(
            Some(&refused(&api, client, &encrypted).await),
            code,
            &header,
        );
    }
    for malformed in [
        "x",
        "a.b.c",
        "..",
        "....",
        &format!("{good}."),
        &good[..good.len() / 2],
    ] {
        refused(&api, client, malformed).await;
    }
    // The client secret is accepted, too, unless the client has registered another algorithm.
    let by_secret = jwt::hmac(client.secret.expose().as_bytes(), &claims);
    let answer = ask(&api, query(client, &by_secret, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure_client(&api, client.id, |client| {
        client.request_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    assert_code(Some(&refused(&api, client, &by_secret).await), "A005312");
    let answer = ask(&api, query(client, &good, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn object_with_invalid_lifetime_issuer_client_type_or_audience_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let cases = [
        ("exp", json!(now() - 1), "A006339"),
        ("exp", json!("soon"), "A006335"),
        ("nbf", json!(now() + 100), "A006347"),
        ("iss", json!("somebody"), "A902303"),
        ("client_id", json!("1"), "A005391"),
        ("client_id", Value::Null, "A005387"),
        ("request", json!("x"), "A006308"),
        ("request_uri", json!("urn:x"), "A006312"),
    ];
    for (name, value, expected) in cases {
        let object = key.sign(&with(claims(client), name, value));
        assert_eq!(refused(&api, client, &object).await, expected, "{name}");
    }
    // A JWT for another purpose, such as a DPoP proof.
    let header = json!({ "alg": "ES256", "typ": "dpop+jwt" });
    let proof = key.sign_with(&header, &claims(client));
    assert_code(Some(&refused(&api, client, &proof).await), "A902302");
    let header = json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt" });
    let typed = key.sign_with(&header, &claims(client));
    let answer = ask(&api, query(client, &typed, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);

    let other_audience = key.sign(&with(
        claims(client),
        "aud",
        json!(["https://other.example"]),
    ));
    let answer = ask(&api, query(client, &other_audience, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure(&emulator, &api, |service| {
        service.request_object_audience_checked = Some(true);
    })
    .await;
    assert_code(
        Some(&refused(&api, client, &other_audience).await),
        "A006363",
    );
    let own_audience = key.sign(&claims(client));
    let answer = ask(&api, query(client, &own_audience, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}

#[rstest]
#[tokio::test]
async fn redirect_uri_in_the_object_has_to_be_registered(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let evil = with(
        claims(client),
        "redirect_uri",
        json!("https://evil.example/"),
    );
    let answer = ask(&api, query(client, &key.sign(&evil), &[])).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A011304");
    // An unregistered redirect URI outside is not used either when the object is malformed.
    let parameters = form(&[
        ("client_id", &client.alias),
        ("redirect_uri", "https://evil.example/"),
        ("request", "x"),
    ]);
    let answer = ask(&api, parameters).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A005301");
}

#[rstest]
#[tokio::test]
async fn encrypted_object_is_decrypted_and_its_signature_is_checked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.front_channel_request_object_encryption_required = Some(true);
        client.request_encryption_alg = Some(JweAlg::EcdhEs);
    })
    .await;
    let jwks = api.get_service_jwks(&GetServiceJwksQuery::new()).await;
    let jwks = jwks.unwrap().unwrap().into_value();
    let keys = jwks["keys"].as_array().unwrap();
    let to = keys
        .iter()
        .find(|key| key["use"] == "enc" && key["kty"] == "EC")
        .unwrap();
    let signed = key.sign(&claims(client));
    assert_code(Some(&refused(&api, client, &signed).await), "A006334");
    let encrypted = jwt::encrypt(to, &signed);
    let answer = ask(&api, query(client, &encrypted, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let mut parts: Vec<_> = encrypted.split('.').collect();
    let tag = jwt::encode([0; 16]);
    parts[4] = &tag;
    assert_code(
        Some(&refused(&api, client, &parts.join(".")).await),
        "A005364",
    );
    // The default content encryption algorithm is A128CBC-HS256.
    configure_client(&api, client.id, |client| {
        client.request_object_encryption_enc_match_required = Some(true);
    })
    .await;
    assert_code(Some(&refused(&api, client, &encrypted).await), "A006332");
    configure_client(&api, client.id, |client| {
        client.request_encryption_enc = Some(JweEnc::A256gcm);
    })
    .await;
    let answer = ask(&api, query(client, &encrypted, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    // An encrypted object still has to be signed.
    let unsigned = jwt::encrypt(to, &jwt::unsigned(&claims(client)));
    assert_code(Some(&refused(&api, client, &unsigned).await), "A008311");

    let by_secret = jwt::encrypt_with_secret(client.secret.expose(), &signed);
    let answer = ask(&api, query(client, &by_secret, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure_client(&api, client.id, |client| {
        client.request_object_encryption_alg_match_required = Some(true);
    })
    .await;
    assert_code(Some(&refused(&api, client, &by_secret).await), "A006330");
}

#[rstest]
#[tokio::test]
async fn object_can_be_required_and_request_excludes_request_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let object = key.sign(&claims(client));
    let both = query(
        client,
        &object,
        &[("request_uri", "https://client.example/request")],
    );
    let (name, code) = error(&ask(&api, both).await);
    assert_code(Some(&code), "A008304");
    assert_eq!(name, "invalid_request");
    let by_reference =
        |uri: &str| crate::common::query(client) + "&" + &form(&[("request_uri", uri)]);
    let reference = by_reference("https://client.example/request");
    let (name, _) = error(&ask(&api, reference.clone()).await);
    assert_eq!(name, "request_uri_not_supported");
    configure_client(&api, client.id, |client| {
        client.request_uris = Some(vec!["https://client.example/other".to_owned()]);
        client.request_object_required = Some(true);
    })
    .await;
    let (name, _) = error(&ask(&api, reference).await);
    assert_eq!(name, "invalid_request_uri");
    let (name, code) = error(&ask(&api, crate::common::query(client)).await);
    assert_code(Some(&code), "A008309");
    assert_eq!(name, "invalid_request");
    let answer = ask(&api, query(client, &object, &[])).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
}
