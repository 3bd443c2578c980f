//! Seeds for the fuzz targets: valid inputs, close to many edge cases.

use authlete_codegen::document::operations;

use crate::description::{FLAT, success};

/// A name and an input.
type Seed = (String, String);

/// The full response of each operation, responses without a body, and edge cases.
pub fn answers() -> Vec<Seed> {
    let successes = operations(&FLAT).map(|operation| {
        let (status, body) = success(operation.value);
        let (media_type, body) = body
            .map_or(("text/plain", String::new()), |(media_type, body)| {
                (media_type, body.to_string())
            });
        let id = operation.id();
        let answer = format!("{id} {status}\ncontent-type: {media_type}\n\n{body}");
        (id.to_owned(), answer)
    });
    let empty = operations(&FLAT)
        .filter(|operation| operation.value["responses"].get("204").is_some())
        .map(|operation| {
            let id = operation.id();
            (format!("{id}_empty"), format!("{id} 204\n\n"))
        });
    successes.chain(empty).chain(named(&EDGE_CASES)).collect()
}

const EDGE_CASES: [(&str, &str); 5] = [
    (
        "refused",
        "introspection 400
content-type: application/json
x-ratelimit-limit: 100
x-ratelimit-remaining: 0
x-ratelimit-reset: 1893456000

{\"resultCode\":\"A001202\",\"resultMessage\":\"[A001202] no.\",\"token\":\"SECRET-token\"}",
    ),
    (
        "limited",
        "token 429
retry-after: Wed, 21 Oct 2065 07:28:00 GMT
ratelimit-limit: 100, 100;w=1
ratelimit-remaining: 0
ratelimit-reset: 7

",
    ),
    (
        "unavailable",
        "userinfo 502
content-type: text/html
retry-after: 120

<html><h1>502 Bad Gateway</h1>{\"token\":\"SECRET-token\"}",
    ),
    (
        "encoded",
        "get_service 200
content-type: application/json
content-encoding: br

\u{feff}{}",
    ),
    (
        "empty_action",
        "introspection 200
content-type: application/json

{\"action\":\"\"}",
    ),
];

pub fn configuration_files() -> Vec<Seed> {
    named(&FILES).collect()
}

const FILES: [(&str, &str); 4] = [
    ("unknown_key", "BaseUrl = ''\nHIDDEN-token = 1\n"),
    (
        "v3",
        r#"
ApiVersion = "3.0"
BaseUrl = "https://us.authlete.com"
ServiceApiKey = 986126671
ServiceAccessToken = "HIDDEN-service-token"
ServiceOwnerAccessToken = 'HIDDEN-organization-token'
"#,
    ),
    (
        "v2",
        r#"
BaseUrl = "https://api.authlete.com"
ServiceApiKey = "5593494640"
ServiceApiSecret = """HIDDEN-service"""
ServiceOwnerApiKey = "5531264283"
ServiceOwnerApiSecret = "HIDDEN\u002downer"
"#,
    ),
    (
        "keys",
        r#"
BaseUrl = "https://jp.authlete.com/"
ServiceApiKey = "1"
ServiceAccessToken = "HIDDEN-token"
DpopKey = '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"HIDDEN-d"}'
ClientCertificate = """
-----BEGIN PRIVATE KEY-----
HIDDEN-key
-----END PRIVATE KEY-----
"""
RootCertificate = """
-----BEGIN CERTIFICATE-----
HIDDEN-root
-----END CERTIFICATE-----
"""
"#,
    ),
];

pub fn settings() -> Vec<Seed> {
    let v2 = [
        "2.3",
        "https://us.authlete.com:8443/at/",
        "986126671",
        "HIDDEN-service",
        "",
        "986126671",
        "HIDDEN-owner",
    ];
    let v3 = |key: &str, certificate: &str| {
        let values = [
            "V3",
            "http://localhost:8080",
            "1",
            "",
            "HIDDEN-service-token",
            "",
            "",
            "HIDDEN-organization-token",
            key,
            certificate,
        ];
        values.join("\n\n")
    };
    let with_keys = dpop_keys()
        .into_iter()
        .map(|(name, key)| (name, v3(&key, "")));
    let others = [("v2", v2.join("\n\n")), ("v3", v3("", CERTIFICATE))];
    let seeds = with_keys.chain(others);
    seeds.map(|(name, seed)| (name.to_owned(), seed)).collect()
}

/// A test key and certificate.
const CERTIFICATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIDNj49sHdQWVQUBKYuUPpQr4dEuN0ZwumG8+vjhY6cav
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBNDCB56ADAgECAhR7AubF1pPH+y/qQ7pc76EL0Kz61DAFBgMrZXAwDzENMAsG
A1UEAwwEZnV6ejAgFw0yNjExMjMwNzA0MTlaGA8yMTI2MTAzMDA3MDQxOVowDzEN
MAsGA1UEAwwEZnV6ejAqMAUGAytlcAMhAAkdAanlRXO/8B9E4om32Tp/qU1GGJd5
rVnK9nxuOwvoo1MwUTAdBgNVHQ4EFgQU8c9lX9aF4+8vExNIsTPuXzSWKuYwHwYD
VR0jBBgwFoAU8c9lX9aF4+8vExNIsTPuXzSWKuYwDwYDVR0TAQH/BAUwAwEB/zAF
BgMrZXADQQCaqWxDeXr1/VXAQ68/uZcV6ysogZ/UA3eIVMK5r+IRjPwzRVBYGFJD
prcnQLzBA8v4TFGQJdP9PBaXF75sqN8J
-----END CERTIFICATE-----";

#[cfg(feature = "dpop")]
fn dpop_keys() -> Vec<(&'static str, String)> {
    use crate::dpop::keys;

    let keys = [
        ("p256", keys::p256()),
        ("p521", keys::p521()),
        ("ed25519", keys::ed25519()),
        ("rsa", keys::rsa()),
    ];
    keys.into_iter()
        .map(|(name, key)| (name, key.to_string()))
        .collect()
}

#[cfg(not(feature = "dpop"))]
fn dpop_keys() -> Vec<(&'static str, String)> {
    Vec::new()
}

fn named(seeds: &'static [(&str, &str)]) -> impl Iterator<Item = Seed> {
    let owned = |(name, seed): &(&str, &str)| ((*name).to_owned(), (*seed).to_owned());
    seeds.iter().map(owned)
}
