//! Keys of a simulated hardware security module.

use serde::{Deserialize, Serialize};

use crate::jose::Jwk;
use crate::json::{Object, ObjectExt};

/// A key of a simulated hardware security module. The private key is in the state, but no API call returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardwareKey {
    /// The key in the form of the API.
    pub shown: Object,
    /// The private key.
    pub private: Jwk,
}

impl HardwareKey {
    pub fn has_handle(&self, handle: &str) -> bool {
        self.shown.text("handle") == Some(handle)
    }
}
