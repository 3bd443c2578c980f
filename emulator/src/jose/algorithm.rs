//! Signature algorithms and their keys.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaParameters,
};

use super::curve::Curve;
use super::key::{Jwk, Material};

/// A signature algorithm of JWS (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2).
#[derive(Clone, Copy)]
pub enum SignatureAlgorithm {
    Hmac(hmac::Algorithm),
    Rsa(&'static dyn RsaEncoding, &'static RsaParameters),
    /// ECDSA or EdDSA, depending on the curve.
    Curve(Curve),
}

/// Whether an algorithm uses a shared secret.
pub fn is_symmetric(alg: &str) -> bool {
    matches!(
        SignatureAlgorithm::from_name(alg),
        Some(SignatureAlgorithm::Hmac(_))
    )
}

impl SignatureAlgorithm {
    /// Parses an `alg`. Returns `None` for `none` and for unknown algorithms.
    pub fn from_name(alg: &str) -> Option<Self> {
        Some(match alg {
            "HS256" => Self::Hmac(hmac::HMAC_SHA256),
            "HS384" => Self::Hmac(hmac::HMAC_SHA384),
            "HS512" => Self::Hmac(hmac::HMAC_SHA512),
            "RS256" => Self::Rsa(&RSA_PKCS1_SHA256, &RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Self::Rsa(&RSA_PKCS1_SHA384, &RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Self::Rsa(&RSA_PKCS1_SHA512, &RSA_PKCS1_2048_8192_SHA512),
            "PS256" => Self::Rsa(&RSA_PSS_SHA256, &RSA_PSS_2048_8192_SHA256),
            "PS384" => Self::Rsa(&RSA_PSS_SHA384, &RSA_PSS_2048_8192_SHA384),
            "PS512" => Self::Rsa(&RSA_PSS_SHA512, &RSA_PSS_2048_8192_SHA512),
            "ES256" => Self::Curve(Curve::P256),
            "ES384" => Self::Curve(Curve::P384),
            "ES512" => Self::Curve(Curve::P521),
            "ES256K" => Self::Curve(Curve::Secp256k1),
            "EdDSA" => Self::Curve(Curve::Ed25519),
            _ => return None,
        })
    }

    /// Whether the key has the type, curve and length that the algorithm requires.
    pub fn fits(self, key: &Jwk) -> bool {
        match (self, key.material()) {
            // RFC 7518 §3.2: a key of the size of the hash output or larger.
            (Self::Hmac(algorithm), Material::Symmetric(secret)) => {
                secret.len() >= algorithm.digest_algorithm().output_len()
            }
            (Self::Rsa(..), Material::Rsa { .. }) => true,
            (Self::Curve(wanted), Material::Curve { curve, .. }) => wanted == *curve,
            _ => false,
        }
    }
}
