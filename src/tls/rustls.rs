//! TLS by rustls.

use std::error::Error;

use reqwest::{ClientBuilder, Identity};
use rustls::crypto::CryptoProvider;

use crate::ConfigError;
pub(crate) use crate::tls::roots::trust;

/// Sees to it that there is cryptography, without which reqwest panics. What the program has installed goes first. Of
/// what the build has, aws-lc-rs is taken by reqwest, and ring here, as rustls does by itself.
pub(crate) fn prepare() -> Result<(), ConfigError> {
    if cfg!(feature = "rustls") || CryptoProvider::get_default().is_some() {
        return Ok(());
    }
    #[cfg(feature = "rustls-ring")]
    {
        // It fails when another thread was faster, and then there is one too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(())
    }
    #[cfg(not(feature = "rustls-ring"))]
    Err(ConfigError::client(
        "rustls has no cryptography: install a CryptoProvider, or enable the feature rustls or rustls-ring of the crate authlete",
    ))
}

/// Draws a random number with the cryptography of the connections. The first one in a process costs aws-lc-rs tens of
/// milliseconds of CPU time, because it gathers entropy from the jitter of the processor.
pub(crate) fn draw_random() {
    let mut random = [0; 1];
    // Where it fails, so does the handshake, and says why.
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

/// Chooses this library, which need not be reqwest's choice where another crate enables more of its features.
pub(crate) fn select(builder: ClientBuilder) -> ClientBuilder {
    builder.tls_backend_rustls()
}

/// Presents the certificate in a PEM text.
pub(crate) fn present(builder: ClientBuilder, pem: &str) -> Result<ClientBuilder, &'static str> {
    let identity = Identity::from_pem(pem.as_bytes());
    let identity =
        identity.map_err(|_| "is not a certificate and its private key, both in PEM form")?;
    Ok(builder.identity(identity))
}

pub(crate) fn is_error(error: &(dyn Error + 'static)) -> bool {
    error.is::<rustls::Error>()
}

/// Whether the server's certificate is why a handshake failed.
pub(crate) fn distrusts_certificate(error: &(dyn Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    )
}
