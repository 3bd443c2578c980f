//! Encryption in the compact serialization (RFC 7516).

use serde_json::Value;

use super::base64url;
use super::content_encryption::{ContentEncryption, Encrypted};
use super::error::JoseError;
use super::key::Jwk;
use super::key_management::KeyManagement;
use crate::json::{Object, ObjectExt};

/// Encrypts a plaintext. Adds `alg` and `enc` to the header, and the `kid` of the key unless the header has a `kid`.
pub fn encrypt(
    alg: &str,
    enc: &str,
    key: &Jwk,
    mut header: Object,
    plaintext: &[u8],
) -> Result<String, JoseError> {
    let management = KeyManagement::from_name(alg)?;
    let content = ContentEncryption::from_name(enc)?;
    if !(management.fits(key) && key.permits("enc", alg)) {
        return Err(JoseError::WrongKey);
    }
    header.insert("alg".to_owned(), Value::from(alg));
    header.insert("enc".to_owned(), Value::from(enc));
    if let Some(kid) = key.kid() {
        header.entry("kid").or_insert_with(|| Value::from(kid));
    }
    let provided = management.provide(key, &mut header, content)?;
    let header = base64url::encode(Value::Object(header).to_string());
    let encrypted = content.encrypt(&provided.key, header.as_bytes(), plaintext)?;
    let [encrypted_key, iv, ciphertext, tag] = [
        provided.encrypted,
        encrypted.iv,
        encrypted.ciphertext,
        encrypted.tag,
    ]
    .map(base64url::encode);
    Ok(format!("{header}.{encrypted_key}.{iv}.{ciphertext}.{tag}"))
}

/// A parsed JWE that is not decrypted yet.
#[derive(Debug, Clone)]
pub struct Jwe {
    pub header: Object,
    alg: String,
    enc: String,
    /// The encoded header, which the tag authenticates.
    aad: String,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl Jwe {
    pub fn parse(compact: &str) -> Result<Self, JoseError> {
        let [aad, encrypted_key, iv, ciphertext, tag] = base64url::parts(compact)?;
        let header = base64url::header(aad)?;
        // Compression leaks the content through the length, and allows decompression bombs.
        if header.contains_key("zip") {
            return Err(JoseError::Unsupported("zip".to_owned()));
        }
        let algorithm = |member: &'static str| match header.text(member) {
            Some(name) => Ok(name.to_owned()),
            None => Err(JoseError::Malformed(member)),
        };
        let bytes = |part: &str, name| base64url::decode(part).ok_or(JoseError::Malformed(name));
        Ok(Self {
            alg: algorithm("alg")?,
            enc: algorithm("enc")?,
            aad: aad.to_owned(),
            encrypted_key: bytes(encrypted_key, "the encrypted key")?,
            iv: bytes(iv, "the initialization vector")?,
            ciphertext: bytes(ciphertext, "the ciphertext")?,
            tag: bytes(tag, "the authentication tag")?,
            header,
        })
    }

    pub fn alg(&self) -> &str {
        &self.alg
    }

    pub fn enc(&self) -> &str {
        &self.enc
    }

    pub fn kid(&self) -> Option<&str> {
        self.header.text("kid")
    }

    pub fn decrypt(&self, key: &Jwk) -> Result<Vec<u8>, JoseError> {
        let management = KeyManagement::from_name(&self.alg)?;
        let content = ContentEncryption::from_name(&self.enc)?;
        if !(management.fits(key) && key.permits("enc", &self.alg)) {
            return Err(JoseError::WrongKey);
        }
        let key = management.recover(key, &self.header, &self.encrypted_key, content)?;
        let encrypted = Encrypted {
            iv: self.iv.clone(),
            ciphertext: self.ciphertext.clone(),
            tag: self.tag.clone(),
        };
        content.decrypt(&key, self.aad.as_bytes(), encrypted)
    }
}

#[cfg(test)]
mod tests;
