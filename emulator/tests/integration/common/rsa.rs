//! RSA keys: signing by PS256 or RS256, and encrypting by RSA1_5, independently of the emulator's code.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};

use super::jwt::{decode, encode, sealed, signed};

/// A signing key with 2048 bits.
pub struct RsaKey(RsaKeyPair);

impl RsaKey {
    pub fn generate() -> Self {
        Self(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        // RFC 8017 §A.1.1: the modulus comes first, and with 2048 bits it has a zero before it.
        jwk(&self.0.public_key().as_ref()[9..265])
    }

    /// A JWT signed with PS256.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_by("PS256", &RSA_PSS_SHA256, claims)
    }

    /// A JWT signed with RS256.
    pub fn sign_by_rs256(&self, claims: &Value) -> String {
        self.sign_by("RS256", &RSA_PKCS1_SHA256, claims)
    }

    fn sign_by(&self, alg: &str, encoding: &'static dyn RsaEncoding, claims: &Value) -> String {
        signed(&json!({ "alg": alg }), claims, |input| {
            let mut signature = vec![0; self.0.public_modulus_len()];
            let random = SystemRandom::new();
            let signing = self.0.sign(encoding, &random, input, &mut signature);
            signing.unwrap();
            signature
        })
    }
}

/// A public key with 1024 bits. No private key belongs to it.
pub fn short_jwk() -> Value {
    jwk(&[0xff; 128])
}

fn jwk(modulus: &[u8]) -> Value {
    json!({ "kty": "RSA", "n": encode(modulus), "e": "AQAB" })
}

/// Encrypts to a public key with 2048 bits by `RSA1_5` and `A256GCM`.
pub fn encrypt_by_rsa1_5(jwk: &Value, plaintext: &str) -> String {
    let content_key = [9; 32];
    // RFC 8017 §A.1: a SubjectPublicKeyInfo with the exponent 65537.
    let before = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
    let modulus = decode(jwk["n"].as_str().unwrap());
    let der = [decode(before), modulus, vec![2, 3, 1, 0, 1]].concat();
    let key = PublicEncryptingKey::from_der(&der).unwrap();
    let key = Pkcs1PublicEncryptingKey::new(key).unwrap();
    let mut encrypted = vec![0; key.ciphertext_size()];
    let encrypted = key.encrypt(&content_key, &mut encrypted).unwrap();
    let header = json!({ "alg": "RSA1_5", "enc": "A256GCM", "kid": jwk["kid"] });
    sealed(&header, encrypted, &content_key, plaintext)
}
