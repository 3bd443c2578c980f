//! Login, consent, device and logout pages: sessions, forms and their protection.
//!
//! [`Interactions`] implements [`Accounts`](crate::authorization_server::Accounts) and
//! [`Logout`](crate::authorization_server::Logout), and handles the forms of the pages. You implement [`Users`]: check a login,
//! render a [`Page`], return the claims of a user. [`BrowserSessions`] stores the state of a browser; with the feature
//! `tower-sessions`, [`TowerSessions`] does that.
//!
//! ```no_run
//! # #[cfg(feature = "tower-sessions")] mod example {
//! use authlete::Authlete;
//! use authlete_axum::AuthorizationServer;
//! use authlete_axum::authorization_server::Endpoints;
//! use authlete_axum::interaction::{Interactions, TowerSessions, Users};
//! use axum::Router;
//! use tower_sessions::{MemoryStore, SessionManagerLayer, cookie::SameSite};
//!
//! fn provider(api: Authlete, endpoints: Endpoints, users: impl Users) -> Router {
//!     let interactions = Interactions::new(users, TowerSessions);
//!     let server = AuthorizationServer::new(api, endpoints, interactions.clone()).logout(interactions.clone());
//!     let sessions = SessionManagerLayer::new(MemoryStore::default()).with_same_site(SameSite::Lax);
//!     server.router().merge(interactions.router(&server)).layer(sessions)
//! }
//! # }
//! ```
//!
//! # Forms
//!
//! The pages have forms with these fields. The forms of your own pages, such as a registration of new users, end with
//! [`Interactions::log_in`].
//!
//! | Page | Form | Fields |
//! |---|---|---|
//! | [`Interaction::LogIn`], [`Interaction::ChooseAccount`], [`Interaction::CreateAccount`] | `POST /login` | `request`: [`PendingAuthorization::page_id`]; `name`: the account; all others that [`Users::log_in`] reads |
//! | [`Interaction::ChooseAccount`] | `POST /account`, to continue with the account of the session | `request` |
//! | [`Interaction::Consent`] | `POST /consent` | `request`; `scope`: once for each scope that the user consents to; `agree`: `yes` or `no` |
//! | [`Page::LogIn`] | `POST /login` | `return_to`; `name` and others as above |
//! | [`Page::UserCode`] | `POST /device` | `user_code` |
//! | [`Page::Device`] | `POST /device/consent` | `request`: [`DeviceRequest::page_id`](crate::authorization_server::DeviceRequest::page_id); `scope` and `agree` as above |
//! | [`Page::LogOut`] | `POST /logout/confirm` | `request`: [`LogoutRequest::page_id`](crate::authorization_server::LogoutRequest::page_id) |
//!
//! Set `deviceVerificationUri` of the service to the URL of `GET /device`.
//!
//! # Protection
//!
//! - A login gets a new session ID (session fixation).
//! - Wrong logins are limited by account and address: see [`LoginLimiter`](crate::LoginLimiter).
//! - Tickets stay in the browser session. A form is for one request, even if the browser has several pages open.
//! - Forms of other sites are rejected (cross-site request forgery). Other sites cannot frame the pages (RFC 6749 §10.13), unless
//!   a page sets `frame-ancestors` in its own `Content-Security-Policy`.
//! - User codes are limited by account and address (RFC 8628 §5.1).
//!
//! [`Interaction::LogIn`]: authlete::server::Interaction::LogIn
//! [`Interaction::ChooseAccount`]: authlete::server::Interaction::ChooseAccount
//! [`Interaction::CreateAccount`]: authlete::server::Interaction::CreateAccount
//! [`Interaction::Consent`]: authlete::server::Interaction::Consent
//! [`PendingAuthorization::page_id`]: authlete::server::PendingAuthorization::page_id

mod accounts;
mod browser_sessions;
mod browser_state;
mod consent;
mod device;
mod form_state;
mod interactions;
mod login;
mod logout;
mod page;
mod router;
mod same_origin_form;
#[cfg(feature = "tower-sessions")]
mod tower_sessions;
mod users;

pub use browser_sessions::BrowserSessions;
pub use browser_state::BrowserState;
pub use interactions::Interactions;
pub use page::{Notice, Page};
pub use same_origin_form::SameOriginForm;
#[cfg(feature = "tower-sessions")]
pub use tower_sessions::TowerSessions;
pub use users::Users;
