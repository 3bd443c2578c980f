//! New tokens for a grant: the same for every endpoint that gives some out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::lifetime;
use super::oauth_error::OAuthError;
use super::refusal::Refusal;
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::Members;
use crate::random;
use crate::result_code::TOKEN_VALUE_TAKEN;
use crate::store::{Binding, Client, Grant, RecordId, RefreshToken, Service, TokenRecord};

/// What tokens are to be made. The call can choose the value of the access token and the lifetimes, and add properties.
#[derive(Debug)]
pub struct Issuance<'a> {
    pub call: &'a Call,
    pub client: &'a Client,
    pub grant: Grant,
    pub binding: Binding,
    /// Whether there is a refresh token, too.
    pub refreshable: bool,
}

/// Tokens by their values, which are known only now.
#[derive(Debug)]
pub struct Issued {
    pub record: RecordId,
    pub access_token: String,
    pub refresh_token: Option<String>,
}

impl Issuance<'_> {
    /// Makes the tokens and stores them.
    pub fn issue(self, service: &mut Service) -> Result<Issued, Refusal> {
        let Self {
            call,
            client,
            mut grant,
            binding,
            refreshable,
        } = self;
        grant.properties = properties(grant.properties.as_deref(), call).map(Box::new);
        let access_token = access_token(call, service)?;
        let refresh_token = if refreshable {
            Some(random::token()?)
        } else {
            None
        };
        if service.demands(client, "singleAccessTokenPerSubject")
            && let Some(subject) = &grant.subject
        {
            service.tokens.revoke_all(grant.client_id, Some(subject));
        }
        if let Some(subject) = &grant.subject {
            let consents = &mut service.granted_scopes;
            consents.record(subject, grant.client_id, &grant.scopes, call.now);
        }
        let record = TokenRecord {
            binding,
            access_token: Digest::of(&access_token),
            access_token_expires_at: access_token_end(call, service, client, &grant.scopes),
            refresh_token: refresh_token.as_deref().map(|token| RefreshToken {
                digest: Digest::of(token),
                expires_at: refresh_token_end(call, service, client, &grant.scopes),
                scopes: grant.scopes.clone(),
            }),
            created_at: call.now,
            last_refreshed_at: 0,
            grant,
        };
        Ok(Issued {
            record: service.tokens.add(record, call.now),
            access_token,
            refresh_token,
        })
    }
}

/// A new access token: the value that the caller chose, or a random one.
pub fn access_token(call: &Call, service: &Service) -> Result<String, Refusal> {
    let Some(chosen) = call.body.text("accessToken") else {
        return Ok(random::token()?);
    };
    match service.tokens.by_access_token(&Digest::of(chosen)) {
        None => Ok(chosen.to_owned()),
        Some(_) => Err(OAuthError::new("server_error", TOKEN_VALUE_TAKEN).into()),
    }
}

pub fn access_token_end(call: &Call, service: &Service, client: &Client, scopes: &[String]) -> i64 {
    let duration = lifetime::access_token(&call.body, service, client, scopes);
    after(call.now, duration)
}

pub fn refresh_token_end(
    call: &Call,
    service: &Service,
    client: &Client,
    scopes: &[String],
) -> i64 {
    let duration = lifetime::refresh_token(&call.body, service, client, scopes);
    after(call.now, duration)
}

/// Properties by key; those of the call replace those that are stored.
pub fn properties(stored: Option<&Value>, call: &Call) -> Option<Value> {
    let mut merged = BTreeMap::new();
    for property in [stored, call.body.get("properties")]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
    {
        if let Some(key) = property
            .as_object()
            .and_then(|property| property.text("key"))
        {
            merged.insert(key, property);
        }
    }
    (!merged.is_empty()).then(|| merged.into_values().cloned().collect())
}
