//! Lenient deserialization: a missing, `null` or unknown member is not an error, except for the required members of
//! requests.
//!
//! serde's derive could do the same with attributes, but would need `flatten` to keep unknown members, which makes decoding
//! of large objects slower, and doubles the code that the compiler has to check.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Number;

/// Deserializes the members of a JSON object one by one.
pub(crate) trait DeserializeMembers: Unset {
    /// Sets the member of this name.
    fn set_member<'de, A: MapAccess<'de>>(
        &mut self,
        name: MemberName<'de>,
        members: &mut A,
    ) -> Result<(), A::Error>;

    /// The names of the members that must not be missing.
    const REQUIRED: &'static [&'static str] = &[];

    /// Whether a plain string is accepted instead of the object.
    const MAY_BE_TEXT: bool = false;

    /// The object for a plain string, if a string is accepted.
    fn from_text(_: &str) -> Option<Self> {
        None
    }
}

/// The value of an object or a member before it is set.
pub(crate) trait Unset: Sized {
    fn unset() -> Self;
}

impl<T: Default> Unset for T {
    fn unset() -> Self {
        Self::default()
    }
}

/// Deserializes an object member by member.
pub(crate) fn deserialize_members<'de, D: Deserializer<'de>, T: DeserializeMembers>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Members<T>(PhantomData<T>);

    impl<'de, T: DeserializeMembers> Visitor<'de> for Members<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
            let mut value = T::unset();
            let mut missing = T::REQUIRED.to_vec();
            while let Some(name) = members.next_key::<MemberName<'de>>()? {
                missing.retain(|required| *required != name.as_str());
                value.set_member(name, &mut members)?;
            }
            match missing.first() {
                Some(name) => Err(A::Error::missing_field(name)),
                None => Ok(value),
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            T::from_text(text).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self))
        }
    }

    // With `deserialize_map`, the position in an error is the beginning of the value.
    match T::MAY_BE_TEXT {
        true => deserializer.deserialize_any(Members(PhantomData)),
        false => deserializer.deserialize_map(Members(PhantomData)),
    }
}

/// The name of a member, borrowed if possible.
pub(crate) enum MemberName<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl MemberName<'_> {
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

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = MemberName<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a member")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<MemberName<'de>, E> {
                Ok(MemberName::Borrowed(name))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<MemberName<'de>, E> {
                Ok(MemberName::Owned(name.to_owned()))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

/// An integer, or a string of digits; `None` for `null`.
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

            /// With its feature `arbitrary_precision`, which any crate of a program may enable, serde_json represents a
            /// number with a fraction or an exponent as a map.
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

/// A list without its `null` items; `None` for `null`.
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

/// A map without its `null` entries; `None` for `null`.
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

/// Sets a member of an object to the value that comes next: a function for each kind of member. An assignment in
/// `set_member` would repeat the handling of errors for each member.
pub(crate) mod set {
    use super::*;

    pub fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        member: &mut T,
        members: &mut A,
    ) -> Result<(), A::Error> {
        *member = members.next_value()?;
        Ok(())
    }

    pub fn integer<'de, A: MapAccess<'de>, T: TryFrom<i64>>(
        member: &mut Option<T>,
        members: &mut A,
    ) -> Result<(), A::Error> {
        *member = members.next_value::<Integer<T>>()?.0;
        Ok(())
    }

    pub fn list<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        member: &mut Option<Vec<T>>,
        members: &mut A,
    ) -> Result<(), A::Error> {
        *member = members.next_value::<List<T>>()?.0;
        Ok(())
    }

    pub fn map<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        member: &mut Option<HashMap<String, T>>,
        members: &mut A,
    ) -> Result<(), A::Error> {
        *member = members.next_value::<Entries<T>>()?.0;
        Ok(())
    }

    pub fn or_default<'de, A: MapAccess<'de>, T: Deserialize<'de> + Default>(
        member: &mut T,
        members: &mut A,
    ) -> Result<(), A::Error> {
        *member = members.next_value::<Option<T>>()?.unwrap_or_default();
        Ok(())
    }
}

/// Implements `Deserialize` for a struct. Kinds of members: `value`, which may be `null`; `integer`, which may be a string;
/// `list` and `map`, whose `null` items are left out; `or_default`, the default for `null`. Unknown members are added to
/// `extra`. With `text`, a plain string is deserialized into that member. With `required`, these members must not be missing,
/// and the struct has no `Default`.
macro_rules! impl_deserialize {
    (
        $name:ident { $( $kind:ident $member:ident = $key:literal ),* $(,)? }
        $(, text => $text:ident: $make:path)?
    ) => {
        $crate::impl_deserialize!(
            @impl $name { $($kind $member = $key),* }
            $(
                const MAY_BE_TEXT: bool = true;

                #[inline]
                fn from_text(text: &str) -> Option<Self> {
                    Some(Self { $text: $make(text.to_owned()), ..Self::default() })
                }
            )?
        );
    };
    (
        $name:ident { $( $kind:ident $member:ident = $key:literal ),* $(,)? }, required => [$($required:literal),*]
    ) => {
        $crate::impl_deserialize!(
            @impl $name { $($kind $member = $key),* }
            const REQUIRED: &'static [&'static str] = &[$($required),*];
        );

        impl $crate::deserialize::Unset for $name {
            #[inline]
            fn unset() -> Self {
                Self {
                    $($member: $crate::deserialize::Unset::unset(),)*
                    extra: Default::default(),
                }
            }
        }
    };
    (@impl $name:ident { $( $kind:ident $member:ident = $key:literal ),* } $($items:item)*) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::deserialize::deserialize_members(deserializer)
            }
        }

        impl $crate::deserialize::DeserializeMembers for $name {
            fn set_member<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: $crate::deserialize::MemberName<'de>,
                members: &mut A,
            ) -> Result<(), A::Error> {
                match name.as_str() {
                    $( $key => $crate::deserialize::set::$kind(&mut self.$member, members), )*
                    _ => {
                        self.extra.insert(name.into_string(), members.next_value()?);
                        Ok(())
                    }
                }
            }

            $($items)*
        }
    };
}
pub(crate) use impl_deserialize;

/// Deserializes a value from a string.
pub(crate) fn deserialize_from_str<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct FromStrVisitor<T>(PhantomData<T>);

    impl<T: for<'a> From<&'a str>> Visitor<'_> for FromStrVisitor<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text))
        }
    }

    deserializer.deserialize_str(FromStrVisitor(PhantomData))
}
