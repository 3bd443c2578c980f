//! Signs, verifies and encrypts JWTs, independently of the emulator's code.
//!
//! `tests/oracles` does the same with third-party packages. Here, a crate would have to bring OpenSSL to `cargo test` on each
//! platform: no other one has all of these algorithms.
#![allow(dead_code, reason = "each test file uses a part of it")]

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey as Peer};
use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
    ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use aws_lc_rs::{digest, error, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A key of a client, on the curve P-256.
pub struct Key(EcdsaKeyPair);

impl Key {
    pub fn generate() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// The key of a certificate.
    pub fn from_pkcs8(der: &[u8]) -> Self {
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).unwrap())
    }

    /// The public key.
    pub fn jwk(&self) -> Value {
        jwk_at(self.0.public_key().as_ref())
    }

    /// The private key.
    pub fn private_jwk(&self) -> Value {
        let mut jwk = self.jwk();
        let private = self.0.private_key().as_be_bytes().unwrap();
        jwk["d"] = encode(private.as_ref()).into();
        jwk
    }

    /// The JWK Set to register.
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.jwk()] }).to_string()
    }

    /// A JWT signed with ES256.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&json!({ "alg": "ES256" }), claims)
    }

    /// A JWT signed with ES256, with a custom header, which may name another algorithm.
    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        signed(header, claims, |input| {
            let signature = self.0.sign(&SystemRandom::new(), input).unwrap();
            signature.as_ref().to_vec()
        })
    }
}

/// A JWT signed with HS256.
pub fn hmac(secret: &[u8], claims: &Value) -> String {
    hmac_with(&json!({ "alg": "HS256" }), secret, claims)
}

/// A JWT signed with HS256, with a custom header.
pub fn hmac_with(header: &Value, secret: &[u8], claims: &Value) -> String {
    signed(header, claims, |input| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::sign(&key, input).as_ref().to_vec()
    })
}

/// A JWT without a signature.
pub fn unsigned(claims: &Value) -> String {
    signed(&json!({ "alg": "none" }), claims, |_| Vec::new())
}

/// The header and the claims.
pub fn parts(jwt: &str) -> (Value, Value) {
    let mut parts = jwt.split('.').map(decode);
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

/// Verifies a JWT with a key of the JWK Set and returns its claims.
pub fn verified(jwt: &str, jwks: &Value) -> Value {
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let (input, signature) = (input.as_bytes(), decode(signature));
    let (header, claims) = parts(jwt);
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let member = |name: &str| decode(key[name].as_str().unwrap());
    let rsa = |parameters: &RsaParameters| {
        let (n, e) = (member("n"), member("e"));
        RsaPublicKeyComponents { n, e }.verify(parameters, input, &signature)
    };
    let ecdsa = |algorithm, crv: &str| {
        assert_eq!(key["crv"], crv);
        UnparsedPublicKey::new(algorithm, point(key)).verify(input, &signature)
    };
    let verified = match header["alg"].as_str().unwrap() {
        "RS256" => rsa(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => rsa(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => rsa(&RSA_PKCS1_2048_8192_SHA512),
        "PS256" => rsa(&RSA_PSS_2048_8192_SHA256),
        "PS384" => rsa(&RSA_PSS_2048_8192_SHA384),
        "PS512" => rsa(&RSA_PSS_2048_8192_SHA512),
        "ES256" => ecdsa(&ECDSA_P256_SHA256_FIXED, "P-256"),
        "ES384" => ecdsa(&ECDSA_P384_SHA384_FIXED, "P-384"),
        "ES512" => ecdsa(&ECDSA_P521_SHA512_FIXED, "P-521"),
        "ES256K" => ecdsa(&ECDSA_P256K1_SHA256_FIXED, "secp256k1"),
        "EdDSA" => UnparsedPublicKey::new(&ED25519, member("x")).verify(input, &signature),
        other => panic!("{other}"),
    };
    verified.unwrap();
    claims
}

/// Verifies a JWT that is signed with a secret (HMAC) and returns its claims.
pub fn verified_by_secret(jwt: &str, secret: &str) -> Value {
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let (header, claims) = parts(jwt);
    let algorithm = match header["alg"].as_str().unwrap() {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        other => panic!("{other}"),
    };
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    hmac::verify(&key, input.as_bytes(), &decode(signature)).unwrap();
    claims
}

/// Encrypts to a public key by `ECDH-ES` and `A256GCM` (RFC 7518 §4.6, §5.3).
pub fn encrypt(jwk: &Value, plaintext: &str) -> String {
    let random = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap();
    let epk = jwk_at(own.compute_public_key().unwrap().as_ref());
    let peer = Peer::new(&ECDH_P256, point(jwk));
    let key = agreement::agree_ephemeral(own, peer, error::Unspecified, |secret| {
        let mut input = vec![0, 0, 0, 1];
        input.extend(secret);
        for text in ["A256GCM", "", ""] {
            input.extend((text.len() as u32).to_be_bytes());
            input.extend(text.bytes());
        }
        input.extend(256_u32.to_be_bytes());
        Ok(digest::digest(&digest::SHA256, &input))
    });
    let header = json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": epk, "kid": jwk["kid"] });
    sealed(&header, &[], key.unwrap().as_ref(), plaintext)
}

/// Encrypts by `dir` and `A256GCM` with a key derived from the client secret.
pub fn encrypt_with_secret(secret: &str, plaintext: &str) -> String {
    let key = digest::digest(&digest::SHA256, secret.as_bytes());
    let header = json!({ "alg": "dir", "enc": "A256GCM" });
    sealed(&header, &[], key.as_ref(), plaintext)
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The left half of a SHA-256 digest: `at_hash`, `c_hash`, `s_hash`.
pub fn half_hash(text: &str) -> String {
    half_hash_by(&digest::SHA256, text)
}

/// The left half of a digest.
pub fn half_hash_by(algorithm: &'static digest::Algorithm, text: &str) -> String {
    let digest = digest::digest(algorithm, text.as_bytes());
    let half = algorithm.output_len() / 2;
    encode(&digest.as_ref()[..half])
}

/// A JWT signed by a function.
pub fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let input = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let signature = encode(sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// A JWE by `A256GCM`, with the content encryption key in plain and encrypted.
pub fn sealed(header: &Value, encrypted_key: &[u8], key: &[u8], plaintext: &str) -> String {
    let header = encode(header.to_string());
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let iv = [7; 12];
    let mut text = plaintext.as_bytes().to_vec();
    let nonce = Nonce::assume_unique_for_key(iv);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut text);
    let tag = tag.unwrap();
    let encrypted_key = encode(encrypted_key);
    let parts = [encode(iv), encode(text), encode(tag)];
    format!("{header}.{encrypted_key}.{}", parts.join("."))
}

pub fn jwk_at(point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
}

pub fn point(jwk: &Value) -> Vec<u8> {
    let member = |name: &str| decode(jwk[name].as_str().unwrap());
    [vec![4], member("x"), member("y")].concat()
}
