//! The certificates that a service trusts.

use pem::{EncodeConfig, LineEnding, Pem};
use serde_json::Value;

use super::check::Invalid;
use crate::certificate::{self, ClientCertificate};
use crate::json::{Object, ObjectExt};
use crate::result_code::{ResultCode, SETTING_INVALID, TRUSTED_ROOT_MALFORMED};

/// Root certificates that requests may contain with or without PEM markers. Responses always have the markers.
const ATTESTER_ROOTS: [&str; 2] = ["clientAttesterRoots", "keyAttesterRoots"];

/// Converts the root certificates of attesters to PEM.
pub fn write_as_pem(settings: &mut Object) {
    for name in ATTESTER_ROOTS {
        let roots = settings.get_mut(name).and_then(Value::as_array_mut);
        for root in roots.into_iter().flatten() {
            if let Some(der) = root.as_str().and_then(certificate::decode) {
                *root = write(der).into();
            }
        }
    }
}

fn write(der: Vec<u8>) -> String {
    let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new("CERTIFICATE", der), lines)
}

/// Checks that the root certificates for mutual TLS and for attesters can be parsed.
pub fn check(settings: &Object) -> Result<(), Invalid> {
    check_list(settings, "trustedRootCertificates", TRUSTED_ROOT_MALFORMED)?;
    ATTESTER_ROOTS
        .into_iter()
        .try_for_each(|name| check_list(settings, name, SETTING_INVALID))
}

fn check_list(settings: &Object, name: &'static str, code: ResultCode) -> Result<(), Invalid> {
    let roots = settings.texts(name).unwrap_or_default();
    let mut roots = roots.into_iter().map(ClientCertificate::parse);
    match roots.position(|root| root.is_none()) {
        Some(index) => Err(Invalid::new(
            name,
            code,
            format_args!("the certificate at index {index} cannot be read"),
        )),
        None => Ok(()),
    }
}
