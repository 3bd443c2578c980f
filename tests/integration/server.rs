//! A mock server on loopback that records requests and sends configured responses.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use axum::serve::ListenerExt as _;
use serde_json::Value;
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    /// As on the wire, percent-encoded.
    pub path: String,
    pub query: HashMap<String, String>,
    /// The query in order, including repeated names.
    pub pairs: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text here"))
    }

    pub fn json(&self) -> Option<Value> {
        (!self.body.is_empty())
            .then(|| serde_json::from_slice(&self.body).expect("bodies are JSON"))
    }
}

/// A response to send.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".into())],
            body: body.to_string().into(),
        }
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.into())],
            body: body.into(),
        }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A running server. It stops with the test's runtime.
pub struct Server {
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Stores one object: the body of a request replaces it, and each response contains it.
    pub async fn storing(object: &Value) -> (Self, Arc<Mutex<Value>>) {
        let stored = Arc::new(Mutex::new(object.clone()));
        let server = {
            let stored = Arc::clone(&stored);
            Self::start(move |request| {
                let mut stored = stored
                    .lock()
                    .expect("no test panics while it holds the lock");
                if let Some(body) = request.json() {
                    *stored = body;
                }
                Reply::json(200, &stored)
            })
            .await
        };
        (server, stored)
    }

    /// Answers each request with `reply(request)`.
    pub async fn start(reply: impl Fn(&Received) -> Reply + Clone + Send + Sync + 'static) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = received.clone();
        let app = Router::new().fallback(move |request: Request| {
            let (record, reply) = (record.clone(), reply.clone());
            async move {
                let request = read(request).await;
                record
                    .lock()
                    .expect("no test panics while it holds the lock")
                    .push(request.clone());
                answer(reply(&request))
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let url = format!(
            "http://{}",
            listener
                .local_addr()
                .expect("a bound socket has an address")
        );
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = connections.clone();
        let listener = listener.tap_io(move |_| {
            accepted.fetch_add(1, Ordering::Relaxed);
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            received,
            connections,
        }
    }

    /// Answers all requests with the same response.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// The number of accepted connections.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The requests received since the last call.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(
            &mut *self
                .received
                .lock()
                .expect("no test panics while it holds the lock"),
        )
    }
}

async fn read(request: Request) -> Received {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let query =
        reqwest::Url::parse(&format!("http://h/?{query}")).expect("a query fits into a URL");
    Received {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: query.query_pairs().into_owned().collect(),
        pairs: query.query_pairs().into_owned().collect(),
        headers: parts.headers,
        body: to_bytes(body, usize::MAX)
            .await
            .expect("the client sends the whole body")
            .into(),
    }
}

fn answer(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response
        .body(Body::from(reply.body))
        .expect("the test's headers are valid")
}
