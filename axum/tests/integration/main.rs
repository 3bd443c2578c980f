//! Guarded APIs and authorization servers over HTTP on loopback, with the emulator instead of Authlete.

mod any_headers;
mod authorization_server;
mod bearer;
mod certificates;
mod common;
mod dpop;
mod events;
mod fuzz;
mod grpc;
mod metadata;
mod openid_connect;
mod protected_api;
mod routes;
mod step_up;
#[allow(dead_code, reason = "the tests of the emulator use the rest")]
#[path = "../../../emulator/tests/page/browser.rs"]
mod webdriver;
mod without_axum;
