//! JWK Sets (RFC 7517 §5) and the selection of keys.

use serde_json::{Value, json};

use super::algorithm::SignatureAlgorithm;
use super::error::KeyError;
use super::jws::Jws;
use super::key::Jwk;
use super::key_management::KeyManagement;
use crate::json::{Object, ObjectExt};

/// A JWK Set. The order of the keys is kept.
#[derive(Debug, Clone, Default)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

impl JwkSet {
    /// Parses a set. Ignores keys of unknown types and invalid keys (RFC 7517 §5).
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let set: Object = serde_json::from_str(text).map_err(|_| KeyError::NotASet)?;
        let keys = set.array("keys").ok_or(KeyError::NotASet)?;
        let keys = keys
            .iter()
            .filter_map(|key| Jwk::parse(key.as_object()?.clone()).ok())
            .collect();
        Ok(Self { keys })
    }

    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The public keys of the set.
    pub fn public(&self) -> Self {
        self.keys.iter().filter_map(Jwk::public).collect()
    }

    pub fn to_json(&self) -> Value {
        let keys: Vec<&Object> = self.keys.iter().map(Jwk::json).collect();
        json!({ "keys": keys })
    }

    /// Finds the first private key for a signature algorithm.
    pub fn find_signing(&self, alg: &str, kid: Option<&str>) -> Option<&Jwk> {
        self.candidates(alg, kid).find(|key| key.is_private())
    }

    /// Finds the keys for a signature algorithm. Without a `kid` there can be several.
    pub fn candidates<'a, 'b>(
        &'a self,
        alg: &'b str,
        kid: Option<&'b str>,
    ) -> impl Iterator<Item = &'a Jwk> + use<'a, 'b> {
        let algorithm = SignatureAlgorithm::from_name(alg);
        self.by_kid(kid).filter(move |key| {
            key.permits("sig", alg) && algorithm.is_some_and(|algorithm| algorithm.fits(key))
        })
    }

    /// Whether a signature verifies with one of the keys.
    pub fn verify(&self, jws: &Jws) -> bool {
        self.candidates(jws.alg(), jws.kid())
            .any(|key| jws.verify(key))
    }

    /// Finds the first key that can encrypt content encryption keys.
    pub fn find_encryption(&self, alg: &str, kid: Option<&str>) -> Option<&Jwk> {
        let management = KeyManagement::from_name(alg).ok()?;
        self.by_kid(kid)
            .find(|key| key.permits("enc", alg) && management.fits(key))
    }

    /// Finds the private keys that can decrypt content encryption keys. Without a `kid` there can be several.
    pub fn find_decryption<'a, 'b>(
        &'a self,
        alg: &'b str,
        kid: Option<&'b str>,
    ) -> impl Iterator<Item = &'a Jwk> + use<'a, 'b> {
        let management = KeyManagement::from_name(alg).ok();
        self.by_kid(kid).filter(move |key| {
            key.is_private()
                && key.permits("enc", alg)
                && management.is_some_and(|management| management.fits(key))
        })
    }

    /// The keys with this `kid`. All keys if it is `None`.
    fn by_kid<'a, 'b>(
        &'a self,
        kid: Option<&'b str>,
    ) -> impl Iterator<Item = &'a Jwk> + use<'a, 'b> {
        self.keys
            .iter()
            .filter(move |key| kid.is_none() || key.kid() == kid)
    }
}

impl FromIterator<Jwk> for JwkSet {
    fn from_iter<Keys: IntoIterator<Item = Jwk>>(keys: Keys) -> Self {
        Self {
            keys: keys.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{generate, vectors};
    use super::*;

    fn set() -> JwkSet {
        [
            generate("ES256").unwrap(),
            generate("ES256").unwrap(),
            generate("ES384").unwrap(),
            Jwk::secret(&[7; 32]),
            vectors::key(vectors::RFC7515_A2_KEY),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn key_set_survives_a_round_trip() {
        let written = set().to_json();
        let read = JwkSet::parse(&written.to_string()).unwrap();
        assert_eq!(read.to_json(), written);
        assert_eq!(read.keys().len(), 5);
    }

    #[test]
    fn public_key_set_has_no_private_keys() {
        let public = set().public();
        assert_eq!(public.keys().len(), 4);
        assert!(!public.keys().iter().any(Jwk::is_private));
        assert!(public.find_signing("ES256", None).is_none());
        assert_eq!(public.candidates("ES256", None).count(), 2);
    }

    #[test]
    fn key_is_found_by_algorithm_and_kid() {
        let set = set();
        let second = set.keys()[1].kid().unwrap();
        let first = set.keys()[0].kid();
        assert_eq!(set.find_signing("ES256", None).unwrap().kid(), first);
        let found = set.find_signing("ES256", Some(second)).unwrap();
        assert_eq!(found.kid(), Some(second));
        // The `kid` of a key on another curve, an unknown `kid`, and algorithms without keys.
        assert!(set.find_signing("ES384", Some(second)).is_none());
        assert!(set.find_signing("ES256", Some("other")).is_none());
        assert!(set.find_signing("EdDSA", None).is_none());
        assert!(set.find_signing("none", None).is_none());
        // The RSA key has no `alg` and fits all RSA algorithms. The secret is long enough for HS256 only.
        assert!(set.find_signing("PS512", None).is_some());
        assert!(set.find_signing("HS256", None).is_some());
        assert!(set.find_signing("HS384", None).is_none());
    }

    #[test]
    fn encryption_key_is_not_selected_for_signatures() {
        let mut json = vectors::key(vectors::RFC7515_A3_KEY).json().clone();
        json.insert("use".to_owned(), Value::from("enc"));
        let set: JwkSet = [Jwk::parse(json).unwrap()].into_iter().collect();
        assert!(set.find_signing("ES256", None).is_none());
        assert_eq!(set.candidates("ES256", None).count(), 0);
    }

    #[test]
    fn signing_key_is_not_selected_for_encryption() {
        let [signing, p256, rsa, other] =
            ["ES256", "ECDH-ES", "RSA-OAEP", "RSA-OAEP"].map(|alg| generate(alg).unwrap());
        let (kid, last) = (rsa.kid().map(str::to_owned), other.kid().map(str::to_owned));
        let set: JwkSet = [signing, p256, rsa, other].into_iter().collect();
        assert_eq!(set.find_encryption("ECDH-ES", None).unwrap().kty(), "EC");
        assert!(set.find_encryption("ECDH-ES+A128KW", None).is_none());
        assert!(set.find_encryption("RSA-OAEP-256", None).is_none());
        assert!(set.find_encryption("none", None).is_none());
        let public = set.public();
        let found = public.find_encryption("RSA-OAEP", None).unwrap();
        assert_eq!(found.kid(), kid.as_deref());
        let found = public.find_encryption("RSA-OAEP", last.as_deref()).unwrap();
        assert_eq!(found.kid(), last.as_deref());
        assert_eq!(set.find_decryption("RSA-OAEP", None).count(), 2);
        assert_eq!(set.find_decryption("RSA-OAEP", kid.as_deref()).count(), 1);
        assert_eq!(public.find_decryption("RSA-OAEP", None).count(), 0);
    }

    #[test]
    fn invalid_set_is_refused_and_invalid_keys_are_ignored() {
        for text in ["", "[]", "{}", r#"{"keys": {}}"#, r#"{"keys": []"#] {
            assert_eq!(
                JwkSet::parse(text).unwrap_err(),
                KeyError::NotASet,
                "{text}"
            );
        }
        let text = r#"{"keys": [1, {}, {"kty": "AKP"}, {"kty": "oct", "k": "AA"}]}"#;
        assert_eq!(JwkSet::parse(text).unwrap().keys().len(), 1);
    }
}
