//! Each fault, from the call to recovery.

use std::env;
use std::sync::LazyLock;
use std::time::Instant;

use authlete::{Error, Result, operations};
use serde_json::Value;
use tokio::time::timeout;

use super::caller::{Call, Caller};
use super::faults::{Fault, LONG, faults, faults_of_transport};
use super::server::{GENUINE, Server};
use super::table::{self, GZIP, documented};
use crate::errors::assert_no_secret;
use crate::facts::arguments_of;
use crate::probe;

/// With `AUTHLETE_WRITE_FAULTS=yes`, which `cargo xtask generate --faults` sets, the table is written instead of compared.
#[tokio::test]
async fn each_fault_has_the_documented_result() {
    let calls: Vec<_> = faults().into_iter().map(row).map(tokio::spawn).collect();
    let mut rows = Vec::new();
    for call in calls {
        rows.push(call.await.unwrap());
    }
    if env::var_os("AUTHLETE_WRITE_FAULTS").is_some() {
        return table::write(&rows);
    }
    assert_eq!(
        rows,
        documented(),
        "to write src/faults.md: cargo xtask generate --faults"
    );
}

/// In CI, it runs with and without the feature `gzip`.
#[tokio::test]
async fn compressed_response_has_the_documented_result() {
    let mut tested = 0;
    for fault in faults() {
        if fault.name.ends_with(GZIP) {
            let row = row(fault).await;
            assert!(documented().contains(&row.as_str()), "{row}");
            tested += 1;
        }
    }
    assert!(tested > 0);
}

/// The table row of a fault.
async fn row(fault: Fault) -> String {
    let name = &fault.name;
    let (error, attempts_to_read) = call_and_recover(&fault, Call::Read).await;
    let (other_error, attempts_to_change) = call_and_recover(&fault, Call::Change).await;
    assert_eq!(error, other_error, "{name}");
    let again = match (attempts_to_read, attempts_to_change) {
        (1, 1) => "nothing",
        (3, 1) => "reads",
        (3, 3) => "all calls",
        other => panic!("{name}: {other:?} attempts"),
    };
    format!("| {name} | {error} | {again} |")
}

/// Calls a faulty server, and again after it recovered. Returns the result of the first call and its number of attempts,
/// counted by requests or connection attempts.
async fn call_and_recover(fault: &Fault, call: Call) -> (String, usize) {
    let name = &fault.name;
    let server = Server::start(fault.act.clone()).await;
    let caller = Caller::new(&server, fault.deadline);
    let begun = Instant::now();
    let result = call.make(&caller.api).await;
    // Some slack for a busy machine.
    assert!(begun.elapsed() < fault.deadline + LONG, "{name}");
    let attempts = caller.take_connects().max(server.take_requests());

    // A connection that cannot be reused is closed.
    if !server.act.keeps_connections() {
        let idle = timeout(LONG, server.wait_until_idle());
        idle.await
            .unwrap_or_else(|_| panic!("{name}: a connection is held"));
    }
    server.recover().await;
    let subject = call.make(&caller.api.with_timeout(LONG)).await;
    let subject = subject.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(subject.as_deref(), Some(GENUINE), "{name}");
    (describe(result), attempts)
}

/// The result of a call in the notation of the table.
fn describe(result: Result<Option<String>>) -> String {
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

/// Tests each operation that must not be retried, with transport faults only. Responses are final for every operation, and
/// the table covers them with one such operation.
#[tokio::test]
async fn operations_that_must_not_be_repeated_are_sent_once() {
    let faults = faults_of_transport()
        .into_iter()
        .filter(|fault| fault.deadline == LONG && !fault.act.is_endless() && !is_refused(fault));
    let calls: Vec<_> = faults.map(call_all_changes).map(tokio::spawn).collect();
    assert!(calls.len() > 20);
    for call in calls {
        call.await.unwrap();
    }
}

/// Whether the request was certainly not processed, so that every operation may be retried.
fn is_refused(fault: &Fault) -> bool {
    let begin = format!("| {} | ", fault.name);
    documented()
        .iter()
        .any(|row| row.starts_with(&begin) && row.ends_with("| all calls |"))
}

/// All operations that must not be retried, with arguments.
static CHANGES: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let changes = operations::ALL
        .iter()
        .filter(|operation| !operation.repeatable && operation.v3.is_some());
    changes
        .map(|operation| (operation.id, arguments_of(operation.id)))
        .collect()
});

async fn call_all_changes(fault: Fault) {
    let server = Server::start(fault.act).await;
    let caller = Caller::new(&server, fault.deadline);
    for (id, arguments) in &*CHANGES {
        // The result depends on the operation: some expect no response body.
        let _ = probe::call(&caller.api, id, arguments).await;
        let (connects, requests) = (caller.take_connects(), server.take_requests());
        assert!(
            connects <= 1 && requests <= 1,
            "{id}, {}: {connects} connections, {requests} requests",
            fault.name
        );
    }
}
