//! Any HTTP response of Authlete to a call.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match authlete_fuzz::answer::run(input) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
