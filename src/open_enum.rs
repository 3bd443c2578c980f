//! Open enums: the server may send a value that this version of the crate does not know.

/// Defines an enum from the names of its values in Authlete's API, each with its value in the protocols, if it has one.
///
/// An unknown value is kept in `Other` and serialized unchanged.
macro_rules! open_enum {
    (
        $(#[$attribute:meta])*
        $name:ident {
            $( $(#[$variant_attribute:meta])* $variant:ident = $name_in_api:literal $(=> $protocol:literal)? ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )*
            /// A value that this version of the crate does not know, as the server sent it.
            Other(String),
        }

        impl $name {
            /// The values that this version of the crate knows, in the order of the API's description.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The name of the value in Authlete's API.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name_in_api,)*
                    Self::Other(name) => name,
                }
            }

            /// The value in the protocols (OAuth, OpenID, JOSE); `None` if it has none.
            #[inline]
            pub fn protocol_value(&self) -> Option<&'static str> {
                match self {
                    $($(Self::$variant => Some($protocol),)?)*
                    _ => None,
                }
            }

            /// The variant for a value in the protocols; `None` if there is none.
            #[inline]
            pub fn from_protocol_value(name: &str) -> Option<Self> {
                Self::KNOWN.iter().find(|value| value.protocol_value() == Some(name)).cloned()
            }

            /// Whether the server sent no value.
            #[allow(dead_code)]
            #[inline]
            pub(crate) fn is_unset(&self) -> bool {
                matches!(self, Self::Other(name) if name.is_empty())
            }
        }

        /// The value of a missing member: `Other` with an empty string.
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Other(String::new())
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(name: &str) -> Self {
                match name {
                    $($name_in_api => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(name: String) -> Self {
                Self::from(name.as_str())
            }
        }

        impl From<&String> for $name {
            #[inline]
            fn from(name: &String) -> Self {
                Self::from(name.as_str())
            }
        }

        /// The name of the value in Authlete's API.
        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            #[inline]
            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(name))
            }
        }

        impl std::fmt::Display for $name {
            #[inline]
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
                $crate::deserialize::deserialize_from_str(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            /// A string with the known values as examples; any other is valid too.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "examples": [$($name_in_api),*] })
            }
        }
    };
}
pub(crate) use open_enum;
