//! Credentials with selectively disclosable claims: SD-JWT VC (draft-ietf-oauth-sd-jwt-vc), based on SD-JWT (RFC 9901).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::content::{CredentialContent, Failure};
use super::signer::Signer;
use crate::digest::Digest;
use crate::jose;
use crate::json::{Object, ObjectExt};
use crate::random;

/// The claims that are always disclosed, as in Authlete. SD-JWT VC requires this of most of them.
const ALWAYS_DISCLOSED: [&str; 9] = [
    "iss",
    "iat",
    "nbf",
    "exp",
    "cnf",
    "vct",
    "vct#integrity",
    "type",
    "status",
];
/// Reserved claim names (RFC 9901 §4.1).
const RESERVED: [&str; 3] = ["_sd", "_sd_alg", "..."];

/// Creates the credential, with all its disclosures and without a key binding JWT.
pub fn make(
    typ: &str,
    content: &CredentialContent<'_>,
    signer: &Signer,
) -> Result<String, Failure> {
    let vct = content.payload.text("vct");
    let vct = vct.ok_or(Failure::Payload("it has no vct"))?;
    let expected = content.configuration.text("vct");
    if expected.is_some_and(|expected| expected != vct) {
        return Err(Failure::Payload(
            "its vct differs from that of the credential configuration",
        ));
    }
    let mut claims = content.payload.clone();
    content.add_claims_of_issuer(&mut claims);
    let (plain, hidden): (Object, Object) = claims
        .into_iter()
        .partition(|(name, _)| ALWAYS_DISCLOSED.contains(&name.as_str()));
    let mut disclosures = Vec::new();
    let mut payload = conceal_members(hidden, &mut disclosures)?;
    payload.extend(plain);
    payload.insert("_sd_alg".to_owned(), "sha-256".into());
    let mut header = Object::from_iter([("typ".to_owned(), Value::from(typ))]);
    if let Some(chain) = signer.certificates() {
        header.insert("x5c".to_owned(), json!(chain));
    }
    let payload = Value::Object(payload).to_string();
    let jwt = jose::sign(signer.alg, &signer.key, header, payload.as_bytes())?;
    disclosures.insert(0, jwt);
    // The last tilde separates a key binding JWT, which is absent.
    disclosures.push(String::new());
    Ok(disclosures.join("~"))
}

/// Replaces the leaves of an object by digests. Objects and lists keep their names, as in Authlete.
fn conceal_members(members: Object, disclosures: &mut Vec<String>) -> Result<Object, Failure> {
    let mut concealed = Object::new();
    let mut digests = Vec::new();
    for (name, value) in members {
        if RESERVED.contains(&name.as_str()) {
            return Err(Failure::Payload(
                "it has a claim with a name that SD-JWT reserves",
            ));
        }
        match value {
            Value::Object(_) | Value::Array(_) => {
                concealed.insert(name, conceal(value, disclosures)?);
            }
            leaf => digests.push(disclose(json!([random::token()?, name, leaf]), disclosures)),
        }
    }
    if !digests.is_empty() {
        // Digests in the order of the claims would reveal which claim they belong to (RFC 9901 §4.2.4.1).
        digests.sort();
        concealed.insert("_sd".to_owned(), json!(digests));
    }
    Ok(concealed)
}

/// Replaces the leaves of an object or a list by digests. A leaf itself is an element of a list.
fn conceal(value: Value, disclosures: &mut Vec<String>) -> Result<Value, Failure> {
    match value {
        Value::Object(members) => conceal_members(members, disclosures).map(Value::Object),
        Value::Array(elements) => {
            let elements = elements.into_iter();
            let elements: Result<_, _> = elements
                .map(|element| conceal(element, disclosures))
                .collect();
            elements.map(Value::Array)
        }
        leaf => {
            let digest = disclose(json!([random::token()?, leaf]), disclosures);
            Ok(json!({ "...": digest }))
        }
    }
}

/// Adds the disclosure of a claim and returns its digest (RFC 9901 §4.2).
fn disclose(disclosure: Value, disclosures: &mut Vec<String>) -> String {
    let disclosure = BASE64_URL_SAFE_NO_PAD.encode(disclosure.to_string());
    let digest = Digest::of(&disclosure).to_string();
    disclosures.push(disclosure);
    digest
}
