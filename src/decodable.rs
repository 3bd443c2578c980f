//! Decoding of what the server sends: nothing that is missing, `null` or unknown keeps it from being read.
//!
//! serde's derive could be told the same with attributes. It would keep unknown members by way of `flatten`, which
//! makes the decoder of a large object slower, and the crate slower to build.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Takes the members of a JSON object one by one.
pub(crate) trait FromMembers: Default {
    /// Takes the value of one member.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        members: &mut A,
    ) -> Result<(), A::Error>;
}

/// Decodes an object member by member.
pub(crate) fn from_members<'de, D: Deserializer<'de>, T: FromMembers>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: FromMembers> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
            let mut value = T::default();
            while let Some(name) = members.next_key()? {
                value.take(name, &mut members)?;
            }
            Ok(value)
        }
    }

    deserializer.deserialize_map(Members(PhantomData))
}

/// The name of a member, which only an unknown one is copied for.
pub(crate) enum Name<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl Name<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(name) => name,
            Self::Owned(name) => name,
        }
    }

    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Borrowed(name) => name.to_owned(),
            Self::Owned(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a member")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name::Borrowed(name))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name::Owned(name.to_owned()))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

/// A list without its `null` items; `None` when it is `null` itself.
pub(crate) struct List<T>(pub Option<Vec<T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = List<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a sequence")
            }

            fn visit_unit<E: Error>(self) -> Result<List<T>, E> {
                Ok(List(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = sequence.next_element::<Option<T>>()? {
                    items.extend(item);
                }
                Ok(List(Some(items)))
            }
        }

        deserializer.deserialize_any(Items(PhantomData))
    }
}

/// Makes a struct decodable: `one` value or `null`, a `list` in which `null` items are dropped, or a `word` that is
/// the default when it is missing. What is not named goes into `extra`.
macro_rules! decodable {
    ($name:ident { $( $kind:ident $member:ident = $key:literal ),* $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::decodable::from_members(deserializer)
            }
        }

        impl $crate::decodable::FromMembers for $name {
            fn take<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: $crate::decodable::Name<'de>,
                members: &mut A,
            ) -> Result<(), A::Error> {
                match name.as_str() {
                    $( $key => self.$member = $crate::decodable!(@$kind members), )*
                    _ => {
                        self.extra.insert(name.into_string(), members.next_value()?);
                    }
                }
                Ok(())
            }
        }
    };
    (@one $members:ident) => {
        $members.next_value()?
    };
    (@list $members:ident) => {
        $members.next_value::<$crate::decodable::List<_>>()?.0
    };
    (@word $members:ident) => {
        $members.next_value::<Option<_>>()?.unwrap_or_default()
    };
}
pub(crate) use decodable;

/// A value that every word converts to.
pub(crate) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Word<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for Word<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a string")
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
            Ok(T::from(word))
        }
    }

    deserializer.deserialize_str(Word(PhantomData))
}
