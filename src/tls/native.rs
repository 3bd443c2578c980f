//! TLS with the library of the platform.

use std::error::Error;

use reqwest::{ClientBuilder, Identity};

pub(crate) use crate::tls::roots::{add_roots, without_platform_roots};

const KEY_BEGINS: &str = "-----BEGIN PRIVATE KEY-----";
const KEY_ENDS: &str = "-----END PRIVATE KEY-----";

pub(crate) fn install_cryptography() -> Result<(), &'static str> {
    Ok(())
}

/// Does nothing: the library of the platform needs no warm-up.
pub(crate) fn seed_random() {}

/// Selects this library; reqwest may prefer another one when another crate enables more of its features.
pub(crate) fn use_backend(builder: ClientBuilder) -> ClientBuilder {
    builder.tls_backend_native()
}

/// Adds the client certificate and the key in a PEM text.
pub(crate) fn add_identity(
    builder: ClientBuilder,
    pem: &str,
) -> Result<ClientBuilder, &'static str> {
    const REASON: &str = "is not a certificate and its private key in PKCS#8, both in PEM form";
    let (certificates, key) = split(pem).ok_or(REASON)?;
    let identity = Identity::from_pkcs8_pem(certificates.as_bytes(), key.as_bytes());
    Ok(builder.identity(identity.map_err(|_| REASON)?))
}

/// Splits a PEM text into the certificates and the key, which the library takes separately.
fn split(pem: &str) -> Option<(String, &str)> {
    let (before, rest) = pem.split_at(pem.find(KEY_BEGINS)?);
    let (key, after) = rest.split_at(rest.find(KEY_ENDS)? + KEY_ENDS.len());
    Some((format!("{before}{after}"), key))
}

pub(crate) fn is_tls_error(error: &(dyn Error + 'static)) -> bool {
    error.is::<native_tls::Error>()
}

/// The library does not distinguish certificate errors from others.
pub(crate) fn is_certificate_error(_: &(dyn Error + 'static)) -> bool {
    false
}
