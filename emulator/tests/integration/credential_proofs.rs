//! Key proofs (OpenID for Verifiable Credential Issuance 1.0 §8.2, appendix F).

use std::time::Duration;

use crate::common::issued::SdJwt;
use crate::common::jwt::Key;
use crate::common::result_codes::assert_code;
use crate::common::wallet::*;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    Client, CredentialOfferCreateRequest, CredentialSingleParseAction,
    CredentialSingleParseResponse, TokenRequest,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

fn request(proofs: &[String]) -> Value {
    json!({ "credential_configuration_id": "degree", "proofs": { "jwt": proofs } })
}

fn assert_refused(answer: &CredentialSingleParseResponse, error: &str, code: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, CredentialSingleParseAction::BadRequest);
    assert_eq!(content(answer.response_content.as_ref())["error"], error);
    assert_eq!(answer.info, None);
}

#[rstest]
#[tokio::test]
async fn proof_with_a_wrong_audience_client_time_or_nonce_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, client, "degree").await;
    let other = api.create_client(&Client::new()).await.unwrap();
    let other = other.client_id.unwrap().to_string();
    let good = wallet.claims().await;
    for (name, value, error, code) in [
        (
            "aud",
            json!("https://other.example"),
            "invalid_proof",
            "A928326",
        ),
        ("aud", json!(null), "invalid_proof", "A928326"),
        ("iss", json!(other), "invalid_proof", "A928327"),
        ("iss", json!(1), "invalid_proof", "A928327"),
        ("iat", json!(null), "invalid_proof", "A928328"),
        ("iat", json!(now() - 310), "invalid_proof", "A928328"),
        ("iat", json!(now() + 310), "invalid_proof", "A928328"),
        ("exp", json!(now() - 1), "invalid_proof", "A928328"),
        ("nonce", json!(null), "invalid_proof", "A928329"),
        ("nonce", json!("made-up"), "invalid_nonce", "A378319"),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        let proof = prove(&wallet.key, &claims);
        assert_refused(&wallet.parse(&request(&[proof])).await, error, code);
    }
    let mut claims = good.clone();
    claims["iss"] = client.id.to_string().into();
    claims["aud"] = json!(["https://other.example", ISSUER]);
    let answer = wallet.parse(&request(&[prove(&wallet.key, &claims)])).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);

    // Any wallet can use the nonce until it expires.
    let another = Wallet::with_scopes(&api, client, "degree").await;
    let answer = another.parse(&request(&[prove(&another.key, &good)])).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    configure(&emulator, &api, |service| {
        service.allowable_clock_skew = Some(3600);
    })
    .await;
    let answer = wallet.parse(&request(&[prove(&wallet.key, &good)])).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    emulator.advance(Duration::from_secs(600));
    let answer = wallet.parse(&request(&[prove(&wallet.key, &good)])).await;
    assert_refused(&answer, "invalid_nonce", "A378319");
}

#[rstest]
#[tokio::test]
async fn proof_with_an_invalid_header_or_signature_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let (key, claims) = (&wallet.key, wallet.claims().await);
    let header = header(key);
    let with = |changes: &[(&str, Value)]| {
        let mut header = header.clone();
        for (name, value) in changes {
            header[name] = value.clone();
        }
        header
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        key.sign_with(&header, &claims)
    };
    let mut private = key.jwk();
    private["d"] = private["x"].clone();
    let certificate = rcgen::generate_simple_self_signed(["wallet.example".to_owned()]);
    let certificate = BASE64_STANDARD.encode(certificate.unwrap().cert.der());
    let none = Value::Null;
    let good = with(&[]);
    let (start, signature) = good.rsplit_once('.').unwrap();
    let (first, rest) = signature.split_at(1);
    let tampered = format!("{start}.{}{rest}", if first == "A" { "B" } else { "A" });
    for (proof, code) in [
        ("made-up".to_owned(), "A928321"),
        (with(&[("typ", "JWT".into())]), "A928321"),
        (with(&[("typ", none.clone())]), "A928321"),
        (jwt::unsigned(&claims), "A928321"),
        (with(&[("alg", "none".into())]), "A928322"),
        (with(&[("alg", "HS256".into())]), "A928322"),
        // A known algorithm that is not in the metadata.
        (with(&[("alg", "ES384".into())]), "A928322"),
        (with(&[("jwk", none.clone())]), "A928323"),
        (with(&[("kid", "did:jwk:e30#0".into())]), "A928323"),
        (with(&[("jwk", private)]), "A928323"),
        (
            with(&[("jwk", json!({ "kty": "oct", "k": "AAAA" }))]),
            "A928323",
        ),
        (
            with(&[("jwk", none.clone()), ("kid", "made-up".into())]),
            "A928323",
        ),
        (
            with(&[("jwk", none.clone()), ("kid", "did:jwk:e30".into())]),
            "A928323",
        ),
        (
            with(&[("jwk", none.clone()), ("x5c", json!([]))]),
            "A928323",
        ),
        (
            with(&[("jwk", none.clone()), ("x5c", json!(["AAAA"]))]),
            "A928323",
        ),
        (
            with(&[("jwk", none.clone()), ("x5c", json!([certificate]))]),
            "A928325",
        ),
        (with(&[("jwk", Key::generate().jwk())]), "A928325"),
        (with(&[("alg", "EdDSA".into())]), "A928325"),
        (tampered, "A928325"),
    ] {
        assert_refused(
            &wallet.parse(&request(&[proof])).await,
            "invalid_proof",
            code,
        );
    }
    let did = format!("did:jwk:{}", jwt::encode(key.jwk().to_string()));
    for kid in [format!("{did}#0"), did] {
        let proof = with(&[("jwk", none.clone()), ("kid", kid.into())]);
        let info = wallet.parse(&request(&[proof])).await.info.unwrap();
        let bound: Value = serde_json::from_str(&info.binding_key.unwrap()).unwrap();
        assert_eq!(bound, key.jwk());
    }
}

/// RFC 7515 §4.1.6: the key is that of the certificate.
#[rstest]
#[tokio::test]
async fn proof_can_name_its_key_by_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let mut wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let pair = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(["wallet.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    wallet.key = Key::from_pkcs8(&pair.serialize_der());
    let header = json!({
        "typ": "openid4vci-proof+jwt",
        "alg": "ES256",
        "x5c": [BASE64_STANDARD.encode(certificate.der())],
    });
    let proof = wallet.key.sign_with(&header, &wallet.claims().await);
    let info = wallet.parse(&request(&[proof])).await.info.unwrap();
    let bound: Value = serde_json::from_str(&info.binding_key.unwrap()).unwrap();
    assert_eq!(bound, wallet.key.jwk());
}

/// An anonymous wallet has no client ID, so its proofs have no `iss` (appendix F.1).
#[rstest]
#[tokio::test]
async fn proof_of_an_anonymous_wallet_with_iss_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    configure(&emulator, &api, |service| {
        service.pre_authorized_grant_anonymous_access_supported = Some(true);
    })
    .await;
    let offer = CredentialOfferCreateRequest::new(["degree".to_owned()], "alice")
        .pre_authorized_code_grant_included(true);
    let offer = api.credential_offer_create(&offer).await.unwrap().info;
    let code = offer.unwrap().pre_authorized_code.unwrap();
    let parameters = form(&[
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        ),
        ("pre-authorized_code", code.expose()),
    ]);
    let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
    let mut wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    wallet.token = answer.access_token.unwrap().expose().to_owned();
    for (iss, is_valid) in [
        (json!(emulator.client().id.to_string()), false),
        (json!("0"), false),
        (json!(""), false),
        (Value::Null, true),
    ] {
        let mut claims = wallet.claims().await;
        claims["iss"] = iss;
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, claim| !claim.is_null());
        let answer = wallet.parse(&request(&[prove(&wallet.key, &claims)])).await;
        match is_valid {
            true => assert_eq!(answer.action, CredentialSingleParseAction::Ok),
            false => assert_refused(&answer, "invalid_proof", "A928327"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn each_of_several_proofs_binds_a_credential(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let keys = [Key::generate(), Key::generate(), Key::generate()];
    let claims = wallet.claims().await;
    let proofs: Vec<_> = keys.iter().map(|key| prove(key, &claims)).collect();
    let answer = wallet.parse(&request(&proofs)).await;
    assert_refused(&answer, "invalid_proof", "A928320");
    let twice = [proofs[0].clone(), prove(&keys[0], &claims)];
    let answer = wallet.parse(&request(&twice)).await;
    assert_refused(&answer, "invalid_proof", "A928331");
    // One invalid proof makes the request invalid.
    let answer = wallet
        .parse(&request(&[proofs[0].clone(), "made-up".to_owned()]))
        .await;
    assert_refused(&answer, "invalid_proof", "A928321");

    let info = wallet.parse(&request(&proofs[..2])).await.info.unwrap();
    let bound = info.binding_keys.unwrap();
    assert_eq!(bound.len(), 2);
    assert_eq!(info.binding_key.as_ref(), Some(&bound[0]));
    let payload = json!({ "vct": "https://issuer.example/degree" });
    let answer = wallet
        .issue(order(&info.identifier.unwrap(), &payload))
        .await;
    let response = content(answer.response_content.as_ref());
    let credentials = response["credentials"].as_array().unwrap();
    assert_eq!(credentials.len(), 2);
    for (credential, key) in credentials.iter().zip(&keys) {
        let credential = SdJwt::read(credential["credential"].as_str().unwrap());
        assert_eq!(credential.verified(&issuer.public)["cnf"]["jwk"], key.jwk());
    }
}

#[rstest]
#[tokio::test]
async fn proofs_must_have_the_form_that_the_metadata_require(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree attested legacy").await;
    let proof = wallet.proof().await;
    let jwt = json!({ "proof_type": "jwt", "jwt": proof });
    for (proofs, code) in [
        (json!({}), "A928317"),
        (json!({ "proofs": {} }), "A928318"),
        (json!({ "proofs": [] }), "A928318"),
        (json!({ "proofs": { "jwt": [] } }), "A928318"),
        (json!({ "proofs": { "jwt": proof } }), "A928318"),
        (json!({ "proofs": { "jwt": [1] } }), "A928318"),
        (
            json!({ "proofs": { "jwt": [proof], "di_vp": [] } }),
            "A928318",
        ),
        (
            json!({ "proofs": { "jwt": [proof] }, "proof": jwt }),
            "A928318",
        ),
        (json!({ "proof": { "jwt": proof } }), "A928318"),
        (json!({ "proofs": { "di_vp": [{}] } }), "A928319"),
        (json!({ "proofs": { "attestation": [proof] } }), "A928319"),
    ] {
        let mut request = proofs;
        request["credential_configuration_id"] = "degree".into();
        assert_refused(&wallet.parse(&request).await, "invalid_proof", code);
    }
    // The emulator cannot verify key attestations, so it refuses configurations that require them.
    let mut attested = request(std::slice::from_ref(&proof));
    attested["credential_configuration_id"] = "attested".into();
    assert_refused(&wallet.parse(&attested).await, "invalid_proof", "A928324");
    // If the metadata does not require proofs, a proof is optional. The form of the drafts is accepted, too.
    for extra in [json!({}), json!({ "proof": jwt })] {
        let mut request = extra;
        request["credential_configuration_id"] = "legacy".into();
        let info = wallet.parse(&request).await.info.unwrap();
        assert_eq!(info.binding_key.is_some(), request.get("proof").is_some());
    }
    // Without a nonce endpoint, the nonce is optional.
    let claims = json!({ "aud": ISSUER, "iat": now() });
    let request = request(&[prove(&wallet.key, &claims)]);
    assert_refused(&wallet.parse(&request).await, "invalid_proof", "A928329");
    configure_issuer(&emulator, &api, |metadata| metadata.nonce_endpoint = None).await;
    let answer = wallet.parse(&request).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
}
