//! Answers of every operation, as they should be but for a few mutations.

use std::sync::{Arc, Mutex};

use authlete::{ApiVersion, Authlete, Error, RetryPolicy};
use authlete_codegen::description::operations;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::fuzz;
use super::mutation::mutated;
use crate::description::{FLAT, success};
use crate::errors::shown;
use crate::facts::{self, arguments, facts};
use crate::probe;
use crate::server::{Reply, Server};

/// An operation with arguments for it, and an answer that it may give.
#[derive(Debug, Clone)]
struct Seed {
    id: String,
    arguments: Value,
    answer: Vec<u8>,
}

fn seeds() -> Vec<Seed> {
    let facts = facts();
    let called = facts.iter().filter(|fact| fact.v3_path.is_some());
    called
        .filter_map(|fact| {
            let operation = operations(&FLAT).find(|operation| operation.id() == fact.id);
            let (_, answer) = success(operation?.value).1?;
            Some(Seed {
                id: fact.id.clone(),
                arguments: arguments(fact),
                answer: answer.to_string().into(),
            })
        })
        .collect()
}

/// The id and the arguments of an operation, and an answer with some mutations.
fn answers() -> impl Strategy<Value = (String, Value, Vec<u8>)> {
    select(seeds()).prop_flat_map(|seed| {
        let Seed {
            id,
            arguments,
            answer,
        } = seed;
        (Just(id), Just(arguments), mutated(answer))
    })
}

/// A server that answers what it was told last.
struct Target {
    runtime: Runtime,
    api: Authlete,
    reply: Arc<Mutex<Reply>>,
}

impl Target {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let reply = Arc::new(Mutex::new(Reply::text(200, "", "")));
        let next = Arc::clone(&reply);
        let server = runtime.block_on(Server::start(move |_| next.lock().unwrap().clone()));
        let config = facts::config(ApiVersion::V3, &server.url);
        let api = Authlete::builder(config)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        Self {
            runtime,
            api,
            reply,
        }
    }

    fn call(&self, id: &str, arguments: &Value, reply: Reply) -> Result<Value, Error> {
        *self.reply.lock().unwrap() = reply;
        self.runtime.block_on(probe::call(&self.api, id, arguments))
    }
}

/// The name of a member may be anything, and is in the path.
fn shown_without_path(error: Error) -> String {
    match error {
        Error::Decode { source, .. } => format!("{source} {source:?}"),
        other => shown(&other),
    }
}

#[test]
fn any_body_is_an_answer_or_an_error_without_a_secret() {
    let target = Target::new();
    fuzz(answers(), |(id, arguments, body)| {
        let reply = Reply::text(200, "application/json", body);
        if let Err(error) = target.call(&id, &arguments, reply) {
            prop_assert!(!matches!(error, Error::Transport { .. }), "{error:?}");
            let shown = shown_without_path(error);
            prop_assert!(!shown.contains("SECRET"), "{shown}");
        }
        Ok(())
    });
}

#[test]
fn any_status_and_content_type_may_come_with_it() {
    let target = Target::new();
    let types = select(vec!["application/json", "text/html", "text/plain", ""]);
    let cases = (answers(), 200..600_u16, types);
    fuzz(cases, |((id, arguments, body), status, content_type)| {
        let reply = Reply::text(status, content_type, body);
        match target.call(&id, &arguments, reply) {
            Ok(_) => prop_assert!(status < 300),
            Err(error) => {
                let _ = shown(&error);
                let at = error.status().map(|status| status.as_u16());
                prop_assert!(at.is_none_or(|at| at == status), "{error:?}");
            }
        }
        Ok(())
    });
}
