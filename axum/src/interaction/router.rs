//! The routes of the forms, and the steps for pages of the user's own.

use authlete::server::Session;
use axum::Router;
use axum::response::{Response, Result};
use axum::routing::{get, post};
use http::request::Parts;

use super::form_state::FormState;
use super::{BrowserSessions, Interactions, SameOriginForm, Users, consent, device, login, logout};
use crate::AuthorizationServer;
use crate::authorization_server::Traced;

impl<U: Users, S: BrowserSessions> Interactions<U, S> {
    /// The handlers of the forms, at the paths in the [module documentation](super).
    pub fn router(&self, server: &AuthorizationServer) -> Router {
        Router::new()
            .route("/login", post(login::log_in::<U, S>))
            .route("/account", post(login::choose_account::<U, S>))
            .route("/consent", post(consent::consent::<U, S>))
            .route(
                "/device",
                get(device::page::<U, S>).post(device::enter::<U, S>),
            )
            .route("/device/consent", post(device::consent::<U, S>))
            .route("/logout/confirm", post(logout::confirm::<U, S>))
            .layer(Traced)
            .with_state(self.on(server))
    }

    /// The login page for your own pages, which need a logged-in user. It returns to the path and query of `request`.
    ///
    /// # Errors
    /// The page could not be rendered. The error is the response of [`Users::page`].
    pub async fn log_in_page(
        &self,
        server: &AuthorizationServer,
        request: &Parts,
    ) -> Result<Response> {
        self.on(server).own_login(request).await
    }

    /// Logs a user in and continues, for your own login or registration forms. `form` has the field `request` or `return_to`
    /// of the page.
    ///
    /// # Errors
    /// A call to Authlete failed, or a method of [`Users`] or [`BrowserSessions`]. The error is the complete response.
    pub async fn log_in(
        &self,
        server: &AuthorizationServer,
        request: &Parts,
        form: &SameOriginForm,
        session: Session,
    ) -> Result<Response> {
        self.on(server).log_in(request, form, session).await
    }

    fn on(&self, server: &AuthorizationServer) -> FormState<U, S> {
        FormState {
            server: server.clone(),
            interactions: self.clone(),
        }
    }
}
