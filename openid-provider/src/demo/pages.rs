//! The pages of the demo, from `templates/demo/`.

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;

use super::Demo;
use super::request::{OFFLINE_ACCESS, PROMPTS, SCOPES, TWO_STEPS};
use super::session::{Login, Visitor};
use super::steps::Step;
use super::texts::Texts;
use super::waiting::{Kind, Waiting};
use crate::language::Language;

/// What all pages have.
pub struct Page {
    language: Language,
    texts: &'static Texts,
    /// Where the page is, to come back to in another language.
    here: String,
}

impl Page {
    pub fn new(demo: &Demo, visitor: &Visitor, parts: &Parts) -> Self {
        let chosen = demo.sessions.with(&visitor.0, |session| session.language);
        let chosen = chosen.flatten();
        let language = chosen.unwrap_or_else(|| Language::negotiate(&[], &parts.headers));
        let here = parts.uri.path_and_query();
        Self {
            language,
            texts: Texts::of(language),
            here: here.map_or("/", |it| it.as_str()).to_owned(),
        }
    }

    fn languages(&self) -> [Language; 2] {
        Language::ALL
    }
}

macro_rules! pages {
    ($( $name:ident = $file:literal { $( $field:ident: $type:ty, )* } )*) => { $(
        #[derive(Template)]
        #[template(path = $file)]
        pub struct $name {
            pub page: Page,
            $( pub $field: $type, )*
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                match self.render() {
                    Ok(html) => respond(html),
                    Err(error) => {
                        tracing::error!(%error, "a page cannot be rendered");
                        StatusCode::INTERNAL_SERVER_ERROR.into_response()
                    }
                }
            }
        }
    )* };
}

pages! {
    StartPage = "demo/start.html" { login: Option<Login>, steps: Vec<Step>, has_report: bool, }
    RequestPage = "demo/request.html" { steps: Vec<Step>, url: Option<String>, }
    ResultPage = "demo/result.html" { steps: Vec<Step>, login: Option<Login>, }
    WaitingPage = "demo/waiting.html" { kind: &'static Kind, waiting: Option<Waiting>, provider: String, }
}

impl StartPage {
    fn scopes(&self) -> [&'static str; 3] {
        SCOPES
    }

    /// What is asked for unless the visitor wants something else.
    fn is_usual(&self, scope: &str) -> bool {
        scope != OFFLINE_ACCESS
    }

    fn prompts(&self) -> [&'static str; 5] {
        PROMPTS
    }

    fn two_steps(&self) -> [&'static str; 2] {
        TWO_STEPS
    }
}

fn respond(html: String) -> Response {
    let mut response = Html(html).into_response();
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// Pages have no scripts, and forms lead to the demo. To the provider lead links.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// The fields of a form.
pub struct Sent(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = axum::body::Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}
