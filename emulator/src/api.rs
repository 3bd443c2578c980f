//! From a request to its answer: routing, access, endpoint. Knows nothing of HTTP but its words.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authlete::Root;
use serde::{Deserialize, Serialize};

use crate::access::{self, Access};
use crate::audit::Pending;
use crate::call::Call;
use crate::clock::Clock;
use crate::endpoints;
use crate::foreign::Foreign;
use crate::keeper::Changes;
use crate::possession::Possession;
use crate::reply::{Outcome, Reply};
use crate::request::{self, Given, Refusal};
use crate::result_code::{METHOD_NOT_ALLOWED, NOT_AN_API, NOT_IMPLEMENTED};
use crate::routing::{Mismatch, Routes, Target};
use crate::store::Store;

/// A request, as far as the API looks at it.
#[derive(Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The origin that the request was sent to, such as `https://127.0.0.1:8080`.
    pub origin: &'a str,
    /// The `DPoP` headers.
    pub dpop: &'a [&'a str],
    /// The certificate of the connection, in DER.
    pub certificate: Option<&'a [u8]>,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// Where the connection comes from.
    pub remote_address: Option<IpAddr>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// The whole API with its state.
#[derive(Debug)]
pub struct Api {
    routes: Routes,
    state: Mutex<State>,
    pub changes: Changes,
}

/// All that outlives a call.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    pub clock: Clock,
    pub store: Store,
}

impl Api {
    pub fn new(state: State) -> Self {
        Self {
            routes: Routes::new(),
            state: Mutex::new(state),
            changes: Changes::default(),
        }
    }

    pub fn advance(&self, by: Duration) {
        self.state().clock.advance(by);
        self.changes.report();
    }

    /// Reads the state; calls wait meanwhile.
    pub fn inspect<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state())
    }

    /// Which operation a request is for, if for any.
    pub fn operation(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
    ) -> Option<&'static str> {
        let basic = access::uses_key(authorization);
        let target = self.routes.find(method, path, basic);
        target.ok().map(|target| target.operation.id)
    }

    /// Answers a request, and says which operation it was for.
    pub fn answer(&self, request: &Request<'_>) -> (Option<&'static str>, Reply) {
        match self.target(request) {
            Ok(target) => {
                let (operation, root) = (target.operation.id, target.route.root);
                let reply = self
                    .process(request, target)
                    .unwrap_or_else(|refusal| refusal);
                let reply = match root {
                    Root::Organization => endpoints::organization::restate(reply),
                    _ => reply,
                };
                (Some(operation), reply)
            }
            Err(refusal) => (None, refusal),
        }
    }

    fn target(&self, request: &Request<'_>) -> Result<Target, Reply> {
        let basic = access::uses_key(request.authorization);
        self.routes
            .find(request.method, request.path, basic)
            .map_err(|mismatch| {
                let (status, code) = match mismatch {
                    Mismatch::NotAnApi => (404, NOT_AN_API),
                    Mismatch::Method => (405, METHOD_NOT_ALLOWED),
                    Mismatch::Unknown => (501, NOT_IMPLEMENTED),
                };
                Reply::error(status, request.path, code)
            })
    }

    fn process(&self, request: &Request<'_>, target: Target) -> Outcome {
        // Read before the state is locked, so that no other call waits for it; looked at when the caller may call.
        let has_body = request.method == "POST" || request.method == "PUT";
        let given =
            has_body.then(|| Given::read(target.operation.id, request.content_type, request.body));
        let mut state = self.state();
        let State { clock, store } = &mut *state;
        let possession = Possession {
            method: request.method,
            url: &format!("{}{}", request.origin, request.path),
            proofs: request.dpop,
            certificate: request.certificate,
        };
        let authorization = request.authorization;
        let Access { caller, service } = access::check(store, &target, authorization, &possession)?;
        let refuse = |refusal: Refusal| refusal.reply(target.route.path);
        let mut parameters = target.parameters.clone();
        request::add_query(&mut parameters, target.operation.id, request.query).map_err(refuse)?;
        let given = given.unwrap_or_else(|| Given::of_parameters(target.operation.id, &parameters));
        let Given { object, list } = given.map_err(refuse)?;
        let objects = [&parameters, &object].into_iter().chain(&list);
        let foreign = Foreign::among(objects, service, store);
        let call = Call {
            operation: target.operation.id,
            version: target.version,
            path: target.route.path,
            service,
            parameters,
            body: object,
            list,
            foreign,
            now: clock.now(),
        };
        let pending = Pending::of(request, &target, caller, &call, store);
        let outcome = endpoints::handle(&call, store, &self.changes);
        if let Some(pending) = pending {
            store.audit_log.add(pending.conclude(&outcome));
        }
        self.changes.report();
        outcome
    }

    /// A panic elsewhere is no reason to stop: no call leaves the state half changed for another to trip over.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
