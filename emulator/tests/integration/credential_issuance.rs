//! The credential endpoint: requests and issued credentials (OpenID for Verifiable Credential Issuance 1.0 §8).

use std::time::Duration;

use crate::common::issued::*;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::wallet::*;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    CredentialIssuanceOrder, CredentialSingleIssueAction, CredentialSingleIssueRequest,
    CredentialSingleParseAction, CredentialSingleParseRequest,
};
use rstest::rstest;
use serde_json::{Value, json};

fn degree() -> Value {
    json!({
        "vct": "https://issuer.example/degree",
        "sub": "alice",
        "given_name": "Alice",
        "address": { "locality": "Tokyo", "region": { "name": "Kanto" } },
        "nationalities": ["JP", "DE"],
    })
}

#[rstest]
#[tokio::test]
async fn each_claim_of_an_sd_jwt_is_selectively_disclosable(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree legacy").await;
    let before = now();
    let answer = wallet.parse(&wallet.request("degree").await).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    let info = answer.info.unwrap();
    assert_eq!(info.format, None);
    assert_eq!(info.credential_configuration_id.as_deref(), Some("degree"));
    assert_eq!(info.details.as_deref(), Some("{}"));
    let key: Value = serde_json::from_str(info.binding_key.as_ref().unwrap()).unwrap();
    assert_eq!(key, wallet.key.jwk());
    assert_eq!(info.binding_keys.unwrap(), [info.binding_key.unwrap()]);

    let identifier = info.identifier.unwrap();
    let answer = wallet
        .issue(order(&identifier, &degree()).credential_duration(60))
        .await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Ok);
    assert_eq!(answer.transaction_id, None);
    let content = content(answer.response_content.as_ref());
    let credential = SdJwt::read(content["credentials"][0]["credential"].as_str().unwrap());
    assert_eq!(credential.header["typ"], "dc+sd-jwt");
    assert_eq!(credential.header["x5c"], issuer.public["x5c"]);
    // The claims that are always disclosed.
    let seen = credential.verified(&issuer.public);
    assert_eq!(seen["iss"], ISSUER);
    assert_eq!(seen["vct"], "https://issuer.example/degree");
    assert_eq!(seen["cnf"]["jwk"], wallet.key.jwk());
    assert_eq!(seen["_sd_alg"], "sha-256");
    let issued_at = seen["iat"].as_u64().unwrap();
    assert!(before <= issued_at && issued_at <= now());
    assert_eq!(seen["exp"], issued_at + 60);
    assert_eq!(seen["_sd"].as_array().unwrap().len(), 2);
    assert_eq!(seen["address"]["_sd"].as_array().unwrap().len(), 1);
    assert_eq!(
        seen["address"]["region"]["_sd"].as_array().unwrap().len(),
        1
    );
    assert!(seen["nationalities"][1]["..."].is_string());
    for secret in ["alice", "Alice", "Tokyo", "Kanto", "JP"] {
        let quoted = format!("\"{secret}\"");
        assert!(!seen.to_string().contains(&quoted), "{secret}");
    }
    // The holder discloses all claims, or some of them.
    let claims = credential.disclosed(&issuer.public, |_| true);
    for (name, value) in degree().as_object().unwrap() {
        assert_eq!(&claims[name], value);
    }
    assert_eq!(credential.disclosures.len(), 6);
    let part = credential.disclosed(&issuer.public, |disclosure| disclosure[1] == "sub");
    assert_eq!(part["sub"], "alice");
    assert_eq!(part["address"], json!({ "region": {} }));
    assert_eq!(part["nationalities"], json!([]));
    assert_eq!(part.get("given_name"), None);

    // The format name of the draft, without a proof and without an expiration.
    let request = json!({ "credential_configuration_id": "legacy" });
    let answer = wallet.parse(&request).await;
    let info = answer.info.unwrap();
    assert_eq!(info.binding_key, None);
    assert_eq!(info.binding_keys, None);
    let payload = json!({ "vct": "https://issuer.example/legacy", "cnf": {}, "exp": 1 });
    let answer = wallet
        .issue(order(&info.identifier.unwrap(), &payload))
        .await;
    let credential = SdJwt::read(&single_credential(&answer.response_content));
    assert_eq!(credential.header["typ"], "vc+sd-jwt");
    let claims = credential.verified(&issuer.public);
    assert_eq!(claims.get("cnf"), None);
    assert_eq!(claims.get("exp"), None);
}

/// The only credential in a response.
fn single_credential(response: &Option<authlete::Secret>) -> String {
    let response = content(response.as_ref());
    let credentials = response["credentials"].as_array().unwrap();
    assert_eq!(credentials.len(), 1);
    credentials[0]["credential"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn jwt_vc_has_the_key_and_the_lifetime_of_its_order(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let [first, second] = ["first", "second"].map(Issuer::generate);
    enable(&emulator, &api, "1.0", &[&first, &second]).await;
    configure(&emulator, &api, |service| {
        service.credential_duration = Some(3600)
    })
    .await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "diploma").await;
    let vc = json!({
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", "Diploma"],
        "credentialSubject": { "id": "did:example:alice" },
    });
    // The first key signs by default.
    for (key_id, issuer) in [(None, &first), (Some("second"), &second)] {
        for duration in [0, -1, 60] {
            let identifier = wallet.identifier(&wallet.request("diploma").await).await;
            let payload = json!({ "vc": vc, "sub": "did:example:alice", "iss": "nobody" });
            let mut order = order(&identifier, &payload).credential_duration(duration);
            order.signing_key_id = key_id.map(str::to_owned);
            let answer = wallet.issue(order).await;
            let jwt = single_credential(&answer.response_content);
            let claims = jwt::verified(&jwt, &json!({ "keys": [issuer.public] }));
            assert_eq!(jwt::parts(&jwt).0["typ"], "JWT");
            assert_eq!(claims["iss"], ISSUER);
            assert_eq!(claims["sub"], "did:example:alice");
            assert_eq!(claims["vc"], vc);
            assert_eq!(claims["cnf"]["jwk"], wallet.key.jwk());
            assert_eq!(claims["nbf"], claims["iat"]);
            let expected = match duration {
                0 => Some(3600),
                60 => Some(60),
                _ => None,
            };
            let lifetime = claims["exp"].as_u64();
            let lifetime = lifetime.map(|end| end - claims["iat"].as_u64().unwrap());
            assert_eq!(lifetime, expected);
        }
    }
    let identifier = wallet.identifier(&wallet.request("diploma").await).await;
    for (payload, key_id, code) in [
        (json!({}), None, "A928210"),
        (
            json!({ "vc": { "type": ["VerifiableCredential"] } }),
            None,
            "A928210",
        ),
        (json!({ "vc": vc }), Some("third"), "A928211"),
    ] {
        let mut order = order(&identifier, &payload);
        order.signing_key_id = key_id.map(str::to_owned);
        let answer = wallet.issue(order).await;
        assert_eq!(answer.action, CredentialSingleIssueAction::CallerError);
        assert_code(answer.result_code.as_deref(), code);
    }
}

#[rstest]
#[tokio::test]
async fn mdoc_has_items_whose_digests_are_signed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "mdl").await;
    let identifier = wallet.identifier(&wallet.request("mdl").await).await;
    let payload = json!({
        "doctype": "org.iso.18013.5.1.mDL",
        "claims": {
            "org.iso.18013.5.1": {
                "family_name": "Silverstone",
                "birth_date": "cbor:1004(\"1991-11-06\")",
                "portrait": "cbor:h'ffd8'",
                "driving_privileges": [{ "vehicle_category_code": "A" }],
            },
            "org.example": { "member": true },
        },
    });
    let answer = wallet
        .issue(order(&identifier, &payload).credential_duration(60))
        .await;
    let mdoc = Mdoc::read(&single_credential(&answer.response_content));
    let signed = mdoc.verified(&issuer);
    assert_eq!(signed.document_type, "org.iso.18013.5.1.mDL");
    assert_eq!(signed.device_key, wallet.key.jwk());
    assert_eq!(signed.lifetime, 60);
    let elements = mdoc.elements(&signed);
    let name = |name: &str| &elements[&("org.iso.18013.5.1".to_owned(), name.to_owned())];
    assert_eq!(elements.len(), 5);
    assert_eq!(name("family_name"), &"Silverstone".into());
    assert_eq!(name("birth_date"), &tagged(1004, "1991-11-06"));
    assert_eq!(
        name("portrait"),
        &coset::cbor::Value::Bytes(vec![0xff, 0xd8])
    );
    let privileges = coset::cbor::Value::Map(vec![("vehicle_category_code".into(), "A".into())]);
    assert_eq!(
        name("driving_privileges"),
        &coset::cbor::Value::Array(vec![privileges])
    );
    assert_eq!(
        elements[&("org.example".to_owned(), "member".to_owned())],
        true.into()
    );

    let identifier = wallet.identifier(&wallet.request("mdl").await).await;
    let claims = json!({ "org.iso.18013.5.1": { "family_name": "Silverstone" } });
    for payload in [
        json!({}),
        json!({ "doctype": "org.iso.18013.5.1.mDL" }),
        json!({ "doctype": "org.iso.18013.5.1.mDL", "claims": {} }),
        json!({ "doctype": "org.iso.18013.5.1.mDL", "claims": { "org.iso.18013.5.1": {} } }),
        json!({ "doctype": "org.example", "claims": claims }),
        json!({ "doctype": "org.iso.18013.5.1.mDL", "claims": { "a": { "b": "cbor:?" } } }),
    ] {
        let answer = wallet.issue(order(&identifier, &payload)).await;
        assert_eq!(
            answer.action,
            CredentialSingleIssueAction::CallerError,
            "{payload}"
        );
        assert_code(answer.result_code.as_deref(), "A928210");
    }
    // Refused orders do not use up the request. Without a duration, the mdoc has the last possible date.
    let payload = json!({ "doctype": "org.iso.18013.5.1.mDL", "claims": claims });
    let answer = wallet.issue(order(&identifier, &payload)).await;
    let mdoc = Mdoc::read(&single_credential(&answer.response_content));
    assert_eq!(mdoc.verified(&issuer).valid_until, "9999-12-31T23:59:59Z");
}

/// OpenID for Verifiable Credential Issuance 1.0 §A.2.2: algorithms are COSE algorithm identifiers.
#[rstest]
#[tokio::test]
async fn mdoc_needs_a_key_with_a_certificate_and_an_algorithm_of_the_metadata(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "mdl").await;
    let claims = json!({ "org.iso.18013.5.1": { "family_name": "Silverstone" } });
    let payload = json!({ "doctype": "org.iso.18013.5.1.mDL", "claims": claims });
    for (algorithms, is_supported) in [
        (json!([-7]), true),
        (json!([-35, -9]), true),
        (json!(["ES256"]), true),
        (json!(null), true),
        (json!([-35]), false),
        (json!(["ES384"]), false),
        (json!([]), false),
    ] {
        let mut supported = configurations();
        supported["mdl"]["credential_signing_alg_values_supported"] = algorithms.clone();
        configure_issuer(&emulator, &api, |metadata| {
            metadata.credentials_supported = Some(supported.to_string());
        })
        .await;
        let identifier = wallet.identifier(&wallet.request("mdl").await).await;
        let answer = wallet.issue(order(&identifier, &payload)).await;
        let code = answer.result_code.as_deref();
        let expected = if is_supported { "A928002" } else { "A928211" };
        assert_code_for(code, expected, algorithms);
    }
    let identifier = wallet.identifier(&wallet.request("mdl").await).await;
    let mut bare = issuer.private.clone();
    bare.as_object_mut().unwrap().remove("x5c");
    configure(&emulator, &api, |service| {
        service.credential_jwks = Some(json!({ "keys": [bare] }).to_string().into());
    })
    .await;
    let answer = wallet.issue(order(&identifier, &payload)).await;
    assert_code(answer.result_code.as_deref(), "A928211");
}

#[rstest]
#[tokio::test]
async fn request_is_answered_once_and_with_its_own_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let client = emulator.client();
    let wallet = Wallet::with_scopes(&api, client, "degree").await;
    let other = Wallet::with_scopes(&api, client, "degree").await;
    let identifier = wallet.identifier(&wallet.request("degree").await).await;

    let answer = other.issue(order(&identifier, &degree())).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::CallerError);
    assert_code(answer.result_code.as_deref(), "A928207");
    let answer = wallet.issue(order("made-up", &degree())).await;
    assert_code(answer.result_code.as_deref(), "A928206");
    let mut malformed = order(&identifier, &json!({}));
    malformed.credential_payload = Some("[]".to_owned());
    let answer = wallet.issue(malformed).await;
    assert_code(answer.result_code.as_deref(), "A928209");

    let answer = wallet.issue(order(&identifier, &degree())).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Ok);
    let answer = wallet.issue(order(&identifier, &degree())).await;
    assert_code(answer.result_code.as_deref(), "A928206");

    // The caller can deny the request, and must answer before it expires.
    let identifier = wallet.identifier(&wallet.request("degree").await).await;
    let denied = |request: CredentialSingleIssueRequest| request.denied(true);
    let answer = wallet.issue_as(order(&identifier, &degree()), denied).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::BadRequest);
    let error = content(answer.response_content.as_ref());
    assert_eq!(error["error"], "credential_request_denied");
    let answer = wallet.issue(order(&identifier, &degree())).await;
    assert_code(answer.result_code.as_deref(), "A928206");
    configure(&emulator, &api, |service| {
        service.credential_transaction_duration = Some(60);
    })
    .await;
    let identifier = wallet.identifier(&wallet.request("degree").await).await;
    emulator.advance(Duration::from_secs(60));
    let answer = wallet.issue(order(&identifier, &degree())).await;
    assert_code(answer.result_code.as_deref(), "A928206");
}

#[rstest]
#[tokio::test]
async fn credentials_that_the_access_token_does_not_grant_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, client, "legacy").await;
    let request = json!({ "credential_configuration_id": "legacy" });
    let identifier = wallet.identifier(&request).await;
    let payload = json!({ "vct": "https://issuer.example/legacy" });

    let for_none = Wallet::with_scopes(&api, client, "read").await.token;
    for (token, error) in [
        ("made-up", "invalid_token"),
        (&for_none, "insufficient_scope"),
    ] {
        let request = CredentialSingleParseRequest::new(token, request.to_string());
        let answer = api.credential_single_parse(&request).await.unwrap();
        assert_eq!(answer.action, CredentialSingleParseAction::Unauthorized);
        let challenge = answer.response_content.unwrap();
        assert!(challenge.expose().contains(&format!("error=\"{error}\"")));
        let order = order(&identifier, &payload);
        let request = CredentialSingleIssueRequest::new(token, order);
        let answer = api.credential_single_issue(&request).await.unwrap();
        assert_eq!(answer.action, CredentialSingleIssueAction::Unauthorized);
    }
    let answer = wallet
        .parse(&json!({ "credential_configuration_id": "diploma" }))
        .await;
    assert_eq!(answer.action, CredentialSingleParseAction::Unauthorized);
    assert_code(answer.result_code.as_deref(), "A928305");

    emulator.advance(Duration::from_secs(86_400));
    let answer = wallet.parse(&request).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Unauthorized);
    assert_code(answer.result_code.as_deref(), "A928303");

    configure(&emulator, &api, |service| {
        service.verifiable_credentials_enabled = Some(false);
    })
    .await;
    let answer = wallet.parse(&request).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Forbidden);
    let answer = wallet.issue(order(&identifier, &payload)).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Forbidden);
}

#[rstest]
#[tokio::test]
async fn request_without_one_known_credential_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "legacy diploma linked").await;
    for (request, error) in [
        ("", "invalid_credential_request"),
        ("[]", "invalid_credential_request"),
        ("{}", "invalid_credential_request"),
        (
            r#"{"credential_configuration_id":"legacy","format":"vc+sd-jwt"}"#,
            "invalid_credential_request",
        ),
        (
            r#"{"credential_configuration_id":"made-up"}"#,
            "unknown_credential_configuration",
        ),
        (
            r#"{"credential_identifier":"made-up"}"#,
            "unknown_credential_identifier",
        ),
        (
            r#"{"format":"vc+sd-jwt","vct":"made-up"}"#,
            "unsupported_credential_type",
        ),
    ] {
        let answer = wallet.parse_text(request).await;
        assert_eq!(answer.action, CredentialSingleParseAction::BadRequest);
        assert_eq!(content(answer.response_content.as_ref())["error"], error);
        assert_eq!(answer.info, None);
    }
    // In drafts, the format and the type name the credential. `details` has the other members.
    let request = json!({
        "format": "jwt_vc_json",
        "credential_definition": { "type": ["VerifiableCredential", "Diploma"] },
    });
    let info = wallet.parse(&request).await.info.unwrap();
    assert_eq!(info.format, None);
    assert_eq!(info.credential_configuration_id, None);
    let details: Value = serde_json::from_str(&info.details.unwrap()).unwrap();
    assert_eq!(
        details,
        json!({ "credential_definition": request["credential_definition"] })
    );
    // A format that the emulator does not support.
    let request = json!({ "credential_configuration_id": "linked" });
    let identifier = wallet.identifier(&request).await;
    let answer = wallet.issue(order(&identifier, &json!({}))).await;
    assert_eq!(
        answer.action,
        CredentialSingleIssueAction::InternalServerError
    );
    assert_code(answer.result_code.as_deref(), "A928212");
}

#[rstest]
#[tokio::test]
async fn credential_of_authorization_details_is_requested_by_identifier(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["openid_credential".to_owned()]);
    })
    .await;
    let client = emulator.client();
    let details = r#"[{"type":"openid_credential","credential_configuration_id":"degree"}]"#;
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("authorization_details", details),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let wallet = Wallet::with_query(&api, client, &query).await;
    let answer = wallet.parse(&wallet.request("degree").await).await;
    let error = content(answer.response_content.as_ref());
    assert_eq!(error["error"], "invalid_credential_request");
    let request = json!({
        "credential_identifier": wallet.identifiers[0],
        "proofs": { "jwt": [wallet.proof().await] },
    });
    let info = wallet.parse(&request).await.info.unwrap();
    assert_eq!(
        info.credential_identifier.as_ref(),
        Some(&wallet.identifiers[0])
    );
    assert_eq!(info.credential_configuration_id, None);
    let answer = wallet
        .issue(order(&info.identifier.unwrap(), &degree()))
        .await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Ok);
}

#[rstest]
#[tokio::test]
async fn in_the_first_draft_a_request_names_its_credential_by_its_format(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0-ID1", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    for request in [
        json!({ "credential_configuration_id": "legacy" }),
        json!({ "credential_identifier": "legacy.1" }),
    ] {
        let answer = wallet.parse(&request).await;
        assert_eq!(answer.action, CredentialSingleParseAction::BadRequest);
        assert_code(answer.result_code.as_deref(), "A928309");
    }
    // The response omits members that the draft does not define.
    let request = json!({
        "format": "vc+sd-jwt",
        "vct": "https://issuer.example/legacy",
        "credential_identifier": "legacy.1",
    });
    let info = wallet.parse(&request).await.info.unwrap();
    assert_eq!(info.format.as_deref(), Some("vc+sd-jwt"));
    assert_eq!(info.credential_configuration_id, None);
    assert_eq!(info.credential_identifier, None);
    let details: Value = serde_json::from_str(&info.details.unwrap()).unwrap();
    assert_eq!(details, json!({ "vct": "https://issuer.example/legacy" }));
}

#[rstest]
#[tokio::test]
async fn first_draft_has_one_credential_and_the_next_nonce_in_the_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0-ID1", &[&issuer]).await;
    let mut wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let request = async |wallet: &Wallet<'_>| {
        json!({
            "format": "dc+sd-jwt",
            "vct": "https://issuer.example/degree",
            "proof": { "proof_type": "jwt", "jwt": wallet.proof().await },
        })
    };
    let first = wallet.c_nonce.clone().unwrap();
    let info = wallet.parse(&request(&wallet).await).await.info.unwrap();
    assert_eq!(info.format.as_deref(), Some("dc+sd-jwt"));
    assert_eq!(info.credential_configuration_id, None);
    let identifier = info.identifier.unwrap();
    let answer = wallet.issue(order(&identifier, &degree())).await;
    let response = content(answer.response_content.as_ref());
    let credential = SdJwt::read(response["credential"].as_str().unwrap());
    assert_eq!(
        credential.verified(&issuer.public)["cnf"]["jwk"],
        wallet.key.jwk()
    );
    let next = response["c_nonce"].as_str().unwrap();
    assert_ne!(next, first);
    assert!(response["c_nonce_expires_in"].as_u64().unwrap() > 0);
    // The previous nonce is used up.
    let answer = wallet.parse(&request(&wallet).await).await;
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_proof"
    );
    wallet.c_nonce = Some(next.to_owned());
    let answer = wallet.parse(&request(&wallet).await).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
}

#[rstest]
#[tokio::test]
async fn claims_about_the_credential_are_always_disclosed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = Issuer::generate("issuer");
    enable(&emulator, &api, "1.0", &[&issuer]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let answer = wallet.parse(&wallet.request("degree").await).await;
    assert_eq!(answer.response_content, None, "nothing to send yet");
    let identifier = answer.info.unwrap().identifier.unwrap();
    assert_eq!(identifier.len(), 43, "256 bits");
    let plain = json!({
        "vct": "https://issuer.example/degree",
        "nbf": 1_700_000_000,
        "type": "Degree",
        "status": { "status_list": { "idx": 1, "uri": "https://issuer.example/status" } },
    });
    let mut payload = plain.clone();
    payload["given_name"] = "Alice".into();
    let answer = wallet.issue(order(&identifier, &payload)).await;
    let credential = SdJwt::read(&single_credential(&answer.response_content));
    let seen = credential.verified(&issuer.public);
    for (name, value) in plain.as_object().unwrap() {
        assert_eq!(&seen[name], value, "{name}");
    }
    assert_eq!(seen.get("given_name"), None);
}

#[rstest]
#[tokio::test]
async fn order_without_the_members_of_its_format_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree mdl").await;
    for configuration in ["degree", "mdl"] {
        let identifier = wallet
            .identifier(&wallet.request(configuration).await)
            .await;
        let without = CredentialIssuanceOrder::new(&*identifier);
        let answer = wallet.issue(without).await;
        assert_eq!(answer.action, CredentialSingleIssueAction::CallerError);
        for payload in [json!({}), json!({ "vct": 1 }), json!({ "doctype": 1 })] {
            let answer = wallet.issue(order(&identifier, &payload)).await;
            assert_eq!(answer.action, CredentialSingleIssueAction::CallerError);
            assert_code(answer.result_code.as_deref(), "A928210");
        }
    }
    let token = &*wallet.token;
    for (path, body) in [
        ("/vci/single/issue", json!({ "accessToken": token })),
        (
            "/vci/single/issue",
            json!({ "accessToken": token, "order": {} }),
        ),
        ("/vci/batch/issue", json!({ "accessToken": token })),
        ("/vci/deferred/issue", json!({})),
        ("/vci/deferred/issue", json!({ "order": {} })),
    ] {
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(
            (status, &answer["action"]),
            (200, &json!("CALLER_ERROR")),
            "{path}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn payload_and_the_key_of_a_deferred_order_are_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, "1.0", &[&Issuer::generate("issuer")]).await;
    let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
    let identifier = wallet.identifier(&wallet.request("degree").await).await;
    let order = CredentialIssuanceOrder::new(&*identifier)
        .issuance_deferred(true)
        .credential_payload("no JSON")
        .signing_key_id("no key");
    let answer = wallet.issue(order).await;
    assert_eq!(answer.action, CredentialSingleIssueAction::Accepted);
    assert_eq!(answer.transaction_id, Some(identifier));
}
