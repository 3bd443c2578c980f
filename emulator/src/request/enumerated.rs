//! String members with enumerated values, where an unknown value would otherwise mean the default.

use super::bad_request::BadRequest;
use super::fault::{Fault, Kind};
use crate::json::{Members, Object};

const VALUES: [(&str, &[&str]); 1] = [("idTokenAudType", &["array", "string"])];

/// Rejects unknown values. The settings of services have their own checks.
pub fn check(operation: &str, request: &Object) -> Result<(), BadRequest> {
    if matches!(operation, "create_service" | "update_service") {
        return Ok(());
    }
    for (member, values) in VALUES {
        if request
            .text(member)
            .is_some_and(|text| !values.contains(&text))
        {
            let fault = Fault::from(Kind::OneOf(values)).within(member);
            return Err(BadRequest::of_member(operation, fault));
        }
    }
    Ok(())
}
