//! The emulator supports each algorithm and authentication method in the metadata of the service.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::openid::id_token;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    ClientAuthMethod, ClientType, JweAlg, JweEnc, JwsAlg, TokenAction, TokenRequest,
};
use authlete_emulator::RegisteredClient;
use rcgen::{Certificate, CertificateParams, DnType, KeyPair, PublicKeyData as _};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[tokio::test]
async fn every_published_id_token_algorithm_is_supported(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let receiver = jwe::Receiver::generate();
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let secret = client.secret.expose();
    let (metadata, keys) = (metadata(&api).await, jwks(&api).await);
    for name in words(&metadata, "id_token_signing_alg_values_supported") {
        let alg = JwsAlg::from_protocol_value(&name);
        configure_client(&api, client.id, |client| client.id_token_sign_alg = alg).await;
        let jwt = id_token(&api, client, |issue| issue).await;
        assert_eq!(jwt::parts(&jwt).0["alg"], *name);
        let claims = match &*name {
            "HS256" | "HS384" | "HS512" => jwt::verified_by_secret(&jwt, secret),
            "none" => jwt::parts(&jwt).1,
            _ => jwt::verified(&jwt, &keys),
        };
        assert_eq!(claims["sub"], "alice", "{name}");
    }
    for alg in words(&metadata, "id_token_encryption_alg_values_supported") {
        for enc in words(&metadata, "id_token_encryption_enc_values_supported") {
            configure_client(&api, client.id, |client| {
                client.jwks = Some(receiver.jwks().into());
                client.id_token_sign_alg = Some(JwsAlg::Es256);
                client.id_token_encryption_alg = JweAlg::from_protocol_value(&alg);
                client.id_token_encryption_enc = JweEnc::from_protocol_value(&enc);
            })
            .await;
            let jwe = id_token(&api, client, |issue| issue).await;
            let (header, jwt) = receiver.open(secret, &jwe);
            assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
            let claims = jwt::verified(&jwt, &keys);
            assert_eq!(claims["sub"], "alice", "{alg} {enc}");
        }
    }
}

fn certificate() -> (Certificate, KeyPair) {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "client");
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap(), key)
}

/// The claims of an assertion (RFC 7523 §3).
fn assertion(client: &RegisteredClient, id: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!({
        "iss": client.id.to_string(),
        "sub": client.id.to_string(),
        "aud": "https://as.example",
        "exp": now.as_secs() + 60,
        "jti": id,
    })
}

#[rstest]
#[tokio::test]
async fn every_published_client_authentication_method_is_supported(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (certificate, certificate_key) = certificate();
    let key = jwt::Key::generate();
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let id = client.id.to_string();
    let metadata = metadata(&api).await;
    for name in words(&metadata, "token_endpoint_auth_methods_supported") {
        let method = ClientAuthMethod::from_protocol_value(&name).unwrap();
        let jwks = match method {
            ClientAuthMethod::SelfSignedTlsClientAuth => {
                let jwk = jwt::jwk_at(certificate_key.der_bytes());
                json!({ "keys": [jwk] }).to_string()
            }
            _ => key.jwks(),
        };
        configure_client(&api, client.id, |client| {
            client.client_type = Some(match method {
                ClientAuthMethod::None => ClientType::Public,
                _ => ClientType::Confidential,
            });
            client.token_auth_method = Some(method.clone());
            client.tls_client_auth_subject_dn = Some("CN=client".to_owned());
            client.jwks = Some(jwks.into());
        })
        .await;
        let code = code(&api, &query(client)).await;
        let parameters = code_parameters(client, &code);
        let with =
            |more: &[(&str, &str)]| TokenRequest::new(format!("{parameters}&{}", form(more)));
        let with_assertion = |jwt: &str| {
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            with(&[("client_assertion_type", kind), ("client_assertion", jwt)])
        };
        let secret = client.secret.expose();
        let request = match method {
            ClientAuthMethod::None => with(&[("client_id", &id)]),
            ClientAuthMethod::ClientSecretBasic => with(&[]).client_id(&id).client_secret(secret),
            ClientAuthMethod::ClientSecretPost => {
                with(&[("client_id", &id), ("client_secret", secret)])
            }
            ClientAuthMethod::ClientSecretJwt => {
                with_assertion(&jwt::hmac(secret.as_bytes(), &assertion(client, &name)))
            }
            ClientAuthMethod::PrivateKeyJwt => with_assertion(&key.sign(&assertion(client, &name))),
            ClientAuthMethod::TlsClientAuth | ClientAuthMethod::SelfSignedTlsClientAuth => {
                with(&[("client_id", &id)]).client_certificate(certificate.pem())
            }
            _ => panic!("{name}"),
        };
        let answer = api.token(&request).await.unwrap();
        assert_eq!(answer.action, TokenAction::Ok, "{name} {answer:?}");
        assert_eq!(answer.client_auth_method, Some(method));
    }
}
