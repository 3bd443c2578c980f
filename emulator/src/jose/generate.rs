//! New private keys.

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use aws_lc_rs::{agreement, error::Unspecified};
use serde_json::Value;

use super::algorithm::{Curve, SignatureAlgorithm};
use super::base64url;
use super::der;
use super::error::JoseError;
use super::key::Jwk;
use super::key_management::KeyManagement;
use crate::json::Object;

/// Makes a private key for an algorithm, with its thumbprint as `kid`. Where the algorithm leaves the curve open, it is
/// P-256.
pub fn generate(alg: &str) -> Result<Jwk, JoseError> {
    match SignatureAlgorithm::named(alg) {
        Some(SignatureAlgorithm::Rsa(..)) => return Ok(rsa()?.dedicated(alg, "sig")),
        Some(SignatureAlgorithm::Curve(curve)) => {
            return Ok(on_curve(curve)?.dedicated(alg, "sig"));
        }
        Some(SignatureAlgorithm::Hmac(_)) | None => {}
    }
    match KeyManagement::named(alg) {
        Ok(KeyManagement::Rsa(_)) => Ok(rsa()?.dedicated(alg, "enc")),
        Ok(KeyManagement::Agreement(_)) => generate_on(Curve::P256, alg),
        _ => Err(JoseError::Unsupported(alg.to_owned())),
    }
}

/// Makes a private key for an algorithm of key agreement, on a certain curve.
pub fn generate_on(curve: Curve, alg: &str) -> Result<Jwk, JoseError> {
    let key = on_curve(curve)?;
    if KeyManagement::named(alg)?.fits(&key) {
        Ok(key.dedicated(alg, "enc"))
    } else {
        Err(JoseError::WrongKey)
    }
}

fn rsa() -> Result<Jwk, JoseError> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let der: Pkcs8V1Der<'_> = pair.as_der()?;
    let numbers = der::rsa_numbers(der.as_ref()).ok_or(JoseError::Failed)?;
    let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
    let members = names.into_iter().zip(numbers);
    jwk(&[("kty", "RSA")], members)
}

/// Makes a private key that says nothing of its use.
pub(super) fn on_curve(curve: Curve) -> Result<Jwk, JoseError> {
    let (kty, crv) = curve.names();
    let named = [("kty", kty), ("crv", crv)];
    match curve.ecdsa() {
        Some(algorithm) => {
            let (private, point) = ecdsa_pair(algorithm)?;
            // The point is 04, x, y (SEC 1 §2.3.3).
            let (x, y) = point
                .get(1..)
                .and_then(|point| point.split_at_checked(curve.size()))
                .ok_or(JoseError::Failed)?;
            jwk(&named, [("d", private.as_slice()), ("x", x), ("y", y)])
        }
        None => {
            let (private, x) = match curve {
                Curve::Ed25519 => ed25519_pair()?,
                _ => x25519_pair()?,
            };
            jwk(&named, [("d", private.as_slice()), ("x", &x)])
        }
    }
}

type Pair = (Vec<u8>, Vec<u8>);

fn ecdsa_pair(algorithm: &'static EcdsaSigningAlgorithm) -> Result<Pair, Unspecified> {
    let pair = EcdsaKeyPair::generate(algorithm)?;
    let private: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
    Ok((
        private.as_ref().to_vec(),
        pair.public_key().as_ref().to_vec(),
    ))
}

fn ed25519_pair() -> Result<Pair, Unspecified> {
    let pair = Ed25519KeyPair::generate()?;
    let seed: Curve25519SeedBin<'_> = pair.seed()?.as_be_bytes()?;
    Ok((seed.as_ref().to_vec(), pair.public_key().as_ref().to_vec()))
}

fn x25519_pair() -> Result<Pair, Unspecified> {
    let private = agreement::PrivateKey::generate(&agreement::X25519)?;
    let seed: Curve25519SeedBin<'_> = private.as_be_bytes()?;
    Ok((
        seed.as_ref().to_vec(),
        private.compute_public_key()?.as_ref().to_vec(),
    ))
}

/// A key of names, which are text, and of numbers, which are bytes.
fn jwk<'a>(
    names: &[(&str, &str)],
    numbers: impl IntoIterator<Item = (&'static str, &'a [u8])>,
) -> Result<Jwk, JoseError> {
    let names = names
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let numbers = numbers
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), Value::from(base64url::encode(bytes))));
    let json: Object = names.chain(numbers).collect();
    Jwk::parse(json).map_err(|_| JoseError::Failed)
}

#[cfg(test)]
mod tests {
    use super::super::{Jwe, Jws, encrypt, sign};
    use super::*;

    #[test]
    fn a_generated_key_signs_under_its_thumbprint() {
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
    fn a_generated_key_decrypts_under_its_thumbprint() {
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
    fn a_curve_that_the_algorithm_does_not_take_is_refused() {
        for (curve, alg) in [
            (Curve::Ed25519, "ECDH-ES"),
            (Curve::Secp256k1, "ECDH-ES"),
            (Curve::P256, "RSA-OAEP"),
        ] {
            assert_eq!(generate_on(curve, alg).unwrap_err(), JoseError::WrongKey);
        }
    }

    #[test]
    fn a_key_for_nothing_is_not_generated() {
        for alg in ["none", "HS256", "dir", "RSA", ""] {
            let refused = generate(alg).unwrap_err();
            assert_eq!(refused, JoseError::Unsupported(alg.to_owned()));
        }
    }
}
