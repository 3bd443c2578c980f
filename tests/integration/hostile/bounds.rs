//! Limits on the size and depth of responses.

use std::time::Duration;

use authlete::{Authlete, DecodeError, Error};
use authlete_codegen::document::object;
use serde_json::{Map, json};

use super::act::Act;
use super::caller::{Call, Caller};
use super::server::Server;
use crate::description::{objects_in_responses, schemas};
use crate::probe::decode;
use crate::server::{self, Reply};

const LONG: Duration = Duration::from_secs(30);

async fn call(head: String, body: &str) -> Result<Option<String>, Error> {
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{head}\r\n{body}");
    let server = Server::start(Act::Answer(answer.into())).await;
    Call::Read.make(&Caller::new(&server, LONG).api).await
}

fn nested(depth: usize) -> String {
    // The body itself is the first level.
    let (opening, closing) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
    format!(r#"{{"x":{opening}{closing}}}"#)
}

#[tokio::test]
async fn nesting_over_the_limit_is_a_decode_error() {
    call(String::new(), &nested(DecodeError::MAX_DEPTH))
        .await
        .unwrap();
    let error = call(String::new(), &nested(DecodeError::MAX_DEPTH + 1))
        .await
        .unwrap_err();
    let Error::Decode { path, source, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(
        path.starts_with("$.*[0][0][0]") && path.ends_with('…'),
        "{path}"
    );
    assert_eq!(path.chars().count(), 257);
    assert_eq!(
        source.to_string(),
        "recursion limit exceeded at line 1 column 132"
    );
}

/// In known members and in an unknown one. A test has a stack of 2 MiB, like the threads of tokio.
#[test]
fn deep_nesting_is_an_error_in_every_type() {
    for schema in objects_in_responses() {
        let known = object(&schemas()[&schema]["properties"]).keys();
        let members: Vec<_> = known.map(String::as_str).chain(["x"]).collect();
        for member in members {
            for opening in ["[", r#"{"x":"#] {
                let deep = opening.repeat(100_000);
                let text = format!(r#"{{"{member}":{deep}"#);
                assert!(decode(&schema, &text).is_err(), "{schema}.{member}");
            }
        }
    }
}

#[tokio::test]
async fn path_in_an_error_is_truncated() {
    let name = "é".repeat(100_000);
    let error = call(String::new(), &format!(r#"{{"{name}":1e999}}"#))
        .await
        .unwrap_err();
    assert!(error.to_string().len() < 1000, "{error}");
}

/// A body may have `responseHeaders`, too, with more headers than a `HeaderMap` can hold.
#[test]
fn many_headers_in_a_body_are_decoded() {
    let headers: Map<_, _> = (0..40_000)
        .map(|number| (format!("x-{number}"), json!(["1"])))
        .collect();
    let answer = json!({ "action": "OK", "responseHeaders": headers }).to_string();
    let kept = decode("IntrospectionResponse", &answer).unwrap().json;
    assert_eq!(kept["action"], "OK");
    assert_eq!(kept["responseHeaders"]["x-0"], json!(["1"]));
}

#[tokio::test]
async fn too_many_or_too_large_headers_are_refused() {
    // `content-length` is the hundredth.
    call("x-a: b\r\n".repeat(99), "{}").await.unwrap();
    call("x-a: b\r\n".repeat(100), "{}").await.unwrap_err();
    // The limit is about 408 KiB, depending on how much the last read returns.
    let long = |kibibytes: usize| format!("x-a: {}\r\n", "b".repeat(kibibytes << 10));
    call(long(400), "{}").await.unwrap();
    call(long(4000), "{}").await.unwrap_err();
}

/// The default of 10 MiB, and a configured limit.
#[tokio::test]
async fn body_over_the_limit_is_refused() {
    for (limit, set) in [(10 << 20, None), (1000, Some(1000))] {
        for excess in [0, 1] {
            let empty = json!({ "action": "OK", "subject": "" }).to_string().len();
            let subject = "a".repeat(limit - empty + excess);
            let reply = Reply::json(200, &json!({ "action": "OK", "subject": subject }));
            let server = server::Server::always(reply).await;
            let mut builder = Authlete::builder(authlete::Config::v3(&server.url, 1, "t"));
            if let Some(limit) = set {
                builder = builder.max_response_size(limit);
            }
            let result = Call::Read.make(&builder.build().unwrap()).await;
            match excess {
                0 => assert_eq!(result.unwrap(), Some(subject)),
                _ => assert!(
                    matches!(result, Err(Error::TooLarge { limit: at, .. }) if at == limit),
                    "{limit}"
                ),
            }
        }
    }
}
