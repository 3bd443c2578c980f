//! The emulator's certificate authority, which issues its server certificate and client certificates.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::any_certificate::AnyCertificate;

/// The name of the authority. It differs from the name in issued certificates: OpenSSL treats a certificate whose subject
/// equals its issuer as self-signed.
const NAME: &str = "authlete-emulator CA";
const LEAF_NAME: &str = "authlete-emulator";

/// The names and addresses of this machine, which are in every server certificate.
const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const LIFETIME: Duration = DAY.saturating_mul(3650);

/// Some platforms reject server certificates that are valid for more than 398 days.
const LEAF_LIFETIME: Duration = DAY.saturating_mul(397);

/// A certificate authority, as stored in the state file. Its key is always generated.
#[derive(Clone, Serialize, Deserialize)]
pub struct Authority {
    /// In PEM form.
    certificate: String,
    /// In PEM form.
    key: String,
}

impl Authority {
    pub fn generate() -> io::Result<Self> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let mut params = params();
        set_validity(&mut params, LIFETIME);
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        Ok(Self {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// The certificate of the authority, in PEM form.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// A certificate for a client and its key, in PEM form.
    pub fn client_certificate(&self) -> io::Result<String> {
        let (certificate, key) = self.certify(&[], ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(certificate.pem() + &key.serialize_pem())
    }

    /// A TLS acceptor with a new certificate for this machine and for `host`. A client may present any certificate: it is
    /// checked with the access token, not in the handshake.
    pub fn acceptor(&self, host: &str) -> io::Result<TlsAcceptor> {
        let is_unspecified = host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_unspecified());
        let further = (!THIS_MACHINE.contains(&host) && !is_unspecified).then_some(host);
        let names: Vec<_> = THIS_MACHINE.into_iter().chain(further).collect();
        let (certificate, key) = self.certify(&names, ExtendedKeyUsagePurpose::ServerAuth)?;
        let chain = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = server_config(chain, key).map_err(io::Error::other)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn certify(
        &self,
        names: &[&str],
        usage: ExtendedKeyUsagePurpose,
    ) -> io::Result<(rcgen::Certificate, KeyPair)> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut leaf = CertificateParams::new(names).map_err(io::Error::other)?;
        leaf.distinguished_name = DistinguishedName::new();
        leaf.distinguished_name.push(DnType::CommonName, LEAF_NAME);
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![usage];
        leaf.use_authority_key_identifier_extension = true;
        set_validity(&mut leaf, LEAF_LIFETIME);
        let authority = KeyPair::from_pem(&self.key).map_err(io::Error::other)?;
        let authority = Issuer::new(params(), authority);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = leaf.signed_by(&key, &authority).map_err(io::Error::other)?;
        Ok((certificate, key))
    }
}

/// Omits the key.
impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// Sets the validity period of a certificate.
fn set_validity(params: &mut CertificateParams, lifetime: Duration) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // The clock of another machine may be behind.
    params.not_before = date_time_ymd(1970, 1, 1) + now.unwrap_or_default() - DAY;
    params.not_after = params.not_before + lifetime;
}

/// The parameters of the authority. They must stay the same, since certificates refer to their issuer by name.
fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_config(
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(default_provider());
    let clients = Arc::new(AnyCertificate::new(&provider));
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use x509_cert::Certificate;
    use x509_cert::der::Decode as _;

    use super::*;
    use crate::certificate;

    #[test]
    fn issued_certificate_differs_in_name_from_its_issuer_and_is_valid_for_397_days() {
        let authority = Authority::generate().unwrap();
        let usage = ExtendedKeyUsagePurpose::ServerAuth;
        let (certificate, _) = authority.certify(&["localhost"], usage).unwrap();
        let certificate = Certificate::from_der(certificate.der()).unwrap();
        let issuer = certificate::decode(authority.certificate()).unwrap();
        let issuer = Certificate::from_der(&issuer).unwrap();
        let (own, of_issuer) = (certificate.tbs_certificate(), issuer.tbs_certificate());
        assert_eq!(own.issuer(), of_issuer.subject());
        assert_ne!(own.subject(), own.issuer());
        let validity = own.validity();
        let end = validity.not_after.to_unix_duration();
        assert_eq!(end - validity.not_before.to_unix_duration(), LEAF_LIFETIME);
    }
}
