//! A server that holds responses to introspection until the test releases them, and answers other requests at once.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::server::Reply;

pub struct Gate {
    pub url: String,
    arrived: watch::Receiver<usize>,
    gate: Arc<Semaphore>,
}

impl Gate {
    /// Starts a server that answers introspection with `reply(number)`. Requests are numbered from 1 in order of arrival.
    pub async fn start(reply: impl Fn(usize) -> Reply + Clone + Send + Sync + 'static) -> Self {
        let (arrive, arrived) = watch::channel(0);
        let gate = Arc::new(Semaphore::new(0));
        let entrance = Arc::clone(&gate);
        let app = Router::new().fallback(move |request: Request| {
            let (reply, arrive, entrance) = (reply.clone(), arrive.clone(), entrance.clone());
            async move {
                if !request.uri().path().ends_with("/auth/introspection") {
                    return Response::new("{}".into());
                }
                let mut number = 0;
                arrive.send_modify(|arrived| {
                    *arrived += 1;
                    number = *arrived;
                });
                let _ = entrance.acquire().await.map(|permit| permit.forget());
                let reply = reply(number);
                let mut response = Response::new(axum::body::Body::from(reply.body));
                *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
                let json = "application/json".parse().unwrap();
                response.headers_mut().insert(CONTENT_TYPE, json);
                response
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, arrived, gate }
    }

    /// Waits until `count` introspection requests have arrived.
    pub async fn arrived(&self, count: usize) {
        let mut arrived = self.arrived.clone();
        let all = arrived.wait_for(|arrived| *arrived >= count);
        let all = tokio::time::timeout(Duration::from_secs(20), all).await;
        assert!(all.is_ok(), "{} of {count} arrived", self.count());
    }

    /// The number of introspection requests that have arrived.
    pub fn count(&self) -> usize {
        *self.arrived.borrow()
    }

    /// Releases `count` responses.
    pub fn release(&self, count: usize) {
        self.gate.add_permits(count);
    }

    /// Releases all responses from now on.
    pub fn open(&self) {
        self.gate.close();
    }
}
