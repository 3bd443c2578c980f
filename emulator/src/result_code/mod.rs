//! The result codes, each in this one place, one file a family.
//!
//! The first three digits name the API or its stage, the third from the right whose fault it is: 0 nobody's, 1
//! Authlete's, 2 the caller's of the API, 3 the client application's. Codes that Authlete has published are as
//! published; the others follow the pattern and are the emulator's own.

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultCode {
    pub code: &'static str,
    pub reason: &'static str,
}

macro_rules! result_codes {
    ($( $(#[$doc:meta])* $name:ident = $code:literal, $reason:literal; )*) => {
        $( $(#[$doc])* pub const $name: crate::result_code::ResultCode = crate::result_code::ResultCode { code: $code, reason: $reason }; )*
    };
}

mod api;
mod attestation;
mod authorization;
mod backchannel_authentication;
mod backchannel_logout;
mod client_authentication;
mod client_registration;
mod credential_issuance;
mod credential_issuer;
mod credential_offer;
mod decision;
mod device;
mod discovery;
mod dpop;
mod federation;
mod grant_management;
mod hsk;
mod introspection;
mod jose;
mod management;
mod native_sso;
mod openid;
mod pushed_authorization;
mod request_object;
mod revocation;
mod service;
mod standard_introspection;
mod token;
mod token_management;
mod userinfo;

pub use api::*;
pub use attestation::*;
pub use authorization::*;
pub use backchannel_authentication::*;
pub use backchannel_logout::*;
pub use client_authentication::*;
pub use client_registration::*;
pub use credential_issuance::*;
pub use credential_issuer::*;
pub use credential_offer::*;
pub use decision::*;
pub use device::*;
pub use discovery::*;
pub use dpop::*;
pub use federation::*;
pub use grant_management::*;
pub use hsk::*;
pub use introspection::*;
pub use jose::*;
pub use management::*;
pub use native_sso::*;
pub use openid::*;
pub use pushed_authorization::*;
pub use request_object::*;
pub use revocation::*;
pub use service::*;
pub use standard_introspection::*;
pub use token::*;
pub use token_management::*;
pub use userinfo::*;
