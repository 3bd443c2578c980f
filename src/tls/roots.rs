//! Root certificates, for all TLS libraries.

use reqwest::{Certificate, ClientBuilder};

/// Does not read the roots of the platform.
pub(crate) fn without_platform_roots(builder: ClientBuilder) -> ClientBuilder {
    builder.tls_certs_only([])
}

/// Adds the roots in a PEM text to those of the platform.
pub(crate) fn add_roots(builder: ClientBuilder, pem: &[u8]) -> Result<ClientBuilder, &'static str> {
    match Certificate::from_pem_bundle(pem) {
        Ok(roots) if !roots.is_empty() => Ok(builder.tls_certs_merge(roots)),
        _ => Err("is not a certificate in PEM form"),
    }
}
