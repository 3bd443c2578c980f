//! String members with enumerated values, where an unknown value would otherwise mean the default.

use super::bad_request::BadRequest;
use super::read_error::{ReadError, ReadErrorKind};
use crate::json::{Object, ObjectExt};

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
            let error = ReadError::from(ReadErrorKind::OneOf(values)).within(member);
            return Err(BadRequest::of_member(operation, error));
        }
    }
    Ok(())
}
