//! COSE algorithms for JOSE algorithms (RFC 9053).

use coset::iana;

/// JOSE algorithms with the COSE algorithm that is written, and the number of its fully specified equivalent (RFC 9053 §2,
/// RFC 9864 §2).
const ALGORITHMS: [(&str, iana::Algorithm, i64); 4] = [
    ("ES256", iana::Algorithm::ES256, -9),
    ("ES384", iana::Algorithm::ES384, -51),
    ("ES512", iana::Algorithm::ES512, -52),
    ("EdDSA", iana::Algorithm::EdDSA, -19),
];

pub fn algorithm(alg: &str) -> Option<iana::Algorithm> {
    let mut algorithms = ALGORITHMS.into_iter();
    let found = algorithms.find(|(name, ..)| *name == alg);
    found.map(|(_, algorithm, _)| algorithm)
}

pub fn algorithm_numbers(alg: &str) -> Vec<i64> {
    let algorithms = ALGORITHMS.into_iter();
    let of_alg = algorithms.filter(|(name, ..)| *name == alg);
    of_alg
        .flat_map(|(_, algorithm, specified)| [algorithm as i64, specified])
        .collect()
}
