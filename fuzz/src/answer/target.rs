//! Calls over loopback, with client and server in one thread.

use std::sync::{Arc, Mutex};

use authlete::{ApiVersion, Authlete, Config, Operation, Result, RetryPolicy};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use crate::{arguments, probe};

/// A server that sends the configured response, and handles that call it.
pub struct CallTarget {
    runtime: Runtime,
    v2: Authlete,
    v3: Authlete,
    answer: Arc<Mutex<Vec<u8>>>,
}

impl CallTarget {
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::default();
        runtime.spawn(accept(listener, Arc::clone(&answer)));
        let handle = |config| {
            Authlete::builder(config)
                .retry(RetryPolicy::never())
                .build()
                .unwrap()
        };
        Self {
            runtime,
            v2: handle(
                Config::v2(&url, 1, "secret")
                    .service_owner_api_key(2)
                    .service_owner_api_secret("secret"),
            ),
            v3: handle(
                Config::v3(&url, 1, "token")
                    .service_owner_access_token("token")
                    .organization_id(3)
                    .api_server_id(4)
                    .idp_server(&url),
            ),
            answer,
        }
    }

    /// Calls an operation, to which the server sends this response.
    pub fn call(&self, operation: &Operation, answer: Vec<u8>) -> Result<Value> {
        *self.answer.lock().unwrap() = answer;
        let api = match operation.route(ApiVersion::V3) {
            Some(_) => &self.v3,
            None => &self.v2,
        };
        let arguments = arguments::required(operation.id);
        let call = probe::call(api, operation.id, &arguments);
        self.runtime.block_on(call)
    }
}

async fn accept(listener: TcpListener, answer: Arc<Mutex<Vec<u8>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&answer)));
    }
}

/// Answers each request on a connection, which stays open.
async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Vec<u8>>>) {
    let mut request = Vec::new();
    while matches!(stream.read_buf(&mut request).await, Ok(1..)) {
        if is_complete(&request) {
            request.clear();
            let answer = answer.lock().unwrap().clone();
            if stream.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

fn is_complete(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    request.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().unwrap())
    })
}
