//! User codes (RFC 8628 §6.1).

use crate::random::{self, Error};

const CONSONANTS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const DIGITS: &[u8] = b"0123456789";
const MAX_LENGTH: usize = 255;

/// Generates a code with a character set and a length. The length 0 means the default.
pub fn generate(charset: Option<&str>, length: i64) -> Result<String, Error> {
    let (characters, usual_length) = match charset {
        Some("NUMERIC") => (DIGITS, 9),
        _ => (CONSONANTS, 8),
    };
    let length = usize::try_from(length).ok();
    let length = length.filter(|length| *length > 0).unwrap_or(usual_length);
    random::characters(characters, length.min(MAX_LENGTH))
}

/// Normalizes a code that a user typed: ignores case and separators.
pub fn normalize(text: &str) -> String {
    let characters = text.chars().filter(char::is_ascii_alphanumeric);
    characters
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_separators_of_a_typed_code_are_ignored() {
        assert_eq!(normalize("wdjb-mjht"), "WDJBMJHT");
        assert_eq!(normalize(" 019 450 730\n"), "019450730");
        assert_eq!(normalize("äöü"), "");
    }
}
