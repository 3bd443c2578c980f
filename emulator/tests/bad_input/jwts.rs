//! Partly valid JWTs and certificates.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::target::{ALIAS, ISSUER, SECRET};
use crate::values::{any_json, word};

static KEY: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = KEY.to_pkcs8v1().unwrap();
    let key = rcgen::KeyPair::try_from(key.as_ref()).unwrap();
    let params = rcgen::CertificateParams::new(["client.example".to_owned()]).unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
});

/// The certificate of the client's key, in Base64.
pub fn own_certificate() -> String {
    BASE64_STANDARD.encode(CERTIFICATE.as_slice())
}

/// The public key of the client as a JWK.
pub fn key() -> Value {
    let point = KEY.public_key().as_ref();
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "kid": "client", "x": encode(&point[1..33]), "y": encode(&point[33..]) })
}

/// The JWK Set of the client.
pub fn key_set() -> String {
    json!({ "keys": [key()] }).to_string()
}

/// A PEM certificate that may be truncated or have changed bytes.
pub fn certificate() -> impl Strategy<Value = String> {
    let length = CERTIFICATE.len();
    let changes = prop::collection::vec((0..length, any::<u8>()), 0..4);
    (changes, 0..=length, any::<bool>()).prop_map(|(changes, cut, is_cut)| {
        let mut der = CERTIFICATE.clone();
        for (at, byte) in changes {
            der[at] = byte;
        }
        if is_cut {
            der.truncate(cut);
        }
        let text = BASE64_STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    })
}

/// A JWT of any kind: a client assertion, a request object, a DPoP proof, an ID token hint, a grant, or none of these.
pub fn jwt() -> impl Strategy<Value = String> {
    with_header(header())
}

/// A client attestation, by the client's own key.
pub fn attestation() -> impl Strategy<Value = String> {
    with_header(header().prop_map(|mut header| {
        header.insert("typ".to_owned(), "oauth-client-attestation+jwt".into());
        header
            .entry("x5c")
            .or_insert_with(|| json!([own_certificate()]));
        header
    }))
}

/// The proof of possession for a client attestation.
pub fn attestation_pop() -> impl Strategy<Value = String> {
    with_header(header().prop_map(|mut header| {
        header.insert("typ".to_owned(), "oauth-client-attestation-pop+jwt".into());
        header
    }))
}

fn with_header(header: impl Strategy<Value = Map<String, Value>>) -> impl Strategy<Value = String> {
    let signature = select(vec![
        "HS256",
        "ES256",
        "none",
        "garbage",
        "absent",
        "five parts",
    ]);
    (header, claims(), signature).prop_map(|(mut header, claims, signature)| {
        if let "HS256" | "ES256" | "none" = signature {
            header.entry("alg").or_insert_with(|| signature.into());
        }
        let input = signing_input(header, claims);
        let signed = match signature {
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
            }
            "ES256" => sign(&input),
            "none" => Vec::new(),
            "garbage" => vec![0xff; 64],
            "absent" => return input,
            _ => return format!("{input}..AAAA.AAAA"),
        };
        format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(signed))
    })
}

/// A JWT with this `typ`, signed with the key of the client.
pub fn signed(typ: &str, claims: Map<String, Value>) -> String {
    let header = json!({ "alg": "ES256", "kid": "client", "typ": typ });
    let header = header.as_object().cloned().unwrap_or_default();
    let input = signing_input(header, claims);
    format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(sign(&input)))
}

fn signing_input(header: Map<String, Value>, claims: Map<String, Value>) -> String {
    let parts = [header, claims]
        .map(|object| BASE64_URL_SAFE_NO_PAD.encode(Value::Object(object).to_string()));
    parts.join(".")
}

fn sign(input: &str) -> Vec<u8> {
    let signed = KEY.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
    signed.as_ref().to_vec()
}

fn header() -> impl Strategy<Value = Map<String, Value>> {
    let types = select(vec![
        "JWT",
        "dpop+jwt",
        "oauth-authz-req+jwt",
        "at+jwt",
        "client-authentication+jwt",
        "logout+jwt",
        "\0",
    ]);
    let algorithms = select(vec![
        "HS256",
        "HS512",
        "ES256",
        "ES256K",
        "EdDSA",
        "PS256",
        "RS256",
        "none",
        "None",
        "dir",
        "ECDH-ES",
        "RSA-OAEP",
        "RSA1_5",
        "A256GCMKW",
        "PBES2-HS256+A128KW",
        "",
    ]);
    let key = prop_oneof![Just(key()), any_json(), partial_key()];
    let unusual_member = prop_oneof![
        Just(("crit", json!(["exp"]))),
        Just(("b64", json!(false))),
        Just(("zip", json!("DEF"))),
        Just(("enc", json!("A128GCM"))),
        Just(("p2c", json!(i64::MAX))),
        Just((
            "epk",
            json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" })
        )),
        any_json().prop_map(|value| ("kid", value)),
        any_json().prop_map(|value| ("x5c", value)),
    ];
    (
        prop::option::weighted(0.7, types),
        prop::option::weighted(0.3, algorithms),
        prop::option::weighted(0.4, key),
        prop::option::weighted(0.3, unusual_member),
    )
        .prop_map(|(typ, alg, key, unusual_member)| {
            let members = [
                typ.map(|typ| ("typ", typ.into())),
                alg.map(|alg| ("alg", alg.into())),
                key.map(|key| ("jwk", key)),
                unusual_member,
            ];
            let members = members.into_iter().flatten();
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        })
}

fn partial_key() -> impl Strategy<Value = Value> {
    let members = prop::collection::vec(
        (
            select(vec![
                "kty", "crv", "x", "y", "n", "e", "k", "d", "use", "alg", "kid", "x5c", "x5t#S256",
            ]),
            prop_oneof![
                select(vec![
                    "EC", "RSA", "oct", "OKP", "P-256", "P-521", "Ed25519", "AQAB", "AA", "=", ""
                ])
                .prop_map(Value::from),
                any_json(),
            ],
        ),
        0..7,
    );
    members.prop_map(|members| {
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// Valid claims, some of which are replaced.
fn claims() -> impl Strategy<Value = Map<String, Value>> {
    const NAMES: [&str; 24] = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "htm",
        "htu",
        "ath",
        "nonce",
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "claims",
        "authorization_details",
        "cnf",
        "max_age",
        "request",
        "request_uri",
        "acr_values",
        "login_hint",
        "binding_message",
    ];
    let value = prop_oneof![
        3 => word().prop_map(Value::from),
        2 => select(vec![i64::MIN, -1, 0, 1, i64::MAX]).prop_map(Value::from),
        2 => any_json(),
        1 => Just(json!([ISSUER, ISSUER])),
    ];
    (
        any::<bool>(),
        any::<u64>(),
        prop::collection::vec((select(NAMES.to_vec()), value), 0..6),
    )
        .prop_map(|(is_valid, id, changes)| {
            let mut claims = Map::new();
            if is_valid {
                let good = json!({
                    "iss": ALIAS, "sub": ALIAS, "aud": ISSUER, "exp": 4_102_444_800_i64, "iat": now(),
                    "jti": id.to_string(), "client_id": ALIAS, "response_type": "code", "scope": "openid",
                    "htm": "POST", "htu": "https://as.example/token", "cnf": { "jwk": key() },
                });
                claims = good.as_object().cloned().unwrap_or_default();
            }
            claims.extend(changes.into_iter().map(|(name, value)| (name.to_owned(), value)));
            claims
        })
}

pub fn now() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed();
    since.map_or(0, |since| since.as_secs())
}
