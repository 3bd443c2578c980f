//! CORS for scripts in browsers.

use std::task::{Context, Poll};

use futures_util::future::Either;
use http::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderName, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Method, Request, Response};
use tower_http::cors::{Any, Cors, CorsLayer};
use tower_layer::Layer;
use tower_service::Service;

use crate::response::DPOP_NONCE;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const ATTESTATION: HeaderName = HeaderName::from_static("oauth-client-attestation");
const ATTESTATION_POP: HeaderName = HeaderName::from_static("oauth-client-attestation-pop");
const ATTESTATION_CHALLENGE: HeaderName =
    HeaderName::from_static("oauth-client-attestation-challenge");

/// Allows scripts of any origin, for endpoints that ignore cookies: clients authenticate only with what they send explicitly
/// (Fetch Standard, CORS protocol without credentials).
pub(super) fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            DPOP,
            ATTESTATION,
            ATTESTATION_POP,
        ])
        .expose_headers([
            WWW_AUTHENTICATE,
            RETRY_AFTER,
            DPOP_NONCE,
            ATTESTATION_CHALLENGE,
        ])
}

/// [`any_origin`] for responses that are not cached. It skips the CORS layer for requests without `Origin`, to save its
/// cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnyOriginUncached;

impl<S: Clone> Layer<S> for AnyOriginUncached {
    type Service = AnyOriginService<S>;

    fn layer(&self, inner: S) -> AnyOriginService<S> {
        AnyOriginService {
            cross_origin: any_origin().layer(inner.clone()),
            inner,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct AnyOriginService<S> {
    inner: S,
    cross_origin: Cors<S>,
}

impl<S, B, B2> Service<Request<B>> for AnyOriginService<S>
where
    S: Service<Request<B>, Response = Response<B2>>,
    B2: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<<Cors<S> as Service<Request<B>>>::Future, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        match self.inner.poll_ready(context) {
            Poll::Ready(Ok(())) => self.cross_origin.poll_ready(context),
            other => other,
        }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match request.headers().contains_key(ORIGIN) {
            true => Either::Left(self.cross_origin.call(request)),
            false => Either::Right(self.inner.call(request)),
        }
    }
}
