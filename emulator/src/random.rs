//! Random values from the system's generator.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use getrandom::Error;
use subtle::ConstantTimeEq;

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
    let offset = getrandom::u64()? % RANGE;
    Ok(LEAST.saturating_add_unsigned(offset))
}

/// A text of random characters from an alphabet.
pub fn characters(alphabet: &[u8], length: usize) -> Result<String, Error> {
    let character = |_| {
        let index = getrandom::u64()?.checked_rem(alphabet.len() as u64);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let byte = index.and_then(|index| alphabet.get(index));
        Ok(byte.map(|byte| char::from(*byte)))
    };
    let characters = (0..length).map(character);
    characters.filter_map(Result::transpose).collect()
}

/// Whether two secrets are equal, compared in constant time.
pub fn constant_time_eq(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn text<const BYTES: usize>() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
