//! Services and clients with unusual settings.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

use crate::common::GENERATIONS;
use crate::description::Described;
use crate::flows;
use crate::target::{ALIAS, Target, cases};
use crate::values::settings_of;

/// A few settings of an operation, with any values.
fn changes(id: &str) -> BoxedStrategy<Map<String, Value>> {
    settings_of(Described::of(id).request().unwrap())
}

fn changed(settings: &Map<String, Value>, changes: &Map<String, Value>, name: &str) -> Value {
    let mut settings = settings.clone();
    settings.extend(changes.clone());
    // The flows identify the client by this alias.
    if let Some(alias) = (name == "client").then(|| ("clientIdAlias".to_owned(), ALIAS.into())) {
        settings.extend([alias]);
    }
    Value::Object(settings)
}

#[test]
fn flows_with_any_service_settings_are_answered_as_described() {
    let target = Target::start();
    proptest!(cases(60), |(changes in changes("update_service"), version in select(GENERATIONS.to_vec()))| {
        target.renew();
        let argument = target.argument(&Described::of("update_service"));
        let settings = changed(&target.service(), &changes, "service");
        let answer = target.call(version, "update_service", &argument, &[], Some(&settings));
        target.runtime.block_on(answer);
        flows::run(&target, version);
    });
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn flows_with_any_client_settings_are_answered_as_described() {
    let target = Target::start();
    proptest!(cases(60), |(changes in changes("update_client"), version in select(GENERATIONS.to_vec()))| {
        target.renew();
        let settings = changed(&target.client(), &changes, "client");
        let answer = target.call(version, "update_client", ALIAS, &[], Some(&settings));
        target.runtime.block_on(answer);
        flows::run(&target, version);
    });
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn creation_with_any_settings_is_answered_as_described() {
    let target = Target::start();
    for id in ["create_service", "create_client"] {
        proptest!(cases(60), |(settings in changes(id), version in select(GENERATIONS.to_vec()))| {
            let settings = Value::Object(settings);
            let answer = target.call(version, id, "", &[], Some(&settings));
            target.runtime.block_on(answer);
        });
    }
    target.runtime.block_on(target.assert_alive());
}
