//! What the visitor can ask the provider for on the start page.

use http::Uri;

use crate::language::Language;

pub const PROMPTS: [&str; 5] = ["none", "login", CONSENT, "select_account", "create"];
pub const SCOPES: [&str; 3] = ["profile", "email", OFFLINE_ACCESS];
pub const TWO_STEPS: [&str; 2] = ["voluntary", "essential"];
pub const OFFLINE_ACCESS: &str = "offline_access";
pub const CONSENT: &str = "consent";
pub const FORM_POST: &str = "form_post";

/// What the visitor chose on the start page.
#[derive(Default)]
pub struct Choices {
    pub scopes: Vec<&'static str>,
    pub prompt: Option<&'static str>,
    pub max_age: Option<u32>,
    pub two_steps: Option<&'static str>,
    pub ui_locale: Option<&'static str>,
    pub form_post: bool,
}

impl Choices {
    pub fn of(uri: &Uri) -> Self {
        let mut choices = Self::default();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let among = |known: &[&'static str]| known.iter().copied().find(|it| *it == value);
            match &*name {
                "scope" => choices.scopes.extend(among(&SCOPES)),
                "prompt" => choices.prompt = among(&PROMPTS),
                "max_age" => choices.max_age = value.trim().parse().ok(),
                "two_steps" => choices.two_steps = among(&TWO_STEPS),
                "ui_locales" => choices.ui_locale = among(&Language::ALL.map(Language::tag)),
                "response_mode" => choices.form_post = value == FORM_POST,
                _ => {}
            }
        }
        choices
    }
}
