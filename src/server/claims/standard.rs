//! The standard claims.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Claims;
use crate::types::Address;

macro_rules! standard_claims {
    ($( $(#[$attribute:meta])* $kind:ident $name:ident $maybe:ident : $ty:ty ),* $(,)?) => {
        /// The standard claims of a user (OpenID Connect Core 1.0 §5.1), and other claims by name.
        ///
        /// ```
        /// use authlete::server::StandardClaims;
        /// use authlete::types::Address;
        ///
        /// let user = StandardClaims::new()
        ///     .name("Yamada Taro")
        ///     .maybe_email(Some("taro@example.com"))
        ///     .email_verified(true)
        ///     .address(Address::new().country("Japan").locality("Osaka"))
        ///     .in_language("ja", StandardClaims::new().name("山田太郎"))
        ///     .other("department", "Sales");
        /// ```
        ///
        /// `sub` is not included: it is a member of the requests. `Debug` output shows only the names of the claims, to keep
        /// personal data out of logs.
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct StandardClaims {
            $( $(#[$attribute])* pub $name: Option<$ty>, )*
            others: Map<String, Value>,
            languages: Vec<(String, StandardClaims)>,
        }

        crate::setters! { StandardClaims { $( $kind $name $maybe: $ty ),* } }

        impl StandardClaims {
            /// The names of the standard claims.
            pub const NAMES: &'static [&'static str] = &[$( stringify!($name) ),*];

            /// The value without a language tag.
            fn untagged(&self, name: &str) -> Option<Value> {
                match name {
                    $( stringify!($name) => to_value(self.$name.as_ref()?), )*
                    _ => self.others.get(name).cloned(),
                }
            }
        }
    };
}

standard_claims! {
    /// Full name for display, including all parts.
    into name maybe_name: String,
    /// Given names or first names, separated by spaces.
    into given_name maybe_given_name: String,
    /// Surnames or last names, separated by spaces.
    into family_name maybe_family_name: String,
    /// Middle names, separated by spaces.
    into middle_name maybe_middle_name: String,
    /// Casual name, which may be the given name.
    into nickname maybe_nickname: String,
    /// Short name by which the user wants to be addressed at the client. It need not be unique.
    into preferred_username maybe_preferred_username: String,
    /// URL of the user's profile page.
    into profile maybe_profile: String,
    /// URL of a picture of the user: an image file, not a page.
    into picture maybe_picture: String,
    /// URL of the user's web page or blog.
    into website maybe_website: String,
    /// Preferred e-mail address (RFC 5322 addr-spec). It need not be unique.
    into email maybe_email: String,
    /// Whether the provider has verified that the e-mail address belongs to the user.
    plain email_verified maybe_email_verified: bool,
    /// Gender: `female`, `male` or another word.
    into gender maybe_gender: String,
    /// Birthday as `YYYY-MM-DD`. The year may be `0000` to omit it. The year alone, `YYYY`, is valid, too.
    into birthdate maybe_birthdate: String,
    /// Time zone by its name in the IANA database, such as `Europe/Paris`.
    into zoneinfo maybe_zoneinfo: String,
    /// Language and region as a BCP 47 tag, such as `en-US`.
    into locale maybe_locale: String,
    /// Preferred telephone number, preferably in E.164 format such as `+14255551212`.
    into phone_number maybe_phone_number: String,
    /// Whether the provider has verified that the telephone number belongs to the user. It is then in E.164 format.
    plain phone_number_verified maybe_phone_number_verified: bool,
    /// Postal address (§5.1.1).
    into address maybe_address: Address,
    /// Time of the last update of the user's data, in seconds since the Unix epoch.
    plain updated_at maybe_updated_at: i64,
}

impl StandardClaims {
    /// No claims.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets another claim by its name, without a language tag. It has no effect for claims with their own method.
    #[must_use]
    pub fn other(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.others.insert(name.into(), value.into());
        self
    }

    /// Sets claims in a language or script, by its BCP 47 tag: those that `claims` has without a language. It replaces
    /// claims that were set for that tag before.
    #[must_use]
    pub fn in_language(mut self, tag: impl Into<String>, claims: Self) -> Self {
        let tag = tag.into();
        self.languages
            .retain(|(other, _)| !other.eq_ignore_ascii_case(&tag));
        self.languages.push((tag, claims));
        self
    }
}

fn to_value(claim: &impl Serialize) -> Option<Value> {
    serde_json::to_value(claim).ok()
}

impl Claims for StandardClaims {
    fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
        let Some(language) = language else {
            return self.untagged(name);
        };
        let mut languages = self.languages.iter();
        let (_, claims) = languages.find(|(tag, _)| tag.eq_ignore_ascii_case(language))?;
        claims.untagged(name)
    }
}

impl fmt::Debug for StandardClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let standard = Self::NAMES.iter().copied();
        let others = self.others.keys().map(String::as_str);
        let set = standard
            .filter(|name| self.untagged(name).is_some())
            .chain(others);
        let tags = self.languages.iter().map(|(tag, _)| tag);
        formatter
            .debug_struct("StandardClaims")
            .field("names", &set.collect::<Vec<_>>())
            .field("languages", &tags.collect::<Vec<_>>())
            .finish()
    }
}
