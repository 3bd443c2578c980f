//! Mobile documents, `mso_mdoc` (ISO/IEC 18013-5 §9.1.2).

mod cbor;
mod device_key;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use coset::cbor::Value as Cbor;
use coset::{AsCborValue as _, CoseSign1Builder, HeaderBuilder};
use x509_cert::der::DateTime;

use super::content::{CredentialContent, Failure};
use super::cose::algorithm;
use super::signer::{Signer, certificates};
use crate::clock::Millis;
use crate::digest::Digest;
use crate::jose::{self, Jwk};
use crate::json::{Object, ObjectExt};
use crate::protocol::lifetime;
use crate::random;

/// The header parameter `x5chain` (RFC 9360 §2).
const X5CHAIN: i64 = 33;
/// The length of the salt of an item, in bytes. ISO/IEC 18013-5 requires at least 16.
const SALT_LENGTH: usize = 32;

/// Whether a key can sign a document with an algorithm. Readers need the certificate of the key.
pub fn can_sign(key: &Jwk, alg: &str) -> bool {
    certificates(key).is_some() && algorithm(alg).is_some()
}

/// The structure `IssuerSigned` (ISO/IEC 18013-5 §8.3.2.1.2.2), in base64url.
pub fn make(content: &CredentialContent<'_>, signer: &Signer) -> Result<String, Failure> {
    let document_type = content.payload.text("doctype");
    let document_type = document_type.ok_or(Failure::Payload("it has no doctype"))?;
    let expected = content.configuration.text("doctype");
    if expected.is_some_and(|expected| expected != document_type) {
        return Err(Failure::Payload(
            "its doctype differs from that of the credential configuration",
        ));
    }
    let claims = content.payload.object("claims");
    let claims = claims.filter(|claims| !claims.is_empty());
    let claims = claims.ok_or(Failure::Payload("it has no claims"))?;
    let (mut name_spaces, mut digests) = (Vec::new(), Vec::new());
    for (name, elements) in claims {
        let elements = elements.as_object().filter(|elements| !elements.is_empty());
        let elements = elements.ok_or(Failure::Payload("a name space in claims has no claims"))?;
        let (items, digests_of_items) = items(elements)?;
        name_spaces.push((name.as_str().into(), Cbor::Array(items)));
        digests.push((name.as_str().into(), Cbor::Map(digests_of_items)));
    }
    let security_object = security_object(content, document_type, digests)?;
    let signed = Cbor::Map(vec![
        ("nameSpaces".into(), Cbor::Map(name_spaces)),
        ("issuerAuth".into(), sign(&security_object, signer)?),
    ]);
    Ok(BASE64_URL_SAFE_NO_PAD.encode(cbor::encode(&signed)?))
}

type Items = (Vec<Cbor>, Vec<(Cbor, Cbor)>);

/// The elements of a name space as salted items, and the digests of the items by their IDs.
fn items(elements: &Object) -> Result<Items, Failure> {
    let (mut items, mut digests) = (Vec::new(), Vec::new());
    for (number, (name, value)) in (1_u32..).zip(elements) {
        let salt = random::bytes::<SALT_LENGTH>()?;
        let item = Cbor::Map(vec![
            ("digestID".into(), number.into()),
            ("random".into(), Cbor::Bytes(salt.to_vec())),
            ("elementIdentifier".into(), name.as_str().into()),
            ("elementValue".into(), cbor::of_claim(value)?),
        ]);
        let item = cbor::embedded(&item)?;
        let digest = Digest::of_bytes(&cbor::encode(&item)?);
        digests.push((number.into(), Cbor::Bytes(digest.as_bytes().to_vec())));
        items.push(item);
    }
    Ok((items, digests))
}

/// The signed payload, `MobileSecurityObject` (ISO/IEC 18013-5 §9.1.2.4).
fn security_object(
    content: &CredentialContent<'_>,
    document_type: &str,
    digests: Vec<(Cbor, Cbor)>,
) -> Result<Cbor, Failure> {
    let issued_at = time(content.issued_at)?;
    let expires_at = time(content.expires_at.unwrap_or(lifetime::NEVER))?;
    let validity = Cbor::Map(vec![
        ("signed".into(), issued_at.clone()),
        ("validFrom".into(), issued_at),
        ("validUntil".into(), expires_at),
    ]);
    let mut members = vec![
        ("version".into(), "1.0".into()),
        ("digestAlgorithm".into(), "SHA-256".into()),
        ("valueDigests".into(), Cbor::Map(digests)),
    ];
    if let Some(key) = content.binding_key {
        let key = device_key::of_jwk(key).ok_or(Failure::BindingKey)?;
        let info = Cbor::Map(vec![("deviceKey".into(), key)]);
        members.push(("deviceKeyInfo".into(), info));
    }
    members.push(("docType".into(), document_type.into()));
    members.push(("validityInfo".into(), validity));
    Ok(Cbor::Map(members))
}

/// A `tdate`: a time in RFC 3339 format, in whole seconds.
fn time(time: Millis) -> Result<Cbor, Failure> {
    let time = Duration::from_secs(u64::try_from(time / 1000).unwrap_or_default());
    let time = DateTime::from_unix_duration(time);
    let time = time.map_err(|_| Failure::Payload("it would expire after the year 9999"))?;
    Ok(Cbor::Tag(0, Box::new(time.to_string().into())))
}

/// `COSE_Sign1` (RFC 9052 §4.2), with the certificates in the unprotected header.
fn sign(security_object: &Cbor, signer: &Signer) -> Result<Cbor, Failure> {
    let algorithm = algorithm(signer.alg).ok_or(Failure::Signature)?;
    let chain = signer.certificates().ok_or(Failure::Signature)?;
    let chain: Result<Vec<_>, _> = chain
        .into_iter()
        .map(|certificate| BASE64_STANDARD.decode(certificate).map(Cbor::Bytes))
        .collect();
    let chain = match chain.map_err(|_| Failure::Signature)? {
        chain if chain.len() > 1 => Cbor::Array(chain),
        chain => chain.into_iter().next().ok_or(Failure::Signature)?,
    };
    let payload = cbor::encode(&cbor::embedded(security_object)?)?;
    let signed = CoseSign1Builder::new()
        .protected(HeaderBuilder::new().algorithm(algorithm).build())
        .unprotected(HeaderBuilder::new().value(X5CHAIN, chain).build())
        .payload(payload)
        .try_create_signature(b"", |message| {
            jose::sign_bytes(signer.alg, &signer.key, message)
        })?
        .build();
    signed.to_cbor_value().map_err(|_| Failure::Signature)
}
