//! Concurrent callers.

use std::sync::Arc;
use std::time::Duration;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use crate::common::GENERATIONS;
use crate::description::OPERATIONS;
use crate::flows;
use crate::target::Target;
use crate::values::body_of;

const CALLERS: usize = 32;
const CALLS: usize = 20;

#[test]
fn callers_do_not_block_each_other() {
    let target = Target::start();
    flows::run(&target, GENERATIONS[0]);
    let mut runner = TestRunner::deterministic();
    let mut calls = (0..CALLERS * CALLS).map(|index| {
        let described = &OPERATIONS[index % OPERATIONS.len()];
        let body = described.request().map(|schema| {
            let tree = body_of(schema).new_tree(&mut runner).unwrap();
            tree.current()
        });
        (described, GENERATIONS[index % 2], body)
    });
    let target = Arc::new(target);
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let calls: Vec<_> = calls.by_ref().take(CALLS).collect();
            let target = Arc::clone(&target);
            let caller = Arc::clone(&target);
            target.runtime.spawn(async move {
                for (described, version, body) in calls {
                    let argument = caller.argument(described);
                    // The other callers need the service.
                    if described.operation.id != "delete_service" {
                        caller
                            .call(
                                version,
                                described.operation.id,
                                &argument,
                                &[],
                                body.as_ref(),
                            )
                            .await;
                    }
                }
            })
        })
        .collect();
    target.runtime.block_on(async {
        for caller in callers {
            let ended = tokio::time::timeout(Duration::from_secs(60), caller).await;
            ended.expect("no caller waits forever").unwrap();
        }
        target.assert_alive().await;
    });
}
