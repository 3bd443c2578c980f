//! An OpenID provider on Authlete: the reference server.
//!
//! `README.md` lists where to change what. The modules, from the top down:
//!
//! - [`provider`] builds the server from its parts, with [`settings`] and a [`connection`] to Authlete;
//! - `demo` is a relying party that shows each step of a login;
//! - `accounts` implements the traits of `authlete-axum` for the users of this server: its only contact with the protocol;
//! - `routes` are the handlers of the pages, `pages` and `texts` what the pages look like and say;
//! - `users`, `consents`, `sessions`, `flows`, `requests` and `device_requests` are the tables of the database.

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
mod error_pages;
mod flows;
mod form;
mod language;
pub mod metrics;
mod migrations;
mod page_query;
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
mod session_data;
mod sessions;
pub mod settings;
#[cfg(test)]
mod test_databases;
mod texts;
mod users;
