//! Members whose text must be one of a few words, and of which another word would be taken for the default.

use super::bad_request::BadRequest;
use super::fault::{Fault, Kind};
use crate::json::{Members, Object};

const WORDS: [(&str, &[&str]); 1] = [("idTokenAudType", &["array", "string"])];

/// Refuses another word. The settings of services have checks of their own.
pub fn check(operation: &str, request: &Object) -> Result<(), BadRequest> {
    if matches!(operation, "create_service" | "update_service") {
        return Ok(());
    }
    for (member, words) in WORDS {
        if request
            .text(member)
            .is_some_and(|text| !words.contains(&text))
        {
            let fault = Fault::from(Kind::Word(words)).within(member);
            return Err(BadRequest::of_member(operation, fault));
        }
    }
    Ok(())
}
