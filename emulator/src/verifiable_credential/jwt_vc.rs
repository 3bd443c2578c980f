//! Credentials of the W3C Verifiable Credentials Data Model 1.1 as JWTs (OID4VCI §A.1.1).

use serde_json::Value;

use super::content::{CredentialContent, Failure};
use super::signer::Signer;
use crate::jose;
use crate::json::{Object, ObjectExt};

/// Creates a credential with the claims of the order, which include `vc`, and those of the issuer (Verifiable Credentials
/// Data Model 1.1 §6.3.1).
pub fn make(content: &CredentialContent<'_>, signer: &Signer) -> Result<String, Failure> {
    let credential = content.payload.object("vc");
    let credential = credential.ok_or(Failure::Payload("it has no vc"))?;
    let types = credential.texts("type").unwrap_or_default();
    let definition = content.configuration.object("credential_definition");
    let expected = definition.and_then(|definition| definition.texts("type"));
    if !expected
        .unwrap_or_default()
        .iter()
        .all(|name| types.contains(name))
    {
        return Err(Failure::Payload(
            "its vc does not have the types of the credential configuration",
        ));
    }
    let mut claims = content.payload.clone();
    content.add_claims_of_issuer(&mut claims);
    // The data model maps `nbf` to the issuance date.
    claims.insert("nbf".to_owned(), (content.issued_at / 1000).into());
    let header = Object::from_iter([("typ".to_owned(), Value::from("JWT"))]);
    let claims = Value::Object(claims).to_string();
    let jwt = jose::sign(signer.alg, &signer.key, header, claims.as_bytes())?;
    Ok(jwt)
}
