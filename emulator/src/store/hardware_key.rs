//! Keys that stay where they are made.

use serde::{Deserialize, Serialize};

use crate::jose::Jwk;
use crate::json::{Members, Object};

/// A key of a hardware security module, which here is none: the private key is in the state like everything else, and
/// as in a module no call gets at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardwareKey {
    /// What the API shows.
    pub shown: Object,
    /// The private key.
    pub private: Jwk,
}

impl HardwareKey {
    pub fn has_handle(&self, handle: &str) -> bool {
        self.shown.text("handle") == Some(handle)
    }
}
