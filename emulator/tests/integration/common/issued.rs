//! Parses and verifies credentials, independently of the emulator's code.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use coset::cbor::{Value as Cbor, from_reader, into_writer};
use coset::{AsCborValue as _, CoseSign1, Label};
use serde_json::{Map, Value, json};
use x509_cert::der::DateTime;

use super::jwt::{decode, encode, parts, point, verified};
use super::wallet::Issuer;

/// An SD-JWT (RFC 9901) without a key binding JWT.
pub struct SdJwt {
    jwt: String,
    pub header: Value,
    /// Encoded, in their original order.
    pub disclosures: Vec<String>,
}

impl SdJwt {
    pub fn read(text: &str) -> Self {
        let mut parts_of = text.split('~').map(str::to_owned);
        let jwt = parts_of.next().unwrap();
        let mut disclosures: Vec<_> = parts_of.collect();
        assert_eq!(disclosures.pop().as_deref(), Some(""), "the last tilde");
        Self {
            header: parts(&jwt).0,
            jwt,
            disclosures,
        }
    }

    /// Verifies the signature and returns the payload.
    pub fn verified(&self, key: &Value) -> Value {
        verified(&self.jwt, &json!({ "keys": [key] }))
    }

    /// The claims with the selected disclosures (RFC 9901 §7.1). Each disclosure must have a digest that refers to it.
    pub fn disclosed(&self, key: &Value, is_selected: impl Fn(&Value) -> bool) -> Value {
        let mut disclosures = BTreeMap::new();
        for text in &self.disclosures {
            let disclosure: Value = serde_json::from_slice(&decode(text)).unwrap();
            assert!(
                decode(disclosure[0].as_str().unwrap()).len() >= 16,
                "the salt"
            );
            let digest = encode(digest(&SHA256, text.as_bytes()));
            assert!(disclosures.insert(digest, (disclosure, false)).is_none());
        }
        let claims = resolve(&self.verified(key), &mut disclosures, &is_selected);
        let unused = disclosures.values().filter(|(_, is_used)| !is_used).count();
        assert_eq!(unused, 0, "disclosures without a digest");
        claims
    }
}

type Disclosures = BTreeMap<String, (Value, bool)>;

fn resolve(value: &Value, by_digest: &mut Disclosures, select: &impl Fn(&Value) -> bool) -> Value {
    let mut find = |digest: &Value| {
        let (disclosure, is_used) = by_digest.get_mut(digest.as_str().unwrap()).unwrap();
        *is_used = true;
        select(disclosure).then(|| disclosure.clone())
    };
    match value {
        Value::Object(members) => {
            let mut resolved = Map::new();
            for digest in members
                .get("_sd")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(disclosure) = find(digest) {
                    assert_eq!(disclosure.as_array().unwrap().len(), 3);
                    let name = disclosure[1].as_str().unwrap().to_owned();
                    resolved.insert(name, disclosure[2].clone());
                }
            }
            for (name, value) in members {
                if name != "_sd" && name != "_sd_alg" {
                    let value = resolve(value, by_digest, select);
                    assert!(resolved.insert(name.clone(), value).is_none());
                }
            }
            Value::Object(resolved)
        }
        Value::Array(elements) => {
            let mut resolved = Vec::new();
            for element in elements {
                match element.get("...") {
                    Some(digest) => {
                        let (disclosure, is_used) =
                            by_digest.get_mut(digest.as_str().unwrap()).unwrap();
                        *is_used = true;
                        assert_eq!(disclosure.as_array().unwrap().len(), 2);
                        if select(disclosure) {
                            resolved.push(disclosure[1].clone());
                        }
                    }
                    None => resolved.push(resolve(element, by_digest, select)),
                }
            }
            Value::Array(resolved)
        }
        leaf => leaf.clone(),
    }
}

/// An `IssuerSigned` (ISO/IEC 18013-5 §8.3.2.1.2.2).
pub struct Mdoc(Cbor);

/// The contents of the `MobileSecurityObject`.
pub struct MobileSecurityObject {
    pub document_type: String,
    pub device_key: Value,
    /// In seconds.
    pub lifetime: u64,
    pub valid_until: String,
    digests: Cbor,
}

impl Mdoc {
    pub fn read(text: &str) -> Self {
        Self(from_reader(decode(text).as_slice()).unwrap())
    }

    /// Verifies the signature with the key of the certificate.
    pub fn verified(&self, issuer: &Issuer) -> MobileSecurityObject {
        let signed = CoseSign1::from_cbor_value(member(&self.0, "issuerAuth").clone()).unwrap();
        let alg = signed.protected.header.alg.clone().unwrap();
        assert_eq!(alg.to_cbor_value().unwrap(), (-7).into());
        let certificate = Cbor::Bytes(issuer.certificate.clone());
        assert_eq!(signed.unprotected.rest, [(Label::Int(33), certificate)]);
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(&issuer.public));
        let verified =
            signed.verify_signature(b"", |signature, input| key.verify(input, signature));
        verified.unwrap();
        let object = embedded(&from_reader(signed.payload.unwrap().as_slice()).unwrap());
        assert_eq!(member(&object, "version"), &"1.0".into());
        assert_eq!(member(&object, "digestAlgorithm"), &"SHA-256".into());
        let validity = member(&object, "validityInfo");
        let [from, end] = ["validFrom", "validUntil"].map(|name| date(member(validity, name)));
        assert_eq!(member(validity, "signed"), member(validity, "validFrom"));
        let seconds = |text: &str| {
            let date: DateTime = text.parse().unwrap();
            date.unix_duration().as_secs()
        };
        let key = member(member(&object, "deviceKeyInfo"), "deviceKey");
        assert_eq!(numbered(key, 1), &2.into());
        assert_eq!(numbered(key, -1), &1.into());
        let coordinate = |number| encode(numbered(key, number).as_bytes().unwrap());
        MobileSecurityObject {
            document_type: member(&object, "docType").as_text().unwrap().to_owned(),
            device_key: json!({
                "kty": "EC", "crv": "P-256", "x": coordinate(-2), "y": coordinate(-3),
            }),
            lifetime: seconds(&end) - seconds(&from),
            valid_until: end,
            digests: member(&object, "valueDigests").clone(),
        }
    }

    /// The elements by name space and name. Each must have a digest, and each digest an element.
    pub fn elements(&self, signed: &MobileSecurityObject) -> BTreeMap<(String, String), Cbor> {
        let mut elements = BTreeMap::new();
        let mut count = 0;
        for (name_space, items) in member(&self.0, "nameSpaces").as_map().unwrap() {
            let name_space = name_space.as_text().unwrap();
            let digests = member(&signed.digests, name_space);
            count += digests.as_map().unwrap().len();
            for item in items.as_array().unwrap() {
                let mut bytes = Vec::new();
                into_writer(item, &mut bytes).unwrap();
                let item = embedded(item);
                let number = member(&item, "digestID").as_integer().unwrap();
                let number = i64::try_from(number).unwrap();
                let digest = digest(&SHA256, &bytes).as_ref().to_vec();
                assert_eq!(numbered(digests, number), &Cbor::Bytes(digest));
                assert!(member(&item, "random").as_bytes().unwrap().len() >= 16);
                let name = member(&item, "elementIdentifier").as_text().unwrap();
                let value = member(&item, "elementValue").clone();
                elements.insert((name_space.to_owned(), name.to_owned()), value);
            }
        }
        assert_eq!(elements.len(), count);
        elements
    }
}

pub fn tagged(tag: u64, text: &str) -> Cbor {
    Cbor::Tag(tag, Box::new(text.into()))
}

fn member<'a>(map: &'a Cbor, name: &str) -> &'a Cbor {
    let mut members = map.as_map().unwrap().iter();
    let found = members.find(|(own, _)| own.as_text() == Some(name));
    &found.unwrap_or_else(|| panic!("{name}")).1
}

fn numbered(map: &Cbor, number: i64) -> &Cbor {
    let mut members = map.as_map().unwrap().iter();
    &members.find(|(own, _)| *own == number.into()).unwrap().1
}

/// Decodes encoded CBOR (tag 24).
fn embedded(value: &Cbor) -> Cbor {
    let (tag, bytes) = value.as_tag().unwrap();
    assert_eq!(tag, 24);
    from_reader(bytes.as_bytes().unwrap().as_slice()).unwrap()
}

fn date(value: &Cbor) -> String {
    let (tag, text) = value.as_tag().unwrap();
    assert_eq!(tag, 0);
    text.as_text().unwrap().to_owned()
}
