//! The certificates that a service trusts.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::check::Invalid;
use crate::json::{Members, Object};
use crate::protocol::client_certificate::{self, ClientCertificate};
use crate::result_code::TRUSTED_ROOT_MALFORMED;

/// Roots that a request may have with or without PEM markers, and an answer has with them.
const ATTESTER_ROOTS: [&str; 2] = ["clientAttesterRoots", "keyAttesterRoots"];

/// The length of a line in PEM (RFC 7468 §2).
const LINE: usize = 64;

/// Rewrites the roots of attesters as PEM.
pub fn write_as_pem(settings: &mut Object) {
    for name in ATTESTER_ROOTS {
        let roots = settings.get_mut(name).and_then(Value::as_array_mut);
        for root in roots.into_iter().flatten() {
            if let Some(der) = root.as_str().and_then(client_certificate::decode) {
                *root = pem(&der).into();
            }
        }
    }
}

fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for (index, character) in BASE64_STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END CERTIFICATE-----\n"
}

/// The roots for mutual TLS are certificates.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    const MEMBER: &str = "trustedRootCertificates";
    let roots = settings.texts(MEMBER).unwrap_or_default();
    let mut roots = roots.into_iter().map(ClientCertificate::parse);
    match roots.position(|root| root.is_none()) {
        Some(index) => Err(Invalid::new(
            MEMBER,
            TRUSTED_ROOT_MALFORMED,
            format_args!("the certificate at index {index} cannot be read"),
        )),
        None => Ok(()),
    }
}
