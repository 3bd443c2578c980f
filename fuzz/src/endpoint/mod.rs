//! Requests to the endpoints of an authorization server and to its pages, with any answers of Authlete.
//!
//! The parts of an input are separated by an empty line: method, target and headers; the body; and the body of each answer of
//! Authlete, in order. Authlete is unavailable for further calls.
//!
//! ```text
//! POST /token
//! content-type:application/x-www-form-urlencoded
//!
//! grant_type=refresh_token
//!
//! {"action":"OK","responseContent":"{}"}
//! ```

mod authlete_answers;
mod permissive;

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use authlete_answers::Answers;
use authlete_axum::authorization_server::Endpoints;
use authlete_axum::interaction::Interactions;
use authlete_axum::{AttemptLimiter, AuthorizationServer};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use permissive::Permissive;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const ISSUER: &str = "https://as.example.com";

/// In bytes, so small that inputs have larger bodies.
const BODY_LIMIT: usize = 256;

/// The prefix of secrets, which must not be shown.
const SECRET_PREFIX: &str = "SECRET";

/// The errors that the server reports if an answer is unusable, and if there is none.
const SERVER_ERRORS: [&str; 2] = ["server_error", "temporarily_unavailable"];

/// The operations whose whole answer is sent to clients.
const DOCUMENTS: [&str; 2] = ["get_service_configuration", "get_service_jwks"];

/// Whether an answer can be used: its operation, and its body. `None` if this is not known.
pub type IsUsable = fn(&str, &str) -> Option<bool>;

/// Sends a request. Returns whether it is a valid one.
///
/// # Panics
/// If the response is 5xx although all answers are usable, or if it shows a secret or the details of an error.
pub fn send(input: &[u8], is_usable: IsUsable) -> bool {
    let mut parts = split_all(input, b"\n\n").into_iter();
    let (head, body) = (parts.next().unwrap_or_default(), parts.next());
    let Some(request) = request(head, body.unwrap_or_default()) else {
        return false;
    };
    let target = target();
    target.answers.set(parts.map(<[u8]>::to_vec));
    let response = target.runtime.block_on(async {
        let Ok(response) = target.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("it is in memory");
        Response::from_parts(parts, body)
    });
    let answers = target.answers.taken();
    assert_server_error(&response, &answers, is_usable);
    let request = String::from_utf8_lossy(head) + String::from_utf8_lossy(body.unwrap_or_default());
    // What the client sent, possibly encoded, may be on a page.
    if !request.contains(SECRET_PREFIX) && !request.contains('%') {
        assert_hidden(&response, &answers);
    }
    true
}

/// The router with all endpoints and pages.
pub fn router() -> &'static Router {
    &target().router
}

/// The ID of the authorization request and of the device request of all browsers.
pub const PAGE_ID: &str = permissive::PAGE_ID;

/// An answer to a call.
struct CallAnswer {
    /// The operation ID. `None` for an operation with parameters in its path.
    operation: Option<&'static str>,
    /// `None` if Authlete is unavailable.
    body: Option<Vec<u8>>,
}

impl CallAnswer {
    fn json(&self) -> Value {
        let body = self.body.as_deref().unwrap_or_default();
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Whether the server can process it. `None` if this is not known.
    fn is_usable(&self, is_usable: IsUsable) -> Option<bool> {
        let body = self.body.as_deref()?;
        let Ok(text) = str::from_utf8(body) else {
            return Some(false);
        };
        let operation = self.operation?;
        Some(is_usable(operation, text)? && has_members(operation, &self.json()))
    }
}

/// Whether an answer has the members that the server needs in addition to those that its action needs.
fn has_members(operation: &str, answer: &Value) -> bool {
    match operation {
        // The response for the case that the server reissues no ID token.
        "token" if answer["action"] == "ID_TOKEN_REISSUABLE" => {
            let content = answer["responseContent"].as_str();
            content.is_some_and(|content| !content.is_empty())
        }
        "token_create" => answer["accessToken"].is_string() || answer["jwtAccessToken"].is_string(),
        "credential_single_parse" | "credential_deferred_parse" => {
            answer["info"]["identifier"].is_string()
        }
        "credential_offer_info" => answer["info"]["credentialOffer"].is_string(),
        _ => true,
    }
}

/// Asserts that a 5xx response has a reason, which is not in the response.
fn assert_server_error(response: &Response<Bytes>, answers: &[CallAnswer], is_usable: IsUsable) {
    if !response.status().is_server_error() {
        return;
    }
    let mut usable = answers.iter().map(|answer| answer.is_usable(is_usable));
    assert!(usable.any(|usable| usable != Some(true)), "{response:?}");
    let expected = SERVER_ERRORS.map(|error| json!({ "error": error }).to_string());
    // The response to `HEAD` has no body.
    let is_plain =
        response.body().is_empty() || expected.iter().any(|error| response.body() == error);
    let mut contents = answers
        .iter()
        .map(|answer| answer.json()["responseContent"].clone());
    let is_content = contents.any(|content| {
        content
            .as_str()
            .is_some_and(|content| response.body() == content)
    });
    assert!(is_plain || is_content, "{response:?}");
}

/// Asserts that a response has no ticket and no message of Authlete for the server's log.
fn assert_hidden(response: &Response<Bytes>, answers: &[CallAnswer]) {
    let shown = format!("{:?} {:?}", response.headers(), response.body());
    let may_be_shown = answers.iter().any(|answer| {
        if answer.operation.is_none_or(|it| DOCUMENTS.contains(&it)) {
            return true;
        }
        let mut answer = answer.json();
        for secret in ["ticket", "resultMessage"] {
            if let Some(members) = answer.as_object_mut() {
                members.remove(secret);
            }
        }
        answer.to_string().contains(SECRET_PREFIX)
    });
    assert!(may_be_shown || !shown.contains(SECRET_PREFIX), "{shown}");
}

fn request(head: &[u8], body: &[u8]) -> Option<Request<Body>> {
    let mut lines = head.split(|&byte| byte == b'\n');
    let (method, target) = split(lines.next()?, b' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = split(line, b':')?;
        request = request.header(name, value);
    }
    request.body(Body::from(body.to_vec())).ok()
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let middle = text.iter().position(|&byte| byte == at)?;
    Some((text.get(..middle)?, text.get(middle + 1..)?))
}

fn split_all<'a>(mut text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let find = |text: &[u8]| text.windows(separator.len()).position(|it| it == separator);
    while let Some(end) = find(text) {
        parts.push(&text[..end]);
        text = &text[end + separator.len()..];
    }
    parts.push(text);
    parts
}

struct EndpointTarget {
    runtime: Runtime,
    router: Router,
    answers: Arc<Answers>,
}

fn target() -> &'static EndpointTarget {
    static TARGET: OnceLock<EndpointTarget> = OnceLock::new();
    TARGET.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build();
        let answers = Arc::new(Answers::default());
        let endpoints = Endpoints::from_issuer(ISSUER);
        let endpoints = endpoints.and_then(|endpoints| endpoints.with_credential_issuer(ISSUER));
        let pages = Interactions::new(Permissive, Permissive);
        let unlimited = || AttemptLimiter::new(NonZeroU32::MAX, Duration::from_secs(1));
        let server = AuthorizationServer::new(
            answers.api(),
            endpoints.expect("this is a URL"),
            pages.clone(),
        );
        let server = server
            .token_grants(Permissive)
            .resource_servers(Permissive)
            .backchannel_users(Permissive)
            .registrations(Permissive)
            .credential_orders(Permissive)
            .logout(pages.clone())
            .password_attempts(unlimited())
            .user_code_attempts(unlimited())
            .body_limit(BODY_LIMIT);
        EndpointTarget {
            runtime: runtime.expect("a runtime can be made"),
            router: server.router().merge(pages.router(&server)),
            answers,
        }
    })
}
