//! The public key in the header of a key proof (OID4VCI §F.1).

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::jose::Jwk;
use crate::json::{Object, ObjectExt};
use crate::protocol::certificate_key;

/// The key, given by exactly one of `jwk`, `kid` and `x5c`.
pub fn of_header(header: &Object) -> Option<Jwk> {
    let names = ["jwk", "kid", "x5c"];
    let mut given = names.into_iter().filter(|name| header.contains_key(*name));
    let (Some(name), None) = (given.next(), given.next()) else {
        return None;
    };
    let key = match name {
        "jwk" => Jwk::parse(header.object("jwk")?.clone()).ok(),
        "kid" => of_did(header.text("kid")?),
        _ => of_certificate(header.texts("x5c")?.first()?),
    };
    key.filter(|key| !key.is_private())
}

/// The key of a DID of the method `did:jwk`, which has the single key `#0`. Other methods would need a lookup.
fn of_did(kid: &str) -> Option<Jwk> {
    let did = kid.strip_prefix("did:jwk:")?;
    let encoded = did.strip_suffix("#0").unwrap_or(did);
    let json = BASE64_URL_SAFE_NO_PAD.decode(encoded).ok()?;
    Jwk::parse(serde_json::from_slice(&json).ok()?).ok()
}

/// RFC 7515 §4.1.6: the first certificate has the key. The credential issuer decides whether to trust the chain.
fn of_certificate(first: &str) -> Option<Jwk> {
    let der = BASE64_STANDARD.decode(first).ok()?;
    certificate_key::of(&Certificate::from_der(&der).ok()?)
}
