//! The texts of the pages, in each language. A missing text is a compile error.
//!
//! Replace the texts in `en.rs` and `ja.rs`. Add texts for the scopes and claims of your service to `scopes` and `claims`.

pub mod en;
pub mod ja;

use serde::{Deserialize, Serialize};

/// What is wrong with a form that a user sent.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum FormError {
    WrongPassword,
    NameTaken,
    NameInvalid,
    DisplayNameInvalid,
    EmailInvalid,
    PasswordInvalid,
}

/// All texts of the pages. `{}` stands for a name.
pub struct Texts {
    pub log_in: &'static str,
    pub log_in_to: &'static str,
    pub log_in_again: &'static str,
    pub logged_in_as: &'static str,
    pub not_you: &'static str,
    pub other_account_ends: &'static str,
    pub cancel_to: &'static str,
    pub back_to: &'static str,
    pub try_again: &'static str,
    pub goes_to: &'static str,
    pub log_out: &'static str,
    pub sign_up: &'static str,
    pub sign_up_first: &'static str,
    pub have_account: &'static str,
    pub name: &'static str,
    pub name_hint: &'static str,
    pub display_name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub password_change: &'static str,
    pub password_change_intro: &'static str,
    pub password_current: &'static str,
    pub password_new: &'static str,
    pub password_wrong: &'static str,
    pub remove_prompt: &'static str,
    pub delete_account: &'static str,
    pub delete_account_intro: &'static str,
    pub account_deleted: &'static str,
    pub wrong_password: &'static str,
    pub name_taken: &'static str,
    pub name_invalid: &'static str,
    pub display_name_invalid: &'static str,
    pub email_invalid: &'static str,
    pub password_invalid: &'static str,
    pub demo_users: &'static str,
    pub continue_: &'static str,
    pub cancel: &'static str,
    pub code: &'static str,
    pub wrong_code: &'static str,
    pub second_factor: &'static str,
    pub second_factor_prompt: &'static str,
    pub second_factor_needed: &'static str,
    pub second_factor_on: &'static str,
    pub second_factor_off: &'static str,
    pub set_up: &'static str,
    pub scan: &'static str,
    pub cannot_scan: &'static str,
    pub remove: &'static str,
    pub choose_account: &'static str,
    pub continue_as: &'static str,
    pub other_account: &'static str,
    pub consent_title: &'static str,
    pub consent_intro: &'static str,
    pub consent_required: &'static str,
    pub consent_claims: &'static str,
    pub consent_details: &'static str,
    pub privacy_policy: &'static str,
    pub terms: &'static str,
    pub unnamed_app: &'static str,
    pub allow: &'static str,
    pub refuse: &'static str,
    pub account: &'static str,
    pub profile: &'static str,
    pub connected_apps: &'static str,
    pub no_apps: &'static str,
    pub may: &'static str,
    pub disconnect: &'static str,
    pub active_sessions: &'static str,
    pub this_session: &'static str,
    pub since: &'static str,
    pub end_session: &'static str,
    pub device_title: &'static str,
    pub device_intro: &'static str,
    pub device_wrong: &'static str,
    pub device_consent: &'static str,
    pub device_warning: &'static str,
    pub device_done: &'static str,
    pub device_refused: &'static str,
    pub device_expired: &'static str,
    pub requests: &'static str,
    pub no_requests: &'static str,
    pub request_title: &'static str,
    pub request_message: &'static str,
    pub request_done: &'static str,
    pub request_gone: &'static str,
    pub log_out_title: &'static str,
    pub log_out_question: &'static str,
    pub logged_out_title: &'static str,
    pub logged_out: &'static str,
    pub home: &'static str,
    pub to_home: &'static str,
    pub home_intro: &'static str,
    pub open_demo: &'static str,
    pub language: &'static str,
    pub skip: &'static str,
    pub error: &'static str,
    pub error_app: &'static str,
    pub error_start_again: &'static str,
    pub error_foreign: &'static str,
    pub error_not_found: &'static str,
    pub error_too_large: &'static str,
    pub error_too_many: &'static str,
    pub error_unavailable: &'static str,
    pub error_internal: &'static str,
    pub error_reference: &'static str,
    /// The texts of scopes, by name.
    pub scopes: &'static [(&'static str, &'static str)],
    /// The texts of claims, by name.
    pub claims: &'static [(&'static str, &'static str)],
}

impl Texts {
    pub fn form_error(&self, form_error: FormError) -> &'static str {
        match form_error {
            FormError::WrongPassword => self.wrong_password,
            FormError::NameTaken => self.name_taken,
            FormError::NameInvalid => self.name_invalid,
            FormError::DisplayNameInvalid => self.display_name_invalid,
            FormError::EmailInvalid => self.email_invalid,
            FormError::PasswordInvalid => self.password_invalid,
        }
    }

    /// What a scope lets an app do. `None` for a scope without a text: its description at Authlete is used.
    pub fn scope(&self, name: &str) -> Option<&'static str> {
        word(self.scopes, name)
    }

    /// The text of a claim, or its name.
    pub fn claim<'a>(&self, name: &'a str) -> &'a str {
        let base = name.split('#').next().unwrap_or(name);
        word(self.claims, base).unwrap_or(name)
    }
}

fn word(words: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let word = words.iter().find(|(word, _)| *word == name);
    word.map(|(_, text)| *text)
}
