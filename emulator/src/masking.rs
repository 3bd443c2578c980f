//! Masks the secrets in API messages and in the client messages that they contain. A mask shows only the length of the
//! secret.

mod names;

use serde_json::Value;

use names::{MEMBERS, MESSAGES, PARAMETERS};

use crate::routing;

/// The replacement of a secret.
fn mask(secret: &str) -> String {
    format!("•••({})", secret.chars().count())
}

/// Masks the secrets of an API message. A message that is not JSON is masked like a client message.
pub fn value(value: &mut Value) {
    match value {
        Value::String(text) => *text = message(text),
        _ => parts(value),
    }
}

/// Masks the segments of a path that are neither literals of API paths nor numbers: any other segment could be a token,
/// even where no operation has a parameter.
pub fn path(path: &str) -> String {
    let is_number = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
    let segments =
        path.split('/').map(
            |segment| match is_number(segment) || routing::is_literal(segment) {
                true => segment.to_owned(),
                false => mask(segment),
            },
        );
    segments.collect::<Vec<_>>().join("/")
}

/// Masks the paths in a result message: `[A900204] /api/…, reason`.
fn paths(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        let text = word.trim_end_matches([':', ',', '.']);
        match text.starts_with('/') {
            true => path(text) + &word[text.len()..],
            false => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Masks the secrets of a text: JSON, a form, a URL, or a challenge (RFC 6750 §3), which has none. Anything else, such as
/// a JWT or an HTML page, is masked entirely.
fn message(text: &str) -> String {
    if let Ok(mut value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        parts(&mut value);
        return value.to_string();
    }
    if is_challenge(text) {
        return text.to_owned();
    }
    let is_url_or_form =
        text.contains('=') && !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '"'));
    match (is_url_or_form, text.split_once('=')) {
        (true, Some((start, _))) if start.contains(':') && start.contains(['?', '#']) => url(text),
        (true, _) => form(text),
        (false, _) => mask(text),
    }
}

/// Masks the secrets among the members, at any depth.
fn parts(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.as_str();
                match value {
                    Value::String(text) if MESSAGES.contains(&name) => *text = message(text),
                    // Only the path in a result message can contain a secret.
                    Value::String(text) if name == "resultMessage" => *text = paths(text),
                    _ if is_secret(name) => whole(value),
                    _ => parts(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(parts),
        _ => {}
    }
}

fn whole(value: &mut Value) {
    let masked = match value {
        Value::Null | Value::Bool(_) => return,
        Value::String(text) if text.is_empty() => return,
        Value::String(text) => mask(text),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => mask(&value.to_string()),
    };
    *value = masked.into();
}

/// Masks the secrets in the query and in the fragment, where response parameters can be.
fn url(text: &str) -> String {
    let (start, fragment) = match text.split_once('#') {
        Some((start, fragment)) => (start, format!("#{}", form(fragment))),
        None => (text, String::new()),
    };
    match start.split_once('?') {
        Some((base, query)) => format!("{base}?{}{fragment}", form(query)),
        None => format!("{start}{fragment}"),
    }
}

/// Masks the secret values of `application/x-www-form-urlencoded`; the rest stays as sent.
pub fn form(text: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_secret_parameter(name) => {
            format!("{name}={}", mask(value))
        }
        _ => pair.to_owned(),
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// Decodes the name first, which can be percent-encoded.
fn is_secret_parameter(name: &str) -> bool {
    form_urlencoded::parse(name.as_bytes())
        .next()
        .is_some_and(|(name, _)| is_secret(&name))
}

fn is_secret(name: &str) -> bool {
    MEMBERS.contains(&name) || PARAMETERS.contains(&name)
}

fn is_challenge(text: &str) -> bool {
    ["Bearer ", "DPoP "]
        .iter()
        .any(|scheme| text.starts_with(scheme) && text.contains("=\""))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_secrets_of_a_message_are_masked() {
        let messages = [
            (
                "grant_type=authorization_code&code=abc&c%6fde=%C3%A9&code=&scope=a+b",
                "grant_type=authorization_code&code=•••(3)&c%6fde=•••(6)&code=&scope=a+b",
            ),
            ("a=b&password=a?b#c", "a=b&password=•••(5)"),
            (
                "https://client.example/cb?code=abc&state=x",
                "https://client.example/cb?code=•••(3)&state=x",
            ),
            (
                "https://client.example/cb?a=b#access_token=abc&state=x",
                "https://client.example/cb?a=b#access_token=•••(3)&state=x",
            ),
            ("app:/cb#id_token=a.b.c", "app:/cb#id_token=•••(5)"),
            (
                r#"{"access_token":"abc","keys":[{"token":"é","code":7}],"token_type":"Bearer"}"#,
                r#"{"access_token":"•••(3)","keys":[{"code":"•••(1)","token":"•••(1)"}],"token_type":"Bearer"}"#,
            ),
            (
                r#"Bearer error="invalid_token""#,
                r#"Bearer error="invalid_token""#,
            ),
        ];
        for (text, masked) in messages {
            assert_eq!(message(text), masked);
        }
    }

    #[test]
    fn message_of_unknown_format_is_masked_entirely() {
        let html =
            r#"<form action="https://client.example/cb"><input name="code" value="abc"></form>"#;
        for text in [
            "a.b.c",
            "Bearer abc",
            "password=a b",
            html,
            "{\"code\":\"ab",
        ] {
            assert_eq!(message(text), mask(text));
        }
    }

    #[test]
    fn object_is_masked_at_any_depth() {
        let mut value = json!({
            "parameters": "code=abc",
            "clients": [{ "clientSecret": "abc", "jwks": null, "clientId": 5 }],
            "jwks": { "keys": [] },
            "token": "",
        });
        parts(&mut value);
        let expected = json!({
            "parameters": "code=•••(3)",
            "clients": [{ "clientSecret": "•••(3)", "jwks": null, "clientId": 5 }],
            "jwks": "•••(11)",
            "token": "",
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn path_keeps_api_literals_and_numbers() {
        for (text, masked) in [
            (
                "/api/auth/token/delete/abc",
                "/api/auth/token/delete/•••(3)",
            ),
            ("/api/7/auth/token", "/api/7/auth/token"),
            ("/api/7/auth/token/abc/8", "/api/7/auth/token/•••(3)/8"),
            ("/abc", "/•••(3)"),
            ("/api/%61bc/", "/api/•••(5)/"),
        ] {
            assert_eq!(path(text), masked);
        }
    }

    #[test]
    fn result_message_keeps_all_but_unknown_segments_of_its_path() {
        for (message, masked) in [
            (
                "[A900204] /api/auth/token/delete/a:b, no.",
                "[A900204] /api/auth/token/delete/•••(3), no.",
            ),
            (
                "[A000101] /abc/auth, no such endpoint.",
                "[A000101] /•••(3)/auth, no such endpoint.",
            ),
        ] {
            assert_eq!(paths(message), masked);
        }
    }
}
