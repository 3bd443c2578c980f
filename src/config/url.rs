//! The URL of a server.

use reqwest::Url;

use super::Config;
use crate::loopback_host::is_loopback_host;

impl Config {
    /// Checks the URL of a server, to which `/api` is added.
    pub(super) fn check_url(&self, text: &str) -> Result<Url, String> {
        // `localhost` is not a URL, and `localhost:8080` would be parsed as a URL with the scheme `localhost`.
        if !text.contains("://") {
            return Err("must begin with https://".to_owned());
        }
        let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        if has_credentials || url.query().is_some() || url.fragment().is_some() {
            return Err("must have no user name, password, query or fragment".to_owned());
        }
        if url.path() != "/" && is_authlete_host(&url) {
            return Err("must have no path: /api is added to it".to_owned());
        }
        if url.path().trim_end_matches('/').ends_with("/api") {
            return Err("must not end in /api, which is added to it".to_owned());
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http || is_loopback(&url) => {}
            "http" => {
                return Err(
                    "must be https, except on this machine or with Config::allow_http".to_owned(),
                );
            }
            other => return Err(format!("must be https, not {other}")),
        }
        Ok(url)
    }
}

/// Whether Authlete hosts the server of a URL. Other servers may have a path before `/api`.
pub(super) fn is_authlete_host(url: &Url) -> bool {
    // A trailing dot makes a name absolute.
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host.ends_with(".authlete.com")
}

/// Whether the host of a URL is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback_host)
}
