//! The pages of the demo, from `templates/demo/`.

use askama::Template;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::choices::{OFFLINE_ACCESS, PROMPTS, SCOPES, TWO_STEPS};
use super::polled_flow::PolledFlow;
use super::session::{DemoLogin, PolledRequest};
use super::steps::Step;
use super::texts::DemoTexts;
use crate::language::Language;
use crate::pages::{current_url, respond};

/// The data that all pages share.
pub struct DemoPage {
    language: Language,
    texts: &'static DemoTexts,
    /// The URL of the page, to return to it in another language.
    current_url: String,
}

impl DemoPage {
    pub fn new(parts: &Parts) -> Self {
        let language = Language::negotiate(&[], &parts.headers);
        Self {
            language,
            texts: DemoTexts::of(language),
            current_url: current_url(parts),
        }
    }

    fn languages(&self) -> impl Iterator<Item = Language> {
        Language::ALL.into_iter()
    }
}

macro_rules! pages {
    ($( $name:ident = $file:literal { $( $field:ident: $type:ty, )* } )*) => { $(
        #[derive(Template)]
        #[template(path = $file)]
        pub struct $name {
            pub page: DemoPage,
            $( pub $field: $type, )*
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                respond(&self, POLICY)
            }
        }
    )* };
}

pages! {
    StartPage = "demo/start.html" { login: Option<DemoLogin>, steps: Vec<Step>, has_report: bool, }
    RequestPage = "demo/request.html" { steps: Vec<Step>, url: Option<String>, }
    ResultPage = "demo/result.html" { steps: Vec<Step>, login: Option<DemoLogin>, }
    PolledFlowPage = "demo/polled_flow.html" { flow: &'static PolledFlow, pending: Option<PolledRequest>, provider: String, }
}

impl StartPage {
    fn scopes(&self) -> [&'static str; 3] {
        SCOPES
    }

    /// Whether a scope is selected by default.
    fn is_default(&self, scope: &str) -> bool {
        scope != OFFLINE_ACCESS
    }

    fn prompts(&self) -> [&'static str; 5] {
        PROMPTS
    }

    fn two_steps(&self) -> [&'static str; 2] {
        TWO_STEPS
    }
}

/// Pages have no scripts, and forms are sent to the demo. Links lead to the provider.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The fields of a form.
pub struct FormFields(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = axum::body::Bytes::from_request(request, state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}
