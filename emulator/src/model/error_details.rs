//! What a server operator says of an error.

use serde::{Deserialize, Serialize};

use crate::json::{Members, Object};

/// The server operator's account of an error: it reaches the client as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorDetails {
    pub description: Option<String>,
    pub uri: Option<String>,
}

impl ErrorDetails {
    /// Those in an API call.
    pub fn of(request: &Object) -> Self {
        let text = |name| request.text(name).map(str::to_owned);
        Self {
            description: text("errorDescription"),
            uri: text("errorUri"),
        }
    }
}
