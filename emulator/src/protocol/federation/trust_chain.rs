//! Trust chains: the statements from an entity up to a trust anchor of the service (OpenID Federation 1.0 §4).

use std::collections::HashSet;

use super::entity_statement::EntityStatement;
use super::{constraints, invalid_trust_chain};
use crate::clock::Millis;
use crate::jose::JwkSet;
use crate::json::ObjectExt;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::TRUST_ANCHOR_UNKNOWN;
use crate::store::Service;

/// The maximum number of statements in a chain. Real federations have a handful.
const MAX_LENGTH: usize = 16;

/// A verified chain, from an entity configuration to a trust anchor of the service.
#[derive(Debug)]
pub struct TrustChain {
    /// The entity configuration of the subject of the chain.
    pub subject: EntityStatement,
    /// The statements of its superiors, starting with the immediate one. There is at least one.
    pub superiors: Vec<EntityStatement>,
    pub expires_at: Millis,
    anchor: String,
    texts: Vec<String>,
}

impl TrustChain {
    /// Verifies a chain. Its last statement may be the entity configuration of the trust anchor.
    pub fn verify(texts: &[&str], service: &Service, now: Millis) -> Result<Self, OAuthError> {
        if texts.len() > MAX_LENGTH {
            return Err(invalid_trust_chain("the trust chain is too long"));
        }
        let statements = read(texts, now, service.clock_skew())?;
        for (lower, upper) in statements.iter().zip(statements.iter().skip(1)) {
            check_link(lower, upper)?;
        }
        let expiry = statements.iter().map(|statement| statement.expires_at);
        let expires_at = expiry.min().unwrap_or_default();
        let mut statements = statements.into_iter();
        let subject = statements.next();
        let subject = subject.ok_or_else(|| invalid_trust_chain("the trust chain is empty"))?;
        let mut superiors: Vec<_> = statements.collect();
        let of_anchor = superiors.pop_if(|last| last.is_configuration());
        check_subject(&subject, &superiors)?;
        let top = superiors.last();
        let top = top
            .ok_or_else(|| invalid_trust_chain("the trust chain has no statement of a superior"))?;
        let anchor = top.issuer.clone();
        let keys = keys_of_anchor(service, &anchor)?;
        let is_signed = |statement: &EntityStatement| statement.is_signed_by(&keys);
        if !of_anchor.iter().chain([top]).all(is_signed) {
            return Err(invalid_trust_chain(
                "the trust anchor's statement is not signed with a key that the service has for it",
            ));
        }
        check_no_loop(&superiors, &anchor)?;
        constraints::check(&superiors)?;
        Ok(Self {
            subject,
            superiors,
            expires_at,
            anchor,
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        })
    }

    /// The trust anchor of the chain.
    pub fn anchor(&self) -> &str {
        &self.anchor
    }

    /// The statements as received.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}

fn read(texts: &[&str], now: Millis, skew: i64) -> Result<Vec<EntityStatement>, OAuthError> {
    let statements = texts.iter().enumerate().map(|(index, text)| {
        EntityStatement::read(text, now, skew).map_err(|message| {
            invalid_trust_chain(format!("statement {index} of the trust chain {message}"))
        })
    });
    statements.collect()
}

/// Checks that a statement is about the issuer of the statement before it, and has the key that signed that.
fn check_link(lower: &EntityStatement, upper: &EntityStatement) -> Result<(), OAuthError> {
    let (issuer, subject) = (&lower.issuer, &upper.subject);
    if issuer != subject {
        return Err(invalid_trust_chain(format!(
            "a statement of {issuer} is followed by one about {subject}"
        )));
    }
    match lower.is_signed_by(&upper.keys) {
        true => Ok(()),
        false => Err(invalid_trust_chain(format!(
            "a statement of {issuer} is not signed with a key that its superior has for it"
        ))),
    }
}

/// Checks that the first statement is an entity configuration that names its superior, and that the others are
/// subordinate statements.
fn check_subject(
    subject: &EntityStatement,
    superiors: &[EntityStatement],
) -> Result<(), OAuthError> {
    if !subject.is_configuration() {
        return Err(invalid_trust_chain(
            "the trust chain does not begin with an entity configuration",
        ));
    }
    if !subject.is_signed_by(&subject.keys) {
        return Err(invalid_trust_chain(
            "the entity configuration is not signed with a key in its jwks",
        ));
    }
    if superiors.iter().any(EntityStatement::is_configuration) {
        return Err(invalid_trust_chain(
            "the trust chain has an entity configuration in the middle",
        ));
    }
    let hints = subject.claims.texts("authority_hints").unwrap_or_default();
    let immediate = superiors.first();
    match immediate.is_none_or(|superior| hints.contains(&superior.issuer.as_str())) {
        true => Ok(()),
        false => Err(invalid_trust_chain(
            "the authority_hints of the entity do not contain its superior",
        )),
    }
}

/// The keys that the service has registered for a trust anchor. Keys in the chain are not trusted.
fn keys_of_anchor(service: &Service, anchor: &str) -> Result<JwkSet, OAuthError> {
    let keys = service.settings.trust_anchor_jwks(anchor);
    keys.map(JwkSet::public).ok_or(OAuthError::new(
        "invalid_trust_anchor",
        TRUST_ANCHOR_UNKNOWN,
    ))
}

/// Checks that no entity is in the chain twice.
fn check_no_loop(superiors: &[EntityStatement], anchor: &str) -> Result<(), OAuthError> {
    let mut seen = HashSet::from([anchor]);
    let mut subjects = superiors.iter().map(|statement| statement.subject.as_str());
    match subjects.find(|subject| !seen.insert(subject)) {
        Some(twice) => Err(invalid_trust_chain(format!("{twice} is its own superior"))),
        None => Ok(()),
    }
}
