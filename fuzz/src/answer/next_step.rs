//! What a server does with any response of Authlete that can be decoded.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use authlete::server::{
    AuthorizationNext, Claims, ConsentedClaims, Decision, Interaction, PendingAuthorization,
    RequestCredentials, RequestedClaims, Response, Session, StandardClaims,
};
use authlete::types::{
    AuthorizationIssueRequest, AuthorizationResponse, BackchannelAuthenticationCompleteRequest,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationResponse,
    DeviceCompleteRequest, DeviceCompleteResult, DeviceVerificationResponse, IdTokenReissueRequest,
    TokenResponse, UserInfoIssueRequest, UserInfoResponse,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::probe;

/// More pages than any request needs: a choice of accounts, a new account, three logins, and consent.
const PAGES: usize = 8;

/// Takes the next step after a response, and checks what the client gets.
pub fn check(operation: &str, answer: &Value) {
    if answer.is_null() {
        // A response without a body, for which the method returns `None`.
        return;
    }
    let text = answer.to_string();
    if let Some(next) = probe::next(operation, &text, &RequestCredentials::default())
        && let Some(response) = next.expect("what was decoded can be decoded again")
    {
        assert_response(response, answer);
    }
    match operation {
        "authorization" => authorize(&decode(&text)),
        "device_verification" => {
            let answer: DeviceVerificationResponse = decode(&text);
            let consented = consent(RequestedClaims::from(&answer));
            let result = DeviceCompleteResult::Authorized;
            let _ = DeviceCompleteRequest::new("code", result).disclose(&consented, &user());
        }
        "backchannel_authentication" => {
            let answer: BackchannelAuthenticationResponse = decode(&text);
            let consented = consent(RequestedClaims::from(&answer));
            let result = BackchannelAuthenticationCompleteResult::Authorized;
            let _ = BackchannelAuthenticationCompleteRequest::new("ticket", result)
                .disclose(&consented, &user());
        }
        "token" => {
            let answer: TokenResponse = decode(&text);
            let _ = IdTokenReissueRequest::new("a", "b")
                .disclose(&ConsentedClaims::from(&answer), &user());
        }
        "userinfo" => {
            let answer: UserInfoResponse = decode(&text);
            let _ =
                UserInfoIssueRequest::new("a").disclose(&ConsentedClaims::from(&answer), &user());
        }
        _ => {}
    }
}

fn decode<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("what was decoded can be decoded again")
}

/// Asserts that a response is not cached, and that its text is that of Authlete or an error without details.
fn assert_response(response: Response, answer: &Value) {
    assert_eq!(response.headers()["cache-control"], "no-store");
    let content = answer["responseContent"].as_str().unwrap_or_default();
    if let Some(location) = response.headers().get("location") {
        assert_eq!(location.as_bytes(), content.as_bytes());
    }
    let is_failure = response.status() == 500;
    let body = response.into_body().into_bytes();
    let is_content = body == content.as_bytes();
    let is_server_error = is_failure && body == json!({ "error": "server_error" }).to_string();
    assert!(
        body.is_empty() || is_content || is_server_error,
        "{body:?}\n{answer}"
    );
}

fn authorize(answer: &AuthorizationResponse) {
    let _ = consent(RequestedClaims::from(answer));
    let (AuthorizationNext::Interaction { ticket, answer }
    | AuthorizationNext::NoInteraction { ticket, answer }) = answer.clone().next()
    else {
        return;
    };
    for parameters in ["", "max_age=0"] {
        let (ticket, answer) = (ticket.clone(), answer.clone());
        let pending = PendingAuthorization::new(ticket, answer, parameters, now());
        conclude(pending.clone(), None);
        conclude(pending.clone(), Some(Session::new("alice", 0)));
        conclude(pending.allow_offline_access(), None);
    }
}

/// Lets the user do what each page asks for, until the request is granted or refused.
fn conclude(mut pending: PendingAuthorization, mut session: Option<Session>) {
    for _ in 0..PAGES {
        let interaction = match pending.decide(session.as_ref(), now()) {
            Decision::Interact(interaction) => interaction,
            Decision::Issue(request) => {
                let session = session.expect("a grant needs a user");
                assert_eq!(request.subject, session.subject());
                let request = pending.disclose(*request, &user());
                assert_claims(&request);
                return;
            }
            Decision::Fail(_) => return,
        };
        let stored = serde_json::to_string(&pending).expect("a request can be stored");
        assert_eq!(decode::<PendingAuthorization>(&stored), pending);
        let is_silent = pending.answer().prompts.iter().flatten();
        assert!(!is_silent.map(|it| it.as_str()).any(|it| it == "NONE"));
        match interaction {
            Interaction::LogIn(login) => {
                let subject = login.subject.unwrap_or_else(|| "alice".to_owned());
                let acr = login.acrs.first().cloned().unwrap_or_default();
                pending.logged_in(session.insert(at_login(&subject).with_acr(acr)));
            }
            Interaction::CreateAccount { .. } => {
                pending.logged_in(session.insert(at_login("alice")));
            }
            Interaction::ChooseAccount { .. } => {
                pending.account_chosen(session.as_ref().expect("there is an account"));
            }
            Interaction::Consent(request) => {
                let session = session.as_ref().expect("a user consents");
                let _ = pending.consented(session, request.requested);
            }
        }
    }
    panic!("the request shows pages without end: {pending:?}");
}

/// Asserts that the claims of the ID token are valid JSON.
fn assert_claims(request: &AuthorizationIssueRequest) {
    let texts = request.claims.iter().chain(&request.claims_for_tx);
    for text in texts.chain(request.verified_claims_for_tx.iter().flatten()) {
        let claims: Value = decode(text);
        assert!(claims.is_object(), "{text}");
    }
}

/// Consents to all scopes. What is then disclosed are requested claims.
fn consent(requested: RequestedClaims) -> ConsentedClaims {
    let scopes: Vec<_> = requested.scopes().map(str::to_owned).collect();
    let consented = requested.consent(scopes);
    let _ = consented.collect(&user());
    consented
}

fn user() -> impl Claims {
    StandardClaims::new()
        .name("Alice")
        .email("alice@example.com")
        .in_language("de", StandardClaims::new().name("Alicia"))
}

fn at_login(subject: &str) -> Session {
    Session::new(subject, 1_000_000_000)
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}
