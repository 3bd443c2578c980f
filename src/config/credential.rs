//! What a credential can look like, so that one that was copied with something around it is refused at once.

/// A check of a text, and what is wrong where it applies.
type Rule = (fn(&str) -> bool, &'static str);

/// What gets into a value on its way from a console, a shell or a file, the more specific first.
const COPIED: [Rule; 4] = [
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
        "has a blank or a control character in it",
    ),
    (
        |text| !text.is_ascii(),
        "has a character in it that is not ASCII, perhaps an invisible one",
    ),
];

/// Whether a text can be an access token (RFC 6750 §2.1).
pub(super) fn check_token(text: &str) -> Result<(), &'static str> {
    if has_scheme(text) {
        return Err("must be the token alone, without `Bearer` or `DPoP` before it");
    }
    check_copied(text)?;
    let is_token = text
        .trim_end_matches('=')
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    match is_token {
        true => Ok(()),
        false => Err("has a character in it that no access token has (RFC 6750 §2.1)"),
    }
}

/// Whether a text can be the secret of a key.
pub(super) fn check_secret(text: &str) -> Result<(), &'static str> {
    if has_scheme(text) {
        return Err("must be the secret alone, without `Basic` before it");
    }
    check_copied(text)
}

fn check_copied(text: &str) -> Result<(), &'static str> {
    match COPIED.iter().find(|(applies, _)| applies(text)) {
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
    fn a_token_of_rfc_6750_is_taken() {
        for text in [TOKEN, "t", "a.b.c", "5b4f+/=="] {
            assert_eq!(check_token(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_around_a_token_or_in_it_is_refused_with_its_reason() {
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
            (format!("{TOKEN} {TOKEN}"), "a blank"),
            (format!("{TOKEN}\n{TOKEN}"), "a blank"),
            (format!("{TOKEN}\0"), "a blank or a control"),
            (format!("\u{200b}{TOKEN}"), "not ASCII"),
            (format!("{TOKEN}\u{a0}{TOKEN}"), "not ASCII"),
            (format!("\u{feff}{TOKEN}"), "not ASCII"),
            (format!("{TOKEN}…"), "not ASCII"),
            ("a=b".to_owned(), "RFC 6750"),
            ("${TOKEN}".to_owned(), "RFC 6750"),
            ("<token>".to_owned(), "RFC 6750"),
        ] {
            let refused = check_token(&text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }

    #[test]
    fn a_secret_of_visible_ascii_is_taken_and_others_are_refused() {
        for text in ["s", "a:b", "basic:x", "'abc", "abc\"", "$!\\%#x", TOKEN] {
            assert_eq!(check_secret(text), Ok(()), "{text}");
        }
        for text in ["\"s\"", "s # x", "a b", "s\u{200b}", "é", "Basic czpz"] {
            assert!(check_secret(text).is_err(), "{text}");
        }
    }
}
