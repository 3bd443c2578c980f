//! The state of the emulator.

mod attestation_challenge;
mod audit_log;
mod authorization_request;
mod backchannel;
mod clients;
mod credential_nonce;
mod credential_offer;
mod credential_request;
mod decision;
mod device_flow;
mod expiring;
mod grant;
mod granted_scopes;
mod hardware_key;
mod managed_grant;
mod scopes;
mod service;
mod shared_nonce;
mod token_batch;
mod token_binding;
mod token_request;
mod tokens;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use audit_log::{AuditEntry, AuditLog};
pub use authorization_request::{AuthorizationRequest, Code, PushedRequest, RequestObject};
pub use backchannel::BackchannelRequest;
pub use clients::{Client, NamedBy};
pub use credential_nonce::CredentialNonce;
pub use credential_offer::CredentialOffer;
pub use credential_request::{CredentialRequest, ResponseEncryption, Stage};
pub use decision::{Decision, Granted, RefusalReason, Refused};
pub use device_flow::DeviceFlow;
pub use expiring::{Entry, Expiring};
pub use grant::{Authentication, Binding, Grant};
pub use hardware_key::HardwareKey;
pub use managed_grant::{GrantContent, GrantManagement, ManagedGrant, ScopesAtResources};
pub use service::Service;
pub use token_batch::TokenBatch;
pub use token_binding::TokenBinding;
pub use token_request::{PasswordRequest, Renewal};
pub use tokens::{Narrowed, RecordId, RefreshToken, TokenRecord};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::json::Members;
use crate::random;

/// The services, and who owns them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Numbered")]
pub struct Store {
    pub owner: Owner,
    pub audit_log: AuditLog,
    by_number: BTreeMap<i64, Service>,
    #[serde(skip)]
    by_key: HashMap<i64, i64>,
    access_tokens: HashMap<Digest, i64>,
    /// Of the access tokens of services and of the organization token, as far as they are bound.
    token_bindings: HashMap<Digest, TokenBinding>,
    /// The DPoP proofs of callers, which work once. After a restart they would work once more, for a few minutes.
    #[serde(skip)]
    pub used_proofs: Expiring<()>,
    /// The API keys of services that were deleted.
    deleted: HashSet<i64>,
    last_number: i64,
}

#[derive(Deserialize)]
struct Numbered {
    owner: Owner,
    /// Files of earlier versions have none.
    #[serde(default)]
    audit_log: AuditLog,
    by_number: BTreeMap<i64, Service>,
    access_tokens: HashMap<Digest, i64>,
    /// Files of earlier versions have none.
    #[serde(default)]
    token_bindings: HashMap<Digest, TokenBinding>,
    /// Files of earlier versions have none.
    #[serde(default)]
    deleted: HashSet<i64>,
    last_number: i64,
}

impl From<Numbered> for Store {
    fn from(numbered: Numbered) -> Self {
        let mut store = Self {
            audit_log: numbered.audit_log,
            access_tokens: numbered.access_tokens,
            token_bindings: numbered.token_bindings,
            deleted: numbered.deleted,
            last_number: numbered.last_number,
            ..Self::new(numbered.owner)
        };
        for service in numbered.by_number.into_values() {
            store.add(service);
        }
        store
    }
}

/// The credentials that are good for all services: of the service owner in 2.x, of the organization in 3.0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Owner {
    pub api_key: i64,
    pub api_secret: String,
    pub organization_token: String,
    /// Files of earlier versions have none.
    #[serde(default = "default_organization_id")]
    pub organization_id: i64,
}

/// There is one organization, and its ID is no secret.
fn default_organization_id() -> i64 {
    1
}

impl Owner {
    pub fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self {
            api_key: random::number()?,
            api_secret: random::token()?,
            organization_token: random::token()?,
            organization_id: default_organization_id(),
        })
    }
}

impl Store {
    pub fn new(owner: Owner) -> Self {
        Self {
            owner,
            audit_log: AuditLog::default(),
            by_number: BTreeMap::new(),
            by_key: HashMap::new(),
            access_tokens: HashMap::new(),
            token_bindings: HashMap::new(),
            used_proofs: Expiring::default(),
            deleted: HashSet::new(),
            last_number: 0,
        }
    }

    pub fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    pub fn add(&mut self, service: Service) {
        let number = service.settings.integer("number").unwrap_or_default();
        self.by_key.insert(
            service.settings.integer("apiKey").unwrap_or_default(),
            number,
        );
        self.by_number.insert(number, service);
    }

    pub fn service(&self, key: i64) -> Option<&Service> {
        self.by_number.get(self.by_key.get(&key)?)
    }

    pub fn service_mut(&mut self, key: i64) -> Option<&mut Service> {
        self.by_number.get_mut(self.by_key.get(&key)?)
    }

    pub fn delete(&mut self, key: i64) -> Option<Service> {
        let (tokens, bindings) = (&mut self.access_tokens, &mut self.token_bindings);
        tokens.retain(|token, service| {
            if *service == key {
                bindings.remove(token);
            }
            *service != key
        });
        let service = self.by_number.remove(&self.by_key.remove(&key)?)?;
        self.deleted.insert(key);
        Some(service)
    }

    /// Whether there was a service of this API key.
    pub fn was_deleted(&self, key: i64) -> bool {
        self.deleted.contains(&key)
    }

    /// The services in the order of their creation.
    pub fn services(&self) -> impl DoubleEndedIterator<Item = &Service> + ExactSizeIterator {
        self.by_number.values()
    }

    /// Makes an access token for the 3.0 API of one service. Authlete's console does that; its API does not.
    pub fn add_access_token(&mut self, token: &str, service: i64) {
        self.access_tokens.insert(Digest::of(token), service);
    }

    /// The digests of the access tokens of the 3.0 API for one service.
    pub fn access_tokens(&self, service: i64) -> impl Iterator<Item = &Digest> {
        let of_service = self
            .access_tokens
            .iter()
            .filter(move |(_, of)| **of == service);
        of_service.map(|(digest, _)| digest)
    }

    /// Binds an access token of a service, or the organization token, to keys. A binding that it has stays.
    pub fn bind_access_token(&mut self, token: &str, binding: TokenBinding) {
        let bound = self.token_bindings.entry(Digest::of(token)).or_default();
        *bound = std::mem::take(bound).or(binding);
    }

    /// What an access token of the 3.0 API is bound to.
    pub fn binding_of_access_token(&self, token: &str) -> Option<&TokenBinding> {
        self.token_bindings.get(&Digest::of(token))
    }

    /// Whether an access token is of use only over TLS.
    pub fn binds_to_certificates(&self) -> bool {
        let mut bindings = self.token_bindings.values();
        bindings.any(|binding| binding.certificate.is_some())
    }

    /// The service that an access token of the 3.0 API belongs to.
    pub fn service_of_access_token(&self, token: &str) -> Option<i64> {
        self.access_tokens.get(&Digest::of(token)).copied()
    }
}
