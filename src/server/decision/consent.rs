//! The consent of a user.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims_parameter;
use crate::StandardScope;
use crate::server::claims::is_managed_by_authlete;
use crate::types::{AuthorizationResponse, AuthzDetails, AuthzDetailsElement, Grant};

pub(super) const OPENID: &str = "openid";
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// The content of a consent: what a client requests, what the user consents to, and what you store for the next request.
///
/// ```
/// use authlete::server::Consent;
///
/// # fn example(asked: authlete::server::ConsentRequest, ticked: &[String]) {
/// let mut consent = asked.requested;
/// consent.retain_scopes(|scope| ticked.iter().any(|ticked| ticked == scope));
/// # }
/// // The user's earlier consent, from your database:
/// let before = Consent::new().scopes(["openid", "email"]).claims(["birthdate"]);
/// assert!(before.claims.contains("email_verified"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Consent {
    /// The scopes; those with a variable part as they are in the request.
    pub scopes: BTreeSet<String>,
    /// The names of claims for the ID token and for UserInfo, from scopes (OpenID Connect Core 1.0 §5.4) and from the
    /// `claims` parameter (§5.5). A name may have a language tag, as in `family_name#ja`.
    pub claims: BTreeSet<String>,
    /// The resources of the access token (RFC 8707). The user cannot refuse individual resources.
    pub resources: BTreeSet<String>,
    /// The authorization details (RFC 9396). The user's decision may fill in members, such as the account to pay from;
    /// elements of a type that was not requested are ignored.
    pub authorization_details: Vec<AuthzDetailsElement>,
    /// The verifiable credentials for which the access token is valid, each as JSON text from `issuableCredentials`.
    /// The user refuses them by their scopes and authorization details.
    pub credentials: BTreeSet<String>,
}

impl Consent {
    /// Consent to nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds scopes, and their claims (OpenID Connect Core 1.0 §5.4).
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

    /// Retains the scopes for which `keep` returns true. The claims of the other scopes are removed, too, unless a retained
    /// scope also includes them.
    ///
    /// `openid` is always retained, because it makes the request an OpenID Connect request. A user who does not want to be
    /// identified denies the request.
    pub fn retain_scopes(&mut self, mut keep: impl FnMut(&str) -> bool) {
        let mut refused = Vec::new();
        retain(&mut self.scopes, &mut |scope| {
            let keeps = scope == OPENID || keep(scope);
            if !keeps {
                refused.push(scope.to_owned());
            }
            keeps
        });
        retain(&mut self.claims, &mut |claim| {
            let is_refused = refused.iter().any(|scope| stands_for(scope, claim));
            !is_refused || any_stands_for(&self.scopes, claim)
        });
    }

    /// The part of this consent that `other` does not have. A claim without a language tag includes all languages.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        retain(&mut rest.scopes, &mut |scope| !other.scopes.contains(scope));
        retain(&mut rest.claims, &mut |claim| !other.has_claim(claim));
        retain(&mut rest.resources, &mut |resource| {
            !other.resources.contains(resource)
        });
        rest.authorization_details
            .retain(|element| !other.authorization_details.contains(element));
        retain(&mut rest.credentials, &mut |credential| {
            !other.credentials.contains(credential)
        });
        rest
    }

    /// The union of both, to store for the next request after the user consented to more.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.scopes.extend(other.scopes);
        self.claims.extend(other.claims);
        self.resources.extend(other.resources);
        self.credentials.extend(other.credentials);
        self.authorization_details(other.authorization_details)
    }

    /// Whether the consent is empty.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The whole content of a request, without `offline_access` if it is to be ignored.
    pub(super) fn requested(answer: &AuthorizationResponse, offline_access: bool) -> Self {
        let mut requested = Self {
            resources: strings(&answer.resources),
            authorization_details: elements(answer.authorization_details.as_ref()),
            credentials: credentials(answer),
            ..Self::default()
        };
        for scope in scopes(answer) {
            if scope != OFFLINE_ACCESS || offline_access {
                requested.scopes.insert(scope.to_owned());
            }
        }
        for claims in [&answer.claims, &answer.claims_at_user_info] {
            requested.claims.extend(strings(claims));
        }
        retain(&mut requested.claims, &mut |claim| {
            !is_authentication_claim(claim)
        });
        requested
    }

    /// The content of a managed grant (Grant Management for OAuth 2.0).
    pub(super) fn granted(grant: &Grant) -> Self {
        let mut granted = Self {
            claims: strings(&grant.claims),
            authorization_details: elements(grant.authorization_details.as_ref()),
            ..Self::default()
        };
        for group in grant.scopes.as_deref().unwrap_or_default() {
            let scopes = group.scope.as_deref().unwrap_or_default();
            for scope in scopes.split_ascii_whitespace() {
                granted.scopes.insert(scope.to_owned());
            }
            granted.resources.extend(strings(&group.resource));
        }
        granted
    }

    /// The effective part of a user's decision for a request: nothing that was not requested, and no claim that belongs only
    /// to a refused scope.
    pub(super) fn within(mut self, requested: &Self, answer: &AuthorizationResponse) -> Self {
        if requested.scopes.contains(OPENID) {
            self.scopes.insert(OPENID.to_owned());
        }
        retain(&mut self.scopes, &mut |scope| {
            requested.scopes.contains(scope)
        });
        let by_name = claims_parameter::names(answer);
        let is_narrowed = self.scopes != requested.scopes;
        let mut claims = requested.claims.clone();
        retain(&mut claims, &mut |claim| {
            self.has_claim(claim)
                && (!is_narrowed || by_name.contains(claim) || any_stands_for(&self.scopes, claim))
        });
        self.claims = claims;
        // Authlete derives consented claims from scopes where none are listed.
        retain(&mut self.scopes, &mut |scope| {
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

    /// The part that applies to further requests: without authorization details and scopes with a variable part, which may
    /// be for one transaction.
    pub(super) fn lasting(mut self, answer: &AuthorizationResponse) -> Self {
        self.authorization_details.clear();
        for scope in answer.dynamic_scopes.as_deref().unwrap_or_default() {
            scope.value.as_ref().map(|value| self.scopes.remove(value));
        }
        self
    }

    /// Whether the consent includes a claim, in its language or in all languages.
    fn has_claim(&self, claim: &str) -> bool {
        self.claims.contains(claim) || self.claims.contains(untagged(claim))
    }

    /// Whether a token with this consent would grant any access.
    pub(super) fn grants_something(&self) -> bool {
        !(self.scopes.is_empty() && self.claims.is_empty() && self.authorization_details.is_empty())
    }
}

/// Whether a claim is about the authentication, not about the user. It needs no consent.
fn is_authentication_claim(claim: &str) -> bool {
    is_managed_by_authlete(claim) || claim == "amr"
}

/// The scopes of a request, in order.
pub(super) fn scopes(answer: &AuthorizationResponse) -> Vec<&str> {
    let mut scopes = Vec::new();
    for scope in answer.scopes.as_deref().unwrap_or_default() {
        scopes.extend(scope.name.as_deref());
    }
    for scope in answer.dynamic_scopes.as_deref().unwrap_or_default() {
        scopes.extend(scope.value.as_deref());
    }
    scopes
}

fn strings(list: &Option<Vec<String>>) -> BTreeSet<String> {
    let mut strings = BTreeSet::new();
    strings.extend(list.as_deref().unwrap_or_default().iter().cloned());
    strings
}

fn elements(details: Option<&AuthzDetails>) -> Vec<AuthzDetailsElement> {
    let elements = details.and_then(|details| details.elements.clone());
    elements.unwrap_or_default()
}

fn credentials(answer: &AuthorizationResponse) -> BTreeSet<String> {
    let Some(text) = &answer.issuable_credentials else {
        return BTreeSet::new();
    };
    let mut credentials = BTreeSet::new();
    match text.parse() {
        Ok(Value::Array(elements)) => credentials.extend(elements.iter().map(Value::to_string)),
        _ => _ = credentials.insert(text.clone()),
    }
    credentials
}

fn claims_of(scope: &str) -> &'static [&'static str] {
    let scope = StandardScope::from_protocol_value(scope);
    scope.map_or(&[], |scope| scope.claims())
}

/// Whether a scope includes a claim, in any language (OpenID Connect Core 1.0 §5.2, §5.4).
fn stands_for(scope: &str, claim: &str) -> bool {
    claims_of(scope).contains(&untagged(claim))
}

fn untagged(claim: &str) -> &str {
    claim.split_once('#').map_or(claim, |(name, _)| name)
}

/// [`BTreeSet::retain`], whose code for trees is compiled once here, and not for each closure.
fn retain(names: &mut BTreeSet<String>, keeps: &mut dyn FnMut(&str) -> bool) {
    names.retain(|name| keeps(name));
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
