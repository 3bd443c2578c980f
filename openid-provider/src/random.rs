//! Random values from the operating system.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// 128 random bits, in base64url.
pub fn text() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<16>())
}

/// # Panics
/// The operating system provides no random numbers.
pub fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).expect("the operating system provides random numbers");
    bytes
}
