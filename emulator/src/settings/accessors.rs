//! Macros that declare the name, type and default of each setting in one place.

/// Declares a getter for each setting that the emulator uses, and a list of the settings of each kind.
///
/// | Kind | Return type | Value of a missing setting |
/// |---|---|---|
/// | `flag` | `bool` | `false` |
/// | `number` | `i64` | 0 |
/// | `presence` | `bool`: whether the member exists, even as an empty text | `false` |
/// | `integer` | `Option<i64>` | `None` |
/// | `text` | `Option<&str>` | `None`, also for an empty text |
/// | `texts` | `Option<Vec<&str>>` | `None` |
/// | `array` | `Option<&[Value]>` | `None` |
/// | `key_set` | `Option<&JwkSet>`, parsed once | `None` |
///
/// `of` gives the SDK's enum for the values. Settings after the semicolon are in the list only and have no getter. The first
/// line declares the receiver of the getters and the lifetime of their return values. The receiver has a method `json`.
macro_rules! accessors {
    (
        $receiver:tt
        $(
            $kind:ident $([$list:ident])? {
                $($name:ident = $member:literal $(of $enum:ident)?,)*
                $(; $($unread:literal $(of $unread_enum:ident)?,)*)?
            }
        )*
    ) => {
        $($($crate::settings::accessors::accessor!($receiver $kind $name $member);)*)*
        $($crate::settings::accessors::list!(
            [$($list)?] $(($member $($enum)?))* $($(($unread $($unread_enum)?))*)?
        );)*

        /// The getter (empty if there is no getter), the name and the kind of each setting.
        #[cfg(test)]
        pub const ALL: &'static [(&'static str, &'static str, &'static str)] = &[$(
            $((stringify!($name), $member, stringify!($kind)),)*
            $($(("", $unread, stringify!($kind)),)*)?
        )*];
    };
}

macro_rules! accessor {
    ($receiver:tt flag $name:ident $member:literal) => {
        $crate::settings::accessors::method!($receiver $name, flag($member) -> bool);
    };
    (($this:ident $lifetime:lifetime [$($generic:lifetime)?] $receiver:ty) presence $name:ident $member:literal) => {
        pub fn $name$(<$generic>)?($this: $receiver) -> bool {
            $this.json().contains_key($member)
        }
    };
    (($this:ident $lifetime:lifetime [$($generic:lifetime)?] $receiver:ty) number $name:ident $member:literal) => {
        pub fn $name$(<$generic>)?($this: $receiver) -> i64 {
            <$crate::json::Object as $crate::json::ObjectExt>::integer($this.json(), $member).unwrap_or_default()
        }
    };
    ($receiver:tt integer $name:ident $member:literal) => {
        $crate::settings::accessors::method!($receiver $name, integer($member) -> Option<i64>);
    };
    (($this:ident $lifetime:lifetime $($rest:tt)*) text $name:ident $member:literal) => {
        $crate::settings::accessors::method!(
            ($this $lifetime $($rest)*) $name, text($member) -> Option<&$lifetime str>
        );
    };
    (($this:ident $lifetime:lifetime $($rest:tt)*) texts $name:ident $member:literal) => {
        $crate::settings::accessors::method!(
            ($this $lifetime $($rest)*) $name, texts($member) -> Option<Vec<&$lifetime str>>
        );
    };
    (($this:ident $lifetime:lifetime $($rest:tt)*) array $name:ident $member:literal) => {
        $crate::settings::accessors::method!(
            ($this $lifetime $($rest)*) $name, array($member) -> Option<&$lifetime [serde_json::Value]>
        );
    };
    (($this:ident $lifetime:lifetime [$($generic:lifetime)?] $receiver:ty) key_set $name:ident $member:literal) => {
        pub fn $name$(<$generic>)?($this: $receiver) -> Option<&$lifetime $crate::jose::JwkSet> {
            $this.key_sets.$name.get_or_init(|| {
                let text = <$crate::json::Object as $crate::json::ObjectExt>::text($this.json(), $member)?;
                Some($crate::jose::JwkSet::parse(text).unwrap_or_default())
            }).as_ref()
        }
    };
}

macro_rules! method {
    (
        ($this:ident $lifetime:lifetime [$($generic:lifetime)?] $receiver:ty)
        $name:ident, $read:ident($member:literal) -> $returned:ty
    ) => {
        pub fn $name$(<$generic>)?($this: $receiver) -> $returned {
            <$crate::json::Object as $crate::json::ObjectExt>::$read($this.json(), $member)
        }
    };
}

macro_rules! list {
    ([] $($setting:tt)*) => {};
    ([$list:ident] $(($member:literal))*) => {
        pub const $list: &'static [&'static str] = &[$($member),*];
    };
    ([$list:ident] $(($member:literal $enum:ident))*) => {
        pub const $list: &'static [$crate::settings::enum_values::EnumMember] =
            &[$(($member, $crate::settings::enum_values::of_enum!($enum))),*];
    };
}

pub(super) use {accessor, accessors, list, method};
