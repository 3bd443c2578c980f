//! The session of a user at the server.

use serde::{Deserialize, Serialize};

use super::Consent;

/// The session of a user with an authorization request, and the user's earlier consent. It can be serialized.
///
/// ```
/// use authlete::server::{Consent, Session};
///
/// let session = Session::new("alice", 1_767_225_600)
///     .with_acr("urn:example:two-factor")
///     .with_amr(["pwd", "otp"])
///     .consented_before(Consent::new().scopes(["openid", "profile"]));
/// # assert_eq!(session.subject(), "alice");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub(super) subject: String,
    pub(super) auth_time: i64,
    pub(super) acr: Option<String>,
    pub(super) amr: Vec<String>,
    pub(super) id: Option<String>,
    pub(super) prior: PriorConsent,
}

/// The consent of a user from before an authorization request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum PriorConsent {
    /// The user has not been asked for consent for this client.
    Never,
    To(Consent),
    /// The client needs no consent.
    NotNeeded,
}

impl Session {
    /// The session of a user.
    ///
    /// `subject` is the user's identifier for `/auth/authorization/issue`. `auth_time` is when the user last
    /// authenticated, in seconds since the Unix epoch, by the same clock as the `now` of
    /// [`decide`](super::PendingAuthorization::decide). It is the time of the login, not of the last request.
    pub fn new(subject: impl Into<String>, auth_time: i64) -> Self {
        Self {
            subject: subject.into(),
            auth_time,
            acr: None,
            amr: Vec::new(),
            id: None,
            prior: PriorConsent::Never,
        }
    }

    /// The authentication context class that the login satisfied. It becomes the claim `acr`.
    #[must_use]
    pub fn with_acr(mut self, acr: impl Into<String>) -> Self {
        self.acr = Some(acr.into());
        self
    }

    /// The authentication methods of the login (RFC 8176). They become the claim `amr` of the ID token.
    #[must_use]
    pub fn with_amr(mut self, amr: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.amr = amr.into_iter().map(Into::into).collect();
        self
    }

    /// The session identifier for clients: the claim `sid`. Native SSO and logout need it. Do not use the
    /// value of the session cookie, with which clients could take over the session.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The user's earlier consent for the client of this request. Without it, the user is asked for everything.
    #[must_use]
    pub fn consented_before(mut self, consent: Consent) -> Self {
        self.prior = PriorConsent::To(consent);
        self
    }

    /// Declares that the client needs no consent, for example a first-party application. The user is still asked if the
    /// request has `prompt=consent`, and for `offline_access` (OpenID Connect Core 1.0 §11).
    #[must_use]
    pub fn consent_not_needed(mut self) -> Self {
        self.prior = PriorConsent::NotNeeded;
        self
    }

    /// The user's identifier.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When the user last authenticated, in seconds since the Unix epoch.
    pub fn auth_time(&self) -> i64 {
        self.auth_time
    }

    /// The session identifier for clients.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The authentication context class that the login satisfied.
    pub fn acr(&self) -> Option<&str> {
        self.acr.as_deref()
    }
}
