//! An Authlete that answers introspections by what was really revoked, so that a wrong answer shows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::server::{Received, Reply, Server};

pub struct Truth {
    pub url: String,
    server: Server,
    revoked: Arc<Mutex<Revoked>>,
}

/// What was revoked: the path of the service, and the token; all of them without one.
type Revoked = HashSet<(String, Option<String>)>;

impl Truth {
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

    /// Revokes a token of the first service without a call.
    pub fn revoke(&self, token: &str) {
        let revocation = ("/api/1".to_owned(), Some(token.to_owned()));
        self.revoked.lock().unwrap().insert(revocation);
    }

    /// How many introspections arrived since the last time.
    pub fn asked(&self) -> usize {
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
