//! Errors of keys, signatures and encryption. No error contains a secret.

use std::fmt;

/// Why a JWK is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// Not a JWK Set.
    NotASet,
    /// A key type that neither RFC 7518 nor RFC 8037 defines.
    UnknownType,
    /// A required member is missing or not a string.
    Missing(&'static str),
    /// A member with an invalid value.
    Malformed(&'static str),
    /// Members that do not form a valid key, such as a point that is not on the curve.
    Inconsistent,
}

/// Why a JWS or JWE cannot be parsed, created or decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoseError {
    /// The algorithm is not supported.
    Unsupported(String),
    /// The key does not fit the algorithm.
    WrongKey,
    /// A part is invalid.
    Malformed(&'static str),
    /// The header has `crit`, and no extension is supported.
    Critical,
    /// The maximum length is exceeded.
    TooLong,
    /// The cryptographic operation itself failed.
    Failed,
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASet => formatter.write_str("not a JWK set: no object with an array 'keys'"),
            Self::UnknownType => formatter.write_str("the JWK has an unknown 'kty'"),
            Self::Missing(member) => write!(formatter, "the JWK lacks '{member}'"),
            Self::Malformed(member) => write!(formatter, "'{member}' of the JWK is malformed"),
            Self::Inconsistent => {
                formatter.write_str("the members of the JWK do not form a valid key")
            }
        }
    }
}

impl fmt::Display for JoseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(algorithm) => {
                write!(formatter, "the algorithm '{algorithm}' is not supported")
            }
            Self::WrongKey => formatter.write_str("the key does not fit the algorithm"),
            Self::Malformed(part) => write!(formatter, "{part} is malformed"),
            Self::Critical => {
                formatter.write_str("the header has 'crit', but no extension is supported")
            }
            Self::TooLong => formatter.write_str("the JWT is too long"),
            Self::Failed => formatter.write_str("the cryptographic operation failed"),
        }
    }
}

impl std::error::Error for KeyError {}
impl std::error::Error for JoseError {}

/// `aws_lc_rs` gives no reason for failures.
impl From<aws_lc_rs::error::Unspecified> for JoseError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Failed
    }
}

impl From<aes_kw::Error> for JoseError {
    fn from(_: aes_kw::Error) -> Self {
        Self::Failed
    }
}

impl From<aes_kw::cipher::InvalidLength> for JoseError {
    fn from(_: aes_kw::cipher::InvalidLength) -> Self {
        Self::Failed
    }
}
