//! No TLS: it comes with the HTTP client of the caller.

use std::error::Error;

use reqwest::ClientBuilder;

use crate::ConfigError;

const REASON: &str = "needs TLS, which is the feature rustls or native-tls of the crate authlete";

pub(crate) fn prepare() -> Result<(), ConfigError> {
    Ok(())
}

pub(crate) fn draw_random() {}

pub(crate) fn select(builder: ClientBuilder) -> ClientBuilder {
    builder
}

pub(crate) fn trust(_: ClientBuilder, _: &[u8]) -> Result<ClientBuilder, &'static str> {
    Err(REASON)
}

pub(crate) fn present(_: ClientBuilder, _: &str) -> Result<ClientBuilder, &'static str> {
    Err(REASON)
}

pub(crate) fn is_error(_: &(dyn Error + 'static)) -> bool {
    false
}

pub(crate) fn distrusts_certificate(_: &(dyn Error + 'static)) -> bool {
    false
}
