//! Keeps other web sites away from what the emulator has outside of the API.
//!
//! A page on any site can make a browser send requests to this machine, and there are no credentials that would stop
//! them. But the browser says in `Origin` which site asks, and in `Host` under which name it found us: a site that
//! points its own name to this machine (DNS rebinding) betrays itself there.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::reply::Reply;

/// Knows the name that the emulator was told to listen on, and how.
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

    /// Whether a request comes from here: from no site at all, or from one of the emulator's own pages.
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

    /// An address is no name that a site could have pointed here, and `localhost` is never another machine (RFC 6761
    /// §6.3).
    fn is_ours(&self, host: &str) -> bool {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let host = host.to_ascii_lowercase();
        address.parse::<IpAddr>().is_ok()
            || host == "localhost"
            || host.ends_with(".localhost")
            || host.eq_ignore_ascii_case(&self.host)
    }
}

/// Lets a request through, or refuses it.
pub async fn check_origin(
    State(check): State<Arc<OriginCheck>>,
    request: Request,
    next: Next,
) -> Response {
    if check.admits(request.headers()) {
        next.run(request).await
    } else {
        let words = "this is for requests to an address of this machine, from no other web site";
        Reply::words(StatusCode::FORBIDDEN.as_u16(), words).into_response()
    }
}
