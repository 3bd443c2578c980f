//! No request, however malformed, makes the emulator panic, hang, or tell what belongs to another service.
//!
//! Each test sends what its name says to an emulator of its own, over HTTP, and holds every answer against the
//! description: [`target`] has what is expected of each. `PROPTEST_CASES` makes the tests try more.

#[path = "../integration/common/mod.rs"]
mod common;

mod bodies;
mod concurrency;
mod credentials;
mod description;
mod federation;
mod flows;
mod handles;
mod http;
mod isolation;
mod jwts;
mod parameters;
mod result_codes;
mod sequences;
mod settings;
mod spellings;
mod target;
mod values;
