//! What a user agreed to disclose.

use super::requested::{Destination, groups, owned};
use super::{RequestedClaims, language};
use crate::StandardScope;
use crate::types::{TokenResponse, UserInfoResponse};

/// The claims that a client asks for and that the user agreed to disclose.
///
/// It is made by [`RequestedClaims::consent`], when the user has decided, or of the answer of `userinfo`, which says what
/// the user agreed to then, or of the answer of `token` for an ID token to reissue. The requests to issue take it with
/// `disclose`, together with the user's [`Claims`](super::Claims).
///
/// ```
/// # use authlete::server::{Claims, ConsentedClaims};
/// # use authlete::types::{UserInfoIssueRequest, UserInfoResponse};
/// # fn example(answer: &UserInfoResponse, token: authlete::Secret, user: &dyn Claims) -> UserInfoIssueRequest {
/// UserInfoIssueRequest::new(token).disclose(&ConsentedClaims::from(answer), user)
/// # }
/// ```
///
/// # What goes out
/// - Only claims that the answer of Authlete names. Those that Authlete itself puts into ID tokens, such as
///   `sub` and `aud`, are left to it.
/// - A claim that a standard scope stands for (OpenID Connect Core 1.0 §5.4) goes out when that scope is granted, or when
///   the client asked for it by name and the scope is not one that the user refused.
/// - After [`only`](Self::only), and at the userinfo endpoint where your server passed `consentedClaims`, no claim goes out
///   that is not listed.
/// - A claim that is to have a certain value (`value`, `values` in the `claims` parameter) goes out with such a value or
///   not at all. One that is missing is no error, even if it is `essential` (§5.5.1).
/// - No claim is `null` or empty (§5.3.2).
/// - A claim with a language tag is in that language. One without is in the first language of `claims_locales` that the
///   user has it in, and else has no language (§5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentedClaims {
    pub(super) requested: RequestedClaims,
    /// The scopes that are granted, if that is known.
    scopes: Option<Vec<String>>,
    /// The claims beyond which there are none.
    only: Option<Vec<String>>,
}

impl ConsentedClaims {
    pub(super) fn new(requested: RequestedClaims, scopes: Option<Vec<String>>) -> Self {
        Self {
            requested,
            scopes,
            only: None,
        }
    }

    /// Leaves out all claims but these: for users who choose claim by claim. A name without a language tag stands for the
    /// claim in every language. `verified_claims` stands for all verified claims.
    #[must_use]
    pub fn only(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut only: Vec<String> = names.into_iter().map(Into::into).collect();
        only.retain(|name| self.is_listed(name));
        self.only = Some(only);
        self
    }

    /// The languages for the values of claims without a language tag, the preferred one first, as BCP 47 tags.
    ///
    /// The answer to an authorization request has them (`claims_locales`). Later ones do not: there, set what your server
    /// remembers or knows of the user.
    #[must_use]
    pub fn locales(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requested.locales = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The names of the claims that the user agreed to disclose, for the ID token or for the userinfo endpoint.
    pub fn names(&self) -> Vec<&str> {
        let mut names = self.requested.names();
        names.retain(|name| self.permits(name, self.requested.is_individual(name)));
        names
    }

    /// The scopes that are granted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flatten().map(String::as_str)
    }

    /// The scopes that are granted, if they are not those that were asked for.
    pub(super) fn changed_scopes(&self) -> Option<&[String]> {
        let granted = self.scopes.as_deref()?;
        let asked = &self.requested.scopes;
        let is_same = granted.iter().all(|scope| asked.contains(scope))
            && asked.iter().all(|scope| granted.contains(scope));
        (!is_same).then_some(granted)
    }

    /// Whether a claim may go out; `is_individual` says whether it is asked for by its name.
    pub(super) fn permits(&self, name: &str, is_individual: bool) -> bool {
        self.is_listed(name) && self.scopes_permit(name, is_individual)
    }

    /// Whether the transformed claims are consented to that `transformed_from` is for.
    pub(super) fn permits_transformed(&self) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| {
            only.iter()
                .any(|name| name.starts_with(TRANSFORMED) || name == "verified_claims")
        })
    }

    /// Whether [`only`](Self::only) leaves a claim.
    fn is_listed(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| {
            only.iter()
                .any(|listed| listed == name || listed == language::base(name))
        })
    }

    /// Whether the scopes leave a claim.
    pub(super) fn scopes_permit(&self, name: &str, is_individual: bool) -> bool {
        let Some(scope) = scope_of(language::base(name)) else {
            return true;
        };
        let Some(granted) = &self.scopes else {
            return true;
        };
        let has = |scopes: &[String]| scopes.iter().any(|name| name == scope);
        has(granted) || (is_individual && !has(&self.requested.scopes))
    }
}

impl RequestedClaims {
    /// What the user consents to: the claims that `scopes` stand for, and those that are asked for by name.
    ///
    /// `scopes` are the scopes to grant: those asked for, without those that the user refused. A claim that a refused
    /// scope stands for does not go out, even if it is asked for by name too. To leave out other claims, use
    /// [`ConsentedClaims::only`].
    #[must_use]
    pub fn consent(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> ConsentedClaims {
        let scopes = scopes.into_iter().map(Into::into).collect();
        ConsentedClaims::new(self, Some(scopes))
    }
}

/// What the names of transformed claims begin with (OpenID Connect Advanced Syntax for Claims). Authlete computes their
/// values.
pub(super) const TRANSFORMED: char = ':';

/// The standard scope that stands for a claim.
fn scope_of(claim: &str) -> Option<&'static str> {
    let mut scopes = StandardScope::KNOWN.iter();
    scopes
        .find(|scope| scope.claims().contains(&claim))
        .and_then(StandardScope::protocol_value)
}

/// The claims for the userinfo response.
impl From<&UserInfoResponse> for ConsentedClaims {
    fn from(answer: &UserInfoResponse) -> Self {
        let requested = RequestedClaims {
            now: Destination::new(answer.claims.as_ref(), answer.user_info_claims.as_ref()),
            transformed_from: owned(answer.requested_claims_for_tx.as_ref()),
            transformed_from_verified: groups(answer.requested_verified_claims_for_tx.as_ref()),
            ..RequestedClaims::default()
        };
        let consented = answer.consented_claims.as_ref();
        let only = consented.filter(|names| !names.is_empty()).cloned();
        Self {
            requested,
            scopes: answer.scopes.clone(),
            only,
        }
    }
}

/// The claims for an ID token that is reissued. The answer says neither which claims the user agreed to nor which ones
/// were asked for by name: one that a standard scope stands for goes out when that scope is granted, and if users can
/// refuse other claims, name those that remain by [`only`](ConsentedClaims::only).
impl From<&TokenResponse> for ConsentedClaims {
    fn from(answer: &TokenResponse) -> Self {
        let requested = RequestedClaims {
            now: Destination::new(answer.requested_id_token_claims.as_ref(), None),
            ..RequestedClaims::default()
        };
        Self::new(requested, answer.scopes.clone())
    }
}
