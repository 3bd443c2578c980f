//! The settings of this server: a TOML file, and environment variables that take precedence.
//!
//! `openid-provider.toml` in the working directory, or the file that `OPENID_PROVIDER_CONFIG` names. A setting `listen` is the
//! variable `OPENID_PROVIDER_LISTEN`. Those of Authlete are `AUTHLETE_…`, as the SDK has them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use authlete::Secret;
use authlete::server::is_loopback_host;
use authlete::types::JwsAlg;
use config::{Config, Environment, File};
use http::{HeaderName, Uri};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The URL of the server for browsers and clients: the issuer. Default: `http://localhost` with the port of `listen`.
    pub url: Option<String>,
    /// `sqlite:` with a file, or `postgres:` with a URL. A file is created if it does not exist. Default: see
    /// [`database`](Self::database).
    pub database: Option<String>,
    /// The name of the server on its pages.
    pub name: String,
    /// Where the demo app listens. Default: the port after `listen`. On your service there is none.
    pub demo: Option<SocketAddr>,
    /// The header in which your proxy puts the address of the browser, such as `x-forwarded-for`. The last address in it counts.
    pub address_header: Option<String>,
    /// Where client certificates come from: `none`, or `client-cert` (RFC 9440) behind a proxy that removes what clients send.
    pub client_certificates: ClientCertificates,
    /// The origins that logos of clients may be shown from. Browsers fetch them, so the origin learns who opens the page.
    pub logo_origins: Vec<String>,
    /// The initial access token for dynamic client registration (RFC 7591). Default: nobody can register clients.
    pub initial_access_token: Option<Secret>,
    /// The APIs that may introspect tokens (RFC 7662), by the names that they authenticate with.
    pub resource_servers: BTreeMap<String, ResourceServer>,
    /// The limit of wrong passwords per account and address in 15 minutes, and of wrong codes per account. For all accounts
    /// together, an address has six times as many.
    pub login_attempts: u32,
    /// The idle timeout of sessions, in minutes.
    pub session_minutes: u32,
    /// Where Prometheus reads the metrics. Default: nowhere. Do not make this address public.
    pub metrics: Option<SocketAddr>,
    /// The format of the log.
    pub log: LogFormat,
}

/// An API that introspects tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceServer {
    /// Its password at the introspection endpoint.
    pub secret: Secret,
    /// Its URI: the audience of signed responses (RFC 9701).
    pub uri: String,
    /// The algorithm of responses that are JWTs. Default: `RS256`.
    pub sign_alg: Option<JwsAlg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCertificates {
    None,
    ClientCert,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            url: None,
            database: None,
            name: "OpenID Provider".to_owned(),
            demo: None,
            address_header: None,
            client_certificates: ClientCertificates::None,
            logo_origins: Vec::new(),
            initial_access_token: None,
            resource_servers: BTreeMap::new(),
            login_attempts: 10,
            session_minutes: 24 * 60,
            metrics: None,
            log: LogFormat::Text,
        }
    }
}

impl Settings {
    /// # Errors
    /// The file cannot be read, or a setting is unknown or has an invalid value. The error names it.
    pub fn load() -> Result<Self> {
        let file = std::env::var("OPENID_PROVIDER_CONFIG");
        let file = match &file {
            Ok(path) => File::with_name(path),
            Err(_) => File::with_name("openid-provider.toml").required(false),
        };
        let variables = Environment::with_prefix("OPENID_PROVIDER")
            .prefix_separator("_")
            // Names of settings contain `_`.
            .separator("__")
            .list_separator(" ")
            .with_list_parse_key("logo_origins")
            .try_parsing(true)
            .ignore_empty(true);
        let config = Config::builder().add_source(file).add_source(variables);
        let settings: Self = config.build()?.try_deserialize()?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        ensure!(self.login_attempts > 0, "login_attempts must be at least 1");
        ensure!(
            self.session_minutes > 0,
            "session_minutes must be at least 1"
        );
        let kinds = ["sqlite:", "postgres:", "postgresql:"];
        let database = self.database(false);
        ensure!(
            kinds.iter().any(|kind| database.starts_with(kind)),
            "database must begin with sqlite: or postgres:"
        );
        if let Some(url) = &self.url {
            check_url(url).with_context(|| format!("url: {url}"))?;
        }
        let token = self.initial_access_token.as_ref();
        ensure!(
            token.is_none_or(|token| !token.expose().is_empty()),
            "initial_access_token must not be empty"
        );
        for (name, server) in &self.resource_servers {
            let is_complete = !server.secret.expose().is_empty() && !server.uri.is_empty();
            ensure!(
                is_complete,
                "resource_servers.{name} must have a secret and a uri"
            );
        }
        for origin in &self.logo_origins {
            let uri: Option<Uri> = origin.parse().ok();
            let is_origin = uri.is_some_and(|uri| {
                uri.scheme_str() == Some("https") && uri.path() == "/" && uri.query().is_none()
            });
            ensure!(
                is_origin && !origin.ends_with('/'),
                "logo_origins: {origin} must be an https origin, such as https://cdn.example.com"
            );
        }
        if let Some(header) = &self.address_header {
            let header = HeaderName::try_from(header);
            header.context("address_header must be a valid header name")?;
        }
        Ok(())
    }

    /// The setting that lets other machines reach the server, if there is one.
    pub fn public_setting(&self) -> Option<String> {
        let url = self.url.as_ref();
        // A URL without TLS is one of this machine.
        let url = url.filter(|url| !url.starts_with("http:"));
        let listen = (!self.listen.ip().is_loopback()).then_some(self.listen);
        url.map(|url| format!("url = {url}"))
            .or(listen.map(|address| format!("listen = {address}")))
    }

    /// The database. Default: a file, and another one on the emulator, whose users have public passwords.
    pub fn database(&self, is_demo: bool) -> &str {
        let default = match is_demo {
            true => "sqlite:openid-provider.emulator.db",
            false => "sqlite:openid-provider.db",
        };
        self.database.as_deref().unwrap_or(default)
    }

    /// The URL for the driver, which creates a SQLite file if it does not exist.
    pub fn database_url(&self, is_demo: bool) -> String {
        let database = self.database(is_demo);
        match database.starts_with("sqlite:") && !database.contains('?') {
            true => format!("{database}?mode=rwc"),
            false => database.to_owned(),
        }
    }
}

/// Checks the issuer (OpenID Connect Discovery 1.0 §3): `https`, or `http` on this machine.
fn check_url(url: &str) -> Result<()> {
    let uri: Uri = url.parse().context("is not a URL")?;
    let host = uri.host().context("must begin with https:// and a host")?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_loopback_host(host) => {}
        _ => bail!("must begin with https://, except on this machine"),
    }
    ensure!(
        !url.ends_with('/') && uri.path() == "/" && uri.query().is_none() && !url.contains('#'),
        "must have no path, query or fragment: the pages have their own paths"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_https_or_on_this_machine_and_ends_after_the_port() {
        for (url, is_allowed) in [
            ("https://login.example.com", true),
            ("https://login.example.com:8443", true),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("http://login.example.com", false),
            ("http://localhost.example.com", false),
            ("https://login.example.com/", false),
            ("https://login.example.com/a", false),
            ("https://login.example.com?a", false),
            ("https://login.example.com#a", false),
            ("ftp://localhost", false),
            ("login.example.com", false),
            ("", false),
        ] {
            assert_eq!(check_url(url).is_ok(), is_allowed, "{url}");
        }
    }
}
