//! Hosts that are this machine.

use std::net::IpAddr;

/// Whether the host of a URL is this machine: `localhost`, or a loopback address such as `127.0.0.1` or `[::1]`.
///
/// An issuer must be an `https` URL (OpenID Connect Discovery 1.0 §3). In development, `http` is safe on such a host, because
/// nothing leaves the machine. The name of another host is not looked up.
///
/// ```
/// use authlete::server::is_loopback_host;
///
/// let issuer: http::Uri = "http://localhost:3000".parse()?;
/// assert!(issuer.host().is_some_and(is_loopback_host));
/// assert!(!is_loopback_host("localhost.example.com"));
/// # Ok::<(), http::uri::InvalidUri>(())
/// ```
pub fn is_loopback_host(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_is_loopback_if_it_is_localhost_or_a_loopback_address() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in [
            "",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "192.0.2.1",
            "[2001:db8::1]",
        ] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
