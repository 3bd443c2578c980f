//! `/auth/token/create`: creates tokens without a token request.

use std::sync::Arc;

use authlete::types::{AuthzDetails, GrantType};

use super::binding;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::protocol::issuance::{Issuance, Issued, PreparedTokens};
use crate::protocol::refusal::Refusal;
use crate::protocol::scopes;
use crate::protocol::token_response::{seconds_left, token_type};
use crate::result_code::{
    ACCESS_TOKEN_VALUE_TAKEN, CREATE_AUTH_TIME, CREATE_CLIENT_LOCKED, CREATE_CLIENT_MISSING,
    CREATE_CLIENT_OF_ANOTHER_SERVICE, CREATE_CLIENT_UNKNOWN, CREATE_DURATION,
    CREATE_GRANT_TYPE_MISSING, CREATE_GRANT_TYPE_REFRESH, CREATE_GRANT_TYPE_UNKNOWN, CREATE_JWT,
    CREATE_OK, CREATE_REFRESH_TOKEN_CLIENT_CREDENTIALS, CREATE_REFRESH_TOKEN_IMPLICIT,
    CREATE_REFRESH_TOKEN_UNSUPPORTED, CREATE_SCOPE_UNKNOWN, CREATE_SUBJECT_MISSING,
    CREATE_SUBJECT_NOT_ASCII, CREATE_SUBJECT_TOO_LONG, Missing, REFRESH_TOKEN_VALUE_TAKEN,
    ResultCode,
};
use crate::settings::ServiceSettings;
use crate::store::{Authentication, Client, Grant, IdentifierKind, Service};

/// Why no tokens are created.
#[derive(Debug)]
pub enum CreateTokenError {
    /// The request cannot be executed, with the result code and the action.
    Request(ResultCode, &'static str),
    Api(ApiResponse),
}

impl From<ResultCode> for CreateTokenError {
    fn from(code: ResultCode) -> Self {
        let action = match code {
            CREATE_CLIENT_UNKNOWN | CREATE_CLIENT_OF_ANOTHER_SERVICE | CREATE_CLIENT_LOCKED => {
                "FORBIDDEN"
            }
            _ => "BAD_REQUEST",
        };
        Self::Request(code, action)
    }
}

pub fn create(call: &Call, service: &mut Service) -> Outcome {
    match prepare(call, service) {
        Ok(prepared) => {
            let issued = prepared.store(service, call.now);
            Ok(respond(call, service, issued))
        }
        Err(CreateTokenError::Request(code, action)) => {
            Ok(ApiResponse::action(call.path, code, action).build())
        }
        Err(CreateTokenError::Api(response)) => Err(response),
    }
}

/// Prepares the requested tokens without storing them.
pub fn prepare(call: &Call, service: &Service) -> Result<PreparedTokens, CreateTokenError> {
    let client = client(call, service)?;
    let grant = grant(call, service, &client)?;
    let claims = call.body.text("jwtAtClaims");
    if claims.is_some_and(|claims| serde_json::from_str::<Object>(claims).is_err()) {
        let code = CREATE_JWT.because("jwtAtClaims is not a JSON object");
        return Err(code.into());
    }
    let without_refresh_token = why_without_refresh_token(service, &grant.grant_type);
    if let (Some(code), Some(_)) = (without_refresh_token, call.body.text("refreshToken")) {
        return Err(code.into());
    }
    let durations = ["accessTokenDuration", "refreshTokenDuration"];
    let mut durations = durations.iter().filter_map(|name| call.body.integer(name));
    if durations.any(|seconds| seconds < 0) {
        return Err(CREATE_DURATION.into());
    }
    let issuance = Issuance {
        call,
        client: &client,
        grant,
        binding: binding(&call.body),
        refreshable: without_refresh_token.is_none(),
    };
    issuance
        .prepare(service, None)
        .map_err(|refusal| match refusal {
            Refusal::Api(response) => CreateTokenError::Api(response),
            Refusal::Client(error) => {
                let caller_errors = [ACCESS_TOKEN_VALUE_TAKEN, REFRESH_TOKEN_VALUE_TAKEN];
                let action = match caller_errors.contains(&error.code) {
                    true => "BAD_REQUEST",
                    false => "INTERNAL_SERVER_ERROR",
                };
                CreateTokenError::Request(error.code, action)
            }
        })
}

/// Why there is no refresh token, if there is none.
fn why_without_refresh_token(service: &Service, grant_type: &GrantType) -> Option<ResultCode> {
    let refresh = GrantType::RefreshToken;
    match grant_type {
        GrantType::ClientCredentials => Some(CREATE_REFRESH_TOKEN_CLIENT_CREDENTIALS),
        GrantType::Implicit => Some(CREATE_REFRESH_TOKEN_IMPLICIT),
        _ if service.supports(ServiceSettings::supported_grant_types, refresh.as_str()) => None,
        _ => Some(CREATE_REFRESH_TOKEN_UNSUPPORTED),
    }
}

/// The client of the tokens. For two grant types it is optional and defaults to an unregistered client.
fn client(call: &Call, service: &Service) -> Result<Arc<Client>, ResultCode> {
    let id = call.body.integer("clientId").filter(|id| *id > 0);
    let identifier = id.map(|id| id.to_string());
    match identifier.as_deref().or(call.body.text("clientIdentifier")) {
        Some(identifier) => match service.client(identifier) {
            Some((client, _)) if client.settings.locked() => Err(CREATE_CLIENT_LOCKED),
            Some((client, _)) => Ok(Arc::clone(client)),
            None => Err(match call.why_missing(service, identifier) {
                Missing::OfAnotherService => CREATE_CLIENT_OF_ANOTHER_SERVICE,
                _ => CREATE_CLIENT_UNKNOWN,
            }),
        },
        None => match grant_type(call)? {
            GrantType::TokenExchange | GrantType::JwtBearer => Ok(Arc::default()),
            _ => Err(CREATE_CLIENT_MISSING),
        },
    }
}

/// The grant type, which must not be that of a refresh.
fn grant_type(call: &Call) -> Result<GrantType, ResultCode> {
    let grant_type = call.body.text("grantType");
    match GrantType::from(grant_type.ok_or(CREATE_GRANT_TYPE_MISSING)?) {
        GrantType::RefreshToken => Err(CREATE_GRANT_TYPE_REFRESH),
        grant_type if grant_type.protocol_value().is_none() => Err(CREATE_GRANT_TYPE_UNKNOWN),
        grant_type => Ok(grant_type),
    }
}

fn grant(call: &Call, service: &Service, client: &Client) -> Result<Grant, ResultCode> {
    let request = &call.body;
    let grant_type = grant_type(call)?;
    let subject = match grant_type {
        GrantType::ClientCredentials => None,
        _ => request.text("subject"),
    };
    let needs_subject = !matches!(
        grant_type,
        GrantType::ClientCredentials | GrantType::JwtBearer
    );
    if subject.is_none() && needs_subject {
        return Err(CREATE_SUBJECT_MISSING);
    }
    if subject.is_some_and(|subject| !subject.is_ascii()) {
        return Err(CREATE_SUBJECT_NOT_ASCII);
    }
    if subject.is_some_and(|subject| subject.len() > 100) {
        return Err(CREATE_SUBJECT_TOO_LONG);
    }
    let auth_time = request.integer("authTime").unwrap_or_default();
    if subject.is_some() && auth_time < 0 {
        return Err(CREATE_AUTH_TIME);
    }
    let owned = |name| {
        let texts = request.texts(name).unwrap_or_default();
        texts.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let scopes = owned("scopes");
    if !scopes::are_supported(&scopes, &service.settings) {
        return Err(CREATE_SCOPE_UNKNOWN);
    }
    let is_openid = subject.is_some() && scopes::are_openid(&scopes);
    let session = request.text("sessionId");
    let openid = Authentication {
        session_id: session.map(str::to_owned),
        ..Authentication::default()
    };
    Ok(Grant {
        client_id: client.id(),
        client_named_by: named_by(request, client),
        subject: subject.map(str::to_owned),
        grant_type,
        scopes: scopes.into(),
        resources: owned("resources"),
        authorization_details: request
            .shaped::<AuthzDetails>("authorizationDetails")
            .map(Box::new),
        offered_credentials: Vec::new(),
        properties: None,
        acr: subject.and(request.text("acr")).map(str::to_owned),
        auth_time: subject.map_or(0, |_| auth_time),
        access_token_claims: None,
        session: session.map(Box::from),
        openid: is_openid.then(|| Box::new(openid)),
        management: None,
        id: None,
    })
}

fn respond(call: &Call, service: &Service, issued: Issued) -> ApiResponse {
    let response = ApiResponse::action(call.path, CREATE_OK, "OK");
    let Some(record) = service.tokens.by_id(issued.record) else {
        return response.build();
    };
    let grant = &record.grant;
    let end = record.access_token_expires_at;
    let refresh_token = record.refresh_token.as_ref();
    response
        .with("tokenId", issued.record.to_string())
        .with("accessToken", issued.access_token)
        .with_optional("jwtAccessToken", issued.jwt)
        .with("tokenType", token_type(service, record))
        .with("expiresAt", end)
        .with("expiresIn", seconds_left(end, call.now))
        .with_optional("refreshToken", issued.refresh_token)
        .with_optional(
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone()),
        )
        .with("grantType", grant.grant_type.as_str())
        .with("clientId", grant.client_id)
        .with_optional(
            "clientIdentifier",
            (grant.client_id > 0).then(|| grant.client_id.to_string()),
        )
        .with_optional("subject", grant.subject.as_deref())
        .with("scopes", grant.scopes.clone())
        .with_optional("properties", grant.properties.as_deref().cloned())
        .with_optional(
            "authorizationDetails",
            record.authorization_details().cloned(),
        )
        .with_optional("sessionId", grant.session.as_deref())
        .with("forExternalAttachment", record.for_external_attachment)
        .build()
}

/// The kind of identifier that the client is recorded to have used.
fn named_by(request: &Object, client: &Client) -> IdentifierKind {
    let is_used = |flag, name: Option<&str>| request.flag(flag) && name.is_some();
    match client {
        client if is_used("clientIdAliasUsed", client.alias()) => IdentifierKind::Alias,
        client if is_used("clientEntityIdUsed", client.entity_id()) => IdentifierKind::EntityId,
        _ => IdentifierKind::Id,
    }
}
