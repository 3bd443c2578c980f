//! The chainable methods of request types.

/// Defines two methods for each member: one that takes a value, and one that takes an `Option`. A `plain` member
/// takes its type, an `into` member `impl Into`, and a `list` `impl IntoIterator`.
macro_rules! setters {
    ($name:ident { $( $kind:ident $member:ident $maybe:ident : $ty:ty ),* $(,)? }) => {
        // `sub` is a claim, not subtraction.
        #[allow(clippy::should_implement_trait)]
        impl $name {
            $( $crate::setters! { @$kind $member $maybe : $ty } )*
        }
    };
    (@plain $member:ident $maybe:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        #[inline]
        pub fn $member(mut self, $member: $ty) -> Self {
            self.$member = Some($member);
            self
        }

        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ") if there is a value.")]
        #[must_use]
        #[inline]
        pub fn $maybe(self, $member: Option<$ty>) -> Self {
            match $member {
                Some(value) => self.$member(value),
                None => self,
            }
        }
    };
    (@into $member:ident $maybe:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        pub fn $member(mut self, $member: impl Into<$ty>) -> Self {
            self.$member = Some($member.into());
            self
        }

        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ") if there is a value.")]
        #[must_use]
        pub fn $maybe(self, $member: Option<impl Into<$ty>>) -> Self {
            match $member {
                Some(value) => self.$member(value),
                None => self,
            }
        }
    };
    (@list $member:ident $maybe:ident : $ty:ty) => {
        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ").")]
        #[must_use]
        pub fn $member(mut self, $member: impl IntoIterator<Item = impl Into<$ty>>) -> Self {
            self.$member = Some($member.into_iter().map(Into::into).collect());
            self
        }

        #[doc = concat!(" Sets [`", stringify!($member), "`](#structfield.", stringify!($member), ") if there is a value.")]
        #[must_use]
        pub fn $maybe(self, $member: Option<impl IntoIterator<Item = impl Into<$ty>>>) -> Self {
            match $member {
                Some(values) => self.$member(values),
                None => self,
            }
        }
    };
}
pub(crate) use setters;

#[cfg(test)]
mod tests {
    use crate::types::AuthorizationIssueRequest;

    fn request() -> AuthorizationIssueRequest {
        AuthorizationIssueRequest::new("ticket", "alice")
    }

    #[test]
    fn option_with_a_value_sets_the_value() {
        let session = (Some(1_700_000_000), Some("silver"), Some(["openid"]));
        let given = request()
            .maybe_auth_time(session.0)
            .maybe_acr(session.1)
            .maybe_scopes(session.2);
        let expected = request()
            .auth_time(1_700_000_000)
            .acr("silver")
            .scopes(["openid"]);
        assert_eq!(given, expected);
    }

    #[test]
    fn option_without_a_value_changes_nothing() {
        let set = request().acr("silver").auth_time(1).scopes(["openid"]);
        let none: Option<Vec<String>> = None;
        let given = set
            .clone()
            .maybe_auth_time(None)
            .maybe_acr(None::<&str>)
            .maybe_scopes(none);
        assert_eq!(given, set);
    }
}
