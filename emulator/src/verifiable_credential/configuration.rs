//! The credential configurations of a service (OID4VCI §12.2.4).

use serde_json::Value;

use crate::json::{Object, ObjectExt};

/// The members that identify the type of a credential, in requests and in configurations: one per format.
const TYPES: [&str; 3] = ["vct", "doctype", "credential_definition"];

/// The identifier of the configuration with the format and type of a request, which drafts up to 14 use.
pub fn of_type<'a>(configurations: &'a Object, format: &str, request: &Object) -> Option<&'a str> {
    let found = configurations.iter().find(|(_, configuration)| {
        let configuration = configuration.as_object();
        configuration.is_some_and(|configuration| {
            configuration.text("format") == Some(format)
                && TYPES
                    .into_iter()
                    .all(|name| type_value(configuration, name) == type_value(request, name))
        })
    });
    found.map(|(identifier, _)| identifier.as_str())
}

/// The value of a type member. For W3C credentials it is the list `type` in the credential definition.
fn type_value<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    match object.get(name)? {
        Value::Object(definition) => definition.get("type"),
        value => Some(value),
    }
}
