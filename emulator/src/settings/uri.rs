//! URIs in settings.

use url::{Host, Url};

/// An absolute URI.
#[derive(Debug)]
pub struct Uri(Url);

impl Uri {
    /// Parses an absolute URI. Unlike the URL Standard, it refuses spaces and characters that must be percent-encoded.
    pub fn parse(text: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        let url = Url::parse(text).ok()?;
        text.bytes().all(is_allowed).then_some(Self(url))
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
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
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
    fn localhost_and_loopback_addresses_are_loopback() {
        let is_loopback = |text| Uri::parse(text).unwrap().is_loopback();
        assert!(is_loopback("http://localhost/"));
        assert!(is_loopback("http://127.0.0.1:3000/"));
        assert!(is_loopback("http://[::1]/"));
        assert!(!is_loopback("http://localhost.example/"));
        assert!(!is_loopback("app:localhost"));
    }
}
