//! Sends the request of a call, retries it where that is safe, and decodes the response.

mod failure;
mod from_response;
mod nonce;
mod query;
mod raw_response;
mod read_response;
mod request_parts;
mod send_request;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Request;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use failure::{api_error, deadline_error, decode_error, unexpected_body_error};
pub(crate) use from_response::{FromResponse, impl_from_response};
use nonce::wants_nonce;
pub(crate) use raw_response::RawResponse;
use read_response::read_response;
pub(crate) use request_parts::RequestParts;
use send_request::send_request;
use trace::AttemptTrace;
pub(crate) use trace::CallTrace;

use crate::context::Context;
use crate::retry::Attempts;
use crate::throttle::Permit;
use crate::{Operation, Result, Route};

/// A call and the attempts at it.
pub(crate) struct Call {
    context: Arc<Context>,
    parts: RequestParts,
}

impl Call {
    /// A call whose response is to be decoded into `T`.
    pub fn new<T: FromResponse>(context: &Arc<Context>, mut parts: RequestParts) -> Self {
        parts.accepts_json = T::IS_JSON;
        Self {
            context: Arc::clone(context),
            parts,
        }
    }

    pub fn operation(&self) -> &'static Operation {
        self.parts.operation
    }

    /// The deadline of a call that begins now.
    pub fn deadline(&self) -> Instant {
        self.context.settings.deadline()
    }

    /// Returns the response of the first attempt that succeeds, or the error of the last one.
    pub async fn send(&self, deadline: Instant) -> Result<RawResponse> {
        let Self { context, parts } = self;
        let mut attempts = Attempts::begin(
            &context.settings.retry,
            context.retry_budget(),
            parts.is_repeatable,
            deadline,
        );
        let mut failed = None;
        loop {
            attempts.start();
            let error = match self.attempt(&attempts, deadline).await {
                Ok(received) => return Ok(received),
                // The error of an earlier attempt is more useful than the one that prevented another attempt.
                Err(error) if error.is_unsent() => return Err(failed.unwrap_or(error)),
                Err(error) => error,
            };
            let delay = match context.dpop(parts.route).is_some() && wants_nonce(&error) {
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
        let trace = AttemptTrace::begin(&self.context, &self.parts, attempts.resent());
        let attempt =
            send_when_permitted(&self.context, &self.parts, deadline, attempts.time_limit());
        let outcome = trace.instrument(attempt).await;
        trace.ended(&outcome);
        outcome
    }
}

/// Waits for a permit, then sends one request. The limit, if there is one, applies from then on.
async fn send_when_permitted(
    context: &Context,
    parts: &RequestParts,
    deadline: Instant,
    limit: Option<Duration>,
) -> Result<RawResponse> {
    if Instant::now() >= deadline {
        return Err(deadline_error(parts.operation, &parts.url));
    }
    let permit = match context.throttle(parts.route) {
        Some(throttle) => throttle.acquire(parts.operation, deadline).await?,
        None => Permit::default(),
    };
    // A separate statement, because the future would otherwise hold a temporary across the await.
    let request = parts.build(context, deadline, limit)?;
    let outcome = send(context, parts.operation, parts.route, request).await;
    permit.record(&outcome);
    outcome
}

/// Sends one request and reads its response. An error status results in an error.
///
/// Not an `async fn`, whose future would hold its arguments twice.
fn send(
    context: &Context,
    operation: &'static Operation,
    route: &'static Route,
    request: Request,
) -> impl Future<Output = Result<RawResponse>> + Send {
    let sent = send_request(context.client(), operation, request);
    async move {
        // Lets the runtime poll its sockets, to close an idle connection with unsolicited data, which would otherwise be
        // read as the response. Doing so before each request would account for 10 % of the cost of a call.
        if !context.last_response().is_recent() {
            yield_now().await;
        }
        let response = sent.await?;
        let received =
            read_response(operation, response, context.settings.max_response_size).await?;
        context.record_response(route, &received.headers);
        match received.status.is_success() {
            true => Ok(received),
            false => Err(api_error(operation, received)),
        }
    }
}

/// Decodes a response into the type that the operation returns.
pub(crate) fn decode<T: FromResponse>(
    operation: &'static Operation,
    mut received: RawResponse,
) -> Result<T> {
    if received.body.is_empty() {
        return T::empty().ok_or_else(|| unexpected_body_error(operation, received));
    }
    T::decode(&received.body, &mut received.headers)
        .map_err(|error| decode_error(operation, received, &error))
}
