//! The consent page, and the decision on it.
//!
//! Replace `page` with `templates/consent.html` to ask in another way, and `send` to decide what a user may refuse.

use authlete::server::{Consent, ConsentRequest, Interaction, PendingAuthorization, Session};
use authlete::types::Scope;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use std::collections::BTreeSet;

use super::{continue_flow, interaction, page_for, with_form_token};
use crate::app::{App, OpenFlow};
use crate::audit;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::form::VerifiedForm;
use crate::metrics;
use crate::page_query::PageQuery;
use crate::pages::{ConsentClient, ConsentPage, Item, Page};
use crate::texts::Texts;
use crate::users::User;

/// The scope that makes a request one of OpenID Connect: it is always granted.
const OPENID: &str = "openid";

pub async fn page(
    State(app): State<App>,
    Query(PageQuery { flow, .. }): Query<PageQuery>,
    mut browser: BrowserSession,
    parts: Parts,
) -> Result<Response, Error> {
    with_form_token(&mut browser).await?;
    let opened = app.directory.open(&browser, &flow).await?;
    let (pending, host) = (opened.flow.pending, opened.flow.destination.host);
    let asked = interaction(&pending, opened.session.as_ref());
    let Some(Interaction::Consent(asked)) = asked else {
        return Ok(continue_flow(&flow));
    };
    let page = page_for(&app, &parts, &browser, &flow, Some(&pending));
    let page = page.user(opened.user.as_ref());
    Ok(render(&app, page, &pending, &asked, host).into_response())
}

fn render(
    app: &App,
    page: Page,
    pending: &PendingAuthorization,
    asked: &ConsentRequest,
    host: Option<String>,
) -> ConsentPage {
    let texts = page.texts();
    let answer = pending.answer();
    let described = answer.scopes.as_deref().unwrap_or_default();
    let requested = &asked.requested;
    let details = requested.authorization_details.iter();
    ConsentPage {
        client: client(app, texts, pending, host),
        scopes: scopes(texts, &requested.scopes, described),
        claims: claims(texts, asked),
        details: details
            .filter_map(|element| serde_json::to_string_pretty(element).ok())
            .collect(),
        page,
    }
}

/// The scopes, with their texts or else with their descriptions at Authlete.
pub fn scopes(texts: &Texts, names: &BTreeSet<String>, described: &[Scope]) -> Vec<Item> {
    let text_of = |name: &str| {
        let described = described.iter().find(|it| it.name.as_deref() == Some(name));
        let description = described.and_then(|scope| scope.description.as_deref());
        let text = texts.scope(name).or(description).unwrap_or(name);
        text.to_owned()
    };
    let items = names.iter().map(|name| Item {
        text: text_of(name),
        optional: name != OPENID,
        name: name.clone(),
    });
    let mut items: Vec<_> = items.collect();
    items.sort_by_key(|item| item.optional);
    items
}

/// The claims that no scope covers: the client requested each by name.
fn claims(texts: &Texts, asked: &ConsentRequest) -> Vec<String> {
    let scopes = &asked.requested.scopes;
    let mut of_scopes = authlete::server::Consent::new().scopes(scopes.iter().cloned());
    of_scopes.claims.insert("sub".to_owned());
    let claims = asked.requested.claims.iter();
    let claims = claims.filter(|claim| !of_scopes.claims.contains(*claim));
    claims.map(|claim| texts.claim(claim).to_owned()).collect()
}

fn client(
    app: &App,
    texts: &Texts,
    pending: &PendingAuthorization,
    host: Option<String>,
) -> ConsentClient {
    let client = pending.answer().client.as_ref();
    let name = client.and_then(|client| client.client_name.clone());
    let link = |uri: Option<&String>| uri.filter(|uri| uri.starts_with("https://")).cloned();
    let may_show = |uri: &String| {
        let origins = app.site.settings.logo_origins.iter();
        origins
            .map(|origin| format!("{origin}/"))
            .any(|origin| uri.starts_with(&origin))
    };
    let logo = client.and_then(|client| client.logo_uri.clone());
    ConsentClient {
        name: name.unwrap_or_else(|| texts.unnamed_app.to_owned()),
        host,
        logo: logo.filter(may_show),
        policy: link(client.and_then(|client| client.policy_uri.as_ref())),
        terms: link(client.and_then(|client| client.tos_uri.as_ref())),
    }
}

/// Handles the consent form.
pub async fn send(State(app): State<App>, sent: VerifiedForm) -> Result<Response, Error> {
    let flow = sent.flow();
    let agreed = sent.field("decision") == "allow";
    let scopes: Vec<_> = sent.all("scope").map(str::to_owned).collect();
    let browser = sent.browser;
    let OpenFlow {
        flow: mut kept,
        session,
        ..
    } = app.directory.open(&browser, &flow).await?;
    metrics::event("consents_total", audit::decision(agreed));
    kept.refused = !agreed;
    let asked = interaction(&kept.pending, session.as_ref());
    if let (Some(Interaction::Consent(asked)), Some(session)) = (asked, session) {
        let lasting = agreed.then(|| kept.pending.consented_to_scopes(&session, &scopes));
        audit::event_of_app(
            &app,
            &sent.parts,
            "consent",
            session.subject(),
            kept.pending.client_id(),
            audit::decision(agreed),
        );
        if let Some(id) = kept.pending.client_id() {
            let client = kept.pending.answer().client.as_ref();
            let name = client.and_then(|client| client.client_name.as_deref());
            let name = name.unwrap_or_default();
            let (asked, agreed) = (&asked.requested, lasting.as_ref());
            app.directory
                .consents
                .decide(session.subject(), id, name, asked, agreed)
                .await?;
        }
    }
    app.directory.flows.update(&flow, &kept).await?;
    browser.save().await?;
    Ok(continue_flow(&flow))
}

/// A request for consent without a redirect: from a device (RFC 8628), or by the backchannel (CIBA).
pub struct RemoteRequest<'a, S> {
    /// The event in the audit log.
    pub event: &'static str,
    pub client_id: Option<i64>,
    pub client_name: Option<&'a str>,
    pub scopes: S,
}

/// Saves the decision of the user. Returns the session if the user agreed.
///
/// Call it before the app gets its tokens, so that the account page lists every app that has some.
pub async fn decide_remotely<'a>(
    app: &App,
    sent: &mut VerifiedForm,
    user: &User,
    request: RemoteRequest<'a, impl Iterator<Item = &'a str>>,
) -> Result<Option<Session>, Error> {
    let RemoteRequest {
        event,
        client_id,
        client_name,
        scopes,
    } = request;
    let (directory, subject) = (&app.directory, &user.subject);
    let agreed = sent.field("decision") == "allow";
    let session = directory.session_of(Some(user), &sent.browser, client_id);
    let session = session.await?.filter(|_| agreed);
    let clients = &mut sent.browser.data.clients;
    clients.extend(client_id.filter(|_| agreed));
    sent.browser.save().await?;
    let outcome = audit::decision(agreed);
    audit::event_of_app(app, &sent.parts, event, subject, client_id, outcome);
    if let (Some(id), true) = (client_id, session.is_some()) {
        let asked = Consent::new().scopes(scopes);
        let mut agreed = asked.clone();
        agreed.retain_scopes(|scope| sent.all("scope").any(|it| it == scope));
        let name = client_name.unwrap_or_default();
        let consents = &directory.consents;
        consents
            .decide(subject, id, name, &asked, Some(&agreed))
            .await?;
    }
    Ok(session)
}
