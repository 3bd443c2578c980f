//! The claims of users: which of them a client may get, and their values.

mod collect;
mod consented;
mod disclose;
mod language;
mod presence;
mod requested;
mod standard;
#[cfg(test)]
mod tests;
mod verified;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::JsonObject;

pub use consented::ConsentedClaims;
pub(super) use disclose::consented_list;
pub use requested::RequestedClaims;
pub use standard::StandardClaims;

/// The claims of one user.
///
/// Implement it for the user type of your server, or copy a user into [`StandardClaims`].
/// [`JsonObject`] implements it, too: a claim in a language has the language after its name, as in `name#ja`.
///
/// It is called only for claims that the client requested and that the user consented to disclose.
///
/// ```
/// use authlete::server::Claims;
/// use serde_json::Value;
///
/// struct User {
///     name: String,
///     kana: Option<String>,
/// }
///
/// impl Claims for User {
///     fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
///         match (name, language) {
///             ("name", None) => Some(self.name.as_str().into()),
///             ("name", Some("ja-Kana-JP")) => self.kana.as_deref().map(Value::from),
///             _ => None,
///         }
///     }
/// }
/// ```
pub trait Claims {
    /// The value of one claim, or `None` if the user has no such claim.
    ///
    /// `name` contains no language tag. `language` is a BCP 47 tag as the client wrote it, which is
    /// case-insensitive (OpenID Connect Core 1.0 §5.2). Return `None` if there is no value in that language,
    /// and do not fall back to another one: the caller does that where it is allowed. Without a language, return the value
    /// without a language, or in the user's own language.
    ///
    /// `null` and empty values count as `None`.
    fn claim(&self, name: &str, language: Option<&str>) -> Option<Value>;

    /// The verified claims that fulfil a request (OpenID Connect for Identity Assurance): objects with
    /// the members `verification` and `claims`. Default: none.
    ///
    /// `request` is one element of `verified_claims` in the `claims` parameter. Its `claims` are limited to those that the
    /// user consented to disclose; others in the result are removed. The implementation must check the requirements for
    /// `verification` other than `value` and `values`, such as `max_age`.
    fn verified_claims(&self, request: &JsonObject) -> Vec<Value> {
        let _ = request;
        Vec::new()
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => { $(
        impl<T: Claims + ?Sized> Claims for $pointer {
            fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
                (**self).claim(name, language)
            }

            fn verified_claims(&self, request: &JsonObject) -> Vec<Value> {
                (**self).verified_claims(request)
            }
        }
    )* };
}

forward!(&T, Box<T>, Arc<T>);

impl Claims for Map<String, Value> {
    fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
        let Some(language) = language else {
            return self.get(name).cloned();
        };
        let tagged = self.iter().find(|(key, _)| {
            language::split(key).is_some_and(|(base, tag)| {
                base == name && tag.is_some_and(|tag| tag.eq_ignore_ascii_case(language))
            })
        });
        tagged.map(|(_, value)| value.clone())
    }
}

impl Claims for JsonObject {
    fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
        self.0.claim(name, language)
    }
}

/// The claims that Authlete adds to ID tokens and UserInfo responses itself (OpenID Connect Core 1.0 §2, §3.3.2.11,
/// §5.3.2; RFC 7519 §4.1). Some of them have separate members in the requests, such as `authTime`.
const MANAGED_BY_AUTHLETE: [&str; 15] = [
    "acr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "s_hash",
    "sid",
    "sub",
];

/// Whether Authlete adds a claim to ID tokens and UserInfo responses itself.
pub(super) fn is_managed_by_authlete(name: &str) -> bool {
    MANAGED_BY_AUTHLETE.contains(&name)
}
