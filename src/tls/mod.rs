//! TLS. There is a module with the same functions for each library, and one of them is compiled.

#[cfg_attr(feature = "native-tls", path = "native.rs")]
#[cfg_attr(
    all(feature = "rustls-no-provider", not(feature = "native-tls")),
    path = "rustls.rs"
)]
#[cfg_attr(
    not(any(feature = "rustls-no-provider", feature = "native-tls")),
    path = "disabled.rs"
)]
mod library;
#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
mod roots;

pub(crate) use library::{
    add_identity, add_roots, install_cryptography, is_certificate_error, is_tls_error, seed_random,
    use_backend, without_platform_roots,
};

/// Whether the build has a TLS library. Without one, the caller's HTTP client must provide TLS.
pub(crate) const IS_AVAILABLE: bool =
    cfg!(any(feature = "rustls-no-provider", feature = "native-tls"));
