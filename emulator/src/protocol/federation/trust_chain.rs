//! The statements that lead from an entity to somebody whom the service trusts (OpenID Federation 1.0 §4).

use std::collections::HashSet;

use super::entity_statement::EntityStatement;
use super::{broken, constraints};
use crate::clock::Millis;
use crate::jose::JwkSet;
use crate::json::Members;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::TRUST_ANCHOR_UNKNOWN;
use crate::store::Service;

/// The most statements that are looked at: real federations have a handful.
const LONGEST: usize = 16;

/// A chain that holds, from the first statement to a trust anchor of the service.
#[derive(Debug)]
pub struct TrustChain {
    /// The statement of the entity that the chain is about.
    pub subject: EntityStatement,
    /// The statements of its superiors, the immediate one first. There is at least one.
    pub superiors: Vec<EntityStatement>,
    pub expires_at: Millis,
    anchor: String,
    texts: Vec<String>,
}

impl TrustChain {
    /// Verifies a chain, in which the trust anchor's statement about itself may be there as the last.
    pub fn verify(texts: &[&str], service: &Service, now: Millis) -> Result<Self, OAuthError> {
        if texts.len() > LONGEST {
            return Err(broken("the trust chain is too long"));
        }
        let statements = read(texts, now, service.clock_skew())?;
        for (lower, upper) in statements.iter().zip(statements.iter().skip(1)) {
            linked(lower, upper)?;
        }
        let expiry = statements.iter().map(|statement| statement.expires_at);
        let expires_at = expiry.min().unwrap_or_default();
        let mut statements = statements.into_iter();
        let subject = statements.next();
        let subject = subject.ok_or_else(|| broken("the trust chain is empty"))?;
        let mut superiors: Vec<_> = statements.collect();
        let of_anchor = superiors.pop_if(|last| last.is_configuration());
        of_entity_itself(&subject, &superiors)?;
        let top = superiors.last();
        let top = top.ok_or_else(|| broken("the trust chain has no statement of a superior"))?;
        let anchor = top.issuer.clone();
        let keys = keys_of_anchor(service, &anchor)?;
        let is_signed = |statement: &EntityStatement| statement.is_signed_by(&keys);
        if !of_anchor.iter().chain([top]).all(is_signed) {
            return Err(broken(
                "the trust anchor's statement is not signed with a key that the service has for it",
            ));
        }
        no_loop(&superiors, &anchor)?;
        constraints::check(&superiors)?;
        Ok(Self {
            subject,
            superiors,
            expires_at,
            anchor,
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        })
    }

    /// The trust anchor at which the chain ends.
    pub fn anchor(&self) -> &str {
        &self.anchor
    }

    /// The statements as they came.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

fn read(texts: &[&str], now: Millis, skew: i64) -> Result<Vec<EntityStatement>, OAuthError> {
    let statements = texts.iter().enumerate().map(|(index, text)| {
        EntityStatement::read(text, now, skew)
            .map_err(|words| broken(format!("statement {index} of the trust chain {words}")))
    });
    statements.collect()
}

/// Each statement is about who issued the one before, and tells the keys that signed it.
fn linked(lower: &EntityStatement, upper: &EntityStatement) -> Result<(), OAuthError> {
    let (issuer, subject) = (&lower.issuer, &upper.subject);
    if issuer != subject {
        return Err(broken(format!(
            "a statement of {issuer} is followed by one about {subject}"
        )));
    }
    match lower.is_signed_by(&upper.keys) {
        true => Ok(()),
        false => Err(broken(format!(
            "a statement of {issuer} is not signed with a key that its superior has for it"
        ))),
    }
}

/// The first statement is of the entity itself, which names its superior; those of the superiors are about others.
fn of_entity_itself(
    subject: &EntityStatement,
    superiors: &[EntityStatement],
) -> Result<(), OAuthError> {
    if !subject.is_configuration() {
        return Err(broken(
            "the trust chain begins with no entity configuration",
        ));
    }
    if !subject.is_signed_by(&subject.keys) {
        return Err(broken(
            "the entity configuration is not signed with a key of its own jwks",
        ));
    }
    if superiors.iter().any(EntityStatement::is_configuration) {
        return Err(broken(
            "the trust chain has an entity configuration between others",
        ));
    }
    let hints = subject.claims.texts("authority_hints").unwrap_or_default();
    let immediate = superiors.first();
    match immediate.is_none_or(|superior| hints.contains(&superior.issuer.as_str())) {
        true => Ok(()),
        false => Err(broken(
            "the authority_hints of the entity do not have its superior",
        )),
    }
}

/// The keys that the service has for a trust anchor: what the chain says of them does not count.
fn keys_of_anchor(service: &Service, anchor: &str) -> Result<JwkSet, OAuthError> {
    let keys = service.settings.trust_anchor_jwks(anchor);
    keys.map(JwkSet::public).ok_or(OAuthError::new(
        "invalid_trust_anchor",
        TRUST_ANCHOR_UNKNOWN,
    ))
}

/// Nobody is there twice.
fn no_loop(superiors: &[EntityStatement], anchor: &str) -> Result<(), OAuthError> {
    let mut seen = HashSet::from([anchor]);
    let mut subjects = superiors.iter().map(|statement| statement.subject.as_str());
    match subjects.find(|subject| !seen.insert(subject)) {
        Some(twice) => Err(broken(format!("{twice} is its own superior"))),
        None => Ok(()),
    }
}
