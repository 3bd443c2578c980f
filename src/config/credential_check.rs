//! Validation of credentials, to detect copy-and-paste mistakes early.

/// A check, and the error message if it applies.
type Rule = (fn(&str) -> bool, &'static str);

/// Common mistakes when a value is copied from a console, a shell or a file, the more specific first.
const COPY_MISTAKES: [Rule; 4] = [
    (
        is_quoted,
        "has quotation marks around it: docker --env-file and some shells keep them",
    ),
    (
        has_comment,
        "has a comment after it: docker --env-file keeps comments",
    ),
    (
        |text| {
            text.chars()
                .any(|c| c.is_ascii_whitespace() || c.is_ascii_control())
        },
        "has whitespace or a control character in it",
    ),
    (
        |text| !text.is_ascii(),
        "has a non-ASCII character in it, perhaps an invisible one",
    ),
];

/// Checks that a text is a valid access token (RFC 6750 §2.1).
pub(super) fn check_token(text: &str) -> Result<(), &'static str> {
    if has_scheme(text) {
        return Err("must be only the token, without `Bearer` or `DPoP` before it");
    }
    check_copied(text)?;
    let is_token = text
        .trim_end_matches('=')
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    match is_token {
        true => Ok(()),
        false => Err("has a character that is not allowed in an access token (RFC 6750 §2.1)"),
    }
}

/// Checks that a text can be the secret of an API key.
pub(super) fn check_secret(text: &str) -> Result<(), &'static str> {
    if has_scheme(text) {
        return Err("must be only the secret, without `Basic` before it");
    }
    check_copied(text)
}

fn check_copied(text: &str) -> Result<(), &'static str> {
    match COPY_MISTAKES.iter().find(|(applies, _)| applies(text)) {
        Some((_, reason)) => Err(reason),
        None => Ok(()),
    }
}

fn has_scheme(text: &str) -> bool {
    let first = text.split_once(|c: char| c.is_ascii_whitespace());
    first.is_some_and(|(scheme, _)| {
        ["authorization:", "basic", "bearer", "dpop"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

fn is_quoted(text: &str) -> bool {
    const QUOTES: [char; 8] = ['"', '\'', '`', '“', '”', '‘', '’', '„'];
    text.starts_with(QUOTES) && text.ends_with(QUOTES)
}

fn has_comment(text: &str) -> bool {
    let rest = text.split_once(|c: char| c.is_ascii_whitespace());
    rest.is_some_and(|(_, rest)| rest.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "dnzK-3o_v.~+/x0==";

    #[test]
    fn token_of_rfc_6750_is_accepted() {
        for text in [TOKEN, "t", "a.b.c", "5b4f+/=="] {
            assert_eq!(check_token(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn token_with_other_characters_is_rejected_with_the_reason() {
        for (text, reason) in [
            (format!("Bearer {TOKEN}"), "without `Bearer`"),
            (format!("bearer\t{TOKEN}"), "without `Bearer`"),
            (format!("DPoP {TOKEN}"), "without `Bearer`"),
            (format!("Authorization: Bearer {TOKEN}"), "without `Bearer`"),
            (format!("\"{TOKEN}\""), "quotation marks"),
            (format!("'{TOKEN}'"), "quotation marks"),
            (format!("“{TOKEN}”"), "quotation marks"),
            (format!("{TOKEN} # of the test service"), "a comment"),
            (format!("{TOKEN}\t#x"), "a comment"),
            (format!("{TOKEN} {TOKEN}"), "whitespace"),
            (format!("{TOKEN}\n{TOKEN}"), "whitespace"),
            (format!("{TOKEN}\0"), "whitespace or a control"),
            (format!("\u{200b}{TOKEN}"), "non-ASCII"),
            (format!("{TOKEN}\u{a0}{TOKEN}"), "non-ASCII"),
            (format!("\u{feff}{TOKEN}"), "non-ASCII"),
            (format!("{TOKEN}…"), "non-ASCII"),
            ("a=b".to_owned(), "RFC 6750"),
            ("${TOKEN}".to_owned(), "RFC 6750"),
            ("<token>".to_owned(), "RFC 6750"),
        ] {
            let refused = check_token(&text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }

    #[test]
    fn secret_of_visible_ascii_is_accepted_and_others_are_rejected() {
        for text in ["s", "a:b", "basic:x", "'abc", "abc\"", "$!\\%#x", TOKEN] {
            assert_eq!(check_secret(text), Ok(()), "{text}");
        }
        for text in ["\"s\"", "s # x", "a b", "s\u{200b}", "é", "Basic czpz"] {
            assert!(check_secret(text).is_err(), "{text}");
        }
    }
}
