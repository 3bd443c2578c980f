//! X.509 certificates of clients and callers.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::digest::Digest;

/// A parsed certificate.
#[derive(Debug)]
pub struct ClientCertificate {
    der: Vec<u8>,
    certificate: Certificate,
}

impl ClientCertificate {
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_der(decode(text)?)
    }

    pub fn from_der(der: Vec<u8>) -> Option<Self> {
        let certificate = Certificate::from_der(&der).ok()?;
        Some(Self { der, certificate })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        Digest::of_bytes(&self.der).to_string()
    }

    /// The decoded certificate.
    pub fn content(&self) -> &Certificate {
        &self.certificate
    }
}

/// Decodes a certificate to DER. Accepts PEM with or without line breaks and BEGIN and END lines, percent-encoded PEM as
/// from nginx, and base64 between colons as in a `Client-Cert` header (RFC 9440 §2.1).
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    let content = match text.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----")?.0,
        None => text.trim().trim_matches(':'),
    };
    let base64: String = content.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(base64).ok()
}
