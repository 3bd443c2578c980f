//! Any request to an endpoint or page of an authorization server, with any answers of Authlete.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match authlete_fuzz::endpoint::send(input, authlete_fuzz::is_usable) {
        true => Corpus::Keep,
        false => Corpus::Reject,
    }
});
