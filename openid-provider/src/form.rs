//! What a page sends.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::request::Parts;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::error::Error;
use crate::flows::at;
use crate::visit::Visit;

/// The field that every form has (CSRF). Its value is in the session, and another site does not know it.
pub const FORM_TOKEN: &str = "form_token";

/// A form that comes from a page of this server, with the session of the browser.
pub struct Sent {
    pub visit: Visit,
    pub parts: Parts,
    fields: Vec<(String, String)>,
}

impl Sent {
    /// The value of a field, or an empty text.
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let field = fields.find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    /// The values of a field that can be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// The name of the authorization request that the page is for. Empty when there is none.
    pub fn flow(&self) -> String {
        self.field("flow").to_owned()
    }
}

impl Sent {
    /// Why a form with another token is refused. A browser that has a session sees the page of its request again.
    async fn refused(&self, app: &App, has_session: bool) -> Result<Error, Error> {
        let flow = self.flow();
        if flow.is_empty() || !has_session {
            return Ok(Error::Foreign);
        }
        let (flows, browser) = (&app.directory.flows, &self.visit.kept.key);
        // Only this session knows the name, or no session has used it.
        let is_own = flows.get(browser, &flow).await?.is_some();
        Ok(match is_own || flows.adopt(browser, &flow).await? {
            true => Error::Stale(at(self.parts.uri.path(), &flow)),
            false => Error::Foreign,
        })
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let visit = Visit::of(&parts).await?;
        let body = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(body, app).await;
        let body = body.map_err(|_| Error::Foreign)?;
        let fields = form_urlencoded::parse(&body).into_owned().collect();
        let sent = Self {
            visit,
            parts,
            fields,
        };
        let expected = sent.visit.kept.form_token.expose();
        let token = sent.field(FORM_TOKEN);
        let is_own =
            !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(token.as_bytes()));
        if is_own {
            return Ok(sent);
        }
        Err(sent.refused(app, !expected.is_empty()).await?)
    }
}
