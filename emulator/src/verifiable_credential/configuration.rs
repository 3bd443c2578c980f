//! What a service says of the credentials that it issues (OID4VCI §12.2.4).

use serde_json::Value;

use crate::json::{Members, Object};

/// What identifies the type of a credential, in a request as in a configuration: one of them for each format.
const TYPES: [&str; 3] = ["vct", "doctype", "credential_definition"];

/// The identifier of the configuration that a request means by format and type, as requests did up to draft 14.
pub fn of_type<'a>(configurations: &'a Object, format: &str, request: &Object) -> Option<&'a str> {
    let found = configurations.iter().find(|(_, configuration)| {
        let configuration = configuration.as_object();
        configuration.is_some_and(|configuration| {
            configuration.text("format") == Some(format)
                && TYPES
                    .into_iter()
                    .all(|name| kind(configuration, name) == kind(request, name))
        })
    });
    found.map(|(identifier, _)| identifier.as_str())
}

/// A type of W3C is a list in an object, which can have more in it.
fn kind<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    match object.get(name)? {
        Value::Object(definition) => definition.get("type"),
        value => Some(value),
    }
}
