//! Decoding of what the server sends: nothing that is missing, `null` or unknown keeps it from being read.
//!
//! serde's derive could be told the same with attributes. It would keep unknown members by way of `flatten`, which
//! makes the decoder of a large object slower, and the crate slower to build.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Number;

/// Takes the members of a JSON object one by one.
pub(crate) trait FromMembers: Default {
    /// Takes the value of one member.
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        name: Name<'de>,
        members: &mut A,
    ) -> Result<(), A::Error>;

    /// Whether a plain string may stand for the object.
    const MAY_BE_TEXT: bool = false;

    /// The object that a plain string stands for, if one may.
    fn from_text(_: &str) -> Option<Self> {
        None
    }
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

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            T::from_text(text).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
        }
    }

    // An object is asked for where nothing else may come: a mistake is then told of the place where it begins.
    match T::MAY_BE_TEXT {
        true => deserializer.deserialize_any(Members(PhantomData)),
        false => deserializer.deserialize_map(Members(PhantomData)),
    }
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

/// An integer, also one that comes as a string of digits; `None` when it is `null`.
pub(crate) struct Integer<T>(pub Option<T>);

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits<T>(PhantomData<T>);

        impl<T: TryFrom<i64>> Digits<T> {
            fn fit<E: Error>(&self, number: i64) -> Result<Integer<T>, E> {
                T::try_from(number)
                    .map(|number| Integer(Some(number)))
                    .map_err(|_| E::invalid_value(Unexpected::Signed(number), self))
            }
        }

        impl<'de, T: TryFrom<i64>> Visitor<'de> for Digits<T> {
            type Value = Integer<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                let bits = 8 * size_of::<T>();
                write!(formatter, "an integer of {bits} bits")
            }

            fn visit_unit<E: Error>(self) -> Result<Integer<T>, E> {
                Ok(Integer(None))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Integer<T>, E> {
                self.fit(number)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Integer<T>, E> {
                match i64::try_from(number) {
                    Ok(number) => self.fit(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                }
            }

            /// `1e3` and `5.0` are integers, too.
            fn visit_f64<E: Error>(self, number: f64) -> Result<Integer<T>, E> {
                const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
                match number.fract() == 0.0 && number.abs() <= LARGEST_EXACT {
                    true => self.fit(number as i64),
                    false => Err(E::invalid_type(Unexpected::Float(number), &self)),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Integer<T>, E> {
                match text.parse() {
                    Ok(number) => self.fit(number),
                    Err(_) => Err(E::invalid_type(Unexpected::Str(text), &self)),
                }
            }

            /// With its feature `arbitrary_precision`, which any crate of a program may enable, serde_json gives a map
            /// for a number with a fraction or an exponent.
            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Integer<T>, A::Error> {
                let number = Number::deserialize(MapAccessDeserializer::new(members))
                    .map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
                match number.as_f64() {
                    Some(number) => self.visit_f64(number),
                    None => Err(A::Error::invalid_type(Unexpected::Other("number"), &self)),
                }
            }
        }

        deserializer.deserialize_any(Digits(PhantomData))
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

/// A map without what is `null` in it; `None` when it is `null` itself.
pub(crate) struct Entries<T>(pub Option<HashMap<String, T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Option::<HashMap<String, Option<T>>>::deserialize(deserializer)?;
        Ok(Self(entries.map(|entries| {
            let entries = entries.into_iter();
            entries
                .filter_map(|(name, value)| Some((name, value?)))
                .collect()
        })))
    }
}

/// Makes a struct decodable: `one` value or `null`, an `integer` that may be text, a `list` or a `map` in which what is
/// `null` is dropped, or a `word` that is the default when it is missing. What is not named goes into `extra`. A plain string may
/// stand for an object that has its `text` in a member.
macro_rules! decodable {
    (
        $name:ident { $( $kind:ident $member:ident = $key:literal ),* $(,)? }
        $(, text => $text:ident: $make:path)?
    ) => {
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

            $(
                const MAY_BE_TEXT: bool = true;

                fn from_text(text: &str) -> Option<Self> {
                    Some(Self { $text: $make(text.to_owned()), ..Self::default() })
                }
            )?
        }
    };
    (@integer $members:ident) => {
        $members.next_value::<$crate::decodable::Integer<_>>()?.0
    };
    (@one $members:ident) => {
        $members.next_value()?
    };
    (@map $members:ident) => {
        $members.next_value::<$crate::decodable::Entries<_>>()?.0
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
