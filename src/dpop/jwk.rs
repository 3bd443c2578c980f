//! Private keys as JWKs (RFC 7517, RFC 7518 §6, RFC 8037 §2).

use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaKeyPair, RsaPublicKeyComponents, RsaSignatureEncoding,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::signing_key::{PrivateKey, SigningKey};
use crate::Secret;

/// The RSA algorithm that the FAPI 2.0 Security Profile allows.
const RSA_DEFAULT: &str = "PS256";

/// The members that signing needs; others, such as `kid` and `x5c`, are ignored.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    alg: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<Secret>,
    p: Option<Secret>,
    q: Option<Secret>,
    dp: Option<Secret>,
    dq: Option<Secret>,
    qi: Option<Secret>,
}

/// What is wrong with a key, without any part of the key.
type Reason = &'static str;

const INCONSISTENT: Reason = "has inconsistent members, or is too small";

impl SigningKey {
    /// Reads a private key. The signature algorithm is `alg`, or the default of the key type.
    pub fn from_jwk(text: &Secret) -> Result<Self, Reason> {
        let jwk: Jwk = serde_json::from_str(text.expose())
            .map_err(|_| "is not a JWK: a JSON object with a string for each member of the key")?;
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("EC", Some("P-256")) => jwk.ecdsa("ES256", 32, &ECDSA_P256_SHA256_FIXED_SIGNING),
            ("EC", Some("P-384")) => jwk.ecdsa("ES384", 48, &ECDSA_P384_SHA384_FIXED_SIGNING),
            ("EC", Some("P-521")) => jwk.ecdsa("ES512", 66, &ECDSA_P521_SHA512_FIXED_SIGNING),
            ("OKP", Some("Ed25519")) => jwk.ed25519(),
            ("RSA", _) => jwk.rsa(),
            ("oct", _) => Err("is a symmetric key, but proofs are signed with an asymmetric key"),
            _ => Err(
                "has an unsupported type: it must be EC (P-256, P-384, P-521), OKP (Ed25519) or RSA",
            ),
        }
    }
}

impl Jwk {
    fn ecdsa(
        &self,
        alg: &'static str,
        size: usize,
        algorithm: &'static EcdsaSigningAlgorithm,
    ) -> Result<SigningKey, Reason> {
        self.alg_among(&[alg])?;
        let d = private(&self.d)?;
        let (x, y) = (public(&self.x)?, public(&self.y)?);
        if x.len() != size || y.len() != size || d.len() != size {
            return Err("has a member of the wrong length for its curve");
        }
        let point = [&[4], x.as_slice(), &y].concat();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &d, &point)
            .map_err(|_| INCONSISTENT)?;
        let jwk = json!({ "kty": "EC", "crv": self.crv, "x": encoded(&x), "y": encoded(&y) });
        Ok(SigningKey::new(PrivateKey::Ecdsa(pair), &header(alg, &jwk)))
    }

    /// `EdDSA` is the common name of the algorithm, and `Ed25519` its name in RFC 9864.
    fn ed25519(&self) -> Result<SigningKey, Reason> {
        let alg = self.alg_among(&["EdDSA", "Ed25519"])?;
        let (d, x) = (private(&self.d)?, public(&self.x)?);
        if d.len() != 32 {
            return Err("has a member of the wrong length for its curve");
        }
        let pair = Ed25519KeyPair::from_seed_and_public_key(&d, &x).map_err(|_| INCONSISTENT)?;
        let jwk = json!({ "kty": "OKP", "crv": self.crv, "x": encoded(&x) });
        Ok(SigningKey::new(
            PrivateKey::Ed25519(pair),
            &header(alg, &jwk),
        ))
    }

    fn rsa(&self) -> Result<SigningKey, Reason> {
        let alg = self.alg_among(&[RSA_DEFAULT, "PS384", "PS512", "RS256", "RS384", "RS512"])?;
        let encoding: &'static RsaSignatureEncoding = match alg {
            "PS384" => &RSA_PSS_SHA384,
            "PS512" => &RSA_PSS_SHA512,
            "RS256" => &RSA_PKCS1_SHA256,
            "RS384" => &RSA_PKCS1_SHA384,
            "RS512" => &RSA_PKCS1_SHA512,
            _ => &RSA_PSS_SHA256,
        };
        let d = private(&self.d)?;
        let (n, e) = (public(&self.n)?, public(&self.e)?);
        let jwk = json!({ "kty": "RSA", "n": encoded(&n), "e": encoded(&e) });
        let pair = RsaKeyPair::from_components(&KeyPairComponents {
            public_key: RsaPublicKeyComponents { n, e },
            d,
            p: factor(&self.p)?,
            q: factor(&self.q)?,
            dP: factor(&self.dp)?,
            dQ: factor(&self.dq)?,
            qInv: factor(&self.qi)?,
        })
        .map_err(|_| INCONSISTENT)?;
        Ok(SigningKey::new(
            PrivateKey::Rsa(pair, encoding),
            &header(alg, &jwk),
        ))
    }

    /// The algorithm of the key; the first one of `known` if the key has none.
    fn alg_among(&self, known: &[&'static str]) -> Result<&'static str, Reason> {
        let wanted = self.alg.as_deref();
        let found = known
            .iter()
            .find(|alg| wanted.is_none_or(|wanted| wanted == **alg));
        found
            .copied()
            .ok_or("has an `alg` that keys of its type do not support")
    }
}

/// RFC 9449 §4.2: the header contains only the public key.
fn header(alg: &str, jwk: &Value) -> Value {
    json!({ "typ": "dpop+jwt", "alg": alg, "jwk": jwk })
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn public(member: &Option<String>) -> Result<Vec<u8>, Reason> {
    let text = member.as_ref().ok_or("lacks members of a public key")?;
    decoded(text)
}

fn private(member: &Option<Secret>) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let text = member
        .as_ref()
        .ok_or("is a public key, but proofs are signed with the private key")?;
    decoded(text.expose()).map(Zeroizing::new)
}

/// RFC 7518 §6.3.2 makes the factors optional, but aws-lc needs them, and generated keys have them.
fn factor(member: &Option<Secret>) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let text = member
        .as_ref()
        .ok_or("is an RSA key without p, q, dp, dq and qi")?;
    decoded(text.expose()).map(Zeroizing::new)
}

fn decoded(text: &str) -> Result<Vec<u8>, Reason> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| "has a member that is not base64url without padding")
}
