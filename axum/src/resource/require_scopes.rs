//! The layer that requires scopes on some routes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use authlete::server::Response;
use http::{Request, StatusCode};
use http_body_util::Either;
use tower_layer::Layer;
use tower_service::Service;

use super::challenge::Challenges;
use super::{AccessToken, GuardedBody, MissingGuard};
use crate::response::empty;

/// A layer that requires scopes of the token that [`RequireAccessToken`](super::RequireAccessToken) has accepted. It does
/// not call Authlete.
///
/// ```no_run
/// use authlete_axum::{RequireAccessToken, RequireScopes};
/// use axum::Router;
/// use axum::routing::{get, post};
///
/// # async fn list() {}
/// # async fn create() {}
/// # fn example(api: authlete::Authlete) -> Router {
/// Router::new()
///     .route("/orders", get(list).merge(post(create).layer(RequireScopes::new(["orders.write"]))))
///     .layer(RequireAccessToken::new(api).scopes(["orders.read"])) // the outer layer, so it is added last
/// # }
/// ```
///
/// If the token lacks one of the scopes, the response is 403 with the error `insufficient_scope` (RFC 6750 §3.1). Without an
/// outer `RequireAccessToken`, the response is 500, and an event is logged at the level `error`.
#[derive(Debug, Clone)]
#[must_use = "a layer does nothing until it is added to a service"]
pub struct RequireScopes {
    scopes: Arc<[String]>,
}

impl RequireScopes {
    /// The token must have all of these scopes.
    pub fn new(scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            scopes: scopes.into_iter().map(Into::into).collect(),
        }
    }

    fn refusal<B>(&self, request: &Request<B>) -> Option<Response> {
        let Some(token) = request.extensions().get::<AccessToken>() else {
            let _ = MissingGuard::new();
            return Some(empty(StatusCode::INTERNAL_SERVER_ERROR));
        };
        if self.scopes.iter().all(|scope| token.has_scope(scope)) {
            return None;
        }
        let challenges = Challenges {
            dpop: None,
            scopes: Some(&self.scopes),
            metadata_url: token.metadata_url(),
        };
        Some(challenges.insufficient_scope(token.scheme()))
    }
}

impl<S> Layer<S> for RequireScopes {
    type Service = RequireScopesService<S>;

    fn layer(&self, inner: S) -> RequireScopesService<S> {
        RequireScopesService {
            inner,
            required: self.clone(),
        }
    }
}

/// The service of the layer [`RequireScopes`].
#[derive(Debug, Clone)]
pub struct RequireScopesService<S> {
    inner: S,
    required: RequireScopes,
}

impl<S, B, B2> Service<Request<B>> for RequireScopesService<S>
where
    S: Service<Request<B>, Response = http::Response<B2>>,
    S::Future: Send + 'static,
{
    type Response = http::Response<GuardedBody<B2>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.required.refusal(&request) {
            Some(refusal) => Box::pin(async { Ok(refusal.map(Either::Right)) }),
            None => {
                let response = self.inner.call(request);
                Box::pin(async { Ok(response.await?.map(Either::Left)) })
            }
        }
    }
}
