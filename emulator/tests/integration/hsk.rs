//! Hardware-secured keys.

use crate::common::*;
use authlete::Authlete;
use authlete::types::{GetServiceJwksQuery, HskAction, HskCreateRequest, HskListAction};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

async fn start_with_module(version: authlete::ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| service.hsm_enabled = Some(true)).await;
    (emulator, api)
}

fn request(kty: &str, usage: &str, alg: &str) -> HskCreateRequest {
    HskCreateRequest::new().kty(kty).use_(usage).alg(alg)
}

#[tokio::test]
async fn a_key_from_its_creation_to_its_end() {
    for version in GENERATIONS {
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
        assert_eq!(other.kid.as_ref().unwrap().len(), 43, "made up");
        assert_eq!(other.hsm_name.as_deref(), Some("emulator"));
        let list = api.hsk_get_list().await.unwrap();
        assert_eq!(list.action, HskListAction::Success);
        assert_eq!(list.hsks, Some(vec![key.clone(), other.clone()]));
        let mut shown = None;
        configure(&emulator, &api, |service| shown = service.hsks.take()).await;
        assert_eq!(shown, list.hsks);

        let deleted = api.hsk_delete(&handle).await.unwrap().unwrap();
        assert_eq!(deleted.action, HskAction::Success);
        for (answer, code) in [
            (api.hsk_get(&handle).await.unwrap(), "A268202"),
            (api.hsk_delete(&handle).await.unwrap().unwrap(), "A270202"),
        ] {
            assert_eq!(answer.action, HskAction::NotFound);
            assert_eq!(answer.result_code.as_deref(), Some(code));
            assert_eq!(answer.hsk, None);
        }
        // No update had them for its own.
        assert_eq!(api.hsk_get_list().await.unwrap().hsks, Some(vec![other]));
    }
}

#[tokio::test]
async fn keys_that_cannot_be_are_refused() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let good = request("EC", "sig", "ES256");
        for (disabled, code) in [
            (api.hsk_create(&good).await.unwrap(), "A266201"),
            (api.hsk_get("handle").await.unwrap(), "A268201"),
            (api.hsk_delete("handle").await.unwrap().unwrap(), "A270201"),
        ] {
            assert_eq!(disabled.action, HskAction::InvalidRequest);
            assert_eq!(disabled.result_code.as_deref(), Some(code));
        }
        let disabled = api.hsk_get_list().await.unwrap();
        assert_eq!(disabled.result_code.as_deref(), Some("A269201"));
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
            assert_eq!(answer.result_code.as_deref(), Some(code));
        }
        let list = api.hsk_get_list().await.unwrap();
        assert_eq!(list.hsks, Some(vec![]));
    }
}

/// The keys are among those of the service, and the private ones never leave.
#[tokio::test]
async fn the_public_keys_are_published() {
    for version in GENERATIONS {
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
}
