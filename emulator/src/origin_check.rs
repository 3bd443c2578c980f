//! Rejects requests of other web sites to the endpoints outside of the API.
//!
//! A page on any site can make a browser send requests to this machine, and these endpoints do not always require
//! credentials. But the browser sends the site in `Origin`, and the name of the requested host in `Host`, which reveals
//! sites that point their own name to this machine (DNS rebinding).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::api_response::ApiResponse;

/// The scheme and the host name that the emulator was configured with.
#[derive(Debug)]
pub struct OriginCheck {
    scheme: &'static str,
    host: String,
}

impl OriginCheck {
    pub fn new(scheme: &'static str, host: &str) -> Self {
        Self {
            scheme,
            host: host.to_owned(),
        }
    }

    /// Whether a request was sent to this machine, and by no other site: without `Origin`, or from the emulator's own page.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
            return false;
        };
        let is_ours = host
            .parse::<Authority>()
            .is_ok_and(|authority| self.is_ours(authority.host()));
        let own_origin = format!("{}://{host}", self.scheme);
        let mut origins = headers.get_all(ORIGIN).iter();
        is_ours
            && origins.all(|origin| {
                origin
                    .as_bytes()
                    .eq_ignore_ascii_case(own_origin.as_bytes())
            })
    }

    /// Whether a host cannot come from DNS rebinding: an IP address, `localhost`, which never resolves to another machine
    /// (RFC 6761 §6.3), or the configured name.
    fn is_ours(&self, host: &str) -> bool {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let host = host.to_ascii_lowercase();
        address.parse::<IpAddr>().is_ok()
            || host == "localhost"
            || host.ends_with(".localhost")
            || host.eq_ignore_ascii_case(&self.host)
    }
}

/// Answers requests of other sites with 403.
pub async fn check_origin(
    State(check): State<Arc<OriginCheck>>,
    request: Request,
    next: Next,
) -> Response {
    if check.admits(request.headers()) {
        next.run(request).await
    } else {
        let message = "requests from other web sites are refused: use an IP address, localhost or the --host name";
        ApiResponse::message(StatusCode::FORBIDDEN.as_u16(), message).into_response()
    }
}
