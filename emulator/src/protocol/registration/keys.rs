//! Checks of keys, certificates and algorithms in dynamic client registration.

use super::{invalid_as, refuse};
use crate::jose::Jwk;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::METADATA_TWO_KEY_SETS;
use crate::settings::ClientSettings;

pub fn keys(settings: &ClientSettings) -> Result<(), OAuthError> {
    let set = settings.jwks();
    let has_keys = set.is_some() || settings.has_jwks_uri();
    if set.is_some() && settings.has_jwks_uri() {
        let message = "jwks: cannot be combined with jwks_uri";
        return Err(invalid_as(METADATA_TWO_KEY_SETS, message));
    }
    refuse(
        set.is_some_and(|set| set.keys().iter().any(Jwk::is_private)),
        "jwks: has private keys",
    )?;
    let method = settings.token_auth_method();
    refuse(
        !has_keys
            && matches!(
                method,
                Some("PRIVATE_KEY_JWT" | "SELF_SIGNED_TLS_CLIENT_AUTH")
            ),
        "token_endpoint_auth_method: needs jwks or jwks_uri",
    )
}

/// RFC 8705 §2.1.2: exactly one name identifies the certificate.
pub fn certificate(settings: &ClientSettings) -> Result<(), OAuthError> {
    refuse(
        settings.token_auth_method() == Some("TLS_CLIENT_AUTH")
            && settings.certificate_subjects() != 1,
        "token_endpoint_auth_method: needs one of the tls_client_auth metadata",
    )
}

pub fn algorithms(settings: &ClientSettings) -> Result<(), OAuthError> {
    for (alg, enc, name) in [
        (
            settings.id_token_encryption_alg(),
            settings.id_token_encryption_enc(),
            "id_token_encrypted_response_enc",
        ),
        (
            settings.user_info_encryption_alg(),
            settings.user_info_encryption_enc(),
            "userinfo_encrypted_response_enc",
        ),
        (
            settings.request_encryption_alg(),
            settings.request_encryption_enc(),
            "request_object_encryption_enc",
        ),
        (
            settings.authorization_encryption_alg(),
            settings.authorization_encryption_enc(),
            "authorization_encrypted_response_enc",
        ),
    ] {
        refuse(
            enc.is_some() && alg.is_none(),
            format!("{name}: requires the key encryption algorithm, too"),
        )?;
    }
    // OpenID Connect Dynamic Client Registration 1.0 §2: unsigned ID tokens only from the token endpoint, over TLS.
    let types = settings.response_types().unwrap_or_default();
    refuse(
        settings.id_token_sign_alg() == Some("NONE")
            && types.iter().any(|types| types.contains("ID_TOKEN")),
        "id_token_signed_response_alg: none is not allowed for ID tokens from the authorization endpoint",
    )?;
    refuse(
        settings.authorization_sign_alg() == Some("NONE"),
        "authorization_signed_response_alg: cannot be none",
    )?;
    let (method, alg) = (settings.token_auth_method(), settings.token_auth_sign_alg());
    let fits = match (method, alg) {
        (_, None) => true,
        (Some("CLIENT_SECRET_JWT"), Some(alg)) => is_symmetric(alg),
        (Some("PRIVATE_KEY_JWT"), Some(alg)) => alg != "NONE" && !is_symmetric(alg),
        (_, Some(alg)) => alg != "NONE",
    };
    refuse(
        !fits,
        "token_endpoint_auth_signing_alg: does not match the authentication method",
    )
}

/// Whether a client needs a secret: to authenticate, or as the key of a symmetric algorithm.
pub fn needs_secret(settings: &ClientSettings) -> bool {
    let method = settings.token_auth_method().unwrap_or_default();
    method.starts_with("CLIENT_SECRET_") || settings.algorithms().any(is_symmetric)
}

/// Whether a JWS or JWE algorithm is symmetric (RFC 7518 §3.1, §4.1).
pub fn is_symmetric(alg: &str) -> bool {
    let is_wrapped = alg.ends_with("KW") && !alg.starts_with("ECDH");
    alg.starts_with("HS") || alg == "DIR" || is_wrapped
}
