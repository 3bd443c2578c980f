//! Authentication and authorization of API callers.

use authlete::{ApiRoot, ApiVersion, CredentialKind};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::api_response::ApiResponse;
use crate::json::ObjectExt;
use crate::possession::{Possession, TokenScheme};
use crate::random;
use crate::result_code::{
    ACCESS_RIGHT_MISSING, ACCESS_TOKEN_INVALID, AUTHORIZATION_HEADER_MISSING,
    CREDENTIALS_MALFORMED, OWNER_SECRET_WRONG, OWNER_UNKNOWN, ResultCode, SERVICE_KEY_DELETED,
    SERVICE_KEY_UNKNOWN, SERVICE_SECRET_WRONG, WRONG_SERVICE,
};
use crate::routing::Target;
use crate::store::Store;

/// The owner of the presented credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The service owner of 2.x, the organization of 3.0.
    Owner,
    /// The service with this API key, which is its service ID in 3.0.
    Service(i64),
}

impl Caller {
    fn kind(self, version: ApiVersion) -> CredentialKind {
        match (self, version) {
            (Self::Owner, ApiVersion::V2) => CredentialKind::ServiceOwnerKey,
            (Self::Owner, ApiVersion::V3) => CredentialKind::OrganizationToken,
            (Self::Service(_), ApiVersion::V2) => CredentialKind::ServiceKey,
            (Self::Service(_), ApiVersion::V3) => CredentialKind::ServiceAccessToken,
        }
    }
}

/// The result of a successful access check.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// `None` when the operation needs no credentials.
    pub caller: Option<Caller>,
    /// The service that the call is for: the one in the path, else the caller.
    pub service: Option<i64>,
}

/// Checks the credentials of a call.
pub fn check(
    store: &Store,
    target: &Target,
    authorization: Option<&str>,
    possession: &Possession<'_>,
) -> Result<Access, ApiResponse> {
    let refuse =
        |status: u16, code: ResultCode| ApiResponse::error(status, target.route.path, code);
    if target.route.credentials.is_empty() {
        return Ok(Access {
            caller: None,
            service: None,
        });
    }
    let authorization = authorization.ok_or_else(|| refuse(401, AUTHORIZATION_HEADER_MISSING))?;
    let credentials = AuthorizationHeader::parse(authorization);
    let caller = match (credentials, target.version) {
        (Some(AuthorizationHeader::Pair(pair)), ApiVersion::V2) => {
            identify_key(store, pair, target.route.credentials)
        }
        (Some(AuthorizationHeader::Token { token, .. }), ApiVersion::V3) => {
            identify_token(store, token)
        }
        _ => Err(CREDENTIALS_MALFORMED),
    };
    let caller = caller.map_err(|code| refuse(401, code))?;
    // Authlete's organization API is a separate server, which does not require proof of possession.
    if let Some(AuthorizationHeader::Token { scheme, token }) = credentials
        && target.route.root != ApiRoot::Organization
    {
        possession
            .check(store, scheme, token)
            .map_err(|refusal| refusal.response(target.route.path))?;
    }
    // A malformed service ID becomes 0, which no service has: the endpoint reports a missing service.
    let named = target.parameters.contains_key("serviceId");
    let named = named.then(|| target.parameters.integer("serviceId").unwrap_or_default());
    let kind = caller.kind(target.version);
    if let (Caller::Service(own), Some(named)) = (caller, named) {
        if own != named {
            return Err(refuse(403, WRONG_SERVICE));
        }
        // In 3.0 a service access token is valid for all paths below its service ID, including the service settings.
        if kind == CredentialKind::ServiceAccessToken {
            return Ok(Access {
                caller: Some(caller),
                service: Some(own),
            });
        }
    }
    if !target.route.credentials.contains(&kind) {
        return Err(refuse(403, ACCESS_RIGHT_MISSING));
    }
    Ok(Access {
        caller: Some(caller),
        service: match caller {
            Caller::Service(own) => Some(own),
            Caller::Owner => named,
        },
    })
}

/// Whether the credentials are an API key and its secret, as in 2.x.
pub fn uses_key(authorization: Option<&str>) -> bool {
    let credentials = authorization.and_then(AuthorizationHeader::parse);
    matches!(credentials, Some(AuthorizationHeader::Pair(_)))
}

/// The credentials in an `Authorization` header.
#[derive(Debug, Clone, Copy)]
enum AuthorizationHeader<'a> {
    /// An API key and its secret, in base64.
    Pair(&'a str),
    Token {
        scheme: TokenScheme,
        token: &'a str,
    },
}

impl<'a> AuthorizationHeader<'a> {
    fn parse(authorization: &'a str) -> Option<Self> {
        let (scheme, credentials) = authorization.split_once(' ')?;
        let credentials = Some(credentials.trim()).filter(|credentials| !credentials.is_empty())?;
        if scheme.eq_ignore_ascii_case("Basic") {
            return Some(Self::Pair(credentials));
        }
        let scheme = TokenScheme::named(scheme)?;
        let token = credentials;
        Some(Self::Token { scheme, token })
    }
}

/// Finds the owner of a 2.x API key. Operations for the service owner accept only the owner's key; the others look it up
/// among the services.
fn identify_key(
    store: &Store,
    pair: &str,
    accepted: &[CredentialKind],
) -> Result<Caller, ResultCode> {
    let pair = BASE64_STANDARD.decode(pair).ok();
    let pair = pair.and_then(|pair| String::from_utf8(pair).ok());
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    let (key, secret) = pair.ok_or(CREDENTIALS_MALFORMED)?;
    let key = key.parse().ok();
    if accepted.contains(&CredentialKind::ServiceOwnerKey) {
        let owner = &store.owner;
        if key != Some(owner.api_key) {
            return Err(OWNER_UNKNOWN);
        }
        let is_right = random::constant_time_eq(secret, &owner.api_secret);
        return is_right.then_some(Caller::Owner).ok_or(OWNER_SECRET_WRONG);
    }
    let key = key.ok_or(SERVICE_KEY_UNKNOWN)?;
    let service = store.service(key).ok_or(match store.was_deleted(key) {
        true => SERVICE_KEY_DELETED,
        false => SERVICE_KEY_UNKNOWN,
    })?;
    let expected = service.settings.api_secret();
    let is_right = expected.is_some_and(|expected| random::constant_time_eq(secret, expected));
    let caller = is_right.then_some(Caller::Service(key));
    caller.ok_or(SERVICE_SECRET_WRONG)
}

fn identify_token(store: &Store, token: &str) -> Result<Caller, ResultCode> {
    if random::constant_time_eq(token, &store.owner.organization_token) {
        return Ok(Caller::Owner);
    }
    let service = store.service_of_access_token(token);
    service.map(Caller::Service).ok_or(ACCESS_TOKEN_INVALID)
}
