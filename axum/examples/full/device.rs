//! The pages of the device flow (RFC 8628).

use authlete_axum::authorization_server::{DeviceOutcome, UserCode};
use axum::extract::{Form, State};
use axum::response::{Response, Result};

use crate::pages;
use crate::visit::{Fields, Server, Visit, field};

pub async fn page(visit: Visit) -> Response {
    match visit.login {
        Some(_) => pages::user_code(),
        None => pages::own_login(),
    }
}

/// Handles the form with the user code of a device.
pub async fn enter(
    State((server, _)): Server,
    mut visit: Visit,
    Form(fields): Fields,
) -> Result<Response> {
    let Some(login) = &visit.login else {
        return Ok(pages::own_login());
    };
    let code = field(&fields, "user_code");
    let found = server.verify_user_code(code, &login.subject).await?;
    let UserCode::Valid(device) = found else {
        return Ok(pages::message("This code is not valid"));
    };
    let page = pages::device(&device);
    visit.device = Some(device);
    visit.save().await?;
    Ok(page)
}

/// Handles the consent form for a device.
pub async fn consent(
    State((server, users)): Server,
    mut visit: Visit,
    Form(fields): Fields,
) -> Result<Response> {
    let device = visit.device.take();
    let client = device.as_ref().and_then(|it| it.answer().client_id);
    let session = visit.session(&users, client);
    visit.save().await?;
    let (Some(device), Some(session)) = (device, session) else {
        return Ok(pages::own_login());
    };
    let scopes = device.scopes();
    let outcome = match field(&fields, "agree") {
        "yes" => server.authorize_device(&device, &session, scopes).await?,
        _ => server.deny_device(&device).await?,
    };
    Ok(pages::message(match outcome {
        DeviceOutcome::Done => "Go back to your device",
        DeviceOutcome::Expired | DeviceOutcome::Unknown => "Start again at your device",
    }))
}
