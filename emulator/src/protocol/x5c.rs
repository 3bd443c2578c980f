//! Keys in certificate chains of JWS headers (RFC 7515 §4.1.6).

use super::certificate_chain;
use crate::certificate::{ClientCertificate, decode};
use crate::clock::Millis;
use crate::jose::{Jwk, Jws};
use crate::json::ObjectExt;

/// The key of the certificate in the header `x5c`, if its chain is trusted by one of the roots.
pub fn trusted_key(jws: &Jws, roots: &[&str], now: Millis) -> Option<Jwk> {
    let chain = jws.header.texts("x5c")?;
    let (first, path) = chain.split_first()?;
    let certificate = ClientCertificate::parse(first)?;
    let path: Option<Vec<_>> = path.iter().map(|text| decode(text)).collect();
    let roots = roots.iter().filter_map(|root| decode(root)).collect();
    match certificate_chain::is_trusted(certificate.der(), path?, roots, now) {
        true => certificate.key(),
        false => None,
    }
}
