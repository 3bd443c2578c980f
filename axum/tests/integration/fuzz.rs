//! Runs the fuzz target `endpoint` of `fuzz/` on its seeds: each endpoint with each method, and some with answers of Authlete.
//!
//! If `AUTHLETE_FUZZ_SEEDS` is set, the seeds are also written below that directory, as the corpus of the fuzzer.

#[path = "../../../fuzz/src/endpoint/mod.rs"]
mod endpoint;

use std::path::Path;
use std::{env, fs};

use crate::authorization_server::media_type;
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
    seeds.extend(with_answers());
    seeds
}

/// Requests that lead to one or two calls, with answers to these.
fn with_answers() -> Vec<String> {
    let page = endpoint::PAGE_ID;
    let mut seeds = Vec::new();
    for (path, body, answers) in ANSWERED {
        let media_type = media_type(path);
        let body = body.replace("PAGE", page);
        let answers = answers.join("\n\n");
        seeds.push(format!(
            "POST {path}\ncontent-type:{media_type}\nauthorization:Bearer a\ncookie:a=b\n\n{body}\n\n{answers}"
        ));
    }
    for path in [
        "/jwks",
        "/.well-known/openid-configuration",
        "/grants/1",
        "/register/1",
    ] {
        let answer = r#"{"action":"OK","responseContent":"{}"}"#;
        seeds.push(format!(
            "GET {path}\nauthorization:Bearer a\n\n\n\n{answer}"
        ));
    }
    let large = "a".repeat(300);
    seeds.push(format!("POST /token\ncontent-type:{FORM}\n\n{large}"));
    seeds
}

/// Path, body and answers.
const ANSWERED: [(&str, &str, &[&str]); 19] = [
    (
        "/authorize",
        "client_id=1",
        &[
            r#"{"action":"NO_INTERACTION","ticket":"SECRET-t","resultMessage":"SECRET","scopes":[{"name":"openid"}],"prompts":["NONE"]}"#,
            r#"{"action":"LOCATION","responseContent":"https://client.example/?error=consent_required"}"#,
        ],
    ),
    (
        "/authorize",
        "client_id=1",
        &[
            r#"{"action":"INTERACTION","ticket":"SECRET-t","idTokenClaims":"{\"name\":null}","client":{"clientId":1},"maxAge":60}"#,
        ],
    ),
    (
        "/authorize",
        "client_id=1",
        &[r#"{"action":"FORM","responseContent":"<body onload='x()'></body>"}"#],
    ),
    (
        "/par",
        "client_id=1&max_age=0",
        &[r#"{"action":"CREATED","responseContent":"{}","dpopNonce":"n"}"#],
    ),
    (
        "/token",
        "grant_type=password",
        &[
            r#"{"action":"PASSWORD","ticket":"SECRET-t","username":"alice","password":"SECRET-p"}"#,
            r#"{"action":"OK","responseContent":"{}"}"#,
        ],
    ),
    (
        "/token",
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
        &[
            r#"{"action":"TOKEN_EXCHANGE","clientId":1}"#,
            r#"{"action":"OK","accessToken":"a","expiresIn":60,"scopes":["read"],"tokenType":"Bearer"}"#,
        ],
    ),
    (
        "/token",
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer",
        &[
            r#"{"action":"JWT_BEARER","dpopNonce":"n"}"#,
            r#"{"action":"OK","jwtAccessToken":"a"}"#,
        ],
    ),
    (
        "/token",
        "grant_type=refresh_token",
        &[
            r#"{"action":"ID_TOKEN_REISSUABLE","accessToken":"a","refreshToken":"b","subject":"alice","responseContent":"{}"}"#,
            r#"{"action":"OK","responseContent":"{}"}"#,
        ],
    ),
    (
        "/userinfo",
        "access_token=a",
        &[
            r#"{"action":"OK","subject":"alice","scopes":["openid","profile"]}"#,
            r#"{"action":"JSON","responseContent":"{}"}"#,
        ],
    ),
    (
        "/introspect",
        "token=a",
        &[r#"{"action":"OK","responseContent":"{\"active\":false}"}"#],
    ),
    (
        "/backchannel_authentication",
        "login_hint=a",
        &[
            r#"{"action":"USER_IDENTIFICATION","ticket":"SECRET-t","hint":"alice"}"#,
            r#"{"action":"OK","responseContent":"{}"}"#,
        ],
    ),
    (
        "/logout",
        "client_id=1&post_logout_redirect_uri=a:b&state=x",
        &[r#"{"clientId":1,"customMetadata":"{\"post_logout_redirect_uris\":[\"a:b\"]}"}"#],
    ),
    (
        "/logout",
        "id_token_hint=eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUuY29tIn0.a",
        &[r#"{"signatureValid":true}"#],
    ),
    (
        "/credential",
        "{}",
        &[
            r#"{"action":"OK","subject":"alice"}"#,
            r#"{"action":"OK","info":{"identifier":"a"}}"#,
            r#"{"action":"OK","responseContent":"{}"}"#,
        ],
    ),
    ("/login", "request=PAGE&name=alice", &[]),
    ("/account", "request=PAGE", &[]),
    (
        "/consent",
        "request=PAGE&scope=openid&agree=yes",
        &[r#"{"action":"LOCATION","responseContent":"https://client.example/?code=a"}"#],
    ),
    (
        "/device",
        "user_code=WDJB-MJHT",
        &[r#"{"action":"VALID","scopes":[{"name":"openid"}]}"#],
    ),
    (
        "/device/consent",
        "request=PAGE&scope=openid&agree=yes",
        &[r#"{"action":"SUCCESS"}"#],
    ),
];

#[test]
fn target_endpoint_accepts_each_seed() {
    let corpus =
        env::var_os("AUTHLETE_FUZZ_SEEDS").map(|corpora| Path::new(&corpora).join("endpoint"));
    if let Some(corpus) = &corpus {
        fs::create_dir_all(corpus).unwrap();
    }
    for (number, seed) in seeds().iter().enumerate() {
        // Only the fuzz target has the generated code that decides whether an answer is usable.
        assert!(endpoint::send(seed.as_bytes(), |_, _| None), "{seed}");
        if let Some(corpus) = &corpus {
            fs::write(corpus.join(number.to_string()), seed).unwrap();
        }
    }
}
