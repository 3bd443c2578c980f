//! The pages, from `templates/`. The style is in `assets/style.css`.
//!
//! Replace the templates and the style with yours. The structs here have the data of each page.

use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::request::Parts;

use crate::app::{App, DemoInfo, Site};
use crate::browser_session::BrowserSession;
use crate::destination::Destination;
use crate::language::Language;
use crate::page_query::with_flow;
use crate::texts::Texts;
use crate::users::User;

/// The data that all pages share.
pub struct Page {
    site: Arc<Site>,
    language: Language,
    texts: &'static Texts,
    user: Option<User>,
    form_token: String,
    /// The URL of the page, to return to it in another language.
    pub current_url: String,
    /// The authorization request that it is for. Empty when there is none.
    pub flow: String,
    /// The name of the app that sent it.
    app: String,
    /// The link of an error page: its URL and its text.
    error_link: Option<(String, String)>,
    /// What is wrong with the submitted form.
    pub form_error: Option<&'static str>,
}

impl Page {
    /// `ui_locales` are the languages that the client asks for.
    pub fn new(
        app: &App,
        parts: &Parts,
        browser: Option<&BrowserSession>,
        ui_locales: Option<&[String]>,
    ) -> Self {
        let language = Language::negotiate(ui_locales.unwrap_or_default(), &parts.headers);
        let form_token = browser.map(|browser| browser.data.form_token.expose().to_owned());
        Self {
            site: Arc::clone(&app.site),
            language,
            texts: language.texts(),
            user: None,
            form_token: form_token.unwrap_or_default(),
            current_url: current_url(parts),
            flow: String::new(),
            app: String::new(),
            error_link: None,
            form_error: None,
        }
    }

    /// Shows the name of the user at the top.
    pub fn user(mut self, user: Option<&User>) -> Self {
        self.user = user.cloned();
        self
    }

    /// For an authorization request of an app.
    pub fn flow(mut self, flow: &str, app: &str) -> Self {
        flow.clone_into(&mut self.flow);
        self.app = self.app_name(app);
        self
    }

    pub fn form_error(mut self, form_error: &'static str) -> Self {
        self.form_error = Some(form_error);
        self
    }

    pub fn texts(&self) -> &'static Texts {
        self.texts
    }

    /// Adds the link of an error page.
    fn error_link(mut self, error_link: &ErrorLink) -> Self {
        self.error_link = match error_link {
            ErrorLink::App(destination) => destination.home.clone().map(|home| {
                let app = self.app_name(&destination.app);
                (home, self.with(self.texts.back_to, &app))
            }),
            ErrorLink::Retry(page) => Some((page.clone(), self.texts.try_again.to_owned())),
        };
        self
    }

    /// The name of an app, or the text for an app without a name.
    fn app_name(&self, name: &str) -> String {
        let name = if name.is_empty() {
            self.texts.unnamed_app
        } else {
            name
        };
        name.to_owned()
    }

    /// The display name and the user name: two users may have the same display name.
    fn account(&self) -> String {
        let user = self.user.as_ref();
        user.map_or_else(String::new, |user| {
            format!("{} ({})", user.display_name, user.name)
        })
    }

    /// A text with its placeholder replaced.
    fn with(&self, text: &str, name: impl AsRef<str>) -> String {
        text.replace("{}", name.as_ref())
    }

    fn site(&self) -> &str {
        &self.site.name
    }

    fn demo(&self) -> Option<&DemoInfo> {
        self.site.demo.as_ref()
    }

    fn languages(&self) -> impl Iterator<Item = Language> {
        Language::ALL.into_iter()
    }

    /// The query that carries the authorization request to the next page.
    fn query(&self) -> String {
        with_flow("", &self.flow)
    }
}

/// The URL of a page, to return to it.
pub fn current_url(parts: &Parts) -> String {
    let url = parts.uri.path_and_query();
    url.map_or("/", |it| it.as_str()).to_owned()
}

/// Where the link of an error page leads.
pub enum ErrorLink {
    /// To the app that the user came from.
    App(Destination),
    /// To the page with this URL.
    Retry(String),
}

macro_rules! pages {
    ($( $(#[$attribute:meta])* $name:ident = $file:literal { $( $field:ident: $type:ty, )* } )*) => { $(
        $(#[$attribute])*
        #[derive(Template)]
        #[template(path = $file)]
        pub struct $name {
            pub page: Page,
            $( pub $field: $type, )*
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                let mut response = respond(&self, &policy(&self.page.site));
                if self.page.form_error.is_some() && response.status().is_success() {
                    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                }
                response
            }
        }
    )* };
}

pages! {
    HomePage = "home.html" {}
    LoginPage = "login.html" { hint: String, confirms: bool, action: String, }
    SignUpPage = "sign_up.html" { name: String, display_name: String, email: String, }
    SecondFactorPage = "second_factor.html" {}
    SetUpSecondFactorPage = "set_up_second_factor.html" { needed: bool, secret: String, qr_code: String, }
    RemoveSecondFactorPage = "remove_second_factor.html" { name: String, }
    PasswordPage = "password.html" { name: String, }
    DeleteAccountPage = "delete_account.html" { name: String, }
    ChooseAccountPage = "choose_account.html" { name: String, }
    ConsentPage = "consent.html" { client: ConsentClient, scopes: Vec<Item>, claims: Vec<String>, details: Vec<String>, }
    AccountPage = "account.html" { user: User, apps: Vec<ListedApp>, sessions: Vec<ListedSession>, }
    DevicePage = "device.html" { code: String, }
    DeviceConsentPage = "device_consent.html" { client: String, code: String, name: String, scopes: Vec<Item>, }
    RequestsPage = "requests.html" { requests: Vec<ListedRequest>, }
    LogOutPage = "log_out.html" { request: String, }
    MessagePage = "message.html" { title: &'static str, message: &'static str, status: Option<String>, }
}

/// A client that asks for consent.
pub struct ConsentClient {
    pub name: String,
    /// The host that the browser goes to after the decision.
    pub host: Option<String>,
    /// The URL of the logo, if it may be shown.
    pub logo: Option<String>,
    pub policy: Option<String>,
    pub terms: Option<String>,
}

impl ConsentClient {
    /// The first letter of the name, where there is no logo.
    pub fn initial(&self) -> String {
        self.name.chars().take(1).collect()
    }
}

/// A scope with its text.
pub struct Item {
    pub name: String,
    pub text: String,
    /// Whether the user can refuse this scope and allow others.
    pub optional: bool,
}

/// An app on the account page.
pub struct ListedApp {
    pub id: i64,
    pub name: String,
    pub scopes: Vec<String>,
    pub since: String,
}

/// A session on the account page.
pub struct ListedSession {
    pub id: String,
    pub browser: String,
    pub since: String,
    pub is_this: bool,
}

/// A request that waits for its user.
pub struct ListedRequest {
    pub id: String,
    pub client: String,
    pub message: Option<String>,
    pub scopes: Vec<Item>,
}

/// The page for an error. `code` is the OAuth error code when an app is at fault.
pub fn error(
    page: Page,
    status: StatusCode,
    code: Option<&str>,
    error_link: Option<&ErrorLink>,
) -> Response {
    let page = match error_link {
        Some(error_link) => page.error_link(error_link),
        None => page,
    };
    let texts = page.texts();
    let number = status.as_u16();
    let message = match status {
        _ if code.is_some() => texts.error_app,
        StatusCode::BAD_REQUEST => texts.error_start_again,
        StatusCode::FORBIDDEN => texts.error_foreign,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => texts.error_not_found,
        StatusCode::PAYLOAD_TOO_LARGE => texts.error_too_large,
        StatusCode::TOO_MANY_REQUESTS => texts.error_too_many,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            texts.error_unavailable
        }
        status if status.is_client_error() => texts.error_start_again,
        _ => texts.error_internal,
    };
    let page = MessagePage {
        page,
        title: texts.error,
        message,
        status: Some(code.map_or(number.to_string(), |code| format!("{number}, {code}"))),
    };
    let mut response = page.into_response();
    *response.status_mut() = status;
    response
}

/// The response for a page. `policy` is its `Content-Security-Policy`.
pub fn respond(page: &impl Template, policy: &str) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The `Content-Security-Policy` of pages. They have no scripts.
///
/// `form-action` is missing on purpose: browsers apply it to redirects after a form, too, and these lead to clients.
fn policy(site: &Site) -> String {
    let mut policy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src 'self'".to_owned();
    for origin in &site.settings.logo_origins {
        let _ = write!(policy, " {origin}");
    }
    policy
}

const HEADERS: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (X_FRAME_OPTIONS, "DENY"),
];
