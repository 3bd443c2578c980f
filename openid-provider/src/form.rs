//! The forms of pages.

use authlete::Secret;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use http::request::Parts;
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::browser_session::BrowserSession;
use crate::error::Error;
use crate::page_query::PageQuery;
use crate::pages::current_url;

/// The field that every form has (CSRF). Its value is in the session, and another site does not know it.
pub const FORM_TOKEN: &str = "form_token";

/// A form that comes from a page of this server, with the session of the browser.
pub struct VerifiedForm {
    pub browser: BrowserSession,
    pub parts: Parts,
    pub query: PageQuery,
    fields: Vec<(String, String)>,
}

impl VerifiedForm {
    /// The first value of a field. Empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        let mut fields = self.fields.iter();
        let field = fields.find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.fields.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// The name of the authorization request that the page is for. Empty when there is none.
    pub fn flow(&self) -> String {
        self.query.flow.clone()
    }
}

impl VerifiedForm {
    fn has_token(&self, expected: &Secret) -> bool {
        let (expected, token) = (expected.expose(), self.field(FORM_TOKEN));
        !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(token.as_bytes()))
    }

    /// The error for a form with a wrong token. If its page belongs to this session, the page is shown again.
    async fn refused(&self, app: &App) -> Result<Error, Error> {
        let kept = &self.browser.data;
        let flow = self.flow();
        if flow.is_empty() && self.has_token(&kept.former_form_token) {
            return Ok(Error::Stale(current_url(&self.parts)));
        }
        if flow.is_empty() || kept.form_token.expose().is_empty() {
            return Ok(Error::Foreign);
        }
        match app.directory.flow(&self.browser, &flow).await {
            // The request belongs to this session, or to none yet.
            Ok(_) => Ok(Error::Stale(current_url(&self.parts))),
            Err(Error::NoFlow) => Ok(Error::Foreign),
            Err(error) => Err(error),
        }
    }
}

impl FromRequest<App> for VerifiedForm {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let browser = BrowserSession::of(&parts).await?;
        let body = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(body, app).await;
        let body = body.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            _ => Error::Unreadable,
        })?;
        let fields = form_urlencoded::parse(&body).into_owned().collect();
        let sent = Self {
            browser,
            query: PageQuery::of(&parts.uri),
            parts,
            fields,
        };
        match sent.has_token(&sent.browser.data.form_token) {
            true => Ok(sent),
            false => Err(sent.refused(app).await?),
        }
    }
}
