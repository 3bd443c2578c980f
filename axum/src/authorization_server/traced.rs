//! A `tracing` span for each request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use futures_util::future::Either;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

/// Creates a span for each request, with the method, the route and the status, and no other data of the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traced;

impl<S> Layer<S> for Traced {
    type Service = TracedService<S>;

    fn layer(&self, inner: S) -> TracedService<S> {
        TracedService { inner }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct TracedService<S> {
    inner: S,
}

impl<S, B, B2> Service<Request<B>> for TracedService<S>
where
    S: Service<Request<B>, Response = Response<B2>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<
        S::Future,
        Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>,
    >;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = span(&request);
        let response = self.inner.call(request);
        if span.is_disabled() {
            return Either::Left(response);
        }
        let response = async move {
            let response = response.await;
            if let Ok(response) = &response {
                let status = response.status().as_u16();
                Span::current().record("http.response.status_code", status);
            }
            response
        };
        Either::Right(Box::pin(response.instrument(span)))
    }
}

fn span<B>(request: &Request<B>) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    tracing::debug_span!(
        target: "authlete_axum",
        "endpoint",
        otel.kind = "server",
        http.request.method = request.method().as_str(),
        http.route = route.map(MatchedPath::as_str),
        http.response.status_code = Empty,
    )
}
