//! An OpenID provider on Authlete: the reference server.
//!
//! `README.md` says where to change what. The modules, from the outside in:
//!
//! - [`provider`] makes the server of its parts, [`settings`] and [`connection`] say with what;
//! - `routes` are the pages that people open, `pages` and `texts` what they look like and say;
//! - `accounts` connects users with the endpoints of `authlete-axum`: all that this server has to do with the protocol;
//! - `users`, `consents`, `sessions`, `flows`, `requests` and `device_requests` are what the database keeps;
//! - `demo` is a relying party that shows each step of a login.

#![forbid(unsafe_code)]

mod accounts;
mod app;
mod attempts;
mod audit;
mod browser_session;
mod clock;
pub mod connection;
mod consents;
mod cookies;
mod database;
mod demo;
mod destination;
mod device_requests;
mod error;
mod flows;
mod form;
mod language;
pub mod metrics;
mod pages;
mod passwords;
pub mod provider;
mod random;
mod registration;
mod request_log;
mod requests;
mod routes;
mod second_factor;
mod session_cookie;
mod sessions;
pub mod settings;
#[cfg(test)]
mod test_databases;
mod texts;
mod users;
