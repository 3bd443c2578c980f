//! Call arguments for any operation, which `build.rs` generates from the API description.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

static REQUIRED: LazyLock<HashMap<String, Value>> = LazyLock::new(|| {
    let arguments = include_str!(concat!(env!("OUT_DIR"), "/arguments.json"));
    serde_json::from_str(arguments).expect("what was written is JSON")
});

/// Only the body members that an operation requires, and no query.
pub fn required(id: &str) -> Value {
    REQUIRED[id].clone()
}
