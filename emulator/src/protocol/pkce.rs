//! Proof Key for Code Exchange (RFC 7636).

use super::oauth_error::OAuthError;
use crate::digest::Digest;
use crate::model::{CodeChallenge, Parameters};
use crate::random;
use crate::result_code::{
    CODE_CHALLENGE_EMPTY, CODE_CHALLENGE_MALFORMED, CODE_CHALLENGE_METHOD_ALONE,
    CODE_CHALLENGE_METHOD_MISSING, CODE_CHALLENGE_METHOD_NOT_S256,
    CODE_CHALLENGE_METHOD_UNSUPPORTED, CODE_CHALLENGE_MISSING, CODE_VERIFIER_EMPTY,
    CODE_VERIFIER_MALFORMED, CODE_VERIFIER_MISSING, CODE_VERIFIER_UNEXPECTED, CODE_VERIFIER_WRONG,
};
use crate::settings::{ClientSettings, ServiceSettings};

/// Reads the challenge of an authorization request (RFC 7636 §4.3).
pub fn requested(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<Option<CodeChallenge>, OAuthError> {
    let required = service.pkce_required() || client.pkce_required();
    let s256_required = service.pkce_s256_required() || client.pkce_s256_required();
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.get("code_challenge") else {
        return match method {
            _ if required && parameters.is_blank("code_challenge") => {
                Err(OAuthError::invalid_request(CODE_CHALLENGE_EMPTY))
            }
            _ if required => Err(OAuthError::invalid_request(CODE_CHALLENGE_MISSING)),
            Some(_) => Err(OAuthError::invalid_request(CODE_CHALLENGE_METHOD_ALONE)),
            None => Ok(None),
        };
    };
    if !is_well_formed(challenge) {
        return Err(OAuthError::invalid_request(CODE_CHALLENGE_MALFORMED));
    }
    match method {
        Some("S256") => Ok(Some(CodeChallenge::S256(challenge.to_owned()))),
        Some("plain") if s256_required => {
            Err(OAuthError::invalid_request(CODE_CHALLENGE_METHOD_NOT_S256))
        }
        None if s256_required => Err(OAuthError::invalid_request(CODE_CHALLENGE_METHOD_MISSING)),
        Some("plain") | None => Ok(Some(CodeChallenge::Plain(challenge.to_owned()))),
        Some(_) => Err(OAuthError::invalid_request(
            CODE_CHALLENGE_METHOD_UNSUPPORTED,
        )),
    }
}

/// Checks the verifier of a token request (RFC 7636 §4.6).
pub fn verify(
    challenge: Option<&CodeChallenge>,
    parameters: &Parameters,
) -> Result<(), OAuthError> {
    let verifier = parameters.get("code_verifier");
    let code = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (None, Some(_)) => CODE_VERIFIER_UNEXPECTED,
        (Some(_), None) if parameters.is_blank("code_verifier") => CODE_VERIFIER_EMPTY,
        (Some(_), None) => CODE_VERIFIER_MISSING,
        (Some(_), Some(verifier)) if !is_well_formed(verifier) => CODE_VERIFIER_MALFORMED,
        (Some(challenge), Some(verifier)) if is_met_by(challenge, verifier) => return Ok(()),
        (Some(_), Some(_)) => CODE_VERIFIER_WRONG,
    };
    Err(OAuthError::invalid_grant(code))
}

fn is_met_by(challenge: &CodeChallenge, verifier: &str) -> bool {
    match challenge {
        CodeChallenge::Plain(expected) => random::constant_time_eq(verifier, expected),
        CodeChallenge::S256(expected) => {
            random::constant_time_eq(&Digest::of(verifier).to_string(), expected)
        }
    }
}

/// Whether a verifier or a challenge has the syntax of RFC 7636 §4.1, §4.2.
fn is_well_formed(challenge: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&challenge.len()) && challenge.bytes().all(is_unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn s256_challenge_matches_the_example_of_the_specification() {
        let challenge =
            CodeChallenge::S256("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
        assert!(is_met_by(
            &challenge,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ));
        assert!(!is_met_by(
            &challenge,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"
        ));
    }
}
