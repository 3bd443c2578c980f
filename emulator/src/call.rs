//! The input of an endpoint.

use std::sync::Arc;

use authlete::ApiVersion;

use crate::api_response::ApiResponse;
use crate::clock::Millis;
use crate::json::{Object, ObjectExt};
use crate::other_service_ids::OtherServiceIds;
use crate::result_code::{
    CLIENT_BY_ID_LOCKED, CLIENT_LOCKED, Missing, ResultCode, managed_client_missing,
    service_missing,
};
use crate::store::{Client, IdentifierKind, Service, Store};

/// An API call that passed the access check.
#[derive(Debug, Clone)]
pub struct Call {
    pub operation: &'static str,
    pub version: ApiVersion,
    /// The path below the root, as in the OpenAPI description.
    pub path: &'static str,
    /// The API key of the service that the call is for.
    pub service: Option<i64>,
    /// The parameters in the path and in the query.
    pub parameters: Object,
    /// The body, or the parameters when the call has no body.
    pub body: Object,
    /// The body of an operation that takes a list.
    pub list: Vec<Object>,
    /// The identifiers in the call that belong to another service.
    pub other_service_ids: OtherServiceIds,
    pub now: Millis,
}

impl Call {
    /// The service that the call is for.
    pub fn service<'a>(&self, store: &'a Store) -> Result<&'a Service, ApiResponse> {
        let service = self.service.and_then(|key| store.service(key));
        service.ok_or_else(|| self.missing_service(self.names_deleted_service(store)))
    }

    /// The service that the call is for, mutable.
    pub fn service_mut<'a>(&self, store: &'a mut Store) -> Result<&'a mut Service, ApiResponse> {
        let was_deleted = self.names_deleted_service(store);
        let service = self.service.and_then(|key| store.service_mut(key));
        service.ok_or_else(|| self.missing_service(was_deleted))
    }

    fn names_deleted_service(&self, store: &Store) -> bool {
        self.service.is_some_and(|key| store.was_deleted(key))
    }

    fn missing_service(&self, was_deleted: bool) -> ApiResponse {
        let code = service_missing(self.operation, was_deleted);
        ApiResponse::error(404, self.path, code)
    }

    /// The client that a parameter in the path or in the query names, by ID or by alias.
    pub fn client<'a>(
        &self,
        parameter: &str,
        service: &'a Service,
    ) -> Result<&'a Arc<Client>, ApiResponse> {
        let identifier = self.parameters.text(parameter).unwrap_or_default();
        let by_id = parameter == "clientId" && identifier.parse::<i64>().is_ok();
        match service.client(identifier) {
            Some((client, _)) => Ok(client),
            None => Err(self.missing_client(service, identifier, by_id)),
        }
    }

    /// The error for a call that names a missing client.
    pub fn missing_client(&self, service: &Service, identifier: &str, by_id: bool) -> ApiResponse {
        let missing = match self.why_missing(service, identifier) {
            // The client enables its alias, but the service does not.
            Missing::AliasDisabled if allows_alias(service, identifier) => Missing::Unknown,
            missing => missing,
        };
        let status = match missing {
            Missing::OfAnotherService => 403,
            _ => 404,
        };
        let code = managed_client_missing(self.operation, by_id, missing);
        ApiResponse::error(status, self.path, code)
    }

    /// Why the service has no client with this identifier.
    pub fn why_missing(&self, service: &Service, identifier: &str) -> Missing {
        let clients = &service.clients;
        let id = identifier.parse().ok();
        if id.is_some_and(|id| clients.was_deleted(id)) {
            Missing::Deleted
        } else if self.other_service_ids.contains(identifier) {
            Missing::OfAnotherService
        } else if clients.by_alias(identifier).is_some() {
            Missing::AliasDisabled
        } else {
            Missing::Unknown
        }
    }

    /// Refuses the API call itself, with 403, when the client is locked.
    pub fn refuse_locked(
        &self,
        client: &Client,
        named_by: IdentifierKind,
    ) -> Result<(), ApiResponse> {
        let code = match named_by {
            IdentifierKind::Id => CLIENT_BY_ID_LOCKED,
            IdentifierKind::Alias | IdentifierKind::EntityId => CLIENT_LOCKED,
        };
        match client.settings.locked() {
            true => Err(ApiResponse::error(403, self.path, code)),
            false => Ok(()),
        }
    }

    /// This call with defaults for members that its body lacks.
    #[must_use]
    pub fn with_defaults(&self, defaults: &Object) -> Self {
        let mut body = defaults.clone();
        body.extend(self.body.clone());
        Self {
            body,
            ..self.clone()
        }
    }

    /// This call without some members of its body.
    #[must_use]
    pub fn without(&self, members: &[&str]) -> Self {
        let mut call = self.clone();
        call.body
            .retain(|name, _| !members.contains(&name.as_str()));
        call
    }

    /// One call for each object of the list, with that object as the body.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.list.iter().map(|object| Self {
            body: object.clone(),
            list: Vec::new(),
            parameters: self.parameters.clone(),
            other_service_ids: self.other_service_ids.clone(),
            ..*self
        })
    }

    /// Whether a flag is `true` in the query or in the body.
    pub fn is_true(&self, parameter: &str) -> bool {
        self.body.flag(parameter) || self.parameters.flag(parameter)
    }

    /// The `subject` of the call, or an error with the given code when it is missing.
    pub fn subject(&self, missing: ResultCode) -> Result<&str, ApiResponse> {
        let subject = self.body.text("subject");
        subject.ok_or_else(|| ApiResponse::error(400, self.path, missing))
    }
}

fn allows_alias(service: &Service, alias: &str) -> bool {
    let client = service.clients.by_alias(alias);
    client.is_some_and(|client| client.settings.client_id_alias_enabled())
}
