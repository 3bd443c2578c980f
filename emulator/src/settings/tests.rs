//! Tests of settings against the OpenAPI description, and of the cache of parsed key sets.

use std::path::Path;
use std::sync::LazyLock;

use authlete_codegen::Description;
use serde_json::Value;

use super::{ClientExtension, ClientSettings, CredentialIssuerMetadata, ServiceSettings};
use crate::json::Object;

static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    Description::load(&directory).unwrap()
});

/// The properties of a schema of the OpenAPI description.
pub fn described(name: &str) -> &'static Object {
    let properties = DESCRIPTION.schemas()[name]["properties"].as_object();
    properties.unwrap()
}

/// The JSON type of a property. Enums have the type `string`.
fn type_of(member: &Value) -> &str {
    match member["type"].as_str() {
        Some(name) => name,
        None => "string",
    }
}

fn camel_case(snake_case: &str) -> String {
    let mut words = snake_case.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| {
        name + &word[..1].to_uppercase() + &word[1..]
    })
}

#[test]
fn each_setting_has_the_name_and_type_of_the_openapi_description() {
    for (name, settings) in [
        ("Service", ServiceSettings::ALL),
        ("Client", ClientSettings::ALL),
        ("ClientExtension", ClientExtension::ALL),
        ("CredentialIssuerMetadata", CredentialIssuerMetadata::ALL),
    ] {
        for (method, member, kind) in settings {
            let described = described(name).get(*member);
            let described = described.unwrap_or_else(|| panic!("{name} has no {member}"));
            let expected = match *kind {
                "flag" => "boolean",
                "number" | "integer" => "integer",
                "text" | "key_set" | "presence" => "string",
                "texts" | "array" => "array",
                kind => panic!("{kind}"),
            };
            assert_eq!(type_of(described), expected, "{name}.{member}");
            if *kind != "presence" && !method.is_empty() {
                assert_eq!(camel_case(method), *member, "{name}");
            }
        }
    }
}

#[test]
fn key_sets_are_parsed_again_after_a_change() {
    let key_set = |count| {
        let key = serde_json::json!({"kty": "oct", "k": "c2VjcmV0"});
        let set = serde_json::json!({ "keys": vec![key; count] });
        Object::from_iter([("jwks".to_owned(), set.to_string().into())])
    };
    let mut service = ServiceSettings::from(key_set(1));
    let mut client = ClientSettings::from(key_set(1));
    assert_eq!(service.jwks().unwrap().keys().len(), 1);
    assert_eq!(client.jwks().unwrap().keys().len(), 1);
    service.json_mut().extend(key_set(2));
    client.json_mut().extend(key_set(2));
    assert_eq!(service.jwks().unwrap().keys().len(), 2);
    assert_eq!(client.jwks().unwrap().keys().len(), 2);
    service.json_mut().remove("jwks");
    client.json_mut().remove("jwks");
    assert!(service.jwks().is_none() && client.jwks().is_none());
}
