//! Any values of the settings.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match authlete_fuzz::configuration::run_settings(input) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
