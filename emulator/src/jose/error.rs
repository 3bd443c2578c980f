//! What can be wrong with a key, a signature or a ciphertext. No error repeats a secret.

use std::fmt;

/// Why something is not a usable JWK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// Not a JWK set at all.
    NotASet,
    /// A key type that RFC 7518 and RFC 8037 do not have.
    UnknownType,
    /// A member that the key type demands is absent or is no text.
    Missing(&'static str),
    /// A member that cannot be what it should be.
    Malformed(&'static str),
    /// The members do not make a key together.
    Inconsistent,
}

/// Why something was not signed, encrypted, decrypted or even read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoseError {
    /// No such algorithm here.
    Unsupported(String),
    /// The key does not fit the algorithm.
    WrongKey,
    /// A part that cannot be what it should be.
    Malformed(&'static str),
    /// The header has `crit`, and none of its extensions is known here.
    Critical,
    /// More than is read.
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
            Self::Inconsistent => formatter.write_str("the members of the JWK do not make a key"),
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
            Self::Critical => formatter.write_str("the header demands an unknown extension"),
            Self::TooLong => formatter.write_str("the JWT is too long"),
            Self::Failed => formatter.write_str("the cryptographic operation failed"),
        }
    }
}

impl std::error::Error for KeyError {}
impl std::error::Error for JoseError {}

/// The library does not say more than that it failed.
impl From<aws_lc_rs::error::Unspecified> for JoseError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Failed
    }
}
