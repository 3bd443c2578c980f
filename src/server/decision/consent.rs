//! What a user agrees to.

use std::collections::BTreeSet;
use std::mem::take;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims_parameter;
use crate::StandardScope;
use crate::server::claims::is_managed_by_authlete;
use crate::types::{AuthorizationResponse, AuthzDetails, AuthzDetailsElement, Grant};

pub(super) const OPENID: &str = "openid";
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// What a client asks a user for, what the user agrees to, and what you keep of it for the next request.
///
/// ```
/// use authlete::server::Consent;
///
/// # fn example(asked: authlete::server::ConsentRequest, ticked: &[String]) {
/// let mut consent = asked.requested;
/// consent.retain_scopes(|scope| ticked.iter().any(|ticked| ticked == scope));
/// # }
/// // What the user agreed to before, from your database:
/// let before = Consent::new().scopes(["openid", "email"]).claims(["birthdate"]);
/// assert!(before.claims.contains("email_verified"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Consent {
    /// The scopes, with those that carry a variable part as they stand in the request.
    pub scopes: BTreeSet<String>,
    /// The names of claims for the ID token and for UserInfo, from scopes (OpenID Connect Core 1.0 §5.4) and from the
    /// `claims` parameter (§5.5). A name may have a language tag, as in `family_name#ja`.
    pub claims: BTreeSet<String>,
    /// The resources that the access token is for (RFC 8707). The user cannot take away some of them.
    pub resources: BTreeSet<String>,
    /// The authorization details (RFC 9396). The user's decision may fill in members, such as the account to pay from;
    /// elements of a type that was not requested do not count.
    pub authorization_details: Vec<AuthzDetailsElement>,
    /// The verifiable credentials that the access token is good for, each as the JSON text that `issuableCredentials` has
    /// of it. The user takes them away by their scopes and authorization details.
    pub credentials: BTreeSet<String>,
}

impl Consent {
    /// Consent to nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds scopes, and the claims that they stand for (OpenID Connect Core 1.0 §5.4).
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        for scope in scopes.into_iter().map(Into::into) {
            self.claims
                .extend(claims_of(&scope).iter().map(|&claim| claim.into()));
            self.scopes.insert(scope);
        }
        self
    }

    /// Adds claims.
    #[must_use]
    pub fn claims(mut self, claims: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claims.extend(claims.into_iter().map(Into::into));
        self
    }

    /// Adds resources.
    #[must_use]
    pub fn resources(mut self, resources: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.resources.extend(resources.into_iter().map(Into::into));
        self
    }

    /// Adds authorization details.
    #[must_use]
    pub fn authorization_details(
        mut self,
        details: impl IntoIterator<Item = AuthzDetailsElement>,
    ) -> Self {
        for element in details {
            if !self.authorization_details.contains(&element) {
                self.authorization_details.push(element);
            }
        }
        self
    }

    /// Keeps the scopes that `keep` is true for. The claims that the other scopes stand for go with them, unless a scope
    /// that stays stands for them, too.
    ///
    /// `openid` always stays: it makes the request one of OpenID Connect. A user who does not want to be identified denies
    /// the request.
    pub fn retain_scopes(&mut self, mut keep: impl FnMut(&str) -> bool) {
        let scopes = take(&mut self.scopes).into_iter();
        let (kept, refused): (BTreeSet<_>, BTreeSet<_>) =
            scopes.partition(|scope| scope == OPENID || keep(scope));
        self.claims
            .retain(|claim| !any_stands_for(&refused, claim) || any_stands_for(&kept, claim));
        self.scopes = kept;
    }

    /// The rest of this consent that `other` does not have. A claim without a language tag stands for all languages.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let claims = self.claims.iter();
        let details = self.authorization_details.iter();
        Self {
            scopes: &self.scopes - &other.scopes,
            claims: claims
                .filter(|claim| !other.has_claim(claim))
                .cloned()
                .collect(),
            resources: &self.resources - &other.resources,
            authorization_details: details
                .filter(|element| !other.authorization_details.contains(element))
                .cloned()
                .collect(),
            credentials: &self.credentials - &other.credentials,
        }
    }

    /// Both together: what you keep for the next request after the user agreed to more.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.scopes.extend(other.scopes);
        self.claims.extend(other.claims);
        self.resources.extend(other.resources);
        self.credentials.extend(other.credentials);
        self.authorization_details(other.authorization_details)
    }

    /// Whether this is consent to nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All that a request asks for, but for `offline_access` when that does not count.
    pub(super) fn requested(answer: &AuthorizationResponse, offline_access: bool) -> Self {
        let scopes = scopes(answer).filter(|&scope| scope != OFFLINE_ACCESS || offline_access);
        let claims = [&answer.claims, &answer.claims_at_user_info];
        let claims = claims.into_iter().flatten().flatten();
        Self {
            scopes: scopes.map(str::to_owned).collect(),
            claims: claims
                .filter(|claim| !is_authentication_claim(claim))
                .cloned()
                .collect(),
            resources: answer.resources.iter().flatten().cloned().collect(),
            authorization_details: elements(answer.authorization_details.as_ref()),
            credentials: credentials(answer),
        }
    }

    /// What a managed grant has (Grant Management for OAuth 2.0).
    pub(super) fn granted(grant: &Grant) -> Self {
        let groups = || grant.scopes.iter().flatten();
        let scopes = groups().filter_map(|group| group.scope.as_deref());
        Self {
            scopes: scopes
                .flat_map(str::split_ascii_whitespace)
                .map(str::to_owned)
                .collect(),
            claims: grant.claims.iter().flatten().cloned().collect(),
            resources: groups()
                .flat_map(|group| group.resource.iter().flatten())
                .cloned()
                .collect(),
            authorization_details: elements(grant.authorization_details.as_ref()),
            credentials: BTreeSet::new(),
        }
    }

    /// What of a user's decision counts for a request: nothing that was not requested, and no claim that only a refused
    /// scope stands for.
    pub(super) fn within(mut self, requested: &Self, answer: &AuthorizationResponse) -> Self {
        if requested.scopes.contains(OPENID) {
            self.scopes.insert(OPENID.to_owned());
        }
        self.scopes.retain(|scope| requested.scopes.contains(scope));
        let by_name = claims_parameter::names(answer);
        let is_narrowed = self.scopes != requested.scopes;
        let counts = |claim: &&String| {
            self.has_claim(claim)
                && (!is_narrowed || by_name.contains(*claim) || any_stands_for(&self.scopes, claim))
        };
        self.claims = requested.claims.iter().filter(counts).cloned().collect();
        // Authlete derives consented claims from scopes where none are listed.
        self.scopes.retain(|scope| {
            let of_scope = |claims: &BTreeSet<String>| claims.iter().any(|c| stands_for(scope, c));
            !of_scope(&requested.claims) || of_scope(&self.claims)
        });
        self.authorization_details.retain(|element| {
            let mut requested = requested.authorization_details.iter();
            requested.any(|requested| requested.type_ == element.type_)
        });
        self.resources.clone_from(&requested.resources);
        self.credentials.clone_from(&requested.credentials);
        self
    }

    /// What is good for further requests: no authorization details and no scopes with a variable part, which may stand for
    /// one transaction.
    pub(super) fn lasting(mut self, answer: &AuthorizationResponse) -> Self {
        self.authorization_details.clear();
        for scope in answer.dynamic_scopes.iter().flatten() {
            scope.value.as_ref().map(|value| self.scopes.remove(value));
        }
        self
    }

    /// Whether a claim is agreed to, in its language or in all.
    fn has_claim(&self, claim: &str) -> bool {
        self.claims.contains(claim) || self.claims.contains(untagged(claim))
    }

    /// Whether there is anything here that a token would be good for.
    pub(super) fn grants_something(&self) -> bool {
        !(self.scopes.is_empty() && self.claims.is_empty() && self.authorization_details.is_empty())
    }
}

/// Whether a claim is about the authentication and not about the user: nobody is asked for it.
fn is_authentication_claim(claim: &str) -> bool {
    is_managed_by_authlete(claim) || claim == "amr"
}

/// The scopes of a request in their order.
pub(super) fn scopes(answer: &AuthorizationResponse) -> impl Iterator<Item = &str> {
    let scopes = answer.scopes.iter().flatten();
    let scopes = scopes.filter_map(|scope| scope.name.as_deref());
    let dynamic = answer.dynamic_scopes.iter().flatten();
    scopes.chain(dynamic.filter_map(|scope| scope.value.as_deref()))
}

fn elements(details: Option<&AuthzDetails>) -> Vec<AuthzDetailsElement> {
    let elements = details.and_then(|details| details.elements.clone());
    elements.unwrap_or_default()
}

fn credentials(answer: &AuthorizationResponse) -> BTreeSet<String> {
    let Some(text) = &answer.issuable_credentials else {
        return BTreeSet::new();
    };
    match serde_json::from_str::<Vec<Value>>(text) {
        Ok(credentials) => credentials.iter().map(Value::to_string).collect(),
        Err(_) => BTreeSet::from([text.clone()]),
    }
}

fn claims_of(scope: &str) -> &'static [&'static str] {
    let scope = StandardScope::from_protocol_value(scope);
    scope.map_or(&[], |scope| scope.claims())
}

/// Whether a scope stands for a claim, in any language (OpenID Connect Core 1.0 §5.2, §5.4).
fn stands_for(scope: &str, claim: &str) -> bool {
    claims_of(scope).contains(&untagged(claim))
}

fn untagged(claim: &str) -> &str {
    claim.split_once('#').map_or(claim, |(name, _)| name)
}

fn any_stands_for(scopes: &BTreeSet<String>, claim: &str) -> bool {
    scopes.iter().any(|scope| stands_for(scope, claim))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(value: Value) -> AuthorizationResponse {
        serde_json::from_value(value).unwrap()
    }

    fn profile_and_birthdate() -> AuthorizationResponse {
        answer(json!({
            "scopes": [{ "name": "openid" }, { "name": "profile" }, { "name": "email" }, { "name": "read" }],
            "claims": ["name", "name#ja", "birthdate", "email", "acr", "auth_time", "tax_id"],
            "idTokenClaims": "{\"birthdate\":{\"essential\":true},\"tax_id\":null,\"acr\":{\"essential\":true}}",
        }))
    }

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    #[test]
    fn requested_consent_has_no_claims_of_authentication() {
        let requested = Consent::requested(&profile_and_birthdate(), true);
        let expected = ["birthdate", "email", "name", "name#ja", "tax_id"];
        assert_eq!(names(&requested.claims), expected);
    }

    #[test]
    fn refused_scope_takes_its_claims_away() {
        let mut consent = Consent::requested(&profile_and_birthdate(), true);
        consent.retain_scopes(|scope| scope != "profile" && scope != "openid");
        assert_eq!(names(&consent.scopes), ["email", "openid", "read"]);
        assert_eq!(names(&consent.claims), ["email", "tax_id"]);
    }

    #[test]
    fn claim_of_a_refused_scope_does_not_count_unless_requested_by_name() {
        let answer = profile_and_birthdate();
        let requested = Consent::requested(&answer, true);
        let mut decided = requested.clone();
        decided.scopes.remove("profile");
        decided.scopes.insert("write".to_owned());
        decided.claims.insert("address".to_owned());
        let granted = decided.within(&requested, &answer);
        assert_eq!(names(&granted.scopes), ["email", "openid", "read"]);
        assert_eq!(names(&granted.claims), ["birthdate", "email", "tax_id"]);
    }

    #[test]
    fn scope_whose_claims_are_all_refused_is_not_granted() {
        let answer = profile_and_birthdate();
        let requested = Consent::requested(&answer, true);
        let mut decided = requested.clone();
        decided.claims.remove("email");
        let granted = decided.within(&requested, &answer);
        assert_eq!(names(&granted.scopes), ["openid", "profile", "read"]);
    }

    #[test]
    fn authorization_details_may_be_filled_in_but_not_added() {
        let details =
            json!({ "elements": [{ "type": "payment", "otherFields": "{\"amount\":7}" }] });
        let answer = answer(json!({ "authorizationDetails": details }));
        let requested = Consent::requested(&answer, true);
        let element = |kind: &str| AuthzDetailsElement::new(kind).identifier("account-1");
        let decided = Consent::new().authorization_details([element("payment"), element("access")]);
        let granted = decided.within(&requested, &answer);
        assert_eq!(granted.authorization_details, [element("payment")]);
    }

    #[test]
    fn consent_is_the_same_after_json() {
        let answer = profile_and_birthdate();
        let consent = Consent::requested(&answer, true)
            .resources(["https://api.example"])
            .authorization_details([AuthzDetailsElement::new("payment").actions(["read"])]);
        let text = serde_json::to_string(&consent).unwrap();
        assert_eq!(serde_json::from_str::<Consent>(&text).unwrap(), consent);
        assert_eq!(
            serde_json::from_str::<Consent>("{}").unwrap(),
            Consent::new()
        );
    }
}
