//! `Debug` output shows no secrets.

use authlete::{Authlete, Config, JsonObject, Secret, Setting};
use authlete_codegen::document::{object, sole_reference};
use serde_json::{Value, json};

use crate::description::{instance, schemas};
use crate::probe::decode;

#[test]
fn no_type_shows_a_secret() {
    let mut secrets = 0;
    for (name, schema) in schemas()
        .iter()
        .filter(|(_, schema)| schema["type"] == "object")
    {
        let value = instance(name);
        let debug = decode(name, &value.to_string()).unwrap().debug;
        assert!(!debug.contains("SECRET-"), "{name}: {debug}");
        secrets += value.to_string().matches("SECRET-").count();
        let in_headers = format!("text of {name}.responseHeaders");
        assert!(!debug.contains(&in_headers), "{name}: {debug}");
        // Other text is shown. Otherwise an empty `Debug` would pass the check above.
        for (member, _) in object(&schema["properties"])
            .iter()
            .filter(|(_, schema)| is_plain_text(schema))
        {
            assert!(
                debug.contains(&format!("text of {name}.{member}")),
                "{name}.{member}"
            );
        }
    }
    assert!(secrets > 100, "only {secrets} secrets were looked for");
}

fn is_plain_text(schema: &Value) -> bool {
    sole_reference(schema).is_none()
        && schema["type"] == "string"
        && schema["format"]
            .as_str()
            .is_none_or(|format| format != "password")
}

/// Guards against new members that the API description does not mark as secret.
#[test]
fn members_named_like_secrets_are_secrets() {
    let named_like_a_secret = |member: &str| {
        let lower = member.to_lowercase();
        let ends = [
            "token",
            "secret",
            "ticket",
            "password",
            "authorizationcode",
            "devicecode",
            "responsecontent",
        ];
        ends.iter().any(|end| lower.ends_with(end))
            || matches!(
                member,
                "dpop" | "federationJwks" | "jwks" | "message" | "parameters" | "resultMessage"
            )
            || lower.contains("clientattestation")
    };
    for (name, schema) in schemas().iter().filter(|(name, _)| *name != "TrustAnchor") {
        for (member, schema) in object(&schema["properties"])
            .iter()
            .filter(|(member, _)| named_like_a_secret(member))
        {
            if schema["type"] == "string" {
                assert_eq!(schema["format"], "password", "{name}.{member}");
            }
        }
    }
}

#[test]
fn unknown_members_are_not_shown() {
    for name in [
        "IntrospectionResponse",
        "Service",
        "Client",
        "TokenResponse",
    ] {
        let debug = decode(name, r#"{"brandNewToken":"SECRET-x"}"#)
            .unwrap()
            .debug;
        assert!(
            debug.contains("brandNewToken") && !debug.contains("SECRET-x"),
            "{debug}"
        );
    }
    let object: JsonObject =
        serde_json::from_value(json!({ "keys": [{ "d": "SECRET-x" }] })).unwrap();
    assert_eq!(format!("{object:?}"), r#"{"keys": ..}"#);
}

#[test]
fn secrets_are_compared_whole() {
    for (other, is_same) in [("abc", true), ("abd", false), ("ab", false), ("", false)] {
        assert_eq!(
            Secret::from("abc") == Secret::from(other),
            is_same,
            "{other}"
        );
    }
}

/// The value may be a secret that was set in the wrong place.
#[test]
fn invalid_value_of_a_setting_is_not_shown() {
    for (setting, value) in [
        (Setting::ApiVersion, "2.3"),
        (Setting::BaseUrl, "https://authlete.example"),
        (Setting::ServiceApiKey, "986126671"),
        (Setting::ServiceOwnerApiKey, "986126671"),
        (Setting::OrganizationId, "986126671"),
        (Setting::ApiServerId, "76281"),
        (Setting::IdpServer, "https://login.authlete.com"),
    ] {
        let shown = format!("{:?}", Config::new().set(setting, value));
        assert!(shown.contains(value), "{shown}");
        for wrong in [
            "SECRET",
            "https://user:SECRET@authlete.example",
            "https://authlete.example?SECRET",
        ] {
            let shown = format!("{:?}", Config::new().set(setting, wrong));
            assert!(!shown.contains("SECRET"), "{shown}");
            assert!(shown.contains(setting.toml_key()), "{shown}");
        }
    }
}

#[test]
fn handles_and_configurations_show_no_secret() {
    let config = Config::v3("https://us.authlete.com", 1, "SECRET-token")
        .service_owner_access_token("SECRET-organization")
        .service_api_secret("SECRET-key")
        .service_owner_api_secret("SECRET-owner");
    let api = Authlete::new(config.clone()).unwrap();
    let proxy = reqwest::Proxy::all("http://user:SECRET-proxy@127.0.0.1:1").unwrap();
    let http = reqwest::Client::builder().proxy(proxy);
    let traced = api.with_header("x-key", "SECRET-header").unwrap();
    for shown in [
        format!("{traced:?}"),
        format!(
            "{:?}",
            Authlete::builder(config.clone()).reqwest_builder(http)
        ),
        format!("{config:?} {config:#?}"),
        format!("{api:?} {api:#?}"),
        format!("{:?}", Authlete::builder(config)),
        format!("{:?}", Secret::from("SECRET-x")),
    ] {
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}
