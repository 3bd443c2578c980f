//! Client authentication.

use authlete::types::ClientAuthMethod;

use super::profiles::Profiles;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::fapi_authentication_codes;

/// The minimum size of RSA keys, in bits (FAPI 1.0 Baseline §5.2.2, FAPI 2.0 Security Profile §5.4.1). The keys on all
/// supported curves are long enough.
const MIN_RSA_BITS: usize = 2048;

/// How a client authenticates.
#[derive(Debug)]
pub struct ClientAuthentication<'a> {
    pub method: &'a ClientAuthMethod,
    /// The signature algorithm of the client assertion.
    pub algorithm: Option<&'a str>,
    /// The size of the RSA key to verify the client assertion with, in bits.
    pub rsa_bits: Option<usize>,
}

/// Checks the method, the signature algorithm and the key size at the endpoints where FAPI has rules for them. At least one
/// profile applies.
pub fn check_client_authentication(
    profiles: &Profiles,
    operation: &str,
    authentication: &ClientAuthentication<'_>,
) -> Result<(), OAuthError> {
    let Some(codes) = fapi_authentication_codes(operation) else {
        return Ok(());
    };
    let refuse = OAuthError::invalid_client;
    if !profiles.allow_authentication(authentication.method) {
        return Err(refuse(codes.method));
    }
    if authentication
        .algorithm
        .is_some_and(|alg| !profiles.allow_signature(alg))
    {
        return Err(refuse(codes.algorithm));
    }
    if authentication
        .rsa_bits
        .is_some_and(|bits| bits < MIN_RSA_BITS)
    {
        return Err(refuse(codes.key_size));
    }
    Ok(())
}
