//! The key of the wallet as a COSE key (RFC 9053 §7).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use coset::cbor::Value as Cbor;
use coset::{AsCborValue as _, CoseKeyBuilder, iana};

use crate::json::{Object, ObjectExt};

/// The COSE key, or `None` if ISO/IEC 18013-5 does not have its curve.
pub fn of_jwk(key: &Object) -> Option<Cbor> {
    let coordinate = |name| BASE64_URL_SAFE_NO_PAD.decode(key.text(name)?).ok();
    let curve = match key.text("crv")? {
        "P-256" => iana::EllipticCurve::P_256,
        "P-384" => iana::EllipticCurve::P_384,
        "P-521" => iana::EllipticCurve::P_521,
        "Ed25519" => return ed25519(coordinate("x")?),
        _ => return None,
    };
    let key = CoseKeyBuilder::new_ec2_pub_key(curve, coordinate("x")?, coordinate("y")?);
    key.build().to_cbor_value().ok()
}

fn ed25519(x: Vec<u8>) -> Option<Cbor> {
    let curve = iana::EllipticCurve::Ed25519 as i64;
    let key = CoseKeyBuilder::new_okp_key()
        .param(iana::OkpKeyParameter::Crv as i64, curve.into())
        .param(iana::OkpKeyParameter::X as i64, Cbor::Bytes(x));
    key.build().to_cbor_value().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn key(jwk: Value) -> Option<Cbor> {
        of_jwk(jwk.as_object().unwrap())
    }

    /// The labels and values are those of RFC 9053 §7.
    #[test]
    fn key_is_encoded_with_cose_labels() {
        let bytes = || Cbor::Bytes(vec![0]);
        let (kty, crv, x, y) = (1, -1, -2, -3);
        for (jwk, expected) in [
            (
                json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
                vec![(kty, 2.into()), (crv, 1.into()), (x, bytes()), (y, bytes())],
            ),
            (
                json!({ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA" }),
                vec![(kty, 2.into()), (crv, 3.into()), (x, bytes()), (y, bytes())],
            ),
            (
                json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
                vec![(kty, 1.into()), (crv, 6.into()), (x, bytes())],
            ),
        ] {
            let members = expected.into_iter();
            let members = members.map(|(number, value)| (Cbor::from(number), value));
            assert_eq!(key(jwk), Some(Cbor::Map(members.collect())));
        }
    }

    #[test]
    fn key_on_unsupported_curve_is_none() {
        for jwk in [
            json!({ "kty": "RSA", "n": "AA", "e": "AQAB" }),
            json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "AA" }),
        ] {
            assert_eq!(key(jwk), None);
        }
    }
}
