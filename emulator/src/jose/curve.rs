//! Elliptic curves.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, ED25519, EcdsaSigningAlgorithm,
    VerificationAlgorithm,
};

/// A supported curve.
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
    /// Parses `kty` and `crv` (RFC 7518 §6.2.1.1, RFC 8037 §2, RFC 8812 §3.1).
    pub fn from_names(kty: &str, crv: &str) -> Option<Self> {
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

    /// The size of a coordinate and of a private key in bytes, including leading zeros (RFC 7518 §6.2.1.2).
    pub fn size(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 | Self::Ed25519 | Self::X25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The signature verification algorithm; `None` for X25519.
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

    /// The ECDSA signature algorithm; `None` for the curves without ECDSA.
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
