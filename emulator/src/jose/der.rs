//! Parsing of private RSA keys in DER.

use pkcs1::{RsaPrivateKey, UintRef};
use pkcs8::PrivateKeyInfoRef;

/// The numbers n, e, d, p, q, dp, dq and qi of a private RSA key in PKCS #8 (RFC 5208 §5, RFC 8017 §A.1.2).
pub fn rsa_numbers(pkcs8: &[u8]) -> Option<[UintRef<'_>; 8]> {
    let info = PrivateKeyInfoRef::try_from(pkcs8).ok()?;
    let key = RsaPrivateKey::try_from(info.private_key.as_bytes()).ok()?;
    Some([
        key.modulus,
        key.public_exponent,
        key.private_exponent,
        key.prime1,
        key.prime2,
        key.exponent1,
        key.exponent2,
        key.coefficient,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_der_is_refused() {
        for der in [
            b"".as_slice(),
            b"\x30",
            b"\x30\x00",
            b"\x30\x05\x02\x01\x00",
            b"\x30\x82\xff",
            b"\x30\x82\xff\xff\x00",
            b"\x30\x84\xff\xff\xff\xff",
            b"\x30\x80\x02\x01\x00\x00\x00",
            b"\x30\x08\x02\x01\x00\x30\x00\x04\x01\x30",
        ] {
            assert!(rsa_numbers(der).is_none(), "{der:?}");
        }
    }
}
