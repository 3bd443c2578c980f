//! Random values from the system's generator. A repeated call gets the same ones.

use std::{fmt, io};

use aws_lc_rs::{constant_time, rand};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::replay;

/// The random number generator failed.
#[derive(Debug, Clone, Copy)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the random number generator failed")
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

/// A token, code or ticket: 256 bits, 43 characters.
pub fn token() -> Result<String, Error> {
    text::<32>()
}

/// A client secret: 512 bits, 86 characters, which is the longest that Authlete allows.
pub fn client_secret() -> Result<String, Error> {
    text::<64>()
}

/// An API key or a client ID: more than 32 bits, but exact as a floating-point number.
pub fn number() -> Result<i64, Error> {
    const LEAST: i64 = 10_000_000_000_000;
    const RANGE: u64 = 90_000_000_000_000;
    let offset = integer()? % RANGE;
    Ok(LEAST.saturating_add_unsigned(offset))
}

/// A text of random characters from an alphabet.
pub fn characters(alphabet: &[u8], length: usize) -> Result<String, Error> {
    let character = |_| {
        let index = integer()?.checked_rem(alphabet.len() as u64);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let byte = index.and_then(|index| alphabet.get(index));
        Ok(byte.map(|byte| char::from(*byte)))
    };
    let characters = (0..length).map(character);
    characters.filter_map(Result::transpose).collect()
}

/// Whether two secrets are equal, compared in constant time.
pub fn constant_time_eq(left: &str, right: &str) -> bool {
    constant_time::verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// Random bytes.
pub fn bytes<const COUNT: usize>() -> Result<[u8; COUNT], Error> {
    let bytes = replay::once("random bytes", &[&COUNT.to_ne_bytes()], || {
        let mut bytes = vec![0; COUNT];
        rand::fill(&mut bytes).map(|()| bytes).map_err(|_| Error)
    })?;
    bytes.try_into().map_err(|_| Error)
}

fn integer() -> Result<u64, Error> {
    bytes().map(u64::from_ne_bytes)
}

fn text<const BYTES: usize>() -> Result<String, Error> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes::<BYTES>()?))
}
