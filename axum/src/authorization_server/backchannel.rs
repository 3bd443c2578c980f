//! Client-initiated backchannel authentication (OpenID Connect CIBA Core 1.0).

use std::future::Future;

use authlete::Secret;
use authlete::server::{
    BackchannelAuthenticationCompleteNext, BackchannelAuthenticationFailNext,
    BackchannelAuthenticationIssueNext, BackchannelAuthenticationNext, RequestedClaims, Session,
    page_id,
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

use super::accounts::BoxFuture;
use super::device::names;
use super::{AuthorizationServer, Failure, Notification};

/// The subject of the user, or the reason why no user was identified.
type Identified = Result<Result<String, BackchannelAuthenticationFailReason>>;

/// The users of backchannel authentication requests: how to identify and how to ask them.
pub trait BackchannelUsers: Send + Sync + 'static {
    /// The subject of the user that the member `hint` of the answer identifies. `hintType` is the type of the hint: a
    /// `login_hint` or `login_hint_token`, whose format you define, or an `id_token_hint`, whose subject is in `sub` (CIBA
    /// Core 1.0 §7.1).
    ///
    /// If your users have user codes, check `userCode` of the answer here (§7.1). The reason in `Err` determines the error
    /// that the client gets.
    fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> impl Future<Output = Identified> + Send;

    /// Asks the user on another device. It runs on its own task, after the response to the client is ready.
    ///
    /// When the user has decided, call [`AuthorizationServer::authorize_backchannel`] or
    /// [`AuthorizationServer::deny_backchannel`].
    fn ask(&self, request: BackchannelRequest) -> impl Future<Output = ()> + Send;
}

/// A backchannel authentication request that waits for the decision of the user. It can be serialized. It holds the ticket,
/// so keep it on the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackchannelRequest {
    page_id: String,
    subject: String,
    ticket: Secret,
    answer: Box<BackchannelAuthenticationResponse>,
}

impl BackchannelRequest {
    /// Identifies this request on the page where the user decides. Put it into a hidden field, and continue only if it
    /// matches the pending request: another client may send a request while the user reads the page. It is not secret.
    pub fn page_id(&self) -> &str {
        &self.page_id
    }

    /// The user to ask.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The answer of Authlete: the client, the requested scopes and claims, and the `binding_message` to show.
    pub fn answer(&self) -> &BackchannelAuthenticationResponse {
        &self.answer
    }

    /// The names of the requested scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        names(self.answer.scopes.as_deref())
    }
}

/// The backchannel authentication endpoint (CIBA Core 1.0 §7). `POST`. Clients authenticate as at the token endpoint.
/// [`BackchannelUsers`] identifies the user.
pub async fn backchannel_authentication(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let request =
        BackchannelAuthenticationRequest::new(received.form).credentials(&received.credentials);
    let answer = server.api().backchannel_authentication(&request).await?;
    let (ticket, answer) = match answer.next(&received.credentials) {
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
            page_id: page_id(&ticket),
            subject,
            ticket,
            answer,
        };
        // On its own task, so that the client need not wait, and a closed connection does not cancel it.
        let server = server.clone();
        tokio::spawn(async move { server.settings.backchannel_users.ask(request).await });
    }
    Ok(response.map(Body::new))
}

impl AuthorizationServer {
    /// Grants a backchannel request. `session` states when and how its user authenticated on the other device. `scopes` are
    /// the scopes that the user consented to.
    ///
    /// Returns the notification for [`notify`](Self::notify), if the client uses the ping or push mode.
    ///
    /// # Errors
    /// `session` belongs to another user, the user no longer exists, or the call to Authlete failed. The request is still
    /// pending then. To end it, call [`fail_backchannel`](Self::fail_backchannel).
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
            .maybe_acr(session.acr())
            .disclose(&consented, &*user);
        self.complete_backchannel(&request).await
    }

    /// Ends a backchannel request that the user denied: the client gets `access_denied`.
    ///
    /// # Errors
    /// The call to Authlete failed.
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
    /// The call to Authlete failed.
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

/// The default: no user is known.
pub(super) struct NoBackchannelUsers;

impl BackchannelUsers for NoBackchannelUsers {
    async fn identify(&self, _: &BackchannelAuthenticationResponse) -> Identified {
        Ok(Err(BackchannelAuthenticationFailReason::UnknownUserId))
    }

    async fn ask(&self, _: BackchannelRequest) {}
}

/// The dyn-compatible form of [`BackchannelUsers`].
pub(super) trait DynBackchannelUsers: Send + Sync {
    fn identify<'a>(
        &'a self,
        answer: &'a BackchannelAuthenticationResponse,
    ) -> BoxFuture<'a, Identified>;

    fn ask(&self, request: BackchannelRequest) -> BoxFuture<'_, ()>;
}

impl<T: BackchannelUsers> DynBackchannelUsers for T {
    fn identify<'a>(
        &'a self,
        answer: &'a BackchannelAuthenticationResponse,
    ) -> BoxFuture<'a, Identified> {
        Box::pin(BackchannelUsers::identify(self, answer))
    }

    fn ask(&self, request: BackchannelRequest) -> BoxFuture<'_, ()> {
        Box::pin(BackchannelUsers::ask(self, request))
    }
}
