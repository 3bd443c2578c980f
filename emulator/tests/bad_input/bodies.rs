//! Bodies and queries of every operation.

use proptest::prelude::*;
use serde_json::Value;

use crate::common::GENERATIONS;
use crate::description::OPERATIONS;
use crate::target::{Target, cases};
use crate::values::{any_json, body_of, handle, text, value};

#[test]
fn any_json_body_is_answered_as_described() {
    let target = Target::start();
    for described in OPERATIONS.iter() {
        target.renew();
        let argument = target.argument(described);
        proptest!(cases(8), |(body in any_json())| {
            for version in GENERATIONS {
                let answer = target.call(version, described.operation.id, &argument, &[], Some(&body));
                target.runtime.block_on(answer);
            }
        });
    }
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn any_member_values_are_answered_as_described() {
    let target = Target::start();
    for described in OPERATIONS.iter() {
        let Some(schema) = described.request() else {
            continue;
        };
        target.renew();
        crate::flows::run(&target, authlete::ApiVersion::V2);
        let argument = target.argument(described);
        proptest!(cases(24), |(body in body_of(schema), version in 0..2_usize)| {
            let version = GENERATIONS[version];
            let answer = target.call(version, described.operation.id, &argument, &[], Some(&body));
            target.runtime.block_on(answer);
        });
        target.runtime.block_on(target.assert_alive());
    }
}

#[test]
fn any_arguments_and_queries_are_answered_as_described() {
    let target = Target::start();
    for described in OPERATIONS.iter() {
        target.renew();
        crate::flows::run(&target, authlete::ApiVersion::V3);
        let good = target.argument(described);
        let known: Vec<_> = described
            .query()
            .into_iter()
            .map(|(name, schema)| {
                let value = prop_oneof![3 => value(schema, 1), 1 => text().prop_map(Value::from)];
                (Just(name.to_owned()), value).boxed()
            })
            .chain([("[a-zA-Z]{0,9}", any_json()).boxed()])
            .collect();
        let pair = prop::sample::select(known).prop_flat_map(|pair| pair);
        let query = prop::collection::vec(pair, 0..4);
        let argument = prop_oneof![2 => Just(good), 1 => handle(), 2 => text()];
        proptest!(cases(12), |(query in query, argument in argument)| {
            // Query values are strings, and the length of a URL is limited.
            let text_of = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let short = |text: String| text.chars().take(2000).collect::<String>();
            let query: Vec<_> = query.into_iter().map(|(name, value)| (name, short(text_of(value)))).collect();
            let argument = short(argument);
            prop_assume!(!matches!(argument.as_str(), "" | "." | ".."));
            let body = described.request().map(|_| serde_json::json!({ "subject": "alice" }));
            for version in GENERATIONS {
                let answer = target.call(version, described.operation.id, &argument, &query, body.as_ref());
                target.runtime.block_on(answer);
            }
        });
    }
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn deep_nesting_causes_no_server_error() {
    let target = Target::start();
    for depth in [100, 127, 128, 10_000, 200_000] {
        for described in OPERATIONS
            .iter()
            .filter(|described| described.request().is_some())
        {
            let argument = target.argument(described);
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let (nested, closed) = (open.repeat(depth), close.repeat(depth));
                let inside = serde_json::to_string(&format!("{nested}1{closed}")).unwrap();
                let bodies = [
                    format!("{nested}1{closed}"),
                    nested.clone(),
                    format!("{{\"jwks\":{nested}1{closed}}}"),
                    format!(
                        "{{\"jwks\":{inside},\"json\":{inside},\"claims\":{inside},\"jose\":{inside}}}"
                    ),
                ];
                let bodies = bodies.into_iter().filter(|body| body.len() < 1024 * 1024);
                for body in bodies {
                    let (id, version) = (described.operation.id, GENERATIONS[depth % 2]);
                    let answer = target.send(version, id, &argument, &[], Some(body.into_bytes()));
                    let answer = target.runtime.block_on(answer);
                    // A refused body does not reach the operation.
                    assert!(answer.status < 500, "{id}");
                }
            }
        }
    }
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn body_of_any_bytes_is_answered_as_described() {
    let target = Target::start();
    proptest!(cases(16), |(body in prop::collection::vec(any::<u8>(), 0..64))| {
        for described in OPERATIONS.iter() {
            let argument = "none";
            let answer = target.send(GENERATIONS[0], described.operation.id, argument, &[], Some(body.clone()));
            target.runtime.block_on(answer);
        }
    });
    target.runtime.block_on(target.assert_alive());
}
