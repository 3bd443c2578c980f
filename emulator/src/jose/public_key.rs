//! Public keys in DER (RFC 5280 §4.1.2.7).

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::KeyPair as _;

use super::error::JoseError;
use super::key::{CurveSigner, Jwk, Material};

impl Jwk {
    /// The `SubjectPublicKeyInfo` of a private key of type EC or RSA.
    pub fn public_der(&self) -> Result<Vec<u8>, JoseError> {
        let der: PublicKeyX509Der<'_> = match self.material() {
            Material::Rsa {
                private: Some(pair),
                ..
            } => pair.public_key().as_der()?,
            Material::Curve {
                curve,
                public,
                private: Some(private),
            } => {
                let Some(CurveSigner::Ecdsa(pair)) = private.signer(*curve, public) else {
                    return Err(JoseError::WrongKey);
                };
                pair.public_key().as_der()?
            }
            _ => return Err(JoseError::WrongKey),
        };
        Ok(der.as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{generate, vectors};
    use super::*;

    #[test]
    fn der_ends_with_the_public_point() {
        for (alg, length) in [("ES256", 91), ("ES384", 120), ("RS256", 294)] {
            let der = generate(alg).unwrap().public_der().unwrap();
            assert_eq!(der.len(), length, "{alg}");
            assert_eq!(der[0], 0x30);
        }
        let key = generate("ES256").unwrap();
        let Material::Curve { public, .. } = key.material() else {
            panic!("not on a curve");
        };
        assert!(key.public_der().unwrap().ends_with(public));
    }

    #[test]
    fn public_keys_and_other_key_types_are_refused() {
        let public = vectors::key(vectors::RFC7515_A3_KEY).public().unwrap();
        for key in [public, Jwk::secret(b"secret"), generate("EdDSA").unwrap()] {
            assert_eq!(key.public_der().unwrap_err(), JoseError::WrongKey);
        }
    }
}
