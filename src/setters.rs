//! The chainable methods of request types.

/// Defines a method for each member: `plain` takes a value, `into` whatever converts
/// into one, and `list` whatever can be iterated.
macro_rules! setters {
    ($name:ident { $( $kind:ident $member:ident : $ty:ty ),* $(,)? }) => {
        // `sub` is a claim, and has nothing to do with subtraction.
        #[allow(clippy::should_implement_trait)]
        impl $name {
            $( $crate::setters! { @$kind $member : $ty } )*
        }
    };
    (@plain $member:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        pub fn $member(mut self, $member: $ty) -> Self {
            self.$member = Some($member);
            self
        }
    };
    (@into $member:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        pub fn $member(mut self, $member: impl Into<$ty>) -> Self {
            self.$member = Some($member.into());
            self
        }
    };
    (@list $member:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        pub fn $member(mut self, $member: impl IntoIterator<Item = impl Into<$ty>>) -> Self {
            self.$member = Some($member.into_iter().map(Into::into).collect());
            self
        }
    };
}
pub(crate) use setters;
