//! URIs in settings.

use authlete::server::is_loopback_host;
use url::{ParseError, Url};

/// An absolute URI.
#[derive(Debug)]
pub struct Uri(Url);

/// Why a text is not an absolute URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAbsolute {
    Malformed,
    /// It is a relative reference (RFC 3986 §4.2).
    Relative,
}

impl Uri {
    /// Parses an absolute URI. Unlike the URL Standard, it refuses spaces and characters that must be percent-encoded.
    pub fn parse(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }

    /// The same as [`parse`](Self::parse), with the reason for a refusal.
    pub fn try_parse(text: &str) -> Result<Self, NotAbsolute> {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if !text.bytes().all(is_allowed) {
            return Err(NotAbsolute::Malformed);
        }
        Url::parse(text).map(Self).map_err(|error| {
            // The first segment of a relative path has no colon: what precedes a colon is a scheme.
            let segment = text.split(['/', '?', '#']).next();
            match error {
                ParseError::RelativeUrlWithoutBase
                    if !segment.is_some_and(|it| it.contains(':')) =>
                {
                    NotAbsolute::Relative
                }
                _ => NotAbsolute::Malformed,
            }
        })
    }

    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    pub fn host(&self) -> Option<&str> {
        self.0.host_str()
    }

    pub fn has_fragment(&self) -> bool {
        self.0.fragment().is_some()
    }

    pub fn has_query(&self) -> bool {
        self.0.query().is_some()
    }

    /// Whether the host is `localhost` or a loopback address (RFC 8252 §7.3).
    pub fn is_loopback(&self) -> bool {
        self.host().is_some_and(is_loopback_host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_and_invalid_uris_are_refused() {
        for text in [
            "https://a.example/b?c#d",
            "app:callback",
            "http://[::1]:80/",
        ] {
            assert!(Uri::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "/a",
            "a.example",
            "https://",
            " app:a",
            "app:a b",
            "app:{a}",
            "app:é",
        ] {
            assert!(Uri::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn relative_references_differ_from_malformed_uris() {
        for text in [
            "",
            "/a",
            "a.example",
            "//a.example/b",
            "?a:b",
            "#a",
            "a/b:c",
        ] {
            let refused = Uri::try_parse(text).unwrap_err();
            assert_eq!(refused, NotAbsolute::Relative, "{text}");
        }
        for text in [
            "https://",
            "1a:b",
            ":b",
            "/a b",
            "app:{a}",
            "/é",
            "https://a.example:port/",
        ] {
            let refused = Uri::try_parse(text).unwrap_err();
            assert_eq!(refused, NotAbsolute::Malformed, "{text}");
        }
    }

    #[test]
    fn localhost_and_loopback_addresses_are_loopback() {
        let is_loopback = |text| Uri::parse(text).unwrap().is_loopback();
        assert!(is_loopback("http://localhost/"));
        assert!(is_loopback("http://127.0.0.1:3000/"));
        assert!(is_loopback("http://[::1]/"));
        assert!(!is_loopback("http://localhost.example/"));
        assert!(!is_loopback("app:localhost"));
    }
}
