//! TLS, by whichever library the build has. Those below have the same functions, and only one of them is compiled.

#[cfg_attr(feature = "native-tls", path = "native.rs")]
#[cfg_attr(
    all(feature = "rustls-no-provider", not(feature = "native-tls")),
    path = "rustls.rs"
)]
#[cfg_attr(
    not(any(feature = "rustls-no-provider", feature = "native-tls")),
    path = "absent.rs"
)]
mod library;
#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
mod roots;

pub(crate) use library::{
    draw_random, is_error, prepare, present, refuses_certificate, select, trust,
};
