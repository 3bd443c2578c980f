//! Decisions and users of a server that allows everything, so that requests get far.

use authlete::JsonObject;
use authlete::server::{PendingAuthorization, RequestCredentials, Session, StandardClaims};
use authlete::types::{
    AuthorizationResponse, BackchannelAuthenticationFailReason, BackchannelAuthenticationResponse,
    CredentialIssuanceOrder, CredentialRequestInfo, GrantType, IntrospectionResponse,
    NativeSsoRequest, TokenCreateRequest, TokenResponse,
};
use authlete_axum::authorization_server::{
    BackchannelRequest, BackchannelUsers, CredentialOrders, Registrations, ResourceServer,
    ResourceServers, TokenGrants,
};
use authlete_axum::interaction::{BrowserSessions, BrowserState, Page, SameOriginForm, Users};
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response, Result};
use serde_json::json;

/// The ID of the authorization request and of the device request of all browsers.
pub const PAGE_ID: &str = "0123456789abcdef";

pub struct Permissive;

impl TokenGrants for Permissive {
    async fn password(&self, _: &TokenResponse) -> Result<Option<String>> {
        Ok(Some("alice".to_owned()))
    }

    async fn token_exchange(&self, _: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        Ok(Some(TokenCreateRequest::new(GrantType::TokenExchange)))
    }

    async fn jwt_bearer(&self, _: &TokenResponse) -> Result<Option<TokenCreateRequest>> {
        Ok(Some(TokenCreateRequest::new(GrantType::JwtBearer)))
    }

    async fn native_sso(&self, _: &TokenResponse) -> Result<Option<NativeSsoRequest>> {
        Ok(Some(NativeSsoRequest::new("a", "b")))
    }

    async fn reissues_id_token(&self, _: &TokenResponse) -> Result<bool> {
        Ok(true)
    }
}

impl ResourceServers for Permissive {
    async fn authenticate(&self, _: &RequestCredentials) -> Result<Option<ResourceServer>> {
        Ok(Some(ResourceServer::new("https://api.example.com")))
    }
}

impl BackchannelUsers for Permissive {
    async fn identify(
        &self,
        answer: &BackchannelAuthenticationResponse,
    ) -> Result<Result<String, BackchannelAuthenticationFailReason>> {
        let hint = answer.hint.as_ref().map(|hint| hint.expose().to_owned());
        Ok(hint.ok_or(BackchannelAuthenticationFailReason::UnknownUserId))
    }

    async fn ask(&self, _: BackchannelRequest) {}
}

impl Registrations for Permissive {
    async fn may_register(&self, _: &RequestCredentials, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }

    async fn may_update(&self, _: &str, _: &JsonObject) -> Result<bool> {
        Ok(true)
    }
}

impl CredentialOrders for Permissive {
    async fn order(
        &self,
        _: &IntrospectionResponse,
        info: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let identifier = info.identifier.as_deref();
        Ok(identifier.map(CredentialIssuanceOrder::new))
    }
}

impl Users for Permissive {
    type Claims = StandardClaims;

    async fn log_in(&self, _: &Parts, form: &SameOriginForm) -> Result<Option<Session>> {
        let name = form.get("name");
        Ok((name != "wrong").then(|| Session::new(name, 1_000_000_000)))
    }

    /// Its text is that of the logs of a server.
    async fn page(&self, _: &Parts, page: Page<'_>) -> Result<Response> {
        Ok(format!("{page:?}").into_response())
    }

    async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
        Ok((subject != "nobody").then(|| StandardClaims::new().name(subject)))
    }
}

/// All browsers have the same state, except that only those with a cookie are logged in.
impl BrowserSessions for Permissive {
    async fn load(&self, request: &Parts) -> Result<BrowserState> {
        let login = Session::new("alice", 1_000_000_000);
        let login = request.headers.contains_key(COOKIE).then_some(login);
        let viewer = login.as_ref().map(Session::subject);
        let page = json!({ "request": pending(), "user": viewer });
        let state = json!({ "login": login, "pending": [page], "device": device() });
        Ok(serde_json::from_value(state).expect("this is a state"))
    }

    async fn save(&self, _: &Parts, _: &BrowserState) -> Result<()> {
        Ok(())
    }

    async fn renew(&self, _: &Parts) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, _: &Parts) -> Result<()> {
        Ok(())
    }
}

fn pending() -> serde_json::Value {
    let answer = json!({ "action": "INTERACTION", "scopes": [{ "name": "openid" }] });
    let answer: AuthorizationResponse = serde_json::from_value(answer).expect("this is an answer");
    let now = std::time::UNIX_EPOCH;
    let pending = PendingAuthorization::new("SECRET-ticket", answer, "", now);
    let mut pending = serde_json::to_value(pending).expect("a request can be stored");
    pending["page_id"] = PAGE_ID.into();
    pending
}

fn device() -> serde_json::Value {
    json!({
        "page_id": PAGE_ID,
        "user_code": "SECRET-code",
        "answer": { "action": "VALID", "scopes": [{ "name": "openid" }] },
    })
}
