//! The values of the API's enums and the corresponding values in the protocols.

/// The values of an enum of the SDK, for members that are accessed by name.
#[derive(Debug, Clone, Copy)]
pub struct EnumValues {
    /// Whether the API has this value.
    pub has: fn(&str) -> bool,
    /// Converts the API's value to the protocols' value.
    pub to_protocol: fn(&str) -> Option<&'static str>,
    /// Converts the protocols' value to the API's value.
    pub from_protocol: fn(&str) -> Option<String>,
}

/// A member and the enum of its values.
pub type EnumMember = (&'static str, EnumValues);

/// The [`EnumValues`] of an enum of the SDK.
macro_rules! of_enum {
    ($name:ident) => {
        $crate::settings::EnumValues {
            has: |value| {
                authlete::types::$name::KNOWN
                    .iter()
                    .any(|known| known.as_str() == value)
            },
            to_protocol: |value| authlete::types::$name::from(value).protocol_value(),
            from_protocol: |value| {
                let value = authlete::types::$name::from_protocol_value(value)?;
                Some(value.as_str().to_owned())
            },
        }
    };
}
pub(crate) use of_enum;
