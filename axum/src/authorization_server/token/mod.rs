//! The token endpoint.

mod created;
mod grants;

use authlete::server::{
    ConsentedClaims, IdTokenReissueNext, NativeSsoNext, TokenFailNext, TokenIssueNext, TokenNext,
};
use authlete::types::{
    IdTokenReissueRequest, TokenFailReason, TokenFailRequest, TokenIssueRequest, TokenRequest,
    TokenResponse, TokenType,
};
use authlete::{Secret, server};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::{AuthorizationServer, Failure};
use crate::AttemptLimiter;
use crate::response::add_dpop_nonce;
pub use grants::TokenGrants;
pub(super) use grants::{DynTokenGrants, NoTokenGrants};

/// The token endpoint (RFC 6749 §3.2). `POST`.
///
/// Authlete handles most grant types by itself. [`TokenGrants`] decides on the others.
pub async fn token(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let mut request = TokenRequest::new(received.form).credentials(&received.credentials);
    if let Some(url) = &server.endpoints().token {
        request = request.received_at(received.parts.method.as_str(), url.to_string());
    }
    let answer = server.api().token(&request).await?;
    let nonce = answer.dpop_nonce.clone();
    let mut response = match answer.next(&received.credentials) {
        TokenNext::Respond(response) => response.map(Body::new),
        TokenNext::Password { ticket, answer } => server.password(ticket, &answer).await?,
        TokenNext::TokenExchange { answer } => server.token_exchange(&answer).await?,
        TokenNext::JwtBearer { answer } => server.jwt_bearer(&answer).await?,
        TokenNext::NativeSso { answer } => server.native_sso(&answer).await?,
        TokenNext::IdTokenReissuable { response, answer } => {
            server.id_token_reissue(response, &answer).await?
        }
    };
    add_dpop_nonce(response.headers_mut(), nonce.as_deref());
    Ok(response)
}

impl AuthorizationServer {
    fn grants(&self) -> &dyn DynTokenGrants {
        &*self.settings.token_grants
    }

    /// RFC 6749 §4.3.
    async fn password(&self, ticket: Secret, answer: &TokenResponse) -> Result<Response, Failure> {
        let account = AttemptLimiter::account_key(answer.username.as_deref().unwrap_or_default());
        let key = format!("{:?} {account}", answer.client_id);
        let attempt = self.settings.password_attempts.begin(&key);
        let attempt = attempt.map_err(|refused| Failure::from(refused.into_response()))?;
        let decision = self.grants().password(answer).await;
        if !matches!(decision, Ok(None)) {
            attempt.take_back();
        }
        let response = match decision? {
            Some(subject) => {
                let request = TokenIssueRequest::new(ticket, subject);
                let TokenIssueNext::Respond(response) =
                    self.api().token_issue(&request).await?.next();
                response
            }
            None => {
                let reason = TokenFailReason::InvalidResourceOwnerCredentials;
                let request = TokenFailRequest::new(ticket, reason);
                let TokenFailNext::Respond(response) =
                    self.api().token_fail(&request).await?.next();
                response
            }
        };
        Ok(response.map(Body::new))
    }

    /// RFC 8693.
    async fn token_exchange(&self, answer: &TokenResponse) -> Result<Response, Failure> {
        let request = self.grants().token_exchange(answer).await?;
        // RFC 8693 §2.2.2.
        let request = request.ok_or_else(Failure::invalid_request)?;
        self.create(request, answer, Some(TokenType::AccessToken))
            .await
    }

    /// RFC 7523 §2.1.
    async fn jwt_bearer(&self, answer: &TokenResponse) -> Result<Response, Failure> {
        let request = self.grants().jwt_bearer(answer).await?;
        self.create(request.ok_or_else(invalid_grant)?, answer, None)
            .await
    }

    /// OpenID Connect Native SSO for Mobile Apps 1.0.
    async fn native_sso(&self, answer: &TokenResponse) -> Result<Response, Failure> {
        let request = self.grants().native_sso(answer).await?;
        let request = request.ok_or_else(invalid_grant)?;
        let NativeSsoNext::Respond(response) = self.api().native_sso(&request).await?.next();
        Ok(response.map(Body::new))
    }

    /// Adds an ID token to the response of a refresh, if the server wants one (OpenID Connect Core 1.0 §12.2).
    ///
    /// The old refresh token may already be invalid, so on an error response the client would lose its tokens. Therefore, if
    /// the server fails, the client gets `response`, without an ID token: the ID token is optional here.
    async fn id_token_reissue(
        &self,
        response: server::Response,
        answer: &TokenResponse,
    ) -> Result<Response, Failure> {
        match self.reissued(answer).await {
            Ok(None) => Ok(response.map(Body::new)),
            Ok(Some(reissued)) if !reissued.status().is_server_error() => Ok(reissued),
            Err(failure) if !failure.is_server_error() => Err(failure),
            Ok(Some(_)) | Err(_) => {
                tracing::warn!(target: "authlete_axum", "tokens refreshed without an ID token");
                Ok(response.map(Body::new))
            }
        }
    }

    /// The response with an ID token. `None` if the server does not reissue ID tokens.
    async fn reissued(&self, answer: &TokenResponse) -> Result<Option<Response>, Failure> {
        let access_token = answer
            .jwt_access_token
            .as_ref()
            .or(answer.access_token.as_ref());
        let (Some(access_token), Some(refresh_token), Some(subject)) =
            (access_token, &answer.refresh_token, &answer.subject)
        else {
            return Ok(None);
        };
        if !self.grants().reissues_id_token(answer).await? {
            return Ok(None);
        }
        let Some(user) = self.settings.accounts.claims(subject).await? else {
            return Err(invalid_grant());
        };
        let request = IdTokenReissueRequest::new(access_token, refresh_token)
            .disclose(&ConsentedClaims::from(answer), &*user);
        let answer = self.api().id_token_reissue(&request).await?;
        let IdTokenReissueNext::Respond(response) = answer.next();
        Ok(Some(response.map(Body::new)))
    }
}

/// RFC 6749 §5.2.
fn invalid_grant() -> Failure {
    Failure::oauth(StatusCode::BAD_REQUEST, "invalid_grant")
}
