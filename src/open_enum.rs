//! Enums that stay open: the server may use a word that this version of the crate does not know.

/// Defines an enum of Authlete's words, with the words of the protocols beside them where there are any.
///
/// A word that is not listed is kept in `Other` and written back as it came.
macro_rules! open_enum {
    (
        $(#[$attribute:meta])*
        $name:ident {
            $( $(#[$variant_attribute:meta])* $variant:ident = $word:literal $(=> $protocol:literal)? ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )*
            /// A word that this version of the crate does not know, as the server sent it.
            Other(String),
        }

        impl $name {
            /// The values that this version of the crate knows, in the order of the API's description.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Authlete's word for the value.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }

            /// The word that the protocols (OAuth, OpenID, JOSE) have for the value; `None` when they have none.
            pub fn protocol_value(&self) -> Option<&'static str> {
                match self {
                    $($(Self::$variant => Some($protocol),)?)*
                    _ => None,
                }
            }

            /// The value for a word of the protocols; `None` when no value has it.
            pub fn from_protocol_value(word: &str) -> Option<Self> {
                Self::KNOWN.iter().find(|value| value.protocol_value() == Some(word)).cloned()
            }

            /// Whether the server sent no value at all.
            #[allow(dead_code)]
            pub(crate) fn is_unset(&self) -> bool {
                matches!(self, Self::Other(word) if word.is_empty())
            }
        }

        /// The value of an answer that has none: `Other` with an empty word.
        impl Default for $name {
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl From<&String> for $name {
            fn from(word: &String) -> Self {
                Self::from(word.as_str())
            }
        }

        /// Authlete's word for the value.
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::decodable::word(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            /// A string with the known words as examples: any other is valid too.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [$($word),*] })
            }
        }
    };
}
pub(crate) use open_enum;
