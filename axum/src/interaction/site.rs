//! The state of the form handlers, and what they have in common.

use authlete::server::{PendingAuthorization, Session};
use axum::response::{ErrorResponse, IntoResponse as _, Redirect, Response, Result};
use http::StatusCode;
use http::request::Parts;

use super::markers::{LoginFailed, PageShown};
use super::{BrowserSessions, BrowserState, Form, Interactions, Notice, Page, Users};
use crate::AuthorizationServer;

/// The state of the form handlers.
pub(super) struct Site<U, S> {
    pub server: AuthorizationServer,
    pub interactions: Interactions<U, S>,
}

impl<U, S> Clone for Site<U, S> {
    fn clone(&self) -> Self {
        Self {
            server: self.server.clone(),
            interactions: self.interactions.clone(),
        }
    }
}

impl<U: Users, S: BrowserSessions> Site<U, S> {
    pub(super) fn users(&self) -> &U {
        &self.interactions.parts.users
    }

    pub(super) fn sessions(&self) -> &S {
        &self.interactions.parts.sessions
    }

    pub(super) async fn load(&self, request: &Parts) -> Result<BrowserState> {
        self.sessions().load(request).await
    }

    pub(super) async fn save(&self, request: &Parts, state: &BrowserState) -> Result<()> {
        self.sessions().save(request, state).await
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
        form: &Form,
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
        form: &Form,
    ) -> Result<(BrowserState, PendingAuthorization)> {
        match self.opened(request, form).await? {
            (state, Some(pending)) => Ok((state, pending)),
            (_, None) => Err(self.start_again(request).await),
        }
    }

    /// The login page for a page of the server itself.
    pub(super) async fn own_login(&self, request: &Parts) -> Result<Response> {
        let path = request.uri.path_and_query();
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
        form: &Form,
        session: Session,
    ) -> Result<Response> {
        let (mut state, pending) = self.opened(request, form).await?;
        self.sessions().renew(request).await?;
        state.log_in(session);
        let Some(mut pending) = pending else {
            self.save(request, &state).await?;
            return Ok(Redirect::to(local(form.get("return_to"))).into_response());
        };
        if let Some(session) = state.login_to(pending.client_id()) {
            pending.logged_in(&session);
        }
        state.keep(pending.clone());
        self.save(request, &state).await?;
        let session = self.session(&state, pending.client_id()).await?;
        self.proceed(request, pending, session.as_ref()).await
    }

    /// Shows the login page again.
    pub(super) async fn log_in_again(&self, request: &mut Parts, form: &Form) -> Result<Response> {
        let (_, pending) = self.opened(request, form).await?;
        if let Some(pending) = pending {
            request.extensions.insert(LoginFailed);
            return self.proceed(request, pending, None).await;
        }
        let page = Page::LogIn {
            return_to: local(form.get("return_to")),
            login_failed: true,
        };
        self.page(request, page).await
    }

    /// The session of the user, with the earlier consent to a client.
    pub(super) async fn session(
        &self,
        state: &BrowserState,
        client: Option<i64>,
    ) -> Result<Option<Session>> {
        self.interactions.session_for(state, client).await
    }

    /// Continues an authorization request. When it is over, it is removed from the browser session: only then, so that the
    /// user can submit the form again if a call to Authlete fails.
    pub(super) async fn proceed(
        &self,
        request: &Parts,
        pending: PendingAuthorization,
        session: Option<&Session>,
    ) -> Result<Response> {
        let page_id = pending.page_id().to_owned();
        let response = self.server.proceed(request, pending, session).await?;
        self.ended(request, &page_id, response).await
    }

    /// Removes a request from the browser session, unless the response is its next page.
    pub(super) async fn ended(
        &self,
        request: &Parts,
        page_id: &str,
        response: Response,
    ) -> Result<Response> {
        if response.extensions().get::<PageShown>().is_none() {
            let mut state = self.load(request).await?;
            state.end(page_id);
            self.save(request, &state).await?;
        }
        Ok(response)
    }
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
