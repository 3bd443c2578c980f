//! The X.509 certificate of a client from mutual TLS (RFC 8705), as TLS terminators forward it.

use std::net::IpAddr;
use std::str::FromStr as _;

use authlete::types::ClientAuthMethod;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use super::certificate_chain;
use super::certificate_key;
use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::certificate::{ClientCertificate, decode};
use crate::jose::{Jwk, JwkSet};
use crate::json::ObjectExt;
use crate::result_code::{
    CLIENT_CERTIFICATE_KEY_MISSING, CLIENT_CERTIFICATE_MALFORMED,
    CLIENT_CERTIFICATE_NAME_NOT_REGISTERED, CLIENT_CERTIFICATE_NOT_REGISTERED,
    CLIENT_CERTIFICATE_SAN_DNS, CLIENT_CERTIFICATE_SAN_EMAIL, CLIENT_CERTIFICATE_SAN_IP,
    CLIENT_CERTIFICATE_SAN_URI, CLIENT_CERTIFICATE_SUBJECT_DN, CLIENT_CERTIFICATE_UNTRUSTED,
    ResultCode, TRUSTED_ROOTS_MISSING, client_certificate_malformed,
};
use crate::settings::ClientSettings;
use crate::store::{Client, Service};

impl ClientCertificate {
    /// The certificate of a request, if it has one.
    pub fn presented(call: &Call) -> Result<Option<Self>, OAuthError> {
        let Some(text) = call.body.text("clientCertificate") else {
            return Ok(None);
        };
        let certificate = Self::parse(text);
        let malformed = client_certificate_malformed(call.operation);
        let malformed = OAuthError::invalid_request(malformed);
        certificate.ok_or(malformed).map(Some)
    }

    /// Verifies that the certificate authenticates the client.
    pub fn authenticate(
        &self,
        method: &ClientAuthMethod,
        call: &Call,
        service: &Service,
        client: &Client,
    ) -> Result<(), OAuthError> {
        let identified = match method {
            ClientAuthMethod::SelfSignedTlsClientAuth => self.is_registered(&client.settings),
            _ => self.names(&client.settings),
        };
        identified.map_err(OAuthError::invalid_client)?;
        let is_chain_checked = *method == ClientAuthMethod::TlsClientAuth
            && service.settings.mutual_tls_validate_pki_cert_chain();
        match is_chain_checked {
            true => self.is_trusted(call, service),
            false => Ok(()),
        }
    }

    /// Checks the subject name or alternative name that the client registered (RFC 8705 §2.1.2).
    fn names(&self, client: &ClientSettings) -> Result<(), ResultCode> {
        let has = |is_it: &dyn Fn(&GeneralName) -> bool| self.other_names().iter().any(is_it);
        let (is_named, code) = if let Some(expected) = client.tls_client_auth_subject_dn() {
            let subject = self.content().tbs_certificate().subject();
            (
                is_same_name(subject, expected),
                CLIENT_CERTIFICATE_SUBJECT_DN,
            )
        } else if let Some(expected) = client.tls_client_auth_san_dns() {
            let is_it = |name: &GeneralName| matches!(name, GeneralName::DnsName(dns) if dns.as_str().eq_ignore_ascii_case(expected));
            (has(&is_it), CLIENT_CERTIFICATE_SAN_DNS)
        } else if let Some(expected) = client.tls_client_auth_san_uri() {
            let is_it = |name: &GeneralName| matches!(name, GeneralName::UniformResourceIdentifier(uri) if uri.as_str() == expected);
            (has(&is_it), CLIENT_CERTIFICATE_SAN_URI)
        } else if let Some(expected) = client.tls_client_auth_san_ip() {
            let expected = expected.parse::<IpAddr>();
            let is_it = |name: &GeneralName| matches!((name, &expected), (GeneralName::IpAddress(ip), Ok(expected)) if is_address(ip.as_bytes(), *expected));
            (has(&is_it), CLIENT_CERTIFICATE_SAN_IP)
        } else if let Some(expected) = client.tls_client_auth_san_email() {
            let is_it = |name: &GeneralName| matches!(name, GeneralName::Rfc822Name(email) if email.as_str().eq_ignore_ascii_case(expected));
            (has(&is_it), CLIENT_CERTIFICATE_SAN_EMAIL)
        } else {
            (false, CLIENT_CERTIFICATE_NAME_NOT_REGISTERED)
        };
        match is_named {
            true => Ok(()),
            false => Err(code),
        }
    }

    fn other_names(&self) -> Vec<GeneralName> {
        let names = self.content().tbs_certificate().get_extension();
        let names: Option<(bool, SubjectAltName)> = names.ok().flatten();
        names.map(|(_, names)| names.0).unwrap_or_default()
    }

    /// Checks that the client's `jwks` has the certificate, or at least its key (RFC 8705 §2.2.2).
    fn is_registered(&self, client: &ClientSettings) -> Result<(), ResultCode> {
        let keys = client.jwks().map(JwkSet::keys).unwrap_or_default();
        let wanted = client.self_signed_certificate_key_id();
        let mut keys = keys
            .iter()
            .filter(|key| wanted.is_none() || key.kid() == wanted)
            .peekable();
        if keys.peek().is_none() {
            return Err(CLIENT_CERTIFICATE_KEY_MISSING);
        }
        let own = self.key().map(|key| key.thumbprint());
        let is_registered = keys.any(|key| match key.json().texts("x5c") {
            Some(chain) => chain
                .first()
                .is_some_and(|first| decode(first).as_deref() == Some(self.der())),
            None => own.is_some() && own == Some(key.thumbprint()),
        });
        match is_registered {
            true => Ok(()),
            false => Err(CLIENT_CERTIFICATE_NOT_REGISTERED),
        }
    }

    /// The public key.
    pub fn key(&self) -> Option<Jwk> {
        certificate_key::of(self.content())
    }

    fn is_trusted(&self, call: &Call, service: &Service) -> Result<(), OAuthError> {
        let malformed = OAuthError::invalid_request(CLIENT_CERTIFICATE_MALFORMED);
        let path = call.body.texts("clientCertificatePath").unwrap_or_default();
        let path: Option<Vec<_>> = path.into_iter().map(decode).collect();
        let roots = service.settings.trusted_root_certificates();
        let roots: Vec<_> = roots
            .unwrap_or_default()
            .into_iter()
            .filter_map(decode)
            .collect();
        let path = path.ok_or(malformed)?;
        if roots.is_empty() {
            return Err(OAuthError::invalid_client(TRUSTED_ROOTS_MISSING));
        }
        match certificate_chain::is_trusted(self.der(), path, roots, call.now) {
            true => Ok(()),
            false => Err(OAuthError::invalid_client(CLIENT_CERTIFICATE_UNTRUSTED)),
        }
    }
}

fn is_address(bytes: &[u8], expected: IpAddr) -> bool {
    match expected {
        IpAddr::V4(address) => address.octets() == bytes,
        IpAddr::V6(address) => address.octets() == bytes,
    }
}

/// Compares names in the form of RFC 4514 by RFC 5280 §7.1, ignoring case and the number of spaces.
fn is_same_name(subject: &Name, expected: &str) -> bool {
    let normalize = |name: String| {
        let words: Vec<_> = name.split_whitespace().collect();
        words.join(" ").replace(", ", ",").to_lowercase()
    };
    let expected = Name::from_str(expected).map_or(expected.to_owned(), |name| name.to_string());
    normalize(subject.to_string()) == normalize(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The API refuses these names, but a seed can have them.
    #[test]
    fn malformed_name_is_not_that_of_a_subject() {
        let subject = Name::from_str("CN=client.example").unwrap();
        assert!(is_same_name(&subject, "cn=client.example"));
        for name in [
            "client.example",
            "=,=",
            "\\",
            "+",
            ",,,",
            "CN=\\",
            "CN=\\é",
            "CN=é\\",
            "CN=#",
            "CN=#0",
            "CN=#zz",
            "CN=#éé",
            "CN=\\zé",
            "é=é",
        ] {
            assert!(!is_same_name(&subject, name), "{name}");
        }
    }
}
