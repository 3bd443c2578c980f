//! Tests of encryption, decryption and parsing, with the test vectors of the RFCs.

use super::super::curve::Curve;
use super::super::generate::generate_on;
use super::super::vectors::{self, key};
use super::*;

const CONTENT: [&str; 6] = [
    "A128GCM",
    "A192GCM",
    "A256GCM",
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
];

const SYMMETRIC: [&str; 7] = [
    "dir",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
];

const RSA: [&str; 3] = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"];

const AGREEMENT: [&str; 4] = [
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
];

/// All combinations of `alg` and `enc`, each with a key.
fn combinations() -> Vec<(&'static str, &'static str, Jwk)> {
    let curves = [Curve::P256, Curve::P384, Curve::P521, Curve::X25519]
        .map(|curve| generate_on(curve, "ECDH-ES").unwrap())
        .map(|key| {
            let mut json = key.json().clone();
            json.remove("alg");
            Jwk::parse(json).unwrap()
        });
    let mut combinations = Vec::new();
    for enc in CONTENT {
        for alg in SYMMETRIC {
            let key = Jwk::derived_from_secret(b"secret", alg, enc).unwrap();
            combinations.push((alg, enc, key));
        }
        for alg in RSA {
            combinations.push((alg, enc, key(vectors::RFC7516_A1_KEY)));
        }
        for alg in AGREEMENT {
            for key in &curves {
                combinations.push((alg, enc, key.clone()));
            }
        }
    }
    combinations
}

fn encrypted(alg: &str, enc: &str, key: &Jwk) -> String {
    encrypt(alg, enc, key, Object::new(), b"plaintext").unwrap()
}

#[test]
fn examples_of_rfc_7516_are_decrypted() {
    for (jwe, jwk, plaintext) in [
        (
            vectors::RFC7516_A1,
            vectors::RFC7516_A1_KEY,
            "The true sign of intelligence is not knowledge but imagination.",
        ),
        (
            vectors::RFC7516_A3,
            vectors::RFC7516_A3_KEY,
            "Live long and prosper.",
        ),
    ] {
        let jwe = Jwe::parse(jwe).unwrap();
        assert_eq!(jwe.decrypt(&key(jwk)).unwrap(), plaintext.as_bytes());
    }
}

#[test]
fn each_algorithm_decrypts_its_own_ciphertext() {
    for (alg, enc, key) in combinations() {
        let receiver = key.public().unwrap_or_else(|| key.clone());
        let header = Object::from_iter([("cty".to_owned(), Value::from("JWT"))]);
        let compact = encrypt(alg, enc, &receiver, header, b"plaintext").unwrap();
        let jwe = Jwe::parse(&compact).unwrap();
        assert_eq!((jwe.alg(), jwe.enc()), (alg, enc));
        assert_eq!(jwe.kid(), key.kid());
        assert_eq!(jwe.header.text("cty"), Some("JWT"));
        assert_eq!(jwe.decrypt(&key).unwrap(), b"plaintext", "{alg} {enc}");
        assert_ne!(compact, encrypted(alg, enc, &receiver), "{alg} {enc}");
        if key.public().is_some() {
            let refused = jwe.decrypt(&receiver);
            assert_eq!(refused, Err(JoseError::WrongKey), "{alg} {enc}");
        }
    }
}

#[test]
fn plaintext_of_any_size_survives_a_round_trip() {
    for enc in CONTENT {
        let key = Jwk::derived_from_secret(b"secret", "dir", enc).unwrap();
        for size in [0, 1, 15, 16, 17, 100_000] {
            let plaintext = vec![7; size];
            let compact = encrypt("dir", enc, &key, Object::new(), &plaintext).unwrap();
            let jwe = Jwe::parse(&compact).unwrap();
            assert_eq!(jwe.decrypt(&key).unwrap(), plaintext, "{enc} {size}");
        }
    }
}

#[test]
fn modified_jwe_is_not_decrypted() {
    for (alg, enc, key) in combinations() {
        let compact = encrypted(alg, enc, &key);
        let parts: [&str; 5] = base64url::parts(&compact).unwrap();
        for index in 1..5 {
            let mut bytes = base64url::decode(parts[index]).unwrap();
            let shorter = bytes.get(1..).map(base64url::encode);
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(0),
            }
            for modified in [Some(base64url::encode(bytes)), shorter, Some(String::new())] {
                let Some(modified) = modified.filter(|modified| modified != parts[index]) else {
                    continue;
                };
                let mut parts = parts;
                parts[index] = &modified;
                let jwe = Jwe::parse(&parts.join(".")).unwrap();
                assert!(jwe.decrypt(&key).is_err(), "{alg} {enc} part {index}");
            }
        }
        let mut header = Jwe::parse(&compact).unwrap().header;
        header.insert("cty".to_owned(), Value::from("JWT"));
        let header = base64url::encode(Value::Object(header).to_string());
        let modified = [&[header.as_str()], &parts[1..]].concat().join(".");
        let jwe = Jwe::parse(&modified).unwrap();
        assert_eq!(jwe.decrypt(&key), Err(JoseError::Failed), "{alg} {enc}");
    }
}

#[test]
fn another_key_does_not_decrypt() {
    let others = [
        key(vectors::RFC7515_A2_KEY),
        key(vectors::RFC8037_KEY),
        key(vectors::RFC7518_C_ALICE),
        Jwk::secret(&[1; 16]),
        Jwk::secret(&[1; 24]),
        Jwk::secret(&[1; 32]),
        Jwk::secret(&[1; 48]),
        Jwk::secret(&[1; 64]),
    ];
    for (alg, enc, key) in combinations() {
        let jwe = Jwe::parse(&encrypted(alg, enc, &key)).unwrap();
        for other in &others {
            assert!(jwe.decrypt(other).is_err(), "{alg} {enc} {other:?}");
        }
    }
}

/// RFC 7516 §11.5: an invalid encrypted key gives the same error as invalid content.
#[test]
fn invalid_encrypted_key_fails_like_invalid_content() {
    let key = key(vectors::RFC7516_A1_KEY);
    for alg in RSA {
        let compact = encrypted(alg, "A256GCM", &key);
        let [header, _, iv, ciphertext, tag] = base64url::parts(&compact).unwrap();
        for encrypted_key in [vec![], vec![0; 256], vec![255; 256], vec![1; 300]] {
            let encrypted_key = base64url::encode(encrypted_key);
            let compact = [header, &encrypted_key, iv, ciphertext, tag].join(".");
            let jwe = Jwe::parse(&compact).unwrap();
            assert_eq!(jwe.decrypt(&key), Err(JoseError::Failed), "{alg}");
        }
    }
}

#[test]
fn key_for_another_algorithm_or_use_is_refused() {
    for (member, value) in [("alg", "RSA-OAEP-256"), ("use", "sig")] {
        let mut json = key(vectors::RFC7516_A1_KEY).json().clone();
        json.insert(member.to_owned(), Value::from(value));
        let key = Jwk::parse(json).unwrap();
        let refused = encrypt("RSA-OAEP", "A256GCM", &key, Object::new(), b"");
        assert_eq!(refused, Err(JoseError::WrongKey), "{member}");
        let jwe = Jwe::parse(vectors::RFC7516_A1).unwrap();
        assert_eq!(jwe.decrypt(&key), Err(JoseError::WrongKey), "{member}");
    }
}

#[test]
fn shared_secret_of_the_wrong_size_is_refused() {
    for alg in SYMMETRIC {
        let refused = encrypt(alg, "A128GCM", &Jwk::secret(b"short"), Object::new(), b"");
        assert_eq!(refused, Err(JoseError::WrongKey), "{alg}");
    }
}

/// OpenID Connect Core 1.0 §10.2: SHA-256 of `secret` begins with 2bb80d53.
#[test]
fn key_derived_from_client_secret_has_the_size_of_the_algorithm() {
    for (alg, enc, size) in [
        ("A128KW", "A256CBC-HS512", 16),
        ("A192GCMKW", "A128GCM", 24),
        ("dir", "A128CBC-HS256", 32),
    ] {
        let key = Jwk::derived_from_secret(b"secret", alg, enc).unwrap();
        let bytes = base64url::decode(key.json()["k"].as_str().unwrap()).unwrap();
        assert_eq!(bytes.len(), size, "{alg} {enc}");
        assert_eq!(bytes[..4], [0x2b, 0xb8, 0x0d, 0x53], "{alg} {enc}");
    }
    for (enc, size) in [("A192CBC-HS384", 48), ("A256CBC-HS512", 64)] {
        let key = Jwk::derived_from_secret(b"secret", "dir", enc).unwrap();
        let bytes = base64url::decode(key.json()["k"].as_str().unwrap()).unwrap();
        assert_eq!(bytes.len(), size, "{enc}");
    }
    for alg in ["RSA-OAEP", "ECDH-ES"] {
        let refused = Jwk::derived_from_secret(b"secret", alg, "A128GCM");
        assert_eq!(refused.unwrap_err(), JoseError::WrongKey, "{alg}");
    }
}

#[test]
fn unsupported_algorithm_is_refused() {
    let key = Jwk::secret(&[7; 32]);
    for (alg, enc, unsupported) in [
        ("PBES2-HS256+A128KW", "A128GCM", "PBES2-HS256+A128KW"),
        ("none", "A128GCM", "none"),
        ("", "A128GCM", ""),
        ("A256KW", "A128CBC", "A128CBC"),
    ] {
        let refused = encrypt(alg, enc, &key, Object::new(), b"");
        let unsupported = Err(JoseError::Unsupported(unsupported.to_owned()));
        assert_eq!(refused, unsupported);
    }
    let header = base64url::encode(r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM"}"#);
    let jwe = Jwe::parse(&format!("{header}.AA.AA.AA.AA")).unwrap();
    let unsupported = JoseError::Unsupported("PBES2-HS256+A128KW".to_owned());
    assert_eq!(jwe.decrypt(&key), Err(unsupported));
}

#[test]
fn malformed_jwe_is_refused() {
    let long = "A".repeat(300_000);
    let zip = base64url::encode(r#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#);
    let crit = base64url::encode(r#"{"alg":"dir","enc":"A128GCM","crit":["x"]}"#);
    let valid = base64url::encode(r#"{"alg":"dir","enc":"A128GCM"}"#);
    for (compact, error) in [
        (String::new(), JoseError::Malformed("the number of parts")),
        (
            "a.b.c".to_owned(),
            JoseError::Malformed("the number of parts"),
        ),
        (
            "a.b.c.d.e.f".to_owned(),
            JoseError::Malformed("the number of parts"),
        ),
        ("....".to_owned(), JoseError::Malformed("the header")),
        ("e30....".to_owned(), JoseError::Malformed("alg")),
        (
            "eyJhbGciOiJkaXIifQ....".to_owned(),
            JoseError::Malformed("enc"),
        ),
        (
            format!("{zip}...."),
            JoseError::Unsupported("zip".to_owned()),
        ),
        (format!("{crit}...."), JoseError::Critical),
        (
            format!("{valid}.A..."),
            JoseError::Malformed("the encrypted key"),
        ),
        (
            format!("{valid}..A.."),
            JoseError::Malformed("the initialization vector"),
        ),
        (
            format!("{valid}...A."),
            JoseError::Malformed("the ciphertext"),
        ),
        (
            format!("{valid}....A"),
            JoseError::Malformed("the authentication tag"),
        ),
        (long, JoseError::TooLong),
    ] {
        assert_eq!(Jwe::parse(&compact).unwrap_err(), error, "{compact:.60}");
    }
}

/// A truncated JWE neither decrypts nor causes a panic.
#[test]
fn truncated_jwe_is_not_decrypted() {
    let key = key(vectors::RFC7516_A3_KEY);
    for end in 0..vectors::RFC7516_A3.len() {
        let truncated = Jwe::parse(&vectors::RFC7516_A3[..end]);
        assert!(!truncated.is_ok_and(|jwe| jwe.decrypt(&key).is_ok()));
    }
}
