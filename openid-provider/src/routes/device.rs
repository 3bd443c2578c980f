//! The pages of the device flow (RFC 8628).
//!
//! Remove the routes when no client uses it.

use authlete_axum::authorization_server::{DeviceOutcome, UserCode};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::byte_serialize;
use serde::Deserialize;

use super::consent::{RemoteRequest, decide_remotely, scopes};
use super::logged_in::LoggedIn;
use crate::app::App;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::pages::{DeviceConsentPage, DevicePage, MessagePage, Page};

/// The code, when the user has scanned it (`verification_uri_complete`, RFC 8628 §3.3.1).
#[derive(Deserialize)]
pub struct Code {
    #[serde(default)]
    user_code: String,
}

pub async fn page(
    State(app): State<App>,
    Query(code): Query<Code>,
    opened: LoggedIn,
) -> DevicePage {
    DevicePage {
        page: opened.page(&app),
        // The user confirms that it is the one on the device (§5.4).
        code: code.user_code,
    }
}

/// Handles the form with the user code.
pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let Some(user) = app.directory.user(&sent.browser).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    let mut page = Page::new(&app, &sent.parts, Some(&sent.browser), None).user(Some(&user));
    let texts = page.texts();
    let code = sent.field("user_code");
    page.current_url = with_code(code);
    let (subject, address) = (&user.subject, app.ip_address(&sent.parts));
    let found = app.server.verify_user_code(code, subject, address).await?;
    let UserCode::Valid(device) = found else {
        let page = DevicePage {
            page: page.form_error(texts.device_wrong),
            code: code.to_owned(),
        };
        return Ok(page.into_response());
    };
    let requests = &app.directory.device_requests;
    let answer = device.answer();
    let names = device.scopes().map(str::to_owned).collect();
    let page = DeviceConsentPage {
        client: answer
            .client_name
            .clone()
            .unwrap_or_else(|| texts.unnamed_app.to_owned()),
        code: code.trim().to_uppercase(),
        scopes: scopes(texts, &names, answer.scopes.as_deref().unwrap_or_default()),
        name: requests.add(subject, &device).await?,
        page,
    };
    Ok(page.into_response())
}

/// The URL of the page with a code.
fn with_code(code: &str) -> String {
    let code: String = byte_serialize(code.as_bytes()).collect();
    format!("/device?user_code={code}")
}

/// Redirects a reload to the form for the code.
pub async fn redirect_to_page() -> Redirect {
    Redirect::to("/device")
}

/// Handles the consent form.
pub async fn decide(State(app): State<App>, mut sent: VerifiedForm) -> Result<Response, Error> {
    let Some(user) = app.directory.user(&sent.browser).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    let requests = &app.directory.device_requests;
    let device = requests.get(&user.subject, sent.field("device")).await?;
    let device = device.ok_or(Error::NoFlow)?;
    let request = RemoteRequest {
        event: "device_consent",
        client_id: device.answer().client_id,
        client_name: device.answer().client_name.as_deref(),
        scopes: device.scopes(),
    };
    let session = decide_remotely(&app, &mut sent, &user, request).await?;
    let agreed = session.is_some();
    let page = Page::new(&app, &sent.parts, Some(&sent.browser), None).user(Some(&user));
    let texts = page.texts();
    let outcome = match session {
        Some(session) => {
            let scopes = sent.all("scope");
            app.server
                .authorize_device(&device, &session, scopes)
                .await?
        }
        None => app.server.deny_device(&device).await?,
    };
    requests.remove(sent.field("device")).await?;
    let message = match outcome {
        DeviceOutcome::Done if agreed => texts.device_done,
        DeviceOutcome::Done => texts.device_refused,
        DeviceOutcome::Expired | DeviceOutcome::Unknown => texts.device_expired,
    };
    let page = MessagePage {
        page,
        title: texts.device_title,
        message,
        status: None,
    };
    Ok(page.into_response())
}
