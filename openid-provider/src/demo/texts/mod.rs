//! The texts of the demo, in each language. A missing text is a compile error.

mod en;
mod ja;

use crate::language::Language;

/// The title and the description of a step.
pub struct Topic {
    pub title: &'static str,
    pub text: &'static str,
}

/// All texts of the demo. `{}` stands for a name.
pub struct DemoTexts {
    pub site: &'static str,
    pub skip: &'static str,
    pub language: &'static str,
    pub start: &'static str,
    pub intro: &'static str,
    pub logged_in: &'static str,
    pub ended: &'static str,
    pub show_last: &'static str,
    pub ask: &'static str,
    pub scopes: &'static str,
    pub scope_openid: &'static str,
    pub prompt: &'static str,
    pub usual: &'static str,
    pub max_age: &'static str,
    pub max_age_hint: &'static str,
    pub two_steps: &'static str,
    pub ui_locales: &'static str,
    pub response_mode: &'static str,
    pub query: &'static str,
    pub form_post: &'static str,
    pub show_request: &'static str,
    pub other_flows: &'static str,
    pub request: &'static str,
    pub send: &'static str,
    pub send_hint: &'static str,
    pub result: &'static str,
    pub secrets: &'static str,
    pub back: &'static str,
    pub use_refresh_token: &'static str,
    pub log_out: &'static str,
    pub begin: &'static str,
    pub check_again: &'static str,
    pub decide: &'static str,
    pub decide_ciba: &'static str,
    pub user_code: &'static str,
    pub login_hint: &'static str,
    pub binding_message: &'static str,
    pub binding_message_default: &'static str,
    pub details: &'static str,
    pub request_text: &'static str,
    pub response_text: &'static str,
    pub request_parameters: &'static str,
    pub response_parameters: &'static str,
    pub metadata: &'static str,
    pub response_members: &'static str,
    pub header: &'static str,
    pub claims: &'static str,
    pub message: &'static str,
    pub checked: &'static str,
    pub specification: &'static str,

    pub discovery: Topic,
    pub keys: Topic,
    pub authorization_request: Topic,
    pub authorization_response: Topic,
    pub token_exchange: Topic,
    pub id_token: Topic,
    pub user_info: Topic,
    pub refresh: Topic,
    pub device: Topic,
    pub device_asked: Topic,
    pub device_polled: Topic,
    pub ciba: Topic,
    pub ciba_asked: Topic,
    pub ciba_polled: Topic,
    pub logout: Topic,
    pub logged_out: Topic,
    pub logout_token: Topic,

    pub checked_state: &'static str,
    pub checked_response_issuer: &'static str,
    pub checked_signature: &'static str,
    pub checked_issuer: &'static str,
    pub checked_audience: &'static str,
    pub checked_times: &'static str,
    pub checked_auth_time: &'static str,
    pub checked_acr: &'static str,
    pub checked_nonce: &'static str,
    pub checked_access_token: &'static str,
    pub checked_same_user: &'static str,
    pub checked_subject: &'static str,
    pub checked_logout_token: &'static str,
    pub checked_no_nonce: &'static str,
    pub checked_logout_state: &'static str,

    pub no_id_token: &'static str,
    pub wrong_access_token: &'static str,
    pub other_user: &'static str,
    pub unknown_state: &'static str,
    pub other_browser: &'static str,
    pub other_issuer: &'static str,
    pub no_code: &'static str,
    pub no_refresh_token: &'static str,
    pub not_supported: &'static str,
    pub failed: &'static str,

    /// The texts of the choices on the start page, by value.
    choices: &'static [(&'static str, &'static str)],
    /// The texts of parameters, claims and members. A name with another meaning in one message is prefixed with that message.
    names: &'static [(&'static str, &'static str)],
    /// The texts of errors, by code.
    errors: &'static [(&'static str, &'static str)],
}

impl DemoTexts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en::TEXTS,
            Language::Japanese => &ja::TEXTS,
        }
    }

    pub fn choice(&self, value: &str) -> &'static str {
        word(self.choices, value).unwrap_or_default()
    }

    pub fn explanation(&self, place: &str, name: &str) -> Option<&'static str> {
        let in_place = format!("{place} {name}");
        word(self.names, &in_place).or_else(|| word(self.names, name))
    }

    pub fn error(&self, error: &str) -> &'static str {
        word(self.errors, error).unwrap_or(self.failed)
    }
}

fn word(words: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let word = words.iter().find(|(word, _)| *word == name);
    word.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_explain_the_same_words() {
        let names = |words: &[(&'static str, &str)]| {
            let names = words.iter().map(|(name, _)| *name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(en::TEXTS.names), names(ja::TEXTS.names));
        assert_eq!(names(en::TEXTS.errors), names(ja::TEXTS.errors));
        assert_eq!(names(en::TEXTS.choices), names(ja::TEXTS.choices));
    }

    #[test]
    fn name_in_a_place_takes_precedence_over_the_name_alone() {
        let texts = DemoTexts::of(Language::English);
        let in_response = texts.explanation("authorized", "iss");
        assert!(in_response.is_some());
        assert_ne!(in_response, texts.explanation("id_token", "iss"));
        assert_eq!(texts.explanation("id_token", "unheard-of"), None);
    }
}
