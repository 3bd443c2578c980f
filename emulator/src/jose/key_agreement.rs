//! Key agreement with ECDH-ES (RFC 7518 §4.6, RFC 8037 §3.2).

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use serde_json::Value;

use super::base64url;
use super::curve::Curve;
use super::error::JoseError;
use super::key::{Jwk, Material};
use super::key_pair;
use crate::json::{Members, Object};

/// Agrees on a key with the receiver by an ephemeral key, whose public key it adds to the header as `epk`.
pub fn with_receiver(
    receiver: &Jwk,
    header: &mut Object,
    purpose: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let Material::Curve { curve, .. } = receiver.material() else {
        return Err(JoseError::WrongKey);
    };
    let sender = key_pair::on_curve(*curve)?;
    let public = sender.public().ok_or(JoseError::Failed)?;
    header.insert("epk".to_owned(), Value::Object(public.json().clone()));
    agree(&sender, receiver, header, purpose, size)
}

/// Agrees on a key with the sender by the `epk` in the header.
pub fn with_sender(
    receiver: &Jwk,
    header: &Object,
    purpose: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let sender = header
        .object("epk")
        .and_then(|epk| Jwk::parse(epk.clone()).ok())
        .ok_or(JoseError::Malformed("'epk'"))?;
    agree(receiver, &sender, header, purpose, size)
}

fn agree(
    private: &Jwk,
    public: &Jwk,
    header: &Object,
    purpose: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let (
        Material::Curve {
            curve,
            private: Some(private),
            ..
        },
        Material::Curve {
            curve: other,
            public,
            ..
        },
    ) = (private.material(), public.material())
    else {
        return Err(JoseError::WrongKey);
    };
    let algorithm = match curve.agreement() {
        Some(algorithm) if curve == other => algorithm,
        _ => return Err(JoseError::WrongKey),
    };
    let private =
        PrivateKey::from_private_key(algorithm, &private.bytes).map_err(|_| JoseError::WrongKey)?;
    let public = UnparsedPublicKey::new(algorithm, public);
    agreement::agree(&private, public, JoseError::Failed, |secret| {
        derive(secret, header, purpose, size)
    })
}

impl Curve {
    /// The key agreement algorithm; `None` for curves without one.
    pub fn agreement(self) -> Option<&'static agreement::Algorithm> {
        match self {
            Self::P256 => Some(&agreement::ECDH_P256),
            Self::P384 => Some(&agreement::ECDH_P384),
            Self::P521 => Some(&agreement::ECDH_P521),
            Self::X25519 => Some(&agreement::X25519),
            Self::Secp256k1 | Self::Ed25519 => None,
        }
    }
}

/// Derives the key with the Concat KDF of NIST SP 800-56A (RFC 7518 §4.6.2).
fn derive(
    secret: &[u8],
    header: &Object,
    purpose: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let mut info = Vec::new();
    let parties = [party(header, "apu")?, party(header, "apv")?];
    for data in [purpose.as_bytes(), &parties[0], &parties[1]] {
        info.extend(bits_of_32(data.len())?);
        info.extend(data);
    }
    info.extend(bits_of_32(size * 8)?);
    let sha256 =
        get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(JoseError::Failed)?;
    let mut key = vec![0; size];
    sskdf_digest(sha256, secret, &info, &mut key)?;
    Ok(key)
}

/// `apu` or `apv` of the header, empty if missing.
fn party(header: &Object, member: &'static str) -> Result<Vec<u8>, JoseError> {
    match header.get(member) {
        None => Ok(Vec::new()),
        Some(value) => value
            .as_str()
            .and_then(base64url::decode)
            .ok_or(JoseError::Malformed(member)),
    }
}

fn bits_of_32(number: usize) -> Result<[u8; 4], JoseError> {
    let number = u32::try_from(number).map_err(|_| JoseError::TooLong)?;
    Ok(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::{self, key};
    use super::*;

    fn parties() -> Object {
        let header = json!({"apu": "QWxpY2U", "apv": "Qm9i"});
        header.as_object().unwrap().clone()
    }

    /// The example of RFC 7518, appendix C, from either side.
    #[test]
    fn both_sides_agree_on_the_key_of_the_specification() {
        let (alice, bob) = (key(vectors::RFC7518_C_ALICE), key(vectors::RFC7518_C_BOB));
        let mut header = parties();
        for (private, public) in [(&alice, &bob), (&bob, &alice)] {
            let public = public.public().unwrap();
            let agreed = agree(private, &public, &header, "A128GCM", 16).unwrap();
            assert_eq!(base64url::encode(agreed), "VqqN6vgjbSBcIijNcacQGg");
        }
        let epk = alice.public().unwrap().json().clone();
        header.insert("epk".to_owned(), Value::Object(epk));
        let agreed = with_sender(&bob, &header, "A128GCM", 16).unwrap();
        assert_eq!(base64url::encode(agreed), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn the_parties_and_the_purpose_make_the_key() {
        let (alice, bob) = (key(vectors::RFC7518_C_ALICE), key(vectors::RFC7518_C_BOB));
        let agreed = agree(&alice, &bob, &parties(), "A128GCM", 16).unwrap();
        let without = agree(&alice, &bob, &Object::new(), "A128GCM", 16).unwrap();
        let other = agree(&alice, &bob, &parties(), "A128KW", 16).unwrap();
        assert_ne!(agreed, without);
        assert_ne!(agreed, other);
    }

    #[test]
    fn what_is_no_key_of_a_sender_is_refused() {
        let bob = key(vectors::RFC7518_C_BOB);
        let x = "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ";
        let zeros = base64url::encode([0; 32]);
        for (epk, error) in [
            (json!(null), JoseError::Malformed("'epk'")),
            (json!("key"), JoseError::Malformed("'epk'")),
            // Points that are not on the curve leak the private key (invalid curve attack).
            (
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": x}),
                JoseError::Malformed("'epk'"),
            ),
            (json!({"kty": "oct", "k": "AA"}), JoseError::WrongKey),
            (
                json!({"kty": "OKP", "crv": "X25519", "x": zeros}),
                JoseError::WrongKey,
            ),
        ] {
            let header = Object::from_iter([("epk".to_owned(), epk.clone())]);
            let refused = with_sender(&bob, &header, "A128GCM", 16);
            assert_eq!(refused, Err(error), "{epk}");
        }
        let header = json!({"apu": 1, "epk": bob.public().unwrap().json()});
        let refused = with_sender(&bob, header.as_object().unwrap(), "A128GCM", 16);
        assert_eq!(refused, Err(JoseError::Malformed("apu")));
    }

    /// RFC 8037 §3.2.1: a point of small order gives the same secret with every key.
    #[test]
    fn a_point_of_small_order_is_refused() {
        let receiver = key_pair::on_curve(Curve::X25519).unwrap();
        let epk = json!({"kty": "OKP", "crv": "X25519", "x": base64url::encode([0; 32])});
        let header = Object::from_iter([("epk".to_owned(), epk)]);
        let refused = with_sender(&receiver, &header, "A128GCM", 16);
        assert_eq!(refused, Err(JoseError::Failed));
    }
}
