//! The authorization endpoint, and the steps after login and consent.

use std::time::SystemTime;

use authlete::server::{
    AuthorizationFailNext, AuthorizationIssueNext, AuthorizationNext, Decision,
    PendingAuthorization, Session,
};
use authlete::types::{AuthorizationFailReason, AuthorizationFailRequest, AuthorizationRequest};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;
use http::Method;
use http::request::Parts;

use super::form_page::{for_browser, for_user};
use super::{AuthorizationServer, Failure};
use crate::fetch_site::fetch_site;

/// The maximum length of a query, in bytes. Many servers refuse a URL of more than 8 KiB.
const LONGEST_QUERY: usize = 6 * 1024;

/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core 1.0 §3.1.2.1). `GET` and `POST`.
///
/// [`Accounts`](super::Accounts) provides the session of the user and the pages.
///
/// Browsers send no `SameSite=Lax` cookies with a `POST` from another site, so the user would seem not to be logged in, and
/// would get a new session. Such a request is redirected to the same request with `GET`, unless it has over 6 KiB.
pub async fn authorization(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, parameters) = server.parameters(request).await?;
    if is_cross_site_post(&parts) && parameters.len() <= LONGEST_QUERY {
        let parameters = form_urlencoded::parse(parameters.as_bytes());
        let query = Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        return Ok(Redirect::to(&format!("?{query}")).into_response());
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

fn is_cross_site_post(request: &Parts) -> bool {
    request.method == Method::POST && fetch_site(&request.headers) == Some("cross-site")
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
        match pending.decide(session, SystemTime::now()) {
            Decision::Interact(interaction) => {
                let page = accounts.interact(request, pending, interaction).await?;
                Ok(for_user(page))
            }
            Decision::Issue(request) => {
                let Some(user) = accounts.claims(&request.subject).await? else {
                    let reason = AuthorizationFailReason::NotAuthenticated;
                    return self.fail(&pending.fail(reason)).await;
                };
                let request = pending.disclose(*request, &*user);
                let answer = self.api().authorization_issue(&request).await?;
                let AuthorizationIssueNext::Respond(response) = answer.next();
                Ok(for_browser(response))
            }
            Decision::Fail(request) => self.fail(&request).await,
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
