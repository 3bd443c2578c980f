//! Requests that users decide on their phones (OpenID Connect CIBA Core 1.0).

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
        self.show(request);
    }
}

pub async fn page(State((_, users)): Server, visit: Visit) -> Response {
    let Some(login) = visit.login else {
        return pages::login(None);
    };
    let asked = users.asked(&login);
    let message = asked.and_then(|asked| asked.answer().binding_message.clone());
    pages::phone(&message.unwrap_or_default())
}

/// The user has decided.
pub async fn decide(
    State((server, users)): Server,
    visit: Visit,
    Form(fields): Fields,
) -> Result<Response> {
    let asked = visit
        .login
        .as_ref()
        .and_then(|login| users.take_asked(login));
    let (Some(login), Some(asked)) = (visit.login, asked) else {
        return Ok(pages::message("Nobody asks for you"));
    };
    let notification = match field(&fields, "agree") {
        "yes" => {
            let session = users.session(&login, asked.answer().client_id);
            let scopes = asked.scopes();
            server
                .authorize_backchannel(&asked, &session, scopes)
                .await?
        }
        _ => server.deny_backchannel(&asked).await?,
    };
    server.notify(notification).await;
    Ok(pages::message("Thank you"))
}
