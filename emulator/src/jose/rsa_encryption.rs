//! Key encryption with RSA (RFC 7518 §4.2, §4.3).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
    Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{RsaKeyPair, RsaPublicKeyComponents};

use super::error::JoseError;

#[derive(Clone, Copy)]
pub enum Padding {
    Pkcs1,
    Oaep(&'static OaepAlgorithm),
}

pub fn encrypt(
    padding: Padding,
    key: &RsaPublicKeyComponents<Vec<u8>>,
    plaintext: &[u8],
) -> Result<Vec<u8>, JoseError> {
    let der: PublicKeyX509Der<'_> = key.as_der()?;
    let key = PublicEncryptingKey::from_der(der.as_ref()).map_err(|_| JoseError::WrongKey)?;
    let mut buffer = vec![0; key.key_size_bytes()];
    let ciphertext = match padding {
        Padding::Pkcs1 => Pkcs1PublicEncryptingKey::new(key)?.encrypt(plaintext, &mut buffer)?,
        Padding::Oaep(algorithm) => {
            OaepPublicEncryptingKey::new(key)?.encrypt(algorithm, plaintext, &mut buffer, None)?
        }
    };
    Ok(ciphertext.to_vec())
}

pub fn decrypt(
    padding: Padding,
    key: &RsaKeyPair,
    ciphertext: &[u8],
) -> Result<Vec<u8>, JoseError> {
    let der: Pkcs8V1Der<'_> = key.as_der()?;
    let key = PrivateDecryptingKey::from_pkcs8(der.as_ref()).map_err(|_| JoseError::WrongKey)?;
    let mut buffer = vec![0; key.key_size_bytes()];
    let plaintext = match padding {
        Padding::Pkcs1 => Pkcs1PrivateDecryptingKey::new(key)?.decrypt(ciphertext, &mut buffer)?,
        Padding::Oaep(algorithm) => {
            OaepPrivateDecryptingKey::new(key)?.decrypt(algorithm, ciphertext, &mut buffer, None)?
        }
    };
    Ok(plaintext.to_vec())
}
