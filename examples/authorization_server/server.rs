//! The endpoints of an OpenID provider. Each asks Authlete, and does what the `action` of the answer says.

use authlete::types::{
    AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason,
    AuthorizationFailRequest, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationRequest, AuthorizationResponse, GetServiceConfigurationQuery, GetServiceJwksQuery,
    RevocationAction, RevocationRequest, StandardIntrospectionAction, StandardIntrospectionRequest,
    TokenAction, TokenRequest, UserInfoAction, UserInfoIssueAction, UserInfoIssueRequest,
    UserInfoRequest,
};
use authlete::{Authlete, Secret};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

const JSON: &str = "application/json;charset=UTF-8";
const HTML: &str = "text/html;charset=UTF-8";
const JWT: &str = "application/jwt";

pub fn router(api: Authlete) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/jwks", get(jwks))
        .route("/authorize", get(authorize))
        .route("/decision", post(decide))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo).post(userinfo))
        .route("/introspect", post(introspect))
        .route("/revoke", post(revoke))
        .with_state(api)
}

/// Tells Authlete where the endpoints are, so that the discovery document is right.
pub async fn register_endpoints(
    api: &Authlete,
    service: i64,
    issuer: &str,
) -> authlete::Result<()> {
    let mut settings = api.get_service(service).await?;
    let endpoint = |path: &str| Some(format!("{issuer}{path}"));
    settings.issuer = Some(issuer.to_owned());
    settings.authorization_endpoint = endpoint("/authorize");
    settings.token_endpoint = endpoint("/token");
    settings.user_info_endpoint = endpoint("/userinfo");
    settings.jwks_uri = endpoint("/jwks");
    settings.introspection_endpoint = endpoint("/introspect");
    settings.revocation_endpoint = endpoint("/revoke");
    api.update_service(service, &settings).await?;
    Ok(())
}

/// A call to Authlete that failed: the client of this server learns no more than that.
struct Failure(authlete::Error);

impl From<authlete::Error> for Failure {
    fn from(error: authlete::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("{}", self.0);
        let body = json!({ "error": "server_error" }).to_string();
        content(StatusCode::INTERNAL_SERVER_ERROR, JSON, body)
    }
}

type Outcome = Result<Response, Failure>;

async fn configuration(State(api): State<Authlete>) -> Outcome {
    let query = GetServiceConfigurationQuery::new();
    let document = api.get_service_configuration(&query).await?;
    Ok(content(StatusCode::OK, JSON, json!(document).to_string()))
}

async fn jwks(State(api): State<Authlete>) -> Outcome {
    let keys = api.get_service_jwks(&GetServiceJwksQuery::new()).await?;
    let keys = keys.map_or_else(|| json!({ "keys": [] }), |keys| json!(keys));
    Ok(content(StatusCode::OK, JSON, keys.to_string()))
}

/// The authorization endpoint (RFC 6749 §3.1).
async fn authorize(State(api): State<Authlete>, RawQuery(query): RawQuery) -> Outcome {
    let request = AuthorizationRequest::new(query.unwrap_or_default());
    let answer = api.authorization(&request).await?;
    Ok(match answer.action {
        AuthorizationAction::Interaction => login_page(&answer),
        AuthorizationAction::NoInteraction => {
            // Nobody is ever logged in here.
            let ticket = answer.ticket.unwrap_or_default();
            fail(&api, ticket, AuthorizationFailReason::NotLoggedIn).await?
        }
        AuthorizationAction::Location => redirect(answer.response_content),
        AuthorizationAction::Form => page(answer.response_content),
        AuthorizationAction::BadRequest => json(StatusCode::BAD_REQUEST, answer.response_content),
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

/// A server in earnest asks for a password, keeps the ticket in its session, and guards the form against other sites.
fn login_page(answer: &AuthorizationResponse) -> Response {
    let ticket = answer.ticket.as_ref().map_or("", |ticket| ticket.expose());
    let html = format!(
        "<!DOCTYPE html><title>Log in</title><form method=post action=/decision>\
         <input type=hidden name=ticket value=\"{ticket}\">\
         <input name=user value=alice><button name=decision value=yes>Log in and agree</button>\
         <button name=decision value=no>Refuse</button></form>"
    );
    content(StatusCode::OK, HTML, html)
}

/// What the person at the login page decided.
async fn decide(State(api): State<Authlete>, form: String) -> Outcome {
    let field = |name: &str| {
        let mut fields = form_urlencoded::parse(form.as_bytes());
        let field = fields.find(|(field, _)| field == name);
        field
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let ticket = Secret::from(field("ticket"));
    if field("decision") != "yes" {
        return fail(&api, ticket, AuthorizationFailReason::Denied).await;
    }
    let request = AuthorizationIssueRequest::new(ticket, field("user"));
    let answer = api.authorization_issue(&request).await?;
    Ok(match answer.action {
        AuthorizationIssueAction::Location => redirect(answer.response_content),
        AuthorizationIssueAction::Form => page(answer.response_content),
        AuthorizationIssueAction::BadRequest => {
            json(StatusCode::BAD_REQUEST, answer.response_content)
        }
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

async fn fail(api: &Authlete, ticket: Secret, reason: AuthorizationFailReason) -> Outcome {
    let request = AuthorizationFailRequest::new(ticket, reason);
    let answer = api.authorization_fail(&request).await?;
    Ok(match answer.action {
        AuthorizationFailAction::Location => redirect(answer.response_content),
        AuthorizationFailAction::Form => page(answer.response_content),
        AuthorizationFailAction::BadRequest => {
            json(StatusCode::BAD_REQUEST, answer.response_content)
        }
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

/// The token endpoint (RFC 6749 §3.2).
async fn token(State(api): State<Authlete>, headers: HeaderMap, body: String) -> Outcome {
    let mut request = TokenRequest::new(body);
    if let Some((id, secret)) = basic(&headers) {
        request = request.client_id(id).client_secret(secret);
    }
    let answer = api.token(&request).await?;
    Ok(match answer.action {
        // A service that can reissue ID tokens leaves it to the server: without, the answer is complete, too.
        TokenAction::Ok | TokenAction::IdTokenReissuable => {
            json(StatusCode::OK, answer.response_content)
        }
        TokenAction::BadRequest => json(StatusCode::BAD_REQUEST, answer.response_content),
        TokenAction::InvalidClient => {
            let body = json(StatusCode::UNAUTHORIZED, answer.response_content);
            ([(WWW_AUTHENTICATE, "Basic realm=\"token\"")], body).into_response()
        }
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

/// The UserInfo endpoint (OpenID Connect Core 1.0 §5.3).
async fn userinfo(State(api): State<Authlete>, headers: HeaderMap) -> Outcome {
    let token = credentials(&headers, "Bearer ").unwrap_or_default();
    let answer = api.userinfo(&UserInfoRequest::new(token)).await?;
    let challenge = |status, value: Option<Secret>| with_header(status, WWW_AUTHENTICATE, value);
    match answer.action {
        UserInfoAction::Ok => {}
        UserInfoAction::BadRequest => {
            return Ok(challenge(StatusCode::BAD_REQUEST, answer.response_content));
        }
        UserInfoAction::Unauthorized => {
            return Ok(challenge(StatusCode::UNAUTHORIZED, answer.response_content));
        }
        UserInfoAction::Forbidden => {
            return Ok(challenge(StatusCode::FORBIDDEN, answer.response_content));
        }
        _ => {
            return Ok(challenge(
                StatusCode::INTERNAL_SERVER_ERROR,
                answer.response_content,
            ));
        }
    }
    let claims = claims_of(
        &answer.subject.unwrap_or_default(),
        &answer.claims.unwrap_or_default(),
    );
    let request = UserInfoIssueRequest::new(token).claims(claims.to_string());
    let answer = api.userinfo_issue(&request).await?;
    Ok(match answer.action {
        UserInfoIssueAction::Json => json(StatusCode::OK, answer.response_content),
        UserInfoIssueAction::Jwt => {
            let body = answer.response_content.unwrap_or_default();
            content(StatusCode::OK, JWT, body.expose().to_owned())
        }
        _ => challenge(StatusCode::UNAUTHORIZED, answer.response_content),
    })
}

/// The database of users.
fn claims_of(subject: &str, wanted: &[String]) -> Value {
    let known = [
        ("name", json!(subject)),
        ("email", json!(format!("{subject}@example.com"))),
        ("email_verified", json!(true)),
    ];
    let claims = known
        .into_iter()
        .filter(|(name, _)| wanted.iter().any(|wanted| wanted == name))
        .map(|(name, value)| (name.to_owned(), value));
    Value::Object(claims.collect())
}

/// The introspection endpoint (RFC 7662). Who may ask is this server's decision: here, any client that knows its secret.
async fn introspect(State(api): State<Authlete>, headers: HeaderMap, body: String) -> Outcome {
    let caller = basic(&headers).and_then(|(id, secret)| Some((id.parse::<i64>().ok()?, secret)));
    let Some((id, secret)) = caller else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    if api.get_client(id).await?.client_secret != Some(secret.into()) {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    }
    let request = StandardIntrospectionRequest::new(body);
    let answer = api.standard_introspection(&request).await?;
    Ok(match answer.action {
        StandardIntrospectionAction::Ok => json(StatusCode::OK, answer.response_content),
        StandardIntrospectionAction::BadRequest => {
            json(StatusCode::BAD_REQUEST, answer.response_content)
        }
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

/// The revocation endpoint (RFC 7009).
async fn revoke(State(api): State<Authlete>, headers: HeaderMap, body: String) -> Outcome {
    let mut request = RevocationRequest::new(body);
    if let Some((id, secret)) = basic(&headers) {
        request = request.client_id(id).client_secret(secret);
    }
    let answer = api.revocation(&request).await?;
    Ok(match answer.action {
        RevocationAction::Ok => StatusCode::OK.into_response(),
        RevocationAction::BadRequest => json(StatusCode::BAD_REQUEST, answer.response_content),
        RevocationAction::InvalidClient => json(StatusCode::UNAUTHORIZED, answer.response_content),
        _ => json(StatusCode::INTERNAL_SERVER_ERROR, answer.response_content),
    })
}

/// The client's credentials in the `Authorization` header, where each is form-encoded (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = credentials(headers, "Basic ")?;
    let pair = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        let text = percent_encoding::percent_decode_str(&text).decode_utf8();
        text.ok().map(|text| text.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix(scheme)
}

fn redirect(location: Option<Secret>) -> Response {
    with_header(StatusCode::FOUND, LOCATION, location)
}

fn with_header(status: StatusCode, name: HeaderName, value: Option<Secret>) -> Response {
    let value = value.unwrap_or_default();
    (status, [(name, value.expose().to_owned())]).into_response()
}

fn page(html: Option<Secret>) -> Response {
    let html = html.unwrap_or_default();
    content(StatusCode::OK, HTML, html.expose().to_owned())
}

fn json(status: StatusCode, body: Option<Secret>) -> Response {
    let body = body.unwrap_or_default();
    content(status, JSON, body.expose().to_owned())
}

/// Nothing here may be cached (RFC 6749 §5.1).
fn content(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}
