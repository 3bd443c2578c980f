//! What a server does with an authorization request: log the user in, ask for consent, issue, or fail.

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

/// The next step of an authorization request. [`PendingAuthorization::decide`] makes it.
///
/// A request with `prompt=none` gets [`Issue`](Self::Issue) or [`Fail`](Self::Fail), never a page (OpenID Connect Core 1.0
/// §3.1.2.1).
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Decision {
    /// Show a page to the user.
    Interact(Interaction),
    /// Grant the request: add the claims of the user with [`PendingAuthorization::disclose`], and send it to `/auth/authorization/issue`.
    Issue(Box<AuthorizationIssueRequest>),
    /// Refuse the request: send it to `/auth/authorization/fail`.
    Fail(AuthorizationFailRequest),
}

/// The page that a user is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Interaction {
    /// Authenticate the user, then call [`PendingAuthorization::logged_in`].
    LogIn(LogIn),
    /// Let the user choose one of their accounts, or log in to another one (`prompt=select_account`). Then call
    /// [`PendingAuthorization::account_chosen`] or [`PendingAuthorization::logged_in`].
    ChooseAccount {
        /// The subject that the client expects. The choice of another one leads to a login.
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

/// What the login of a user has to satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogIn {
    /// Why a login is needed.
    pub reason: LoginReason,
    /// The subject that has to log in: from the claim `sub`, from `id_token_hint`, or the owner of the grant that the
    /// request changes. Any user may log in when there is none. Whoever else logs in makes the request fail.
    pub subject: Option<String>,
    /// The `login_hint` of the client, for the login form. It binds nobody.
    pub login_hint: Option<String>,
    /// The authentication context classes that the client asks for, in order of preference. A login that satisfies one of
    /// them says so by [`Session::acr`].
    pub acrs: Vec<String>,
    /// Whether the request fails when the login satisfies none of `acrs` (OpenID Connect Core 1.0 §5.5.1.1).
    pub acr_essential: bool,
}

/// Why a user has to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginReason {
    /// There is no session.
    NotLoggedIn,
    /// The request has `prompt=login`.
    Prompt,
    /// The last login is longer ago than `max_age` or the default of the client allows.
    MaxAge,
    /// Somebody else is logged in than the client expects.
    DifferentSubject,
    /// The last login satisfies none of the requested authentication context classes (RFC 9470 §4).
    Acr,
}

/// What to ask the user for.
///
/// The user's decision is a [`Consent`]: start with `requested` and take away what the user refuses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConsentRequest {
    /// All that the client asks for.
    pub requested: Consent,
    /// The part of it that the user has to be asked for. The user agreed to the rest before, and your page may leave it
    /// out. With `prompt=consent` it is all of it.
    pub missing: Consent,
    /// The claims that the client needs for what it does (OpenID Connect Core 1.0 §5.5.1). The user may refuse them, too.
    pub essential_claims: BTreeSet<String>,
}
