//! Execution of the calls of the generated methods.

#[cfg(feature = "introspection-cache")]
use std::borrow::Cow;
use std::fmt::Arguments;

use bytes::Bytes;

use super::Authlete;
#[cfg(feature = "introspection-cache")]
use crate::introspection_cache::Eviction;
use crate::transport::{Call, CallTrace, FromResponse, RequestParts, decode};
use crate::url_path::join_path;
use crate::{Operation, Result, Setting};

impl Authlete {
    /// Starts the request of an operation. The arguments in `path` are already escaped.
    pub(crate) fn request_parts(
        &self,
        operation: &'static Operation,
        path: Arguments<'_>,
    ) -> Result<RequestParts> {
        Ok(RequestParts {
            operation,
            route: self.context.route(operation)?,
            url: join_path(self.context.root(operation)?, path),
            body: Bytes::new(),
            accepts_json: false,
            is_repeatable: operation.repeatable,
        })
    }

    /// The value that the caller gives, or the one of the configuration. Fails if neither has it.
    pub(crate) fn or_configured(
        &self,
        operation: &'static Operation,
        setting: Setting,
        given: Option<i64>,
    ) -> Result<i64> {
        self.context.or_configured(operation, setting, given)
    }

    /// The eviction from the introspection cache at the end of a call; `None` when there is no cache. `name` is the token
    /// that the call names, if any.
    #[cfg(feature = "introspection-cache")]
    pub(crate) fn eviction<'a>(
        &self,
        operation: &'static Operation,
        name: impl FnOnce() -> Option<Cow<'a, str>>,
    ) -> Option<Eviction> {
        let cache = self.introspection_cache.as_ref()?;
        Some(Eviction::begin(cache, &self.context, operation, name()))
    }

    /// Sends the request of an operation and decodes the response.
    ///
    /// Not an `async fn`: its future would also hold the arguments that are needed only before the first await.
    pub(crate) fn execute<T: FromResponse>(
        &self,
        parts: RequestParts,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        let call = Call::new::<T>(&self.context, parts);
        async move {
            let operation = call.operation();
            let trace = CallTrace::begin(operation);
            let deadline = call.deadline();
            let response = trace.instrument(call.send(deadline)).await;
            response
                .and_then(|response| decode(operation, response))
                .inspect_err(|error| trace.failed(error))
        }
    }
}
