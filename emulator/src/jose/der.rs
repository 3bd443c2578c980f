//! Parsing of private RSA keys in DER.

use x509_cert::der::asn1::{AnyRef, OctetStringRef, UintRef};
use x509_cert::der::{self, Decode as _, Reader as _, SliceReader};

/// The numbers n, e, d, p, q, dp, dq and qi of a private RSA key in PKCS #8 (RFC 5208 §5, RFC 8017 §A.1.2).
pub fn rsa_numbers(pkcs8: &[u8]) -> der::Result<[UintRef<'_>; 8]> {
    let key = SliceReader::new(pkcs8)?.sequence(|info| {
        let _version = UintRef::decode(info)?;
        let _algorithm = AnyRef::decode(info)?;
        <&OctetStringRef>::decode(info)
    })?;
    SliceReader::new(key.as_bytes())?.sequence(|key| {
        let _version = UintRef::decode(key)?;
        let mut numbers = [UintRef::new(&[])?; 8];
        for number in &mut numbers {
            *number = UintRef::decode(key)?;
        }
        Ok(numbers)
    })
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
            assert!(rsa_numbers(der).is_err(), "{der:?}");
        }
    }
}
