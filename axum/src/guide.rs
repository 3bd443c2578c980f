//! Guides, from the first endpoint to production.

#[doc = include_str!("../docs/authorization_server.md")]
pub mod authorization_server {}

#[doc = include_str!("../docs/protecting_an_api.md")]
pub mod protecting_an_api {}

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/production.md")]
pub mod production {}
