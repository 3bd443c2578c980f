//! The little of DER (ITU-T X.690) that it takes to see the numbers of an RSA key.

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// What is left to read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, which must be of this type.
    fn next(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // In the long form the first byte counts those of the length; two are enough for 64 kilobytes.
            0x81 | 0x82 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = length
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*tag == wanted).then_some(content)
    }

    /// The next element, a number that is not negative, without the zero that says so.
    fn number(&mut self) -> Option<&'a [u8]> {
        let content = self.next(INTEGER)?;
        Some(content.strip_prefix(&[0]).unwrap_or(content))
    }
}

/// The numbers n, e, d, p, q, dp, dq and qi of a private RSA key in PKCS #8 (RFC 5208 §5, RFC 8017 §A.1.2).
pub fn rsa_numbers(pkcs8: &[u8]) -> Option<[&[u8]; 8]> {
    let mut info = Der(Der(pkcs8).next(SEQUENCE)?);
    let _version = info.number()?;
    let _algorithm = info.next(SEQUENCE)?;
    let mut key = Der(Der(info.next(OCTET_STRING)?).next(SEQUENCE)?);
    let _version = key.number()?;
    let mut numbers = [pkcs8; 8];
    for number in &mut numbers {
        *number = key.number()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_key_has_no_numbers() {
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
            assert_eq!(rsa_numbers(der), None, "{der:?}");
        }
    }
}
