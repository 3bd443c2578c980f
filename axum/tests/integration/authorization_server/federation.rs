//! OpenID Federation: entity configuration and explicit registration.

use authlete::types::{ClientRegistrationType, Service, TrustAnchor};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::common::jwt::Key;
use authlete::ApiVersion;
use rstest::rstest;

const ENTITY: &str = "application/entity-statement+jwt";
const CHAIN: &str = "application/trust-chain+json";
const ANCHOR: &str = "https://anchor.example";
const RELYING_PARTY: &str = "https://rp.example";

/// A trust anchor with one relying party directly below it.
pub struct Federation {
    anchor: Key,
    relying_party: Key,
}

impl Federation {
    pub fn new() -> Self {
        Self {
            anchor: Key::generate(),
            relying_party: Key::generate(),
        }
    }

    pub fn join(&self, service: &mut Service) {
        let mut jwk = Key::generate().private_jwk();
        jwk["kid"] = "federation".into();
        service.federation_enabled = Some(true);
        service.federation_jwks = Some(json!({ "keys": [jwk] }).to_string().into());
        service.federation_signature_key_id = Some("federation".to_owned());
        service.organization_name = Some("Example".to_owned());
        service.authority_hints = Some(vec![ANCHOR.to_owned()]);
        let mut anchor = TrustAnchor::new(ANCHOR);
        anchor.jwks = Some(jwks(&self.anchor, ANCHOR).to_string());
        service.trust_anchors = Some(vec![anchor]);
        service.supported_client_registration_types = Some(vec![ClientRegistrationType::Explicit]);
    }

    fn chain(&self, provider: &str) -> [String; 2] {
        let metadata = json!({ "openid_relying_party": {
            "redirect_uris": ["https://rp.example/callback"],
            "client_registration_types": ["explicit"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": { "keys": [Key::generate().jwk()] },
        }});
        let more = json!({
            "aud": provider, "authority_hints": [ANCHOR], "metadata": metadata,
        });
        [
            statement(
                &self.relying_party,
                RELYING_PARTY,
                &self.relying_party,
                more,
            ),
            statement(&self.anchor, ANCHOR, &self.relying_party, json!({})),
        ]
    }
}

fn jwks(key: &Key, kid: &str) -> Value {
    let mut jwk = key.jwk();
    jwk["kid"] = kid.into();
    json!({ "keys": [jwk] })
}

/// An entity statement about the relying party.
fn statement(signer: &Key, issuer: &str, about: &Key, more: Value) -> String {
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    let mut claims = json!({
        "iss": issuer, "sub": RELYING_PARTY, "iat": now, "exp": now + 3600,
        "jwks": jwks(about, RELYING_PARTY),
    });
    let members = more.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(members);
    let header = json!({ "alg": "ES256", "typ": "entity-statement+jwt", "kid": issuer });
    signer.sign_with(&header, &claims)
}

async fn register(provider: &Provider, media_type: &str, body: String) -> Reply {
    let request = provider
        .client()
        .request(Method::POST, "/federation/register");
    Reply::of(request.header("content-type", media_type).body(body)).await
}

async fn configuration(provider: &Provider) -> Reply {
    let request = provider.client();
    Reply::of(request.request(Method::GET, "/.well-known/openid-federation")).await
}

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn provider_serves_its_entity_configuration_and_registers_relying_parties(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let provider = Provider::at(path, version, users::Users, users::router).await;
    let federation = Federation::new();
    provider
        .change_service(|service| federation.join(service))
        .await;
    let entity = configuration(&provider).await;
    assert_eq!(entity.status, 200, "{entity:?}");
    assert_eq!(entity.header("content-type"), Some(ENTITY));
    assert_eq!(entity.body.split('.').count(), 3);

    let chain = federation.chain(&provider.issuer);
    let body = json!(chain).to_string();
    let registered = register(&provider, CHAIN, body).await;
    assert_eq!(registered.status, 200, "{registered:?}");
    assert_eq!(registered.header("content-type"), Some(ENTITY));
    assert_eq!(registered.body.split('.').count(), 3);
}

#[tokio::test]
async fn registration_body_is_interpreted_by_its_media_type() {
    let provider = Provider::start(ApiVersion::V3).await;
    let federation = Federation::new();
    provider
        .change_service(|service| federation.join(service))
        .await;
    let [entity, _] = federation.chain(&provider.issuer);
    // The emulator does not fetch the rest of the chain, so it refuses the entity configuration.
    let alone = register(&provider, ENTITY, entity.clone()).await;
    assert_eq!(alone.status, 400, "{alone:?}");
    let swapped = register(&provider, CHAIN, entity.clone()).await;
    assert_eq!(swapped.status, 400, "{swapped:?}");
    // The result code for a body that is neither of the two.
    assert!(swapped.body.contains("A921301"), "{swapped:?}");
    assert!(!alone.body.contains("A921301"), "{alone:?}");
    for media_type in [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
    ] {
        let reply = register(&provider, media_type, entity.clone()).await;
        reply.assert_error(415, "invalid_request");
    }
    let large = register(&provider, ENTITY, "a".repeat(300 * 1024)).await;
    large.assert_error(413, "invalid_request");
}

#[rstest]
#[tokio::test]
async fn registration_without_a_body_is_refused_with_400(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::at("", version, users::Users, users::router).await;
    let federation = Federation::new();
    provider
        .change_service(|service| federation.join(service))
        .await;
    for media_type in [ENTITY, CHAIN] {
        for body in ["", " \n"] {
            let reply = register(&provider, media_type, body.to_owned()).await;
            reply.assert_error(400, "invalid_request");
        }
    }
}

#[rstest]
#[tokio::test]
async fn entity_configuration_of_a_provider_without_federation_is_answered_with_404(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let provider = Provider::start(version).await;
    assert_eq!(configuration(&provider).await.status, 404);
    let reply = register(&provider, ENTITY, "e30.e30.".to_owned()).await;
    assert_eq!(reply.status, 404, "{reply:?}");
}
