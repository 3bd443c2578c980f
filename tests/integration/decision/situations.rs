//! All relevant combinations of requests and sessions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use authlete::server::{Consent, PendingAuthorization, Session};
use authlete::types::AuthorizationResponse;
use serde_json::json;

/// The time of the request, in seconds since the epoch.
pub const BEGAN_AT: i64 = 1_767_225_600;
pub const TICKET: &str = "the-ticket-of-the-request";
pub const SCOPES: [&str; 3] = ["openid", "profile", "write"];
pub const CLAIMS: [&str; 2] = ["birthdate", "name"];

pub fn at(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acr {
    NotRequested,
    Voluntary,
    Essential,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub prompts: Vec<&'static str>,
    pub max_age: Option<i64>,
    pub acr: Acr,
    pub subject: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriorConsent {
    Never,
    ToSome,
    ToAll,
    NotNeeded,
}

#[derive(Debug, Clone, Copy)]
pub struct State {
    /// The seconds since alice logged in; `None` without a session.
    pub age: Option<i64>,
    pub acr: Option<&'static str>,
    pub before: PriorConsent,
}

pub const MAX_AGES: [Option<i64>; 3] = [None, Some(0), Some(600)];
pub const ACRS: [Acr; 3] = [Acr::NotRequested, Acr::Voluntary, Acr::Essential];
pub const SUBJECTS: [Option<&str>; 3] = [None, Some("alice"), Some("bob")];
pub const PRIOR_CONSENTS: [PriorConsent; 4] = [
    PriorConsent::Never,
    PriorConsent::ToSome,
    PriorConsent::ToAll,
    PriorConsent::NotNeeded,
];
/// -3600 is a session with a login time in the future.
pub const AGES: [Option<i64>; 6] = [
    None,
    Some(-3600),
    Some(0),
    Some(600),
    Some(601),
    Some(90_000),
];
pub const SESSION_ACRS: [Option<&str>; 3] = [None, Some("bronze"), Some("gold")];

/// `none` alone, and each combination of the other prompts.
pub fn prompts() -> Vec<Vec<&'static str>> {
    let words = ["LOGIN", "CONSENT", "SELECT_ACCOUNT", "CREATE"];
    let subsets = (0..16).map(|bits: u8| {
        let chosen = words
            .iter()
            .enumerate()
            .filter(|(index, _)| bits >> index & 1 == 1);
        chosen.map(|(_, word)| *word).collect()
    });
    subsets.chain([vec!["NONE"]]).collect()
}

pub fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for prompts in prompts() {
        for max_age in MAX_AGES {
            for acr in ACRS {
                requests.extend(SUBJECTS.map(|subject| Request {
                    prompts: prompts.clone(),
                    max_age,
                    acr,
                    subject,
                }));
            }
        }
    }
    requests
}

pub fn states() -> Vec<State> {
    let mut states = Vec::new();
    for age in AGES {
        for acr in SESSION_ACRS {
            states.extend(PRIOR_CONSENTS.map(|before| State { age, acr, before }));
        }
    }
    states
}

impl Request {
    pub fn has(&self, prompt: &str) -> bool {
        self.prompts.contains(&prompt)
    }

    pub fn answer(&self) -> AuthorizationResponse {
        let action = match self.has("NONE") {
            true => "NO_INTERACTION",
            false => "INTERACTION",
        };
        let acrs = (self.acr != Acr::NotRequested).then_some(["gold", "silver"]);
        serde_json::from_value(json!({
            "action": action,
            "ticket": TICKET,
            "prompts": self.prompts,
            "maxAge": self.max_age.unwrap_or_default(),
            "acrs": acrs,
            "acrEssential": self.acr == Acr::Essential,
            "subject": self.subject,
            "loginHint": "alice@example.com",
            "scopes": SCOPES.map(|name| json!({ "name": name })),
            "claims": CLAIMS,
        }))
        .unwrap()
    }

    pub fn pending(&self) -> PendingAuthorization {
        let parameters = match self.max_age {
            Some(seconds) => format!("client_id=1&max_age={seconds}"),
            None => "client_id=1".to_owned(),
        };
        PendingAuthorization::new(TICKET, self.answer(), &parameters, at(BEGAN_AT))
    }
}

impl State {
    pub fn session(&self) -> Option<Session> {
        let session = Session::new("alice", BEGAN_AT - self.age?);
        Some(with(session, self.acr, self.before))
    }
}

pub fn with(session: Session, acr: Option<&str>, before: PriorConsent) -> Session {
    let session = match acr {
        Some(acr) => session.with_acr(acr),
        None => session,
    };
    match before {
        PriorConsent::Never => session,
        PriorConsent::ToSome => {
            session.consented_before(Consent::new().scopes(["openid", "profile"]))
        }
        PriorConsent::ToAll => session.consented_before(Consent::new().scopes(SCOPES)),
        PriorConsent::NotNeeded => session.consent_not_needed(),
    }
}
