//! Sends the request of a call, again where that can do no harm, and makes an answer or an error of what comes back.

mod answer;
mod cause;
mod failure;
mod last_answer;
mod nonce;
mod path;
mod query;
mod receive;
mod template;
mod trace;

use std::time::Duration;

use reqwest::Request;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

pub(crate) use answer::{Answer, answer};
pub use cause::TransportCause;
use failure::{out_of_time, refused, transport_error, undecodable, unexpected_body};
pub(crate) use last_answer::LastAnswer;
use nonce::wants_nonce;
pub(crate) use path::{below, path_segment};
use receive::{Received, receive};
pub(crate) use template::Template;
use trace::{AttemptTrace, CallTrace};

use crate::admission::Permit;
use crate::retry::{Attempts, is_repeatable};
use crate::{Authlete, Operation, Result, Route};

impl Authlete {
    /// Sends the request of an operation and decodes the answer.
    ///
    /// Not an `async fn`: what is done before the first await need not be kept in the future, and what is kept once is
    /// only borrowed from then on.
    pub(crate) fn execute<T: Answer>(
        &self,
        mut template: Template,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        template.accepts_json = T::IS_JSON;
        let call = Call {
            api: self.clone(),
            template,
        };
        async move {
            let operation = call.template.operation;
            let trace = CallTrace::begin(operation);
            let deadline = call.api.settings().deadline();
            let answer = trace.follow(call.answer(deadline)).await;
            answer
                .and_then(|received| decode(operation, received))
                .inspect_err(|error| trace.failed(error))
        }
    }
}

/// A call and the attempts at it.
struct Call {
    api: Authlete,
    template: Template,
}

impl Call {
    /// The answer of the first attempt that succeeds, or the error of the last one that may be made.
    async fn answer(&self, deadline: Instant) -> Result<Received> {
        let Self { api, template } = self;
        let settings = api.settings();
        let mut attempts = Attempts::begin(
            &settings.retry,
            api.retry_budget(),
            is_repeatable(template.operation, &template.body),
            deadline,
        );
        let mut failed = None;
        loop {
            attempts.make();
            let error = match self.attempt(&attempts, deadline).await {
                Ok(received) => return Ok(received),
                // What failed before tells more than that it may not be tried again.
                Err(error) if error.is_unsent() => return Err(failed.unwrap_or(error)),
                Err(error) => error,
            };
            let delay = match api.dpop(template.route).is_some() && wants_nonce(&error) {
                true => attempts.renew(),
                false => attempts.delay_after(&error),
            };
            let Some(delay) = delay else {
                return Err(error);
            };
            AttemptTrace::will_repeat(&error, delay);
            failed = Some(error);
            sleep(delay).await;
        }
    }

    /// The current attempt, and what is told of it.
    async fn attempt(&self, attempts: &Attempts<'_>, deadline: Instant) -> Result<Received> {
        let trace = AttemptTrace::begin(&self.api, &self.template, attempts.resent());
        let attempt = admitted(&self.api, &self.template, deadline, attempts.time_limit());
        let outcome = trace.follow(attempt).await;
        trace.ended(&outcome);
        outcome
    }
}

/// A request, as soon as it may be sent. From then on it may take no longer than the limit, if there is one.
async fn admitted(
    api: &Authlete,
    template: &Template,
    deadline: Instant,
    limit: Option<Duration>,
) -> Result<Received> {
    if Instant::now() >= deadline {
        return Err(out_of_time(template.operation, &template.url));
    }
    let permit = match api.admission(template.route) {
        Some(admission) => admission.admit(template.operation, deadline).await?,
        None => Permit::default(),
    };
    // Not in one expression with the await, which would keep what the request came in.
    let request = template.request(api, deadline, limit)?;
    let outcome = send(api, template.operation, template.route, request).await;
    permit.ended(&outcome);
    outcome
}

/// One request and its answer; an error status is an error.
///
/// Not an `async fn`, which would keep its arguments a second time.
fn send(
    api: &Authlete,
    operation: &'static Operation,
    route: &'static Route,
    request: Request,
) -> impl Future<Output = Result<Received>> + Send {
    let sent = api.client.execute(request);
    async move {
        // The runtime looks at its sockets: an idle connection with bytes that nobody asked for is closed, and what they
        // say is not taken for this answer. To look before each request would be a tenth of all that a call costs.
        if !api.last_answer().is_recent() {
            yield_now().await;
        }
        let response = sent
            .await
            .map_err(|error| transport_error(operation, error))?;
        let received = receive(operation, response, api.settings().max_response_size).await?;
        api.observe(route, &received.headers);
        match received.status.is_success() {
            true => Ok(received),
            false => Err(refused(operation, received)),
        }
    }
}

/// Makes of an answer what the operation returns.
fn decode<T: Answer>(operation: &'static Operation, mut received: Received) -> Result<T> {
    if received.body.is_empty() {
        return T::empty().ok_or_else(|| unexpected_body(operation, received));
    }
    T::decode(&received.body, &mut received.headers)
        .map_err(|error| undecodable(operation, received, &error))
}
