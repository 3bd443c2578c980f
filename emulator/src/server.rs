//! HTTP around the API, and nowhere else.

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{self, Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request as HttpRequest, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::{IncomingStream, Listener};
use tokio::sync::oneshot;

use crate::api::{Api, Request};
use crate::conditions::{self, Conditions};
use crate::control;
use crate::guard::{Guard, guard};
use crate::listener::Peer;
use crate::logging::{self, Handled, Logging};
use crate::page;
use crate::reply::{Content, Reply};
use crate::request_log::RequestLog;
use crate::result_code::BODY_TOO_LARGE;

/// The largest body of a request.
const BODY_LIMIT: usize = 1024 * 1024;

/// Answers requests until the sender that belongs to `stop` is dropped, and then those that have begun.
pub async fn serve<L>(listener: L, router: Router, stop: oneshot::Receiver<()>) -> io::Result<()>
where
    L: Listener<Addr: fmt::Debug>,
    Peer: for<'a> Connected<IncomingStream<'a, L>>,
{
    let stopped = async {
        let _ = stop.await;
    };
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stopped)
        .await
}

/// The API with its log, under the conditions that are asked for, and beside it what is for the people of this machine.
pub fn router(
    api: Arc<Api>,
    log: Arc<RequestLog>,
    conditions: Conditions,
    scheme: &'static str,
    host: &str,
) -> Router {
    let conditions = from_fn_with_state(Arc::new(conditions), conditions::apply);
    let guard = from_fn_with_state(Arc::new(Guard::new(scheme, host)), guard);
    let ours = control::routes(Arc::clone(&api))
        .merge(page::routes(Arc::clone(&api), Arc::clone(&log)))
        .layer(guard);
    let logging = from_fn_with_state(
        Arc::new(Logging {
            api: Arc::clone(&api),
            log,
        }),
        logging::log,
    );
    Router::new()
        .route("/api/{*path}", any(answer).layer(conditions))
        .fallback(answer)
        .layer(logging)
        .with_state(Answering { api, scheme })
        .merge(ours)
}

/// The API, and how it is reached.
#[derive(Debug, Clone)]
struct Answering {
    api: Arc<Api>,
    scheme: &'static str,
}

async fn answer(
    State(Answering { api, scheme }): State<Answering>,
    request: HttpRequest,
) -> Response {
    let (head, body) = request.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let dpop = head.headers.get_all("dpop").iter();
    let dpop: Vec<_> = dpop
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    let origin = format!("{scheme}://{}", header(HOST).unwrap_or_default());
    let peer = head.extensions.get::<ConnectInfo<Peer>>();
    let (body, (operation, reply)) = match body::to_bytes(body, BODY_LIMIT).await {
        Ok(body) => {
            let answer = api.answer(&Request {
                method: head.method.as_str(),
                path: head.uri.path(),
                query: head.uri.query().unwrap_or_default(),
                authorization: header(AUTHORIZATION),
                origin: &origin,
                dpop: &dpop,
                certificate: peer.and_then(|ConnectInfo(peer)| peer.certificate.as_deref()),
                user_agent: header(USER_AGENT),
                remote_address: peer.map(|ConnectInfo(peer)| peer.address.ip()),
                content_type: header(CONTENT_TYPE),
                body: &body,
            });
            (body, answer)
        }
        // Or the connection broke, and nobody will read this.
        Err(_) => {
            let (method, path) = (head.method.as_str(), head.uri.path());
            let operation = api.operation(method, path, header(AUTHORIZATION));
            let refusal = Reply::error(413, path, BODY_TOO_LARGE);
            (Bytes::new(), (operation, refusal))
        }
    };
    let handled = Handled::new(operation, body, &reply);
    let mut response = reply.into_response();
    response.extensions_mut().insert(handled);
    response
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
        const CREDENTIALS: HeaderValue =
            HeaderValue::from_static("Bearer, Basic realm=\"authlete-emulator\"");
        const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");
        let mut response = match self.body {
            Content::Empty => Response::new(Body::empty()),
            Content::Json(value) => ([(CONTENT_TYPE, JSON)], value.to_string()).into_response(),
            Content::Indented(value) => {
                ([(CONTENT_TYPE, JSON)], format!("{value:#}")).into_response()
            }
            Content::Text(text) => ([(CONTENT_TYPE, TEXT)], text).into_response(),
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
