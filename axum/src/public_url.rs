//! Public URLs of the server.

use std::fmt;

use http::Uri;

/// An invalid URL in the configuration. The message names the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct UrlError {
    setting: &'static str,
    reason: &'static str,
}

impl UrlError {
    pub(crate) fn new(setting: &'static str, reason: &'static str) -> Self {
        Self { setting, reason }
    }
}

/// An absolute `http` or `https` URL without user information, query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    /// Scheme and authority, without a trailing slash.
    origin: String,
    /// Empty or with a leading slash.
    path: String,
}

impl PublicUrl {
    /// Parses the value of a setting that may be absent or empty.
    pub(crate) fn parse_optional(
        setting: &'static str,
        url: Option<&str>,
    ) -> Result<Option<Self>, UrlError> {
        let url = url.filter(|url| !url.is_empty());
        url.map(|url| Self::parse(setting, url)).transpose()
    }

    /// Parses the value of a setting.
    pub(crate) fn parse(setting: &'static str, url: &str) -> Result<Self, UrlError> {
        let refuse = |reason| Err(UrlError { setting, reason });
        // `Uri` drops a fragment without an error.
        if url.contains('#') {
            return refuse("a fragment is not allowed");
        }
        let Ok(uri) = url.parse::<Uri>() else {
            return refuse("not a valid URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("the URL must be absolute");
        };
        if scheme != "https" && scheme != "http" {
            return refuse("the scheme must be https or http");
        }
        if authority.as_str().contains('@') {
            return refuse("user information is not allowed");
        }
        if uri.query().is_some() {
            return refuse("a query is not allowed");
        }
        // axum routes write captures in braces, and earlier versions wrote them with `:` and `*`.
        let is_capture = |segment: &str| segment.starts_with([':', '*']);
        if uri.path().contains(['{', '}']) || uri.path().split('/').any(is_capture) {
            return refuse("the path cannot be routed: percent-encode braces, ':' and '*'");
        }
        let path = match uri.path() {
            "/" => "",
            path => path,
        };
        Ok(Self {
            origin: format!("{scheme}://{authority}"),
            path: path.to_owned(),
        })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The path to append other paths to: without a trailing slash.
    pub(crate) fn base_path(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// The path for a router: `/` if the URL has no path.
    pub(crate) fn route(&self) -> &str {
        match self.path.as_str() {
            "" => "/",
            path => path,
        }
    }

    /// The path for a router, with one more segment.
    pub(crate) fn join_route(&self, segment: &str) -> String {
        format!("{}/{segment}", self.base_path())
    }

    /// The URL of a path below this one.
    pub(crate) fn join(&self, path: &str) -> String {
        [&self.origin, self.base_path(), path].concat()
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.path)
    }
}
