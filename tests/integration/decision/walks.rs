//! Random journeys of a user through the pages until the request ends.

use authlete::server::{Consent, Decision, Interaction, PendingAuthorization, Session};
use authlete::types::{AuthorizationFailReason, AuthorizationIssueRequest};
use proptest::prelude::*;
use proptest::sample::select;

use super::situations::{
    ACRS, AGES, Acr, BEGAN_AT, CLAIMS, MAX_AGES, PRIOR_CONSENTS, PriorConsent, Request, SCOPES,
    SESSION_ACRS, SUBJECTS, State, TICKET, at, prompts, with,
};

/// What the user does on one page.
#[derive(Debug, Clone)]
struct Step {
    /// The time that the user takes, in seconds.
    takes: i64,
    /// The account that logs in or is chosen.
    subject: &'static str,
    acr: Option<&'static str>,
    /// The age of the login in seconds: a login at another identity provider may be old.
    login_age: i64,
    /// The scopes that the user ticks.
    ticked: [bool; 3],
    /// Whether the server restarts meanwhile and reads the pending request from its store.
    restart: bool,
}

fn request() -> impl Strategy<Value = Request> {
    (
        select(prompts()),
        select(&MAX_AGES[..]),
        select(&ACRS[..]),
        select(&SUBJECTS[..]),
    )
        .prop_map(|(prompts, max_age, acr, subject)| Request {
            prompts,
            max_age,
            acr,
            subject,
        })
}

fn state() -> impl Strategy<Value = State> {
    (
        select(&AGES[..]),
        select(&SESSION_ACRS[..]),
        select(&PRIOR_CONSENTS[..]),
    )
        .prop_map(|(age, acr, before)| State { age, acr, before })
}

fn step() -> impl Strategy<Value = Step> {
    (
        select(&[0_i64, 1, 30, 700][..]),
        prop_oneof![4 => Just("alice"), 1 => Just("bob")],
        select(&SESSION_ACRS[..]),
        select(&[0_i64, 0, 0, 1, 10_000][..]),
        any::<[bool; 3]>(),
        any::<bool>(),
    )
        .prop_map(|(takes, subject, acr, login_age, ticked, restart)| Step {
            takes,
            subject,
            acr,
            login_age,
            ticked,
            restart,
        })
}

/// The maximum number of pages: account selection, three logins (one may create an account), and consent of two users: the
/// login of the first one can expire while the consent page is shown, a login for the request cannot.
const PAGES: usize = 6;

/// The state at the end of a journey.
struct Walk {
    pages: usize,
    session: Option<Session>,
    session_acr: Option<&'static str>,
    /// The scopes that the user of the session ticked, if the consent page was shown.
    ticked: Option<Vec<&'static str>>,
    asked: bool,
    now: i64,
    end: Decision,
}

fn walk(request: &Request, state: State, steps: &[Step]) -> Walk {
    let mut pending = request.pending();
    let (mut session, mut session_acr) = (state.session(), state.acr);
    let mut ticked: Option<(String, Vec<&'static str>)> = None;
    let mut now = BEGAN_AT;
    for (pages, step) in steps.iter().enumerate() {
        let decision = pending.decide(session.as_ref(), at(now));
        assert_no_ticket(&decision, &pending);
        now += step.takes;
        let logged_in = || {
            let session = Session::new(step.subject, now - step.login_age);
            with(session, step.acr, state.before)
        };
        match decision {
            Decision::Interact(Interaction::LogIn(_))
            | Decision::Interact(Interaction::CreateAccount { .. }) => {
                let new = logged_in();
                pending.logged_in(&new);
                (session, session_acr) = (Some(new), step.acr);
            }
            Decision::Interact(Interaction::ChooseAccount { .. }) => {
                // One of the accounts that are logged in already.
                let known = session.clone().unwrap();
                let chosen = match step.subject == known.subject() {
                    true => known,
                    false => with(
                        Session::new(step.subject, known.auth_time()),
                        session_acr,
                        state.before,
                    ),
                };
                pending.account_chosen(&chosen);
                session = Some(chosen);
            }
            Decision::Interact(Interaction::Consent(asked)) => {
                let session = session.as_ref().unwrap();
                let chosen: Vec<_> = SCOPES
                    .into_iter()
                    .zip(step.ticked)
                    .filter_map(|(scope, ticked)| ticked.then_some(scope))
                    .collect();
                let mut consent = asked.requested.clone();
                consent.retain_scopes(|scope| chosen.contains(&scope));
                let granted = pending.consented(session, consent.clone());
                assert_eq!(granted, consent);
                ticked = Some((session.subject().to_owned(), chosen));
            }
            end @ (Decision::Issue(_) | Decision::Fail(_)) => {
                let ticked = ticked.filter(|(subject, _)| {
                    session.as_ref().is_some_and(|s| s.subject() == subject)
                });
                return Walk {
                    pages,
                    session_acr,
                    asked: ticked.is_some(),
                    ticked: ticked.map(|(_, ticked)| ticked),
                    session,
                    now: now - step.takes,
                    end,
                };
            }
        }
        if step.restart {
            let stored = serde_json::to_string(&pending).unwrap();
            assert_eq!(
                serde_json::from_str::<PendingAuthorization>(&stored).unwrap(),
                pending
            );
            pending = serde_json::from_str(&stored).unwrap();
        }
    }
    panic!("the request has not ended after {PAGES} pages");
}

fn assert_no_ticket(decision: &Decision, pending: &PendingAuthorization) {
    let shown = format!("{decision:?} {pending:?}");
    assert!(!shown.contains(TICKET), "{shown}");
}

fn assert_issue_is_allowed(
    request: &Request,
    state: State,
    walk: &Walk,
    issue: &AuthorizationIssueRequest,
) {
    let session = walk.session.as_ref().unwrap();
    assert_eq!(issue.ticket.expose(), TICKET);
    assert_eq!(issue.subject, session.subject());
    assert_eq!(issue.auth_time, Some(session.auth_time()));
    assert_eq!(issue.acr.as_deref(), walk.session_acr);
    let auth_time = issue.auth_time.unwrap();
    let is_new = auth_time >= BEGAN_AT && walk.pages > 0;
    if request.has("LOGIN") || request.max_age == Some(0) {
        assert!(is_new, "a login from before the request");
    }
    if let Some(max_age) = request.max_age {
        assert!(is_new || walk.now - auth_time <= max_age, "too old a login");
        assert!(auth_time <= walk.now + 60, "a login in the future");
    }
    if request.acr == Acr::Essential {
        assert!(matches!(issue.acr.as_deref(), Some("gold" | "silver")));
    }
    if let Some(subject) = request.subject {
        assert_eq!(issue.subject, subject);
    }
    if request.has("CONSENT") {
        assert!(walk.asked, "the user was not asked for consent");
    }
    // Consent covers each scope and claim.
    let scopes = issue.scopes.clone();
    let scopes = scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).to_vec());
    let agreed = match (&walk.ticked, state.before) {
        (Some(ticked), _) => Consent::new()
            .scopes(ticked.iter().copied())
            .scopes(["openid"]),
        (None, PriorConsent::ToAll | PriorConsent::NotNeeded) => Consent::new().scopes(SCOPES),
        (None, PriorConsent::Never | PriorConsent::ToSome) => panic!("no consent"),
    };
    for scope in &scopes {
        assert!(agreed.scopes.contains(scope), "{scope} was not agreed to");
    }
    for scope in &agreed.scopes {
        assert!(scopes.contains(scope), "{scope} was agreed to");
    }
    let claims = issue.consented_claims.clone().unwrap();
    match agreed.scopes.contains("profile") {
        true => assert_eq!(claims, CLAIMS),
        false => assert_eq!(claims, ["sub"], "claims of a refused scope"),
    }
}

/// Whether the request has the requirement that the reason says is not met.
fn may_fail(request: &Request, reason: &AuthorizationFailReason) -> bool {
    use AuthorizationFailReason::*;
    let silent = request.has("NONE");
    match reason {
        NotLoggedIn | ConsentRequired => silent,
        ExceedsMaxAge => silent && request.max_age.is_some(),
        NotAuthenticated => !silent && (request.has("LOGIN") || request.max_age.is_some()),
        DifferentSubject => request.subject.is_some(),
        AcrNotSatisfied => request.acr == Acr::Essential,
        _ => false,
    }
}

/// The login of Bob's session expires while the consent page is shown. Alice logs in instead of him.
#[test]
fn consent_of_a_user_whose_login_expired_is_not_that_of_the_next_user() {
    let request = Request {
        prompts: vec!["SELECT_ACCOUNT"],
        max_age: Some(600),
        acr: Acr::Essential,
        subject: None,
    };
    let state = State {
        age: Some(600),
        acr: Some("gold"),
        before: PriorConsent::Never,
    };
    let step = |subject, takes, acr, ticked| Step {
        takes,
        subject,
        acr,
        login_age: 0,
        ticked,
        restart: false,
    };
    let steps = [
        step("bob", 0, None, [false; 3]),   // account selection
        step("bob", 1, None, [true; 3]),    // consent, until the login is too old
        step("alice", 0, None, [false; 3]), // logins, the third with the class that is essential
        step("alice", 0, None, [false; 3]),
        step("alice", 0, Some("gold"), [false; 3]),
        step("alice", 0, None, [false; 3]), // consent
        step("alice", 0, None, [false; 3]), // no page
    ];
    let walk = walk(&request, state, &steps);
    assert_eq!(walk.pages, 6);
    let Decision::Issue(issue) = &walk.end else {
        panic!("{:?}", walk.end);
    };
    assert_eq!(issue.subject, "alice");
    assert_issue_is_allowed(&request, state, &walk, issue);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn every_journey_ends_as_the_specification_allows(
        request in request(),
        state in state(),
        steps in prop::collection::vec(step(), PAGES + 1),
    ) {
        let walk = walk(&request, state, &steps);
        if request.has("NONE") {
            prop_assert_eq!(walk.pages, 0, "a page despite prompt=none");
        }
        match &walk.end {
            Decision::Issue(issue) => assert_issue_is_allowed(&request, state, &walk, issue),
            Decision::Fail(fail) => {
                prop_assert_eq!(fail.ticket.expose(), TICKET);
                prop_assert!(may_fail(&request, &fail.reason), "{:?}", fail.reason);
            }
            page => prop_assert!(false, "{page:?} is not an end"),
        }
    }

    /// A cooperative user is never rejected.
    #[test]
    fn request_is_granted_to_a_user_who_logs_in_and_consents(
        request in request(),
        state in state(),
        takes in select(&[0_i64, 1, 30, 700][..]),
    ) {
        prop_assume!(!request.has("NONE"));
        let step = Step {
            takes,
            subject: request.subject.unwrap_or("alice"),
            acr: Some("silver"),
            login_age: 0,
            ticked: [true; 3],
            restart: true,
        };
        let walk = walk(&request, state, &vec![step; PAGES + 1]);
        prop_assert!(walk.pages <= 4, "{} pages", walk.pages);
        let Decision::Issue(issue) = &walk.end else {
            return Err(TestCaseError::fail(format!("{:?}", walk.end)));
        };
        assert_issue_is_allowed(&request, state, &walk, issue);
        prop_assert_eq!(&issue.scopes, &None);
    }
}
