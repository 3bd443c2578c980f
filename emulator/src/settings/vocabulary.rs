//! The values of the API's enums, and the protocols' values for them.

/// Conversions of an enum of the SDK, for members that are accessed by name.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// Whether the API has a value.
    pub has: fn(&str) -> bool,
    /// Converts the API's value to the protocols' value.
    pub to_protocol: fn(&str) -> Option<&'static str>,
    /// Converts the protocols' value to the API's value.
    pub from_protocol: fn(&str) -> Option<String>,
}

/// A member with values of an enum.
pub type Words = (&'static str, Vocabulary);

/// The vocabulary of an enum of the SDK.
macro_rules! of_enum {
    ($name:ident) => {
        $crate::settings::Vocabulary {
            has: |word| {
                authlete::types::$name::KNOWN
                    .iter()
                    .any(|value| value.as_str() == word)
            },
            to_protocol: |word| authlete::types::$name::from(word).protocol_value(),
            from_protocol: |word| {
                let value = authlete::types::$name::from_protocol_value(word)?;
                Some(value.as_str().to_owned())
            },
        }
    };
}
pub(crate) use of_enum;
