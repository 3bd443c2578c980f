//! Tests of signing, verification and parsing, with the test vectors of the RFCs.

use super::super::vectors::{self, key};
use super::super::{JwkSet, generate};
use super::*;

const ALGORITHMS: [&str; 14] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
    "ES384", "ES512", "ES256K", "EdDSA",
];

/// The RSA key is fixed, because its generation is slow.
fn key_for(alg: &str) -> Jwk {
    match alg.split_at(2).0 {
        "HS" => Jwk::secret(&[7; 64]),
        "RS" | "PS" => key(vectors::RFC7515_A2_KEY),
        _ => generate(alg).unwrap(),
    }
}

fn signed(alg: &str, key: &Jwk) -> String {
    sign(alg, key, Object::new(), br#"{"sub":"somebody"}"#).unwrap()
}

fn verifies(compact: &str, key: &Jwk) -> bool {
    Jws::parse(compact).unwrap().verify(key)
}

#[test]
fn examples_of_the_rfcs_verify() {
    for (jws, jwk, alg) in [
        (vectors::RFC7515_A1, vectors::RFC7515_A1_KEY, "HS256"),
        (vectors::RFC7515_A2, vectors::RFC7515_A2_KEY, "RS256"),
        (vectors::RFC7515_A3, vectors::RFC7515_A3_KEY, "ES256"),
        (vectors::RFC7515_A4, vectors::RFC7515_A4_KEY, "ES512"),
        (vectors::RFC8037_A4, vectors::RFC8037_KEY, "EdDSA"),
    ] {
        let jws = Jws::parse(jws).unwrap();
        assert_eq!(jws.alg(), alg);
        assert!(jws.verify(&key(jwk)), "{alg}");
        assert!(!jws.verify(&key(vectors::RFC7638_KEY)), "{alg}");
    }
    let jws = Jws::parse(vectors::RFC7515_A1).unwrap();
    let claims = jws.claims().unwrap();
    assert_eq!(claims.text("iss"), Some("joe"));
    assert_eq!(claims.integer("exp"), Some(1_300_819_380));
    assert_eq!(jws.header.text("typ"), Some("JWT"));
    let jws = Jws::parse(vectors::RFC7515_A4).unwrap();
    assert_eq!(jws.payload, b"Payload");
    assert_eq!(jws.claims(), None);
}

#[test]
fn deterministic_signatures_match_the_examples_of_the_rfcs() {
    for (jws, jwk) in [
        (vectors::RFC7515_A2, vectors::RFC7515_A2_KEY),
        (vectors::RFC8037_A4, vectors::RFC8037_KEY),
    ] {
        let example = Jws::parse(jws).unwrap();
        let signed = sign(
            example.alg(),
            &key(jwk),
            example.header.clone(),
            &example.payload,
        );
        assert_eq!(signed.unwrap(), jws);
    }
}

#[test]
fn each_algorithm_verifies_its_own_signature() {
    for alg in ALGORITHMS {
        let (key, other) = (key_for(alg), Jwk::secret(&[8; 64]));
        let compact = signed(alg, &key);
        let jws = Jws::parse(&compact).unwrap();
        assert_eq!(jws.alg(), alg);
        assert_eq!(jws.kid(), key.kid());
        assert_eq!(jws.claims().unwrap().text("sub"), Some("somebody"));
        assert!(jws.verify(&key), "{alg}");
        if let Some(public) = key.public() {
            assert!(jws.verify(&public), "{alg}");
            let refused = sign(alg, &public, Object::new(), b"");
            assert_eq!(refused, Err(JoseError::WrongKey), "{alg}");
        }
        assert!(!jws.verify(&other), "{alg}");
    }
}

#[test]
fn signature_by_another_key_of_the_same_type_does_not_verify() {
    for alg in ["ES256", "ES384", "ES512", "ES256K", "EdDSA"] {
        assert!(
            !verifies(&signed(alg, &key_for(alg)), &key_for(alg)),
            "{alg}"
        );
    }
}

#[test]
fn modified_jws_does_not_verify() {
    for alg in ALGORITHMS {
        let key = key_for(alg);
        let compact = signed(alg, &key);
        let [header, payload, signature] = base64url::parts(&compact).unwrap();
        let bytes = base64url::decode(signature).unwrap();
        let mut flipped = bytes.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let other = base64url::encode(r#"{"sub":"another"}"#);
        let typed = base64url::encode(format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#));
        for modified in [
            format!("{header}.{other}.{signature}"),
            format!("{typed}.{payload}.{signature}"),
            format!("{header}.{payload}."),
            format!("{header}.{payload}.{}", base64url::encode(flipped)),
            format!("{header}.{payload}.{}", base64url::encode(&bytes[1..])),
            format!(
                "{header}.{payload}.{}",
                base64url::encode([&bytes[..], &[0]].concat())
            ),
            // CVE-2022-21449: implementations without a range check accept zeros as a signature.
            format!(
                "{header}.{payload}.{}",
                base64url::encode(vec![0; bytes.len()])
            ),
        ] {
            assert!(!verifies(&modified, &key), "{alg}: {modified}");
        }
    }
}

#[test]
fn public_key_is_not_accepted_as_hmac_secret() {
    let public = key(vectors::RFC7515_A2_KEY).public().unwrap();
    let as_text = Value::Object(public.json().clone()).to_string();
    let forged = signed("HS256", &Jwk::secret(as_text.as_bytes()));
    assert!(!verifies(&forged, &public));
    let set: JwkSet = [public].into_iter().collect();
    assert_eq!(set.candidates("HS256", None).count(), 0);
}

#[test]
fn unsigned_jws_does_not_verify() {
    let jws = Jws::parse(vectors::RFC7515_A5).unwrap();
    assert_eq!(jws.alg(), "none");
    for alg in ALGORITHMS {
        let key = key_for(alg);
        assert!(!jws.verify(&key));
        let refused = sign("none", &key, Object::new(), b"");
        assert_eq!(refused, Err(JoseError::Unsupported("none".to_owned())));
    }
    for alg in ["None", "NONE", "nOnE", "hs256", "HS1", ""] {
        let header = base64url::encode(format!(r#"{{"alg":"{alg}"}}"#));
        let jws = Jws::parse(&format!("{header}.e30."));
        assert!(!jws.is_ok_and(|jws| jws.verify(&key_for("HS256"))), "{alg}");
    }
}

/// RFC 7518 §3.2.
#[test]
fn hmac_secret_shorter_than_the_hash_is_refused() {
    for (alg, length) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let enough = Jwk::secret(&vec![7; length]);
        let short = Jwk::secret(&vec![7; length - 1]);
        assert!(verifies(&signed(alg, &enough), &enough));
        let refused = sign(alg, &short, Object::new(), b"");
        assert_eq!(refused, Err(JoseError::WrongKey), "{alg}");
        // A signature that was made with the short secret.
        let input = format!("{}.e30", base64url::encode(format!(r#"{{"alg":"{alg}"}}"#)));
        let signature = match SignatureAlgorithm::from_name(alg) {
            Some(algorithm) => signature(alg, algorithm, &short, input.as_bytes()).unwrap(),
            None => unreachable!(),
        };
        let compact = format!("{input}.{}", base64url::encode(signature));
        assert!(!verifies(&compact, &short), "{alg}");
    }
}

#[test]
fn key_for_another_algorithm_or_use_neither_signs_nor_verifies() {
    for (member, value) in [("alg", "PS256"), ("use", "enc")] {
        let mut json = key(vectors::RFC7515_A2_KEY).json().clone();
        json.insert(member.to_owned(), Value::from(value));
        let key = Jwk::parse(json).unwrap();
        assert!(!verifies(vectors::RFC7515_A2, &key), "{member}");
        let refused = sign("RS256", &key, Object::new(), b"");
        assert_eq!(refused, Err(JoseError::WrongKey), "{member}");
    }
}

#[test]
fn mismatched_private_and_public_key_cannot_sign() {
    for (alg, example) in [
        ("ES256", vectors::RFC7515_A3_KEY),
        ("EdDSA", vectors::RFC8037_KEY),
    ] {
        let mut json = key(example).json().clone();
        let other = generate(alg).unwrap();
        json.insert("d".to_owned(), other.json()["d"].clone());
        let refused = sign(alg, &Jwk::parse(json).unwrap(), Object::new(), b"");
        assert_eq!(refused, Err(JoseError::WrongKey), "{alg}");
    }
}

/// RFC 7515 §4.1.11 and its appendix E.
#[test]
fn header_with_crit_is_refused() {
    assert_eq!(
        Jws::parse(vectors::RFC7515_E).unwrap_err(),
        JoseError::Critical
    );
    for crit in [r#"["b64"]"#, "[]", "null"] {
        let header = format!(r#"{{"alg":"HS256","b64":false,"crit":{crit}}}"#);
        let compact = format!("{}.e30.AA", base64url::encode(header));
        assert_eq!(Jws::parse(&compact).unwrap_err(), JoseError::Critical);
    }
}

#[test]
fn malformed_jws_is_refused() {
    let long = "A".repeat(300_000);
    for (compact, error) in [
        ("", JoseError::Malformed("the number of parts")),
        ("a.b", JoseError::Malformed("the number of parts")),
        ("a.b.c.d", JoseError::Malformed("the number of parts")),
        ("..", JoseError::Malformed("the header")),
        ("e.e30.AA", JoseError::Malformed("the header")),
        ("W10.e30.AA", JoseError::Malformed("the header")),
        ("e30.e30.AA", JoseError::Malformed("'alg'")),
        ("eyJhbGciOjF9.e30.AA", JoseError::Malformed("'alg'")),
        (
            "eyJhbGciOiJIUzI1NiJ9.e.AA",
            JoseError::Malformed("the payload"),
        ),
        (
            "eyJhbGciOiJIUzI1NiJ9.e30.A",
            JoseError::Malformed("the signature"),
        ),
        (
            "eyJhbGciOiJIUzI1NiJ9.e30.AA==",
            JoseError::Malformed("the signature"),
        ),
        ("é.ü.ß", JoseError::Malformed("the header")),
        (&long, JoseError::TooLong),
    ] {
        assert_eq!(Jws::parse(compact).unwrap_err(), error, "{compact:.40}");
    }
}

/// A truncated JWS neither verifies nor causes a panic.
#[test]
fn truncated_jws_does_not_verify() {
    let key = key(vectors::RFC8037_KEY);
    for end in 0..vectors::RFC8037_A4.len() {
        let truncated = &vectors::RFC8037_A4[..end];
        assert!(!Jws::parse(truncated).is_ok_and(|jws| jws.verify(&key)));
    }
}

#[test]
fn sign_keeps_header_members_and_sets_alg_and_kid() {
    let key = generate("EdDSA").unwrap();
    let header = Object::from_iter([
        ("typ".to_owned(), Value::from("at+jwt")),
        ("alg".to_owned(), Value::from("none")),
    ]);
    let jws = Jws::parse(&sign("EdDSA", &key, header, b"{}").unwrap()).unwrap();
    assert_eq!(jws.header.text("typ"), Some("at+jwt"));
    assert_eq!(jws.alg(), "EdDSA");
    assert_eq!(jws.kid(), key.kid());
}

#[test]
fn repeated_call_signs_with_the_same_random_salt() {
    let key = key_for("PS256");
    let mut replay = replay::Replay::default();
    let first = replay.run(|| signed("PS256", &key));
    assert_eq!(replay.run(|| signed("PS256", &key)), first);
    assert_ne!(signed("PS256", &key), first);
    let other = replay.run(|| signed("PS384", &key));
    assert!(verifies(&other, &key));
}
