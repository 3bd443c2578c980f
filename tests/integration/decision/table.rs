//! The first decision on a request, compared with a table from OpenID Connect Core 1.0 §3.1.2.
//!
//! The table is written from the text of the specification and shares no code with the crate. The first row that applies
//! determines the outcome.

use authlete::server::{Decision, Interaction, LoginReason};
use authlete::types::AuthorizationFailReason as Reason;

use super::situations::{Acr, BEGAN_AT, PriorConsent, Request, State, at, requests, states};

/// The response to the user's browser.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// One of the pages.
    Login(LoginReason),
    Accounts,
    Registration,
    Consent,
    /// An authorization response.
    Granted,
    /// An error response (§3.1.2.6), and the reason that is sent to Authlete.
    Refused(&'static str, Reason),
}

struct Row {
    rule: &'static str,
    applies: fn(&Request, &State) -> bool,
    outcome: Outcome,
}

fn row(rule: &'static str, applies: fn(&Request, &State) -> bool, outcome: Outcome) -> Row {
    Row {
        rule,
        applies,
        outcome,
    }
}

fn elapsed_too_much(request: &Request, state: &State) -> bool {
    match (request.max_age, state.age) {
        (Some(0), Some(_)) => true,
        (Some(limit), Some(age)) => age > limit || age < -60,
        _ => false,
    }
}

fn other_user(request: &Request, state: &State) -> bool {
    state.age.is_some() && request.subject == Some("bob")
}

fn acr_missed(request: &Request, state: &State) -> bool {
    request.acr != Acr::NotRequested && state.acr != Some("gold")
}

fn not_consented(_: &Request, state: &State) -> bool {
    matches!(state.before, PriorConsent::Never | PriorConsent::ToSome)
}

fn table() -> Vec<Row> {
    use Outcome::*;
    vec![
        // prompt=none: no page (§3.1.2.1), and the errors of §3.1.2.6.
        row(
            "§3.1.2.1 none: an error is returned if an End-User is not already Authenticated",
            |request, state| request.has("NONE") && state.age.is_none(),
            Refused("login_required", Reason::NotLoggedIn),
        ),
        row(
            "§3.1.2.1 max_age: greater than this value, the OP actively re-authenticates; §3.1.2.6 it cannot",
            |request, state| request.has("NONE") && elapsed_too_much(request, state),
            Refused("login_required", Reason::ExceedsMaxAge),
        ),
        row(
            "§3.1.2.1 id_token_hint, §5.5.1 sub: another user is an error",
            |request, state| request.has("NONE") && other_user(request, state),
            Refused("login_required", Reason::DifferentSubject),
        ),
        row(
            "§5.5.1.1 an essential acr that is not met is a failed authentication attempt",
            |request, state| {
                request.has("NONE") && request.acr == Acr::Essential && acr_missed(request, state)
            },
            Refused("unmet_authentication_requirements", Reason::AcrNotSatisfied),
        ),
        row(
            "§3.1.2.6 consent_required",
            |request, state| request.has("NONE") && not_consented(request, state),
            Refused("consent_required", Reason::ConsentRequired),
        ),
        row("§3.1.2.5", |request, _| request.has("NONE"), Granted),
        // Without prompt=none.
        row(
            "prompt=create: the user is shown the page of account creation rather than a login",
            |request, _| request.has("CREATE"),
            Registration,
        ),
        row(
            "§3.1.2.3 the End-User is not already Authenticated",
            |_, state| state.age.is_none(),
            Login(LoginReason::NotLoggedIn),
        ),
        row(
            "§3.1.2.1 select_account",
            |request, _| request.has("SELECT_ACCOUNT"),
            Accounts,
        ),
        row(
            "§3.1.2.1, §3.1.2.3 login: the OP reauthenticates",
            |request, _| request.has("LOGIN"),
            Login(LoginReason::Prompt),
        ),
        row(
            "§3.1.2.1 max_age",
            elapsed_too_much,
            Login(LoginReason::MaxAge),
        ),
        row(
            "§3.1.2.1 id_token_hint, §5.5.1 sub",
            other_user,
            Login(LoginReason::DifferentSubject),
        ),
        row(
            "§5.5.1.1, RFC 9470: the OP tries to authenticate with the requested acr",
            acr_missed,
            Login(LoginReason::Acr),
        ),
        row(
            "§3.1.2.1 consent: before returning information to the Client",
            |request, _| request.has("CONSENT"),
            Consent,
        ),
        row(
            "§3.1.2.4 an authorization decision before information is released",
            not_consented,
            Consent,
        ),
        row("§3.1.2.5", |_, _| true, Granted),
    ]
}

#[test]
fn first_decision_matches_the_specification_for_every_request_and_session() {
    let table = table();
    let mut uses = vec![0; table.len()];
    for request in requests() {
        for state in states() {
            let index = table
                .iter()
                .position(|row| (row.applies)(&request, &state))
                .unwrap();
            uses[index] += 1;
            let decision = request
                .pending()
                .decide(state.session().as_ref(), at(BEGAN_AT));
            let decided = match &decision {
                Decision::Interact(Interaction::LogIn(login)) => {
                    assert_eq!(login.subject.as_deref(), request.subject);
                    assert_eq!(login.login_hint.as_deref(), Some("alice@example.com"));
                    assert_eq!(login.acrs.is_empty(), request.acr == Acr::NotRequested);
                    assert_eq!(login.acr_essential, request.acr == Acr::Essential);
                    Outcome::Login(login.reason)
                }
                Decision::Interact(Interaction::ChooseAccount { .. }) => Outcome::Accounts,
                Decision::Interact(Interaction::CreateAccount { .. }) => Outcome::Registration,
                Decision::Interact(Interaction::Consent(_)) => Outcome::Consent,
                Decision::Issue(_) => Outcome::Granted,
                Decision::Fail(fail) => Outcome::Refused(error(&fail.reason), fail.reason.clone()),
            };
            let row = &table[index];
            assert_eq!(decided, row.outcome, "{request:?} {state:?}: {}", row.rule);
        }
    }
    for (row, uses) in table.iter().zip(uses) {
        assert!(uses > 0, "no combination matches the row: {}", row.rule);
    }
}

/// The error code for a reason, from the API description.
fn error(reason: &Reason) -> &'static str {
    match reason {
        Reason::NotLoggedIn | Reason::ExceedsMaxAge | Reason::DifferentSubject => "login_required",
        Reason::AcrNotSatisfied => "unmet_authentication_requirements",
        Reason::ConsentRequired => "consent_required",
        other => panic!("{other} is not a reason for a first decision"),
    }
}
