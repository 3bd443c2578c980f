//! Signatures in the compact serialization (RFC 7515).

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

use super::algorithm::SignatureAlgorithm;
use super::base64url;
use super::error::JoseError;
use super::key::{CurveSigner, Jwk, Material};
use crate::json::{Object, ObjectExt};
use crate::replay;

/// Signs a payload. Adds `alg` to the header, and the `kid` of the key unless the header has a `kid`.
pub fn sign(alg: &str, key: &Jwk, mut header: Object, payload: &[u8]) -> Result<String, JoseError> {
    header.insert("alg".to_owned(), Value::from(alg));
    if let Some(kid) = key.kid() {
        header.entry("kid").or_insert_with(|| Value::from(kid));
    }
    let header = base64url::encode(Value::Object(header).to_string());
    let input = format!("{header}.{}", base64url::encode(payload));
    let signature = sign_bytes(alg, key, input.as_bytes())?;
    Ok(format!("{input}.{}", base64url::encode(signature)))
}

/// Signs a message without a JWS serialization, for formats other than JOSE.
pub fn sign_bytes(alg: &str, key: &Jwk, message: &[u8]) -> Result<Vec<u8>, JoseError> {
    let algorithm =
        SignatureAlgorithm::from_name(alg).ok_or_else(|| JoseError::Unsupported(alg.to_owned()))?;
    if !(algorithm.fits(key) && key.permits("sig", alg)) {
        return Err(JoseError::WrongKey);
    }
    signature(alg, algorithm, key, message)
}

/// A parsed JWS that is not verified yet.
#[derive(Debug, Clone)]
pub struct Jws {
    pub header: Object,
    pub payload: Vec<u8>,
    alg: String,
    signing_input: String,
    signature: Vec<u8>,
}

impl Jws {
    pub fn parse(compact: &str) -> Result<Self, JoseError> {
        let [header, payload, signature] = base64url::parts(compact)?;
        let signing_input = format!("{header}.{payload}");
        let header = base64url::header(header)?;
        let alg = header.text("alg").ok_or(JoseError::Malformed("'alg'"))?;
        Ok(Self {
            alg: alg.to_owned(),
            header,
            payload: base64url::decode(payload).ok_or(JoseError::Malformed("the payload"))?,
            signing_input,
            signature: base64url::decode(signature).ok_or(JoseError::Malformed("the signature"))?,
        })
    }

    pub fn alg(&self) -> &str {
        &self.alg
    }

    pub fn kid(&self) -> Option<&str> {
        self.header.text("kid")
    }

    /// Whether `alg` is `none` and the signature is empty (RFC 7515 §A.5). An unsigned JWS verifies with no key.
    pub fn is_unsigned(&self) -> bool {
        self.alg == "none" && self.signature.is_empty()
    }

    /// The payload as JWT claims (RFC 7519); `None` if it is not a JSON object.
    pub fn claims(&self) -> Option<Object> {
        serde_json::from_slice(&self.payload).ok()
    }

    /// Verifies the signature. Fails if the type, `use` or `alg` of the key does not fit the algorithm.
    pub fn verify(&self, key: &Jwk) -> bool {
        let message = self.signing_input.as_bytes();
        let Some(algorithm) = SignatureAlgorithm::from_name(&self.alg) else {
            return false;
        };
        if !(algorithm.fits(key) && key.permits("sig", &self.alg)) {
            return false;
        }
        match (algorithm, key.material()) {
            (SignatureAlgorithm::Hmac(algorithm), Material::Symmetric(secret)) => {
                let secret = hmac::Key::new(algorithm, secret);
                hmac::verify(&secret, message, &self.signature).is_ok()
            }
            (SignatureAlgorithm::Rsa(_, parameters), Material::Rsa { public, .. }) => {
                public.verify(parameters, message, &self.signature).is_ok()
            }
            (SignatureAlgorithm::Curve(curve), Material::Curve { public, .. }) => {
                curve.verification().is_some_and(|algorithm| {
                    UnparsedPublicKey::new(algorithm, public)
                        .verify(message, &self.signature)
                        .is_ok()
                })
            }
            _ => false,
        }
    }
}

fn signature(
    alg: &str,
    algorithm: SignatureAlgorithm,
    key: &Jwk,
    message: &[u8],
) -> Result<Vec<u8>, JoseError> {
    match (algorithm, key.material()) {
        (SignatureAlgorithm::Hmac(algorithm), Material::Symmetric(secret)) => {
            let secret = hmac::Key::new(algorithm, secret);
            Ok(hmac::sign(&secret, message).as_ref().to_vec())
        }
        (
            SignatureAlgorithm::Rsa(encoding, _),
            Material::Rsa {
                public,
                private: Some(private),
            },
        ) => {
            // The private key follows from the public one.
            let input = [alg.as_bytes(), &public.n, &public.e, message];
            replay::once("RSA signature", &input, || {
                rsa_signature(private, encoding, message)
            })
        }
        (
            SignatureAlgorithm::Curve(curve),
            Material::Curve {
                public,
                private: Some(private),
                ..
            },
        ) => {
            let signer = private.signer(curve, public).ok_or(JoseError::WrongKey)?;
            let input = [alg.as_bytes(), public, message];
            replay::once("curve signature", &input, || {
                curve_signature(signer, message)
            })
        }
        _ => Err(JoseError::WrongKey),
    }
}

fn rsa_signature(
    key: &RsaKeyPair,
    encoding: &'static dyn aws_lc_rs::signature::RsaEncoding,
    message: &[u8],
) -> Result<Vec<u8>, JoseError> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &SystemRandom::new(), message, &mut signature)?;
    Ok(signature)
}

fn curve_signature(signer: &CurveSigner, message: &[u8]) -> Result<Vec<u8>, JoseError> {
    let signature = match signer {
        CurveSigner::Ecdsa(pair) => pair.sign(&SystemRandom::new(), message)?,
        CurveSigner::Ed25519(pair) => pair.try_sign(message)?,
    };
    Ok(signature.as_ref().to_vec())
}

#[cfg(test)]
mod tests;
