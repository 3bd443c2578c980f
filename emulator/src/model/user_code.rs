//! User codes (RFC 8628 §6.1).

use crate::random::{self, Error};

const CONSONANTS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const DIGITS: &[u8] = b"0123456789";
const LONGEST: usize = 255;

/// A new code, of the characters and of the length that the service wants. The length 0 means the usual one.
pub fn generate(charset: Option<&str>, length: i64) -> Result<String, Error> {
    let (characters, usual_length) = match charset {
        Some("NUMERIC") => (DIGITS, 9),
        _ => (CONSONANTS, 8),
    };
    let length = usize::try_from(length).ok();
    let length = length.filter(|length| *length > 0).unwrap_or(usual_length);
    random::characters(characters, length.min(LONGEST))
}

/// A code as a person typed it, who cares little for case and separators, as it was issued.
pub fn typed(text: &str) -> String {
    let characters = text.chars().filter(char::is_ascii_alphanumeric);
    characters
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_forgiven() {
        assert_eq!(typed("wdjb-mjht"), "WDJBMJHT");
        assert_eq!(typed(" 019 450 730\n"), "019450730");
        assert_eq!(typed("äöü"), "");
    }
}
