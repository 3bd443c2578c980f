//! What an endpoint is given.

use std::sync::Arc;

use authlete::ApiVersion;

use crate::clock::Millis;
use crate::json::{Members, Object};
use crate::reply::Reply;
use crate::result_code::{CLIENT_LOCKED, ResultCode, managed_client_unknown, service_unknown};
use crate::store::{Client, Service, Store};

/// A call that is allowed.
#[derive(Debug, Clone)]
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
    /// The body of an operation that takes a list.
    pub list: Vec<Object>,
    pub now: Millis,
}

impl Call {
    pub fn service<'a>(&self, store: &'a mut Store) -> Result<&'a mut Service, Reply> {
        let service = self.service.and_then(|key| store.service_mut(key));
        let unknown = service_unknown(self.operation);
        service.ok_or_else(|| Reply::error(404, self.path, unknown))
    }

    /// The client that a parameter in the path or in the query names, by ID or by alias.
    pub fn client<'a>(
        &self,
        parameter: &str,
        service: &'a Service,
    ) -> Result<&'a Arc<Client>, Reply> {
        let client = self
            .parameters
            .text(parameter)
            .and_then(|identifier| service.client(identifier));
        let unknown = managed_client_unknown(self.operation);
        let (client, _) = client.ok_or_else(|| Reply::error(404, self.path, unknown))?;
        Ok(client)
    }

    /// Requests of a locked client are no requests: the call itself is refused.
    pub fn refuse_locked(&self, client: &Client) -> Result<(), Reply> {
        match client.settings.flag("locked") {
            true => Err(Reply::error(403, self.path, CLIENT_LOCKED)),
            false => Ok(()),
        }
    }

    /// This call as if it said what an earlier one said, where it says nothing itself.
    #[must_use]
    pub fn after(&self, earlier: &Object) -> Self {
        let mut body = earlier.clone();
        body.extend(self.body.clone());
        Self {
            body,
            ..self.clone()
        }
    }

    /// This call as if it did not have some members.
    #[must_use]
    pub fn without(&self, members: &[&str]) -> Self {
        let mut call = self.clone();
        call.body
            .retain(|name, _| !members.contains(&name.as_str()));
        call
    }

    /// This call with each object of its list as the body.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.list.iter().map(|object| Self {
            body: object.clone(),
            list: Vec::new(),
            parameters: self.parameters.clone(),
            ..*self
        })
    }

    /// Whether a parameter is on, in the query or in the body of a POST.
    pub fn is_true(&self, parameter: &str) -> bool {
        self.body.flag(parameter) || self.parameters.flag(parameter)
    }

    /// The user that the call is about.
    pub fn subject(&self, missing: ResultCode) -> Result<&str, Reply> {
        let subject = self.body.text("subject");
        subject.ok_or_else(|| Reply::error(400, self.path, missing))
    }
}
