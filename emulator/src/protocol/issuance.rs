//! Issuance of tokens for a grant, for all endpoints.

use std::collections::BTreeMap;

use authlete::types::Property;
use serde_json::Value;

use super::access_token;
use super::authorization_details;
use super::credential_nonce;
use super::grant_management;
use super::id_token::IdToken;
use super::issuable_credentials;
use super::lifetime;
use super::oauth_error::OAuthError;
use super::properties::is_reserved;
use super::refusal::Refusal;
use super::resource;
use super::scopes;
use crate::call::Call;
use crate::clock::{Millis, after};
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::random;
use crate::result_code::{
    ACCESS_TOKEN_VALUE_TAKEN, REFRESH_TOKEN_VALUE_TAKEN, ResultCode, jwt_access_token_failure,
};
use crate::store::{
    Binding, Client, Grant, NarrowedAccess, RecordId, RefreshToken, Service, TokenRecord,
};

const RT_HASH: &str = "urn:openid:params:jwt:claim:rt_hash";
const AUTH_REQ_ID: &str = "urn:openid:params:jwt:claim:auth_req_id";

/// The tokens to issue. The call can choose their values and lifetimes, and add properties and claims.
#[derive(Debug)]
pub struct Issuance<'a> {
    pub call: &'a Call,
    pub client: &'a Client,
    pub grant: Grant,
    pub binding: Binding,
    /// Whether to issue a refresh token, too.
    pub refreshable: bool,
}

/// The values of issued tokens, which are not stored.
#[derive(Debug)]
pub struct Issued {
    pub record: RecordId,
    pub access_token: String,
    /// The same access token as a JWT (RFC 9068), which the client gets in its place.
    pub jwt: Option<String>,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}

impl Issuance<'_> {
    /// Creates the tokens and stores them.
    pub fn issue(self, service: &mut Service) -> Result<Issued, Refusal> {
        self.issue_narrowed(service, None)
    }

    /// [Issues](Self::issue) tokens with an access token that covers a part of the grant.
    pub fn issue_narrowed(
        self,
        service: &mut Service,
        narrowed: Option<Box<NarrowedAccess>>,
    ) -> Result<Issued, Refusal> {
        let now = self.call.now;
        let prepared = self.prepare(service, narrowed)?;
        Ok(prepared.store(service, now))
    }

    /// [Issues](Self::issue) tokens with an ID token, if the grant has the scope `openid`. An error changes nothing.
    pub fn issue_with_id_token(
        self,
        service: &mut Service,
        narrowed: Option<Box<NarrowedAccess>>,
    ) -> Result<Issued, Refusal> {
        self.issue_openid(service, narrowed, None)
    }

    /// [Issues](Self::issue) tokens to push: the ID token has the digests of the tokens (CIBA Core 1.0 §10.3.1).
    pub fn issue_pushed(self, service: &mut Service, auth_req_id: &str) -> Result<Issued, Refusal> {
        self.issue_openid(service, None, Some(auth_req_id))
    }

    fn issue_openid(
        self,
        service: &mut Service,
        narrowed: Option<Box<NarrowedAccess>>,
        auth_req_id: Option<&str>,
    ) -> Result<Issued, Refusal> {
        let (client, now) = (self.client, self.call.now);
        let mut prepared = self.prepare(service, narrowed)?;
        prepared.add_id_token(service, client, now, auth_req_id)?;
        Ok(prepared.store(service, now))
    }

    /// Creates the tokens without storing them.
    pub fn prepare(
        self,
        service: &Service,
        narrowed: Option<Box<NarrowedAccess>>,
    ) -> Result<PreparedTokens, Refusal> {
        let Self {
            call,
            client,
            mut grant,
            binding,
            refreshable,
        } = self;
        let jwt_failure = jwt_access_token_failure(call.operation, &grant.grant_type);
        grant.properties = properties(grant.properties.as_deref(), call).map(Box::new);
        grant.access_token_claims =
            access_token_claims(grant.access_token_claims, call, jwt_failure)?;
        grant_management::assign_id(service, &mut grant)?;
        let access_token = access_token(call, service)?;
        let refresh_token = match refreshable {
            true => Some(refresh_token(call, service)?),
            false => None,
        };
        let stored_refresh_token = refresh_token.as_deref().map(|token| RefreshToken {
            digest: Digest::of(token),
            expires_at: refresh_token_end(call, service, client, &grant.scopes),
            scopes: grant.scopes.clone(),
        });
        let mut record = TokenRecord {
            narrowed,
            binding: binding.boxed(),
            access_token: Digest::of(&access_token),
            jwt: None,
            access_token_expires_at: access_token_end(
                call,
                service,
                client,
                &grant.scopes,
                stored_refresh_token.as_ref(),
            ),
            refresh_token: stored_refresh_token,
            created_at: call.now,
            last_refreshed_at: 0,
            for_external_attachment: call.body.flag("forExternalAttachment"),
            issuable_credentials: Vec::new(),
            credential_nonce: None,
            client_id_alias: client.alias().map(Box::from),
            inherited: grant_management::inherited(service, &grant).map(Box::new),
            grant,
        };
        add_issuable_credentials(service, &mut record, call.now)?;
        let jwt = access_token::sign(service, client, &mut record, &access_token, call.now)
            .map_err(|error| error.into_jwt_failure(jwt_failure))?;
        Ok(PreparedTokens {
            record,
            is_single: service.settings.single_access_token_per_subject()
                || client.settings.single_access_token_per_subject(),
            access_token,
            jwt,
            refresh_token,
            id_token: None,
        })
    }
}

/// Tokens that are not stored yet.
#[derive(Debug)]
pub struct PreparedTokens {
    pub record: TokenRecord,
    /// Whether they replace all tokens that the client has for the subject.
    is_single: bool,
    pub access_token: String,
    /// The same access token as a JWT (RFC 9068), which the client gets in its place.
    pub jwt: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
}

impl PreparedTokens {
    /// The access token in the form for the client.
    pub fn presented(&self) -> &str {
        self.jwt.as_deref().unwrap_or(&self.access_token)
    }

    fn add_id_token(
        &mut self,
        service: &Service,
        client: &Client,
        now: Millis,
        auth_req_id: Option<&str>,
    ) -> Result<(), OAuthError> {
        let grant = &self.record.grant;
        if grant.openid.is_none() {
            return Ok(());
        }
        let mut bound = vec![("at_hash", self.presented())];
        if let (Some(_), Some(refresh_token)) = (auth_req_id, &self.refresh_token) {
            bound.push((RT_HASH, refresh_token));
        }
        let claims = auth_req_id.map(|id| (AUTH_REQ_ID.to_owned(), id.into()));
        let id_token = IdToken {
            service,
            client,
            grant,
            bound: &bound,
            claims: claims.into_iter().collect(),
            front_channel: false,
            now,
        };
        self.id_token = Some(id_token.issue()?);
        Ok(())
    }

    /// Stores the tokens, applies the grant management action, revokes replaced tokens and records the granted scopes.
    pub fn store(self, service: &mut Service, now: Millis) -> Issued {
        grant_management::apply(service, &self.record);
        let grant = &self.record.grant;
        if let Some(subject) = &grant.subject
            && self.is_single
        {
            service.tokens.revoke_all(grant.client_id, Some(subject));
        }
        let id = service.tokens.add(self.record, now);
        if let Some(record) = service.tokens.by_id(id)
            && let Some(subject) = &record.grant.subject
        {
            let (client_id, granted) = (record.grant.client_id, &record.grant.scopes);
            // Dynamic scopes are not recorded.
            let scopes = scopes::without_dynamic(granted, &service.settings)
                .map_or_else(|| granted.clone(), Into::into);
            let consents = &mut service.granted_scopes;
            consents.record(subject, client_id, &scopes, now);
        }
        Issued {
            record: id,
            access_token: self.access_token,
            jwt: self.jwt,
            refresh_token: self.refresh_token,
            id_token: self.id_token,
        }
    }
}

impl NarrowedAccess {
    /// The part of a grant that a token request names (RFC 8707 §2.2, RFC 9396 §6).
    pub fn requested(
        grant: &Grant,
        parameters: &Parameters,
    ) -> Result<Option<Box<Self>>, OAuthError> {
        if !(parameters.has("resource") || parameters.has("authorization_details")) {
            return Ok(None);
        }
        let details = grant.authorization_details.as_deref();
        Ok(Some(Box::new(Self {
            resources: resource::narrowed(&grant.resources, parameters)?,
            authorization_details: authorization_details::narrowed(details, parameters)?,
        })))
    }
}

impl Issued {
    /// The access token in the form for the client.
    pub fn presented(&self) -> &str {
        self.jwt.as_deref().unwrap_or(&self.access_token)
    }
}

/// Stores the issuable credentials of a new access token, and gives it a nonce for them.
pub fn add_issuable_credentials(
    service: &Service,
    record: &mut TokenRecord,
    now: Millis,
) -> Result<(), random::Error> {
    issuable_credentials::store(service, record);
    record.credential_nonce = match record.issuable_credentials.is_empty() {
        true => None,
        false => credential_nonce::of_token(service, now)?,
    };
    Ok(())
}

/// A new access token: the value from the caller, or a random one.
pub fn access_token(call: &Call, service: &Service) -> Result<String, Refusal> {
    let Some(chosen) = call.body.text("accessToken") else {
        return Ok(random::token()?);
    };
    match service.tokens.by_access_token(&Digest::of(chosen)) {
        None => Ok(chosen.to_owned()),
        Some(_) => Err(OAuthError::new("server_error", ACCESS_TOKEN_VALUE_TAKEN).into()),
    }
}

/// A new refresh token: the value from the caller, or a random one.
fn refresh_token(call: &Call, service: &Service) -> Result<String, Refusal> {
    let Some(chosen) = call.body.text("refreshToken") else {
        return Ok(random::token()?);
    };
    match service.tokens.by_refresh_token(&Digest::of(chosen)) {
        None => Ok(chosen.to_owned()),
        Some(_) => Err(OAuthError::new("server_error", REFRESH_TOKEN_VALUE_TAKEN).into()),
    }
}

/// The expiration of an access token. A service can limit it to that of its refresh token.
pub fn access_token_end(
    call: &Call,
    service: &Service,
    client: &Client,
    scopes: &[String],
    refresh_token: Option<&RefreshToken>,
) -> Millis {
    if call.body.flag("accessTokenPersistent") {
        return lifetime::NEVER;
    }
    let duration = lifetime::access_token(&call.body, service, client, scopes);
    let end = after(call.now, duration);
    match refresh_token {
        Some(token) if service.settings.token_expiration_linked() => end.min(token.expires_at),
        _ => end,
    }
}

pub fn refresh_token_end(
    call: &Call,
    service: &Service,
    client: &Client,
    scopes: &[String],
) -> Millis {
    let duration = lifetime::refresh_token(&call.body, service, client, scopes);
    after(call.now, duration)
}

/// Merges stored properties with those of the call, which take precedence. Keys that token responses reserve are dropped.
pub fn properties(stored: Option<&Value>, call: &Call) -> Option<Value> {
    let given = call.body.shaped::<Vec<Property>>("properties");
    let mut merged = BTreeMap::new();
    for property in [stored, given.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
    {
        if let Some(key) = property
            .as_object()
            .and_then(|property| property.text("key"))
            .filter(|key| !is_reserved(key))
        {
            merged.insert(key, property);
        }
    }
    (!merged.is_empty()).then(|| merged.into_values().cloned().collect())
}

/// Merges stored additional claims of a JWT access token with those of the call, which take precedence.
pub fn access_token_claims(
    stored: Option<Box<Object>>,
    call: &Call,
    jwt_failure: ResultCode,
) -> Result<Option<Box<Object>>, OAuthError> {
    let Some(text) = call.body.text("jwtAtClaims") else {
        return Ok(stored);
    };
    let claims: Object = serde_json::from_str(text).map_err(|_| {
        let code = jwt_failure.because("jwtAtClaims is not a JSON object");
        OAuthError::new("server_error", code)
    })?;
    let mut merged = stored.unwrap_or_default();
    merged.extend(claims);
    Ok(Some(merged))
}
