//! The words of the API's enums, and those that the protocols have for the same.

/// What an enum of the SDK knows, for members that are read by name.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// Whether a word is one of the API's.
    pub has: fn(&str) -> bool,
    /// The protocols' word for one of the API's.
    pub to_protocol: fn(&str) -> Option<&'static str>,
    /// The API's word for one of the protocols'.
    pub from_protocol: fn(&str) -> Option<String>,
}

/// A member with words of an enum in it.
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
