//! Authlete in the same process, whose answers are set.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use authlete::{ApiVersion, Authlete, Config, RetryPolicy, operations};
use axum::http::{Response, StatusCode};

use super::CallAnswer;

#[derive(Default)]
pub struct Answers(Mutex<Calls>);

#[derive(Default)]
struct Calls {
    next: VecDeque<Vec<u8>>,
    taken: Vec<CallAnswer>,
}

impl Answers {
    /// Sets the answers to the next calls.
    pub fn set(&self, answers: impl Iterator<Item = Vec<u8>>) {
        *self.0.lock().unwrap() = Calls {
            next: answers.collect(),
            taken: Vec::new(),
        };
    }

    /// The answers to the calls that were made.
    pub fn taken(&self) -> Vec<CallAnswer> {
        std::mem::take(&mut self.0.lock().unwrap().taken)
    }

    /// A handle whose calls get the answers.
    pub fn api(self: &Arc<Self>) -> Authlete {
        let answers = Arc::clone(self);
        Authlete::builder(Config::v3("https://authlete.example", 1, "token"))
            .retry(RetryPolicy::never())
            .transport(move |request| {
                let response = answers.respond(request.uri().path());
                async { Ok(response) }
            })
            .build()
            .expect("the configuration is complete")
    }

    fn respond(&self, path: &str) -> Response<Vec<u8>> {
        let mut calls = self.0.lock().unwrap();
        let body = calls.next.pop_front();
        let mut response = Response::new(body.clone().unwrap_or_default());
        if body.is_none() {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        calls.taken.push(CallAnswer {
            operation: operation(path),
            body,
        });
        response
    }
}

fn operation(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix("/api/1")?;
    let mut operations = operations::ALL.iter();
    let found = operations.find(|operation| {
        let route = operation.route(ApiVersion::V3);
        route.is_some_and(|route| route.path == path)
    });
    Some(found?.id)
}
