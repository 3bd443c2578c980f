//! Services with their clients, tokens and codes, and the service owner.

mod attestation_challenge;
mod audit_log;
mod authorization_request;
mod backchannel;
mod binding;
mod clients;
mod committed;
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
mod records;
mod requested;
mod scopes;
mod service;
mod shared_nonce;
mod table;
mod token_batch;
mod token_request;
mod tokens;
mod used_proofs;

use std::io;
use std::sync::Arc;

pub use audit_log::{AuditEntry, AuditLog};
pub use authorization_request::{AuthorizationRequest, Code, PushedRequest, RequestObject};
pub use backchannel::BackchannelRequest;
pub use binding::Binding;
pub use clients::{Client, IdentifierKind};
pub use credential_nonce::CredentialNonce;
pub use credential_offer::CredentialOffer;
pub use credential_request::{CredentialRequest, ResponseEncryption, Stage};
pub use decision::{Decision, Denial, DenialReason, Granted};
pub use device_flow::DeviceFlow;
pub use expiring::{Entry, Expiring};
pub use grant::{Authentication, Grant};
pub use hardware_key::HardwareKey;
pub use managed_grant::{GrantContent, GrantManagement, ManagedGrant, ScopesAtResources};
pub use records::{Recorder, Records};
pub use requested::Requested;
pub use service::Service;
pub use token_batch::TokenBatch;
pub use token_request::{PasswordRequest, RefreshTokenReplacement};
pub use tokens::{NarrowedAccess, RecordId, RefreshToken, TokenRecord};
pub use used_proofs::UsedProofs;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::digest::Digest;
use crate::json::Object;
use crate::random;
use crate::settings;
use records::{RecordKey, records_by_field};
use table::Table;

/// The services and their owner. Cloning takes constant time.
#[derive(Debug, Clone)]
pub struct Store {
    pub owner: Owner,
    pub audit_log: AuditLog,
    services: Table<i64, Service>,
    /// The numbers of the services by API key.
    by_key: OrdMap<i64, i64>,
    access_tokens: Table<Digest, i64>,
    /// The key bindings of service access tokens and of the organization token. Unbound tokens have none.
    token_bindings: Table<Digest, Binding>,
    pub used_proofs: UsedProofs,
    /// The API keys of services that were deleted.
    deleted: Table<i64, ()>,
    last_number: i64,
}

records_by_field!(
    Store {
        audit_log, services by restore_service, access_tokens, token_bindings, deleted, last_number,
    }
    derived { owner, by_key, used_proofs }
);

/// The credentials for all services: of the service owner in 2.x, of the organization in 3.0.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Owner {
    pub api_key: i64,
    pub api_secret: String,
    pub organization_token: String,
    pub organization_id: i64,
}

/// The default ID of the only organization. It is not a secret.
const ORGANIZATION_ID: i64 = 1;

impl Owner {
    pub fn generate() -> Result<Self, random::Error> {
        Ok(Self {
            api_key: random::number()?,
            api_secret: random::token()?,
            organization_token: random::token()?,
            organization_id: ORGANIZATION_ID,
        })
    }
}

impl Store {
    pub fn new(owner: Owner) -> Self {
        Self {
            owner,
            audit_log: AuditLog::default(),
            services: Table::default(),
            by_key: OrdMap::new(),
            access_tokens: Table::default(),
            token_bindings: Table::default(),
            used_proofs: UsedProofs::default(),
            deleted: Table::default(),
            last_number: 0,
        }
    }

    fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// A service with its number, its credentials and the requested settings. It is not added yet.
    pub fn new_service(
        &mut self,
        requested: &Object,
        now: Millis,
    ) -> Result<Service, random::Error> {
        let mut settings = settings::service_rules::complete(requested);
        settings.extend([
            ("number".to_owned(), self.next_number().into()),
            ("serviceOwnerNumber".to_owned(), 1.into()),
            ("apiKey".to_owned(), random::number()?.into()),
            ("apiSecret".to_owned(), random::token()?.into()),
            ("createdAt".to_owned(), now.into()),
            ("modifiedAt".to_owned(), now.into()),
        ]);
        Ok(Service::new(settings))
    }

    pub fn add(&mut self, service: Service) {
        let number = service.settings.number().unwrap_or_default();
        self.by_key
            .insert(service.settings.api_key().unwrap_or_default(), number);
        self.services.insert(number, service);
    }

    pub fn service(&self, key: i64) -> Option<&Service> {
        self.services.get(self.by_key.get(&key)?)
    }

    pub fn service_mut(&mut self, key: i64) -> Option<&mut Service> {
        self.services.get_mut(self.by_key.get(&key)?)
    }

    pub fn delete(&mut self, key: i64) -> Option<Service> {
        let tokens: Vec<_> = self.access_tokens(key).copied().collect();
        for token in tokens {
            self.access_tokens.remove(&token);
            self.token_bindings.remove(&token);
        }
        let service = self.services.remove(&self.by_key.remove(&key)?)?;
        self.deleted.insert(key, ());
        Some(service)
    }

    /// Whether a service with this API key was deleted.
    pub fn was_deleted(&self, key: i64) -> bool {
        self.deleted.contains(&key)
    }

    /// The services in creation order.
    pub fn services(&self) -> impl DoubleEndedIterator<Item = &Service> + ExactSizeIterator {
        self.services.values().map(Arc::as_ref)
    }

    /// Registers an access token for the 3.0 API of one service. Authlete issues these in its console, not in its API.
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

    /// Binds a service access token or the organization token to keys. An existing binding is kept.
    pub fn bind_access_token(&mut self, token: &str, binding: Binding) {
        let token = Digest::of(token);
        let bound = self.token_bindings.get(&token).cloned();
        let binding = bound.unwrap_or_default().or(binding);
        self.token_bindings.insert(token, binding);
    }

    /// The key binding of a 3.0 access token.
    pub fn binding_of_access_token(&self, token: &str) -> Option<&Binding> {
        self.token_bindings.get(&Digest::of(token))
    }

    /// Whether any access token is bound to a certificate and so requires TLS.
    pub fn binds_to_certificates(&self) -> bool {
        let mut bindings = self.token_bindings.values();
        bindings.any(|binding| binding.certificate.is_some())
    }

    /// The service that an access token of the 3.0 API belongs to.
    pub fn service_of_access_token(&self, token: &str) -> Option<i64> {
        self.access_tokens.get(&Digest::of(token)).copied()
    }

    fn restore_service(&mut self, path: &str, value: &str) -> io::Result<()> {
        self.services.restore(path, value)?;
        let number = path.split('/').next().unwrap_or_default();
        let number = i64::from_text(number)?;
        let service = self.services.get(&number);
        if let Some(key) = service.and_then(|service| service.settings.api_key()) {
            self.by_key.insert(key, number);
        }
        Ok(())
    }
}
