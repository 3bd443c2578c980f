//! Decrypts JWEs, independently of the emulator's code.

use aws_lc_rs::aead::{
    self, AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey,
};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, PaddedBlockDecryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use aws_lc_rs::{error, hmac};
use serde_json::{Value, json};

use super::jwt::{decode, encode, jwk_at, point};

/// A client that has a key for each family of algorithms.
pub struct Receiver {
    rsa: RsaKeyPair,
    ec: PrivateKey,
}

impl Receiver {
    pub fn generate() -> Self {
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
            ec: PrivateKey::generate(&ECDH_P256).unwrap(),
        }
    }

    /// The JWK Set to register. Its first key is a signing key.
    pub fn jwks(&self) -> String {
        // RFC 8017 §A.1.1: the modulus comes first, and with 2048 bits it has a zero before it.
        let n = encode(&self.rsa.public_key().as_ref()[9..265]);
        let rsa = |kid: &str, usage: &str| {
            json!({
                "kty": "RSA",
                "kid": kid,
                "use": usage,
                "n": n,
                "e": "AQAB",
            })
        };
        let mut ec = jwk_at(self.ec.compute_public_key().unwrap().as_ref());
        ec["kid"] = "ec".into();
        json!({ "keys": [rsa("signing", "sig"), rsa("rsa", "enc"), ec] }).to_string()
    }

    /// Decrypts a JWE and returns its header and plaintext.
    pub fn open(&self, secret: &str, jwe: &str) -> (Value, String) {
        open(Some(self), secret, jwe)
    }

    fn decryption_key(&self) -> PrivateDecryptingKey {
        let der: Pkcs8V1Der<'_> = self.rsa.as_der().unwrap();
        PrivateDecryptingKey::from_pkcs8(der.as_ref()).unwrap()
    }

    fn open_pkcs1(&self, encrypted: &[u8]) -> Vec<u8> {
        let key = Pkcs1PrivateDecryptingKey::new(self.decryption_key()).unwrap();
        let mut buffer = vec![0; 256];
        key.decrypt(encrypted, &mut buffer).unwrap().to_vec()
    }

    fn open_oaep(&self, algorithm: &'static OaepAlgorithm, encrypted: &[u8]) -> Vec<u8> {
        let key = OaepPrivateDecryptingKey::new(self.decryption_key()).unwrap();
        let mut buffer = vec![0; 256];
        let opened = key.decrypt(algorithm, encrypted, &mut buffer, None);
        opened.unwrap().to_vec()
    }

    /// The key agreement of RFC 7518 §4.6.2, without `apu` and `apv`.
    fn agree_key(&self, header: &Value, purpose: &str, size: usize) -> Vec<u8> {
        let sender = UnparsedPublicKey::new(&ECDH_P256, point(&header["epk"]));
        let agreed = agreement::agree(&self.ec, sender, error::Unspecified, |shared| {
            let round = |number: u32| {
                let mut input = number.to_be_bytes().to_vec();
                input.extend(shared);
                for text in [purpose, "", ""] {
                    input.extend((text.len() as u32).to_be_bytes());
                    input.extend(text.bytes());
                }
                input.extend((8 * size as u32).to_be_bytes());
                digest(&SHA256, &input).as_ref().to_vec()
            };
            Ok([round(1), round(2)].concat()[..size].to_vec())
        });
        agreed.unwrap()
    }
}

/// Decrypts a JWE that is encrypted with a client secret.
pub fn opened(secret: &str, jwe: &str) -> String {
    open(None, secret, jwe).1
}

fn open(receiver: Option<&Receiver>, secret: &str, jwe: &str) -> (Value, String) {
    let parts: Vec<_> = jwe.split('.').collect();
    let [aad, key, iv, text, tag] = parts[..] else {
        panic!("{jwe}");
    };
    let header: Value = serde_json::from_slice(&decode(aad)).unwrap();
    let key = content_key(receiver, &header, &decode(key), secret);
    let (iv, text, tag) = (decode(iv), decode(text), decode(tag));
    let plaintext = match header["enc"].as_str().unwrap().ends_with("GCM") {
        true => open_gcm(&key, &iv, aad, [text, tag].concat()),
        false => open_cbc(&key, &iv, aad, text, &tag),
    };
    (header, String::from_utf8(plaintext).unwrap())
}

/// RFC 7518 §4.
fn content_key(
    receiver: Option<&Receiver>,
    header: &Value,
    encrypted: &[u8],
    secret: &str,
) -> Vec<u8> {
    let [alg, enc] = ["alg", "enc"].map(|name| header[name].as_str().unwrap());
    let length = match enc.contains("CBC") {
        true => 2 * size(enc),
        false => size(enc),
    };
    if alg == "dir" || alg == "ECDH-ES" {
        assert_eq!(encrypted, b"");
    }
    let receiver = || receiver.unwrap();
    match alg {
        "dir" => key_from_secret(secret, length),
        "RSA1_5" => receiver().open_pkcs1(encrypted),
        "RSA-OAEP" => receiver().open_oaep(&OAEP_SHA1_MGF1SHA1, encrypted),
        "RSA-OAEP-256" => receiver().open_oaep(&OAEP_SHA256_MGF1SHA256, encrypted),
        "ECDH-ES" => receiver().agree_key(header, enc, length),
        _ if alg.starts_with("ECDH-ES+") => {
            unwrap(&receiver().agree_key(header, alg, size(alg)), encrypted)
        }
        _ if alg.ends_with("GCMKW") => {
            let member = |name: &str| decode(header[name].as_str().unwrap());
            let text = [encrypted, &member("tag")].concat();
            open_gcm(&key_from_secret(secret, size(alg)), &member("iv"), "", text)
        }
        _ => unwrap(&key_from_secret(secret, size(alg)), encrypted),
    }
}

/// The size of the AES key in bytes, from an algorithm name such as `A128KW`, `ECDH-ES+A192KW` or `A256CBC-HS512`.
fn size(name: &str) -> usize {
    let (_, name) = name.split_once('+').unwrap_or(("", name));
    name[1..4].parse::<usize>().unwrap() / 8
}

/// OpenID Connect Core 1.0 §10.2.
fn key_from_secret(secret: &str, size: usize) -> Vec<u8> {
    let algorithm = match size {
        ..=32 => &SHA256,
        48 => &SHA384,
        _ => &SHA512,
    };
    digest(algorithm, secret.as_bytes()).as_ref()[..size].to_vec()
}

fn open_gcm(key: &[u8], iv: &[u8], aad: &str, mut text: Vec<u8>) -> Vec<u8> {
    let algorithm: &'static aead::Algorithm = match key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        _ => &AES_256_GCM,
    };
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).unwrap());
    let nonce = Nonce::try_assume_unique_for_key(iv).unwrap();
    let plaintext = key.open_in_place(nonce, Aad::from(aad), &mut text);
    plaintext.unwrap().to_vec()
}

/// RFC 7518 §5.2.2.2.
fn open_cbc(key: &[u8], iv: &[u8], aad: &str, mut text: Vec<u8>, tag: &[u8]) -> Vec<u8> {
    let algorithm = match key.len() {
        32 => hmac::HMAC_SHA256,
        48 => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    let (mac, key) = key.split_at(key.len() / 2);
    let bits = 8 * aad.len() as u64;
    let input = [aad.as_bytes(), iv, &text, &bits.to_be_bytes()].concat();
    let expected = hmac::sign(&hmac::Key::new(algorithm, mac), &input);
    assert_eq!(tag, &expected.as_ref()[..mac.len()]);
    let iv: [u8; 16] = iv.try_into().unwrap();
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(aes(key)).unwrap();
    let plaintext = key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(iv)));
    plaintext.unwrap().to_vec()
}

/// RFC 3394 §2.2.2.
fn unwrap(kek: &[u8], wrapped: &[u8]) -> Vec<u8> {
    let cipher = DecryptingKey::ecb(aes(kek)).unwrap();
    let (first, rest) = wrapped.split_first_chunk::<8>().unwrap();
    let mut check = u64::from_be_bytes(*first);
    let mut blocks: Vec<[u8; 8]> = rest.chunks(8).map(|b| b.try_into().unwrap()).collect();
    let count = blocks.len() as u64;
    for round in (0..6).rev() {
        for (index, block) in blocks.iter_mut().enumerate().rev() {
            check ^= count * round + index as u64 + 1;
            let mut pair = [check.to_be_bytes(), *block].concat();
            cipher.decrypt(&mut pair, DecryptionContext::None).unwrap();
            check = u64::from_be_bytes(pair[..8].try_into().unwrap());
            block.copy_from_slice(&pair[8..]);
        }
    }
    assert_eq!(check, 0xA6A6_A6A6_A6A6_A6A6);
    blocks.concat()
}

fn aes(key: &[u8]) -> UnboundCipherKey {
    let algorithm: &'static cipher::Algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    UnboundCipherKey::new(algorithm, key).unwrap()
}
