//! Runs the fuzz target `endpoint` of `fuzz/` on its seeds: each endpoint with each method.
//!
//! If `AUTHLETE_FUZZ_SEEDS` is set, the seeds are also written below that directory, as the corpus of the fuzzer.

#[path = "../../../fuzz/src/endpoint.rs"]
mod endpoint;

use std::path::Path;
use std::{env, fs};

use crate::authorization_server::paths::{fill_captures, paths};

const FORM: &str = "application/x-www-form-urlencoded";

/// Headers and bodies, each of which at least one endpoint parses in depth.
const HEADERS_AND_BODIES: [(&str, &str); 6] = [
    (
        "authorization:Basic MTpz\ndpop:a",
        "grant_type=refresh_token",
    ),
    ("origin:https://a.example", "access_token=a"),
    ("cookie:a=b", "client_id=1&response_type=code"),
    ("accept:*/*", "client_id=1&max_age=0&prompt=consent"),
    ("authorization:Bearer a", "id_token_hint=a.b.c&state=x"),
    ("authorization:DPoP a\ndpop:a", "{\"redirect_uris\":[]}"),
];

fn seeds() -> Vec<String> {
    let mut seeds = Vec::new();
    for path in paths(endpoint::router()) {
        let path = fill_captures(&path, "%31");
        for method in ["GET", "POST", "PUT", "DELETE"] {
            for (header, body) in HEADERS_AND_BODIES {
                let (query, body, media_type) = match (method, body.starts_with('{')) {
                    ("GET" | "DELETE", _) => (body.replace(['{', '}', '"'], ""), "", FORM),
                    (_, true) => (String::new(), body, "application/json"),
                    (_, false) => (String::new(), body, FORM),
                };
                seeds.push(format!(
                    "{method} {path}?{query}\ncontent-type:{media_type}\n{header}\n\n{body}"
                ));
            }
        }
    }
    seeds
}

#[test]
fn endpoints() {
    let corpus =
        env::var_os("AUTHLETE_FUZZ_SEEDS").map(|corpora| Path::new(&corpora).join("endpoint"));
    if let Some(corpus) = &corpus {
        fs::create_dir_all(corpus).unwrap();
    }
    for (number, seed) in seeds().iter().enumerate() {
        assert!(endpoint::send(seed.as_bytes()), "{seed}");
        if let Some(corpus) = &corpus {
            fs::write(corpus.join(number.to_string()), seed).unwrap();
        }
    }
}
