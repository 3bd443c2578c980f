//! The values of the claims.

use serde_json::{Map, Value};

use super::consented::TRANSFORMED;
use super::presence::{fulfils, present};
use super::{Claims, ConsentedClaims, is_managed_by_authlete, language, requested, verified};
use crate::JsonObject;

/// The claim with verified claims, which has its own syntax and may have several elements.
const VERIFIED_CLAIMS: &str = "verified_claims";

impl ConsentedClaims {
    /// The claims of a user that may be disclosed, with their values: for the ID token, or for the UserInfo response if this
    /// was created from the response of `userinfo`.
    pub fn collect(&self, user: &(impl Claims + ?Sized)) -> JsonObject {
        let asked = &self.requested.now;
        let mut claims = Map::new();
        for name in &asked.names {
            let permitted = self.permits(name, asked.is_individual(name));
            if let Some(value) = permitted.then(|| self.value(user, name)).flatten() {
                claims.insert(name.clone(), value);
            }
        }
        if self.permits(VERIFIED_CLAIMS, true)
            && let Some(value) = self.verified(user)
        {
            claims.insert(VERIFIED_CLAIMS.to_owned(), value);
        }
        JsonObject(claims)
    }

    /// The value of a claim, if the user has one that fulfils the request.
    fn value(&self, user: &(impl Claims + ?Sized), name: &str) -> Option<Value> {
        let (base, language) = language::split(name)?;
        if is_managed_by_authlete(base) || base == VERIFIED_CLAIMS || base.starts_with(TRANSFORMED)
        {
            return None;
        }
        let of = |language| user.claim(base, language).and_then(present);
        let value = match language {
            Some(language) => of(Some(language)),
            None => {
                let mut tags = self
                    .requested
                    .locales
                    .iter()
                    .flat_map(|tag| language::lookup(tag));
                tags.find_map(|tag| of(Some(tag))).or_else(|| of(None))
            }
        }?;
        fulfils(&value, self.requested.now.individual.get(name)).then_some(value)
    }

    /// The value of `verified_claims`: an object, or a list of them.
    fn verified(&self, user: &(impl Claims + ?Sized)) -> Option<Value> {
        let requests = requested::verified(&self.requested.now.individual);
        let mut found: Vec<Value> = requests
            .filter_map(|request| verified::narrow(request, |name| self.scopes_permit(name, true)))
            .flat_map(|request| verified::collect(&request, user))
            .collect();
        match found.len() {
            0 | 1 => found.pop(),
            _ => Some(Value::Array(found)),
        }
    }

    /// The claims from which Authlete computes transformed claims; they are not disclosed themselves.
    pub(super) fn transformed_from(&self, user: &(impl Claims + ?Sized)) -> Option<JsonObject> {
        let names = self.requested.transformed_from.iter();
        let claims: JsonObject = names
            .filter(|name| self.permits_transformed() && self.scopes_permit(name, true))
            .filter_map(|name| {
                let (base, language) = language::split(name)?;
                let value = user.claim(base, language).and_then(present)?;
                Some((name.clone(), value))
            })
            .collect();
        (!claims.is_empty()).then_some(claims)
    }

    /// The same for verified claims: an object for each request, in their order.
    pub(super) fn transformed_from_verified(
        &self,
        user: &(impl Claims + ?Sized),
    ) -> Option<Vec<JsonObject>> {
        let groups = &self.requested.transformed_from_verified;
        if groups.is_empty() || !self.permits_transformed() {
            return None;
        }
        let mut requests = requested::verified(&self.requested.now.individual);
        let claims = groups.iter().map(|names| {
            let permitted = names.iter().filter(|name| self.scopes_permit(name, true));
            let claims = permitted.map(|name| (name.clone(), Value::Null)).collect();
            let request = requests.next().map(|request| {
                let mut request = JsonObject(request.clone());
                request.insert("claims".to_owned(), Value::Object(claims));
                request
            });
            let found = request.map(|request| verified::collect(&request, user));
            let first = found.into_iter().flatten().next();
            match first.and_then(|mut found| Some(found.get_mut("claims")?.take())) {
                Some(Value::Object(claims)) => JsonObject(claims),
                _ => JsonObject::default(),
            }
        });
        Some(claims.collect())
    }
}
