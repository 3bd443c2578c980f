//! Generation of private keys.

use super::algorithm::SignatureAlgorithm;
use super::curve::Curve;
use super::error::JoseError;
use super::key::Jwk;
use super::key_management::KeyManagement;
use super::key_pair::{on_curve, rsa};
use crate::json::{Object, ObjectExt};

/// Generates a private key for an algorithm, with its thumbprint as `kid`. Algorithms without a fixed curve get P-256.
pub fn generate(alg: &str) -> Result<Jwk, JoseError> {
    match SignatureAlgorithm::from_name(alg) {
        Some(SignatureAlgorithm::Rsa(..)) => return Ok(rsa()?.restricted_to(alg, "sig")),
        Some(SignatureAlgorithm::Curve(curve)) => {
            return Ok(on_curve(curve)?.restricted_to(alg, "sig"));
        }
        Some(SignatureAlgorithm::Hmac(_)) | None => {}
    }
    match KeyManagement::from_name(alg) {
        Ok(KeyManagement::Rsa(_)) => Ok(rsa()?.restricted_to(alg, "enc")),
        Ok(KeyManagement::Agreement(_)) => generate_on(Curve::P256, alg),
        _ => Err(JoseError::Unsupported(alg.to_owned())),
    }
}

/// Generates a private key with the type, curve, algorithm and use of another key, and its thumbprint as `kid`.
pub fn generate_like(other: &Object) -> Result<Jwk, JoseError> {
    let text = |name| other.text(name).unwrap_or_default();
    let key = match (text("kty"), Curve::from_names(text("kty"), text("crv"))) {
        ("RSA", _) => rsa()?,
        (_, Some(curve)) => on_curve(curve)?,
        (kty, None) => return Err(JoseError::Unsupported(kty.to_owned())),
    };
    let mut json = key.json().clone();
    json.insert("kid".to_owned(), key.thumbprint().as_str().into());
    for name in ["alg", "use"] {
        if let Some(value) = other.get(name) {
            json.insert(name.to_owned(), value.clone());
        }
    }
    Jwk::parse(json).map_err(|_| JoseError::Failed)
}

/// Generates a private key on a curve for a key agreement algorithm.
pub fn generate_on(curve: Curve, alg: &str) -> Result<Jwk, JoseError> {
    let key = on_curve(curve)?;
    if KeyManagement::from_name(alg)?.fits(&key) {
        Ok(key.restricted_to(alg, "enc"))
    } else {
        Err(JoseError::WrongKey)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Jwe, Jws, encrypt, sign};
    use super::*;
    use crate::replay::Replay;

    #[test]
    fn generated_signing_key_has_its_thumbprint_as_kid() {
        for alg in [
            "RS256", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA",
        ] {
            let key = generate(alg).unwrap();
            assert!(key.is_private());
            assert_eq!(key.alg(), Some(alg));
            assert_eq!(key.usage(), Some("sig"));
            assert_eq!(key.kid(), Some(key.thumbprint().as_str()));
            let read = Jwk::parse(key.json().clone()).unwrap();
            let compact = sign(alg, &read, Object::new(), b"{}").unwrap();
            assert!(Jws::parse(&compact).unwrap().verify(&key), "{alg}");
        }
    }

    #[test]
    fn generated_encryption_key_has_its_thumbprint_as_kid() {
        let keys = ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW"].map(generate);
        let curves = [Curve::P384, Curve::P521, Curve::X25519];
        let chosen = curves.map(|curve| generate_on(curve, "ECDH-ES+A128KW"));
        for key in keys.into_iter().chain(chosen) {
            let key = Jwk::parse(key.unwrap().json().clone()).unwrap();
            assert!(key.is_private());
            assert_eq!(key.usage(), Some("enc"));
            assert_eq!(key.kid(), Some(key.thumbprint().as_str()));
            let alg = key.alg().unwrap();
            let public = key.public().unwrap();
            let compact = encrypt(alg, "A128GCM", &public, Object::new(), b"text").unwrap();
            assert_eq!(
                Jwe::parse(&compact).unwrap().decrypt(&key).unwrap(),
                b"text"
            );
        }
        let p256 = generate("ECDH-ES").unwrap();
        assert_eq!(p256.json()["crv"], "P-256");
    }

    #[test]
    fn repeated_call_generates_the_same_rsa_keys() {
        let mut replay = Replay::default();
        let two = || [generate("RS256"), generate("RSA-OAEP")].map(|key| key.unwrap().thumbprint());
        let first = replay.run(two);
        assert_ne!(first[0], first[1]);
        assert_eq!(replay.run(two), first);
    }

    #[test]
    fn curve_that_does_not_fit_the_algorithm_is_refused() {
        for (curve, alg) in [
            (Curve::Ed25519, "ECDH-ES"),
            (Curve::Secp256k1, "ECDH-ES"),
            (Curve::P256, "RSA-OAEP"),
        ] {
            assert_eq!(generate_on(curve, alg).unwrap_err(), JoseError::WrongKey);
        }
    }

    #[test]
    fn key_for_an_unsupported_algorithm_is_refused() {
        for alg in ["none", "HS256", "dir", "RSA", ""] {
            let refused = generate(alg).unwrap_err();
            assert_eq!(refused, JoseError::Unsupported(alg.to_owned()));
        }
    }
}
