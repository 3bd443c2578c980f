//! Error details from the operator of the authorization server.

use serde::{Deserialize, Serialize};

use crate::json::{Object, ObjectExt};

/// The server operator's description of an error, passed to the client unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorDetails {
    pub description: Option<String>,
    pub uri: Option<String>,
}

impl ErrorDetails {
    /// The error details in an API call.
    pub fn of(request: &Object) -> Self {
        let text = |name| request.text(name).map(str::to_owned);
        Self {
            description: text("errorDescription"),
            uri: text("errorUri"),
        }
    }
}
