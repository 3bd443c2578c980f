//! The algorithms of JWTs for the client, which the client registers.

use authlete::types::{JweAlg, JwsAlg};

use super::profiles::Profiles;
use crate::protocol::id_token;
use crate::result_code::{FAPI_RESPONSE_JWT, FAPI_USERINFO, FapiJwtCodes, ResultCode};
use crate::store::Client;

/// Checks the algorithms of authorization responses (JARM).
pub fn check_response(profiles: &Profiles, client: &Client) -> Result<(), ResultCode> {
    let settings = &client.settings;
    let algorithms = (
        settings.authorization_sign_alg(),
        settings.authorization_encryption_alg(),
    );
    check(profiles, algorithms, &FAPI_RESPONSE_JWT)
}

/// Checks the algorithms of ID tokens.
pub fn check_id_token(
    profiles: &Profiles,
    client: &Client,
    codes: &FapiJwtCodes,
) -> Result<(), ResultCode> {
    let algorithms = (
        Some(id_token::signature_algorithm(client)),
        client.settings.id_token_encryption_alg(),
    );
    check(profiles, algorithms, codes)
}

/// Checks the algorithms of UserInfo responses.
pub fn check_userinfo(profiles: &Profiles, client: &Client) -> Result<(), ResultCode> {
    let settings = &client.settings;
    let algorithms = (
        settings.user_info_sign_alg(),
        settings.user_info_encryption_alg(),
    );
    check(profiles, algorithms, &FAPI_USERINFO)
}

/// Checks algorithms as they are in the settings: for the signature and for the encryption, if there is one.
fn check(
    profiles: &Profiles,
    (signature, encryption): (Option<&str>, Option<&str>),
    codes: &FapiJwtCodes,
) -> Result<(), ResultCode> {
    let signature = signature.map(JwsAlg::from);
    let signature = signature.as_ref().and_then(JwsAlg::protocol_value);
    if signature.is_some_and(|alg| !profiles.allow_signature(alg)) {
        return Err(codes.signature);
    }
    let encryption = encryption.map(JweAlg::from);
    match encryption.is_some_and(|alg| !profiles.allow_encryption(&alg)) {
        true => Err(codes.encryption),
        false => Ok(()),
    }
}
