//! Content encryption algorithms: `enc` of a JWE (RFC 7518 §5).

use aws_lc_rs::aead::{
    self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey,
};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptionContext, EncryptionContext,
    PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, hmac, rand};

use super::error::JoseError;

/// Authenticated encryption with a key of a fixed size.
#[derive(Clone, Copy)]
pub enum ContentEncryption {
    Gcm(&'static aead::Algorithm),
    CbcHmac(&'static cipher::Algorithm, hmac::Algorithm),
}

/// The output of authenticated encryption.
pub struct Encrypted {
    pub iv: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub tag: Vec<u8>,
}

impl ContentEncryption {
    pub fn from_name(enc: &str) -> Result<Self, JoseError> {
        Ok(match enc {
            "A128GCM" => Self::Gcm(&AES_128_GCM),
            "A192GCM" => Self::Gcm(&AES_192_GCM),
            "A256GCM" => Self::Gcm(&AES_256_GCM),
            "A128CBC-HS256" => Self::CbcHmac(&AES_128, hmac::HMAC_SHA256),
            "A192CBC-HS384" => Self::CbcHmac(&AES_192, hmac::HMAC_SHA384),
            "A256CBC-HS512" => Self::CbcHmac(&AES_256, hmac::HMAC_SHA512),
            _ => return Err(JoseError::Unsupported(enc.to_owned())),
        })
    }

    /// The size of the key in bytes. A CBC-HMAC key consists of two keys of half the hash size each (RFC 7518 §5.2.3).
    pub fn key_size(self) -> usize {
        match self {
            Self::Gcm(algorithm) => algorithm.key_len(),
            Self::CbcHmac(_, mac) => mac.digest_algorithm().output_len(),
        }
    }

    pub fn new_key(self) -> Result<Vec<u8>, JoseError> {
        let mut key = vec![0; self.key_size()];
        rand::fill(&mut key)?;
        Ok(key)
    }

    pub fn encrypt(self, key: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<Encrypted, JoseError> {
        let mut ciphertext = plaintext.to_vec();
        match self {
            Self::Gcm(algorithm) => {
                let mut iv = [0; aead::NONCE_LEN];
                rand::fill(&mut iv)?;
                let tag = gcm_key(algorithm, key)?.seal_in_place_separate_tag(
                    Nonce::assume_unique_for_key(iv),
                    Aad::from(aad),
                    &mut ciphertext,
                )?;
                Ok(Encrypted {
                    iv: iv.to_vec(),
                    ciphertext,
                    tag: tag.as_ref().to_vec(),
                })
            }
            Self::CbcHmac(algorithm, mac) => {
                let (mac_key, key) = self.halves(key)?;
                let mut iv = [0; cipher::AES_CBC_IV_LEN];
                rand::fill(&mut iv)?;
                PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key)?)?
                    .less_safe_encrypt(&mut ciphertext, EncryptionContext::Iv128(iv.into()))?;
                let tag = cbc_tag(mac, mac_key, aad, &iv, &ciphertext);
                Ok(Encrypted {
                    iv: iv.to_vec(),
                    ciphertext,
                    tag,
                })
            }
        }
    }

    pub fn decrypt(
        self,
        key: &[u8],
        aad: &[u8],
        encrypted: Encrypted,
    ) -> Result<Vec<u8>, JoseError> {
        let Encrypted {
            iv,
            mut ciphertext,
            tag,
        } = encrypted;
        match self {
            Self::Gcm(algorithm) => {
                // With a tag of another length, an attacker could move bytes between ciphertext and tag.
                if tag.len() != algorithm.tag_len() {
                    return Err(JoseError::Failed);
                }
                ciphertext.extend(tag);
                let nonce = Nonce::try_assume_unique_for_key(&iv)?;
                let plaintext = gcm_key(algorithm, key)?.open_in_place(
                    nonce,
                    Aad::from(aad),
                    &mut ciphertext,
                )?;
                Ok(plaintext.to_vec())
            }
            Self::CbcHmac(algorithm, mac) => {
                let (mac_key, key) = self.halves(key)?;
                // Verify the tag before removing the padding, to prevent padding oracle attacks.
                let expected = cbc_tag(mac, mac_key, aad, &iv, &ciphertext);
                constant_time::verify_slices_are_equal(&expected, &tag)?;
                let iv = FixedLength::try_from(iv.as_slice())?;
                let key = UnboundCipherKey::new(algorithm, key)?;
                let plaintext = PaddedBlockDecryptingKey::cbc_pkcs7(key)?
                    .decrypt(&mut ciphertext, DecryptionContext::Iv128(iv))?;
                Ok(plaintext.to_vec())
            }
        }
    }

    /// The HMAC key and the cipher key.
    fn halves(self, key: &[u8]) -> Result<(&[u8], &[u8]), JoseError> {
        if key.len() != self.key_size() {
            return Err(JoseError::WrongKey);
        }
        Ok(key.split_at(key.len() / 2))
    }
}

fn gcm_key(algorithm: &'static aead::Algorithm, key: &[u8]) -> Result<LessSafeKey, JoseError> {
    let key = UnboundKey::new(algorithm, key).map_err(|_| JoseError::WrongKey)?;
    Ok(LessSafeKey::new(key))
}

/// The first half of the HMAC over all inputs and the bit length of the additional data (RFC 7518 §5.2.2.1).
fn cbc_tag(
    algorithm: hmac::Algorithm,
    key: &[u8],
    aad: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Vec<u8> {
    let bits = (aad.len() as u64) << 3;
    let mut mac = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for part in [aad, iv, ciphertext, &bits.to_be_bytes()] {
        mac.update(part);
    }
    let tag = mac.sign();
    tag.as_ref()
        .chunks(key.len())
        .next()
        .unwrap_or_default()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    /// RFC 7518 §B.1, §B.2 and §B.3: the keys are 00 01 02 …
    #[test]
    fn examples_of_rfc_7518_are_decrypted() {
        for (enc, ciphertext, tag) in [
            (
                "A128CBC-HS256",
                "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9\
                 a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336\
                 09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b\
                 384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5\
                 4b8851ffb598f7f80074b9473c82e2db",
                "652c3fa36b0a7c5b3219fab3a30bc1c4",
            ),
            (
                "A192CBC-HS384",
                "ea65da6b59e61edb419be62d19712ae5d303eeb50052d0dfd6697f77224c8edb\
                 000d279bdc14c1072654bd30944230c657bed4ca0c9f4a8466f22b226d174621\
                 4bf8cfc2400add9f5126e479663fc90b3bed787a2f0ffcbf3904be2a641d5c21\
                 05bfe591bae23b1d7449e532eef60a9ac8bb6c6b01d35d49787bcd57ef484927\
                 f280adc91ac0c4e79c7b11efc60054e3",
                "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7",
            ),
            (
                "A256CBC-HS512",
                "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd\
                 822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b\
                 36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3\
                 a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950b\
                 be2638d09dd7a4930930806d0703b1f6",
                "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
            ),
        ] {
            let encryption = ContentEncryption::from_name(enc).unwrap();
            let key: Vec<u8> = (0..64).take(encryption.key_size()).collect();
            let encrypted = Encrypted {
                iv: bytes("1af38c2dc2b96ffdd86694092341bc04"),
                ciphertext: bytes(ciphertext),
                tag: bytes(tag),
            };
            let aad = b"The second principle of Auguste Kerckhoffs";
            let plaintext = encryption.decrypt(&key, aad, encrypted).unwrap();
            let expected = "A cipher system must not be required to be secret, and it must be able \
                            to fall into the hands of the enemy without inconvenience";
            assert_eq!(plaintext, expected.as_bytes(), "{enc}");
        }
    }
}
