//! AES Key Wrap (RFC 3394). `aws_lc_rs::key_wrap` has no 192-bit keys, which RFC 7518 requires.

use aes_kw::{IV_LEN, KeyInit as _, KwAes128, KwAes192, KwAes256};

use super::error::JoseError;

/// A key has at least two blocks of 64 bits (RFC 3394 §2).
const MIN_KEY_LEN: usize = 2 * IV_LEN;

pub fn wrap(kek: &[u8], key: &[u8]) -> Result<Vec<u8>, JoseError> {
    if key.len() < MIN_KEY_LEN {
        return Err(JoseError::Failed);
    }
    let mut wrapped = vec![0; IV_LEN + key.len()];
    match kek.len() {
        16 => KwAes128::new_from_slice(kek)?.wrap_key(key, &mut wrapped),
        24 => KwAes192::new_from_slice(kek)?.wrap_key(key, &mut wrapped),
        _ => KwAes256::new_from_slice(kek)?.wrap_key(key, &mut wrapped),
    }?;
    Ok(wrapped)
}

pub fn unwrap(kek: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, JoseError> {
    if wrapped.len() < IV_LEN + MIN_KEY_LEN {
        return Err(JoseError::Failed);
    }
    let mut key = vec![0; wrapped.len() - IV_LEN];
    match kek.len() {
        16 => KwAes128::new_from_slice(kek)?.unwrap_key(wrapped, &mut key),
        24 => KwAes192::new_from_slice(kek)?.unwrap_key(wrapped, &mut key),
        _ => KwAes256::new_from_slice(kek)?.unwrap_key(wrapped, &mut key),
    }?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3394 §4.1, §4.2, §4.3 and §4.6: the wrapping key is 00 01 02 …, the wrapped key 00 11 22 …
    #[test]
    fn examples_of_rfc_3394_are_wrapped_and_unwrapped() {
        let kek: Vec<u8> = (0..32).collect();
        let data: Vec<u8> = (0..16).map(|byte| byte * 0x11).chain(0..16).collect();
        for (kek_size, key_size, wrapped) in [
            (16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"),
            (24, 16, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"),
            (32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
            (
                32,
                32,
                "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
            ),
        ] {
            let (kek, key) = (&kek[..kek_size], &data[..key_size]);
            let actual = wrap(kek, key).unwrap();
            let hex: String = actual.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, wrapped);
            assert_eq!(unwrap(kek, &actual).unwrap(), key);
        }
    }

    #[test]
    fn unwrapping_fails_with_another_key_or_a_modified_input() {
        let wrapped = wrap(&[1; 16], &[2; 32]).unwrap();
        assert!(unwrap(&[3; 16], &wrapped).is_err());
        assert!(unwrap(&[1; 15], &wrapped).is_err());
        for end in 0..wrapped.len() {
            assert!(unwrap(&[1; 16], &wrapped[..end]).is_err());
            let mut modified = wrapped.clone();
            modified[end] ^= 1;
            assert!(unwrap(&[1; 16], &modified).is_err());
        }
        for size in [0, 7, 8, 17] {
            assert!(wrap(&[1; 16], &vec![2; size]).is_err());
        }
    }
}
