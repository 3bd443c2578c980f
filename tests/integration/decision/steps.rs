//! Decisions that the table and the random journeys do not cover.

use authlete::server::{
    Consent, Decision, Interaction, LoginReason, PendingAuthorization, Session,
};
use authlete::types::{
    AuthorizationFailReason, AuthorizationIssueRequest, AuthorizationResponse, AuthzDetailsElement,
};
use serde_json::{Value, json};

use super::situations::{BEGAN_AT, TICKET, at};

fn answer(members: Value) -> AuthorizationResponse {
    let mut answer = json!({
        "action": "INTERACTION",
        "maxAge": 0,
        "scopes": [{ "name": "openid" }],
    });
    let known = answer.as_object_mut().unwrap();
    known.extend(members.as_object().unwrap().clone());
    serde_json::from_value(answer).unwrap()
}

fn pending(members: Value) -> PendingAuthorization {
    PendingAuthorization::new(TICKET, answer(members), "client_id=1", at(BEGAN_AT))
}

fn alice() -> Session {
    Session::new("alice", BEGAN_AT - 30)
}

fn decide(pending: &PendingAuthorization, session: &Session) -> Decision {
    pending.decide(Some(session), at(BEGAN_AT + 5))
}

fn issued(decision: Decision) -> AuthorizationIssueRequest {
    match decision {
        Decision::Issue(request) => *request,
        other => panic!("{other:?}"),
    }
}

fn reason(decision: Decision) -> AuthorizationFailReason {
    match decision {
        Decision::Fail(request) => request.reason,
        other => panic!("{other:?}"),
    }
}

fn missing(decision: Decision) -> Consent {
    match decision {
        Decision::Interact(Interaction::Consent(asked)) => asked.missing,
        other => panic!("{other:?}"),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn max_age_of_zero_in_pushed_parameters_requires_a_login() {
    let session = alice().consented_before(Consent::new().scopes(["openid"]));
    issued(decide(&pending(json!({})), &session));
    let pushed = pending(json!({})).pushed("response_type=code&max_age=0");
    let Decision::Interact(Interaction::LogIn(login)) = decide(&pushed, &session) else {
        panic!("no login");
    };
    assert_eq!(login.reason, LoginReason::MaxAge);
    let pushed = pending(json!({ "maxAge": 60 })).pushed("max_age=60");
    issued(decide(&pushed, &session));
}

#[test]
fn prompt_login_is_satisfied_only_by_the_session_that_logged_in() {
    let mut pending = pending(json!({ "prompts": ["LOGIN"] }));
    let login = |session: &Session, pending: &PendingAuthorization| {
        matches!(
            decide(pending, session),
            Decision::Interact(Interaction::LogIn(_))
        )
    };
    // A login that `logged_in` was not called for, such as one at another client in the same second.
    let elsewhere = Session::new("alice", BEGAN_AT);
    assert!(login(&elsewhere, &pending));
    let new = Session::new("alice", BEGAN_AT + 3);
    pending.logged_in(&new);
    assert!(!login(&new, &pending));
    assert!(login(&elsewhere, &pending));
    assert!(login(&Session::new("bob", BEGAN_AT + 3), &pending));
}

#[test]
fn login_for_the_request_does_not_expire_while_the_user_decides() {
    let mut pending = pending(json!({ "maxAge": 10 }));
    let session = Session::new("alice", BEGAN_AT + 3);
    pending.logged_in(&session);
    let consent = Consent::new().scopes(["openid"]);
    pending.consented(&session, consent.clone());
    issued(pending.decide(Some(&session), at(BEGAN_AT + 900)));
    // The same session with a request that did not cause the login.
    let other = PendingAuthorization::new(
        TICKET,
        answer(json!({ "maxAge": 10 })),
        "",
        at(BEGAN_AT + 5),
    );
    let session = session.consented_before(consent);
    issued(other.decide(Some(&session), at(BEGAN_AT + 13)));
    let late = other.decide(Some(&session), at(BEGAN_AT + 14));
    assert!(
        matches!(late, Decision::Interact(Interaction::LogIn(_))),
        "{late:?}"
    );
}

#[test]
fn request_fails_after_three_logins_with_the_remaining_reason() {
    let acr = json!({ "acrs": ["gold"], "acrEssential": true });
    let stale = json!({ "prompts": ["LOGIN"] });
    for (members, subject, age, expected) in [
        (
            json!({ "subject": "alice" }),
            "bob",
            0,
            AuthorizationFailReason::DifferentSubject,
        ),
        (acr, "alice", 0, AuthorizationFailReason::AcrNotSatisfied),
        (
            stale,
            "alice",
            100,
            AuthorizationFailReason::NotAuthenticated,
        ),
    ] {
        let mut pending = pending(members);
        let session = Session::new(subject, BEGAN_AT - age);
        for _ in 0..3 {
            let decision = decide(&pending, &session);
            assert!(
                matches!(decision, Decision::Interact(Interaction::LogIn(_))),
                "{decision:?}"
            );
            pending.logged_in(&session);
        }
        assert_eq!(reason(decide(&pending, &session)), expected);
    }
}

#[test]
fn voluntary_acr_is_requested_once_and_then_ignored() {
    let mut pending = pending(json!({ "acrs": ["gold"] }));
    let session = Session::new("alice", BEGAN_AT)
        .with_acr("bronze")
        .consent_not_needed();
    let Decision::Interact(Interaction::LogIn(login)) = decide(&pending, &session) else {
        panic!("no login");
    };
    assert_eq!(login.reason, LoginReason::Acr);
    assert!(!login.acr_essential);
    pending.logged_in(&session);
    assert_eq!(
        issued(decide(&pending, &session)).acr.as_deref(),
        Some("bronze")
    );
}

#[test]
fn essential_acr_without_values_is_met_by_any_login() {
    let pending = pending(json!({ "acrEssential": true }));
    let session = alice().consented_before(Consent::new().scopes(["openid"]));
    assert_eq!(issued(decide(&pending, &session)).acr, None);
}

#[test]
fn acr_amr_and_session_go_into_the_issue_request() {
    let session = alice()
        .with_acr("gold")
        .with_amr(["pwd", "otp"])
        .with_id("sid-1")
        .consent_not_needed();
    let request = issued(decide(&pending(json!({})), &session));
    assert_eq!(request.acr.as_deref(), Some("gold"));
    assert_eq!(request.auth_time, Some(BEGAN_AT - 30));
    assert_eq!(request.session_id.as_deref(), Some("sid-1"));
    assert_eq!(
        request.claims.as_deref(),
        Some("{\"amr\":[\"pwd\",\"otp\"]}")
    );
    assert_eq!(request.scopes, None);
}

#[test]
fn offline_access_needs_prompt_consent_or_permission_of_the_server() {
    let scopes = json!([{ "name": "openid" }, { "name": "offline_access" }]);
    let all = Consent::new().scopes(["openid", "offline_access"]);
    let trusted = alice().consent_not_needed();
    let known = alice().consented_before(all);

    // `offline_access` is ignored without `prompt=consent`.
    let request = pending(json!({ "scopes": scopes }));
    for session in [&trusted, &known] {
        let issued = issued(decide(&request, session));
        assert_eq!(issued.scopes, Some(texts(&["openid"])));
    }
    // The user is asked, even after earlier consent.
    let allowed = request.allow_offline_access();
    let consent = pending(json!({ "scopes": scopes, "prompts": ["CONSENT"] }));
    for session in [&trusted, &known] {
        let asked = missing(decide(&allowed, session));
        assert_eq!(asked.scopes, ["offline_access".to_owned()].into());
        let asked = missing(decide(&consent, session));
        assert!(asked.scopes.contains("offline_access"));
    }
    let mut consent = consent;
    let asked = missing(decide(&consent, &known));
    consent.consented(&known, asked);
    assert_eq!(issued(decide(&consent, &known)).scopes, None);
    // With `prompt=none` the user cannot be asked.
    let none = json!({ "scopes": scopes, "prompts": ["NONE"], "action": "NO_INTERACTION" });
    let none = pending(none).allow_offline_access();
    let issued_silently = issued(decide(&none, &known));
    assert_eq!(issued_silently.scopes, Some(texts(&["openid"])));
    // Without `openid` it is an ordinary scope.
    let oauth = pending(json!({ "scopes": [{ "name": "offline_access" }] }));
    assert_eq!(issued(decide(&oauth, &known)).scopes, None);
}

#[test]
fn consent_page_asks_for_new_items_and_consented_items_are_returned() {
    let details = json!({ "elements": [{ "type": "account" }, { "type": "payment" }] });
    let mut pending = pending(json!({
        "scopes": [{ "name": "openid" }, { "name": "email" }, { "name": "write" }],
        "dynamicScopes": [{ "name": "payment", "value": "payment:42" }],
        "claims": ["email", "birthdate", "auth_time"],
        "claimsAtUserInfo": ["email", "email_verified", "birthdate#ja"],
        "idTokenClaims": json!({ "birthdate": { "essential": true }, "auth_time": null }).to_string(),
        "userInfoClaims": json!({ "birthdate#ja": null }).to_string(),
        "resources": ["https://api.example"],
        "authorizationDetails": details,
    }));
    let before = Consent::new()
        .scopes(["openid", "email"])
        .claims(["birthdate"])
        .authorization_details([AuthzDetailsElement::new("account")]);
    let session = alice().consented_before(before.clone());
    let Decision::Interact(Interaction::Consent(asked)) = decide(&pending, &session) else {
        panic!("no question");
    };
    assert_eq!(asked.essential_claims, ["birthdate".to_owned()].into());
    assert_eq!(
        asked.missing,
        Consent::new()
            .scopes(["payment:42", "write"])
            .resources(["https://api.example"])
            .authorization_details([AuthzDetailsElement::new("payment")])
    );
    let mut consent = asked.requested;
    consent.retain_scopes(|scope| scope != "email" && scope != "write");
    consent.authorization_details.truncate(1);
    let granted = pending.consented(&session, consent);
    let request = issued(decide(&pending, &session));
    assert_eq!(request.scopes, Some(texts(&["openid", "payment:42"])));
    let claims = Some(texts(&["birthdate", "birthdate#ja"]));
    assert_eq!(request.consented_claims, claims);
    let elements = request.authorization_details.unwrap().elements.unwrap();
    assert_eq!(elements, [AuthzDetailsElement::new("account")]);

    // Consent to a payment is not remembered.
    let kept = Consent::new()
        .scopes(["openid", "email"])
        .claims(["birthdate", "birthdate#ja"])
        .resources(["https://api.example"])
        .authorization_details([AuthzDetailsElement::new("account")]);
    assert_eq!(before.union(granted), kept);
}

#[test]
fn consent_to_scopes_covers_their_claims_in_all_languages() {
    let mut pending = pending(json!({
        "scopes": [{ "name": "openid" }, { "name": "profile" }, { "name": "email" }],
        "claims": ["name", "name#ja", "email", "birthdate", "tax_id"],
        "idTokenClaims": json!({ "tax_id": null, "name#ja": null }).to_string(),
    }));
    let form = Consent::new().scopes(["openid", "profile", "admin"]);
    pending.consented(&alice(), form);
    let request = issued(decide(&pending, &alice()));
    assert_eq!(request.scopes, Some(texts(&["openid", "profile"])));
    let claims = Some(texts(&["birthdate", "name", "name#ja"]));
    assert_eq!(request.consented_claims, claims);
}

#[test]
fn refusal_of_all_claims_sends_sub_because_an_empty_list_means_no_list() {
    let mut pending =
        pending(json!({ "claims": ["tax_id"], "idTokenClaims": "{\"tax_id\":null}" }));
    pending.consented(&alice(), Consent::new());
    let request = issued(decide(&pending, &alice()));
    assert_eq!(request.consented_claims, Some(texts(&["sub"])));
    assert_eq!(request.scopes, None);
}

#[test]
fn consent_of_one_user_does_not_count_for_another() {
    let mut pending = pending(json!({}));
    pending.consented(&alice(), Consent::new().scopes(["openid"]));
    issued(decide(&pending, &alice()));
    let asked = missing(decide(&pending, &Session::new("bob", BEGAN_AT - 1)));
    assert!(asked.scopes.contains("openid"));
}

#[test]
fn consent_to_nothing_denies_the_request() {
    let mut pending = pending(json!({ "scopes": [{ "name": "write" }] }));
    pending.consented(&alice(), Consent::new());
    let denied = decide(&pending, &alice());
    assert_eq!(reason(denied), AuthorizationFailReason::Denied);
    assert_eq!(pending.deny().reason, AuthorizationFailReason::Denied);
}

#[test]
fn request_without_scopes_is_granted_once_the_user_agreed() {
    let mut pending = pending(json!({ "scopes": null }));
    assert!(missing(decide(&pending, &alice())).is_empty());
    let granted = pending.consented(&alice(), Consent::new());
    let request = issued(decide(&pending, &alice()));
    assert_eq!((request.scopes, request.consented_claims), (None, None));
    let session = alice().consented_before(granted);
    issued(decide(
        &super::steps::pending(json!({ "scopes": null })),
        &session,
    ));
}

#[test]
fn consent_page_asks_for_issuable_credentials() {
    let credentials = json!([{ "credential_configuration_id": "degree" }]).to_string();
    let request = || pending(json!({ "scopes": null, "issuableCredentials": credentials }));
    let before = alice().consented_before(Consent::new());
    assert_eq!(missing(decide(&request(), &before)).credentials.len(), 1);
    let mut first = request();
    let granted = first.consented(&before, Consent::new());
    issued(decide(&first, &before));
    issued(decide(&request(), &alice().consented_before(granted)));
}

#[test]
fn grant_is_changed_only_by_its_owner_with_consent_to_new_scopes() {
    let scopes = json!([{ "name": "openid" }, { "name": "write" }]);
    let grant = json!({ "scopes": [{ "scope": "write other" }] });
    let all = alice().consented_before(Consent::new().scopes(["openid", "write"]));
    let some = alice().consented_before(Consent::new().scopes(["openid"]));
    let request = |action: &str| {
        pending(json!({
            "scopes": scopes, "gmAction": action, "grantId": "g", "grantSubject": "alice", "grant": grant,
        }))
    };
    issued(decide(&request("MERGE"), &some));
    for action in ["CREATE", "REPLACE"] {
        let asked = missing(decide(&request(action), &all));
        assert_eq!(asked.scopes.len(), 2, "{action}");
    }
    let bob = Session::new("bob", BEGAN_AT).consent_not_needed();
    let Decision::Interact(Interaction::LogIn(login)) = decide(&request("MERGE"), &bob) else {
        panic!("no login");
    };
    assert_eq!(login.subject.as_deref(), Some("alice"));
    assert_eq!(login.reason, LoginReason::DifferentSubject);
    let two = pending(json!({ "grantSubject": "alice", "subject": "bob" }));
    assert_eq!(
        reason(decide(&two, &bob)),
        AuthorizationFailReason::DifferentSubject
    );
}

#[test]
fn action_other_than_interaction_never_shows_a_page() {
    let strange = pending(json!({ "action": "SOMETHING_NEW", "prompts": ["SELECT_ACCOUNT"] }));
    let expected = AuthorizationFailReason::AccountSelectionRequired;
    assert_eq!(reason(decide(&strange, &alice())), expected);
    let strange = pending(json!({ "action": "NO_INTERACTION", "prompts": ["CREATE"] }));
    let expected = AuthorizationFailReason::InteractionRequired;
    assert_eq!(reason(decide(&strange, &alice())), expected);
}
