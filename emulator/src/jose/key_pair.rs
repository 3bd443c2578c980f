//! Generation of key pairs.

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use aws_lc_rs::{agreement, error::Unspecified};
use pkcs1::UintRef;
use serde_json::Value;

use super::base64url;
use super::curve::Curve;
use super::der;
use super::error::JoseError;
use super::key::Jwk;
use crate::json::Object;
use crate::replay;

/// Generates an RSA key of 2048 bits without `use` and `alg`.
pub fn rsa() -> Result<Jwk, JoseError> {
    let der = replay::once("RSA key", &[], || {
        let der: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048)?.as_der()?;
        Ok::<_, JoseError>(der.as_ref().to_vec())
    })?;
    let numbers = der::rsa_numbers(&der).ok_or(JoseError::Failed)?;
    let numbers = numbers.each_ref().map(UintRef::as_bytes);
    let names = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
    let members = names.into_iter().zip(numbers);
    jwk(&[("kty", "RSA")], members)
}

/// Generates a key on a curve without `use` and `alg`.
pub fn on_curve(curve: Curve) -> Result<Jwk, JoseError> {
    let (kty, crv) = curve.names();
    let names = [("kty", kty), ("crv", crv)];
    match curve.ecdsa() {
        Some(algorithm) => {
            let (private, point) = ecdsa_pair(algorithm)?;
            // The point is 04, x, y (SEC 1 §2.3.3).
            let (x, y) = point
                .get(1..)
                .and_then(|point| point.split_at_checked(curve.size()))
                .ok_or(JoseError::Failed)?;
            jwk(&names, [("d", private.as_slice()), ("x", x), ("y", y)])
        }
        None => {
            let (private, x) = match curve {
                Curve::Ed25519 => ed25519_pair()?,
                _ => x25519_pair()?,
            };
            jwk(&names, [("d", private.as_slice()), ("x", &x)])
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

/// Creates a JWK from text members and binary members.
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
