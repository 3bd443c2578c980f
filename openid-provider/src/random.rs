//! Values that nobody can guess.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// 128 bits as text for URLs.
pub fn text() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<16>())
}

/// # Panics
/// The operating system has no random numbers: then there is no security either.
pub fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}
