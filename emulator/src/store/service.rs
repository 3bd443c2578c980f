//! A service and the data that belongs to it.

use std::io;
use std::mem;
use std::sync::Arc;

use super::attestation_challenge::AttestationChallenges;
use super::authorization_request::{AuthorizationRequest, Code, PushedRequest};
use super::backchannel::BackchannelRequest;
use super::clients::{Client, Clients, IdentifierKind};
use super::committed::Committed;
use super::credential_offer::CredentialOffer;
use super::credential_request::CredentialRequest;
use super::device_flow::DeviceFlow;
use super::expiring::Expiring;
use super::granted_scopes::Consents;
use super::hardware_key::HardwareKey;
use super::managed_grant::ManagedGrant;
use super::records::{RecordKey as _, Recorder, Records, records_by_field, unknown};
use super::shared_nonce::SharedNonce;
use super::table::Table;
use super::token_batch::TokenBatch;
use super::token_request::{PasswordRequest, RefreshTokenReplacement};
use super::tokens::Tokens;
use crate::clock::Millis;
use crate::digest::Digest;
use crate::json::Object;
use crate::random;
use crate::settings::{self, ServiceSettings, Supported};

/// The default window of attestation challenges, in seconds.
const ATTESTATION_CHALLENGE_WINDOW: i64 = 300;

/// A service with everything that is deleted with it, such as its clients and tokens.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// The service in the form of the API.
    pub settings: Arc<ServiceSettings>,
    pub clients: Clients,
    /// By ticket.
    pub authorization_requests: Expiring<AuthorizationRequest>,
    /// By request URI.
    pub pushed_requests: Expiring<PushedRequest>,
    pub codes: Expiring<Code>,
    /// Used one-time JWTs of clients: client assertions, DPoP proofs, request objects in federations.
    pub used_jwts: Expiring<()>,
    pub attestation_challenges: AttestationChallenges,
    pub dpop_nonce: SharedNonce,
    /// By device code.
    pub device_flows: Expiring<DeviceFlow>,
    /// The device code, by user code.
    pub user_codes: Expiring<Digest>,
    /// By ticket.
    pub backchannel_requests: Expiring<BackchannelRequest>,
    /// The ticket, by `auth_req_id`.
    pub auth_req_ids: Expiring<Digest>,
    pub tokens: Tokens,
    /// By request ID.
    pub token_batches: Expiring<TokenBatch>,
    /// By the refresh token that was replaced.
    pub renewals: Expiring<RefreshTokenReplacement>,
    /// By ticket.
    pub password_requests: Expiring<PasswordRequest>,
    pub granted_scopes: Consents,
    /// By grant ID.
    pub managed_grants: Table<String, ManagedGrant>,
    pub hardware_keys: Arc<Vec<HardwareKey>>,
    /// By identifier.
    pub credential_offers: Expiring<CredentialOffer>,
    /// The key of a credential offer, by `issuer_state`.
    pub issuer_states: Expiring<Digest>,
    /// The key of a credential offer, by pre-authorized code.
    pub pre_authorized_codes: Expiring<Digest>,
    /// For the key proofs of wallets.
    pub credential_nonce: SharedNonce,
    /// By identifier.
    pub credential_requests: Expiring<CredentialRequest>,
    committed: Committed<Self>,
}

records_by_field!(Service {
    settings,
    clients,
    authorization_requests,
    pushed_requests,
    codes,
    used_jwts,
    attestation_challenges,
    dpop_nonce,
    device_flows,
    user_codes,
    backchannel_requests,
    auth_req_ids,
    tokens,
    token_batches,
    renewals,
    password_requests,
    granted_scopes,
    managed_grants,
    hardware_keys,
    credential_offers,
    issuer_states,
    pre_authorized_codes,
    credential_nonce,
    credential_requests,
} derived { committed });

/// The records of a service are those of its parts.
impl Records for Table<i64, Service> {
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
        let none = Service::default();
        for change in self.changes(earlier) {
            let (earlier, now) = (change.earlier.unwrap_or(&none), change.now.unwrap_or(&none));
            recorder.within(&change.key.to_text(), |recorder| {
                now.report_changes(earlier, recorder)
            })?;
        }
        Ok(())
    }

    fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
        let (number, rest) = path.split_once('/').ok_or_else(|| unknown(path))?;
        let number = i64::from_text(number)?;
        self.get_or_default(number).restore(rest, value)
    }
}

impl Service {
    /// A new service, without clients or tokens.
    pub fn new(settings: Object) -> Self {
        Self {
            settings: Arc::new(settings.into()),
            ..Self::default()
        }
    }

    /// A client with its number, its credentials and the requested settings. It is not added yet.
    pub fn new_client(&mut self, requested: &Object, now: Millis) -> Result<Client, random::Error> {
        let mut settings = settings::client_rules::complete(requested);
        self.filter_custom_metadata(&mut settings);
        settings.extend([
            ("number".to_owned(), self.clients.next_number().into()),
            ("serviceNumber".to_owned(), self.settings.number().into()),
            ("clientId".to_owned(), random::number()?.into()),
            ("clientSecret".to_owned(), random::client_secret()?.into()),
            ("createdAt".to_owned(), now.into()),
            ("modifiedAt".to_owned(), now.into()),
        ]);
        Ok(Client {
            settings: settings.into(),
        })
    }

    /// Leaves in the `customMetadata` of a client the metadata that the service supports.
    pub fn filter_custom_metadata(&self, client: &mut Object) {
        let supported = self.settings.supported_custom_client_metadata();
        settings::client_rules::filter_custom_metadata(client, &supported.unwrap_or_default());
    }

    /// Finds a client by its ID, by its alias, if service and client enable aliases, or by its entity identifier in a
    /// federation. Also returns which of these it was.
    pub fn client(&self, identifier: &str) -> Option<(&Arc<Client>, IdentifierKind)> {
        let by_id = identifier
            .parse()
            .ok()
            .and_then(|id| self.clients.by_id(id));
        if let Some(client) = by_id {
            return Some((client, IdentifierKind::Id));
        }
        let by_alias = self.clients.by_alias(identifier).filter(|client| {
            self.settings.client_id_alias_enabled() && client.settings.client_id_alias_enabled()
        });
        if let Some(client) = by_alias {
            return Some((client, IdentifierKind::Alias));
        }
        let in_federation = self.settings.federation_enabled();
        let client = in_federation.then(|| self.clients.by_entity_id(identifier));
        Some((client.flatten()?, IdentifierKind::EntityId))
    }

    /// Applies an effect that is not rolled back if the call is refused later.
    pub fn commit<T>(&mut self, effect: impl Fn(&mut Self) -> T + Send + Sync + 'static) -> T {
        let result = effect(self);
        self.committed.add(move |service| {
            effect(service);
        });
        result
    }

    /// Runs `work`. If it fails, rolls back everything except [committed](Self::commit) effects.
    pub fn attempt<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let before = self.clone();
        let outcome = work(self);
        if outcome.is_err() {
            let Self { committed, .. } = mem::replace(self, before);
            for effect in committed.since(&self.committed.clone()) {
                effect(self);
            }
            self.committed = committed;
        }
        outcome
    }

    /// Ends a call: its committed effects need not be applied again.
    pub fn clear_committed(&mut self) {
        self.committed = Committed::default();
    }

    /// Records the use of a one-time JWT. Returns whether this was the first use.
    pub fn use_jwt_once(&mut self, id: Digest, until: Millis, now: Millis) -> bool {
        self.commit(move |service| service.used_jwts.use_once(id, until, now))
    }

    /// Deletes a client and everything that was issued to it.
    pub fn delete_client(&mut self, id: i64) {
        self.clients.remove(id);
        self.authorization_requests
            .retain(|request| request.requested.client_id != id);
        self.pushed_requests
            .retain(|request| request.client_id != id);
        self.codes.retain(|code| code.grant.client_id != id);
        self.device_flows
            .retain(|flow| flow.requested.client_id != id);
        self.backchannel_requests
            .retain(|request| request.requested.client_id != id);
        self.password_requests
            .retain(|request| request.grant.client_id != id);
        self.credential_requests
            .retain(|request| request.client_id != id);
        self.tokens.revoke_all(id, None);
        self.granted_scopes.delete_client(id);
        self.managed_grants
            .retain(|_, managed| managed.client_id != id);
    }

    /// Whether a list of supported values contains a value. Without the list, all values are supported.
    pub fn supports(&self, list: Supported, value: &str) -> bool {
        list(&self.settings).is_none_or(|supported| supported.contains(&value))
    }

    /// The allowed clock skew of clients, in seconds.
    pub fn clock_skew(&self) -> i64 {
        self.settings.allowable_clock_skew().max(0)
    }

    /// The current challenge for client attestations (OAuth 2.0 Attestation-Based Client Authentication).
    pub fn attestation_challenge(&mut self, now: Millis) -> Result<String, random::Error> {
        let window = self.attestation_challenge_window();
        let challenge = self.attestation_challenges.current(window, now)?.to_owned();
        let challenges = self.attestation_challenges.clone();
        self.commit(move |service| service.attestation_challenges = challenges.clone());
        Ok(challenge)
    }

    pub fn is_attestation_challenge(&self, challenge: &str, now: Millis) -> bool {
        let window = self.attestation_challenge_window();
        self.attestation_challenges.matches(challenge, window, now)
    }

    fn attestation_challenge_window(&self) -> i64 {
        match self.settings.attestation_challenge_time_window() {
            seconds @ 1.. => seconds,
            _ => ATTESTATION_CHALLENGE_WINDOW,
        }
    }

    /// Whether the client gets refresh tokens.
    pub fn may_refresh(&self, client: &Client) -> bool {
        self.supports(ServiceSettings::supported_grant_types, "REFRESH_TOKEN")
            && client.may_use_grant_type("REFRESH_TOKEN")
    }

    pub fn issuer(&self) -> Option<&str> {
        self.settings.issuer()
    }
}
