//! The key of the wallet as a COSE key (RFC 9053 §7).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use coset::cbor::Value as Cbor;
use coset::{AsCborValue as _, CoseKeyBuilder, iana};

use crate::json::{Members, Object};

/// The key, where it is on a curve that ISO/IEC 18013-5 has.
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
