//! Parses and verifies DPoP proofs as a server does (RFC 9449 §4.3).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::server::Received;

/// A proof with a valid signature.
pub struct Proof {
    pub header: Value,
    pub claims: Value,
}

impl Proof {
    pub fn of(request: &Received) -> Self {
        let mut proofs = request.headers.get_all("dpop").iter();
        let text = proofs.next().expect("there is a proof").to_str().unwrap();
        assert!(proofs.next().is_none(), "two proofs");
        let [header, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else {
            panic!("{text}");
        };
        let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap();
        let proof = Self {
            header: json(header),
            claims: json(claims),
        };
        let message = format!("{header}.{claims}");
        assert!(proof.has_valid_signature(message.as_bytes(), &decoded(signature)));
        proof
    }

    pub fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().expect("the claim is text")
    }

    fn has_valid_signature(&self, message: &[u8], signature: &[u8]) -> bool {
        let jwk = &self.header["jwk"];
        let member = |name: &str| decoded(jwk[name].as_str().unwrap());
        let curve = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signature)
        };
        let point = || [vec![4], member("x"), member("y")].concat();
        let rsa = |parameters: &RsaParameters| {
            let (n, e) = (member("n"), member("e"));
            RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
        };
        let verified = match self.header["alg"].as_str().unwrap() {
            "ES256" => curve(&ECDSA_P256_SHA256_FIXED, &point()),
            "ES384" => curve(&ECDSA_P384_SHA384_FIXED, &point()),
            "ES512" => curve(&ECDSA_P521_SHA512_FIXED, &point()),
            "EdDSA" | "Ed25519" => curve(&ED25519, &member("x")),
            "RS256" => rsa(&RSA_PKCS1_2048_8192_SHA256),
            "RS384" => rsa(&RSA_PKCS1_2048_8192_SHA384),
            "RS512" => rsa(&RSA_PKCS1_2048_8192_SHA512),
            "PS256" => rsa(&RSA_PSS_2048_8192_SHA256),
            "PS384" => rsa(&RSA_PSS_2048_8192_SHA384),
            "PS512" => rsa(&RSA_PSS_2048_8192_SHA512),
            other => panic!("{other}"),
        };
        verified.is_ok()
    }
}

/// The `ath` claim for a token (RFC 9449 §4.2).
pub fn token_hash(token: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .expect("it is base64url")
}
