//! Processes API requests: routing, access check, endpoint. Independent of the HTTP server.

use std::sync::Arc;

use authlete::ApiRoot;

use crate::access::{self, Access};
use crate::audit::Pending;
use crate::call::Call;
use crate::endpoints::{self, Handler};
use crate::foreign::Foreign;
use crate::possession::Possession;
use crate::reply::{Outcome, Reply};
use crate::request::{self, BadRequest, HttpRequest, RequestBody};
use crate::result_code::{METHOD_NOT_ALLOWED, NOT_AN_API, NOT_IMPLEMENTED};
use crate::routing::{Mismatch, Routes, Target};
use crate::saver::SaveStatus;
use crate::state::{SharedState, State};

/// The API with its state.
#[derive(Debug)]
pub struct Api {
    routes: Routes,
    state: Arc<SharedState>,
    save_status: SaveStatus,
}

impl Api {
    pub fn new(state: Arc<SharedState>, save_status: SaveStatus) -> Self {
        Self {
            routes: Routes::new(),
            state,
            save_status,
        }
    }

    pub fn state(&self) -> &SharedState {
        &self.state
    }

    /// The operation that a request is for, if any.
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

    /// Answers a request. Also returns the operation that it was for, if any. Its changes are in the state file, if there is
    /// one.
    pub async fn answer(&self, request: &HttpRequest<'_>) -> (Option<&'static str>, Reply) {
        let target = match self.target(request) {
            Ok(target) => target,
            Err(refusal) => return (None, refusal),
        };
        let (operation, root) = (target.operation.id, target.route.root);
        let handler = Handler::of(operation);
        let reply = self
            .process(request, target, handler)
            .unwrap_or_else(|refusal| refusal);
        let reply = match root {
            ApiRoot::Organization => endpoints::organization::restate(reply),
            _ => reply,
        };
        let reply = match handler {
            Some(handler) if !handler.only_reads() => self.saved(reply).await,
            _ => reply,
        };
        (Some(operation), reply)
    }

    /// The reply, when the state is in the state file, if there is one.
    pub async fn saved(&self, reply: Reply) -> Reply {
        match self.save_status.until_saved(&self.state).await {
            true => reply,
            false => Reply::message(503, "the emulator stops, and the change may not be saved"),
        }
    }

    fn target(&self, request: &HttpRequest<'_>) -> Result<Target, Reply> {
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

    fn process(
        &self,
        request: &HttpRequest<'_>,
        target: Target,
        handler: Option<Handler>,
    ) -> Outcome {
        let operation = target.operation.id;
        // Parsed before the state is locked, so that no other call waits. Errors are reported after the access check.
        let has_body = request.method == "POST" || request.method == "PUT";
        let given =
            has_body.then(|| RequestBody::read(operation, request.content_type, request.body));
        let possession = Possession {
            method: request.method,
            url: &format!("{}{}", request.origin, request.path),
            proofs: request.dpop,
            certificate: request.certificate,
        };
        let (Access { caller, service }, mut state) = self.state.call(|state| {
            let store = &mut state.store;
            let access = access::check(store, &target, request.authorization, &possession)?;
            Ok::<_, Reply>((access, state.clone()))
        })?;
        let refuse = |refusal: BadRequest| refusal.reply(target.route.path);
        let mut parameters = target.parameters.clone();
        request::add_query(&mut parameters, operation, request.query).map_err(refuse)?;
        let given = given.unwrap_or_else(|| RequestBody::of_parameters(operation, &parameters));
        let RequestBody { object, list } = given.map_err(refuse)?;
        let objects = [&parameters, &object].into_iter().chain(&list);
        let foreign = Foreign::among(objects, service, &state.store);
        let call = Call {
            operation,
            version: target.version,
            path: target.route.path,
            service,
            parameters,
            body: object,
            list,
            foreign,
            now: state.clock.now(),
        };
        let handler = handler.ok_or_else(|| Reply::error(501, call.path, NOT_IMPLEMENTED))?;
        if handler.only_reads() {
            // Read-only operations work on the copy, so that no other call waits.
            return handler.handle(&call, &mut state.store, &self.save_status);
        }
        self.state.call(|State { store, .. }| {
            let pending = Pending::of(request, &target, caller, &call, store);
            let outcome = handler.handle(&call, store, &self.save_status);
            if let Some(pending) = pending {
                store.audit_log.add(pending.conclude(&outcome));
            }
            outcome
        })
    }
}
