//! Why a value could not be decoded.

/// Why a value could not be decoded: what was found and what was expected, without the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub(crate) String);

impl DecodeError {
    /// The maximum nesting depth of objects and arrays in a response. It is the limit of the JSON parser,
    /// which protects the stack against hostile responses, and is many times what Authlete's responses need.
    pub const MAX_DEPTH: usize = 127;

    /// An error with this message, for tests.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
