//! A test federation with a trust anchor, an intermediate and a relying party.

use std::time::{SystemTime, UNIX_EPOCH};

use authlete::types::{
    FederationRegistrationAction as Action, FederationRegistrationRequest,
    FederationRegistrationResponse, Service, TrustAnchor,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use serde_json::{Value, json};

use super::jwt::Key;
use super::registration::with;
use super::{configure, form, start};

/// The issuer of the emulator's service, and so its entity identifier.
pub const PROVIDER: &str = "https://as.example";
pub const REDIRECT_URI: &str = "https://rp.example/callback";
pub const HOUR: i64 = 3600;

/// An entity of the federation: its identifier and its key.
pub struct Entity {
    pub id: &'static str,
    pub key: Key,
}

impl Entity {
    pub fn new(id: &'static str) -> Self {
        let key = Key::generate();
        Self { id, key }
    }

    /// The JWK Set in statements about the entity.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [with(self.key.jwk(), json!({ "kid": self.id }))] })
    }

    /// A signed statement about `about`. The members of `further` replace the defaults.
    pub fn statement(&self, about: &Self, further: Value) -> String {
        let claims = json!({
            "iss": self.id,
            "sub": about.id,
            "iat": now(),
            "exp": now() + HOUR,
            "jwks": about.jwks(),
        });
        self.sign(with(claims, further))
    }

    pub fn sign(&self, claims: Value) -> String {
        self.key.sign_with(&self.header(), &claims)
    }

    pub fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "entity-statement+jwt", "kid": self.id })
    }
}

pub struct Federation {
    pub anchor: Entity,
    pub intermediate: Entity,
    pub relying_party: Entity,
    /// The key that the relying party uses in OpenID Connect.
    pub key: Key,
}

impl Federation {
    pub fn new() -> Self {
        Self {
            anchor: Entity::new("https://anchor.example"),
            intermediate: Entity::new("https://intermediate.example"),
            relying_party: Entity::new("https://rp.example"),
            key: Key::generate(),
        }
    }

    /// The `openid_relying_party` metadata.
    pub fn metadata(&self) -> Value {
        json!({
            "redirect_uris": [REDIRECT_URI],
            "client_name": "App",
            "client_registration_types": ["explicit", "automatic"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "request_object_signing_alg": "ES256",
            "id_token_signed_response_alg": "ES256",
            "jwks": { "keys": [self.key.jwk()] },
        })
    }

    /// The claims of the relying party about itself.
    pub fn claims(&self) -> Value {
        json!({
            "aud": PROVIDER,
            "authority_hints": [self.intermediate.id],
            "metadata": { "openid_relying_party": self.metadata() },
        })
    }

    pub fn configuration(&self, further: Value) -> String {
        let rp = &self.relying_party;
        rp.statement(rp, with(self.claims(), further))
    }

    /// The entity configuration of the relying party, with other metadata.
    pub fn configuration_with(&self, metadata: Value) -> String {
        let metadata = with(self.metadata(), metadata);
        self.configuration(json!({ "metadata": { "openid_relying_party": metadata } }))
    }

    /// The subordinate statements, that of the immediate superior first, with further members.
    pub fn superiors(&self, of_intermediate: Value, of_anchor: Value) -> [String; 2] {
        [
            self.intermediate
                .statement(&self.relying_party, of_intermediate),
            self.anchor.statement(&self.intermediate, of_anchor),
        ]
    }

    pub fn chain(&self) -> Vec<String> {
        self.chain_from(self.configuration(json!({})))
    }

    /// A trust chain that begins with the given statement.
    pub fn chain_from(&self, first: String) -> Vec<String> {
        [first]
            .into_iter()
            .chain(self.superiors(json!({}), json!({})))
            .collect()
    }

    /// A trust chain whose subordinate statements have further members.
    pub fn chain_with(&self, of_intermediate: Value, of_anchor: Value) -> Vec<String> {
        [self.configuration(json!({}))]
            .into_iter()
            .chain(self.superiors(of_intermediate, of_anchor))
            .collect()
    }
}

/// Starts an emulator whose service belongs to a federation. Returns the federation key of the service, too.
pub async fn start_federated(version: ApiVersion) -> (Emulator, Authlete, Federation, Key) {
    let (emulator, api) = start(version).await;
    let (federation, key) = (Federation::new(), Key::generate());
    configure(&emulator, &api, |service| join(service, &federation, &key)).await;
    (emulator, api, federation, key)
}

/// Makes the service a member of the federation.
pub fn join(service: &mut Service, federation: &Federation, key: &Key) {
    let keys = federation.anchor.jwks().to_string();
    let anchor = TrustAnchor::new(federation.anchor.id).jwks(keys);
    let jwk = with(key.private_jwk(), json!({ "kid": "federation" }));
    service.federation_enabled = Some(true);
    service.federation_jwks = Some(json!({ "keys": [jwk] }).to_string().into());
    service.authority_hints = Some(vec![federation.anchor.id.to_owned()]);
    service.trust_anchors = Some(vec![anchor]);
    service.organization_name = Some("Example".to_owned());
    service.federation_registration_endpoint = Some(format!("{PROVIDER}/federation"));
}

/// The answer to a registration with a trust chain.
pub async fn register(api: &Authlete, chain: &[String]) -> FederationRegistrationResponse {
    let chain = json!(chain).to_string();
    let request = FederationRegistrationRequest::new().trust_chain(chain);
    api.federation_registration(&request).await.unwrap()
}

/// Registers with a trust chain and expects success.
pub async fn registered(api: &Authlete, chain: &[String]) -> FederationRegistrationResponse {
    let answer = register(api, chain).await;
    assert_eq!(
        answer.action,
        Action::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    answer
}

/// Seconds since the Unix epoch, by the system clock.
pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    elapsed.as_secs().try_into().unwrap()
}

/// The query of an authorization request of the relying party without a request object.
pub fn openid_request(client_id: &str) -> String {
    form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid"),
    ])
}

/// Parameters with a client assertion that is signed with `key`.
pub fn with_assertion(pairs: &[(&str, &str)], key: &Key, client_id: &str, jti: &str) -> String {
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": PROVIDER,
        "jti": jti,
        "exp": now() + HOUR,
    });
    let assertion = key.sign(&claims);
    let own = [
        ("client_id", client_id),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
    ];
    form(&[pairs, &own].concat())
}
