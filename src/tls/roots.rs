//! Roots, which reqwest takes alike for each library.

use reqwest::{Certificate, ClientBuilder};

/// Trusts the roots in a PEM text besides those of the platform.
pub(crate) fn trust(builder: ClientBuilder, pem: &[u8]) -> Result<ClientBuilder, &'static str> {
    match Certificate::from_pem_bundle(pem) {
        Ok(roots) if !roots.is_empty() => Ok(builder.tls_certs_merge(roots)),
        _ => Err("is not a certificate in PEM form"),
    }
}
