//! Sends the request of a call, again where that can do no harm, and makes an answer or an error of what comes back.

mod answer;
mod failure;
mod path;
mod prove;
mod receive;
mod template;
mod trace;

use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Method, Request, RequestBuilder};
use tokio::time::{Instant, sleep};

pub(crate) use answer::{Answer, answer};
use failure::{not_json, refused, transport_error, undecodable};
pub(crate) use path::path_segment;
use prove::send_with_proof;
use receive::{Received, receive};
use template::Template;
use trace::{AttemptTrace, CallTrace};

use crate::admission::Permit;
#[cfg(feature = "introspection-cache")]
use crate::introspection_cache::Eviction;
use crate::retry::Attempts;
use crate::{Authlete, Error, Operation, Result, Route};

impl Authlete {
    /// Sends the request of an operation and decodes the answer.
    ///
    /// Not an `async fn`: what is done before the first await need not be kept in the future, which is a third of
    /// the size so.
    pub(crate) fn execute<T: Answer>(
        &self,
        operation: &'static Operation,
        request: RequestBuilder,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let call = self.complete(operation, request).map(|template| Call {
            api: self.clone(),
            operation,
            template,
        });
        #[cfg(feature = "introspection-cache")]
        let eviction = call
            .as_ref()
            .ok()
            .and_then(|call| Eviction::of(self, operation, call.template.request()));
        async move {
            let trace = CallTrace::begin(operation);
            let answer = match call {
                Ok(call) => trace.follow(call.answer()).await,
                Err(error) => Err(error),
            };
            #[cfg(feature = "introspection-cache")]
            if let Some(eviction) = eviction {
                let body = answer.as_ref().ok().map(|received| &received.body[..]);
                Box::pin(eviction.apply(body)).await;
            }
            answer
                .and_then(|received| decode(operation, received))
                .inspect_err(|error| trace.failed(error))
        }
    }

    /// Adds to a request what all have in common.
    fn complete(&self, operation: &'static Operation, request: RequestBuilder) -> Result<Template> {
        let mut request = request
            .build()
            .map_err(|error| transport_error(operation, error))?;
        let route = self.route(operation)?;
        if request.method() != route.method {
            *request.method_mut() = Method::from_bytes(route.method.as_bytes()).map_err(|_| {
                Error::not_callable(operation, format!("{} is no HTTP method", route.method))
            })?;
        }
        self.add_headers(route, request.headers_mut());
        Ok(Template::new(request))
    }

    /// Adds the headers that are the handle's.
    fn add_headers(&self, route: &Route, headers: &mut HeaderMap) {
        for (name, value) in &self.settings().headers {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(authorization) = self.credential_header(route) {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }
}

/// A call and the attempts at it.
struct Call {
    api: Authlete,
    operation: &'static Operation,
    template: Template,
}

impl Call {
    /// The answer of the first attempt that succeeds, or the error of the last one that may be made.
    ///
    /// Not an `async fn`, which would keep its arguments a second time.
    fn answer(self) -> impl Future<Output = Result<Received>> + Send {
        let Self {
            api,
            operation,
            mut template,
        } = self;
        async move {
            let settings = api.settings();
            let deadline = settings.deadline();
            let mut attempts =
                Attempts::begin(&settings.retry, api.retry_budget(), operation, deadline);
            let mut failed = None;
            loop {
                let may_repeat = attempts.make();
                let request = template.request();
                let trace = AttemptTrace::begin(&api, operation, request, attempts.resent());
                let attempt = attempt(&api, operation, &mut template, deadline);
                let outcome = trace.follow(attempt).await;
                trace.ended(&outcome);
                let error = match outcome {
                    Ok(received) => return Ok(received),
                    // What failed before tells more than that it may not be tried again.
                    Err(error) if error.is_unsent() => return Err(failed.unwrap_or(error)),
                    Err(error) => error,
                };
                let delay = may_repeat.then(|| attempts.delay_after(&error)).flatten();
                let Some(delay) = delay else {
                    return Err(error);
                };
                AttemptTrace::will_repeat(&error, delay);
                sleep(delay).await;
                failed = Some(error);
            }
        }
    }
}

/// One attempt, as soon as it may be made, with a proof of possession if the handle has a key.
///
/// Not an `async fn`, like [`Call::answer`].
fn attempt(
    api: &Authlete,
    operation: &'static Operation,
    template: &mut Template,
    deadline: Instant,
) -> impl Future<Output = Result<Received>> + Send {
    let admission = api.admission();
    async move {
        let permit = match admission {
            Some(admission) => admission.admit(operation, deadline).await?,
            None => Permit::default(),
        };
        let outcome = match api.dpop() {
            None => send(api, operation, template.next(api, operation, deadline)?).await,
            // In a box, so that the calls of handles without a key are not larger for it.
            Some(dpop) => Box::pin(send_with_proof(api, dpop, operation, template, deadline)).await,
        };
        permit.ended(&outcome);
        outcome
    }
}

/// One request and its answer; an error status is an error.
///
/// Not an `async fn`, like [`Call::answer`].
fn send(
    api: &Authlete,
    operation: &'static Operation,
    request: Request,
) -> impl Future<Output = Result<Received>> + Send {
    let sent = api.client.execute(request);
    async move {
        let response = sent
            .await
            .map_err(|error| transport_error(operation, error))?;
        let received = receive(operation, response, api.settings().max_response_size).await?;
        api.observe(&received.headers);
        match received.status.is_success() {
            true => Ok(received),
            false => Err(refused(operation, received)),
        }
    }
}

/// Makes of an answer what the operation returns.
fn decode<T: Answer>(operation: &'static Operation, mut received: Received) -> Result<T> {
    if received.body.is_empty() {
        return T::empty().ok_or_else(|| not_json(operation, received));
    }
    T::decode(&received.body, &mut received.headers)
        .map_err(|error| undecodable(operation, received, &error))
}
