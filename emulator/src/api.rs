//! From a request to its answer: routing, access, endpoint. Knows nothing of HTTP but its words.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authlete::Root;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::{self, Access};
use crate::audit::Pending;
use crate::call::Call;
use crate::clock::Clock;
use crate::endpoints;
use crate::json::Object;
use crate::keeper::Changes;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    MALFORMED_LIST, METHOD_NOT_ALLOWED, NOT_AN_API, NOT_IMPLEMENTED, ResultCode, malformed_body,
};
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
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// Where the connection comes from.
    pub remote_address: Option<IpAddr>,
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
        let basic = request.authorization.is_some_and(|authorization| {
            authorization
                .get(..6)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("Basic "))
        });
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
        let given = has_body.then(|| Given::read(target.operation.id, request.body));
        let mut state = self.state();
        let State { clock, store } = &mut *state;
        let Access { caller, service } = access::check(store, &target, request.authorization)?;
        let parameters = parameters(&target, request.query);
        let Given { object, list } = match given {
            Some(given) => given.map_err(|code| Reply::error(400, target.route.path, code))?,
            None => Given {
                object: parameters.clone(),
                list: Vec::new(),
            },
        };
        let call = Call {
            operation: target.operation.id,
            version: target.version,
            path: target.route.path,
            service,
            parameters,
            body: object,
            list,
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

/// The parameters in the path and in the query.
fn parameters(target: &Target, query: &str) -> Object {
    let mut parameters = target.parameters.clone();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = Value::from(value);
        if endpoints::is_repeated(target.operation.id, &name) {
            let list = parameters
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(value);
            }
        } else {
            // What the path says, no query can unsay.
            parameters.entry(name).or_insert(value);
        }
    }
    parameters
}

/// The body of a request: an object or, where the operation takes one, a list of objects.
struct Given {
    object: Object,
    list: Vec<Object>,
}

impl Given {
    fn read(operation: &str, body: &[u8]) -> Result<Self, ResultCode> {
        let (mut object, mut list) = (Object::new(), Vec::new());
        if endpoints::takes_list(operation) {
            list = serde_json::from_slice(body).map_err(|_| MALFORMED_LIST)?;
        } else {
            object = serde_json::from_slice(body).map_err(|_| malformed_body(operation, body))?;
        }
        Ok(Self { object, list })
    }
}
