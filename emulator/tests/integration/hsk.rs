//! Hardware-secured keys.

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationAction, GetServiceJwksQuery, HskAction, HskCreateRequest, HskListAction, JwsAlg,
    Service, TokenAction,
};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rstest::rstest;
use serde_json::json;

async fn start_with_module(version: authlete::ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| service.hsm_enabled = Some(true)).await;
    (emulator, api)
}

fn request(kty: &str, usage: &str, alg: &str) -> HskCreateRequest {
    HskCreateRequest::new().kty(kty).use_(usage).alg(alg)
}

#[rstest]
#[tokio::test]
async fn key_is_created_listed_and_deleted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_module(version).await;
    let wanted = request("EC", "sig", "ES256").kid("mine").hsm_name("google");
    let created = api.hsk_create(&wanted).await.unwrap();
    assert_eq!(created.action, HskAction::Success);
    let key = created.hsk.unwrap();
    assert_eq!(
        [&key.kty, &key.use_, &key.alg, &key.kid, &key.hsm_name].map(Option::as_deref),
        ["EC", "sig", "ES256", "mine", "google"].map(Some)
    );
    let handle = key.handle.clone().unwrap();
    assert_eq!(handle.len(), 43);
    let der = BASE64_STANDARD
        .decode(key.public_key.as_ref().unwrap())
        .unwrap();
    assert_eq!(der.len(), 91, "SubjectPublicKeyInfo on P-256");

    let found = api.hsk_get(&handle).await.unwrap();
    assert_eq!(found.action, HskAction::Success);
    assert_eq!(found.hsk.as_ref(), Some(&key));
    let other = api
        .hsk_create(&request("RSA", "enc", "RSA-OAEP-256"))
        .await
        .unwrap();
    let other = other.hsk.unwrap();
    assert_eq!(other.kid.as_ref().unwrap().len(), 43, "generated");
    assert_eq!(other.hsm_name.as_deref(), Some("emulator"));
    let list = api.hsk_get_list().await.unwrap();
    assert_eq!(list.action, HskListAction::Success);
    assert_eq!(list.hsks, Some(vec![key.clone(), other.clone()]));
    let mut listed = None;
    configure(&emulator, &api, |service| listed = service.hsks.take()).await;
    assert_eq!(listed, list.hsks);

    let deleted = api.hsk_delete(&handle).await.unwrap().unwrap();
    assert_eq!(deleted.action, HskAction::Success);
    for (answer, code) in [
        (api.hsk_get(&handle).await.unwrap(), "A268202"),
        (api.hsk_delete(&handle).await.unwrap().unwrap(), "A270202"),
    ] {
        assert_eq!(answer.action, HskAction::NotFound);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.hsk, None);
    }
    // Updates of the service do not change the keys.
    assert_eq!(api.hsk_get_list().await.unwrap().hsks, Some(vec![other]));
}

#[rstest]
#[tokio::test]
async fn invalid_keys_are_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let good = request("EC", "sig", "ES256");
    for (disabled, code) in [
        (api.hsk_create(&good).await.unwrap(), "A266201"),
        (api.hsk_get("handle").await.unwrap(), "A268201"),
        (api.hsk_delete("handle").await.unwrap().unwrap(), "A270201"),
    ] {
        assert_eq!(disabled.action, HskAction::InvalidRequest);
        assert_code(disabled.result_code.as_deref(), code);
    }
    let disabled = api.hsk_get_list().await.unwrap();
    assert_eq!(disabled.action, HskListAction::InvalidRequest);
    assert_code(disabled.result_code.as_deref(), "A269201");
    assert_eq!(disabled.hsks, None);
    configure(&emulator, &api, |service| service.hsm_enabled = Some(true)).await;
    for (wrong, code) in [
        (HskCreateRequest::new(), "A263201"),
        (request("RSA", "sig", "ES256"), "A263204"),
        (request("EC", "enc", "ES256"), "A263203"),
        (request("EC", "sig", "ES255"), "A263202"),
        (request("oct", "sig", "HS256"), "A263202"),
        (request("OKP", "sig", "EdDSA"), "A263202"),
    ] {
        let answer = api.hsk_create(&wrong).await.unwrap();
        assert_eq!(answer.action, HskAction::InvalidRequest, "{wrong:?}");
        assert_code(answer.result_code.as_deref(), code);
    }
    let list = api.hsk_get_list().await.unwrap();
    assert_eq!(list.hsks, Some(vec![]));
}

/// The JWK Set of the service has the public keys, but never the private ones.
#[rstest]
#[tokio::test]
async fn public_keys_are_published(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (_emulator, api) = start_with_module(version).await;
    let created = api
        .hsk_create(&request("EC", "sig", "ES384"))
        .await
        .unwrap();
    let kid = created.hsk.unwrap().kid.unwrap();
    for private in [false, true] {
        let query = GetServiceJwksQuery::new().include_private_keys(private);
        let set = api.get_service_jwks(&query).await.unwrap().unwrap();
        let keys = set["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["kid"] == kid).unwrap();
        assert_eq!(key["crv"], "P-384");
        assert_eq!(key.get("d"), None);
    }
}

/// `Service.hsmEnabled`, `Hsk.use`: the keys work like those of the service's JWK Set, as long as the flag is on.
#[rstest]
#[tokio::test]
async fn keys_sign_and_decrypt_only_while_the_service_has_the_module_enabled(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_module(version).await;
    let client = emulator.client();
    let client_key = jwt::Key::generate();
    configure(&emulator, &api, |service| service.jwks = None).await;
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Es256);
        client.jwks = Some(client_key.jwks().into());
    })
    .await;
    for wanted in [
        request("EC", "sig", "ES256"),
        request("EC", "enc", "ECDH-ES"),
    ] {
        let created = api.hsk_create(&wanted).await.unwrap();
        assert_eq!(created.action, HskAction::Success, "{wanted:?}");
    }
    let keys = jwks(&api).await;
    let id_token = openid::id_token(&api, client, |issue| issue).await;
    assert_eq!(jwt::verified(&id_token, &keys)["sub"], "alice");

    let keys = keys["keys"].as_array().unwrap();
    let to = keys.iter().find(|key| key["use"] == "enc").unwrap();
    let object = client_key.sign(&json!({
        "client_id": client.id.to_string(),
        "response_type": "code",
        "redirect_uri": client.redirect_uri,
    }));
    let parameters = form(&[
        ("client_id", &client.id.to_string()),
        ("redirect_uri", &client.redirect_uri),
        ("request", &jwt::encrypt(to, &object)),
    ]);
    let answer = ask(&api, parameters.as_str()).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);

    configure(&emulator, &api, |service| service.hsm_enabled = Some(false)).await;
    let query = GetServiceJwksQuery::new();
    assert_eq!(api.get_service_jwks(&query).await.unwrap(), None);
    let answer = ask(&api, parameters).await;
    assert_ne!(answer.action, AuthorizationAction::Interaction);
    let issued = openid::exchange(&api, client, |issue| issue).await;
    assert_eq!(issued.action, TokenAction::InternalServerError);
    assert_eq!(issued.id_token, None);
}

/// `HskCreateRequest.kid` and `hsmName`, `Service.hsks`.
#[rstest]
#[tokio::test]
async fn empty_names_are_ignored_key_ids_may_repeat_and_updates_do_not_change_keys(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_module(version).await;
    let wanted = request("EC", "sig", "ES256");
    let unnamed = api.hsk_create(&wanted.clone().kid("").hsm_name("")).await;
    let unnamed = unnamed.unwrap().hsk.unwrap();
    assert_eq!(unnamed.kid.as_ref().unwrap().len(), 43);
    assert_eq!(unnamed.hsm_name.as_deref(), Some("emulator"));
    let again = wanted.kid(unnamed.kid.as_ref().unwrap());
    let again = api.hsk_create(&again).await.unwrap();
    assert_eq!(again.action, HskAction::Success);
    let again = again.hsk.unwrap();
    assert_eq!(again.kid, unnamed.kid);
    assert_ne!(again.handle, unnamed.handle);

    let stored = Some(vec![unnamed, again]);
    configure(&emulator, &api, |service| service.hsks = Some(Vec::new())).await;
    assert_eq!(api.hsk_get_list().await.unwrap().hsks, stored);
    configure(&emulator, &api, |service| {
        assert_eq!(service.hsks, stored);
        service.hsks.as_mut().unwrap().pop();
    })
    .await;
    assert_eq!(api.hsk_get_list().await.unwrap().hsks, stored);
    let mut other = Service::new();
    other.hsks = stored;
    let created = api.create_service(&other).await.unwrap();
    assert_eq!(created.hsks.unwrap_or_default(), []);
}
