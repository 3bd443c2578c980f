//! The format of Authlete's result codes.

/// Whether a text is an upper-case letter and up to eight digits, such as `A001202`. Other text is not shown, because it
/// could be a secret.
pub(crate) fn is_result_code(text: &str) -> bool {
    let digits = text.strip_prefix(|first: char| first.is_ascii_uppercase());
    digits.is_some_and(|digits| {
        (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
