//! A client that conforms to all FAPI profiles. Tests change one thing about it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use authlete::types::{
    AuthorizationIssueRequest, BackchannelAuthenticationRequest, BackchannelAuthenticationResponse,
    Client, ClientAuthMethod, DeliveryMode, FapiMode, GrantType, JwsAlg, PushedAuthReqRequest,
    PushedAuthReqResponse, ResponseType, Service, ServiceProfile, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{CertificateParams, DnType, KeyPair};
use serde_json::{Value, json};

use super::jwt::{Key, encode};
use super::{CHALLENGE, VERIFIER, ask, configure, configure_client, form, start};

pub const SUBJECT: &str = "CN=fapi.example";
pub const ISSUER: &str = "https://as.example";

/// The basic profiles, without the parts of Message Signing.
pub const PROFILES: [FapiMode; 3] = [
    FapiMode::Fapi1Baseline,
    FapiMode::Fapi1Advanced,
    FapiMode::Fapi2Security,
];

/// The modes that require sender-constrained access tokens.
pub const STRICT: [FapiMode; 2] = [FapiMode::Fapi1Advanced, FapiMode::Fapi2Security];

/// The client, which authenticates by `private_key_jwt` and gets certificate-bound tokens.
pub struct FapiClient {
    pub emulator: Emulator,
    pub api: Authlete,
    pub key: Key,
    /// In PEM form.
    pub certificate: String,
    assertions: AtomicU32,
}

pub fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs() as i64
}

impl FapiClient {
    /// Starts an emulator and registers the client for the modes.
    pub async fn start(version: ApiVersion, modes: &[FapiMode]) -> Self {
        let (emulator, api) = start(version).await;
        let client = Self {
            emulator,
            api,
            key: Key::generate(),
            certificate: certificate(),
            assertions: AtomicU32::new(0),
        };
        client
            .configure_service(|service| {
                service.supported_service_profiles = Some(vec![ServiceProfile::Fapi]);
                service.tls_client_certificate_bound_access_tokens = Some(true);
            })
            .await;
        let key = client.key.jwks();
        client
            .configure(|client| {
                client.fapi_modes = Some(modes.to_vec());
                client.response_types = Some(vec![ResponseType::Code, ResponseType::CodeIdToken]);
                client.grant_types = Some(vec![
                    GrantType::AuthorizationCode,
                    GrantType::Implicit,
                    GrantType::RefreshToken,
                    GrantType::ClientCredentials,
                    GrantType::Ciba,
                ]);
                client.jwks = Some(key.into());
                client.token_auth_method = Some(ClientAuthMethod::PrivateKeyJwt);
                client.tls_client_auth_subject_dn = Some(SUBJECT.to_owned());
                client.tls_client_certificate_bound_access_tokens = Some(true);
                client.authorization_sign_alg = Some(JwsAlg::Ps256);
                client.id_token_sign_alg = Some(JwsAlg::Ps256);
                client.user_info_sign_alg = Some(JwsAlg::Es256);
                client.bc_delivery_mode = Some(DeliveryMode::Poll);
                client.bc_notification_endpoint = Some("https://fapi.example/ciba".to_owned());
                client.bc_request_sign_alg = Some(JwsAlg::Es256);
            })
            .await;
        client
    }

    pub async fn configure(&self, change: impl FnOnce(&mut Client)) {
        configure_client(&self.api, self.registered().id, change).await;
    }

    pub async fn configure_service(&self, change: impl FnOnce(&mut Service)) {
        configure(&self.emulator, &self.api, change).await;
    }

    /// Registers other public keys.
    pub async fn register_keys(&self, keys: &[Value]) {
        let jwks = json!({ "keys": keys }).to_string();
        self.configure(|client| client.jwks = Some(jwks.into()))
            .await;
    }

    pub fn registered(&self) -> &RegisteredClient {
        self.emulator.client()
    }

    fn id(&self) -> String {
        self.registered().id.to_string()
    }

    /// The claims of an unused client assertion.
    pub fn assertion_claims(&self) -> Value {
        let number = self.assertions.fetch_add(1, Ordering::Relaxed);
        json!({
            "iss": self.id(),
            "sub": self.id(),
            "aud": ISSUER,
            "exp": now() + 600,
            "jti": number.to_string(),
        })
    }

    /// Parameters with a client assertion.
    pub fn asserted(&self, parameters: &str, assertion: &str) -> String {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let own = form(&[
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ]);
        format!("{parameters}&{own}")
    }

    /// Parameters with a valid client assertion.
    pub fn authenticated(&self, parameters: &str) -> String {
        self.asserted(parameters, &self.key.sign(&self.assertion_claims()))
    }

    /// A token request with the certificate and otherwise as given.
    pub async fn send_token_request(&self, parameters: &str) -> TokenResponse {
        let request = TokenRequest::new(parameters).client_certificate(&*self.certificate);
        self.api.token(&request).await.unwrap()
    }

    /// A token request of the authenticated client.
    pub async fn token(&self, parameters: &str) -> TokenResponse {
        self.send_token_request(&self.authenticated(parameters))
            .await
    }

    pub async fn push(&self, parameters: &str) -> PushedAuthReqResponse {
        let request = PushedAuthReqRequest::new(self.authenticated(parameters));
        self.api.push_authorization_request(&request).await.unwrap()
    }

    pub async fn backchannel(&self, parameters: &str) -> BackchannelAuthenticationResponse {
        let request = BackchannelAuthenticationRequest::new(self.authenticated(parameters));
        self.api.backchannel_authentication(&request).await.unwrap()
    }

    /// The claims of a request object with changes: numbers of `exp` and `nbf` are seconds from now, and null removes a claim.
    pub fn request_claims(&self, changes: &[(&str, Value)]) -> Value {
        let claims = json!({
            "iss": self.id(),
            "aud": ISSUER,
            "client_id": self.id(),
            "response_type": "code",
            "response_mode": "jwt",
            "redirect_uri": self.registered().redirect_uri,
            "scope": "read",
            "state": "s",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "nbf": now(),
            "exp": now() + 300,
        });
        changed(claims, changes)
    }

    /// An authorization request with a request object.
    pub fn with_object(&self, object: &str) -> String {
        form(&[
            ("client_id", &self.id()),
            ("redirect_uri", &self.registered().redirect_uri),
            ("request", object),
        ])
    }

    /// An authorization request with a signed request object with changes.
    pub fn request(&self, changes: &[(&str, Value)]) -> String {
        self.with_object(&self.key.sign(&self.request_claims(changes)))
    }

    /// The parameters to exchange a code of a signed request, for the subject `alice`.
    pub async fn code(&self, scope: &str) -> String {
        let object = self.request(&[("scope", json!(scope))]);
        let asked = self.push(&object).await;
        let uri = asked.request_uri.expect("a request URI");
        let reference = form(&[("client_id", &*self.id()), ("request_uri", &uri)]);
        let ticket = ask(&self.api, reference).await.ticket.expect("a ticket");
        let issue = AuthorizationIssueRequest::new(ticket, "alice");
        let issued = self.api.authorization_issue(&issue).await.unwrap();
        form(&[
            ("grant_type", "authorization_code"),
            ("code", issued.authorization_code.expect("a code").expose()),
            ("redirect_uri", &self.registered().redirect_uri),
            ("code_verifier", VERIFIER),
        ])
    }

    /// The claims of a signed backchannel authentication request with changes.
    pub fn backchannel_claims(&self, changes: &[(&str, Value)]) -> Value {
        let claims = json!({
            "iss": self.id(),
            "aud": ISSUER,
            "iat": now(),
            "nbf": now(),
            "exp": now() + 300,
            "jti": "1",
            "scope": "openid read",
            "login_hint": "alice",
            "binding_message": "W4SCT",
            "client_notification_token": "tell-me",
        });
        changed(claims, changes)
    }

    /// The parameters of a signed backchannel authentication request with changes.
    pub fn backchannel_request(&self, changes: &[(&str, Value)]) -> String {
        form(&[("request", &self.key.sign(&self.backchannel_claims(changes)))])
    }

    /// A DPoP proof for the token endpoint.
    pub fn dpop_proof(&self) -> String {
        let id = self.assertions.fetch_add(1, Ordering::Relaxed).to_string();
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.jwk() });
        let url = format!("{ISSUER}/token");
        let claims = json!({
            "jti": encode(digest(&SHA256, id.as_bytes())),
            "htm": "POST",
            "htu": url,
            "iat": now(),
        });
        self.key.sign_with(&header, &claims)
    }

    /// A token request of the authenticated client with a DPoP proof instead of the certificate.
    pub async fn token_with_dpop(&self, parameters: &str) -> TokenResponse {
        let request = TokenRequest::new(self.authenticated(parameters)).dpop(self.dpop_proof());
        self.api.token(&request).await.unwrap()
    }
}

fn changed(mut claims: Value, changes: &[(&str, Value)]) -> Value {
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes {
        match value.as_i64() {
            _ if value.is_null() => members.remove(*name),
            Some(seconds) if ["exp", "nbf"].contains(name) => {
                members.insert((*name).to_owned(), json!(now() + seconds))
            }
            _ => members.insert((*name).to_owned(), value.clone()),
        };
    }
    claims
}

/// A self-signed certificate with the registered subject.
fn certificate() -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "fapi.example");
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().pem()
}
