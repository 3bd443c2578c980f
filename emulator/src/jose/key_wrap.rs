//! AES Key Wrap (RFC 3394). `aws_lc_rs::key_wrap` has no 192-bit keys, which RFC 7518 requires.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::constant_time;
use aws_lc_rs::error::Unspecified;

/// RFC 3394 §2.2.3.1.
const INITIAL_VALUE: u64 = 0xA6A6_A6A6_A6A6_A6A6;

pub fn wrap(kek: &[u8], key: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let cipher = EncryptingKey::ecb(cipher_key(kek)?)?;
    let mut blocks = blocks(key)?;
    let mut check = INITIAL_VALUE;
    let mut step = 0;
    for _ in 0..6 {
        for block in &mut blocks {
            step += 1;
            let mut pair = join(check, *block);
            cipher.encrypt(&mut pair)?;
            (check, *block) = split(pair);
            check ^= step;
        }
    }
    Ok([check]
        .into_iter()
        .chain(blocks)
        .flat_map(u64::to_be_bytes)
        .collect())
}

pub fn unwrap(kek: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let cipher = DecryptingKey::ecb(cipher_key(kek)?)?;
    let (check, key) = wrapped.split_at_checked(8).ok_or(Unspecified)?;
    let mut check = u64::from_be_bytes(check.try_into().map_err(|_| Unspecified)?);
    let mut blocks = blocks(key)?;
    let mut step = 6 * blocks.len() as u64;
    for _ in 0..6 {
        for block in blocks.iter_mut().rev() {
            let mut pair = join(check ^ step, *block);
            cipher.decrypt(&mut pair, DecryptionContext::None)?;
            (check, *block) = split(pair);
            step -= 1;
        }
    }
    constant_time::verify_slices_are_equal(&check.to_be_bytes(), &INITIAL_VALUE.to_be_bytes())?;
    Ok(blocks.into_iter().flat_map(u64::to_be_bytes).collect())
}

fn cipher_key(kek: &[u8]) -> Result<UnboundCipherKey, Unspecified> {
    let algorithm: &'static Algorithm = match kek.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return Err(Unspecified),
    };
    UnboundCipherKey::new(algorithm, kek)
}

/// Splits a key into at least two blocks of 64 bits.
fn blocks(key: &[u8]) -> Result<Vec<u64>, Unspecified> {
    match key.as_chunks() {
        (blocks, []) if blocks.len() >= 2 => Ok(blocks
            .iter()
            .map(|block| u64::from_be_bytes(*block))
            .collect()),
        _ => Err(Unspecified),
    }
}

fn join(check: u64, block: u64) -> [u8; 16] {
    (u128::from(check) << 64 | u128::from(block)).to_be_bytes()
}

fn split(pair: [u8; 16]) -> (u64, u64) {
    let pair = u128::from_be_bytes(pair);
    ((pair >> 64) as u64, pair as u64)
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
