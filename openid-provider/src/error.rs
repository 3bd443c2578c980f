//! The errors of handlers, and their statuses. `error_pages.rs` makes pages of them.

use authlete_axum::TooManyAttempts;
use authlete_axum::authorization_server::Failure;
use axum::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::destination::Destination;

/// Why a request failed.
#[derive(Debug)]
pub enum Error {
    /// The page is too old, or of another session.
    NoFlow,
    /// The authorization request of the page has ended: the app has its response.
    Ended(Destination),
    /// The form is not from a page of this server.
    Foreign,
    /// The form is from before the login in another tab. The page at this URL is shown again.
    Stale(String),
    TooManyAttempts(TooManyAttempts),
    /// The form is too large.
    TooLarge,
    /// The body of a form is incomplete.
    Unreadable,
    /// The database is unavailable.
    Unavailable,
    /// An error of this server.
    Internal(anyhow::Error),
    /// Authlete is unavailable, or a call to it failed.
    Authlete(Failure),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        if error.chain().all(|cause| !cause.is::<sqlx::Error>()) {
            return Self::Internal(error);
        }
        let error = format!("{error:#}");
        tracing::error!(error, "the database failed");
        Self::Unavailable
    }
}

impl From<TooManyAttempts> for Error {
    fn from(error: TooManyAttempts) -> Self {
        Self::TooManyAttempts(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Authlete(failure)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NoFlow => StatusCode::BAD_REQUEST.into_response(),
            Self::Ended(destination) => {
                (StatusCode::BAD_REQUEST, Extension(destination)).into_response()
            }
            Self::Foreign => StatusCode::FORBIDDEN.into_response(),
            Self::Stale(page) => Redirect::to(&page).into_response(),
            Self::TooManyAttempts(error) => error.into_response(),
            Self::Unavailable => {
                let retry = [(RETRY_AFTER, HeaderValue::from_static("5"))];
                (StatusCode::SERVICE_UNAVAILABLE, retry).into_response()
            }
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::Unreadable => StatusCode::BAD_REQUEST.into_response(),
            Self::Internal(error) => {
                let error = format!("{error:#}");
                tracing::error!(error, "a request failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Authlete(failure) => failure.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_the_database_is_503_and_any_other_one_is_500() {
        let status = |error: anyhow::Error| Error::from(error).into_response().status();
        let away = anyhow::Error::new(sqlx::Error::PoolTimedOut);
        assert_eq!(status(away.context("a query")), 503);
        let json = serde_json::from_str::<u8>("no JSON").unwrap_err();
        assert_eq!(status(json.into()), 500);
    }
}
