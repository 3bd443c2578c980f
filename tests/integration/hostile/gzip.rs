//! Compressed bodies.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Uncompressed size, far above the limit of a handle. A few kilobytes compressed.
const BOMB: u64 = 64 << 20;

pub fn compress(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    io::copy(&mut io::Read::take(io::repeat(b' '), BOMB), &mut encoder).unwrap();
    encoder.finish().unwrap()
}
