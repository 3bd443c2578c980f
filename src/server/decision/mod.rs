//! The decision on an authorization request: login, consent, issue or failure.

mod authentication;
mod claims_parameter;
mod consent;
mod max_age;
mod pending;
mod session;

use std::collections::BTreeSet;

use crate::types::{AuthorizationFailRequest, AuthorizationIssueRequest};
pub use consent::Consent;
pub use pending::PendingAuthorization;
pub use session::Session;

/// The next step of an authorization request, from [`PendingAuthorization::decide`].
///
/// A request with `prompt=none` gets [`Issue`](Self::Issue) or [`Fail`](Self::Fail), never a page (OpenID Connect Core 1.0
/// §3.1.2.1).
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Decision {
    /// Show a page to the user.
    Interact(Interaction),
    /// Grant the request: add the claims of the user with [`PendingAuthorization::disclose`], and send it to
    /// `/auth/authorization/issue`.
    Issue(Box<AuthorizationIssueRequest>),
    /// Refuse the request: send it to `/auth/authorization/fail`.
    Fail(AuthorizationFailRequest),
}

/// The page to show to a user.
#[derive(Debug, Clone, PartialEq)]
pub enum Interaction {
    /// Authenticate the user, then call [`PendingAuthorization::logged_in`].
    LogIn(LogIn),
    /// Let the user choose an account, or log in to another one (`prompt=select_account`). Then call
    /// [`PendingAuthorization::account_chosen`] or [`PendingAuthorization::logged_in`].
    ChooseAccount {
        /// The subject that the client expects. If the user chooses another one, a login follows.
        subject: Option<String>,
        /// The `login_hint` of the client.
        login_hint: Option<String>,
    },
    /// Let the user create an account (`prompt=create`, Initiating User Registration via OpenID Connect 1.0), then call
    /// [`PendingAuthorization::logged_in`]. The page may offer to log in to an existing account, too.
    CreateAccount {
        /// The `login_hint` of the client, such as the e-mail address for the new account.
        login_hint: Option<String>,
    },
    /// Ask the user for consent. Then call [`PendingAuthorization::consented`], or send
    /// [`PendingAuthorization::deny`] to Authlete.
    Consent(Box<ConsentRequest>),
}

/// The requirements for the login of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogIn {
    /// Why a login is needed.
    pub reason: LoginReason,
    /// The subject that must log in: from the claim `sub`, from `id_token_hint`, or the owner of the grant that the
    /// request changes. With `None`, any user may log in. A login of another user makes the request fail.
    pub subject: Option<String>,
    /// The `login_hint` of the client, for the login form. It is not binding.
    pub login_hint: Option<String>,
    /// The authentication context classes that the client requests, in order of preference. Set the one that the login
    /// satisfies with [`Session::acr`].
    pub acrs: Vec<String>,
    /// Whether the request fails when the login satisfies none of `acrs` (OpenID Connect Core 1.0 §5.5.1.1).
    pub acr_essential: bool,
}

/// Why a login is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginReason {
    /// There is no session.
    NotLoggedIn,
    /// The request has `prompt=login`.
    Prompt,
    /// The last login is older than `max_age` or the default of the client allows.
    MaxAge,
    /// Another user is logged in than the client expects.
    DifferentSubject,
    /// The last login satisfies none of the requested authentication context classes (RFC 9470 §4).
    Acr,
}

/// The consent to request from the user.
///
/// The user's decision is a [`Consent`]: start with `requested` and remove what the user refuses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConsentRequest {
    /// Everything that the client requests.
    pub requested: Consent,
    /// The part to which the user has not consented yet. Your page may leave out the rest. With `prompt=consent` it is
    /// everything.
    pub missing: Consent,
    /// The claims that the client marks as essential (OpenID Connect Core 1.0 §5.5.1). The user may refuse them, too.
    pub essential_claims: BTreeSet<String>,
}
