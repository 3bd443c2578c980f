//! Sends the request of a call, retries it where that is safe, and decodes the response.

mod cause;
mod failure;
mod from_response;
mod last_response;
mod nonce;
mod path;
mod query;
mod raw_response;
mod request_parts;
mod trace;

use std::time::Duration;

use reqwest::Request;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

pub use cause::TransportCause;
use failure::{api_error, deadline_error, decode_error, transport_error, unexpected_body_error};
pub(crate) use from_response::{FromResponse, impl_from_response};
pub(crate) use last_response::LastResponse;
use nonce::wants_nonce;
pub(crate) use path::{join_path, path_segment};
use raw_response::{RawResponse, read_response};
pub(crate) use request_parts::RequestParts;
use trace::{AttemptTrace, CallTrace};

#[cfg(feature = "introspection-cache")]
use crate::introspection_cache::Eviction;
use crate::retry::{Attempts, is_repeatable};
use crate::throttle::Permit;
use crate::{Authlete, Operation, Result, Route};

impl Authlete {
    /// Sends the request of an operation and decodes the response.
    ///
    /// Not an `async fn`, so that the future does not hold what is needed before the first await only.
    pub(crate) fn execute<T: FromResponse>(
        &self,
        mut parts: RequestParts,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        #[cfg(feature = "introspection-cache")]
        let eviction = Eviction::of(self, &parts);
        parts.accepts_json = T::IS_JSON;
        let call = Call {
            api: self.clone(),
            parts,
        };
        async move {
            let operation = call.parts.operation;
            let trace = CallTrace::begin(operation);
            let deadline = call.api.settings().deadline();
            let response = trace.instrument(call.send(deadline)).await;
            #[cfg(feature = "introspection-cache")]
            if let Some(eviction) = eviction {
                let outcome = response.as_ref().map(|response| &response.body[..]);
                Box::pin(eviction.conclude(outcome, deadline)).await;
            }
            response
                .and_then(|response| decode(operation, response))
                .inspect_err(|error| trace.failed(error))
        }
    }
}

/// A call and the attempts at it.
struct Call {
    api: Authlete,
    parts: RequestParts,
}

impl Call {
    /// Returns the response of the first attempt that succeeds, or the error of the last one.
    async fn send(&self, deadline: Instant) -> Result<RawResponse> {
        let Self { api, parts } = self;
        let settings = api.settings();
        let mut attempts = Attempts::begin(
            &settings.retry,
            api.retry_budget(),
            is_repeatable(parts.operation, &parts.body),
            deadline,
        );
        let mut failed = None;
        loop {
            attempts.start();
            let error = match self.attempt(&attempts, deadline).await {
                Ok(received) => return Ok(received),
                // The error of an earlier attempt says more than that there is no time for another one.
                Err(error) if error.is_unsent() => return Err(failed.unwrap_or(error)),
                Err(error) => error,
            };
            let delay = match api.dpop(parts.route).is_some() && wants_nonce(&error) {
                true => attempts.retry_with_nonce(),
                false => attempts.delay_after(&error),
            };
            let Some(delay) = delay else {
                return Err(error);
            };
            AttemptTrace::retrying(&error, delay);
            failed = Some(error);
            sleep(delay).await;
        }
    }

    /// Makes one attempt, with its span.
    async fn attempt(&self, attempts: &Attempts<'_>, deadline: Instant) -> Result<RawResponse> {
        let trace = AttemptTrace::begin(&self.api, &self.parts, attempts.resent());
        let attempt = send_when_permitted(&self.api, &self.parts, deadline, attempts.time_limit());
        let outcome = trace.instrument(attempt).await;
        trace.ended(&outcome);
        outcome
    }
}

/// Waits for a permit, then sends one request. From then on it may take no longer than the limit, if there is one.
async fn send_when_permitted(
    api: &Authlete,
    parts: &RequestParts,
    deadline: Instant,
    limit: Option<Duration>,
) -> Result<RawResponse> {
    if Instant::now() >= deadline {
        return Err(deadline_error(parts.operation, &parts.url));
    }
    let permit = match api.throttle(parts.route) {
        Some(throttle) => throttle.acquire(parts.operation, deadline).await?,
        None => Permit::default(),
    };
    // A statement of its own: in one expression with the await, the future would hold the temporary.
    let request = parts.build(api, deadline, limit)?;
    let outcome = send(api, parts.operation, parts.route, request).await;
    permit.record(&outcome);
    outcome
}

/// Sends one request and reads its response; an error status is an error.
///
/// Not an `async fn`, whose future would hold its arguments twice.
fn send(
    api: &Authlete,
    operation: &'static Operation,
    route: &'static Route,
    request: Request,
) -> impl Future<Output = Result<RawResponse>> + Send {
    let sent = api.client.execute(request);
    async move {
        // Lets the runtime poll its sockets: an idle connection on which unsolicited bytes have arrived is then closed, so
        // that they are not taken for this response. Doing so before each request would be a tenth of the cost of a call.
        if !api.last_response().is_recent() {
            yield_now().await;
        }
        let response = sent
            .await
            .map_err(|error| transport_error(operation, error))?;
        let received = read_response(operation, response, api.settings().max_response_size).await?;
        api.record_response(route, &received.headers);
        match received.status.is_success() {
            true => Ok(received),
            false => Err(api_error(operation, received)),
        }
    }
}

/// Decodes a response into the type that the operation returns.
fn decode<T: FromResponse>(operation: &'static Operation, mut received: RawResponse) -> Result<T> {
    if received.body.is_empty() {
        return T::empty().ok_or_else(|| unexpected_body_error(operation, received));
    }
    T::decode(&received.body, &mut received.headers)
        .map_err(|error| decode_error(operation, received, &error))
}
