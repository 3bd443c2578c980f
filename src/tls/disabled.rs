//! Builds without TLS, in which the caller's HTTP client may provide it.

use std::error::Error;

use reqwest::ClientBuilder;

const REASON: &str = "needs TLS: enable the feature rustls or native-tls of the crate authlete";

pub(crate) fn install_cryptography() -> Result<(), &'static str> {
    Ok(())
}

pub(crate) fn seed_random() {}

pub(crate) fn use_backend(builder: ClientBuilder) -> ClientBuilder {
    builder
}

pub(crate) fn without_platform_roots(builder: ClientBuilder) -> ClientBuilder {
    builder
}

pub(crate) fn add_roots(_: ClientBuilder, _: &[u8]) -> Result<ClientBuilder, &'static str> {
    Err(REASON)
}

pub(crate) fn add_identity(_: ClientBuilder, _: &str) -> Result<ClientBuilder, &'static str> {
    Err(REASON)
}

pub(crate) fn is_tls_error(_: &(dyn Error + 'static)) -> bool {
    false
}

pub(crate) fn is_certificate_error(_: &(dyn Error + 'static)) -> bool {
    false
}
