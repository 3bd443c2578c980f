//! Every operation by its id and every type by the name of its schema, as `build.rs` derived them.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/probe.rs"));

/// What a type makes of JSON text.
pub struct Decoded {
    /// The value, encoded again.
    pub json: Value,
    /// The value's `Debug` output.
    pub debug: String,
}

fn decoded<T: DeserializeOwned + Serialize + Debug>(text: &str) -> serde_json::Result<Decoded> {
    let value: T = serde_json::from_str(text)?;
    Ok(Decoded {
        json: serde_json::to_value(&value)?,
        debug: format!("{value:?} {value:#?}"),
    })
}

fn argument<T: DeserializeOwned>(arguments: &Value, name: &str) -> T {
    serde_json::from_value(arguments[name].clone())
        .unwrap_or_else(|error| panic!("argument {name}: {error}"))
}
