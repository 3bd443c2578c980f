//! Pending authorization requests.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::authentication::{Login, Requirements, has_prompt, subjects};
use super::consent::{OFFLINE_ACCESS, OPENID, scopes};
use super::session::PriorConsent;
use super::{
    Consent, ConsentRequest, Decision, Interaction, LogIn, LoginReason, Session, claims_parameter,
    max_age,
};
use crate::Secret;
use crate::server::claims::{Claims, RequestedClaims, consented_list};
use crate::server::page_id::page_id;
use crate::types::{
    AuthorizationAction, AuthorizationFailReason, AuthorizationFailRequest,
    AuthorizationIssueRequest, AuthorizationResponse, AuthzDetails, GmAction, Prompt,
};

/// The maximum number of logins for a request: enough to switch from a wrong account and to step up.
const LOGINS: u8 = 3;

/// An authorization request that Authlete accepted, from its arrival until it is granted or refused.
///
/// It decides the next step, without I/O: your server shows the pages and makes the calls. Store it in the browser's
/// session while a page is shown; it can be serialized. It contains the ticket, so it must stay on the server.
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
///     next_step(api, &pending, session, user).await // and store `pending` in the browser's session
/// }
///
/// /// Called when the request arrives, and again after each page.
/// async fn next_step(
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
/// After a page, record the result, and decide again:
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
/// A request fails after three logins that do not meet its requirements.
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

/// A requirement that is not met yet.
enum Unmet {
    Login(LoginReason),
    Choice,
    Account,
    Consent(Box<ConsentRequest>),
}

impl AuthorizationResponse {
    /// The ID of the client that sent the request. `None` in a response without a client.
    pub fn client_id(&self) -> Option<i64> {
        self.client.as_ref()?.client_id
    }
}

impl PendingAuthorization {
    /// An authorization request that has just arrived.
    ///
    /// `ticket` and `answer` are the fields of [`AuthorizationNext`](crate::server::AuthorizationNext), and `parameters` is
    /// the query string or the form of the request. The parameters and the request object are needed to distinguish
    /// `max_age=0`, which requires a login, from a request without `max_age`: Authlete's response does not. For a pushed
    /// request (RFC 9126), see [`pushed`](Self::pushed).
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

    /// Adds the parameters of a pushed request (RFC 9126), so that `max_age=0` in them is respected. Your PAR endpoint
    /// stores them under the `request_uri` that it returns. A request object need not be stored.
    #[must_use]
    #[inline]
    pub fn pushed(mut self, parameters: &str) -> Self {
        if self.max_age.is_none() && max_age::in_parameters(parameters) {
            self.max_age = Some(0);
        }
        self
    }

    /// Allows the scope `offline_access` without `prompt=consent`: the user is asked for consent each time. By default it is
    /// ignored then, as OpenID Connect Core 1.0 §11 requires unless "other conditions" for it are in place.
    /// With `prompt=none` it is always ignored, since the user cannot be asked.
    #[must_use]
    #[inline]
    pub fn allow_offline_access(mut self) -> Self {
        self.offline_access_allowed = true;
        self
    }

    /// Authlete's response: the client, the scopes with their descriptions, and other data for pages.
    pub fn answer(&self) -> &AuthorizationResponse {
        &self.answer
    }

    /// The ID of the client that sent the request.
    pub fn client_id(&self) -> Option<i64> {
        self.answer.client_id()
    }

    /// Identifies this request on its pages. Put it into a hidden field of each form, and accept a submitted form only if it
    /// has the ID of the request in the session.
    ///
    /// All tabs of a browser share one session. While a user reads the page for one client, any website can open another tab
    /// with another authorization request. Without the ID, the consent to the first would apply to the second.
    ///
    /// It is not secret, and reveals nothing about the ticket.
    pub fn page_id(&self) -> &str {
        &self.page_id
    }

    /// Decides the next step.
    ///
    /// The checks are those of OpenID Connect Core 1.0 §3.1.2.3 and §3.1.2.4, in this order:
    ///
    /// 1. `prompt=create` leads to the creation of an account, before anything else.
    /// 2. A user must be logged in.
    /// 3. `prompt=select_account` leads to a choice of accounts, unless the user logged in for this request.
    /// 4. `prompt=login` and `max_age=0` require a login for this request. Any other `max_age` requires a login that is not
    ///    older, or a login for this request (§3.1.2.1).
    /// 5. The user must be the one that the client expects, by the claim `sub` (§5.5.1) or `id_token_hint`, and the one
    ///    whose grant the request changes (Grant Management for OAuth 2.0).
    /// 6. The login must satisfy one of the requested authentication context classes, if they are essential (§5.5.1.1). If
    ///    they are voluntary, the user is asked once to log in for them, and any login is then accepted.
    /// 7. The user must have consented to everything that is requested, or consent now. With `prompt=consent`, for
    ///    `offline_access` (§11), and if a grant is created or replaced, earlier consent is ignored.
    ///
    /// A request that must not show a page fails at the first check that is not met.
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

    /// Records that the user logged in for this request, or created an account. `session` is the new session: its
    /// authentication time is that of this login. Also renew the identifier of the browser's session, to prevent session
    /// fixation.
    pub fn logged_in(&mut self, session: &Session) {
        self.logins = self.logins.saturating_add(1);
        self.login = Some(Login {
            subject: session.subject.clone(),
            auth_time: session.auth_time,
        });
    }

    /// Records that the user chose the account of `session` among those that are logged in.
    pub fn account_chosen(&mut self, session: &Session) {
        self.chosen = Some(session.subject.clone());
    }

    /// Records the user's consent. It need not include everything that the client requests. Items that were not requested
    /// are ignored, and so are claims that belong only to refused scopes. An empty consent denies the request.
    ///
    /// Returns the consent to store for the next request of this client: merge it into the stored one with [`Consent::union`],
    /// and pass it to [`Session::consented_before`]. It has no authorization details and no scopes with a variable part,
    /// which may be for a single transaction, such as a payment. Add those for which the user need not be asked again.
    pub fn consented(&mut self, session: &Session, consent: Consent) -> Consent {
        let consent = consent.within(&self.requested(), &self.answer);
        self.consent = Some(GivenConsent {
            subject: session.subject.clone(),
            consent: consent.clone(),
        });
        consent.lasting(&self.answer)
    }

    /// Records consent to these scopes, and to everything else that the client requests, as from a page with a
    /// checkbox for each scope. See [`Consent::retain_scopes`] for the claims of refused scopes, and
    /// [`consented`](Self::consented) for the returned value.
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

    /// Adds the values of the claims that the user consented to disclose to the request of [`Decision::Issue`]: for the ID
    /// token, and for transformed claims. The UserInfo endpoint collects its claims according to the consent that Authlete
    /// stores: see [`ConsentedClaims`](crate::server::ConsentedClaims).
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
        // The request already has the scopes and the names of the claims.
        request.claims = consented.claims_text(request.claims.take(), user);
        request.claims_for_tx = consented.claims_for_tx(user);
        request.verified_claims_for_tx = consented.verified_claims_for_tx(user);
        request
    }

    /// The request to send when the user denies consent: the client gets `access_denied`.
    pub fn deny(&self) -> AuthorizationFailRequest {
        self.fail(AuthorizationFailReason::Denied)
    }

    /// The request to send on failure for another reason, such as an unknown resource
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

    /// The session of the user who grants the request, and the consent.
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
            // A voluntary requirement: ask once, and only if a page may be shown.
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

    /// The whole requested consent, if the user gave it before.
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
            None => requested.difference(before),
            Some(GmAction::Merge) => {
                let is_own = answer.grant_subject.as_ref() == Some(&session.subject);
                let grant = answer.grant.as_ref().filter(|_| is_own);
                let granted = grant.map(Consent::granted).unwrap_or_default();
                requested.difference(before).difference(&granted)
            }
            // The new grant is independent of earlier consent.
            Some(_) => requested.clone(),
        };
        let offline_access = offline_access(requested).unwrap_or_default();
        missing.scopes.extend(offline_access.scopes);
        (!missing.is_empty()).then_some(missing)
    }

    /// Everything that the client requests, from which the user may remove parts.
    pub fn requested(&self) -> Consent {
        // `offline_access` has a special meaning only in OpenID Connect requests.
        let counts = self.has_prompt(&Prompt::Consent)
            || (self.offline_access_allowed && self.may_interact())
            || !scopes(&self.answer).contains(&OPENID);
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
        let mut scopes = scopes(&self.answer);
        let asked = scopes.len();
        scopes.retain(|&scope| consent.scopes.contains(scope));
        if scopes.len() < asked {
            request.scopes = Some(scopes.into_iter().map(str::to_owned).collect());
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
    /// The reason to fail a request that must not show a page (OpenID Connect Core 1.0 §3.1.2.6).
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

/// The reason to fail a request whose logins do not meet its requirements.
fn after_logins(reason: LoginReason) -> AuthorizationFailReason {
    match reason {
        LoginReason::NotLoggedIn | LoginReason::Prompt | LoginReason::MaxAge => {
            AuthorizationFailReason::NotAuthenticated
        }
        LoginReason::DifferentSubject => AuthorizationFailReason::DifferentSubject,
        LoginReason::Acr => AuthorizationFailReason::AcrNotSatisfied,
    }
}

/// Only the scope `offline_access`, if it is requested: it needs consent each time (OpenID Connect Core 1.0 §11).
fn offline_access(requested: &Consent) -> Option<Consent> {
    let is_requested =
        requested.scopes.contains(OFFLINE_ACCESS) && requested.scopes.contains(OPENID);
    is_requested.then(|| Consent::new().scopes([OFFLINE_ACCESS]))
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}
