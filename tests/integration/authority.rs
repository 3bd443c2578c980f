//! A certificate authority.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its private key.
pub struct Certified {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn der(&self) -> &tokio_rustls::rustls::pki_types::CertificateDer<'static> {
        self.0.der()
    }

    /// A certificate for a server with this DNS name.
    pub fn server(&self, name: &str) -> Certified {
        self.certify(name, |_| {})
    }

    pub fn expired(&self, name: &str) -> Certified {
        self.certify(name, |params| {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        })
    }

    #[cfg(feature = "mtls")]
    pub fn client(&self) -> Certified {
        self.certify("client.example", |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        })
    }

    fn certify(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Certified {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certified { certificate, key }
    }
}

#[cfg(feature = "mtls")]
impl Certified {
    /// The format that [`Config::client_certificate`](authlete::Config::client_certificate) takes.
    pub fn pem(&self) -> String {
        self.certificate.pem() + &self.key.serialize_pem()
    }
}
