//! `/backchannel/authentication`: CIBA up to the token endpoint, one file per API.

pub mod authentication;
pub mod complete;
pub mod fail;
pub mod issue;
