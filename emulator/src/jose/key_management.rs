//! Key management algorithms: `alg` of a JWE (RFC 7518 §4).

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM};
use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256};
use serde_json::Value;

use super::base64url;
use super::content_encryption::{ContentEncryption, Encrypted};
use super::error::JoseError;
use super::key::{Jwk, Material};
use super::rsa_encryption::{self, Padding};
use super::{key_agreement, key_wrap};
use crate::json::{Object, ObjectExt};
use crate::replay;

#[derive(Clone, Copy)]
pub enum KeyManagement {
    /// Direct encryption: the shared secret is the content encryption key.
    Direct,
    /// AES Key Wrap with a shared secret of this size in bytes.
    Wrap(usize),
    /// AES-GCM key encryption, with `iv` and `tag` in the header.
    Gcm(ContentEncryption),
    Rsa(Padding),
    /// ECDH-ES: direct key agreement, or key agreement with key wrapping by a key of this size in bytes.
    Agreement(Option<usize>),
}

/// A content encryption key and the JWE Encrypted Key.
pub struct ContentKey {
    pub key: Vec<u8>,
    pub encrypted: Vec<u8>,
}

impl KeyManagement {
    pub fn from_name(alg: &str) -> Result<Self, JoseError> {
        Ok(match alg {
            "dir" => Self::Direct,
            "A128KW" => Self::Wrap(16),
            "A192KW" => Self::Wrap(24),
            "A256KW" => Self::Wrap(32),
            "A128GCMKW" => Self::Gcm(ContentEncryption::Gcm(&AES_128_GCM)),
            "A192GCMKW" => Self::Gcm(ContentEncryption::Gcm(&AES_192_GCM)),
            "A256GCMKW" => Self::Gcm(ContentEncryption::Gcm(&AES_256_GCM)),
            "RSA1_5" => Self::Rsa(Padding::Pkcs1),
            "RSA-OAEP" => Self::Rsa(Padding::Oaep(&OAEP_SHA1_MGF1SHA1)),
            "RSA-OAEP-256" => Self::Rsa(Padding::Oaep(&OAEP_SHA256_MGF1SHA256)),
            "ECDH-ES" => Self::Agreement(None),
            "ECDH-ES+A128KW" => Self::Agreement(Some(16)),
            "ECDH-ES+A192KW" => Self::Agreement(Some(24)),
            "ECDH-ES+A256KW" => Self::Agreement(Some(32)),
            _ => return Err(JoseError::Unsupported(alg.to_owned())),
        })
    }

    /// Whether the algorithm uses a shared secret.
    pub fn is_symmetric(self) -> bool {
        matches!(self, Self::Direct | Self::Wrap(_) | Self::Gcm(_))
    }

    /// Whether the key has the type, curve and length that the algorithm requires.
    pub fn fits(self, key: &Jwk) -> bool {
        match (self, key.material()) {
            // The length depends on the content encryption.
            (Self::Direct, Material::Symmetric(_)) => true,
            (Self::Wrap(size), Material::Symmetric(secret)) => secret.len() == size,
            (Self::Gcm(wrapping), Material::Symmetric(secret)) => {
                secret.len() == wrapping.key_size()
            }
            (Self::Rsa(_), Material::Rsa { .. }) => true,
            (Self::Agreement(_), Material::Curve { curve, .. }) => curve.agreement().is_some(),
            _ => false,
        }
    }

    /// Generates or derives a content encryption key, and adds the members that the receiver needs to the header.
    pub fn provide(
        self,
        key: &Jwk,
        header: &mut Object,
        content: ContentEncryption,
    ) -> Result<ContentKey, JoseError> {
        let (kek, key) = match (self, key.material()) {
            (Self::Direct, Material::Symmetric(secret)) if secret.len() == content.key_size() => {
                return Ok(ContentKey::without_encrypted_key(secret.clone()));
            }
            (Self::Agreement(None), _) => {
                let algorithm_id = text(header, "enc")?;
                let agreed =
                    key_agreement::with_receiver(key, header, &algorithm_id, content.key_size())?;
                return Ok(ContentKey::without_encrypted_key(agreed));
            }
            (Self::Agreement(Some(size)), _) => {
                let algorithm_id = text(header, "alg")?;
                let kek = key_agreement::with_receiver(key, header, &algorithm_id, size)?;
                (kek, content.new_key()?)
            }
            (Self::Wrap(_) | Self::Gcm(_), Material::Symmetric(secret)) => {
                (secret.clone(), content.new_key()?)
            }
            (Self::Rsa(padding), Material::Rsa { public, .. }) => {
                let new = content.new_key()?;
                let encrypted = rsa_encryption::encrypt(padding, public, &new)?;
                return Ok(ContentKey {
                    key: new,
                    encrypted,
                });
            }
            _ => return Err(JoseError::WrongKey),
        };
        let encrypted = match self {
            Self::Gcm(wrapping) => {
                let encrypted = wrapping.encrypt(&kek, b"", &key)?;
                for (member, bytes) in [("iv", &encrypted.iv), ("tag", &encrypted.tag)] {
                    header.insert(member.to_owned(), Value::from(base64url::encode(bytes)));
                }
                encrypted.ciphertext
            }
            _ => key_wrap::wrap(&kek, &key)?,
        };
        Ok(ContentKey { key, encrypted })
    }

    /// Recovers the content encryption key.
    pub fn recover(
        self,
        key: &Jwk,
        header: &Object,
        encrypted: &[u8],
        content: ContentEncryption,
    ) -> Result<Vec<u8>, JoseError> {
        let unwrapped = match (self, key.material()) {
            (Self::Direct | Self::Agreement(None), _) if !encrypted.is_empty() => {
                return Err(JoseError::Malformed("the encrypted key"));
            }
            (Self::Direct, Material::Symmetric(secret)) => secret.clone(),
            (Self::Agreement(None), _) => {
                let algorithm_id = text(header, "enc")?;
                key_agreement::with_sender(key, header, &algorithm_id, content.key_size())?
            }
            (Self::Agreement(Some(size)), _) => {
                let algorithm_id = text(header, "alg")?;
                let kek = key_agreement::with_sender(key, header, &algorithm_id, size)?;
                key_wrap::unwrap(&kek, encrypted)?
            }
            (Self::Wrap(_), Material::Symmetric(secret)) => key_wrap::unwrap(secret, encrypted)?,
            (Self::Gcm(wrapping), Material::Symmetric(secret)) => {
                let encrypted = Encrypted {
                    iv: binary(header, "iv")?,
                    ciphertext: encrypted.to_vec(),
                    tag: binary(header, "tag")?,
                };
                wrapping.decrypt(secret, b"", encrypted)?
            }
            (
                Self::Rsa(padding),
                Material::Rsa {
                    public,
                    private: Some(private),
                },
            ) => {
                // Do not reveal whether the key or the content was invalid (RFC 7516 §11.5).
                let random = content.new_key()?;
                // The private key follows from the public one.
                let alg = text(header, "alg")?;
                let input = [alg.as_bytes(), &public.n, &public.e, encrypted];
                let decrypted = replay::once("RSA decryption", &input, || {
                    rsa_encryption::decrypt(padding, private, encrypted)
                });
                match decrypted {
                    Ok(key) if key.len() == random.len() => key,
                    _ => random,
                }
            }
            _ => return Err(JoseError::WrongKey),
        };
        if unwrapped.len() == content.key_size() {
            Ok(unwrapped)
        } else {
            Err(JoseError::WrongKey)
        }
    }

    /// The size of the shared secret in bytes. `None` for algorithms without one.
    fn secret_size(self, content: ContentEncryption) -> Option<usize> {
        match self {
            Self::Direct => Some(content.key_size()),
            Self::Wrap(size) => Some(size),
            Self::Gcm(wrapping) => Some(wrapping.key_size()),
            Self::Rsa(_) | Self::Agreement(_) => None,
        }
    }
}

impl ContentKey {
    /// A key that is not sent, because the receiver has or derives it.
    fn without_encrypted_key(key: Vec<u8>) -> Self {
        Self {
            key,
            encrypted: Vec::new(),
        }
    }
}

impl Jwk {
    /// Derives a key from a client secret by truncating its hash (OpenID Connect Core 1.0 §10.2).
    pub fn derived_from_secret(secret: &[u8], alg: &str, enc: &str) -> Result<Self, JoseError> {
        let size = KeyManagement::from_name(alg)?
            .secret_size(ContentEncryption::from_name(enc)?)
            .ok_or(JoseError::WrongKey)?;
        let hash = match size {
            0..=32 => &SHA256,
            33..=48 => &SHA384,
            _ => &SHA512,
        };
        let hash = digest(hash, secret);
        let key = hash.as_ref().get(..size).ok_or(JoseError::WrongKey)?;
        Ok(Self::secret(key))
    }
}

fn text(header: &Object, member: &'static str) -> Result<String, JoseError> {
    let text = header.text(member).ok_or(JoseError::Malformed(member))?;
    Ok(text.to_owned())
}

fn binary(header: &Object, member: &'static str) -> Result<Vec<u8>, JoseError> {
    header
        .text(member)
        .and_then(base64url::decode)
        .ok_or(JoseError::Malformed(member))
}
