//! `/auth/token`: the token endpoint.

use authlete::types::GrantType;
use serde_json::Value;

use crate::call::Call;
use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::issuance::{self, Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce::Challenge;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::protocol::scopes;
use crate::protocol::token_response::{self, seconds_left};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    CLIENT_NOT_CONFIDENTIAL, CODE_EXPIRED, CODE_MISSING, CODE_OF_ANOTHER_CLIENT, CODE_UNKNOWN,
    GRANT_TYPE_MISSING, GRANT_TYPE_NOT_ALLOWED, GRANT_TYPE_UNSUPPORTED, REFRESH_TOKEN_EXPIRED,
    REFRESH_TOKEN_MISSING, REFRESH_TOKEN_OF_ANOTHER_CLIENT, REFRESH_TOKEN_UNKNOWN,
    SCOPE_BEYOND_GRANT, TOKEN_OK, TOKEN_PARAMETER_REPEATED, TOKEN_PARAMETERS_MISSING,
    TOKEN_REDIRECT_URI_DIFFERENT, TOKEN_REDIRECT_URI_MISSING, TOKEN_SCOPE_MISSING,
};
use crate::store::{Binding, Client, Grant, RefreshToken, Service, TokenRecord};

/// What the client asked for, once it is known who it is.
struct Request<'a> {
    call: &'a Call,
    parameters: &'a Parameters,
    authenticated: Authenticated,
    grant_type: GrantType,
}

pub fn token(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).or_else(|refusal| refusal.outcome(call, &service.settings, usual_action))
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
    let request = Request {
        call,
        parameters: &parameters,
        authenticated: authenticate(call, service, "supportedTokenAuthMethods", &parameters)?,
        grant_type,
    };
    request.allow(service, &request.grant_type)?;
    let issued = match request.grant_type {
        GrantType::AuthorizationCode => authorization_code(&request, service)?,
        GrantType::RefreshToken => refresh_token(&request, service)?,
        GrantType::ClientCredentials => client_credentials(&request, service)?,
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

/// RFC 6749 §4.1.3.
fn authorization_code(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let code = request
        .parameters
        .get("code")
        .ok_or(OAuthError::invalid_request(CODE_MISSING))?;
    let digest = Digest::of(code);
    let entry = service
        .codes
        .get(&digest)
        .ok_or(OAuthError::invalid_grant(CODE_UNKNOWN))?;
    let code = &entry.value;
    if code.grant.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(CODE_OF_ANOTHER_CLIENT).into());
    }
    if let Some(record) = code.used_for {
        // RFC 6749 §4.1.2: whoever was first, the tokens may be in the wrong hands.
        service.tokens.take(record);
        return Err(OAuthError::invalid_grant(CODE_UNKNOWN).into());
    }
    if entry.expires_at <= now {
        return Err(OAuthError::invalid_grant(CODE_EXPIRED).into());
    }
    match request.parameters.get("redirect_uri") {
        None if code.redirect_uri_requested => {
            return Err(OAuthError::invalid_request(TOKEN_REDIRECT_URI_MISSING).into());
        }
        Some(given) if given != code.redirect_uri => {
            return Err(OAuthError::invalid_grant(TOKEN_REDIRECT_URI_DIFFERENT).into());
        }
        _ => {}
    }
    Challenge::verify(
        code.challenge.as_ref(),
        request.parameters.get("code_verifier"),
    )?;
    let issuance = Issuance {
        call: request.call,
        client: request.client(),
        grant: code.grant.clone(),
        binding: Binding::default(),
        refreshable: request.may_refresh(service),
    };
    let issued = issuance.issue(service)?;
    if let Some(code) = service.codes.get_mut(&digest) {
        code.used_for = Some(issued.record);
    }
    Ok(issued)
}

/// RFC 6749 §6. The refresh token is replaced by a new one, unless the service says that it is kept.
fn refresh_token(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let value = request.parameters.get("refresh_token");
    let value = value.ok_or(OAuthError::invalid_request(REFRESH_TOKEN_MISSING))?;
    let found = service.tokens.by_refresh_token(&Digest::of(value));
    let (id, record) = found.ok_or(OAuthError::invalid_grant(REFRESH_TOKEN_UNKNOWN))?;
    if record.grant.client_id != request.client().id() {
        return Err(OAuthError::invalid_grant(REFRESH_TOKEN_OF_ANOTHER_CLIENT).into());
    }
    let current = record
        .refresh_token
        .as_ref()
        .filter(|token| now < token.expires_at);
    let current = current.ok_or(OAuthError::invalid_grant(REFRESH_TOKEN_EXPIRED))?;
    let scopes = match request.parameters.words("scope").as_slice() {
        [] => current.scopes.clone(),
        requested if scopes::cover(&current.scopes, requested) => {
            requested.iter().map(|scope| (*scope).to_owned()).collect()
        }
        _ => return Err(OAuthError::invalid_scope(SCOPE_BEYOND_GRANT).into()),
    };
    let access_token = issuance::access_token(request.call, service)?;
    let kept = service.settings.flag("refreshTokenKept");
    let next = if kept {
        value.to_owned()
    } else {
        random::token()?
    };
    let keeps_end = if kept {
        !service.settings.flag("refreshTokenDurationReset")
    } else {
        service.settings.flag("refreshTokenDurationKept")
    };
    let properties = issuance::properties(record.grant.properties.as_deref(), request.call);
    let refreshed = TokenRecord {
        access_token: Digest::of(&access_token),
        access_token_expires_at: issuance::access_token_end(
            request.call,
            service,
            request.client(),
            &scopes,
        ),
        refresh_token: Some(RefreshToken {
            digest: Digest::of(&next),
            expires_at: match keeps_end {
                true => current.expires_at,
                false => issuance::refresh_token_end(
                    request.call,
                    service,
                    request.client(),
                    &current.scopes,
                ),
            },
            scopes: current.scopes.clone(),
        }),
        last_refreshed_at: now,
        grant: Grant {
            client_id_alias_used: request.authenticated.alias_used,
            properties: properties.map(Box::new),
            scopes,
            ..record.grant.clone()
        },
        ..record.clone()
    };
    service.tokens.take(id);
    service.tokens.put(id, refreshed);
    Ok(Issued {
        record: id,
        access_token,
        refresh_token: Some(next),
    })
}

/// RFC 6749 §4.4: for the client itself, without a refresh token.
fn client_credentials(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let client = request.client();
    if !client.is_confidential() {
        return Err(OAuthError::new("unauthorized_client", CLIENT_NOT_CONFIDENTIAL).into());
    }
    let scopes = scopes::requested(request.parameters, &service.settings, &client.settings);
    if scopes.is_empty() && service.settings.flag("scopeRequired") {
        return Err(OAuthError::invalid_scope(TOKEN_SCOPE_MISSING).into());
    }
    let grant = Grant {
        client_id: client.id(),
        client_id_alias_used: request.authenticated.alias_used,
        subject: None,
        grant_type: GrantType::ClientCredentials,
        scopes,
        resources: Vec::new(),
        authorization_details: None,
        properties: None,
        acr: None,
        auth_time: 0,
        access_token_claims: None,
        openid: None,
    };
    let issuance = Issuance {
        call: request.call,
        client,
        grant,
        binding: Binding::default(),
        refreshable: false,
    };
    issuance.issue(service)
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
