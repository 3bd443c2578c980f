//! The claims that a client requests.

use serde_json::{Map, Value};

use super::language;
use crate::types::{
    AuthorizationResponse, BackchannelAuthenticationResponse, DeviceVerificationResponse, Scope,
    StringArray,
};
use crate::{JsonObject, StandardScope};

/// The claims that a client requests, by scopes (OpenID Connect Core 1.0 §5.4) and by the `claims` parameter (§5.5).
///
/// Create it from the response to an authorization request, of device verification or of backchannel authentication, and
/// convert it into [`ConsentedClaims`](super::ConsentedClaims) after the user's decision.
///
/// ```
/// # use authlete::server::{RequestedClaims, StandardClaims};
/// # use authlete::types::{AuthorizationIssueRequest, AuthorizationResponse};
/// # fn example(answer: &AuthorizationResponse, ticket: authlete::Secret, user: &StandardClaims) {
/// let requested = RequestedClaims::from(answer); // keep it, or the response, until the user has decided
///
/// // The user consented to these scopes, to their claims, and to the individually requested claims.
/// let consented = requested.consent(["openid", "email"]);
/// let request = AuthorizationIssueRequest::new(ticket, "alice").disclose(&consented, user);
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RequestedClaims {
    /// The requested scopes.
    pub(super) scopes: Vec<String>,
    /// The claims to collect now.
    pub(super) now: Destination,
    /// The claims that the UserInfo endpoint returns for the access token.
    pub(super) later: Destination,
    /// The languages for the values of claims without a tag, in order of preference.
    pub(super) locales: Vec<String>,
    /// The claims from which transformed claims are computed.
    pub(super) transformed_from: Vec<String>,
    /// The same for each of the verified claims.
    pub(super) transformed_from_verified: Vec<Vec<String>>,
}

/// The claims for an ID token or for a UserInfo response.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Destination {
    /// The requested claims, from Authlete's response.
    pub names: Vec<String>,
    /// The individually requested claims, with their conditions.
    pub individual: JsonObject,
}

impl Destination {
    pub fn new(names: Option<&Vec<String>>, individual: Option<&String>) -> Self {
        let individual = individual.and_then(|text| text.parse().ok());
        Self {
            names: owned(names),
            individual: individual.unwrap_or_default(),
        }
    }

    /// Whether a claim is requested individually.
    pub fn is_individual(&self, name: &str) -> bool {
        let names = self.individual.keys();
        names
            .map(|key| language::base(key))
            .any(|key| key == language::base(name))
    }
}

impl RequestedClaims {
    /// The requested scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// The names of all requested claims, for the ID token or for the UserInfo endpoint, to show to the user. A
    /// name may have a language tag, as in `name#ja`.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for destination in [&self.now, &self.later] {
            names.extend(destination.names.iter().map(String::as_str));
            names.extend(destination.individual.keys().map(String::as_str));
        }
        if self.scopes.iter().any(|scope| scope == "openid") {
            for scope in &self.scopes {
                let scope = StandardScope::from_protocol_value(scope);
                names.extend(scope.map_or(&[][..], |scope| scope.claims()));
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether a claim is requested individually.
    pub(super) fn is_individual(&self, name: &str) -> bool {
        self.now.is_individual(name) || self.later.is_individual(name)
    }
}

impl From<&AuthorizationResponse> for RequestedClaims {
    fn from(answer: &AuthorizationResponse) -> Self {
        Self {
            scopes: names_of(answer.scopes.as_ref()),
            now: Destination::new(answer.claims.as_ref(), answer.id_token_claims.as_ref()),
            later: Destination::new(
                answer.claims_at_user_info.as_ref(),
                answer.user_info_claims.as_ref(),
            ),
            locales: owned(answer.claims_locales.as_ref()),
            transformed_from: owned(answer.requested_claims_for_tx.as_ref()),
            transformed_from_verified: groups(answer.requested_verified_claims_for_tx.as_ref()),
        }
    }
}

impl From<&DeviceVerificationResponse> for RequestedClaims {
    fn from(answer: &DeviceVerificationResponse) -> Self {
        Self {
            scopes: names_of(answer.scopes.as_ref()),
            now: Destination::new(answer.claim_names.as_ref(), None),
            ..Self::default()
        }
    }
}

impl From<&BackchannelAuthenticationResponse> for RequestedClaims {
    fn from(answer: &BackchannelAuthenticationResponse) -> Self {
        Self {
            scopes: names_of(answer.scopes.as_ref()),
            now: Destination::new(answer.claim_names.as_ref(), None),
            ..Self::default()
        }
    }
}

pub(super) fn owned(names: Option<&Vec<String>>) -> Vec<String> {
    names.cloned().unwrap_or_default()
}

pub(super) fn groups(groups: Option<&Vec<StringArray>>) -> Vec<Vec<String>> {
    let groups = groups.map_or(&[][..], Vec::as_slice).iter();
    groups.map(|group| owned(group.array.as_ref())).collect()
}

fn names_of(scopes: Option<&Vec<Scope>>) -> Vec<String> {
    let scopes = scopes.map_or(&[][..], Vec::as_slice).iter();
    scopes.filter_map(|scope| scope.name.clone()).collect()
}

/// The elements of `verified_claims` in the request, which is one object or a list.
pub(super) fn verified(
    individual: &Map<String, Value>,
) -> impl Iterator<Item = &Map<String, Value>> {
    let request = individual.get("verified_claims");
    let elements = match request {
        Some(Value::Array(elements)) => elements.as_slice(),
        Some(element) => std::slice::from_ref(element),
        None => &[],
    };
    elements.iter().filter_map(Value::as_object)
}
