//! What a service says of the credentials that it issues (OID4VCI §12.2.4).

use std::borrow::Cow;

use serde_json::Value;

use crate::json::{Members, Object};
use crate::protocol::credential_issuer;

/// What identifies the type of a credential, in a request as in a configuration: one of them for each format.
const TYPES: [&str; 3] = ["vct", "doctype", "credential_definition"];

/// The metadata of the issuer; nothing when there are none.
pub fn metadata(service: &Object) -> Cow<'_, Object> {
    credential_issuer::settings(service).map_or_else(Cow::default, Cow::Borrowed)
}

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
