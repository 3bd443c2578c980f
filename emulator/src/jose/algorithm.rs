//! The signature algorithms by name, and the keys that they need.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, ED25519, EcdsaSigningAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaParameters, VerificationAlgorithm,
};

use super::key::{Jwk, Material};

/// A curve by its `crv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
    Ed25519,
    X25519,
}

impl Curve {
    /// The curve of a key type by its name (RFC 7518 §6.2.1.1, RFC 8037 §2, RFC 8812 §3.1).
    pub fn named(kty: &str, crv: &str) -> Option<Self> {
        match (kty, crv) {
            ("EC", "P-256") => Some(Self::P256),
            ("EC", "P-384") => Some(Self::P384),
            ("EC", "P-521") => Some(Self::P521),
            ("EC", "secp256k1") => Some(Self::Secp256k1),
            ("OKP", "Ed25519") => Some(Self::Ed25519),
            ("OKP", "X25519") => Some(Self::X25519),
            _ => None,
        }
    }

    /// `kty` and `crv`.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::P256 => ("EC", "P-256"),
            Self::P384 => ("EC", "P-384"),
            Self::P521 => ("EC", "P-521"),
            Self::Secp256k1 => ("EC", "secp256k1"),
            Self::Ed25519 => ("OKP", "Ed25519"),
            Self::X25519 => ("OKP", "X25519"),
        }
    }

    /// The bytes of a coordinate and of a private key, which are written in full (RFC 7518 §6.2.1.2).
    pub fn size(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 | Self::Ed25519 | Self::X25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The signatures made on the curve; `None` where there are none.
    pub fn verification(self) -> Option<&'static dyn VerificationAlgorithm> {
        match self {
            Self::P256 => Some(&ECDSA_P256_SHA256_FIXED),
            Self::P384 => Some(&ECDSA_P384_SHA384_FIXED),
            Self::P521 => Some(&ECDSA_P521_SHA512_FIXED),
            Self::Secp256k1 => Some(&ECDSA_P256K1_SHA256_FIXED),
            Self::Ed25519 => Some(&ED25519),
            Self::X25519 => None,
        }
    }

    /// How an ECDSA signature is made on the curve; `None` for the curves that have other signatures or none.
    pub fn ecdsa(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::P256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::P384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::P521 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
            Self::Secp256k1 => Some(&ECDSA_P256K1_SHA256_FIXED_SIGNING),
            Self::Ed25519 | Self::X25519 => None,
        }
    }
}

/// A signature algorithm by its `alg` (RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2).
#[derive(Clone, Copy)]
pub enum SignatureAlgorithm {
    Hmac(hmac::Algorithm),
    Rsa(&'static dyn RsaEncoding, &'static RsaParameters),
    /// ECDSA or EdDSA: the curve decides the rest.
    Curve(Curve),
}

/// Whether an algorithm signs with a shared secret.
pub fn is_symmetric(alg: &str) -> bool {
    matches!(
        SignatureAlgorithm::named(alg),
        Some(SignatureAlgorithm::Hmac(_))
    )
}

impl SignatureAlgorithm {
    /// The algorithm of a name; `None` for `none`, which signs nothing.
    pub fn named(alg: &str) -> Option<Self> {
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

    /// Whether the key is of the type, on the curve and of the length that the algorithm needs.
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
