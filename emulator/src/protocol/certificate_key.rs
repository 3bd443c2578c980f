//! Public keys of certificates, as JWKs.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use pkcs1::{RsaPublicKey, UintRef};
use serde_json::Value;
use x509_cert::Certificate;

use crate::jose::Jwk;

/// The public key of a certificate, if JOSE supports its type.
pub fn of(certificate: &Certificate) -> Option<Jwk> {
    let info = certificate.tbs_certificate().subject_public_key_info();
    let bytes = info.subject_public_key.as_bytes()?;
    let members = match info.algorithm.oid.to_string().as_str() {
        // RSA: RFC 8017 §A.1.1.
        "1.2.840.113549.1.1.1" => {
            let (n, e) = rsa_numbers(bytes)?;
            vec![("kty", "RSA".to_owned()), ("n", n), ("e", e)]
        }
        // An elliptic curve, which the parameters name: RFC 5480 §2.1.1. The point is 04, x, y.
        "1.2.840.10045.2.1" => {
            let curve = info.algorithm.parameters.as_ref()?;
            let curve = match curve.decode_as::<x509_cert::spki::ObjectIdentifier>() {
                Ok(oid) => oid.to_string(),
                Err(_) => return None,
            };
            let curve = match curve.as_str() {
                "1.2.840.10045.3.1.7" => "P-256",
                "1.3.132.0.34" => "P-384",
                "1.3.132.0.35" => "P-521",
                "1.3.132.0.10" => "secp256k1",
                _ => return None,
            };
            let point = bytes.strip_prefix(&[4])?;
            let (x, y) = point.split_at_checked(point.len() / 2)?;
            vec![
                ("kty", "EC".to_owned()),
                ("crv", curve.to_owned()),
                ("x", BASE64_URL_SAFE_NO_PAD.encode(x)),
                ("y", BASE64_URL_SAFE_NO_PAD.encode(y)),
            ]
        }
        // Ed25519: RFC 8410 §3.
        "1.3.101.112" => vec![
            ("kty", "OKP".to_owned()),
            ("crv", "Ed25519".to_owned()),
            ("x", BASE64_URL_SAFE_NO_PAD.encode(bytes)),
        ],
        _ => return None,
    };
    let members = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)));
    Jwk::parse(members.collect()).ok()
}

/// n and e of an `RSAPublicKey`, in base64url.
fn rsa_numbers(der: &[u8]) -> Option<(String, String)> {
    let key = RsaPublicKey::try_from(der).ok()?;
    let encode = |number: UintRef<'_>| BASE64_URL_SAFE_NO_PAD.encode(number.as_bytes());
    Some((encode(key.modulus), encode(key.public_exponent)))
}
