//! Reads requests: bodies, parameters and credentials.

use std::time::Duration;

use authlete::server::{
    ClientCertificateSource, RequestCredentials, RequestCredentialsError, TokenScheme,
};
use axum::extract::Request;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::{AuthorizationServer, Failure};

/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// A request of a client with a form body.
pub(super) struct FormRequest {
    pub parts: Parts,
    pub credentials: RequestCredentials,
    pub form: String,
}

impl AuthorizationServer {
    /// Reads a request with a form body, and the credentials of its client.
    pub(super) async fn form_request(&self, request: Request) -> Result<FormRequest, Failure> {
        let (parts, form) = self.form(request).await?;
        let credentials = self.credentials(&parts)?;
        Ok(FormRequest {
            parts,
            credentials,
            form,
        })
    }

    /// The parameters of a request from a browser: in the query, or with `POST` in a form.
    pub(super) async fn parameters(&self, request: Request) -> Result<(Parts, String), Failure> {
        if *request.method() == Method::POST {
            return self.form(request).await;
        }
        let (parts, _) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Ok((parts, query))
    }

    /// Reads a request with a form body.
    pub(super) async fn form(&self, request: Request) -> Result<(Parts, String), Failure> {
        let settings = &self.settings;
        read_form(request, settings.body_limit, settings.body_timeout).await
    }

    /// Reads a request with a UTF-8 body.
    pub(super) async fn text(&self, request: Request) -> Result<(Parts, String), Failure> {
        let settings = &self.settings;
        read_text(request, settings.body_limit, settings.body_timeout).await
    }

    /// The credentials in the headers, and the client certificate.
    pub(super) fn credentials(&self, parts: &Parts) -> Result<RequestCredentials, Failure> {
        Ok(self.read_credentials(parts)?)
    }

    /// Like [`credentials`](Self::credentials), for a protected resource: errors have a challenge (RFC 6750 §3, RFC 9449 §7.1).
    pub(super) fn resource_credentials(
        &self,
        parts: &Parts,
    ) -> Result<RequestCredentials, Failure> {
        let credentials = self
            .read_credentials(parts)
            .map_err(Failure::unreadable_token)?;
        let token = credentials.access_token();
        let is_dpop = token.is_some_and(|token| token.scheme == TokenScheme::Dpop);
        // Without this check, Authlete would accept a token that is not bound to a key.
        if is_dpop && credentials.dpop_proof().is_none() {
            return Err(Failure::invalid_proof());
        }
        Ok(credentials)
    }

    fn read_credentials(
        &self,
        parts: &Parts,
    ) -> Result<RequestCredentials, RequestCredentialsError> {
        let from_connection = parts.extensions.get::<ClientCertificateSource>();
        let source = from_connection.unwrap_or(&self.settings.certificates);
        RequestCredentials::from_headers(&parts.headers, source)
    }
}

/// Reads a request with a form body.
pub(crate) async fn read_form(
    request: Request,
    limit: usize,
    time: Duration,
) -> Result<(Parts, String), Failure> {
    if !is_form(request.headers()) {
        return Err(Failure::oauth(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
        ));
    }
    read_text(request, limit, time).await
}

/// Reads a request with a UTF-8 body.
async fn read_text(
    request: Request,
    limit: usize,
    time: Duration,
) -> Result<(Parts, String), Failure> {
    let (parts, body) = request.into_parts();
    let too_large = || Failure::oauth(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
    if content_length(&parts.headers).is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let body = tokio::time::timeout(time, axum::body::to_bytes(body, limit)).await;
    let too_slow = |_| Failure::oauth(StatusCode::REQUEST_TIMEOUT, "invalid_request");
    let body = body.map_err(too_slow)?;
    let body = body.map_err(|error| match is_length_limit(&error) {
        true => too_large(),
        false => Failure::invalid_request(),
    })?;
    let text = String::from_utf8(body.into()).map_err(|_| Failure::invalid_request())?;
    Ok((parts, text))
}

/// Whether `Content-Type` is that of a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    has_media_type(headers, FORM)
}

/// Whether `Content-Type` is `media_type`. Parameters are ignored.
pub(super) fn has_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = content_type.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case(media_type))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_length_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
