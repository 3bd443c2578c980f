//! The service of the layer [`RequireAccessToken`](super::RequireAccessToken).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use authlete::server::{
    ClientCertificateSource, IntrospectionNext, RequestCredentials, Response, TokenScheme,
    error_response,
};
use authlete::types::{IntrospectionAction, IntrospectionRequest};
use axum::extract::OriginalUri;
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{Request, StatusCode};
use http_body_util::Either;
use tower_service::Service;

use super::guard::Guard;
use super::{AccessToken, GuardedBody};
use crate::response::{DPOP_NONCE, empty};

/// The service of the layer [`RequireAccessToken`](super::RequireAccessToken).
#[derive(Debug, Clone)]
pub struct RequireAccessTokenService<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl<S> RequireAccessTokenService<S> {
    pub(super) fn new(inner: S, guard: Arc<Guard>) -> Self {
        Self { inner, guard }
    }
}

impl<S, B, B2> Service<Request<B>> for RequireAccessTokenService<S>
where
    S: Service<Request<B>, Response = http::Response<B2>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = http::Response<GuardedBody<B2>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // `poll_ready` was called on `self.inner`, not on the clone, so `self.inner` must handle this request.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let guard = Arc::clone(&self.guard);
        Box::pin(async move {
            // `request` is not borrowed across an await, so its body need not be `Sync`.
            let result = match guard.token_check(&request) {
                Ok(check) => guard.introspect(check).await,
                Err(refusal) => Err(refusal),
            };
            match result {
                Ok(token) => {
                    let nonce = nonce(&token);
                    request.extensions_mut().insert(token);
                    let mut response = inner.call(request).await?;
                    if let Some(nonce) = nonce {
                        let headers = response.headers_mut();
                        headers.insert(DPOP_NONCE, nonce);
                        // A cached response would have an old nonce (RFC 9449 §8.2).
                        let no_store = HeaderValue::from_static("no-store");
                        headers.entry(CACHE_CONTROL).or_insert(no_store);
                    }
                    Ok(response.map(Either::Left))
                }
                Err(refusal) => Ok(refusal.map(Either::Right)),
            }
        })
    }
}

/// Boxed because it is large and rare.
type Refusal = Box<Response>;

/// The introspection request for the token of a request, and the scheme of the token.
struct TokenCheck {
    introspection: IntrospectionRequest,
    scheme: TokenScheme,
}

impl Guard {
    /// The check that a request needs, or an error response if it is refused without calling Authlete.
    fn token_check<B>(&self, request: &Request<B>) -> Result<TokenCheck, Refusal> {
        let refuse = |reason: &'static str, response: Response| {
            log_refusal(response.status(), reason);
            Box::new(response)
        };
        let from_connection = request.extensions().get::<ClientCertificateSource>();
        let source = from_connection.unwrap_or(&self.certificates);
        let credentials = RequestCredentials::from_headers(request.headers(), source)
            .map_err(|error| refuse("unreadable", self.challenges().unreadable(error)))?;
        let no_token = || refuse("no_token", self.challenges().no_token());
        let token = credentials.access_token().ok_or_else(no_token)?;
        let mut introspection = self.conditions.clone();
        introspection.token = token.value.clone();
        match (token.scheme, &self.dpop) {
            (TokenScheme::Bearer, Some(dpop)) if dpop.is_required => return Err(no_token()),
            (TokenScheme::Bearer, _) => {}
            (TokenScheme::Dpop, None) => return Err(no_token()),
            // Without this check, Authlete would accept a token that is not bound to a key.
            (TokenScheme::Dpop, Some(_)) if credentials.dpop_proof().is_none() => {
                return Err(refuse("no_proof", self.challenges().invalid_proof()));
            }
            (TokenScheme::Dpop, Some(dpop)) => {
                // `axum::Router::nest` strips the prefix from the URI.
                let original = request.extensions().get::<OriginalUri>();
                let uri = original.map_or(request.uri(), |original| &original.0);
                introspection.dpop_nonce_required = dpop.is_nonce_required.then_some(true);
                introspection =
                    introspection.received_at(request.method().as_str(), dpop.url(uri.path()));
            }
        }
        Ok(TokenCheck {
            introspection: introspection.credentials(&credentials),
            scheme: token.scheme,
        })
    }

    async fn introspect(&self, check: TokenCheck) -> Result<AccessToken, Refusal> {
        let answer = self.api.cached_introspection(&check.introspection).await;
        let answer = answer.map_err(|error| {
            tracing::warn!(target: "authlete_axum", %error, "access token could not be checked");
            Box::new(error_response(&error))
        })?;
        if answer.action == IntrospectionAction::Ok {
            let metadata_url = self.metadata_url.clone();
            return Ok(AccessToken::new(answer, check.scheme, metadata_url));
        }
        let response = match answer.next() {
            IntrospectionNext::Respond(response) => response,
            // Unreachable: the action is not `Ok`.
            IntrospectionNext::Ok { .. } => empty(StatusCode::UNAUTHORIZED),
        };
        log_refusal(response.status(), "refused_by_authlete");
        Err(Box::new(self.challenges().complete(response)))
    }
}

fn nonce(token: &AccessToken) -> Option<HeaderValue> {
    HeaderValue::from_str(token.answer().dpop_nonce.as_deref()?).ok()
}

fn log_refusal(status: StatusCode, reason: &'static str) {
    tracing::debug!(
        target: "authlete_axum",
        { http.response.status_code = status.as_u16(), reason },
        "access token refused"
    );
}
