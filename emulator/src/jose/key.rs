//! JSON Web Keys (RFC 7517).

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, ParsedPublicKey, RsaKeyPair, RsaPublicKeyComponents,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::base64url;
use super::curve::Curve;
use super::error::KeyError;
use crate::json::{Object, ObjectExt};

/// The private members (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The parsed key material.
#[derive(Clone)]
pub enum Material {
    Symmetric(Vec<u8>),
    Rsa {
        public: RsaPublicKeyComponents<Vec<u8>>,
        private: Option<Arc<RsaKeyPair>>,
    },
    Curve {
        curve: Curve,
        /// The uncompressed point on ECDSA curves, else the bytes of `x`.
        public: Vec<u8>,
        private: Option<CurvePrivateKey>,
    },
    /// An unsupported curve: the key can only be published and identified.
    Unsupported,
}

/// A private key on a curve.
#[derive(Clone)]
pub struct CurvePrivateKey {
    pub bytes: Vec<u8>,
    signer: OnceLock<Option<CurveSigner>>,
}

/// The key pair that signs.
#[derive(Clone)]
pub enum CurveSigner {
    Ecdsa(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl CurvePrivateKey {
    fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            signer: OnceLock::new(),
        }
    }

    /// The key pair, created on first use. `None` if the private key and the public key do not match.
    pub fn signer(&self, curve: Curve, public: &[u8]) -> Option<&CurveSigner> {
        let signer = self.signer.get_or_init(|| match curve.ecdsa() {
            Some(algorithm) => {
                EcdsaKeyPair::from_private_key_and_public_key(algorithm, &self.bytes, public)
                    .ok()
                    .map(|pair| CurveSigner::Ecdsa(Arc::new(pair)))
            }
            None => Ed25519KeyPair::from_seed_and_public_key(&self.bytes, public)
                .ok()
                .map(|pair| CurveSigner::Ed25519(Arc::new(pair))),
        });
        signer.as_ref()
    }
}

/// A validated JSON Web Key: it has the members of its type, and EC points are on their curve. Clones share the parsed key.
#[derive(Clone)]
pub struct Jwk {
    json: Arc<Object>,
    material: Arc<Material>,
}

impl Jwk {
    pub fn parse(json: Object) -> Result<Self, KeyError> {
        for member in required_members(&json)? {
            json.text(member).ok_or(KeyError::Missing(member))?;
        }
        let material = match json.text("kty") {
            Some("RSA") => rsa(&json)?,
            Some("oct") => Material::Symmetric(bytes(&json, "k")?),
            Some(kty) => match json.text("crv").and_then(|crv| Curve::from_names(kty, crv)) {
                Some(curve) => on_curve(curve, &json)?,
                None => Material::Unsupported,
            },
            None => return Err(KeyError::Missing("kty")),
        };
        Ok(Self::new(json, material))
    }

    fn new(json: Object, material: Material) -> Self {
        Self {
            json: Arc::new(json),
            material: Arc::new(material),
        }
    }

    /// Creates a symmetric key from a shared secret such as a client secret.
    pub fn secret(secret: &[u8]) -> Self {
        let json = Object::from_iter([
            ("kty".to_owned(), Value::from("oct")),
            ("k".to_owned(), Value::from(base64url::encode(secret))),
        ]);
        Self::new(json, Material::Symmetric(secret.to_vec()))
    }

    pub fn json(&self) -> &Object {
        &self.json
    }

    pub fn kty(&self) -> &str {
        self.json.text("kty").unwrap_or_default()
    }

    pub fn kid(&self) -> Option<&str> {
        self.json.text("kid")
    }

    pub fn alg(&self) -> Option<&str> {
        self.json.text("alg")
    }

    /// The member `use`. The method has another name because `use` is a keyword.
    pub fn usage(&self) -> Option<&str> {
        self.json.text("use")
    }

    pub fn material(&self) -> &Material {
        &self.material
    }

    /// Whether the key can sign and decrypt.
    pub fn is_private(&self) -> bool {
        self.json.contains_key("d") || self.json.contains_key("k")
    }

    /// The size of the modulus of an RSA key, in bits.
    pub fn rsa_bits(&self) -> Option<usize> {
        let Material::Rsa { public, .. } = self.material() else {
            return None;
        };
        let unused = public.n.first()?.leading_zeros() as usize;
        Some(public.n.len() * 8 - unused)
    }

    /// Whether the key type supports asymmetric signatures.
    pub fn supports_asymmetric_signatures(&self) -> bool {
        match self.material() {
            Material::Rsa { .. } => true,
            Material::Curve { curve, .. } => curve.verification().is_some(),
            Material::Symmetric(_) | Material::Unsupported => false,
        }
    }

    /// Whether `use` and `alg` of the key allow this use and algorithm. A missing member allows all values.
    pub fn permits(&self, usage: &str, alg: &str) -> bool {
        self.usage().is_none_or(|own| own == usage) && self.alg().is_none_or(|own| own == alg)
    }

    /// The public key. `None` for a shared secret.
    pub fn public(&self) -> Option<Self> {
        let mut material = Material::clone(&self.material);
        match &mut material {
            Material::Symmetric(_) => return None,
            Material::Rsa { private, .. } => *private = None,
            Material::Curve { private, .. } => *private = None,
            Material::Unsupported => {}
        }
        let mut json = Object::clone(&self.json);
        json.retain(|name, _| !PRIVATE_MEMBERS.contains(&name.as_str()));
        Some(Self::new(json, material))
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638).
    pub fn thumbprint(&self) -> String {
        let members = required_members(&self.json).unwrap_or_default();
        let canonical: Object = members
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.json.get(*name)?.clone())))
            .collect();
        base64url::encode(digest(
            &SHA256,
            Value::Object(canonical).to_string().as_bytes(),
        ))
    }

    /// Sets the `kid`.
    #[must_use]
    pub fn with_kid(mut self, kid: &str) -> Self {
        Arc::make_mut(&mut self.json).insert("kid".to_owned(), kid.into());
        self
    }

    /// Restricts the key to an algorithm and a use, and sets the thumbprint as `kid`.
    pub(super) fn restricted_to(mut self, alg: &str, usage: &str) -> Self {
        let kid = self.thumbprint();
        let json = Arc::make_mut(&mut self.json);
        for (name, value) in [("kid", kid.as_str()), ("alg", alg), ("use", usage)] {
            json.insert(name.to_owned(), Value::from(value));
        }
        self
    }
}

/// Compares all members of the JSON.
impl PartialEq for Jwk {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Eq for Jwk {}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Object::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Prints the type and the `kid` only, no key material.
impl fmt::Debug for Jwk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Jwk")
            .field("kty", &self.kty())
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}

/// The required members of the key type, in the order for thumbprints (RFC 7638 §3.2).
fn required_members(json: &Object) -> Result<&'static [&'static str], KeyError> {
    match json.text("kty").ok_or(KeyError::Missing("kty"))? {
        "EC" => Ok(&["crv", "kty", "x", "y"]),
        "OKP" => Ok(&["crv", "kty", "x"]),
        "RSA" => Ok(&["e", "kty", "n"]),
        "oct" => Ok(&["k", "kty"]),
        _ => Err(KeyError::UnknownType),
    }
}

fn bytes(json: &Object, member: &'static str) -> Result<Vec<u8>, KeyError> {
    let text = json.text(member).ok_or(KeyError::Missing(member))?;
    base64url::decode(text).ok_or(KeyError::Malformed(member))
}

/// Decodes bytes of the size that the curve requires.
fn sized_bytes(json: &Object, member: &'static str, curve: Curve) -> Result<Vec<u8>, KeyError> {
    let bytes = bytes(json, member)?;
    if bytes.len() == curve.size() {
        Ok(bytes)
    } else {
        Err(KeyError::Malformed(member))
    }
}

fn on_curve(curve: Curve, json: &Object) -> Result<Material, KeyError> {
    let x = sized_bytes(json, "x", curve)?;
    let public = match curve.ecdsa() {
        Some(_) => [[4].as_slice(), &x, &sized_bytes(json, "y", curve)?].concat(),
        None => x,
    };
    if let Some(algorithm) = curve.verification() {
        ParsedPublicKey::new(algorithm, &public).map_err(|_| KeyError::Inconsistent)?;
    }
    let private = match json.get("d") {
        Some(_) => Some(CurvePrivateKey::new(sized_bytes(json, "d", curve)?)),
        None => None,
    };
    Ok(Material::Curve {
        curve,
        public,
        private,
    })
}

fn rsa(json: &Object) -> Result<Material, KeyError> {
    let public = RsaPublicKeyComponents {
        n: integer(json, "n")?,
        e: integer(json, "e")?,
    };
    let private = match json.get("d") {
        Some(_) => Some(Arc::new(rsa_private(json, &public)?)),
        None => None,
    };
    Ok(Material::Rsa { public, private })
}

fn rsa_private(
    json: &Object,
    public: &RsaPublicKeyComponents<Vec<u8>>,
) -> Result<RsaKeyPair, KeyError> {
    RsaKeyPair::from_components(&KeyPairComponents {
        public_key: public.clone(),
        d: bytes(json, "d")?,
        p: bytes(json, "p")?,
        q: bytes(json, "q")?,
        dP: bytes(json, "dp")?,
        dQ: bytes(json, "dq")?,
        qInv: bytes(json, "qi")?,
    })
    .map_err(|_| KeyError::Inconsistent)
}

/// Decodes a positive integer. Accepts leading zeros, which are invalid (RFC 7518 §6.3.1.1) but common.
fn integer(json: &Object, member: &'static str) -> Result<Vec<u8>, KeyError> {
    let bytes = bytes(json, member)?;
    let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    if digits.is_empty() {
        return Err(KeyError::Malformed(member));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::{self, key};
    use super::*;

    fn parse(json: Value) -> Result<Jwk, KeyError> {
        Jwk::parse(json.as_object().unwrap().clone())
    }

    /// RFC 7638 §3.1.
    #[test]
    fn rsa_key_thumbprint_matches_rfc_7638() {
        assert_eq!(
            key(vectors::RFC7638_KEY).thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    /// RFC 8037 §A.3. The private key and the public key have the same thumbprint.
    #[test]
    fn okp_key_thumbprint_matches_rfc_8037() {
        let private = key(vectors::RFC8037_KEY);
        for key in [private.public().unwrap(), private] {
            assert_eq!(
                key.thumbprint(),
                "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
            );
        }
    }

    #[test]
    fn public_key_has_no_private_members() {
        for (text, members) in [
            (vectors::RFC7515_A2_KEY, vec!["e", "kty", "n"]),
            (vectors::RFC7515_A4_KEY, vec!["crv", "kty", "x", "y"]),
            (vectors::RFC8037_KEY, vec!["crv", "kty", "x"]),
        ] {
            let private = key(text);
            assert!(private.is_private());
            let public = private.public().unwrap();
            assert!(!public.is_private());
            let mut names: Vec<&String> = public.json().keys().collect();
            names.sort();
            assert_eq!(names, members);
            assert!(parse(Value::Object(public.json().clone())).is_ok());
        }
    }

    #[test]
    fn shared_secret_has_no_public_key() {
        let secret = Jwk::secret(b"secret");
        assert_eq!(secret.json().text("k"), Some("c2VjcmV0"));
        assert!(secret.is_private());
        assert!(secret.public().is_none());
    }

    #[test]
    fn key_on_an_unsupported_curve_can_only_be_published() {
        let key = parse(json!({"kty": "OKP", "crv": "Ed448", "x": "AAAA", "d": "AAAA"})).unwrap();
        assert!(matches!(key.material(), Material::Unsupported));
        assert!(!key.public().unwrap().json().contains_key("d"));
    }

    #[test]
    fn debug_output_does_not_contain_the_secret() {
        let output = format!("{:?}", Jwk::secret(b"secret"));
        assert!(!output.contains("c2VjcmV0"), "{output}");
    }

    #[test]
    fn invalid_key_is_refused() {
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
        for (json, error) in [
            (json!({}), KeyError::Missing("kty")),
            (json!({"kty": 1}), KeyError::Missing("kty")),
            (json!({"kty": "AKP"}), KeyError::UnknownType),
            (json!({"kty": "oct"}), KeyError::Missing("k")),
            (json!({"kty": "oct", "k": "A"}), KeyError::Malformed("k")),
            (json!({"kty": "oct", "k": "AA=="}), KeyError::Malformed("k")),
            (json!({"kty": "RSA", "n": "AQAB"}), KeyError::Missing("e")),
            (
                json!({"kty": "RSA", "n": "AAAA", "e": "AQAB"}),
                KeyError::Malformed("n"),
            ),
            (
                json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"}),
                KeyError::Missing("p"),
            ),
            (
                json!({"kty": "EC", "crv": "P-256", "x": x}),
                KeyError::Missing("y"),
            ),
            (
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": "AAAA"}),
                KeyError::Malformed("y"),
            ),
            (
                json!({"kty": "EC", "crv": "P-384", "x": x, "y": y}),
                KeyError::Malformed("x"),
            ),
            // The point is not on the curve.
            (
                json!({"kty": "EC", "crv": "P-256", "x": y, "y": x}),
                KeyError::Inconsistent,
            ),
            (
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": 1}),
                KeyError::Missing("d"),
            ),
        ] {
            assert_eq!(parse(json.clone()).unwrap_err(), error, "{json}");
        }
    }
}
