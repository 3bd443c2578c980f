//! Who calls, and whether the call is theirs to make.

use authlete::{ApiVersion, CredentialKind, Root};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::json::Members;
use crate::possession::{Possession, TokenScheme};
use crate::random;
use crate::reply::Reply;
use crate::result_code::{
    AUTHORIZATION_HEADER_MISSING, CREDENTIALS_INVALID, ResultCode, WRONG_KIND_OF_CREDENTIALS,
    WRONG_SERVICE,
};
use crate::routing::Target;
use crate::store::Store;

/// Who has the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The service owner of 2.x, the organization of 3.0.
    Owner,
    /// The service of this number.
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

/// A call that its caller may make.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// `None` when anybody may make the call.
    pub caller: Option<Caller>,
    /// The service that the call is for: the one in the path, else the caller.
    pub service: Option<i64>,
}

/// Checks the credentials of a call.
pub fn check(
    store: &mut Store,
    target: &Target,
    authorization: Option<&str>,
    possession: &Possession<'_>,
) -> Result<Access, Reply> {
    let refuse = |status: u16, code: ResultCode| Reply::error(status, target.route.path, code);
    if target.route.credentials.is_empty() {
        return Ok(Access {
            caller: None,
            service: None,
        });
    }
    let authorization = authorization.ok_or_else(|| refuse(401, AUTHORIZATION_HEADER_MISSING))?;
    let credentials = Presented::parse(authorization);
    let caller = credentials.and_then(|credentials| credentials.caller(store, target.version));
    let caller = caller.ok_or_else(|| refuse(401, CREDENTIALS_INVALID))?;
    // The organization API is on a server of its own, which takes its token from whoever has it.
    if let Some(Presented::Token { scheme, token }) = credentials
        && target.route.root != Root::Organization
    {
        possession
            .check(store, scheme, token)
            .map_err(|refusal| refusal.reply(target.route.path))?;
    }
    // A number that is none names no service; which the endpoint will say.
    let named = target.parameters.contains_key("serviceId");
    let named = named.then(|| target.parameters.integer("serviceId").unwrap_or_default());
    let kind = caller.kind(target.version);
    if let (Caller::Service(own), Some(named)) = (caller, named) {
        if own != named {
            return Err(refuse(403, WRONG_SERVICE));
        }
        // In 3.0 its access token is good for whatever is below its own path, its settings among it.
        if kind == CredentialKind::ServiceAccessToken {
            return Ok(Access {
                caller: Some(caller),
                service: Some(own),
            });
        }
    }
    if !target.route.credentials.contains(&kind) {
        return Err(refuse(403, WRONG_KIND_OF_CREDENTIALS));
    }
    Ok(Access {
        caller: Some(caller),
        service: match caller {
            Caller::Service(own) => Some(own),
            Caller::Owner => named,
        },
    })
}

/// The credentials in an `Authorization` header.
#[derive(Debug, Clone, Copy)]
enum Presented<'a> {
    /// A key and its secret, in base64.
    Pair(&'a str),
    Token {
        scheme: TokenScheme,
        token: &'a str,
    },
}

impl<'a> Presented<'a> {
    fn parse(authorization: &'a str) -> Option<Self> {
        let (scheme, credentials) = authorization.split_once(' ')?;
        let credentials = credentials.trim();
        if scheme.eq_ignore_ascii_case("Basic") {
            return Some(Self::Pair(credentials));
        }
        let scheme = TokenScheme::named(scheme)?;
        let token = credentials;
        Some(Self::Token { scheme, token })
    }

    fn caller(self, store: &Store, version: ApiVersion) -> Option<Caller> {
        match (self, version) {
            (Self::Pair(pair), ApiVersion::V2) => identify_key(store, pair),
            (Self::Token { token, .. }, ApiVersion::V3) => identify_token(store, token),
            _ => None,
        }
    }
}

fn identify_key(store: &Store, credentials: &str) -> Option<Caller> {
    let credentials = String::from_utf8(BASE64_STANDARD.decode(credentials).ok()?).ok()?;
    let (key, secret) = credentials.split_once(':')?;
    let key = key.parse().ok()?;
    if key == store.owner.api_key {
        return random::same(secret, &store.owner.api_secret).then_some(Caller::Owner);
    }
    let expected = store.service(key)?.settings.text("apiSecret")?;
    random::same(secret, expected).then_some(Caller::Service(key))
}

fn identify_token(store: &Store, token: &str) -> Option<Caller> {
    if random::same(token, &store.owner.organization_token) {
        return Some(Caller::Owner);
    }
    store.service_of_access_token(token).map(Caller::Service)
}
