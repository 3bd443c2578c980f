#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// The documentation on docs.rs has all features.
#![cfg_attr(
    not(feature = "tower-sessions"),
    allow(rustdoc::broken_intra_doc_links)
)]

mod attempts;
pub mod authorization_server;
mod fetch_site;
pub mod guide;
pub mod interaction;
mod login_limiter;
mod public_url;
pub mod resource;
mod response;

pub use attempts::{Attempt, AttemptLimiter, TooManyAttempts};
pub use authorization_server::AuthorizationServer;
pub use login_limiter::LoginLimiter;
pub use public_url::UrlError;
pub use resource::{AccessToken, Dpop, ProtectedResource, RequireAccessToken, RequireScopes};
