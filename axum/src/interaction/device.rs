//! The pages of the device flow (RFC 8628 §3.3).

use axum::extract::State;
use axum::response::{Response, Result};
use form_urlencoded::parse;
use http::request::Parts;

use super::form_state::FormState;
use super::{BrowserSessions, BrowserState, Notice, Page, SameOriginForm, Users};
use crate::authorization_server::{DeviceOutcome, UserCode};

/// The form for a user code. `verification_uri_complete` has the code in its query.
pub(super) async fn page<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
) -> Result<Response> {
    if forms.load(&request).await?.login.is_none() {
        return forms.own_login(&request).await;
    }
    let query = request.uri.query().unwrap_or_default();
    let code = parse(query.as_bytes()).find(|(name, _)| name == "user_code");
    let page = Page::UserCode {
        user_code: &code.map(|(_, code)| code).unwrap_or_default(),
        is_wrong: false,
    };
    forms.page(&request, page).await
}

/// Handles the form with the user code.
pub(super) async fn enter<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let state = forms.load(&request).await?;
    let Some(session) = &state.login else {
        return forms.own_login(&request).await;
    };
    let user_code = form.get("user_code");
    let (server, user) = (&forms.server, session.subject());
    let address = forms.interactions.address(&request);
    let UserCode::Valid(device) = server.verify_user_code(user_code, user, address).await? else {
        let page = Page::UserCode {
            user_code,
            is_wrong: true,
        };
        return forms.page(&request, page).await;
    };
    let page = forms.page(&request, Page::Device(&device)).await?;
    let user = user.to_owned();
    let record = |state: &mut BrowserState| state.ask_for_device(device, &user);
    forms.interactions.change(&request, record).await?;
    Ok(page)
}

/// Handles the consent form.
pub(super) async fn consent<U: Users, S: BrowserSessions>(
    State(forms): State<FormState<U, S>>,
    request: Parts,
    form: SameOriginForm,
) -> Result<Response> {
    let state = forms.load(&request).await?;
    let device = state.device(form.get("request"));
    let (Some(device), Some(session)) = (device, &state.login) else {
        return Err(forms.start_again(&request).await);
    };
    let (outcome, done) = if form.agrees() {
        // As in an authorization request, `openid` is always granted.
        let agreed = |scope: &str| scope == "openid" || form.all("scope").any(|it| it == scope);
        let scopes = device.scopes().filter(|scope| agreed(scope));
        let outcome = forms
            .server
            .authorize_device(device, session, scopes)
            .await?;
        (outcome, Notice::DeviceConnected)
    } else {
        let outcome = forms.server.deny_device(device).await?;
        (outcome, Notice::DeviceRefused)
    };
    let record = |state: &mut BrowserState| state.device = None;
    forms.interactions.change(&request, record).await?;
    let notice = match outcome {
        DeviceOutcome::Done => done,
        DeviceOutcome::Expired | DeviceOutcome::Unknown => Notice::DeviceExpired,
    };
    forms.notice(&request, notice).await
}
