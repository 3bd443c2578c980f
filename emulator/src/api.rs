//! Processes API requests: routing, access check, endpoint. Independent of the HTTP server.

use std::sync::Arc;

use authlete::ApiRoot;

use crate::access::{self, Access};
use crate::api_response::{ApiResponse, Outcome};
use crate::audit::PendingEntry;
use crate::call::Call;
use crate::endpoints::{self, Handler};
use crate::other_service_ids::OtherServiceIds;
use crate::possession::Possession;
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
    pub async fn handle(&self, request: &HttpRequest<'_>) -> (Option<&'static str>, ApiResponse) {
        let target = match self.target(request) {
            Ok(target) => target,
            Err(refusal) => return (None, refusal),
        };
        let (operation, root) = (target.operation.id, target.route.root);
        let handler = Handler::of(operation);
        let processed = self.process(request, target, handler);
        let (outcome, version) = processed.unwrap_or_else(|refusal| (Err(refusal), None));
        let response = outcome.unwrap_or_else(|refusal| refusal);
        let response = match root {
            ApiRoot::Organization => endpoints::organization::convert_error(response),
            _ => response,
        };
        let response = match version {
            Some(version) => self.saved(response, version).await,
            None => response,
        };
        (Some(operation), response)
    }

    /// The response, when this version of the state is in the state file, if there is one.
    pub async fn saved(&self, response: ApiResponse, version: u64) -> ApiResponse {
        match self.save_status.until_saved(version).await {
            true => response,
            false => ApiResponse::message(
                503,
                "the emulator is shutting down; the change may not have been saved",
            ),
        }
    }

    fn target(&self, request: &HttpRequest<'_>) -> Result<Target, ApiResponse> {
        let basic = access::uses_key(request.authorization);
        self.routes
            .find(request.method, request.path, basic)
            .map_err(|mismatch| {
                let (status, code) = match mismatch {
                    Mismatch::NotAnApi => (404, NOT_AN_API),
                    Mismatch::Method => (405, METHOD_NOT_ALLOWED),
                    Mismatch::Unknown => (501, NOT_IMPLEMENTED),
                };
                ApiResponse::error(status, request.path, code)
            })
    }

    /// The outcome of a call and, if it may have changed the state, the version of the state after it.
    fn process(
        &self,
        request: &HttpRequest<'_>,
        target: Target,
        handler: Option<Handler>,
    ) -> Result<(Outcome, Option<u64>), ApiResponse> {
        let operation = target.operation.id;
        // Errors are reported after the access check.
        let has_body = request.method == "POST" || request.method == "PUT";
        let given =
            has_body.then(|| RequestBody::read(operation, request.content_type, request.body));
        let possession = Possession {
            method: request.method,
            url: &format!("{}{}", request.origin, request.path),
            proofs: request.dpop,
            certificate: request.certificate,
        };
        let mut state = self.state.snapshot();
        let Access { caller, service } =
            access::check(&state.store, &target, request.authorization, &possession)?;
        let refuse = |refusal: BadRequest| refusal.response(target.route.path);
        let mut parameters = target.parameters.clone();
        request::add_query(&mut parameters, operation, request.query).map_err(refuse)?;
        let given = given.unwrap_or_else(|| RequestBody::of_parameters(operation, &parameters));
        let RequestBody { object, list } = given.map_err(refuse)?;
        let objects = [&parameters, &object].into_iter().chain(&list);
        let other_service_ids = OtherServiceIds::collect(objects, service, &state.store);
        let call = Call {
            operation,
            version: target.version,
            path: target.route.path,
            service,
            parameters,
            body: object,
            list,
            other_service_ids,
            now: state.clock.now(),
        };
        let handler = handler.ok_or_else(|| ApiResponse::error(501, call.path, NOT_IMPLEMENTED))?;
        if handler.only_reads() {
            let outcome = handler.handle(&call, &mut state.store, self.is_saved());
            return Ok((outcome, None));
        }
        let (outcome, version) = self.state.call(|State { store, .. }| {
            let pending = handler
                .event()
                .map(|event| PendingEntry::new(event, request, &target, caller, &call, store));
            let outcome = handler.handle(&call, store, self.is_saved());
            if let Some(pending) = pending {
                store.audit_log.add(pending.finish(&outcome));
            }
            outcome
        });
        Ok((outcome, Some(version)))
    }

    /// Whether the last attempt to save the state succeeded.
    fn is_saved(&self) -> bool {
        !self.save_status.has_failed()
    }
}
