//! Which client a request is of (RFC 6749 §2.3).

use std::sync::Arc;

use authlete::types::ClientAuthMethod;

use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use crate::call::Call;
use crate::json::Members;
use crate::random;
use crate::result_code::{
    CLIENT_AUTHENTICATION_FAILED, CLIENT_AUTHENTICATION_METHOD, CLIENT_AUTHENTICATION_TWICE,
    CLIENT_ID_AMBIGUOUS, CLIENT_ID_MISSING, CLIENT_SECRET_MISSING,
};
use crate::store::{Client, Service};

/// A client that is who it says it is.
#[derive(Debug)]
pub struct Authenticated {
    pub client: Arc<Client>,
    pub alias_used: bool,
    pub method: ClientAuthMethod,
}

/// Authenticates the client of a request. The body of the call has what came in the `Authorization` header and what
/// TLS says, `parameters` has what came in the body of the request.
pub fn authenticate(
    call: &Call,
    service: &mut Service,
    supported_methods: &str,
    parameters: &Parameters,
) -> Result<Authenticated, OAuthError> {
    let request = &call.body;
    let (header_id, header_secret) = (request.text("clientId"), request.text("clientSecret"));
    let (body_id, body_secret) = (parameters.get("client_id"), parameters.get("client_secret"));
    if header_secret.is_some() && body_secret.is_some() {
        return Err(OAuthError::invalid_request(CLIENT_AUTHENTICATION_TWICE));
    }
    let find = |identifier| {
        service
            .client(identifier)
            .ok_or(OAuthError::invalid_client(CLIENT_AUTHENTICATION_FAILED))
    };
    let (client, alias_used) = match (header_id, body_id) {
        (None, None) => return Err(OAuthError::invalid_client(CLIENT_ID_MISSING)),
        (Some(identifier), None) | (None, Some(identifier)) => find(identifier)?,
        (Some(header_id), Some(body_id)) => {
            let (found, alias_used) = find(header_id)?;
            if find(body_id)?.0.id() != found.id() {
                return Err(OAuthError::invalid_request(CLIENT_ID_AMBIGUOUS));
            }
            (found, alias_used)
        }
    };
    let method = match (header_secret, body_secret) {
        _ if !client.is_confidential() => ClientAuthMethod::None,
        (Some(_), _) => ClientAuthMethod::ClientSecretBasic,
        (_, Some(_)) => ClientAuthMethod::ClientSecretPost,
        (None, None) => return Err(OAuthError::invalid_client(CLIENT_SECRET_MISSING)),
    };
    if let Some(secret) = header_secret.or(body_secret)
        && client.is_confidential()
    {
        let registered = client.settings.text("clientSecret");
        if !registered.is_some_and(|registered| random::same(secret, registered)) {
            return Err(OAuthError::invalid_client(CLIENT_AUTHENTICATION_FAILED));
        }
        // A client that registered no method may use either.
        let may_use = client
            .settings
            .text("tokenAuthMethod")
            .is_none_or(|registered| registered == method.as_str());
        if !may_use {
            return Err(OAuthError::invalid_client(CLIENT_AUTHENTICATION_METHOD));
        }
    }
    if !service.supports(supported_methods, method.as_str()) {
        return Err(OAuthError::invalid_client(CLIENT_AUTHENTICATION_METHOD));
    }
    Ok(Authenticated {
        client: Arc::clone(client),
        alias_used,
        method,
    })
}
