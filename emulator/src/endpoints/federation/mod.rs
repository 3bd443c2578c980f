//! `/federation`: the service as a member of federations (OpenID Federation 1.0).

mod automatic;
mod client;
mod configuration;
mod registration;

pub use automatic::register as register_automatically;
pub use configuration::configuration;
pub use registration::registration;

use crate::protocol::oauth_error::OAuthError;

/// The action for an error at the endpoints of federation.
fn action(error: &OAuthError) -> &'static str {
    match error.error {
        "not_found" => "NOT_FOUND",
        "server_error" => "INTERNAL_SERVER_ERROR",
        _ => "BAD_REQUEST",
    }
}
