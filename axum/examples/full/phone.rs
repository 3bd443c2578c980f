//! Backchannel authentication requests, which users decide on their phones (OpenID Connect CIBA Core 1.0).

use authlete::types::{BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse};
use authlete_axum::authorization_server::{BackchannelRequest, BackchannelUsers};
use axum::extract::{Form, State};
use axum::response::{Response, Result};

use crate::pages;
use crate::users::Users;
use crate::visit::{Fields, Server, Visit, field};

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

pub async fn page(State((_, users)): Server, visit: Visit) -> Response {
    let Some(login) = visit.login else {
        return pages::own_login();
    };
    match users.pending_request(&login) {
        Some(pending) => pages::phone(&pending),
        None => pages::message(NO_REQUEST),
    }
}

/// Handles the decision of the user.
pub async fn decide(
    State((server, users)): Server,
    visit: Visit,
    Form(fields): Fields,
) -> Result<Response> {
    let pending = visit
        .login
        .as_ref()
        .and_then(|login| users.take_request(login, field(&fields, "request")));
    let (Some(login), Some(pending)) = (visit.login, pending) else {
        return Ok(pages::message(NO_REQUEST));
    };
    let notification = match field(&fields, "agree") {
        "yes" => {
            let session = users.session(&login, pending.answer().client_id);
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
