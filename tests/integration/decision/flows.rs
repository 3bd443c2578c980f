//! Complete flows through the emulator, as the client sees them.

use std::collections::HashMap;
use std::time::SystemTime;

use authlete::server::{
    AuthorizationFailNext, AuthorizationIssueNext, AuthorizationNext, Consent, ConsentedClaims,
    Decision, Interaction, LoginReason, PendingAuthorization, Session, StandardClaims,
};
use authlete::types::{
    AuthorizationRequest, PushedAuthReqAction, PushedAuthReqRequest, TokenAction, TokenRequest,
    UserInfoAction, UserInfoRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use form_urlencoded::{Serializer, parse};
use rstest::rstest;
use serde_json::{Value, json};

/// An authorization server on the emulator.
struct Server {
    emulator: Emulator,
    api: Authlete,
}

impl Server {
    async fn start(version: ApiVersion) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        let mut service = api.get_service(emulator.service_id()).await.unwrap();
        service.supported_acrs = Some(vec!["silver".to_owned(), "gold".to_owned()]);
        api.update_service(emulator.service_id(), &service)
            .await
            .unwrap();
        Self { emulator, api }
    }

    fn query(&self, scope: &str, more: &[(&str, &str)]) -> String {
        let client = self.emulator.client();
        Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id.to_string())
            .append_pair("redirect_uri", &client.redirect_uri)
            .append_pair("scope", scope)
            .extend_pairs(more)
            .finish()
    }

    async fn authorize(&self, query: &str) -> PendingAuthorization {
        let request = AuthorizationRequest::new(query);
        match self.api.authorization(&request).await.unwrap().next() {
            AuthorizationNext::Interaction { ticket, answer }
            | AuthorizationNext::NoInteraction { ticket, answer } => {
                PendingAuthorization::new(ticket, answer, query, SystemTime::now())
            }
            AuthorizationNext::Respond(response) => panic!("{response:?}"),
        }
    }

    /// The parameters of the redirect to the client, for a decision that shows no page.
    async fn end(&self, decision: Decision) -> HashMap<String, String> {
        let response = match decision {
            Decision::Issue(request) => {
                let answer = self.api.authorization_issue(&request).await.unwrap();
                let AuthorizationIssueNext::Respond(response) = answer.next();
                response
            }
            Decision::Fail(request) => {
                let answer = self.api.authorization_fail(&request).await.unwrap();
                let AuthorizationFailNext::Respond(response) = answer.next();
                response
            }
            page => panic!("{page:?}"),
        };
        assert_eq!(response.status(), 302);
        let location = response.headers()["location"].to_str().unwrap();
        let (uri, query) = location.split_once('?').unwrap();
        assert_eq!(uri, self.emulator.client().redirect_uri);
        parse(query.as_bytes()).into_owned().collect()
    }

    async fn error(&self, query: &str, session: Option<&Session>) -> String {
        let pending = self.authorize(query).await;
        let decision = pending.decide(session, SystemTime::now());
        self.end(decision).await.remove("error").unwrap()
    }

    /// The token response, and the claims of the ID token.
    async fn redeem(&self, parameters: &HashMap<String, String>) -> (Value, Value) {
        let client = self.emulator.client();
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", &parameters["code"])
            .append_pair("redirect_uri", &client.redirect_uri)
            .finish();
        let request = TokenRequest::new(form)
            .client_id(client.id.to_string())
            .client_secret(&client.secret);
        let answer = self.api.token(&request).await.unwrap();
        assert!(
            matches!(
                answer.action,
                TokenAction::Ok | TokenAction::IdTokenReissuable
            ),
            "{answer:?}"
        );
        let response: Value =
            serde_json::from_str(answer.response_content.unwrap().expose()).unwrap();
        let payload = response["id_token"].as_str().unwrap().split('.').nth(1);
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.unwrap()).unwrap();
        (response, serde_json::from_slice(&payload).unwrap())
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs().try_into().unwrap()
}

fn reason(pending: &PendingAuthorization, session: Option<&Session>) -> LoginReason {
    match pending.decide(session, SystemTime::now()) {
        Decision::Interact(Interaction::LogIn(login)) => login.reason,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn prompt_none_request_fails_with_the_specified_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let known = || Consent::new().scopes(["openid"]);
    let session = Session::new("alice", now() - 100).consented_before(known());
    let none =
        |more: &[(&str, &str)]| server.query("openid", &[&[("prompt", "none")], more].concat());
    let sub = |subject: &str| json!({ "id_token": { "sub": { "value": subject } } }).to_string();
    let acr = json!({ "id_token": { "acr": { "essential": true, "values": ["gold"] } } });
    let (bob, acr) = (sub("bob"), acr.to_string());
    let stranger = Session::new("alice", now() - 100);
    let cases = [
        (&[] as &[(&str, &str)], None, "login_required"),
        (&[("max_age", "99")], Some(&session), "login_required"),
        (&[("max_age", "0")], Some(&session), "login_required"),
        (&[("claims", &bob)], Some(&session), "login_required"),
        (
            &[("claims", &acr)],
            Some(&session),
            "unmet_authentication_requirements",
        ),
        (&[], Some(&stranger), "consent_required"),
    ];
    for (more, session, expected) in cases {
        let error = server.error(&none(more), session).await;
        assert_eq!(error, expected, "{more:?}");
    }
    // If all requirements are met, the response has a code.
    let query = none(&[
        ("max_age", "1000"),
        ("acr_values", "gold"),
        ("claims", &sub("alice")),
    ]);
    let pending = server.authorize(&query).await;
    let decision = pending.decide(Some(&session), SystemTime::now());
    let (_, id_token) = server.redeem(&server.end(decision).await).await;
    assert_eq!(id_token["sub"], "alice");
    assert_eq!(id_token["auth_time"], session.auth_time());
    assert_eq!(id_token.get("acr"), None);
}

#[rstest]
#[tokio::test]
async fn request_with_max_age_of_zero_leads_to_a_login_whose_time_and_acr_the_id_token_has(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let acr = json!({ "id_token": { "acr": { "essential": true, "value": "gold" } } });
    let acr = acr.to_string();
    let query = server.query("openid profile", &[("max_age", "0"), ("claims", &acr)]);
    let known = || Consent::new().scopes(["openid", "profile"]);
    let before = now();
    let old = Session::new("alice", before - 3).with_acr("gold");
    let old = old.consented_before(known());
    let mut pending = server.authorize(&query).await;
    assert_eq!(reason(&pending, Some(&old)), LoginReason::MaxAge);
    // The pending request is stored while the login page is shown.
    let stored = serde_json::to_string(&pending).unwrap();
    pending = serde_json::from_str(&stored).unwrap();
    let weak = Session::new("alice", now())
        .with_acr("silver")
        .with_amr(["pwd"]);
    pending.logged_in(&weak);
    assert_eq!(reason(&pending, Some(&weak)), LoginReason::Acr);
    let strong = Session::new("alice", now())
        .with_acr("gold")
        .with_amr(["pwd", "otp"]);
    let strong = strong.consented_before(known());
    pending.logged_in(&strong);
    let decision = pending.decide(Some(&strong), SystemTime::now());
    let (_, id_token) = server.redeem(&server.end(decision).await).await;
    assert!(id_token["auth_time"].as_i64().unwrap() >= before);
    assert_eq!(id_token["acr"], "gold");
    assert_eq!(id_token["amr"], json!(["pwd", "otp"]));
}

#[rstest]
#[tokio::test]
async fn pushed_request_with_max_age_of_zero_leads_to_a_login(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let client = server.emulator.client();
    let pushed = server.query("openid", &[("max_age", "0")]);
    let request = PushedAuthReqRequest::new(pushed.as_str())
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = server
        .api
        .push_authorization_request(&request)
        .await
        .unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Created, "{answer:?}");
    let query = Serializer::new(String::new())
        .append_pair("client_id", &client.id.to_string())
        .append_pair("request_uri", &answer.request_uri.unwrap())
        .finish();
    let pending = server.authorize(&query).await.pushed(&pushed);
    let session = Session::new("alice", now() - 3).consent_not_needed();
    assert_eq!(reason(&pending, Some(&session)), LoginReason::MaxAge);
}

#[rstest]
#[tokio::test]
async fn default_max_age_of_the_client_counts_where_the_request_has_none(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let id = server.emulator.client().id;
    let mut client = server.api.get_client(id).await.unwrap();
    client.default_max_age = Some(60);
    server.api.update_client(id, &client).await.unwrap();
    let old = Session::new("alice", now() - 100).consent_not_needed();
    let pending = server.authorize(&server.query("openid", &[])).await;
    assert_eq!(reason(&pending, Some(&old)), LoginReason::MaxAge);
    let longer = server.query("openid", &[("max_age", "500")]);
    let decision = server.authorize(&longer).await;
    let decision = decision.decide(Some(&old), SystemTime::now());
    assert!(matches!(decision, Decision::Issue(_)), "{decision:?}");
}

#[rstest]
#[tokio::test]
async fn refused_scope_is_not_granted_and_its_claims_do_not_go_out(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let query = server.query("openid profile email read", &[]);
    let session = Session::new("alice", now());
    let mut pending = server.authorize(&query).await;
    let Decision::Interact(Interaction::Consent(asked)) =
        pending.decide(Some(&session), SystemTime::now())
    else {
        panic!("no question");
    };
    assert!(asked.requested.claims.contains("birthdate"));
    let mut consent = asked.requested;
    consent.retain_scopes(|scope| scope != "profile");
    let mut by_names = pending.clone();
    let lasting = by_names.consented_to_scopes(&session, ["email", "read", "admin"]);
    assert_eq!(pending.consented(&session, consent), lasting);
    assert_eq!(pending, by_names);
    let decision = pending.decide(Some(&session), SystemTime::now());
    let (response, _) = server.redeem(&server.end(decision).await).await;
    assert_eq!(response["scope"], "openid email read");
    let token = response["access_token"].as_str().unwrap();
    let answer = server.api.userinfo(&UserInfoRequest::new(token)).await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, UserInfoAction::Ok);
    let emails = vec!["email".to_owned(), "email_verified".to_owned()];
    assert_eq!(answer.claims, Some(emails.clone()));
    assert_eq!(answer.consented_claims, Some(emails));
}

#[rstest]
#[tokio::test]
async fn denial_and_login_as_another_user_are_errors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let pending = server.authorize(&server.query("openid", &[])).await;
    let denied = server.end(Decision::Fail(pending.deny())).await;
    assert_eq!(denied["error"], "access_denied");

    let claims = json!({ "id_token": { "sub": { "value": "alice" } } }).to_string();
    let query = server.query(
        "openid",
        &[("claims", &claims), ("prompt", "login consent")],
    );
    let mut pending = server.authorize(&query).await;
    let bob = Session::new("bob", now()).consent_not_needed();
    for _ in 0..3 {
        reason(&pending, Some(&bob));
        pending.logged_in(&bob);
    }
    let decision = pending.decide(Some(&bob), SystemTime::now());
    assert_eq!(server.end(decision).await["error"], "login_required");
}

fn alice() -> StandardClaims {
    StandardClaims::new()
        .name("Alice Yamada")
        .email("alice@example.com")
        .other("department", "Sales")
        .other("amr", "of the user store")
}

/// The request of a decision to issue without interaction.
fn issue(decision: Decision) -> authlete::types::AuthorizationIssueRequest {
    match decision {
        Decision::Issue(request) => *request,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn disclosed_claims_are_in_the_id_token_beside_those_of_the_session(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let claims = json!({"id_token": {"name": null, "department": null, "amr": null}});
    let query = server.query("openid profile email", &[("claims", &claims.to_string())]);
    let mut pending = server.authorize(&query).await;
    let session = Session::new("alice", now() - 100).with_amr(["pwd", "otp"]);
    let Decision::Interact(Interaction::Consent(request)) =
        pending.decide(Some(&session), SystemTime::now())
    else {
        panic!("no consent is asked for");
    };
    pending.consented(&session, request.requested);
    let request = issue(pending.decide(Some(&session), SystemTime::now()));
    let request = pending.disclose(request, &alice());
    let parameters = server.end(Decision::Issue(Box::new(request))).await;
    let (_, id_token) = server.redeem(&parameters).await;
    assert_eq!(id_token["name"], "Alice Yamada");
    assert_eq!(id_token["department"], "Sales");
    assert_eq!(id_token["amr"], json!(["pwd", "otp"]));
    assert_eq!(id_token["auth_time"], json!(session.auth_time()));
}

#[rstest]
#[tokio::test]
async fn claims_of_a_refused_scope_are_neither_in_the_id_token_nor_at_userinfo(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let claims = json!({"id_token": {"name": null, "email": null}});
    let query = server.query("openid profile email", &[("claims", &claims.to_string())]);
    let mut pending = server.authorize(&query).await;
    let session = Session::new("alice", now());
    let Decision::Interact(Interaction::Consent(request)) =
        pending.decide(Some(&session), SystemTime::now())
    else {
        panic!("no consent is asked for");
    };
    let mut consent = request.requested;
    consent.retain_scopes(|scope| scope != "email");
    pending.consented(&session, consent);
    let request = issue(pending.decide(Some(&session), SystemTime::now()));
    let request = pending.disclose(request, &alice());
    let parameters = server.end(Decision::Issue(Box::new(request))).await;
    let (response, id_token) = server.redeem(&parameters).await;
    assert_eq!(id_token["name"], "Alice Yamada");
    assert_eq!(id_token.get("email"), None);
    let token = response["access_token"].as_str().unwrap();
    let answer = server.api.userinfo(&UserInfoRequest::new(token)).await;
    let consented = ConsentedClaims::from(&answer.unwrap());
    let at_userinfo = consented.collect(&alice());
    assert_eq!(at_userinfo.get("name"), Some(&json!("Alice Yamada")));
    assert_eq!(at_userinfo.get("email"), None);
}

#[rstest]
#[tokio::test]
async fn user_who_refuses_all_claims_discloses_none(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let server = Server::start(version).await;
    let claims = json!({"id_token": {"department": null}, "userinfo": {"department": null}});
    let query = server.query("openid", &[("claims", &claims.to_string())]);
    let mut pending = server.authorize(&query).await;
    let session = Session::new("alice", now());
    pending.consented(&session, Consent::new().scopes(["openid"]));
    let request = issue(pending.decide(Some(&session), SystemTime::now()));
    let request = pending.disclose(request, &alice());
    let parameters = server.end(Decision::Issue(Box::new(request))).await;
    let (response, id_token) = server.redeem(&parameters).await;
    assert_eq!(id_token.get("department"), None);
    let token = response["access_token"].as_str().unwrap();
    let answer = server.api.userinfo(&UserInfoRequest::new(token)).await;
    let consented = ConsentedClaims::from(&answer.unwrap());
    assert!(consented.collect(&alice()).is_empty());
}
