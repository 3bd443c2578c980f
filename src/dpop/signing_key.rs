//! Keys that sign proofs.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair, RsaSignatureEncoding};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::SigningError;

/// A private key, and the header of the proofs that it signs.
pub(crate) struct SigningKey {
    /// Encoded; it is the same in each proof.
    header: String,
    private: PrivateKey,
}

/// aws-lc overwrites the memory of a key when it is dropped.
pub(super) enum PrivateKey {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static RsaSignatureEncoding),
}

impl SigningKey {
    pub(super) fn new(private: PrivateKey, header: &serde_json::Value) -> Self {
        Self {
            header: BASE64_URL_SAFE_NO_PAD.encode(header.to_string()),
            private,
        }
    }

    /// A JWT of these claims, in the compact serialization (RFC 7515 §3.1).
    pub(super) fn sign_jwt(&self, claims: &[u8]) -> Result<String, SigningError> {
        let mut jwt = format!("{}.{}", self.header, BASE64_URL_SAFE_NO_PAD.encode(claims));
        let signature = self
            .private
            .sign(jwt.as_bytes())
            .map_err(|_| SigningError)?;
        jwt.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut jwt);
        Ok(jwt)
    }
}

impl PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match self {
            Self::Ecdsa(key) => Ok(key.sign(&random, message)?.as_ref().to_vec()),
            Self::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
            Self::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, message, &mut signature)?;
                Ok(signature)
            }
        }
    }
}
