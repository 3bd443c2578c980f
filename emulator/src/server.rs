//! The HTTP server of the API, the page and the control endpoints.

use std::sync::Arc;

use axum::Router;
use axum::body::{self, Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::api::Api;
use crate::api_response::{ApiResponse, ResponseBody};
use crate::connections::Peer;
use crate::control;
use crate::control_token::{ControlToken, require_control_token};
use crate::fault_injection::{self, FaultInjection};
use crate::logging::{self, CallDetails, Logging};
use crate::origin_check::{OriginCheck, check_origin};
use crate::page;
use crate::request::HttpRequest;
use crate::request_log::RequestLog;
use crate::result_code::BODY_TOO_LARGE;
use crate::timed_body::is_timeout;

/// The maximum size of a request body, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// The router: the API with its log and the simulated faults, the page and the control endpoints.
pub fn router(
    api: Arc<Api>,
    log: Arc<RequestLog>,
    fault_injection: FaultInjection,
    scheme: &'static str,
    host: &str,
    control_token: Option<Arc<str>>,
) -> Router {
    let fault_injection = from_fn_with_state(Arc::new(fault_injection), fault_injection::apply);
    let control_token = Arc::new(ControlToken(control_token));
    let control_token = from_fn_with_state(control_token, require_control_token);
    let origin_check = from_fn_with_state(Arc::new(OriginCheck::new(scheme, host)), check_origin);
    let ours = control::routes(Arc::clone(&api))
        .merge(page::routes(Arc::clone(&api), Arc::clone(&log)))
        .layer(control_token)
        .layer(origin_check);
    let logging = from_fn_with_state(
        Arc::new(Logging {
            api: Arc::clone(&api),
            log,
        }),
        logging::log,
    );
    Router::new()
        .route("/api/{*path}", any(handle).layer(fault_injection))
        .fallback(handle)
        .layer(logging)
        .with_state(ApiState { api, scheme })
        .merge(ours)
}

/// The API, and the scheme of its URL.
#[derive(Debug, Clone)]
struct ApiState {
    api: Arc<Api>,
    scheme: &'static str,
}

async fn handle(State(ApiState { api, scheme }): State<ApiState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let dpop = head.headers.get_all("dpop").iter();
    let dpop: Vec<_> = dpop
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    let origin = format!("{scheme}://{}", header(HOST).unwrap_or_default());
    let peer = head.extensions.get::<Peer>();
    let (body, (operation, response)) = match body::to_bytes(body, BODY_LIMIT).await {
        Ok(body) => {
            let request = HttpRequest {
                method: head.method.as_str(),
                path: head.uri.path(),
                query: head.uri.query().unwrap_or_default(),
                authorization: header(AUTHORIZATION),
                origin: &origin,
                dpop: &dpop,
                certificate: peer.and_then(|peer| peer.certificate.as_deref()),
                user_agent: header(USER_AGENT),
                remote_address: peer.map(|peer| peer.address.ip()),
                content_type: header(CONTENT_TYPE),
                body: &body,
            };
            let response = api.handle(&request).await;
            (body, response)
        }
        Err(error) => {
            let (method, path) = (head.method.as_str(), head.uri.path());
            let operation = api.operation(method, path, header(AUTHORIZATION));
            let refusal = match is_timeout(&error) {
                true => ApiResponse::message(408, "the body of the request did not arrive in time"),
                // Or the connection broke, and nobody reads the response.
                false => ApiResponse::error(413, path, BODY_TOO_LARGE),
            };
            (Bytes::new(), (operation, refusal))
        }
    };
    let details = CallDetails::new(operation, body, &response);
    let mut response = response.into_response();
    response.extensions_mut().insert(details);
    response
}

impl IntoResponse for ApiResponse {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
        const CREDENTIALS: HeaderValue =
            HeaderValue::from_static("Bearer, Basic realm=\"authlete-emulator\"");
        const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");
        let mut response = match self.body {
            ResponseBody::Empty => Response::new(Body::empty()),
            ResponseBody::Json(value) => {
                ([(CONTENT_TYPE, JSON)], value.to_string()).into_response()
            }
            ResponseBody::Indented(value) => {
                ([(CONTENT_TYPE, JSON)], format!("{value:#}")).into_response()
            }
            ResponseBody::Text(text) => ([(CONTENT_TYPE, TEXT)], text).into_response(),
        };
        *response.status_mut() = status;
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §11.6.1.
            let challenge = self
                .challenge
                .and_then(|text| HeaderValue::try_from(text).ok());
            let challenge = challenge.unwrap_or(CREDENTIALS);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, POST, PUT, DELETE"));
        }
        response
    }
}
