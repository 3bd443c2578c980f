//! A wallet and a credential issuer (OpenID for Verifiable Credential Issuance 1.0), independent of the emulator's code.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::time::{SystemTime, UNIX_EPOCH};

use authlete::Authlete;
use authlete::types::{
    AuthorizationIssueRequest, CredentialDeferredIssueRequest, CredentialDeferredIssueResponse,
    CredentialDeferredParseRequest, CredentialDeferredParseResponse, CredentialIssuanceOrder,
    CredentialIssuerMetadata, CredentialNonceRequest, CredentialSingleIssueRequest,
    CredentialSingleIssueResponse, CredentialSingleParseRequest, CredentialSingleParseResponse,
    JweAlg, JweEnc, Scope,
};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::jwt::{Key, encode, jwk_at};
use super::{CHALLENGE, code_parameters, configure, content, form, request_token, ticket};

pub const ISSUER: &str = "https://issuer.example";

/// The supported credential configurations. The scope of each is its identifier.
pub fn configurations() -> Value {
    let proofs = json!({ "jwt": { "proof_signing_alg_values_supported": ["ES256", "EdDSA"] } });
    json!({
        "degree": {
            "format": "dc+sd-jwt",
            "scope": "degree",
            "vct": "https://issuer.example/degree",
            "cryptographic_binding_methods_supported": ["jwk"],
            "proof_types_supported": proofs,
        },
        "legacy": {
            "format": "vc+sd-jwt",
            "scope": "legacy",
            "vct": "https://issuer.example/legacy",
        },
        "diploma": {
            "format": "jwt_vc_json",
            "scope": "diploma",
            "credential_definition": { "type": ["VerifiableCredential", "Diploma"] },
            "credential_signing_alg_values_supported": ["ES256"],
        },
        "mdl": {
            "format": "mso_mdoc",
            "scope": "mdl",
            "doctype": "org.iso.18013.5.1.mDL",
            "credential_signing_alg_values_supported": [-7],
            "proof_types_supported": proofs,
        },
        "attested": {
            "format": "dc+sd-jwt",
            "scope": "attested",
            "vct": "https://issuer.example/attested",
            "proof_types_supported": { "jwt": {
                "proof_signing_alg_values_supported": ["ES256"],
                "key_attestations_required": {},
            } },
        },
        "linked": { "format": "ldp_vc", "scope": "linked" },
    })
}

/// The key that signs credentials, with a certificate.
pub struct Issuer {
    pub public: Value,
    pub certificate: Vec<u8>,
    pub private: Value,
}

impl Issuer {
    pub fn generate(kid: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["issuer.example".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der());
        let pair = pair.unwrap();
        let d: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().unwrap();
        let mut public = jwk_at(pair.public_key().as_ref());
        public["kid"] = kid.into();
        public["x5c"] = json!([BASE64_STANDARD.encode(&certificate)]);
        let mut private = public.clone();
        private["d"] = encode(d.as_ref()).into();
        Self {
            public,
            certificate,
            private,
        }
    }
}

/// Enables a version of OpenID4VCI on the service, with signing keys.
pub async fn enable(emulator: &Emulator, api: &Authlete, version: &str, issuers: &[&Issuer]) {
    let keys: Vec<_> = issuers.iter().map(|issuer| &issuer.private).collect();
    let configurations = configurations();
    configure(emulator, api, |service| {
        service.verifiable_credentials_enabled = Some(true);
        service.oid4vci_version = Some(version.to_owned());
        service.credential_jwks = Some(json!({ "keys": keys }).to_string().into());
        let mut metadata = CredentialIssuerMetadata::new();
        metadata.credential_issuer = Some(ISSUER.to_owned());
        metadata.credential_endpoint = Some(format!("{ISSUER}/credential"));
        metadata.deferred_credential_endpoint = Some(format!("{ISSUER}/deferred"));
        metadata.nonce_endpoint = Some(format!("{ISSUER}/nonce"));
        metadata.batch_size = Some(2);
        metadata.credentials_supported = Some(configurations.to_string());
        metadata.credential_response_encryption_alg_values_supported = Some(vec![JweAlg::EcdhEs]);
        metadata.credential_response_encryption_enc_values_supported = Some(vec![JweEnc::A256gcm]);
        service.credential_issuer_metadata = Some(metadata);
        let scopes = service.supported_scopes.as_mut().unwrap();
        let names = configurations.as_object().unwrap().keys();
        scopes.extend(names.map(Scope::new));
    })
    .await;
}

/// Changes the metadata of the issuer.
pub async fn configure_issuer(
    emulator: &Emulator,
    api: &Authlete,
    change: impl FnOnce(&mut CredentialIssuerMetadata),
) {
    configure(emulator, api, |service| {
        change(service.credential_issuer_metadata.as_mut().unwrap());
    })
    .await;
}

/// A wallet, which is a client with a key.
pub struct Wallet<'a> {
    pub api: &'a Authlete,
    pub key: Key,
    pub token: String,
    /// The nonce of the token response, in 1.0-ID1.
    pub c_nonce: Option<String>,
    /// The credential identifiers in the token response.
    pub identifiers: Vec<String>,
}

impl<'a> Wallet<'a> {
    /// A wallet with an access token for scopes, which user `alice` has allowed.
    pub async fn with_scopes(api: &'a Authlete, client: &RegisteredClient, scopes: &str) -> Self {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &client.id.to_string()),
            ("redirect_uri", &client.redirect_uri),
            ("scope", scopes),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        Self::with_query(api, client, &query).await
    }

    /// A wallet with an access token from an authorization request.
    pub async fn with_query(api: &'a Authlete, client: &RegisteredClient, query: &str) -> Self {
        let request = AuthorizationIssueRequest::new(ticket(api, query).await, "alice");
        let issued = api.authorization_issue(&request).await.unwrap();
        let code = issued.authorization_code.expect("a code");
        let answer = request_token(api, client, &code_parameters(client, code.expose())).await;
        let content = content(answer.response_content.as_ref());
        let details = content["authorization_details"].as_array();
        let identifiers = details.into_iter().flatten();
        let identifiers =
            identifiers.filter_map(|detail| detail["credential_identifiers"].as_array());
        Self {
            identifiers: identifiers
                .flatten()
                .map(|identifier| identifier.as_str().unwrap().to_owned())
                .collect(),
            api,
            key: Key::generate(),
            token: answer.access_token.expect("a token").expose().to_owned(),
            c_nonce: answer.cnonce.map(|nonce| nonce.to_string()),
        }
    }

    pub async fn nonce(&self) -> String {
        match &self.c_nonce {
            Some(nonce) => nonce.clone(),
            None => {
                let answer = self
                    .api
                    .credential_nonce(&CredentialNonceRequest::new())
                    .await;
                answer.unwrap().cnonce.expect("a nonce").to_string()
            }
        }
    }

    /// The claims of a valid proof.
    pub async fn claims(&self) -> Value {
        json!({ "aud": ISSUER, "iat": now(), "nonce": self.nonce().await })
    }

    pub async fn proof(&self) -> String {
        prove(&self.key, &self.claims().await)
    }

    /// A request for the credential of a configuration, bound to the key of the wallet.
    pub async fn request(&self, configuration: &str) -> Value {
        json!({
            "credential_configuration_id": configuration,
            "proofs": { "jwt": [self.proof().await] },
        })
    }

    pub async fn parse(&self, request: &Value) -> CredentialSingleParseResponse {
        self.parse_text(&request.to_string()).await
    }

    pub async fn parse_text(&self, content: &str) -> CredentialSingleParseResponse {
        let request = CredentialSingleParseRequest::new(&*self.token, content);
        self.api.credential_single_parse(&request).await.unwrap()
    }

    /// The identifier that the API returns for a valid request.
    pub async fn identifier(&self, request: &Value) -> String {
        let answer = self.parse(request).await;
        let info = answer.info.unwrap_or_else(|| {
            panic!(
                "{:?}",
                answer.result_message.as_ref().map(authlete::Secret::expose)
            )
        });
        info.identifier.expect("an identifier")
    }

    pub async fn issue(&self, order: CredentialIssuanceOrder) -> CredentialSingleIssueResponse {
        self.issue_as(order, |request| request).await
    }

    pub async fn issue_as(
        &self,
        order: CredentialIssuanceOrder,
        change: impl FnOnce(CredentialSingleIssueRequest) -> CredentialSingleIssueRequest,
    ) -> CredentialSingleIssueResponse {
        let request = change(CredentialSingleIssueRequest::new(&*self.token, order));
        self.api.credential_single_issue(&request).await.unwrap()
    }

    pub async fn parse_deferred(&self, request: &Value) -> CredentialDeferredParseResponse {
        let request = CredentialDeferredParseRequest::new(&*self.token, request.to_string());
        self.api.credential_deferred_parse(&request).await.unwrap()
    }
}

pub async fn issue_deferred(
    api: &Authlete,
    order: CredentialIssuanceOrder,
) -> CredentialDeferredIssueResponse {
    let request = CredentialDeferredIssueRequest::new(order);
    api.credential_deferred_issue(&request).await.unwrap()
}

/// A proof with the key in its header.
pub fn prove(key: &Key, claims: &Value) -> String {
    key.sign_with(&header(key), claims)
}

pub fn header(key: &Key) -> Value {
    json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": key.jwk() })
}

pub fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs()
}

pub fn order(identifier: &str, payload: &Value) -> CredentialIssuanceOrder {
    CredentialIssuanceOrder::new(identifier).credential_payload(payload.to_string())
}
