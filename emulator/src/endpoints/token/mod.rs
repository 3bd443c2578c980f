//! `/auth/token`: the token endpoint, one file a grant type.

mod authorization_code;
mod client_credentials;
mod refresh_token;

use authlete::types::GrantType;
use serde_json::Value;

use crate::call::Call;
use crate::json::{Members, Object};
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::dpop;
use crate::protocol::issuance::Issued;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::proof_of_possession;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::protocol::token_response::{self, seconds_left};
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    GRANT_TYPE_MISSING, GRANT_TYPE_NOT_ALLOWED, GRANT_TYPE_UNSUPPORTED, TOKEN_OK,
    TOKEN_PARAMETER_REPEATED, TOKEN_PARAMETERS_MISSING,
};
use crate::store::{Binding, Client, Service};

/// What the client asked for, once it is known who it is.
struct Request<'a> {
    call: &'a Call,
    parameters: &'a Parameters,
    authenticated: Authenticated,
    /// What the tokens are bound to.
    binding: Binding,
    grant_type: GrantType,
}

pub fn token(call: &Call, service: &mut Service) -> Outcome {
    let outcome = process(call, service)
        .or_else(|refusal| refusal.outcome(call, &service.settings, usual_action));
    match call.body.text("dpop") {
        Some(_) => dpop::with_nonce(call, service, outcome),
        None => outcome,
    }
}

fn process(call: &Call, service: &mut Service) -> Result<Reply, Refusal> {
    let invalid = OAuthError::invalid_request;
    let text = call
        .body
        .text("parameters")
        .ok_or(invalid(TOKEN_PARAMETERS_MISSING))?;
    let parameters = Parameters::parse(text).map_err(|_| invalid(TOKEN_PARAMETER_REPEATED))?;
    let grant_type = parameters
        .get("grant_type")
        .ok_or(invalid(GRANT_TYPE_MISSING))?;
    let unsupported = OAuthError::new("unsupported_grant_type", GRANT_TYPE_UNSUPPORTED);
    let grant_type = GrantType::from_protocol_value(grant_type).ok_or(unsupported.clone())?;
    let authenticated = authenticate(call, service, "supportedTokenAuthMethods", &parameters)?;
    let request = Request {
        call,
        parameters: &parameters,
        binding: proof_of_possession::binding(call, service, &authenticated)?,
        authenticated,
        grant_type,
    };
    request.allow(service, &request.grant_type)?;
    let issued = match request.grant_type {
        GrantType::AuthorizationCode => authorization_code::authorization_code(&request, service)?,
        GrantType::RefreshToken => refresh_token::refresh_token(&request, service)?,
        GrantType::ClientCredentials => client_credentials::client_credentials(&request, service)?,
        _ => return Err(unsupported.into()),
    };
    Ok(respond(&request, service, issued))
}

impl Request<'_> {
    fn client(&self) -> &Client {
        &self.authenticated.client
    }

    fn allow(&self, service: &Service, grant_type: &GrantType) -> Result<(), OAuthError> {
        if !service.supports("supportedGrantTypes", grant_type.as_str()) {
            return Err(OAuthError::new(
                "unsupported_grant_type",
                GRANT_TYPE_UNSUPPORTED,
            ));
        }
        if !self.client().may_use_grant_type(grant_type.as_str()) {
            return Err(OAuthError::new(
                "unauthorized_client",
                GRANT_TYPE_NOT_ALLOWED,
            ));
        }
        Ok(())
    }

    fn may_refresh(&self, service: &Service) -> bool {
        self.allow(service, &GrantType::RefreshToken).is_ok()
    }
}

/// The answer, and in it the token response (RFC 6749 §5.1).
fn respond(request: &Request<'_>, service: &Service, issued: Issued) -> Reply {
    let now = request.call.now;
    let answer = Reply::action(request.call.path, TOKEN_OK, "OK");
    let Some(record) = service.tokens.by_id(issued.record) else {
        return answer.reply();
    };
    let grant = &record.grant;
    let refresh_token = record.refresh_token.as_ref();
    let content = token_response::members(record, &issued, now);
    let attributes = |settings: &Object| settings.get("attributes").cloned();
    answer
        .with("responseContent", Value::Object(content).to_string())
        .with("accessToken", issued.access_token)
        .with("accessTokenExpiresAt", record.access_token_expires_at)
        .with(
            "accessTokenDuration",
            seconds_left(record.access_token_expires_at, now),
        )
        .with_some("refreshToken", issued.refresh_token)
        .with(
            "refreshTokenExpiresAt",
            refresh_token.map_or(0, |token| token.expires_at),
        )
        .with(
            "refreshTokenDuration",
            refresh_token.map_or(0, |token| seconds_left(token.expires_at, now)),
        )
        .with_some(
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone()),
        )
        .with("scopes", grant.scopes.clone())
        .with_some("subject", grant.subject.as_deref())
        .with("grantType", request.grant_type.as_str())
        .with("clientId", grant.client_id)
        .with_some("clientIdAlias", request.client().alias())
        .with("clientIdAliasUsed", request.authenticated.alias_used)
        .with("clientAuthMethod", request.authenticated.method.as_str())
        .with_some("clientAttributes", attributes(&request.client().settings))
        .with_some("serviceAttributes", attributes(&service.settings))
        .with_some("properties", grant.properties.as_deref().cloned())
        .reply()
}
