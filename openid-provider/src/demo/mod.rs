//! The demo app: a relying party that shows each step of a login.
//!
//! It knows only the issuer of the provider, and fetches everything else by discovery, as any other app does. Your server does
//! not need this directory. It shows what your app has to send and to check:
//!
//! - `request` and `callback` are the login (OpenID Connect Core 1.0 §3.1), `tokens` the validation of tokens;
//! - `result` has the refresh token, `device` and `ciba` the flows without a redirect;
//! - `logout` and `backchannel_logout` are the end of a session, from either side;
//! - `steps`, `sections` and `texts` only show what happens.

mod backchannel_logout;
mod bounded_map;
mod callback;
mod choices;
mod ciba;
mod device;
mod discovery;
mod error_chain;
mod jwt;
mod logout;
mod pages;
mod polled_flow;
mod polling;
mod recording_client;
mod request;
mod result;
mod sections;
mod session;
mod start;
mod steps;
mod texts;
mod tokens;

use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Form, Router};
use openidconnect::{ClientId, ClientSecret, IssuerUrl};

use bounded_map::BoundedMap;
use request::SentRequest;
use session::DemoSession;

use crate::language::Choice;

/// The largest form, in bytes.
const FORM_LIMIT: usize = 64 * 1024;

/// The state that all handlers share.
#[derive(Clone)]
pub struct Demo(Arc<Shared>);

pub struct Shared {
    issuer: IssuerUrl,
    /// The URL of the demo itself.
    url: String,
    client_id: ClientId,
    client_secret: ClientSecret,
    http: reqwest::Client,
    sessions: BoundedMap<DemoSession>,
    /// Authorization requests that wait for their responses, by their `state`.
    sent_requests: BoundedMap<SentRequest>,
}

impl Deref for Demo {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The demo at `url`, for the provider `issuer`. `client` is its registration there.
///
/// # Errors
/// The client has no identifier or no secret, or the issuer is not a URL.
pub fn router(issuer: &str, url: &str, client: &authlete::types::Client) -> Result<Router> {
    let id = client.client_id.context("the demo has no client_id")?;
    let secret = client.client_secret.as_ref();
    let secret = secret.context("the demo has no client_secret")?;
    let demo = Demo(Arc::new(Shared {
        issuer: IssuerUrl::new(issuer.to_owned())?,
        url: url.to_owned(),
        client_id: ClientId::new(id.to_string()),
        client_secret: ClientSecret::new(secret.expose().to_owned()),
        http: recording_client::http_client()?,
        sessions: BoundedMap::default(),
        sent_requests: BoundedMap::default(),
    }));
    // These requests come without the cookie of the demo.
    let without_session = Router::new()
        .route("/callback", post(callback::receive))
        .route("/backchannel-logout", post(backchannel_logout::receive))
        .route("/assets/style.css", get(crate::routes::assets::style))
        .route("/assets/demo.css", get(crate::routes::assets::demo_style))
        .route("/favicon.svg", get(crate::routes::assets::icon));
    let pages = Router::new()
        .route("/", get(start::page))
        .route("/request", get(request::page))
        .route("/callback", get(callback::page))
        .route("/result", get(result::page))
        .route("/refresh", post(result::refresh))
        .route("/device", get(device::page).post(device::ask))
        .route("/device/check", post(device::check))
        .route("/ciba", get(ciba::page).post(ciba::ask))
        .route("/ciba/check", post(ciba::check))
        .route("/log-out", get(logout::page))
        .route(logout::LOGGED_OUT, get(logout::done))
        .route("/language", post(choose_language))
        .layer(from_fn_with_state(demo.clone(), session::find));
    Ok(pages
        .merge(without_session)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .with_state(demo))
}

/// The demo has no TLS.
async fn choose_language(Form(choice): Form<Choice>) -> impl IntoResponse {
    choice.respond(false)
}
