//! The operations of the emulator, one file per family.

mod attestation;
mod audit;
pub mod audit_event;
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

use crate::api_response::Outcome;
use crate::call::Call;
use crate::store::{Service, Store};

/// The function of an operation, by the state that it works on.
#[derive(Clone, Copy)]
pub enum Handler {
    /// Needs no state.
    Static(fn(&Call) -> Outcome),
    /// Reads a service.
    Read(fn(&Call, &Service) -> Outcome),
    /// May change a service.
    Change(fn(&Call, &mut Service) -> Outcome),
    /// Reads the store of all services.
    ReadStore(fn(&Call, &Store) -> Outcome),
    /// May change the store of all services.
    ChangeStore(fn(&Call, &mut Store) -> Outcome),
    /// Reports the health of the emulator.
    Health,
}

use Handler::{Change, ChangeStore, Health, Read, ReadStore, Static};

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
    ("federation_registration", Change(federation::registration)),
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
    ("create_service", ChangeStore(service::create)),
    ("get_service", Read(service::get)),
    ("get_service_list", ReadStore(service::list)),
    ("update_service", Change(service::update)),
    ("delete_service", ChangeStore(service::delete)),
    (
        "organization_create_service",
        ChangeStore(organization::create_service),
    ),
    (
        "organization_remove_service",
        ChangeStore(organization::remove_service),
    ),
    ("audit_entries", ReadStore(audit::entries)),
    ("audit_types", Static(audit::types)),
    ("create_client", Change(client::create)),
    ("get_client", Read(client::get)),
    ("get_client_list", Read(client::list)),
    ("update_client", Change(client::update)),
    ("delete_client", Change(client::delete)),
    ("update_client_lock_flag", Change(client::update_lock_flag)),
    ("refresh_client_secret", Change(client::refresh_secret)),
    ("update_client_secret", Change(client::update_secret)),
    ("get_requestable_scopes", Read(requestable_scopes::get)),
    ("set_requestable_scopes", Change(requestable_scopes::set)),
    (
        "delete_requestable_scopes",
        Change(requestable_scopes::delete),
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
        Change(client_registration::register),
    ),
    ("dynamic_client_get", Change(client_registration::get)),
    ("dynamic_client_update", Change(client_registration::update)),
    ("dynamic_client_delete", Change(client_registration::delete)),
    ("hsk_create", Change(hsk::create)),
    ("hsk_get", Read(hsk::get)),
    ("hsk_get_list", Read(hsk::list)),
    ("hsk_delete", Change(hsk::delete)),
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

    /// Executes a call. An error rolls the state back, except for changes made with [`commit`](Service::commit). `is_saved` is
    /// false if the last attempt to save the state failed.
    pub fn handle(self, call: &Call, store: &mut Store, is_saved: bool) -> Outcome {
        match self {
            Static(handle) => handle(call),
            Read(handle) => handle(call, call.service(store)?),
            Change(handle) => {
                let service = call.service_mut(store)?;
                let outcome = service.attempt(|service| handle(call, service));
                service.clear_committed();
                outcome
            }
            ReadStore(handle) => handle(call, store),
            ChangeStore(handle) => {
                let mut changed = store.clone();
                let outcome = handle(call, &mut changed)?;
                *store = changed;
                Ok(outcome)
            }
            Health => utility::healthcheck(call, is_saved),
        }
    }
}
