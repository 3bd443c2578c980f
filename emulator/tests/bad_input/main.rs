//! No malformed request makes the emulator panic, hang or disclose data of another service.
//!
//! Each test starts an emulator, sends generated requests over HTTP, and checks each response against the API description
//! (see [`target`]). `PROPTEST_CASES` sets the number of cases.

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
