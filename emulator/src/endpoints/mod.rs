//! The operations of the emulator, one file per family.

mod attestation;
mod audit;
mod authorization;
mod backchannel;
mod backchannel_logout;
mod challenge;
pub mod client;
mod client_authorization;
mod client_registration;
mod credential_issuance;
mod credential_issuer;
mod credential_offer;
mod device_flow;
mod discovery;
mod error_response;
mod federation;
mod grant_management;
mod granted_scopes;
mod hsk;
mod introspection;
mod jose;
mod limited_members;
mod native_sso;
pub mod organization;
mod page_range;
mod pushed_authorization;
mod requestable_scopes;
mod response_members;
mod revocation;
pub mod service;
mod standard_introspection;
mod token;
mod token_management;
mod userinfo;
mod utility;

use std::collections::BTreeSet;

use crate::api_response::Outcome;
use crate::call::Call;
use crate::store::{Service, Store};

/// The type of an event in the audit log. Authlete does not publish its types; these are the emulator's own.
type Event = &'static str;

/// The function of an operation, by the state that it works on.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Needs no state.
    Static(fn(&Call) -> Outcome),
    /// Reads a service.
    Read(fn(&Call, &Service) -> Outcome),
    /// May change what a service has issued and recorded: tickets, codes, tokens, grants, and clients that a request registers
    /// automatically.
    Change(fn(&Call, &mut Service) -> Outcome),
    /// Changes a service, its clients or its keys: an event of this type in the audit log.
    Manage(Event, fn(&Call, &mut Service) -> Outcome),
    /// Reads the store of all services.
    ReadStore(fn(&Call, &Store) -> Outcome),
    /// Changes the store of all services: an event of this type in the audit log.
    ManageStore(Event, fn(&Call, &mut Store) -> Outcome),
    /// Reports the health of the emulator.
    Health,
}

use Handler::{Change, Health, Manage, ManageStore, Read, ReadStore, Static};

/// The operations by their ID in the description.
const OPERATIONS: &[(&str, Handler)] = &[
    ("authorization", Change(authorization::authorization)),
    ("authorization_fail", Change(authorization::fail)),
    ("authorization_issue", Change(authorization::issue)),
    (
        "authorization_ticket_info",
        Read(authorization::ticket_info),
    ),
    (
        "authorization_ticket_update",
        Change(authorization::update_ticket),
    ),
    (
        "push_authorization_request",
        Change(pushed_authorization::push),
    ),
    ("token", Change(token::token)),
    ("token_issue", Change(token::issue)),
    ("token_fail", Change(token::fail)),
    ("id_token_reissue", Read(token::reissue)),
    ("introspection", Change(introspection::introspection)),
    (
        "standard_introspection",
        Read(standard_introspection::standard_introspection),
    ),
    ("revocation", Change(revocation::revocation)),
    ("token_create", Change(token_management::create)),
    ("token_create_batch", Change(token_management::create_batch)),
    (
        "token_create_batch_status",
        Read(token_management::batch_status),
    ),
    ("token_update", Change(token_management::update)),
    ("token_delete", Change(token_management::delete)),
    ("token_revoke", Change(token_management::revoke)),
    ("get_token_list", Read(token_management::list)),
    (
        "grant_management",
        Change(grant_management::grant_management),
    ),
    ("userinfo", Change(userinfo::userinfo)),
    ("userinfo_issue", Change(userinfo::issue)),
    ("native_sso", Read(native_sso::native_sso)),
    ("native_sso_logout", Change(native_sso::logout)),
    ("backchannel_logout_token", Read(backchannel_logout::token)),
    ("attestation_challenge", Change(attestation::challenge)),
    ("get_service_configuration", Read(discovery::configuration)),
    ("post_service_configuration", Read(discovery::configuration)),
    ("get_service_jwks", Read(discovery::jwks)),
    ("federation_configuration", Read(federation::configuration)),
    (
        "federation_registration",
        Manage("client.registered", federation::registration),
    ),
    ("device_authorization", Change(device_flow::authorization)),
    ("device_verification", Change(device_flow::verification)),
    ("device_complete", Change(device_flow::complete)),
    (
        "backchannel_authentication",
        Change(backchannel::authentication::authentication),
    ),
    (
        "backchannel_authentication_issue",
        Change(backchannel::issue::issue),
    ),
    (
        "backchannel_authentication_fail",
        Change(backchannel::fail::fail),
    ),
    (
        "backchannel_authentication_complete",
        Change(backchannel::complete::complete),
    ),
    (
        "create_service",
        ManageStore("service.created", service::create),
    ),
    ("get_service", Read(service::get)),
    ("get_service_list", ReadStore(service::list)),
    ("update_service", Manage("service.updated", service::update)),
    (
        "delete_service",
        ManageStore("service.removed", service::delete),
    ),
    (
        "organization_create_service",
        ManageStore("service.created", organization::create_service),
    ),
    (
        "organization_remove_service",
        ManageStore("service.removed", organization::remove_service),
    ),
    ("audit_entries", ReadStore(audit::entries)),
    ("audit_types", Static(audit::types)),
    ("create_client", Manage("client.created", client::create)),
    ("get_client", Read(client::get)),
    ("get_client_list", Read(client::list)),
    ("update_client", Manage("client.updated", client::update)),
    ("delete_client", Manage("client.removed", client::delete)),
    (
        "update_client_lock_flag",
        Manage("client.lock_updated", client::update_lock_flag),
    ),
    (
        "refresh_client_secret",
        Manage("client.secret_updated", client::refresh_secret),
    ),
    (
        "update_client_secret",
        Manage("client.secret_updated", client::update_secret),
    ),
    ("get_requestable_scopes", Read(requestable_scopes::get)),
    (
        "set_requestable_scopes",
        Manage("client.scopes_updated", requestable_scopes::set),
    ),
    (
        "delete_requestable_scopes",
        Manage("client.scopes_updated", requestable_scopes::delete),
    ),
    ("get_granted_scopes", Read(granted_scopes::get)),
    ("delete_granted_scopes", Change(granted_scopes::delete)),
    (
        "get_client_authorization_list",
        Read(client_authorization::list),
    ),
    (
        "update_client_authorization",
        Change(client_authorization::update),
    ),
    (
        "delete_client_authorization",
        Change(client_authorization::delete),
    ),
    (
        "dynamic_client_register",
        Manage("client.created", client_registration::register),
    ),
    ("dynamic_client_get", Read(client_registration::get)),
    (
        "dynamic_client_update",
        Manage("client.updated", client_registration::update),
    ),
    (
        "dynamic_client_delete",
        Manage("client.removed", client_registration::delete),
    ),
    ("hsk_create", Manage("key.created", hsk::create)),
    ("hsk_get", Read(hsk::get)),
    ("hsk_get_list", Read(hsk::list)),
    ("hsk_delete", Manage("key.removed", hsk::delete)),
    (
        "credential_issuer_metadata",
        Read(credential_issuer::metadata),
    ),
    (
        "credential_jwt_issuer_metadata",
        Read(credential_issuer::jwt_issuer),
    ),
    ("credential_issuer_jwks", Read(credential_issuer::jwks)),
    ("credential_offer_create", Change(credential_offer::create)),
    ("credential_offer_info", Read(credential_offer::info)),
    ("credential_nonce", Change(credential_issuer::nonce)),
    (
        "credential_single_parse",
        Change(credential_issuance::single::parse),
    ),
    (
        "credential_single_issue",
        Change(credential_issuance::single::issue),
    ),
    (
        "credential_batch_parse",
        Change(credential_issuance::batch::parse),
    ),
    (
        "credential_batch_issue",
        Change(credential_issuance::batch::issue),
    ),
    (
        "credential_deferred_parse",
        Change(credential_issuance::deferred::parse),
    ),
    (
        "credential_deferred_issue",
        Change(credential_issuance::deferred::issue),
    ),
    ("verify_jose", Read(jose::verify)),
    ("echo", Static(utility::echo)),
    ("info", Static(utility::info)),
    ("healthcheck", Health),
];

impl Handler {
    pub fn of(operation: &str) -> Option<Self> {
        let mut operations = OPERATIONS.iter();
        let found = operations.find(|(id, _)| *id == operation);
        found.map(|(_, handler)| *handler)
    }

    /// Whether the operation leaves the state unchanged.
    pub fn only_reads(self) -> bool {
        matches!(self, Static(_) | Read(_) | ReadStore(_) | Health)
    }

    /// The event in the audit log; `None` if the operation is not logged.
    pub fn event(self) -> Option<Event> {
        match self {
            Manage(event, _) | ManageStore(event, _) => Some(event),
            Static(_) | Read(_) | Change(_) | ReadStore(_) | Health => None,
        }
    }

    /// Executes a call. An error rolls the state back, except for changes made with [`commit`](Service::commit). `is_saved` is
    /// false if the last attempt to save the state failed.
    pub fn handle(self, call: &Call, store: &mut Store, is_saved: bool) -> Outcome {
        match self {
            Static(handle) => handle(call),
            Read(handle) => handle(call, call.service(store)?),
            Change(handle) | Manage(_, handle) => {
                let service = call.service_mut(store)?;
                let outcome = service.attempt(|service| handle(call, service));
                service.clear_committed();
                outcome
            }
            ReadStore(handle) => handle(call, store),
            ManageStore(_, handle) => {
                let mut changed = store.clone();
                let outcome = handle(call, &mut changed)?;
                *store = changed;
                Ok(outcome)
            }
            Health => utility::healthcheck(call, is_saved),
        }
    }
}

/// The distinct types of events in the audit log, sorted.
pub fn event_types() -> BTreeSet<Event> {
    let operations = OPERATIONS.iter();
    operations
        .filter_map(|(_, handler)| handler.event())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Operations about clients that change no client, but what users granted to it.
    const OF_GRANTS: [&str; 3] = [
        "delete_granted_scopes",
        "update_client_authorization",
        "delete_client_authorization",
    ];

    #[test]
    fn operation_that_changes_services_clients_or_keys_has_an_event() {
        let subjects = ["service", "client", "scopes", "federation", "hsk"];
        for (id, handler) in OPERATIONS {
            let is_about = |subject: &&str| id.contains(*subject);
            let may_change = !handler.only_reads() && !OF_GRANTS.contains(id);
            if may_change && subjects.iter().any(is_about) {
                assert!(handler.event().is_some(), "{id}");
            }
        }
    }
}
