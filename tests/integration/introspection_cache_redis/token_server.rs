//! A mock Authlete that tracks revoked tokens, so that a stale response is noticed.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::server::{Received, Reply, Server};

pub struct TokenServer {
    pub url: String,
    server: Server,
    revoked: Arc<Mutex<Revoked>>,
}

/// The path of the service and the revoked token; `None` for all tokens of the service.
type Revoked = HashSet<(String, Option<String>)>;

impl TokenServer {
    pub async fn start() -> Self {
        let revoked = Arc::<Mutex<Revoked>>::default();
        let shared = Arc::clone(&revoked);
        let server =
            Server::start(move |request| reply(request, &mut shared.lock().unwrap())).await;
        Self {
            url: server.url.clone(),
            server,
            revoked,
        }
    }

    /// Revokes a token of service 1 without a call.
    pub fn revoke(&self, token: &str) {
        let revocation = ("/api/1".to_owned(), Some(token.to_owned()));
        self.revoked.lock().unwrap().insert(revocation);
    }

    /// The number of introspection requests since the last call.
    pub fn calls_received(&self) -> usize {
        let arrived = self.server.take();
        let is_introspection = |request: &&Received| request.path.ends_with("/auth/introspection");
        arrived.iter().filter(is_introspection).count()
    }
}

fn reply(request: &Received, revoked: &mut Revoked) -> Reply {
    let (service, operation) = request.path.split_once("/auth/").unwrap();
    let member = |name| {
        let body = request.json().unwrap();
        body[name].as_str().map(str::to_owned)
    };
    let token = match operation {
        "introspection" => {
            let is_revoked = [None, member("token")]
                .into_iter()
                .any(|token| revoked.contains(&(service.to_owned(), token)));
            return match is_revoked {
                true => Reply::json(200, &json!({ "action": "UNAUTHORIZED" })),
                false => Reply::json(200, &json!({ "action": "OK", "subject": "alice" })),
            };
        }
        "revocation" => {
            let parameters = member("parameters").unwrap();
            Some(parameters.strip_prefix("token=").unwrap().to_owned())
        }
        "token/revoke" => None,
        other => Some(other.strip_prefix("token/delete/").unwrap().to_owned()),
    };
    revoked.insert((service.to_owned(), token));
    Reply::json(200, &json!({ "action": "OK" }))
}
