//! Each fault, from the call to the recovery.

use std::sync::LazyLock;
use std::time::Instant;

use authlete::{Error, Result, operations};
use serde_json::Value;
use tokio::time::timeout;

use super::caller::{Call, Caller};
use super::faults::{Fault, LONG, faults, faults_of_transport};
use super::server::{GENUINE, Server};
use super::table::documented;
use crate::errors::assert_no_secret;
use crate::facts::arguments_of;
use crate::probe;

/// After a change to the faults the table that is printed here belongs into `src/faults.md`, once it is as it should be.
#[tokio::test]
async fn each_fault_ends_as_the_documentation_says() {
    let calls: Vec<_> = faults().into_iter().map(row).map(tokio::spawn).collect();
    let mut rows = Vec::new();
    for call in calls {
        rows.push(call.await.unwrap());
    }
    assert_eq!(rows, documented(), "\n{}\n", rows.join("\n"));
}

/// The row of a fault.
async fn row(fault: Fault) -> String {
    let name = &fault.name;
    let (error, attempts_to_read) = suffer(&fault, Call::Read).await;
    let (other_error, attempts_to_change) = suffer(&fault, Call::Change).await;
    assert_eq!(error, other_error, "{name}");
    let again = match (attempts_to_read, attempts_to_change) {
        (1, 1) => "nothing",
        (3, 1) => "reads",
        (3, 3) => "all calls",
        other => panic!("{name}: {other:?} attempts"),
    };
    format!("| {name} | {error} | {again} |")
}

/// Calls a server that has a fault, and then again when it has none. Returns what the call ended in, and how often it was
/// tried: each time there was a request, or there was to be a connection.
async fn suffer(fault: &Fault, call: Call) -> (String, usize) {
    let name = &fault.name;
    let server = Server::start(fault.act.clone()).await;
    let caller = Caller::new(&server, fault.deadline);
    let begun = Instant::now();
    let result = call.make(&caller.api).await;
    // A machine may have much else to do.
    assert!(begun.elapsed() < fault.deadline + LONG, "{name}");
    let attempts = caller.take_connects().max(server.take_requests());

    // A connection that is of no more use is given up.
    if !server.act.keeps_connections() {
        let idle = timeout(LONG, server.wait_until_idle());
        idle.await
            .unwrap_or_else(|_| panic!("{name}: a connection is held"));
    }
    server.behave().await;
    let subject = call.make(&caller.api.with_timeout(LONG)).await;
    let subject = subject.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(subject.as_deref(), Some(GENUINE), "{name}");
    (seen(result), attempts)
}

/// The result of a call, as the table says it.
fn seen(result: Result<Option<String>>) -> String {
    let Err(error) = result else {
        return "none".into();
    };
    assert_no_secret(&error);
    match error {
        Error::Transport { kind, .. } => format!("`Transport`, `{kind:?}`"),
        Error::Api(error) => format!("`Api`, {}", error.status.as_u16()),
        Error::UnexpectedBody(error) => format!("`UnexpectedBody`, {}", error.status.as_u16()),
        Error::TooLarge { .. } => "`TooLarge`".into(),
        Error::Decode { .. } => "`Decode`".into(),
        other => panic!("{other:?}"),
    }
}

/// For each operation that must not be repeated. That an answer which came is final does not depend on the operation: what
/// is wrong with answers is left to the table, where there is one of these operations.
#[tokio::test]
async fn no_change_reaches_a_hostile_server_twice() {
    let faults = faults_of_transport()
        .into_iter()
        .filter(|fault| fault.deadline == LONG && !fault.act.is_endless() && !is_refused(fault));
    let calls: Vec<_> = faults.map(change_everything).map(tokio::spawn).collect();
    assert!(calls.len() > 20);
    for call in calls {
        call.await.unwrap();
    }
}

/// Whether the request is certain not to be processed, so that every operation may be repeated.
fn is_refused(fault: &Fault) -> bool {
    let begin = format!("| {} | ", fault.name);
    documented()
        .iter()
        .any(|row| row.starts_with(&begin) && row.ends_with("| all calls |"))
}

/// All operations that must not be repeated, with arguments.
static CHANGES: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let changes = operations::ALL
        .iter()
        .filter(|operation| !operation.repeatable && operation.v3.is_some());
    changes
        .map(|operation| (operation.id, arguments_of(operation.id)))
        .collect()
});

async fn change_everything(fault: Fault) {
    let server = Server::start(fault.act).await;
    let caller = Caller::new(&server, fault.deadline);
    for (id, arguments) in &*CHANGES {
        // What comes of it depends on the operation: some expect no answer at all.
        let _ = probe::call(&caller.api, id, arguments).await;
        let (connects, requests) = (caller.take_connects(), server.take_requests());
        assert!(
            connects <= 1 && requests <= 1,
            "{id}, {}: {connects} connections, {requests} requests",
            fault.name
        );
    }
}
