//! The authorization endpoint, and the steps after login and consent.

use std::time::SystemTime;

use authlete::server::{
    AuthorizationFailNext, AuthorizationIssueNext, AuthorizationNext, Decision, Interaction,
    PendingAuthorization, Session,
};
use authlete::types::{
    AuthorizationFailReason, AuthorizationFailRequest, AuthorizationIssueAction,
    AuthorizationRequest,
};
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;

use super::form_page::{for_browser, for_user};
use super::resubmission::{is_without_cookies, resubmission};
use super::{AuthorizationServer, Failure};

/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core 1.0 §3.1.2.1). `GET` and `POST`.
///
/// [`Accounts`](super::Accounts) provides the session of the user and the pages.
///
/// Browsers send no `SameSite=Lax` cookies with a `POST` from another site, so the user would seem not to be logged in, and
/// would get a new session. The response to such a request is a page that submits the same form again, from this site. Other
/// sites cannot frame this page.
pub async fn authorization(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, parameters) = server.parameters(request).await?;
    if is_without_cookies(&parts) {
        return Ok(resubmission(&parameters));
    }
    let request = AuthorizationRequest::new(parameters.as_str());
    let (ticket, answer) = match server.api().authorization(&request).await?.next() {
        AuthorizationNext::Respond(response) => return Ok(for_browser(response)),
        AuthorizationNext::Interaction { ticket, answer }
        | AuthorizationNext::NoInteraction { ticket, answer } => (ticket, answer),
    };
    let mut pending = PendingAuthorization::new(ticket, answer, &parameters, SystemTime::now());
    if server.settings.offline_access_allowed {
        pending = pending.allow_offline_access();
    }
    let accounts = &server.settings.accounts;
    let session = accounts.session(&parts, pending.answer()).await?;
    server.proceed(&parts, pending, session.as_ref()).await
}

/// The result of a step of an authorization request.
pub(crate) enum Step {
    /// The user has to decide on a page.
    Interact(Interaction),
    /// The request is granted. The response returns the user to the client.
    Granted(Response),
    /// The request is refused. The response is an error for the client or the browser.
    Refused(Response),
}

/// Logs that the user's store failed after a request was granted.
pub(crate) fn not_recorded() {
    tracing::warn!(target: "authlete_axum", "a granted request could not be recorded in the session");
}

impl AuthorizationServer {
    /// Continues an authorization request after a page: shows the next page with
    /// [`Accounts::interact`](super::Accounts::interact), or redirects the user back to the client.
    ///
    /// `request` is the request that submitted the form, and `session` is the current session of the user.
    ///
    /// ```
    /// # use authlete::server::{PendingAuthorization, Session};
    /// # use authlete_axum::AuthorizationServer;
    /// # use authlete_axum::authorization_server::Failure;
    /// # use axum::response::Response;
    /// # use http::request::Parts;
    /// # async fn example(
    /// #     server: AuthorizationServer, parts: Parts, mut pending: PendingAuthorization, session: Session,
    /// # ) -> Result<Response, Failure> {
    /// // The password is correct. `pending` comes from the browser session, which has got a new ID.
    /// pending.logged_in(&session);
    /// server.proceed(&parts, pending, Some(&session)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// A call to Authlete or a method of [`Accounts`](super::Accounts) failed. The error is the complete response.
    pub async fn proceed(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        session: Option<&Session>,
    ) -> Result<Response, Failure> {
        let accounts = &self.settings.accounts;
        match self.step(&pending, session).await? {
            Step::Interact(interaction) => {
                let page = accounts.interact(request, pending, interaction).await?;
                Ok(for_user(page))
            }
            Step::Granted(response) => {
                // The client gets its code even if the user's store fails.
                if accounts.granted(request, pending.answer()).await.is_err() {
                    not_recorded();
                }
                Ok(response)
            }
            Step::Refused(response) => Ok(response),
        }
    }

    /// Decides the next step. If it needs no page, it ends the request.
    pub(crate) async fn step(
        &self,
        pending: &PendingAuthorization,
        session: Option<&Session>,
    ) -> Result<Step, Failure> {
        match pending.decide(session, SystemTime::now()) {
            Decision::Interact(interaction) => Ok(Step::Interact(interaction)),
            Decision::Issue(request) => {
                let claims = self.settings.accounts.claims(&request.subject);
                let Some(user) = claims.await? else {
                    let reason = AuthorizationFailReason::NotAuthenticated;
                    return Ok(Step::Refused(self.fail(&pending.fail(reason)).await?));
                };
                let request = pending.disclose(*request, &*user);
                let answer = self.api().authorization_issue(&request).await?;
                let is_granted = matches!(
                    answer.action,
                    AuthorizationIssueAction::Location | AuthorizationIssueAction::Form
                );
                let AuthorizationIssueNext::Respond(response) = answer.next();
                let response = for_browser(response);
                Ok(match is_granted {
                    true => Step::Granted(response),
                    // The ticket has expired, for example.
                    false => Step::Refused(response),
                })
            }
            Decision::Fail(request) => Ok(Step::Refused(self.fail(&request).await?)),
        }
    }

    /// Ends an authorization request that the user denied: the client gets `access_denied`.
    ///
    /// # Errors
    /// The call to Authlete failed. The error is the complete response.
    pub async fn deny(&self, pending: &PendingAuthorization) -> Result<Response, Failure> {
        self.fail(&pending.deny()).await
    }

    async fn fail(&self, request: &AuthorizationFailRequest) -> Result<Response, Failure> {
        let answer = self.api().authorization_fail(request).await?;
        let AuthorizationFailNext::Respond(response) = answer.next();
        Ok(for_browser(response))
    }
}
