//! The operations that the emulator has, one file a family.

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
mod federation;
mod grant_management;
mod granted_scopes;
mod hsk;
mod introspection;
mod jose;
mod limited;
mod native_sso;
pub mod organization;
mod pushed_authorization;
mod refused;
mod requestable_scopes;
mod revocation;
pub mod service;
mod shown;
mod slice;
mod standard_introspection;
mod token;
mod token_management;
mod userinfo;
mod utility;

use crate::call::Call;
use crate::keeper::Changes;
use crate::reply::{Outcome, Reply};
use crate::result_code::NOT_IMPLEMENTED;
use crate::store::Store;

/// Does what a call asks for.
pub fn handle(call: &Call, store: &mut Store, changes: &Changes) -> Outcome {
    match call.operation {
        "authorization" => authorization::authorization(call, call.service(store)?),
        "authorization_fail" => authorization::fail(call, call.service(store)?),
        "authorization_issue" => authorization::issue(call, call.service(store)?),
        "authorization_ticket_info" => authorization::ticket_info(call, call.service(store)?),
        "authorization_ticket_update" => authorization::update_ticket(call, call.service(store)?),

        "push_authorization_request" => pushed_authorization::push(call, call.service(store)?),

        "token" => token::token(call, call.service(store)?),
        "token_issue" => token::issue(call, call.service(store)?),
        "token_fail" => token::fail(call, call.service(store)?),
        "id_token_reissue" => token::reissue(call, call.service(store)?),
        "introspection" => introspection::introspection(call, call.service(store)?),
        "standard_introspection" => {
            standard_introspection::standard_introspection(call, call.service(store)?)
        }
        "revocation" => revocation::revocation(call, call.service(store)?),
        "token_create" => token_management::create(call, call.service(store)?),
        "token_create_batch" => token_management::create_batch(call, call.service(store)?),
        "token_create_batch_status" => token_management::batch_status(call, call.service(store)?),
        "token_update" => token_management::update(call, call.service(store)?),
        "token_delete" => token_management::delete(call, call.service(store)?),
        "token_revoke" => token_management::revoke(call, call.service(store)?),
        "get_token_list" => token_management::list(call, call.service(store)?),

        "grant_management" => grant_management::grant_management(call, call.service(store)?),

        "userinfo" => userinfo::userinfo(call, call.service(store)?),
        "userinfo_issue" => userinfo::issue(call, call.service(store)?),

        "native_sso" => native_sso::native_sso(call, call.service(store)?),
        "native_sso_logout" => native_sso::logout(call, call.service(store)?),
        "backchannel_logout_token" => backchannel_logout::token(call, call.service(store)?),
        "attestation_challenge" => attestation::challenge(call, call.service(store)?),

        "get_service_configuration" | "post_service_configuration" => {
            discovery::configuration(call, call.service(store)?)
        }
        "get_service_jwks" => discovery::jwks(call, call.service(store)?),

        "federation_configuration" => federation::configuration(call, call.service(store)?),
        "federation_registration" => federation::registration(call, call.service(store)?),

        "device_authorization" => device_flow::authorization(call, call.service(store)?),
        "device_verification" => device_flow::verification(call, call.service(store)?),
        "device_complete" => device_flow::complete(call, call.service(store)?),

        "backchannel_authentication" => {
            backchannel::authentication::authentication(call, call.service(store)?)
        }
        "backchannel_authentication_issue" => backchannel::issue::issue(call, call.service(store)?),
        "backchannel_authentication_fail" => backchannel::fail::fail(call, call.service(store)?),
        "backchannel_authentication_complete" => {
            backchannel::complete::complete(call, call.service(store)?)
        }

        "create_service" => service::create(call, store),
        "get_service" => service::get(call, store),
        "get_service_list" => service::list(call, store),
        "update_service" => service::update(call, store),
        "delete_service" => service::delete(call, store),

        "organization_create_service" => organization::create_service(call, store),
        "organization_remove_service" => organization::remove_service(call, store),
        "audit_entries" => audit::entries(call, store),
        "audit_types" => audit::types(),

        "create_client" => client::create(call, call.service(store)?),
        "get_client" => client::get(call, call.service(store)?),
        "get_client_list" => client::list(call, call.service(store)?),
        "update_client" => client::update(call, call.service(store)?),
        "delete_client" => client::delete(call, call.service(store)?),
        "update_client_lock_flag" => client::update_lock_flag(call, call.service(store)?),
        "refresh_client_secret" => client::refresh_secret(call, call.service(store)?),
        "update_client_secret" => client::update_secret(call, call.service(store)?),

        "get_requestable_scopes" => requestable_scopes::get(call, call.service(store)?),
        "set_requestable_scopes" => requestable_scopes::set(call, call.service(store)?),
        "delete_requestable_scopes" => requestable_scopes::delete(call, call.service(store)?),

        "get_granted_scopes" => granted_scopes::get(call, call.service(store)?),
        "delete_granted_scopes" => granted_scopes::delete(call, call.service(store)?),

        "get_client_authorization_list" => client_authorization::list(call, call.service(store)?),
        "update_client_authorization" => client_authorization::update(call, call.service(store)?),
        "delete_client_authorization" => client_authorization::delete(call, call.service(store)?),

        "dynamic_client_register" => client_registration::register(call, call.service(store)?),
        "dynamic_client_get" => client_registration::get(call, call.service(store)?),
        "dynamic_client_update" => client_registration::update(call, call.service(store)?),
        "dynamic_client_delete" => client_registration::delete(call, call.service(store)?),

        "hsk_create" => hsk::create(call, call.service(store)?),
        "hsk_get" => hsk::get(call, call.service(store)?),
        "hsk_get_list" => hsk::list(call, call.service(store)?),
        "hsk_delete" => hsk::delete(call, call.service(store)?),

        "credential_issuer_metadata" => credential_issuer::metadata(call, call.service(store)?),
        "credential_jwt_issuer_metadata" => {
            credential_issuer::jwt_issuer(call, call.service(store)?)
        }
        "credential_issuer_jwks" => credential_issuer::jwks(call, call.service(store)?),
        "credential_offer_create" => credential_offer::create(call, call.service(store)?),
        "credential_offer_info" => credential_offer::info(call, call.service(store)?),
        "credential_nonce" => credential_issuer::nonce(call, call.service(store)?),

        "credential_single_parse" => credential_issuance::single::parse(call, call.service(store)?),
        "credential_single_issue" => credential_issuance::single::issue(call, call.service(store)?),
        "credential_batch_parse" => credential_issuance::batch::parse(call, call.service(store)?),
        "credential_batch_issue" => credential_issuance::batch::issue(call, call.service(store)?),
        "credential_deferred_parse" => {
            credential_issuance::deferred::parse(call, call.service(store)?)
        }
        "credential_deferred_issue" => {
            credential_issuance::deferred::issue(call, call.service(store)?)
        }

        "verify_jose" => jose::verify(call, call.service(store)?),
        "echo" => utility::echo(call),
        "info" => utility::info(),
        "healthcheck" => utility::healthcheck(call, changes),

        _ => Err(Reply::error(501, call.path, NOT_IMPLEMENTED)),
    }
}
