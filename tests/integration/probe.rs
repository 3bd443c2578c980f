//! Calls operations by ID and decodes types by schema name. `build.rs` generates the dispatch.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/probe.rs"));

/// JSON text decoded into a type.
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
