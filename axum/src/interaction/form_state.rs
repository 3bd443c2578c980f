//! The state of the form handlers, and what they have in common.

use std::time::SystemTime;

use authlete::server::{Decision, Interaction, PendingAuthorization, Session};
use axum::extract::OriginalUri;
use axum::response::{ErrorResponse, IntoResponse as _, Redirect, Response, Result};
use http::StatusCode;
use http::request::Parts;

use super::browser_state::Change;
use super::{BrowserSessions, BrowserState, Interactions, Notice, Page, SameOriginForm, Users};
use crate::AuthorizationServer;
use crate::authorization_server::{Step, not_recorded};

/// The state of the form handlers.
pub(super) struct FormState<U, S> {
    pub server: AuthorizationServer,
    pub interactions: Interactions<U, S>,
}

impl<U, S> Clone for FormState<U, S> {
    fn clone(&self) -> Self {
        Self {
            server: self.server.clone(),
            interactions: self.interactions.clone(),
        }
    }
}

impl<U: Users, S: BrowserSessions> FormState<U, S> {
    pub(super) fn users(&self) -> &U {
        &self.interactions.parts.users
    }

    pub(super) fn sessions(&self) -> &S {
        &self.interactions.parts.sessions
    }

    pub(super) async fn load(&self, request: &Parts) -> Result<BrowserState> {
        self.sessions().load(request).await
    }

    pub(super) async fn page(&self, request: &Parts, page: Page<'_>) -> Result<Response> {
        self.interactions.page(request, page).await
    }

    pub(super) async fn notice(&self, request: &Parts, notice: Notice) -> Result<Response> {
        self.page(request, Page::Notice(notice)).await
    }

    /// The response to a form of a request that is over.
    pub(super) async fn start_again(&self, request: &Parts) -> ErrorResponse {
        match self.notice(request, Notice::StartAgain).await {
            Ok(page) => (StatusCode::BAD_REQUEST, page).into(),
            Err(error) => error,
        }
    }

    /// The state of the browser, and the authorization request that a form is for. `None` for the form of another page.
    async fn opened(
        &self,
        request: &Parts,
        form: &SameOriginForm,
    ) -> Result<(BrowserState, Option<PendingAuthorization>)> {
        let state = self.load(request).await?;
        let page_id = form.get("request");
        let pending = state.pending(page_id).cloned();
        match pending.is_some() || page_id.is_empty() {
            true => Ok((state, pending)),
            false => Err(self.start_again(request).await),
        }
    }

    /// The state of the browser, and the authorization request that a form is for.
    pub(super) async fn pending(
        &self,
        request: &Parts,
        form: &SameOriginForm,
    ) -> Result<(BrowserState, PendingAuthorization)> {
        match self.opened(request, form).await? {
            (state, Some(pending)) => Ok((state, pending)),
            (_, None) => Err(self.start_again(request).await),
        }
    }

    /// The login page for a page of the server itself.
    pub(super) async fn own_login(&self, request: &Parts) -> Result<Response> {
        // Below `Router::nest`, `request.uri` lacks the prefix.
        let original: Option<&OriginalUri> = request.extensions.get();
        let uri = original.map_or(&request.uri, |original| &original.0);
        let path = uri.path_and_query();
        let page = Page::LogIn {
            return_to: path.map_or("/", |path| path.as_str()),
            login_failed: false,
        };
        self.page(request, page).await
    }

    /// Logs a user in, and continues with the request or the page that the form is for.
    pub(super) async fn log_in(
        &self,
        request: &Parts,
        form: &SameOriginForm,
        session: Session,
    ) -> Result<Response> {
        let (mut state, pending) = self.opened(request, form).await?;
        state.log_in(session);
        let Some(mut pending) = pending else {
            self.record(request, state.login, None).await?;
            return Ok(Redirect::to(local(form.get("return_to"))).into_response());
        };
        let session = self.session(&state, pending.client_id()).await?;
        if let Some(session) = &session {
            pending.logged_in(session);
        }
        let step = self.step(request, &state, pending, session.as_ref(), false);
        let step = step.await?;
        self.respond(request, state.login, step).await
    }

    /// Shows the login page again.
    pub(super) async fn log_in_again(
        &self,
        request: &Parts,
        form: &SameOriginForm,
    ) -> Result<Response> {
        let (state, pending) = self.opened(request, form).await?;
        let Some(pending) = pending else {
            let page = Page::LogIn {
                return_to: local(form.get("return_to")),
                login_failed: true,
            };
            return self.page(request, page).await;
        };
        let session = self.session(&state, pending.client_id()).await?;
        // The user may have logged in in another tab. A wrong login does not continue in that account.
        let session = session.filter(|session| needs_login(&pending, session));
        let step = self.step(request, &state, pending, session.as_ref(), true);
        let step = step.await?;
        self.respond(request, None, step).await
    }

    /// The session of the user, with the earlier consent to a client.
    pub(super) async fn session(
        &self,
        state: &BrowserState,
        client: Option<i64>,
    ) -> Result<Option<Session>> {
        self.interactions.session_for(state, client).await
    }

    /// Continues an authorization request: shows its next page, or ends it.
    pub(super) async fn proceed(
        &self,
        request: &Parts,
        state: &BrowserState,
        pending: PendingAuthorization,
        session: Option<&Session>,
    ) -> Result<Response> {
        let step = self.step(request, state, pending, session, false).await?;
        self.respond(request, None, step).await
    }

    async fn step(
        &self,
        request: &Parts,
        state: &BrowserState,
        pending: PendingAuthorization,
        session: Option<&Session>,
        login_failed: bool,
    ) -> Result<(Response, Change)> {
        let (response, client) = match self.server.step(&pending, session).await? {
            Step::Interact(interaction) => {
                let login = state.login.as_ref();
                let shown =
                    self.interactions
                        .show(request, login, pending, interaction, login_failed);
                return shown.await;
            }
            Step::Granted(response) => (response, pending.client_id()),
            Step::Refused(response) => (response, None),
        };
        let page_id = pending.page_id().to_owned();
        Ok((response, Change::End { page_id, client }))
    }

    /// Records a login and the change of a step, and responds. After a failed call to Authlete, nothing changes: the user can
    /// submit the form again. A client whose request is over gets its response even if the store fails.
    pub(super) async fn respond(
        &self,
        request: &Parts,
        login: Option<Session>,
        (response, change): (Response, Change),
    ) -> Result<Response> {
        if response.status().is_server_error() {
            return Ok(response);
        }
        let is_over = matches!(change, Change::End { .. });
        match self.record(request, login, Some(change)).await {
            Err(error) if !is_over => return Err(error),
            Err(_) => not_recorded(),
            Ok(()) => {}
        }
        Ok(response)
    }

    /// Records a login, which gets a new session ID, and the change of a step.
    async fn record(
        &self,
        request: &Parts,
        login: Option<Session>,
        change: Option<Change>,
    ) -> Result<()> {
        if login.is_some() {
            self.sessions().renew(request).await?;
        }
        let record = |state: &mut BrowserState| {
            login.into_iter().for_each(|login| state.log_in(login));
            change.into_iter().for_each(|change| state.apply(change));
        };
        self.interactions.change(request, record).await
    }
}

/// Whether the user of the session has to log in or to choose an account.
fn needs_login(pending: &PendingAuthorization, session: &Session) -> bool {
    let decision = pending.decide(Some(session), SystemTime::now());
    !matches!(
        decision,
        Decision::Issue(_) | Decision::Interact(Interaction::Consent(_))
    )
}

/// A path of this server, or `/`: other URLs would make the login page an open redirect.
fn local(path: &str) -> &str {
    let mut characters = path.chars();
    let is_local = characters.next() == Some('/')
        && !matches!(characters.next(), Some('/' | '\\'))
        && !path.contains(char::is_control);
    if is_local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_local() {
        for path in ["/", "/device?user_code=WDJB-MJHT", "/a//b"] {
            assert_eq!(local(path), path);
        }
        for url in [
            "",
            "device",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
        ] {
            assert_eq!(local(url), "/", "{url}");
        }
    }
}
