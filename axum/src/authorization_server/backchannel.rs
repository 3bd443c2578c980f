//! Client-initiated backchannel authentication (OpenID Connect CIBA Core 1.0).

use std::future::Future;

use authlete::Secret;
use authlete::server::{
    BackchannelAuthenticationCompleteNext, BackchannelAuthenticationFailNext,
    BackchannelAuthenticationIssueNext, BackchannelAuthenticationNext, RequestedClaims, Session,
};
use authlete::types::{
    BackchannelAuthenticationCompleteRequest, BackchannelAuthenticationCompleteResponse,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationFailReason,
    BackchannelAuthenticationFailRequest, BackchannelAuthenticationIssueRequest,
    BackchannelAuthenticationRequest, BackchannelAuthenticationResponse,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{Response, Result};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};

use super::accounts::Later;
use super::device::names;
use super::{AuthorizationServer, Failure, Notification};

/// The subject of a user, or why there is none.
type Identified = Result<Result<String, BackchannelAuthenticationFailReason>>;

/// The users that clients ask for behind their backs: who is meant, and how to reach them.
pub trait BackchannelUsers: Send + Sync + 'static {
    /// The subject of the user that `hint` of the answer means. `hintType` says what it is: a `login_hint` or
    /// `login_hint_token` in a form of your own, or an `id_token_hint`, whose subject `sub` has (CIBA Core 1.0 §7.1).
    ///
    /// Check `userCode` of the answer here, where your users have one (§7.1). The reason of a refusal decides on the error
    /// that the client gets.
    fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> impl Future<Output = Identified> + Send;

    /// Asks the user on another device. It runs on a task of its own, while the client gets its answer.
    ///
    /// When the user has decided, call [`AuthorizationServer::authorize_backchannel`] or
    /// [`AuthorizationServer::deny_backchannel`].
    fn ask(&self, request: BackchannelRequest) -> impl Future<Output = ()> + Send;
}

/// A request that waits for its user. It can be serialized; it holds the ticket, so it stays on the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackchannelRequest {
    subject: String,
    ticket: Secret,
    answer: Box<BackchannelAuthenticationResponse>,
}

impl BackchannelRequest {
    /// The user to ask.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Which client asks, for which scopes and claims, and with which `binding_message` to show.
    pub fn answer(&self) -> &BackchannelAuthenticationResponse {
        &self.answer
    }

    /// The names of the scopes that the client asks for: what a user agrees to who refuses none.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        names(self.answer.scopes.as_deref())
    }
}

/// The backchannel authentication endpoint (CIBA Core 1.0 §7). `POST`. Clients authenticate as at the token endpoint.
/// [`BackchannelUsers`] says who is meant.
pub async fn backchannel_authentication(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let request =
        BackchannelAuthenticationRequest::new(received.form).presented(&received.presented);
    let answer = server.api().backchannel_authentication(&request).await?;
    let (ticket, answer) = match answer.next(&received.presented) {
        BackchannelAuthenticationNext::Respond(response) => return Ok(response.map(Body::new)),
        BackchannelAuthenticationNext::UserIdentification { ticket, answer } => (ticket, answer),
    };
    let users = &server.settings.backchannel_users;
    let subject = match users.identify(&answer).await? {
        Ok(subject) => subject,
        Err(reason) => {
            let request = BackchannelAuthenticationFailRequest::new(&ticket, reason);
            let answer = server
                .api()
                .backchannel_authentication_fail(&request)
                .await?;
            let BackchannelAuthenticationFailNext::Respond(response) = answer.next();
            return Ok(response.map(Body::new));
        }
    };
    let request = BackchannelAuthenticationIssueRequest::new(&ticket);
    let issued = server
        .api()
        .backchannel_authentication_issue(&request)
        .await?;
    let BackchannelAuthenticationIssueNext::Respond(response) = issued.next();
    if response.status().is_success() {
        let request = BackchannelRequest {
            subject,
            ticket,
            answer,
        };
        // The client gets its answer first, and losing the connection loses no request.
        let server = server.clone();
        tokio::spawn(async move { server.settings.backchannel_users.ask(request).await });
    }
    Ok(response.map(Body::new))
}

impl AuthorizationServer {
    /// Grants a backchannel request to its user, who authenticated on another device: `session` says when and how. `scopes` are
    /// those that the user agreed to.
    ///
    /// Returns the notification for [`notify`](Self::notify), if the client wants one.
    ///
    /// # Errors
    /// `session` is that of another user, there is no such user any more, or the call of Authlete failed.
    pub async fn authorize_backchannel(
        &self,
        request: &BackchannelRequest,
        session: &Session,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Option<Notification>, Failure> {
        if session.subject() != request.subject {
            return Err(Failure::invalid_request());
        }
        let user = self.granting_user(session).await?;
        let consented = RequestedClaims::from(&*request.answer).consent(scopes);
        let result = BackchannelAuthenticationCompleteResult::Authorized;
        let request = BackchannelAuthenticationCompleteRequest::new(&request.ticket, result)
            .subject(session.subject())
            .auth_time(session.auth_time())
            .maybe_acr(session.acr_value())
            .disclose(&consented, &*user);
        self.complete_backchannel(&request).await
    }

    /// Ends a backchannel request that the user refused: the client gets `access_denied`.
    ///
    /// # Errors
    /// The call of Authlete failed.
    pub async fn deny_backchannel(
        &self,
        request: &BackchannelRequest,
    ) -> Result<Option<Notification>, Failure> {
        self.end_backchannel(
            request,
            BackchannelAuthenticationCompleteResult::AccessDenied,
        )
        .await
    }

    /// Ends a backchannel request whose user could not be asked.
    ///
    /// # Errors
    /// The call of Authlete failed.
    pub async fn fail_backchannel(
        &self,
        request: &BackchannelRequest,
    ) -> Result<Option<Notification>, Failure> {
        let result = BackchannelAuthenticationCompleteResult::TransactionFailed;
        self.end_backchannel(request, result).await
    }

    async fn end_backchannel(
        &self,
        request: &BackchannelRequest,
        result: BackchannelAuthenticationCompleteResult,
    ) -> Result<Option<Notification>, Failure> {
        let request = BackchannelAuthenticationCompleteRequest::new(&request.ticket, result)
            .subject(&request.subject);
        self.complete_backchannel(&request).await
    }

    async fn complete_backchannel(
        &self,
        request: &BackchannelAuthenticationCompleteRequest,
    ) -> Result<Option<Notification>, Failure> {
        let answer = self
            .api()
            .backchannel_authentication_complete(request)
            .await?;
        match answer.next() {
            BackchannelAuthenticationCompleteNext::Respond(response) => Err(response.into()),
            BackchannelAuthenticationCompleteNext::NoAction { .. } => Ok(None),
            BackchannelAuthenticationCompleteNext::Notification { answer } => notification(&answer)
                .map(Some)
                .ok_or_else(Failure::server_error),
        }
    }
}

fn notification(answer: &BackchannelAuthenticationCompleteResponse) -> Option<Notification> {
    let token = answer.client_notification_token.as_ref()?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    bearer.set_sensitive(true);
    let uri = answer.client_notification_endpoint.as_deref()?;
    let body = answer.response_content.as_ref()?.expose().to_owned();
    let notification = Notification::new(uri, "application/json", body)?;
    Some(notification.with_header(AUTHORIZATION, bearer))
}

/// There are no users to ask.
pub(super) struct NoBackchannelUsers;

impl BackchannelUsers for NoBackchannelUsers {
    async fn identify(&self, _: &BackchannelAuthenticationResponse) -> Identified {
        Ok(Err(BackchannelAuthenticationFailReason::UnknownUserId))
    }

    async fn ask(&self, _: BackchannelRequest) {}
}

/// [`BackchannelUsers`] without their type.
pub(super) trait AnyBackchannelUsers: Send + Sync {
    fn identify<'a>(
        &'a self,
        answer: &'a BackchannelAuthenticationResponse,
    ) -> Later<'a, Identified>;

    fn ask(&self, request: BackchannelRequest) -> Later<'_, ()>;
}

impl<T: BackchannelUsers> AnyBackchannelUsers for T {
    fn identify<'a>(
        &'a self,
        answer: &'a BackchannelAuthenticationResponse,
    ) -> Later<'a, Identified> {
        Box::pin(BackchannelUsers::identify(self, answer))
    }

    fn ask(&self, request: BackchannelRequest) -> Later<'_, ()> {
        Box::pin(BackchannelUsers::ask(self, request))
    }
}
