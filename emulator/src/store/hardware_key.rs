//! Keys of a simulated hardware security module.

use serde::{Deserialize, Serialize};

use crate::json::{Members, Object};

/// A key of a simulated hardware security module. The private key is in the state, but no API call returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardwareKey {
    /// The key in the form of the API.
    pub shown: Object,
    /// The private key as a JWK.
    pub private: Object,
}

impl HardwareKey {
    pub fn has_handle(&self, handle: &str) -> bool {
        self.shown.text("handle") == Some(handle)
    }
}
