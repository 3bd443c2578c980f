//! What endpoints read of a request.

use authlete::server::{ClientCertificateSource, Presented, PresentedError, TokenScheme};
use axum::extract::Request;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::{AuthorizationServer, Failure};

/// The media type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// A request of a client whose body is a form.
pub(super) struct FormRequest {
    pub parts: Parts,
    pub presented: Presented,
    pub form: String,
}

impl AuthorizationServer {
    /// Reads a request whose body is a form, and what its client presents.
    pub(super) async fn form_request(&self, request: Request) -> Result<FormRequest, Failure> {
        let (parts, form) = self.form(request).await?;
        let presented = self.presented(&parts)?;
        Ok(FormRequest {
            parts,
            presented,
            form,
        })
    }

    /// The parameters of a request that a browser sends: in the query, or by `POST` in a form.
    pub(super) async fn parameters(&self, request: Request) -> Result<(Parts, String), Failure> {
        if *request.method() == Method::POST {
            return self.form(request).await;
        }
        let (parts, _) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        Ok((parts, query))
    }

    /// Reads a request whose body is a form.
    pub(super) async fn form(&self, request: Request) -> Result<(Parts, String), Failure> {
        if !is_form(request.headers()) {
            return Err(Failure::oauth(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "invalid_request",
            ));
        }
        self.text(request).await
    }

    /// Reads a request whose body is text.
    pub(super) async fn text(&self, request: Request) -> Result<(Parts, String), Failure> {
        let (parts, body) = request.into_parts();
        let limit = self.settings.body_limit;
        let too_large = || Failure::oauth(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
        if announced(&parts.headers).is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let time = self.settings.body_timeout;
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

    /// What the client presents in the headers, and its certificate.
    pub(super) fn presented(&self, parts: &Parts) -> Result<Presented, Failure> {
        Ok(self.read(parts)?)
    }

    /// The same at a resource, which refuses by a challenge (RFC 6750 §3, RFC 9449 §7.1).
    pub(super) fn presented_to_resource(&self, parts: &Parts) -> Result<Presented, Failure> {
        let presented = self.read(parts).map_err(Failure::unreadable_token)?;
        let token = presented.access_token();
        let is_dpop = token.is_some_and(|token| token.scheme == TokenScheme::Dpop);
        // Authlete would take a token that is bound to no key for a good one.
        if is_dpop && presented.dpop().is_none() {
            return Err(Failure::invalid_proof());
        }
        Ok(presented)
    }

    fn read(&self, parts: &Parts) -> Result<Presented, PresentedError> {
        let of_connection = parts.extensions.get::<ClientCertificateSource>();
        let source = of_connection.unwrap_or(&self.settings.certificates);
        Presented::from_headers(&parts.headers, source)
    }
}

/// Whether the body is said to be a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    has_media_type(headers, FORM)
}

/// Whether the body is said to be of a media type. Its parameters do not count.
pub(super) fn has_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = content_type.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case(media_type))
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_length_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
