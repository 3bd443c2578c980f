//! The syntax of distinguished names (RFC 4514 §3).

/// Whether a text is a distinguished name. Attribute types are not looked up: any short name or OID is one. Spaces around
/// separators are accepted, as earlier specifications allow them.
pub fn is_distinguished_name(text: &str) -> bool {
    let Some(attributes) = attributes(text) else {
        return false;
    };
    attributes.into_iter().all(|attribute| {
        let parts = attribute.split_once('=');
        parts.is_some_and(|(kind, value)| is_type(kind.trim_matches(' ')) && is_value(value))
    })
}

/// The attributes of all parts of a name. `None` if an escape is incomplete.
fn attributes(text: &str) -> Option<Vec<&str>> {
    let mut attributes = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next()?;
            }
            ',' | '+' => {
                attributes.push(text.get(start..index)?);
                start = index + character.len_utf8();
            }
            _ => {}
        }
    }
    attributes.push(text.get(start..)?);
    Some(attributes)
}

/// Whether a text is a short name, such as `CN`, or an OID.
fn is_type(text: &str) -> bool {
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name || is_oid(text)
}

fn is_oid(text: &str) -> bool {
    let is_number = |text: &str| {
        let is_canonical = text == "0" || !text.starts_with('0');
        is_canonical && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.contains('.') && text.split('.').all(is_number)
}

/// Whether a text is an attribute value: BER in hexadecimal, or characters with escapes.
fn is_value(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    match text.strip_prefix('#') {
        Some(digits) => {
            let digits = digits.trim_end_matches(' ').as_bytes();
            let is_even = digits.len().is_multiple_of(2);
            is_even && !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
        }
        None => is_string(text),
    }
}

fn is_string(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'\\' => match bytes.next() {
                Some(first) if first.is_ascii_hexdigit() => bytes
                    .next()
                    .is_some_and(|second| second.is_ascii_hexdigit()),
                escaped => escaped.is_some_and(|escaped| br##" "#=+,;<>\"##.contains(&escaped)),
            },
            byte => !b"\0\";<>".contains(&byte),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_form_of_rfc_4514_are_accepted() {
        for name in [
            "UID=jsmith,DC=example,DC=net",
            "OU=Sales+CN=J.  Smith,DC=example,DC=net",
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
            r"CN=Before\0dAfter,DC=example,DC=net",
            "1.3.6.1.4.1.1466.0=#04024869",
            r"CN=Lu\C4\8Di\C4\87",
            "CN=Lučić",
            "cn=client.example, o=Example Corp , c=JP",
            "CN=",
            "CN=a=b",
            r"CN=\#a\ ",
            "unheard-of=a",
        ] {
            assert!(is_distinguished_name(name), "{name}");
        }
    }

    #[test]
    fn malformed_names_are_refused() {
        for name in [
            "client.example",
            "=a",
            "/C=JP/CN=a",
            "CN=a,",
            ",CN=a",
            "CN=a++OU=b",
            "CN=a,b",
            "1=a",
            "1.=a",
            "1.02=a",
            "é=é",
            "C N=a",
            "CN=#",
            "CN=#0",
            "CN=#zz",
            "CN=#éé",
            "CN=\\",
            r"CN=\é",
            r"CN=\0",
            r"CN=\0z",
            "CN=a;O=b",
            "CN=\"a\"",
            "CN=<a>",
            "CN=a\0",
        ] {
            assert!(!is_distinguished_name(name), "{name}");
        }
    }
}
