//! `/misc`.

use crate::call::Call;
use crate::reply::{Outcome, Reply};

/// Says what it was told.
pub fn echo(call: &Call) -> Outcome {
    Ok(Reply::object(200, call.parameters.clone()))
}
