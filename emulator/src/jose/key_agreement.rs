//! Key agreement with ECDH-ES (RFC 7518 §4.6, RFC 8037 §3.2).

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use serde_json::Value;

use super::base64url;
use super::curve::Curve;
use super::error::JoseError;
use super::key::{Jwk, Material};
use super::key_pair;
use crate::json::{Object, ObjectExt};

/// Derives the key shared with the receiver from a new ephemeral key pair. Adds its public key to the header as `epk`.
pub fn with_receiver(
    receiver: &Jwk,
    header: &mut Object,
    algorithm_id: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let Material::Curve { curve, .. } = receiver.material() else {
        return Err(JoseError::WrongKey);
    };
    let sender = key_pair::on_curve(*curve)?;
    let public = sender.public().ok_or(JoseError::Failed)?;
    header.insert("epk".to_owned(), Value::Object(public.json().clone()));
    agree(&sender, receiver, header, algorithm_id, size)
}

/// Derives the key shared with the sender from the `epk` in the header.
pub fn with_sender(
    receiver: &Jwk,
    header: &Object,
    algorithm_id: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let sender = header
        .object("epk")
        .and_then(|epk| Jwk::parse(epk.clone()).ok())
        .ok_or(JoseError::Malformed("'epk'"))?;
    agree(receiver, &sender, header, algorithm_id, size)
}

fn agree(
    private: &Jwk,
    public: &Jwk,
    header: &Object,
    algorithm_id: &str,
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
        derive(secret, header, algorithm_id, size)
    })
}

impl Curve {
    /// The key agreement algorithm. `None` for curves without one.
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
    algorithm_id: &str,
    size: usize,
) -> Result<Vec<u8>, JoseError> {
    let mut info = Vec::new();
    let parties = [party_info(header, "apu")?, party_info(header, "apv")?];
    for data in [algorithm_id.as_bytes(), &parties[0], &parties[1]] {
        info.extend(u32_bytes(data.len())?);
        info.extend(data);
    }
    info.extend(u32_bytes(size * 8)?);
    let sha256 =
        get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(JoseError::Failed)?;
    let mut key = vec![0; size];
    sskdf_digest(sha256, secret, &info, &mut key)?;
    Ok(key)
}

/// PartyUInfo or PartyVInfo: `apu` or `apv` of the header, empty if missing.
fn party_info(header: &Object, member: &'static str) -> Result<Vec<u8>, JoseError> {
    match header.get(member) {
        None => Ok(Vec::new()),
        Some(value) => value
            .as_str()
            .and_then(base64url::decode)
            .ok_or(JoseError::Malformed(member)),
    }
}

fn u32_bytes(number: usize) -> Result<[u8; 4], JoseError> {
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

    /// RFC 7518, appendix C.
    #[test]
    fn both_sides_derive_the_key_of_rfc_7518() {
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
    fn derived_key_depends_on_party_info_and_algorithm() {
        let (alice, bob) = (key(vectors::RFC7518_C_ALICE), key(vectors::RFC7518_C_BOB));
        let agreed = agree(&alice, &bob, &parties(), "A128GCM", 16).unwrap();
        let without = agree(&alice, &bob, &Object::new(), "A128GCM", 16).unwrap();
        let other = agree(&alice, &bob, &parties(), "A128KW", 16).unwrap();
        assert_ne!(agreed, without);
        assert_ne!(agreed, other);
    }

    #[test]
    fn invalid_ephemeral_key_is_refused() {
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

    /// RFC 8037 §3.2.1: a point of small order gives the same shared secret with every private key.
    #[test]
    fn point_of_small_order_is_refused() {
        let receiver = key_pair::on_curve(Curve::X25519).unwrap();
        let epk = json!({"kty": "OKP", "crv": "X25519", "x": base64url::encode([0; 32])});
        let header = Object::from_iter([("epk".to_owned(), epk)]);
        let refused = with_sender(&receiver, &header, "A128GCM", 16);
        assert_eq!(refused, Err(JoseError::Failed));
    }
}
