//! The claims that a user consented to disclose.

use super::requested::{Destination, groups, owned};
use super::{RequestedClaims, language};
use crate::StandardScope;
use crate::types::{TokenResponse, UserInfoResponse};

/// The claims that a client requested and that the user consented to disclose.
///
/// Create it with [`RequestedClaims::consent`] after the user's decision, from the response of `userinfo`, which has the
/// user's earlier consent, or from the response of `token` for an ID token to reissue. Pass it to `disclose` of the issue
/// requests, together with the user's [`Claims`](super::Claims).
///
/// ```
/// # use authlete::server::{Claims, ConsentedClaims};
/// # use authlete::types::{UserInfoIssueRequest, UserInfoResponse};
/// # fn example(answer: &UserInfoResponse, token: authlete::Secret, user: &dyn Claims) -> UserInfoIssueRequest {
/// UserInfoIssueRequest::new(token).disclose(&ConsentedClaims::from(answer), user)
/// # }
/// ```
///
/// # Disclosed claims
/// - Only claims in Authlete's response are disclosed, except those that Authlete itself adds to ID tokens, such as
///   `sub` and `aud`.
/// - A claim of a standard scope (OpenID Connect Core 1.0 §5.4) is disclosed if that scope is granted, or if
///   the client requested the claim individually and the user did not refuse the scope.
/// - After [`only`](Self::only), and at the UserInfo endpoint if your server passed `consentedClaims`, only listed claims
///   are disclosed.
/// - A claim that is requested with certain values (`value`, `values` in the `claims` parameter) is disclosed only with such
///   a value. A missing claim is not an error, even if it is `essential` (§5.5.1).
/// - No claim is `null` or empty (§5.3.2).
/// - A claim with a language tag is in that language. A claim without a tag is in the first language of `claims_locales` for
///   which the user has a value, and otherwise in no specific language (§5.2).
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentedClaims {
    pub(super) requested: RequestedClaims,
    /// The granted scopes, if they are known.
    scopes: Option<Vec<String>>,
    /// The only claims that may be disclosed, if there is such a limit.
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

    /// Keeps only these claims, for users who choose individual claims. A name without a language tag includes the
    /// claim in every language. `verified_claims` includes all verified claims.
    #[must_use]
    pub fn only(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut only: Vec<String> = names.into_iter().map(Into::into).collect();
        only.retain(|name| self.is_listed(name));
        self.only = Some(only);
        self
    }

    /// The languages for the values of claims without a language tag, in order of preference, as BCP 47 tags.
    ///
    /// The response to an authorization request has them (`claims_locales`). Later responses do not: set the languages
    /// that your server has stored for the user.
    #[must_use]
    pub fn locales(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requested.locales = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The names of the claims that the user consented to disclose, for the ID token or for the UserInfo endpoint.
    pub fn names(&self) -> Vec<&str> {
        let mut names = self.requested.names();
        names.retain(|name| self.permits(name, self.requested.is_individual(name)));
        names
    }

    /// The granted scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flatten().map(String::as_str)
    }

    /// The granted scopes, if they differ from the requested ones.
    pub(super) fn changed_scopes(&self) -> Option<&[String]> {
        let granted = self.scopes.as_deref()?;
        let asked = &self.requested.scopes;
        let is_same = granted.iter().all(|scope| asked.contains(scope))
            && asked.iter().all(|scope| granted.contains(scope));
        (!is_same).then_some(granted)
    }

    /// Whether a claim may be disclosed; `is_individual` is true if it was requested individually.
    pub(super) fn permits(&self, name: &str, is_individual: bool) -> bool {
        self.is_listed(name) && self.scopes_permit(name, is_individual)
    }

    /// Whether the user consented to transformed claims.
    pub(super) fn permits_transformed(&self) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| {
            only.iter()
                .any(|name| name.starts_with(TRANSFORMED) || name == "verified_claims")
        })
    }

    /// Whether [`only`](Self::only) permits a claim.
    fn is_listed(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| {
            only.iter()
                .any(|listed| listed == name || listed == language::base(name))
        })
    }

    /// Whether the scopes permit a claim.
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
    /// Applies the user's consent: to the claims of `scopes`, and to individually requested claims.
    ///
    /// `scopes` are the scopes to grant: the requested ones, without those that the user refused. A claim of a refused
    /// scope is not disclosed, even if it is also requested individually. To leave out other claims, use
    /// [`ConsentedClaims::only`].
    #[must_use]
    pub fn consent(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> ConsentedClaims {
        let scopes = scopes.into_iter().map(Into::into).collect();
        ConsentedClaims::new(self, Some(scopes))
    }
}

/// The prefix of transformed claims (OpenID Connect Advanced Syntax for Claims). Authlete computes their values.
pub(super) const TRANSFORMED: char = ':';

/// The standard scope of a claim.
fn scope_of(claim: &str) -> Option<&'static str> {
    let mut scopes = StandardScope::KNOWN.iter();
    scopes
        .find(|scope| scope.claims().contains(&claim))
        .and_then(StandardScope::protocol_value)
}

/// The claims for the UserInfo response.
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

/// The claims for a reissued ID token. The response has neither the claims to which the user consented nor those that
/// were requested individually: a claim of a standard scope is disclosed if that scope is granted, and if users can
/// refuse other claims, list the remaining ones with [`only`](ConsentedClaims::only).
impl From<&TokenResponse> for ConsentedClaims {
    fn from(answer: &TokenResponse) -> Self {
        let requested = RequestedClaims {
            now: Destination::new(answer.requested_id_token_claims.as_ref(), None),
            ..RequestedClaims::default()
        };
        Self::new(requested, answer.scopes.clone())
    }
}
