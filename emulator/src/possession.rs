//! Proof of possession: checks that an API caller has the keys that its access token is bound to (RFC 8705 §3, RFC 9449
//! §7).

use crate::api_response::ApiResponse;
use crate::certificate::ClientCertificate;
use crate::clock::Clock;
use crate::protocol::dpop::{self, WINDOW};
use crate::protocol::dpop_proof::DpopProof;
use crate::result_code::{
    CALLER_CERTIFICATE, CALLER_CERTIFICATE_MALFORMED, CALLER_CERTIFICATE_MISSING, CALLER_KEY,
    CALLER_PROOF_ALGORITHM_MISSING, CALLER_PROOF_INVALID, CALLER_PROOF_KEY_MISSING,
    CALLER_PROOF_MISSING, CALLER_PROOF_SYMMETRIC, CALLER_TOKEN_NOT_BOUND, DpopCodes, ResultCode,
};
use crate::store::Store;

const PROOF_CODES: DpopCodes = DpopCodes {
    invalid: CALLER_PROOF_INVALID,
    algorithm_symmetric: CALLER_PROOF_SYMMETRIC,
    key_missing: CALLER_PROOF_KEY_MISSING,
    algorithm_missing: CALLER_PROOF_ALGORITHM_MISSING,
};

/// The authentication scheme of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

impl TokenScheme {
    pub fn named(name: &str) -> Option<Self> {
        let schemes = [("Bearer", Self::Bearer), ("DPoP", Self::Dpop)];
        let mut schemes = schemes.into_iter();
        let (_, scheme) = schemes.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(scheme)
    }
}

/// The proof of possession in a request: its DPoP proofs and its client certificate.
#[derive(Debug, Clone, Copy)]
pub struct Possession<'a> {
    pub method: &'a str,
    /// The URL of the request.
    pub url: &'a str,
    /// The `DPoP` headers.
    pub proofs: &'a [&'a str],
    /// The certificate of the connection, in DER.
    pub certificate: Option<&'a [u8]>,
}

/// Why a caller may not use an access token.
#[derive(Debug)]
pub struct PossessionError {
    scheme: TokenScheme,
    error: &'static str,
    code: ResultCode,
}

impl Possession<'_> {
    /// Checks that the caller has the keys that its access token is bound to.
    pub fn check(
        &self,
        store: &Store,
        scheme: TokenScheme,
        token: &str,
    ) -> Result<(), PossessionError> {
        let binding = store.binding_of_access_token(token).cloned();
        let binding = binding.unwrap_or_default();
        if let Some(thumbprint) = &binding.certificate {
            self.check_certificate(thumbprint)
                .map_err(|code| PossessionError::invalid_token(scheme, code))?;
        }
        match (&binding.dpop_key, scheme) {
            (Some(thumbprint), _) => self.check_proof(store, scheme, token, thumbprint),
            (None, TokenScheme::Dpop) => Err(PossessionError::invalid_token(
                scheme,
                CALLER_TOKEN_NOT_BOUND,
            )),
            (None, TokenScheme::Bearer) => Ok(()),
        }
    }

    fn check_certificate(&self, thumbprint: &str) -> Result<(), ResultCode> {
        let der = self.certificate.ok_or(CALLER_CERTIFICATE_MISSING)?;
        let certificate = ClientCertificate::from_der(der.to_vec());
        let certificate = certificate.ok_or(CALLER_CERTIFICATE_MALFORMED)?;
        match certificate.thumbprint() == thumbprint {
            true => Ok(()),
            false => Err(CALLER_CERTIFICATE),
        }
    }

    fn check_proof(
        &self,
        store: &Store,
        scheme: TokenScheme,
        token: &str,
        thumbprint: &str,
    ) -> Result<(), PossessionError> {
        let because = |reason| PossessionError::invalid_proof(CALLER_PROOF_INVALID.because(reason));
        let proof = match self.proofs {
            [] => {
                let scheme = TokenScheme::Dpop;
                return Err(PossessionError::invalid_token(scheme, CALLER_PROOF_MISSING));
            }
            [proof] => proof,
            _ => return Err(because("there is more than one DPoP proof")),
        };
        // A bound token must not be accepted as a Bearer token (RFC 9449 §7.2).
        if scheme != TokenScheme::Dpop {
            return Err(because(
                "the access token is bound to a DPoP key, but the scheme is Bearer",
            ));
        }
        let proof =
            DpopProof::parse(proof, &PROOF_CODES).map_err(PossessionError::invalid_proof)?;
        if !proof.is_for_method(self.method) {
            return Err(because(
                "htm of the DPoP proof is not the method of the request",
            ));
        }
        if !proof.is_for_url(self.url) {
            return Err(because(
                "htu of the DPoP proof is not the URL of the request",
            ));
        }
        // The proof is checked against the system time: the caller's clock does not follow the emulator's.
        let now = Clock::default().now();
        proof.check_time(WINDOW, now).map_err(because)?;
        proof.check_token(token).map_err(because)?;
        let note = |id, end| store.used_proofs.use_once(id, end, now);
        proof
            .use_once(self.method, WINDOW, now, note)
            .map_err(because)?;
        match proof.into_thumbprint() == thumbprint {
            true => Ok(()),
            false => Err(PossessionError::invalid_token(
                TokenScheme::Dpop,
                CALLER_KEY,
            )),
        }
    }
}

impl PossessionError {
    fn invalid_token(scheme: TokenScheme, code: ResultCode) -> Self {
        Self {
            scheme,
            error: "invalid_token",
            code,
        }
    }

    fn invalid_proof(code: ResultCode) -> Self {
        Self {
            scheme: TokenScheme::Dpop,
            error: "invalid_dpop_proof",
            code,
        }
    }

    /// The 401 response, with a challenge in the scheme that the token requires (RFC 9449 §7.1).
    pub fn response(&self, path: &str) -> ApiResponse {
        let Self {
            scheme,
            error,
            code,
        } = self;
        let reason = code.reason;
        let challenge = match scheme {
            TokenScheme::Bearer => {
                format!("Bearer error=\"{error}\", error_description=\"{reason}\"")
            }
            TokenScheme::Dpop => {
                let algorithms: Vec<_> = dpop::algorithms().collect();
                let algorithms = algorithms.join(" ");
                format!(
                    "DPoP error=\"{error}\", error_description=\"{reason}\", algs=\"{algorithms}\""
                )
            }
        };
        ApiResponse::error(401, path, *code).with_challenge(challenge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificate_that_is_not_der_returns_a_specific_result_code() {
        let possession = Possession {
            method: "GET",
            url: "https://api.example/",
            proofs: &[],
            certificate: Some(b"no certificate"),
        };
        let code = possession.check_certificate("thumbprint").unwrap_err();
        assert_eq!(code.code, "A001309");
    }
}
