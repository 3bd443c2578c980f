//! The requirements of an authorization request for the user's authentication.

use super::{LoginReason, Session};
use crate::types::{AuthorizationResponse, Prompt};

/// A login, or the creation of an account, for the request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Login {
    pub subject: String,
    pub auth_time: i64,
}

/// The tolerated clock skew, in seconds. A session that is further in the future has a wrong time, and would never become
/// too old.
const SKEW: i64 = 60;

/// A request with its login, against which sessions are checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirements<'a> {
    pub answer: &'a AuthorizationResponse,
    pub max_age: Option<i64>,
    /// When the request arrived, in seconds since the epoch.
    pub began_at: i64,
    /// The last login for the request.
    pub login: Option<&'a Login>,
    pub now: i64,
}

impl Requirements<'_> {
    /// The requirement that the session does not meet; `None` if it meets all of them.
    pub fn unmet(&self, session: &Session) -> Option<LoginReason> {
        let is_renewed = self.is_renewed(session);
        if self.has_prompt(&Prompt::Login) && !is_renewed {
            return Some(LoginReason::Prompt);
        }
        // A login for this request does not become too old while the user decides.
        if self.is_too_old(session) && !is_renewed {
            return Some(LoginReason::MaxAge);
        }
        if subjects(self.answer).any(|subject| subject != session.subject) {
            return Some(LoginReason::DifferentSubject);
        }
        (!self.has_acr(session)).then_some(LoginReason::Acr)
    }

    /// Whether the user authenticated after the request arrived.
    fn is_renewed(&self, session: &Session) -> bool {
        self.login.is_some_and(|login| {
            login.subject == session.subject
                && session.auth_time >= login.auth_time.max(self.began_at)
                && !self.is_ahead(session)
        })
    }

    /// `max_age=0` is equivalent to `prompt=login` (OpenID Connect Core 1.0 §3.1.2.1).
    fn is_too_old(&self, session: &Session) -> bool {
        self.max_age.is_some_and(|max_age| {
            let age = self.now.saturating_sub(session.auth_time);
            max_age <= 0 || age > max_age || self.is_ahead(session)
        })
    }

    fn is_ahead(&self, session: &Session) -> bool {
        session.auth_time > self.now.saturating_add(SKEW)
    }

    fn has_acr(&self, session: &Session) -> bool {
        let acrs = self.answer.acrs.as_deref().unwrap_or_default();
        acrs.is_empty() || session.acr.as_ref().is_some_and(|acr| acrs.contains(acr))
    }

    fn has_prompt(&self, prompt: &Prompt) -> bool {
        has_prompt(self.answer, prompt)
    }
}

pub(super) fn has_prompt(answer: &AuthorizationResponse, prompt: &Prompt) -> bool {
    let prompts = answer.prompts.as_deref().unwrap_or_default();
    prompts.contains(prompt)
}

/// The subjects that must be logged in: the one that the client requests, and the owner of the grant to change. A request
/// with two different subjects cannot be granted.
pub(super) fn subjects(answer: &AuthorizationResponse) -> impl Iterator<Item = &str> {
    let subjects = [&answer.subject, &answer.grant_subject];
    let subjects = subjects.into_iter().filter_map(Option::as_deref);
    subjects.filter(|subject| !subject.is_empty())
}
