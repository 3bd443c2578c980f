//! Backchannel authentication requests, which users decide on their phones (OpenID Connect CIBA Core 1.0).

use authlete::types::{BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse};
use authlete_axum::authorization_server::{BackchannelRequest, BackchannelUsers};
use authlete_axum::interaction::SameOriginForm;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{Response, Result};

use crate::Shared;
use crate::pages;
use crate::users::Users;

impl BackchannelUsers for Users {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        let hint = answer.hint.as_ref().map(|hint| hint.expose());
        let name = answer.sub.as_deref().or(hint);
        let name = name.filter(|name| self.is_known(name));
        let unknown = BackchannelAuthenticationFailReason::UnknownUserId;
        Ok(name.map(str::to_owned).ok_or(unknown))
    }

    async fn ask(&self, request: BackchannelRequest) {
        self.show_request(request);
    }
}

const NO_REQUEST: &str = "No pending request";

pub async fn page(State(state): Shared, request: Parts) -> Result<Response> {
    let Some(session) = state.interactions.session(&request).await? else {
        return state
            .interactions
            .log_in_page(&state.server, &request)
            .await;
    };
    Ok(match state.users.pending_request(session.subject()) {
        Some(pending) => pages::phone(&pending),
        None => pages::message(NO_REQUEST),
    })
}

/// Handles the decision of the user.
pub async fn decide(
    State(state): Shared,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let (server, users) = (state.server, state.users);
    let Some(session) = state.interactions.session(&request).await? else {
        return Ok(pages::message(NO_REQUEST));
    };
    let Some(pending) = users.take_request(session.subject(), form.get("request")) else {
        return Ok(pages::message(NO_REQUEST));
    };
    let notification = match form.get("agree") {
        "yes" => {
            let scopes = pending.scopes();
            server
                .authorize_backchannel(&pending, &session, scopes)
                .await?
        }
        _ => server.deny_backchannel(&pending).await?,
    };
    // The user does not wait for the client.
    tokio::spawn(async move { server.notify(notification).await });
    Ok(pages::message("Thank you"))
}
