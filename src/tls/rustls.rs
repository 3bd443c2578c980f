//! TLS with rustls.

use std::error::Error;

use reqwest::{ClientBuilder, Identity};
use rustls::crypto::CryptoProvider;

pub(crate) use crate::tls::roots::{add_roots, without_platform_roots};

/// Ensures that rustls has a `CryptoProvider`, without which reqwest panics. One that the program has installed takes
/// precedence. aws-lc-rs is installed by reqwest, ring here.
pub(crate) fn install_cryptography() -> Result<(), &'static str> {
    if cfg!(feature = "rustls") || CryptoProvider::get_default().is_some() {
        return Ok(());
    }
    #[cfg(feature = "rustls-ring")]
    {
        // Fails if another thread was faster; then a provider is installed, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(())
    }
    #[cfg(not(feature = "rustls-ring"))]
    Err(
        "rustls has no cryptography: install a CryptoProvider, or enable the feature rustls or rustls-ring of the crate authlete",
    )
}

/// Seeds the random number generator of the connections. In aws-lc-rs this takes tens of milliseconds of CPU time, once in a
/// process, because it gathers entropy from the jitter of the processor.
pub(crate) fn seed_random() {
    let mut random = [0; 1];
    // On failure the handshake fails, too, and reports the reason.
    let _ = match CryptoProvider::get_default() {
        Some(provider) => provider.secure_random.fill(&mut random),
        #[cfg(feature = "rustls")]
        None => rustls::crypto::aws_lc_rs::default_provider()
            .secure_random
            .fill(&mut random),
        #[cfg(not(feature = "rustls"))]
        None => Ok(()),
    };
}

/// Selects this library; reqwest may prefer another one when another crate enables more of its features.
pub(crate) fn use_backend(builder: ClientBuilder) -> ClientBuilder {
    builder.tls_backend_rustls()
}

/// Adds the client certificate and the key in a PEM text.
pub(crate) fn add_identity(
    builder: ClientBuilder,
    pem: &str,
) -> Result<ClientBuilder, &'static str> {
    let identity = Identity::from_pem(pem.as_bytes());
    let identity =
        identity.map_err(|_| "is not a certificate and its private key, both in PEM form")?;
    Ok(builder.identity(identity))
}

pub(crate) fn is_tls_error(error: &(dyn Error + 'static)) -> bool {
    error.is::<rustls::Error>()
}

/// Whether a handshake failed because of the server's certificate.
pub(crate) fn is_certificate_error(error: &(dyn Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    )
}
