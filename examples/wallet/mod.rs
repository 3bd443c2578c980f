//! A minimal wallet: it has a key, proves possession of it, and reads credentials.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::elliptic_curve::Generate as _;
use serde_json::{Value, json};

/// A private key on the curve P-256.
pub struct Key(SigningKey);

impl Key {
    pub fn generate() -> Self {
        Self(SigningKey::generate())
    }

    pub fn public_jwk(&self) -> Value {
        // RFC 5480 §2.2: 04, x, y.
        let point = self.0.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
    }

    pub fn private_jwk(&self, kid: &str) -> Value {
        let mut jwk = self.public_jwk();
        jwk["d"] = encode(self.0.to_bytes()).into();
        jwk["kid"] = kid.into();
        jwk
    }

    /// A key proof (OpenID for Verifiable Credential Issuance 1.0, appendix F.1).
    pub fn prove(&self, claims: &Value) -> String {
        let header =
            json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": self.public_jwk() });
        let [header, claims] = [&header, claims].map(|part| encode(part.to_string()));
        let input = format!("{header}.{claims}");
        let signature: Signature = self.0.sign(input.as_bytes());
        format!("{input}.{}", encode(signature.to_bytes()))
    }
}

/// Verifies an SD-JWT (RFC 9901) with one of the keys, and returns its claims and its disclosures.
pub fn read(credential: &str, keys: &Value) -> Result<(Value, Vec<Value>)> {
    let mut parts = credential.split('~');
    let jwt = parts.next().context("no JWT")?;
    let (input, signature) = jwt.rsplit_once('.').context("no signature")?;
    let (header, claims) = input.split_once('.').context("no claims")?;
    let header = json(header)?;
    let mut keys = keys["keys"].as_array().into_iter().flatten();
    let key = keys.find(|key| key["kid"] == header["kid"]);
    let key = key.context("the issuer has no such key")?;
    let signature = Signature::from_slice(&decode(signature)?)?;
    verifying_key(key)?.verify(input.as_bytes(), &signature)?;
    let disclosures = parts.filter(|disclosure| !disclosure.is_empty());
    Ok((json(claims)?, disclosures.map(json).collect::<Result<_>>()?))
}

fn verifying_key(jwk: &Value) -> Result<VerifyingKey> {
    let member = |name: &str| decode(jwk[name].as_str().context("not a key")?);
    let point = [vec![4], member("x")?, member("y")?].concat();
    Ok(VerifyingKey::from_sec1_bytes(&point)?)
}

fn json(text: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&decode(text)?)?)
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Result<Vec<u8>> {
    Ok(BASE64_URL_SAFE_NO_PAD.decode(text)?)
}
