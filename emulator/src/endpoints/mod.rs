//! The operations that the emulator has, one file a family.

mod authorization;
pub mod client;
mod introspection;
mod revocation;
pub mod service;
mod slice;
mod token;
mod token_management;
mod utility;

use authlete::ApiVersion;

use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::reply::{Outcome, Reply};
use crate::result_code::{CLIENT_UNKNOWN, NOT_IMPLEMENTED, SERVICE_UNKNOWN};
use crate::store::{Client, Service, Store};

/// A call that is allowed.
#[derive(Debug)]
pub struct Call {
    pub operation: &'static str,
    pub version: ApiVersion,
    /// The path below the root, as the description has it.
    pub path: &'static str,
    /// The number of the service that the call is for.
    pub service: Option<i64>,
    /// The parameters in the path and in the query.
    pub parameters: Object,
    /// The body; the parameters, when the operation is called without one.
    pub body: Object,
    pub now: Millis,
}

impl Call {
    pub fn service<'a>(&self, store: &'a mut Store) -> Result<&'a mut Service, Reply> {
        let service = self.service.and_then(|key| store.service_mut(key));
        service.ok_or_else(|| Reply::error(404, self.path, SERVICE_UNKNOWN))
    }

    /// The client that a parameter in the path or in the query names, by ID or by alias.
    pub fn client<'a>(&self, parameter: &str, service: &'a Service) -> Result<&'a Client, Reply> {
        let client = self
            .parameters
            .text(parameter)
            .and_then(|identifier| service.client(identifier));
        let (client, _) = client.ok_or_else(|| Reply::error(404, self.path, CLIENT_UNKNOWN))?;
        Ok(client)
    }

    /// The status of a creation: 3.0 says that something is new.
    pub fn created(&self) -> u16 {
        match self.version {
            ApiVersion::V2 => 200,
            ApiVersion::V3 => 201,
        }
    }
}

/// Does what a call asks for.
pub fn handle(call: &Call, store: &mut Store) -> Outcome {
    match call.operation {
        "authorization" => authorization::authorization(call, call.service(store)?),
        "authorization_fail" => authorization::fail(call, call.service(store)?),
        "authorization_issue" => authorization::issue(call, call.service(store)?),

        "token" => token::token(call, call.service(store)?),
        "introspection" => introspection::introspection(call, call.service(store)?),
        "revocation" => revocation::revocation(call, call.service(store)?),
        "get_token_list" => token_management::list(call, call.service(store)?),

        "create_service" => service::create(call, store),
        "get_service" => service::get(call, store),
        "get_service_list" => service::list(call, store),
        "update_service" => service::update(call, store),
        "delete_service" => service::delete(call, store),

        "create_client" => client::create(call, call.service(store)?),
        "get_client" => client::get(call, call.service(store)?),
        "get_client_list" => client::list(call, call.service(store)?),
        "update_client" => client::update(call, call.service(store)?),
        "delete_client" => client::delete(call, call.service(store)?),
        "refresh_client_secret" => client::refresh_secret(call, call.service(store)?),
        "update_client_secret" => client::update_secret(call, call.service(store)?),
        "get_client_authorization_list" => client::authorization_list(call, call.service(store)?),
        "delete_client_authorization" => client::delete_authorization(call, call.service(store)?),

        "echo" => utility::echo(call),

        _ => Err(Reply::error(501, call.path, NOT_IMPLEMENTED)),
    }
}
