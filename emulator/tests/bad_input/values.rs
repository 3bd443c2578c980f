//! Generators of unusual and malformed values.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::description::{members, resolved};
use crate::handles::{HANDLES_PER_KIND, KINDS, placeholder};
use crate::jwts::{attestation, attestation_pop, certificate, jwt, key_set};
use crate::parameters::form;
use crate::target::{ALIAS, ISSUER, REDIRECT_URI, SECRET};

/// Strings with a meaning in some syntax, and strings that break out of one.
const WORDS: [&str; 68] = [
    "",
    " ",
    "\0",
    "\u{feff}",
    "\u{202e}abc",
    "𝕏",
    "ß\u{301}",
    "\r\nX-Injected: 1",
    "null",
    "true",
    "-1",
    "0",
    "1",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e400",
    "NaN",
    "0x10",
    "٣",
    "%00",
    "%zz",
    "%ff",
    "+",
    "&",
    "=",
    "a=b&a=c",
    "../../etc",
    "'\"><script>",
    "$",
    "*",
    ".",
    "..",
    ":",
    "::",
    "~",
    "{}",
    "[]",
    "{\"a\":",
    "[[[[[[[[",
    "[{}]",
    "[null]",
    "{\"keys\":[{}]}",
    "{\"keys\":null}",
    "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[1,null]},\"sub\":{\"value\":{}}}}",
    "{\"userinfo\":{\"verified_claims\":[{\"verification\":null}],\"name\":null},\"transformed_claims\":1}",
    "[{\"type\":\"payment\"}]",
    "[{\"type\":\"payment\",\"actions\":{}},{\"type\":null}]",
    "[{\"type\":\"x\",\"a\":[[[]]]}]",
    "http://[::1",
    "https://a:99999/",
    "javascript:alert(1)",
    "data:,",
    "https://client.example/callback#f",
    "https://client.example/callback?a=%",
    "urn:ietf:params:oauth:request_uri:x",
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    "Basic OjpjOg==",
    "Bearer x y",
    "....",
    "a.b.c",
    "e30.e30.",
    "eyJhbGciOiJub25lIn0.e30.",
    "a.b.c.d.e",
    "openid offline_access read write profile",
];

/// One of these strings, or a value of the service or its client.
pub fn word() -> impl Strategy<Value = String> {
    let own = [
        ALIAS,
        SECRET,
        REDIRECT_URI,
        ISSUER,
        "alice",
        "read",
        "openid read",
    ];
    prop_oneof![
        3 => select(WORDS.to_vec()).prop_map(str::to_owned),
        1 => select(own.to_vec()).prop_map(str::to_owned),
    ]
}

/// A string of any kind.
pub fn text() -> impl Strategy<Value = String> {
    let pieces = select(vec!["a", "\0", "💥", "[", "%", " ", ".", "{\"a\":"]);
    prop_oneof![
        8 => word(),
        3 => any::<String>(),
        3 => jwt(),
        1 => certificate(),
        3 => handle(),
        1 => Just(key_set()),
        1 => (pieces, 100..20_000_usize).prop_map(|(piece, count)| piece.repeat(count)),
    ]
}

/// A handle of any kind.
pub fn handle() -> impl Strategy<Value = String> {
    let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
    (select(kinds), 0..HANDLES_PER_KIND).prop_map(|(kind, index)| placeholder(kind, index))
}

pub fn number() -> impl Strategy<Value = Value> {
    let extremes = [
        i64::MIN,
        i64::MIN / 1000,
        -1,
        0,
        1,
        1_000_000_007,
        i64::MAX / 1000,
        i64::MAX,
    ];
    prop_oneof![
        4 => select(extremes.to_vec()).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(json!(u64::MAX)),
        1 => Just(json!(1e300)),
        1 => Just(json!(-0.5)),
    ]
}

/// JSON of any shape.
pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        word().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof![
            select(vec![
                "name", "type", "key", "value", "keys", "kty", "alg", "id", "sub", ""
            ])
            .prop_map(str::to_owned),
            ".{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object with some of the members of a schema, most of them with values of the described type.
pub fn object_of(schema: &'static Value) -> BoxedStrategy<Map<String, Value>> {
    object(schema, 8, 3)
}

/// A body by its schema: an object, or a list of them.
pub fn body_of(schema: &'static Value) -> BoxedStrategy<Value> {
    if schema["type"] == "array" {
        let objects = prop::collection::vec(object_of(&schema["items"]), 0..4);
        return objects.prop_map(Value::from).boxed();
    }
    object_of(schema).prop_map(Value::from).boxed()
}

/// An object with very few members, because one refused member hides all others.
pub fn settings_of(schema: &'static Value) -> BoxedStrategy<Map<String, Value>> {
    object(schema, 2, 3)
}

fn object(schema: &'static Value, most: usize, depth: u32) -> BoxedStrategy<Map<String, Value>> {
    let schema = resolved(schema);
    let described = members(schema);
    if described.is_empty() {
        return Just(Map::new()).boxed();
    }
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    // A few of the many members of a service, or most members of a small request.
    let chosen = prop::sample::subsequence(
        described.keys().cloned().collect::<Vec<_>>(),
        0..=described.len().min(most),
    );
    let needed: Vec<String> = described
        .keys()
        .filter(|name| required.iter().any(|required| required == name))
        .cloned()
        .collect();
    let needed = prop::sample::subsequence(
        needed.clone(),
        needed.len().saturating_sub(1)..=needed.len(),
    );
    (chosen, needed)
        .prop_flat_map(move |(mut names, needed)| {
            names.extend(needed);
            names.sort();
            names.dedup();
            let values: Vec<_> = names
                .iter()
                .map(|name| member(name, &described[name], depth))
                .collect();
            (Just(names), values)
        })
        .prop_map(|(names, values)| names.into_iter().zip(values).collect())
        .boxed()
}

/// A value for a member: a fitting one, one of the described type, or any JSON.
fn member(name: &str, schema: &'static Value, depth: u32) -> BoxedStrategy<Value> {
    let own = match name {
        "parameters" => form().prop_map(Value::from).boxed(),
        "ticket" => handle_of("ticket"),
        "token" => {
            prop_oneof![3 => handle_of("accessToken"), 1 => handle_of("registrationToken")].boxed()
        }
        "accessToken" => handle_of("accessToken"),
        "refreshToken" => handle_of("refreshToken"),
        "userCode" => handle_of("userCode"),
        "grantId" => handle_of("grantId"),
        "idTokenHint" | "jose" | "dpop" => jwt().prop_map(Value::from).boxed(),
        "oauthClientAttestation" => attestation().prop_map(Value::from).boxed(),
        "oauthClientAttestationPop" => attestation_pop().prop_map(Value::from).boxed(),
        "sessionId" => Just(json!("session")).boxed(),
        "clientId" => prop_oneof![1 => Just(json!(ALIAS)), 2 => handle_of("clientId")].boxed(),
        "clientIdentifier" => Just(json!(ALIAS)).boxed(),
        "clientSecret" => Just(json!(SECRET)).boxed(),
        "subject" => Just(json!("alice")).boxed(),
        "clientCertificate" => certificate().prop_map(Value::from).boxed(),
        "jwks" => Just(json!(key_set())).boxed(),
        _ => value(schema, depth),
    };
    prop_oneof![12 => own, 3 => value(schema, depth), 1 => any_json()].boxed()
}

fn handle_of(kind: &'static str) -> BoxedStrategy<Value> {
    (0..HANDLES_PER_KIND)
        .prop_map(move |index| Value::from(placeholder(kind, index)))
        .boxed()
}

/// A value of the type in a schema.
pub fn value(schema: &'static Value, depth: u32) -> BoxedStrategy<Value> {
    let schema = resolved(schema);
    if let Some(words) = schema["enum"].as_array() {
        return prop_oneof![
            6 => select(words.as_slice()),
            1 => word().prop_map(Value::from),
        ]
        .boxed();
    }
    match schema["type"].as_str() {
        Some("string") => text().prop_map(Value::from).boxed(),
        Some("integer") => number().boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("array") if depth > 0 => {
            prop::collection::vec(value(&schema["items"], depth - 1), 0..4)
                .prop_map(Value::from)
                .boxed()
        }
        Some("object") if depth > 0 => object(schema, 8, depth - 1).prop_map(Value::from).boxed(),
        _ => any_json().boxed(),
    }
}
