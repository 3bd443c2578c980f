//! Valid handles in any order.

use authlete::ApiVersion;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::common::GENERATIONS;
use crate::description::{Described, OPERATIONS};
use crate::flows;
use crate::handles::KINDS;
use crate::parameters::form;
use crate::target::{ALIAS, SECRET, Target, cases};
use crate::values::{body_of, handle};

/// A call of a sequence.
#[derive(Debug, Clone)]
struct Step {
    version: ApiVersion,
    id: &'static str,
    /// The path argument, unless it is the valid one.
    argument: Option<String>,
    body: Option<Value>,
}

fn step() -> impl Strategy<Value = Step> {
    let operations: Vec<_> = OPERATIONS
        .iter()
        .filter(|described| described.operation.id != "delete_service")
        .collect();
    let argument = prop::option::weighted(0.25, handle());
    (select(operations), argument, select(GENERATIONS.to_vec())).prop_flat_map(
        |(described, argument, version)| {
            (body(described), form(), any::<bool>()).prop_map(move |(body, form, authenticated)| {
                let body = body.map(|mut body| {
                    if let Some(members) = body.as_object_mut() {
                        if members.contains_key("parameters") {
                            members.insert("parameters".to_owned(), form.into());
                        }
                        if authenticated {
                            members.insert("clientId".to_owned(), json!(ALIAS));
                            members.insert("clientSecret".to_owned(), json!(SECRET));
                        }
                    }
                    body
                });
                Step {
                    version,
                    id: described.operation.id,
                    argument: argument.clone(),
                    body,
                }
            })
        },
    )
}

fn body(described: &Described) -> BoxedStrategy<Option<Value>> {
    match described.request() {
        None => Just(None).boxed(),
        Some(schema) => body_of(schema).prop_map(Some).boxed(),
    }
}

#[test]
fn handles_in_any_order_are_answered_as_described() {
    let target = Target::start();
    proptest!(cases(48), |(steps in prop::collection::vec(step(), 1..24), version in select(GENERATIONS.to_vec()))| {
        target.renew();
        flows::run(&target, version);
        for step in &steps {
            let good = target.argument(&Described::of(step.id));
            let argument = step.argument.as_ref().unwrap_or(&good);
            let answer = target.call(step.version, step.id, argument, &[], step.body.as_ref());
            target.runtime.block_on(answer);
        }
        target.runtime.block_on(target.assert_alive());
    });
}

/// Otherwise the sequences would have no handles to use.
#[test]
fn flows_provide_every_kind_of_handle() {
    let target = Target::start();
    for version in GENERATIONS {
        target.renew();
        flows::run(&target, version);
        for (kind, _) in KINDS {
            assert!(target.has(kind), "no {kind} in {version}");
        }
    }
}
