//! Validation of certificate chains (RFC 5280 §6).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::clock::Millis;

/// Whether a client certificate chains to one of the roots, by way of intermediate certificates.
pub fn is_trusted(
    certificate: &[u8],
    path: Vec<Vec<u8>>,
    roots: Vec<Vec<u8>>,
    now: Millis,
) -> bool {
    let roots: Vec<_> = roots.into_iter().map(CertificateDer::from).collect();
    let anchors: Vec<_> = roots
        .iter()
        .filter_map(|root| anchor_from_trusted_cert(root).ok())
        .collect();
    let path: Vec<_> = path.into_iter().map(CertificateDer::from).collect();
    let certificate = CertificateDer::from(certificate);
    let now = Duration::from_millis(u64::try_from(now).unwrap_or_default());
    EndEntityCert::try_from(&certificate).is_ok_and(|certificate| {
        certificate
            .verify_for_usage(
                ALL_VERIFICATION_ALGS,
                &anchors,
                &path,
                UnixTime::since_unix_epoch(now),
                KeyUsage::client_auth(),
                None,
                None,
            )
            .is_ok()
    })
}
