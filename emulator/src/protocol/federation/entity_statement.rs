//! Entity statements, of an entity about itself or about an immediate subordinate (OpenID Federation 1.0 §3).

use std::collections::HashSet;

use serde_json::Value;

use super::is_entity_id;
use crate::clock::Millis;
use crate::jose::{JwkSet, Jws};
use crate::json::{Object, ObjectExt};
use crate::protocol::jwt_times;

/// The type in the header, so that other JWTs of the entity are not accepted as statements.
pub const TYPE: &str = "entity-statement+jwt";

/// A statement that is well-formed and valid now. Its signature is not verified yet.
#[derive(Debug)]
pub struct EntityStatement {
    pub issuer: String,
    pub subject: String,
    pub expires_at: Millis,
    pub claims: Object,
    /// The federation keys of the subject.
    pub keys: JwkSet,
    jws: Jws,
    kid: String,
}

impl EntityStatement {
    /// Parses a statement (§3.5). The error is the reason why it is invalid.
    pub fn read(text: &str, now: Millis, skew: i64) -> Result<Self, &'static str> {
        let jws = Jws::parse(text).map_err(|_| "is not a signed JWT")?;
        if jws.header.text("typ") != Some(TYPE) {
            return Err("has a typ other than entity-statement+jwt");
        }
        let kid = jws.kid().ok_or("has no kid in its header")?.to_owned();
        let claims = jws.claims().ok_or("has no claims")?;
        let entity = |name| claims.text(name).filter(|id| is_entity_id(id));
        let issuer = entity("iss").ok_or("has an iss that is not an entity identifier")?;
        let subject = entity("sub").ok_or("has a sub that is not an entity identifier")?;
        jwt_times::time(&claims, "iat").ok_or("has no iat")?;
        let expires_at = jwt_times::time(&claims, "exp").ok_or("has no exp")?;
        if !jwt_times::invalid(&claims, now, skew).is_empty() {
            return Err("has expired or is not valid yet");
        }
        well_formed(&claims, issuer == subject)?;
        Ok(Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            expires_at,
            keys: keys(&claims)?,
            claims,
            jws,
            kid,
        })
    }

    /// Whether this is an entity configuration: a statement of an entity about itself.
    pub fn is_configuration(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether the statement is signed with the key that its header names, which must be one of these.
    pub fn is_signed_by(&self, keys: &JwkSet) -> bool {
        let mut named = keys.candidates(self.jws.alg(), Some(&self.kid));
        named.any(|key| self.jws.verify(key))
    }
}

/// Checks the claims of an entity configuration or of a subordinate statement (§3.1 to §3.4).
fn well_formed(claims: &Object, is_configuration: bool) -> Result<(), &'static str> {
    if claims.contains_key("crit") {
        return Err("has an unknown critical claim in crit");
    }
    if claims.contains_key("trust_anchor") {
        return Err("is a registration response");
    }
    let (others, message) = match is_configuration {
        true => (
            &["metadata_policy", "metadata_policy_crit", "constraints"][..],
            "has claims for subordinates, but is an entity configuration",
        ),
        false => (
            &["authority_hints", "trust_marks"][..],
            "has claims of entity configurations, but is about a subordinate",
        ),
    };
    if others.iter().any(|name| claims.contains_key(*name)) {
        return Err(message);
    }
    for name in ["metadata", "metadata_policy", "constraints"] {
        if claims.get(name).is_some_and(|value| !value.is_object()) {
            return Err("has metadata, metadata_policy or constraints that are not an object");
        }
    }
    let types = claims.object("metadata").into_iter().flatten();
    let mut types = types.map(|(_, metadata)| metadata.as_object());
    let has_value = |metadata: &Object| !metadata.values().any(Value::is_null);
    match types.all(|metadata| metadata.is_some_and(has_value)) {
        true => Ok(()),
        false => Err("has metadata of an entity type that are not an object, or contain null"),
    }
}

/// The public keys, each with a unique `kid` (§3.1). Symmetric keys are ignored, since they do not identify the signer.
fn keys(claims: &Object) -> Result<JwkSet, &'static str> {
    let set = claims.object("jwks").ok_or("has no jwks")?;
    let set = JwkSet::parse(&Value::Object(set.clone()).to_string());
    let set = set
        .map_err(|_| "has a jwks that is not a JWK Set")?
        .public();
    let mut names = HashSet::new();
    let mut keys = set.keys().iter();
    match keys.all(|key| key.kid().is_some_and(|kid| names.insert(kid))) {
        true => Ok(set),
        false => Err("has keys in its jwks without a unique kid"),
    }
}
