//! Authorization requests that wait for their user.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::authentication::{Requirements, Login, has_prompt, subjects};
use super::consent::{OFFLINE_ACCESS, OPENID, scopes};
use super::session::PriorConsent;
use super::{
    Consent, ConsentRequest, Decision, Interaction, LogIn, LoginReason, Session, claims_parameter,
    max_age,
};
use crate::Secret;
use crate::server::claims::{Claims, RequestedClaims, consented_list};
use crate::types::{
    AuthorizationAction, AuthorizationFailReason, AuthorizationFailRequest,
    AuthorizationIssueRequest, AuthorizationResponse, AuthzDetails, GmAction, Prompt,
};

/// How many logins a request may lead to, so that a user can correct a wrong account and step up. Then it fails.
const LOGINS: u8 = 3;

/// An authorization request that Authlete accepted, from its arrival until it is granted or refused.
///
/// It decides what comes next, without I/O: your server shows the pages and makes the calls. Keep it in the session of the
/// browser while the user is at a page; it can be serialized. It holds the ticket, so it must stay on the server.
///
/// ```
/// use std::time::SystemTime;
/// use authlete::server::{
///     AuthorizationNext, Claims, Decision, Interaction, PendingAuthorization, Response, Session,
/// };
/// use authlete::{Authlete, types::AuthorizationRequest};
///
/// enum Reply { Send(Response), LoginPage, AccountsPage, NewAccountPage, ConsentPage }
///
/// async fn authorize(
///     api: &Authlete,
///     query: &str,
///     session: Option<&Session>,
///     user: &dyn Claims,
/// ) -> authlete::Result<Reply> {
///     let answer = api.authorization(&AuthorizationRequest::new(query)).await?;
///     let (ticket, answer) = match answer.next() {
///         AuthorizationNext::Respond(response) => return Ok(Reply::Send(response)),
///         AuthorizationNext::Interaction { ticket, answer } => (ticket, answer),
///         AuthorizationNext::NoInteraction { ticket, answer } => (ticket, answer),
///     };
///     let pending = PendingAuthorization::new(ticket, answer, query, SystemTime::now());
///     go_on(api, &pending, session, user).await // and keep `pending` in the session of the browser
/// }
///
/// /// After the request came, and again after each page.
/// async fn go_on(
///     api: &Authlete,
///     pending: &PendingAuthorization,
///     session: Option<&Session>,
///     user: &dyn Claims,
/// ) -> authlete::Result<Reply> {
///     Ok(match pending.decide(session, SystemTime::now()) {
///         Decision::Interact(page) => match page {
///             Interaction::LogIn(_) => Reply::LoginPage,
///             Interaction::ChooseAccount { .. } => Reply::AccountsPage,
///             Interaction::CreateAccount { .. } => Reply::NewAccountPage,
///             Interaction::Consent(_) => Reply::ConsentPage,
///         },
///         Decision::Issue(request) => {
///             let request = pending.disclose(*request, user);
///             let authlete::server::AuthorizationIssueNext::Respond(response) =
///                 api.authorization_issue(&request).await?.next();
///             Reply::Send(response)
///         }
///         Decision::Fail(request) => {
///             let authlete::server::AuthorizationFailNext::Respond(response) =
///                 api.authorization_fail(&request).await?.next();
///             Reply::Send(response)
///         }
///     })
/// }
/// ```
///
/// After a page, tell it what happened, and decide again:
///
/// ```
/// # use authlete::server::{Consent, PendingAuthorization, Session};
/// # fn example(pending: &mut PendingAuthorization, session: &Session, ticked: &[String], mut consent: Consent) {
/// pending.logged_in(session); // the login succeeded
/// consent.retain_scopes(|scope| ticked.iter().any(|ticked| ticked == scope)); // of `ConsentRequest::requested`
/// let granted = pending.consented(session, consent); // keep it for the next request of this client
/// # let _ = granted; }
/// ```
///
/// A request ends after at most three logins: then it fails for the reason that the last login did not remedy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingAuthorization {
    page_id: String,
    ticket: Secret,
    answer: Box<AuthorizationResponse>,
    max_age: Option<i64>,
    began_at: i64,
    offline_access_allowed: bool,
    logins: u8,
    login: Option<Login>,
    chosen: Option<String>,
    consent: Option<GivenConsent>,
}

/// The consent that a user gave to the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct GivenConsent {
    subject: String,
    consent: Consent,
}

/// What a request lacks.
enum Unmet {
    Login(LoginReason),
    Choice,
    Account,
    Consent(Box<ConsentRequest>),
}

impl AuthorizationResponse {
    /// The client that asks. `None` in an answer without a client.
    pub fn client_id(&self) -> Option<i64> {
        self.client.as_ref()?.client_id
    }
}

impl PendingAuthorization {
    /// An authorization request that has just come.
    ///
    /// `ticket` and `answer` are what [`AuthorizationNext`](crate::server::AuthorizationNext) has, and `parameters` is the
    /// text that Authlete was asked with: the query string or the form. The answer of Authlete has no difference between
    /// `max_age=0`, which demands a login, and no `max_age`, which demands nothing: the parameters and the request object
    /// have it. A client that pushed its request (RFC 9126) has them elsewhere: see [`pushed`](Self::pushed).
    pub fn new(
        ticket: impl Into<Secret>,
        answer: impl Into<Box<AuthorizationResponse>>,
        parameters: &str,
        now: SystemTime,
    ) -> Self {
        let (ticket, answer) = (ticket.into(), answer.into());
        Self {
            page_id: page_id(&ticket),
            ticket,
            max_age: max_age::requested(&answer, parameters),
            answer,
            began_at: seconds(now),
            offline_access_allowed: false,
            logins: 0,
            login: None,
            chosen: None,
            consent: None,
        }
    }

    /// Adds the parameters that the client pushed (RFC 9126), so that `max_age=0` among them counts. Your endpoint for
    /// pushed requests keeps them by the `request_uri` that it returned; of a request object it need not keep anything.
    #[must_use]
    pub fn pushed(mut self, parameters: &str) -> Self {
        if self.max_age.is_none() && max_age::in_parameters(parameters) {
            self.max_age = Some(0);
        }
        self
    }

    /// Lets the scope `offline_access` count without `prompt=consent`: the user is asked for it each time. Without this
    /// call it is ignored then, as OpenID Connect Core 1.0 §11 has it, unless your server has "other conditions" for it.
    /// With `prompt=none` it is always ignored, since nobody can be asked.
    #[must_use]
    pub fn allow_offline_access(mut self) -> Self {
        self.offline_access_allowed = true;
        self
    }

    /// The answer of Authlete: the client, the scopes with their descriptions and what else a page shows.
    pub fn answer(&self) -> &AuthorizationResponse {
        &self.answer
    }

    /// The client that asks.
    pub fn client_id(&self) -> Option<i64> {
        self.answer.client_id()
    }

    /// Identifies this request on its pages. Put it into a hidden field of each form, and go on only when the form that came
    /// has the ID of the request in the session.
    ///
    /// All tabs of a browser share one session. While a user reads the page for one client, any website can open another tab
    /// with an authorization request of its own. Without the ID, the agreement to the first would count for the second.
    ///
    /// It is not secret, and says nothing of the ticket.
    pub fn page_id(&self) -> &str {
        &self.page_id
    }

    /// Decides what comes next.
    ///
    /// The checks are those of OpenID Connect Core 1.0 §3.1.2.3 and §3.1.2.4, in this order:
    ///
    /// 1. `prompt=create` leads to a new account, before anything else.
    /// 2. Somebody must be logged in.
    /// 3. `prompt=select_account` leads to a choice of accounts, unless the user logged in for this request.
    /// 4. `prompt=login` and `max_age=0` demand a login since the request came, and any other `max_age` one that is not
    ///    older than that, or came since (§3.1.2.1).
    /// 5. The user must be the one that the client expects, by the claim `sub` (§5.5.1) or `id_token_hint`, and the one
    ///    whose grant the request changes (Grant Management for OAuth 2.0).
    /// 6. The login must satisfy one of the requested authentication context classes, if they are essential (§5.5.1.1). If
    ///    they are not, the user is asked to log in for them once, and the request goes on with what that login satisfies.
    /// 7. The user must have agreed to all that is requested, or agree now: with `prompt=consent`, for `offline_access`
    ///    (§11), and where a grant is created or replaced, agreement from before does not count.
    ///
    /// A request that must not show a page fails at the first check that does not hold.
    pub fn decide(&self, session: Option<&Session>, now: SystemTime) -> Decision {
        let mut subjects = subjects(&self.answer);
        let subject = subjects.next();
        let has_two_subjects = subjects.any(|other| Some(other) != subject);
        if has_two_subjects {
            return self.failed(AuthorizationFailReason::DifferentSubject);
        }
        match self.granted(session, seconds(now)) {
            Ok((session, consent)) => self.issue(session, consent),
            Err(unmet) if self.may_interact() => self.ask(unmet),
            Err(unmet) => self.failed(unmet.without_a_page()),
        }
    }

    /// Notes that the user logged in for this request, or created an account. `session` is the new session: its
    /// authentication time is that of this login. Give the session of the browser a new identifier, too, so that nobody
    /// else knows it.
    pub fn logged_in(&mut self, session: &Session) {
        self.logins = self.logins.saturating_add(1);
        self.login = Some(Login {
            subject: session.subject.clone(),
            auth_time: session.auth_time,
        });
    }

    /// Notes that the user chose the account of `session` among those that are logged in.
    pub fn account_chosen(&mut self, session: &Session) {
        self.chosen = Some(session.subject.clone());
    }

    /// Notes what the user agreed to. It need not be all that the client asks for; what was not requested does not count,
    /// nor does a claim that only a refused scope stands for. A consent to nothing denies the request.
    ///
    /// Returns what you keep for the next request of this client, together with what you have already: [`Consent::and`],
    /// [`Session::consented_before`]. It has no authorization details and no scopes with a variable part, since these may
    /// stand for a single transaction, such as a payment. Add those for which the user need not be asked again.
    pub fn consented(&mut self, session: &Session, consent: Consent) -> Consent {
        let consent = consent.within(&self.requested(), &self.answer);
        self.consent = Some(GivenConsent {
            subject: session.subject.clone(),
            consent: consent.clone(),
        });
        consent.lasting(&self.answer)
    }

    /// Notes that the user agreed to these of the scopes, and to everything else that the client asks for: what a page with one
    /// box for each scope says. See [`Consent::retain_scopes`] for the claims of refused scopes, and
    /// [`consented`](Self::consented) for what is returned.
    pub fn consented_to_scopes(
        &mut self,
        session: &Session,
        scopes: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Consent {
        let scopes: Vec<_> = scopes.into_iter().collect();
        let mut consent = self.requested();
        consent.retain_scopes(|scope| scopes.iter().any(|agreed| agreed.as_ref() == scope));
        self.consented(session, consent)
    }

    /// Adds the values of the claims that the user agreed to disclose to the request of [`Decision::Issue`]: for the ID
    /// token, and for transformed claims. Those for the userinfo endpoint are collected there, of what Authlete keeps of
    /// the consent: see [`ConsentedClaims`](crate::server::ConsentedClaims).
    #[must_use]
    pub fn disclose(
        &self,
        mut request: AuthorizationIssueRequest,
        user: &(impl Claims + ?Sized),
    ) -> AuthorizationIssueRequest {
        let requested = RequestedClaims::from(&*self.answer);
        let mut consented = match &request.scopes {
            Some(granted) => requested.consent(granted),
            None => requested.consent(scopes(&self.answer)),
        };
        if let Some(names) = &request.consented_claims {
            consented = consented.only(names);
        }
        // The decision has the scopes and the names of the claims.
        request.claims = consented.claims_text(request.claims.take(), user);
        request.claims_for_tx = consented.claims_for_tx(user);
        request.verified_claims_for_tx = consented.verified_claims_for_tx(user);
        request
    }

    /// The refusal by the user: the client gets `access_denied`.
    pub fn deny(&self) -> AuthorizationFailRequest {
        self.fail(AuthorizationFailReason::Denied)
    }

    /// A refusal for another reason, such as a resource that your server does not know
    /// ([`InvalidTarget`](AuthorizationFailReason::InvalidTarget)).
    pub fn fail(&self, reason: AuthorizationFailReason) -> AuthorizationFailRequest {
        AuthorizationFailRequest::new(self.ticket.clone(), reason)
    }

    fn failed(&self, reason: AuthorizationFailReason) -> Decision {
        Decision::Fail(self.fail(reason))
    }

    fn may_interact(&self) -> bool {
        self.answer.action == AuthorizationAction::Interaction && !self.has_prompt(&Prompt::None)
    }

    fn has_prompt(&self, prompt: &Prompt) -> bool {
        has_prompt(&self.answer, prompt)
    }

    /// Who grants the request, and what.
    fn granted<'a>(
        &self,
        session: Option<&'a Session>,
        now: i64,
    ) -> Result<(&'a Session, Consent), Unmet> {
        let session = self.authenticated(session, now)?;
        let given = self.consent.as_ref();
        match given.filter(|given| given.subject == session.subject) {
            Some(given) => Ok((session, given.consent.clone())),
            None => Ok((session, self.consented_before(session)?)),
        }
    }

    fn authenticated<'a>(
        &self,
        session: Option<&'a Session>,
        now: i64,
    ) -> Result<&'a Session, Unmet> {
        if self.has_prompt(&Prompt::Create) && self.logins == 0 {
            return Err(Unmet::Account);
        }
        let session = session.ok_or(Unmet::Login(LoginReason::NotLoggedIn))?;
        let login = self.login.as_ref();
        let is_chosen = self.chosen.as_ref() == Some(&session.subject)
            || login.is_some_and(|login| login.subject == session.subject);
        if self.has_prompt(&Prompt::SelectAccount) && !is_chosen {
            return Err(Unmet::Choice);
        }
        let demands = Requirements {
            answer: &self.answer,
            max_age: self.max_age,
            began_at: self.began_at,
            login,
            now,
        };
        match demands.unmet(session) {
            // A wish of the client: nobody is asked twice for it, and nobody who cannot be asked.
            Some(LoginReason::Acr)
                if !self.is_acr_essential() && (self.logins > 0 || !self.may_interact()) =>
            {
                Ok(session)
            }
            Some(reason) => Err(Unmet::Login(reason)),
            None => Ok(session),
        }
    }

    fn is_acr_essential(&self) -> bool {
        self.answer.acr_essential == Some(true)
    }

    /// All that is requested, if the user agreed to it before the request.
    fn consented_before(&self, session: &Session) -> Result<Consent, Unmet> {
        let requested = self.requested();
        let missing = match &session.prior {
            _ if self.has_prompt(&Prompt::Consent) => Some(requested.clone()),
            PriorConsent::Never => Some(requested.clone()),
            PriorConsent::To(before) => self.missing(session, &requested, before),
            PriorConsent::NotNeeded => offline_access(&requested),
        };
        match missing {
            None => Ok(requested),
            Some(missing) => Err(Unmet::Consent(Box::new(ConsentRequest {
                requested,
                missing,
                essential_claims: claims_parameter::essential(&self.answer),
            }))),
        }
    }

    fn missing(&self, session: &Session, requested: &Consent, before: &Consent) -> Option<Consent> {
        let answer = &self.answer;
        let mut missing = match &answer.gm_action {
            None => requested.without(before),
            Some(GmAction::Merge) => {
                let is_own = answer.grant_subject.as_ref() == Some(&session.subject);
                let grant = answer.grant.as_ref().filter(|_| is_own);
                let granted = grant.map(Consent::granted).unwrap_or_default();
                requested.without(before).without(&granted)
            }
            // A grant with content of its own, whatever there was before.
            Some(_) => requested.clone(),
        };
        let offline_access = offline_access(requested).unwrap_or_default();
        missing.scopes.extend(offline_access.scopes);
        (!missing.is_empty()).then_some(missing)
    }

    /// All that the client asks for: what a consent starts with, before the user takes something away.
    pub fn requested(&self) -> Consent {
        // The scope is one of OpenID Connect: elsewhere it is a scope like any other.
        let counts = self.has_prompt(&Prompt::Consent)
            || (self.offline_access_allowed && self.may_interact())
            || !scopes(&self.answer).any(|scope| scope == OPENID);
        Consent::requested(&self.answer, counts)
    }

    fn ask(&self, unmet: Unmet) -> Decision {
        let (subject, hint) = (subjects(&self.answer).next(), &self.answer.login_hint);
        Decision::Interact(match unmet {
            Unmet::Login(reason) if self.logins >= LOGINS => {
                return self.failed(after_logins(reason));
            }
            Unmet::Login(reason) => Interaction::LogIn(LogIn {
                reason,
                subject: subject.map(str::to_owned),
                login_hint: hint.clone(),
                acrs: self.answer.acrs.clone().unwrap_or_default(),
                acr_essential: self.is_acr_essential(),
            }),
            Unmet::Choice => Interaction::ChooseAccount {
                subject: subject.map(str::to_owned),
                login_hint: hint.clone(),
            },
            Unmet::Account => Interaction::CreateAccount {
                login_hint: hint.clone(),
            },
            Unmet::Consent(request) => Interaction::Consent(request),
        })
    }

    fn issue(&self, session: &Session, consent: Consent) -> Decision {
        let requested = self.requested();
        if !consent.grants_something() && requested.grants_something() {
            return self.failed(AuthorizationFailReason::Denied);
        }
        let mut request = AuthorizationIssueRequest::new(self.ticket.clone(), &session.subject)
            .auth_time(session.auth_time);
        request.acr.clone_from(&session.acr);
        request.session_id.clone_from(&session.id);
        if !session.amr.is_empty() {
            request.claims = Some(json!({ "amr": session.amr }).to_string());
        }
        if scopes(&self.answer).any(|scope| !consent.scopes.contains(scope)) {
            let granted = scopes(&self.answer).filter(|&scope| consent.scopes.contains(scope));
            request.scopes = Some(granted.map(str::to_owned).collect());
        }
        if !requested.claims.is_empty() {
            request.consented_claims = Some(consented_list(consent.claims));
        }
        if consent.authorization_details != requested.authorization_details {
            request.authorization_details =
                Some(AuthzDetails::new().elements(consent.authorization_details));
        }
        Decision::Issue(Box::new(request))
    }
}

impl Unmet {
    /// Why a request fails that must not show a page (OpenID Connect Core 1.0 §3.1.2.6).
    fn without_a_page(&self) -> AuthorizationFailReason {
        match self {
            Self::Login(LoginReason::NotLoggedIn) => AuthorizationFailReason::NotLoggedIn,
            Self::Login(LoginReason::MaxAge) => AuthorizationFailReason::ExceedsMaxAge,
            Self::Login(reason) => after_logins(*reason),
            Self::Choice => AuthorizationFailReason::AccountSelectionRequired,
            Self::Account => AuthorizationFailReason::InteractionRequired,
            Self::Consent(_) => AuthorizationFailReason::ConsentRequired,
        }
    }
}

/// Why a request fails when the logins did not help.
fn after_logins(reason: LoginReason) -> AuthorizationFailReason {
    match reason {
        LoginReason::NotLoggedIn | LoginReason::Prompt | LoginReason::MaxAge => {
            AuthorizationFailReason::NotAuthenticated
        }
        LoginReason::DifferentSubject => AuthorizationFailReason::DifferentSubject,
        LoginReason::Acr => AuthorizationFailReason::AcrNotSatisfied,
    }
}

/// The scope `offline_access` alone, if it is requested: a user is asked for it each time (OpenID Connect Core 1.0 §11).
fn offline_access(requested: &Consent) -> Option<Consent> {
    let is_requested =
        requested.scopes.contains(OFFLINE_ACCESS) && requested.scopes.contains(OPENID);
    is_requested.then(|| Consent::new().scopes([OFFLINE_ACCESS]))
}

/// The hash has a new key each time, so the ID differs even for the same ticket.
fn page_id(ticket: &Secret) -> String {
    format!("{:016x}", RandomState::new().hash_one(ticket.expose()))
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}
