//! The UserInfo endpoint.

use authlete::server::{ConsentedClaims, UserInfoIssueNext, UserInfoNext};
use authlete::types::{UserInfoIssueRequest, UserInfoRequest};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{Method, StatusCode};

use super::request::is_form;
use super::{AuthorizationServer, Failure};
use crate::response::add_dpop_nonce;

/// The UserInfo endpoint (OpenID Connect Core 1.0 §5.3). `GET` and `POST`.
///
/// The access token is in the `Authorization` header or, with `POST`, in a form (RFC 6750 §2). The claims come from
/// [`Accounts::claims`](super::Accounts::claims).
pub async fn userinfo(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let has_form = *request.method() == Method::POST && is_form(request.headers());
    let (parts, form) = match has_form {
        true => server.text(request).await?,
        false => (request.into_parts().0, String::new()),
    };
    let credentials = server.resource_credentials(&parts)?;
    let credentials = credentials.with_form(&form);
    let credentials = credentials.map_err(Failure::unreadable_token)?;
    let Some(token) = credentials.access_token() else {
        return Err(Failure::no_token());
    };
    let mut request = UserInfoRequest::new(&token.value).credentials(&credentials);
    if let Some(url) = &server.endpoints().userinfo {
        request = request.received_at(parts.method.as_str(), url.to_string());
    }
    let answer = match server.api().userinfo(&request).await?.next() {
        UserInfoNext::Respond(response) => return Ok(response.map(Body::new)),
        UserInfoNext::Ok { answer } => answer,
    };
    let subject = answer.subject.as_deref().unwrap_or_default();
    let Some(user) = server.settings.accounts.claims(subject).await? else {
        return Err(unknown_user());
    };
    let consented = ConsentedClaims::from(&*answer);
    let request = UserInfoIssueRequest::new(&token.value).disclose(&consented, &*user);
    let issued = server.api().userinfo_issue(&request).await?;
    let UserInfoIssueNext::Respond(mut response) = issued.next();
    add_dpop_nonce(response.headers_mut(), answer.dpop_nonce.as_deref());
    Ok(response.map(Body::new))
}

/// The user of the token no longer exists.
fn unknown_user() -> Failure {
    Failure::empty(StatusCode::UNAUTHORIZED).with_challenge("Bearer error=\"invalid_token\"")
}
