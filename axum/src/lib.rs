#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod public_url;
pub mod resource;

pub use public_url::UrlError;
pub use resource::{AccessToken, Dpop, ProtectedResource, RequireAccessToken, RequireScopes};
