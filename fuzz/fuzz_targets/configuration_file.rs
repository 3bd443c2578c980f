//! Any configuration file.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match authlete_fuzz::configuration::run_file(input) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
