//! The device flow (RFC 8628).

use std::net::IpAddr;

use authlete::Secret;
use authlete::server::{
    DeviceAuthorizationNext, DeviceCompleteNext, DeviceVerificationNext, RequestedClaims, Session,
    page_id,
};
use authlete::types::{
    DeviceAuthorizationRequest, DeviceCompleteRequest, DeviceCompleteResult,
    DeviceVerificationRequest, DeviceVerificationResponse, Scope,
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::{AuthorizationServer, Failure};
use crate::AttemptLimiter;

/// The device authorization endpoint (RFC 8628 §3.1). `POST`. Clients authenticate as at the token endpoint.
///
/// You provide the page where users enter their code: see [`AuthorizationServer::verify_user_code`].
pub async fn device_authorization(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let request = DeviceAuthorizationRequest::new(received.form).credentials(&received.credentials);
    let answer = server.api().device_authorization(&request).await?;
    let DeviceAuthorizationNext::Respond(response) = answer.next(&received.credentials);
    Ok(response.map(Body::new))
}

/// The result of a user code check.
#[derive(Debug, Clone, PartialEq)]
pub enum UserCode {
    /// The code is valid. Ask the user for consent, then call [`AuthorizationServer::authorize_device`] or
    /// [`AuthorizationServer::deny_device`].
    Valid(DeviceRequest),
    /// The code has expired. The user has to start again at the device.
    Expired,
    /// The code does not exist. The user may have mistyped it.
    Unknown,
}

/// The request of a device whose user code was entered. It can be serialized: store it in the browser session while the user
/// views the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceRequest {
    page_id: String,
    user_code: Secret,
    answer: Box<DeviceVerificationResponse>,
}

impl DeviceRequest {
    /// Identifies this request on the page where the user decides. Put it into a hidden field, and continue only if it
    /// matches the request in the session: the user may have entered another code in another tab. It is not secret.
    pub fn page_id(&self) -> &str {
        &self.page_id
    }

    /// The user code in the form in which Authlete issued it, for the user to compare with the device (RFC 8628 §5.4).
    pub fn user_code(&self) -> &str {
        self.user_code.expose()
    }

    /// The answer of Authlete: the client, and the requested scopes and claims.
    pub fn answer(&self) -> &DeviceVerificationResponse {
        &self.answer
    }

    /// The names of the requested scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        names(self.answer.scopes.as_deref())
    }
}

/// The outcome of a device request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceOutcome {
    /// The decision is stored. The device gets it with its next poll: ask the user to return to the device.
    Done,
    /// The code has expired in the meantime. The user has to start again at the device.
    Expired,
    /// The code has been used in the meantime.
    Unknown,
}

impl AuthorizationServer {
    /// Looks up a user code. Case, spaces and hyphens in the input are ignored (RFC 8628 §6.1).
    ///
    /// Attempts are counted by the user who is logged in, and by the address of the browser: an attacker may have several of
    /// either. Default limit for each: 10 attempts in 5 minutes (§5.1), see [`user_code_attempts`](Self::user_code_attempts).
    ///
    /// # Errors
    /// There were too many attempts (429), or the call to Authlete failed. The error is the complete response.
    pub async fn verify_user_code(
        &self,
        typed: &str,
        subject: &str,
        address: Option<IpAddr>,
    ) -> Result<UserCode, Failure> {
        let address = address.map(|it| format!("address {}", AttemptLimiter::address_key(it)));
        for key in address.into_iter().chain([format!("subject {subject}")]) {
            let allowed = self.settings.user_code_attempts.check(&key);
            allowed.map_err(|refused| Failure::from(refused.into_response()))?;
        }
        let user_code = Secret::from(normalize(typed));
        if user_code.expose().is_empty() {
            return Ok(UserCode::Unknown);
        }
        let request = DeviceVerificationRequest::new(&user_code);
        Ok(
            match self.api().device_verification(&request).await?.next() {
                DeviceVerificationNext::Respond(response) => return Err(response.into()),
                DeviceVerificationNext::Valid { answer } => UserCode::Valid(DeviceRequest {
                    page_id: page_id(&user_code),
                    user_code,
                    answer,
                }),
                DeviceVerificationNext::Expired { .. } => UserCode::Expired,
                DeviceVerificationNext::NotExist { .. } => UserCode::Unknown,
            },
        )
    }

    /// Grants the request of a device in the name of the user of `session`, with the scopes that the user consented to.
    ///
    /// # Errors
    /// The user no longer exists ([`Accounts::claims`](super::Accounts::claims)), or the call to Authlete failed. The error
    /// is the complete response. The request is still pending then. To end it, call [`fail_device`](Self::fail_device).
    pub async fn authorize_device(
        &self,
        device: &DeviceRequest,
        session: &Session,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<DeviceOutcome, Failure> {
        let user = self.granting_user(session).await?;
        let consented = RequestedClaims::from(&*device.answer).consent(scopes);
        let request =
            DeviceCompleteRequest::new(&device.user_code, DeviceCompleteResult::Authorized)
                .subject(session.subject())
                .auth_time(session.auth_time())
                .maybe_acr(session.acr())
                .disclose(&consented, &*user);
        self.complete_device(&request).await
    }

    /// Ends the request of a device that the user denied: the device gets `access_denied`.
    ///
    /// # Errors
    /// The call to Authlete failed. The error is the complete response.
    pub async fn deny_device(&self, device: &DeviceRequest) -> Result<DeviceOutcome, Failure> {
        self.end_device(device, DeviceCompleteResult::AccessDenied)
            .await
    }

    /// Ends the request of a device because the user could not decide, for example because the login failed.
    ///
    /// # Errors
    /// The call to Authlete failed. The error is the complete response.
    pub async fn fail_device(&self, device: &DeviceRequest) -> Result<DeviceOutcome, Failure> {
        self.end_device(device, DeviceCompleteResult::TransactionFailed)
            .await
    }

    async fn end_device(
        &self,
        device: &DeviceRequest,
        result: DeviceCompleteResult,
    ) -> Result<DeviceOutcome, Failure> {
        let request = DeviceCompleteRequest::new(&device.user_code, result);
        self.complete_device(&request).await
    }

    async fn complete_device(
        &self,
        request: &DeviceCompleteRequest,
    ) -> Result<DeviceOutcome, Failure> {
        match self.api().device_complete(request).await?.next() {
            DeviceCompleteNext::Respond(response) => Err(response.into()),
            DeviceCompleteNext::Success { .. } => Ok(DeviceOutcome::Done),
            DeviceCompleteNext::UserCodeExpired { .. } => Ok(DeviceOutcome::Expired),
            DeviceCompleteNext::UserCodeNotExist { .. } => Ok(DeviceOutcome::Unknown),
        }
    }
}

pub(super) fn names(scopes: Option<&[Scope]>) -> impl Iterator<Item = &str> {
    let scopes = scopes.unwrap_or_default();
    scopes.iter().filter_map(|scope| scope.name.as_deref())
}

/// The code in the form that Authlete issues: uppercase letters and digits.
fn normalize(typed: &str) -> String {
    let characters = typed.chars();
    let characters = characters.filter(|it| !it.is_whitespace() && !matches!(it, '-' | '‐' | '–'));
    characters.collect::<String>().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_spaces_and_hyphens_of_a_user_code_are_ignored() {
        for typed in ["WDJBMJHT", "wdjb-mjht", " WDJB MJHT\n", "Wdjb–Mjht"] {
            assert_eq!(normalize(typed), "WDJBMJHT");
        }
    }
}
