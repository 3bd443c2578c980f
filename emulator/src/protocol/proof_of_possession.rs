//! Key binding of tokens, and proof of possession of the keys (RFC 8705 §3, RFC 9449).

use authlete::types::ClientAuthMethod;

use super::client_authentication::Authenticated;
use super::dpop;
use super::oauth_error::OAuthError;
use crate::call::Call;
use crate::certificate::ClientCertificate;
use crate::json::ObjectExt;
use crate::result_code::{
    CERTIFICATE_TO_BIND_MISSING, DPOP_KEY_OF_REFRESH_TOKEN, DPOP_PROOF_MISSING,
    INSTANCE_OF_REFRESH_TOKEN, REFRESH_TOKEN_CERTIFICATE, possession_codes,
};
use crate::settings::ServiceSettings;
use crate::store::{Binding, Service};

/// The binding of the tokens of a token request: to the keys that the client presents, as its registration requires.
pub fn binding(
    call: &Call,
    service: &mut Service,
    authenticated: &Authenticated,
) -> Result<Binding, OAuthError> {
    let client = &authenticated.client;
    let dpop_key = dpop::key_thumbprint(call, service, None)?;
    if dpop_key.is_none() && client.settings.dpop_required() {
        return Err(OAuthError::invalid_request(DPOP_PROOF_MISSING));
    }
    let is_bound = service
        .settings
        .tls_client_certificate_bound_access_tokens()
        && client.settings.tls_client_certificate_bound_access_tokens();
    if is_bound && authenticated.certificate.is_none() {
        return Err(OAuthError::invalid_request(CERTIFICATE_TO_BIND_MISSING));
    }
    Ok(Binding {
        certificate: authenticated.certificate.clone().filter(|_| is_bound),
        dpop_key,
        instance_key: authenticated.instance_key.clone(),
    })
}

/// Checks whether a client may use a refresh token with this binding. For a client that authenticates this is enough, unless
/// the refresh token is bound to an instance; other clients need the key (RFC 9449 §5, RFC 8705 §4).
pub fn check_refresh(
    bound: &Binding,
    presented: &Binding,
    authenticated: &Authenticated,
) -> Result<(), OAuthError> {
    if bound.instance_key.is_some() && bound.instance_key != presented.instance_key {
        return Err(OAuthError::invalid_grant(INSTANCE_OF_REFRESH_TOKEN));
    }
    if authenticated.method != ClientAuthMethod::None {
        return Ok(());
    }
    if bound.dpop_key.is_some() && bound.dpop_key != presented.dpop_key {
        return Err(OAuthError::invalid_grant(DPOP_KEY_OF_REFRESH_TOKEN));
    }
    if bound.certificate.is_some() && bound.certificate != authenticated.certificate {
        return Err(OAuthError::invalid_grant(REFRESH_TOKEN_CERTIFICATE));
    }
    Ok(())
}

/// Checks that the client that presents an access token to a protected resource has the keys that it is bound to.
pub fn check(
    call: &Call,
    service: &mut Service,
    bound: &Binding,
    access_token: &str,
) -> Result<(), OAuthError> {
    let codes = possession_codes(call.operation);
    let invalid_token = |code| OAuthError::new("invalid_token", code);
    if bound.certificate.is_some() {
        let certificate = ClientCertificate::presented(call)?;
        let certificate = certificate.ok_or(invalid_token(codes.certificate_missing))?;
        if Some(certificate.thumbprint()) != bound.certificate {
            return Err(invalid_token(codes.certificate_other));
        }
    }
    if bound.dpop_key.is_some() {
        let key = dpop::key_thumbprint(call, service, Some(access_token))?;
        if key.is_none() {
            return Err(invalid_token(codes.proof_missing));
        }
        if key != bound.dpop_key {
            return Err(invalid_token(codes.key_other));
        }
    } else if let (Some(code), Some(_)) = (codes.proof_unneeded, call.body.text("dpop")) {
        return Err(invalid_token(code.because(
            "there is a DPoP proof, but the access token is not bound to a DPoP key",
        )));
    }
    Ok(())
}

/// The action for an error of [`check`].
pub fn action(error: &OAuthError) -> &'static str {
    match error.error {
        "invalid_request" => "BAD_REQUEST",
        _ => "UNAUTHORIZED",
    }
}

/// The value of `WWW-Authenticate` for a token with this binding, in the scheme that the token requires (RFC 9449 §7.1).
pub fn challenge(
    error: &OAuthError,
    bound: &Binding,
    further: &[(&'static str, String)],
    service: &ServiceSettings,
) -> String {
    if bound.dpop_key.is_none() {
        return error.challenge("Bearer", further, service);
    }
    let mut further = further.to_vec();
    let algorithms: Vec<_> = dpop::algorithms().collect();
    further.push(("algs", algorithms.join(" ")));
    error.challenge("DPoP", &further, service)
}
