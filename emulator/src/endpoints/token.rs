//! `/auth/token`: the token endpoint.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Call;
use crate::clock::after;
use crate::json::{Members, Object};
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce::Challenge;
use crate::protocol::{lifetime, scopes};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    CLIENT_NOT_CONFIDENTIAL, CODE_EXPIRED, CODE_MISSING, CODE_OF_ANOTHER_CLIENT, CODE_UNKNOWN,
    GRANT_TYPE_MISSING, GRANT_TYPE_NOT_ALLOWED, GRANT_TYPE_UNSUPPORTED, REFRESH_TOKEN_EXPIRED,
    REFRESH_TOKEN_MISSING, REFRESH_TOKEN_OF_ANOTHER_CLIENT, REFRESH_TOKEN_UNKNOWN,
    SCOPE_BEYOND_GRANT, TOKEN_OK, TOKEN_PARAMETER_REPEATED, TOKEN_PARAMETERS_MISSING,
    TOKEN_REDIRECT_URI_DIFFERENT, TOKEN_REDIRECT_URI_MISSING, TOKEN_SCOPE_MISSING,
    TOKEN_VALUE_TAKEN,
};
use crate::store::{Client, RecordId, RefreshToken, Service, TokenRecord};

/// Why no tokens are issued.
#[derive(Debug)]
enum Refusal {
    /// The client is told.
    Client(OAuthError),
    /// The call cannot be answered at all.
    Reply(Reply),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Client(error)
    }
}

impl From<getrandom::Error> for Refusal {
    fn from(error: getrandom::Error) -> Self {
        Self::Reply(error.into())
    }
}

/// What the client asked for, once it is known who it is.
struct Request<'a> {
    call: &'a Call,
    parameters: &'a Parameters,
    client: Client,
    alias_used: bool,
    method: &'static str,
}

/// Tokens by their values, which are known only now.
struct Issued {
    record: RecordId,
    access_token: String,
    refresh_token: Option<String>,
}

pub fn token(call: &Call, service: &mut Service) -> Outcome {
    match process(call, service) {
        Ok(reply) => Ok(reply),
        Err(Refusal::Reply(reply)) => Err(reply),
        Err(Refusal::Client(error)) => {
            let action = match error.error {
                "invalid_client" => "INVALID_CLIENT",
                "server_error" => "INTERNAL_SERVER_ERROR",
                _ => "BAD_REQUEST",
            };
            Ok(error.answer(call.path, action, &service.settings).reply())
        }
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
    let Authenticated {
        client,
        alias_used,
        method,
    } = authenticate(
        service,
        "supportedTokenAuthMethods",
        &call.body,
        &parameters,
    )?;
    let client = client.clone();
    let request = Request {
        call,
        parameters: &parameters,
        client,
        alias_used,
        method,
    };
    let issued = match grant_type {
        "authorization_code" => {
            request.allow(service, "AUTHORIZATION_CODE")?;
            authorization_code(&request, service)?
        }
        "refresh_token" => {
            request.allow(service, "REFRESH_TOKEN")?;
            refresh_token(&request, service)?
        }
        "client_credentials" => {
            request.allow(service, "CLIENT_CREDENTIALS")?;
            client_credentials(&request, service)?
        }
        _ => return Err(OAuthError::new("unsupported_grant_type", GRANT_TYPE_UNSUPPORTED).into()),
    };
    Ok(respond(&request, service, issued))
}

impl Request<'_> {
    fn allow(&self, service: &Service, grant_type: &str) -> Result<(), OAuthError> {
        if !service.supports("supportedGrantTypes", grant_type) {
            return Err(OAuthError::new(
                "unsupported_grant_type",
                GRANT_TYPE_UNSUPPORTED,
            ));
        }
        if !self.client.may_use_grant_type(grant_type) {
            return Err(OAuthError::new(
                "unauthorized_client",
                GRANT_TYPE_NOT_ALLOWED,
            ));
        }
        Ok(())
    }

    fn may_refresh(&self, service: &Service) -> bool {
        self.allow(service, "REFRESH_TOKEN").is_ok()
    }

    /// A new access token: the value that the caller chose, or a random one.
    fn access_token(&self, service: &Service) -> Result<String, Refusal> {
        let Some(chosen) = self.call.body.text("accessToken") else {
            return Ok(random::token()?);
        };
        match service.tokens.by_access_token(&random::digest(chosen)) {
            None => Ok(chosen.to_owned()),
            Some(_) => Err(OAuthError::new("server_error", TOKEN_VALUE_TAKEN).into()),
        }
    }

    fn access_token_end(&self, service: &Service, scopes: &[String]) -> i64 {
        let duration = lifetime::access_token(&self.call.body, service, &self.client, scopes);
        after(self.call.now, duration)
    }

    fn refresh_token_end(&self, service: &Service, scopes: &[String]) -> i64 {
        let duration = lifetime::refresh_token(&self.call.body, service, &self.client, scopes);
        after(self.call.now, duration)
    }

    fn properties(&self, stored: Option<&Value>) -> Option<Value> {
        merge(stored, self.call.body.get("properties"))
    }
}

/// RFC 6749 §4.1.3.
fn authorization_code(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let code = request
        .parameters
        .get("code")
        .ok_or(OAuthError::invalid_request(CODE_MISSING))?;
    let digest = random::digest(code);
    let entry = service
        .codes
        .get(&digest)
        .ok_or(OAuthError::invalid_grant(CODE_UNKNOWN))?;
    let code = &entry.value;
    if code.request.client_id != request.client.id() {
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
        None if code.request.redirect_uri_requested => {
            return Err(OAuthError::invalid_request(TOKEN_REDIRECT_URI_MISSING).into());
        }
        Some(given) if given != code.request.redirect_uri => {
            return Err(OAuthError::invalid_grant(TOKEN_REDIRECT_URI_DIFFERENT).into());
        }
        _ => {}
    }
    Challenge::verify(
        code.request.challenge.as_ref(),
        request.parameters.get("code_verifier"),
    )?;
    let access_token = request.access_token(service)?;
    let refresh_token = if request.may_refresh(service) {
        Some(random::token()?)
    } else {
        None
    };
    let record = TokenRecord {
        client_id: code.request.client_id,
        client_id_alias_used: request.alias_used,
        subject: Some(code.subject.clone()),
        grant_type: "AUTHORIZATION_CODE",
        scopes: code.scopes.clone(),
        properties: request.properties(code.properties.as_ref()),
        acr: code.acr.clone(),
        auth_time: code.auth_time,
        access_token: random::digest(&access_token),
        access_token_expires_at: request.access_token_end(service, &code.scopes),
        refresh_token: refresh_token.as_deref().map(|token| RefreshToken {
            digest: random::digest(token),
            expires_at: request.refresh_token_end(service, &code.scopes),
            scopes: code.scopes.clone(),
        }),
        created_at: now,
        last_refreshed_at: 0,
    };
    let single = [&service.settings, &request.client.settings];
    if single
        .iter()
        .any(|settings| settings.flag("singleAccessTokenPerSubject"))
    {
        service
            .tokens
            .revoke_all(record.client_id, record.subject.as_deref());
    }
    let record = service.tokens.add(record, now);
    if let Some(entry) = service.codes.get_mut(&digest) {
        entry.value.used_for = Some(record);
    }
    Ok(Issued {
        record,
        access_token,
        refresh_token,
    })
}

/// RFC 6749 §6. The refresh token is replaced by a new one, unless the service says that it is kept.
fn refresh_token(request: &Request<'_>, service: &mut Service) -> Result<Issued, Refusal> {
    let now = request.call.now;
    let value = request.parameters.get("refresh_token");
    let value = value.ok_or(OAuthError::invalid_request(REFRESH_TOKEN_MISSING))?;
    let found = service.tokens.by_refresh_token(&random::digest(value));
    let (id, record) = found.ok_or(OAuthError::invalid_grant(REFRESH_TOKEN_UNKNOWN))?;
    if record.client_id != request.client.id() {
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
    let access_token = request.access_token(service)?;
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
    let refreshed = TokenRecord {
        client_id_alias_used: request.alias_used,
        properties: request.properties(record.properties.as_ref()),
        access_token: random::digest(&access_token),
        access_token_expires_at: request.access_token_end(service, &scopes),
        scopes,
        refresh_token: Some(RefreshToken {
            digest: random::digest(&next),
            expires_at: match keeps_end {
                true => current.expires_at,
                false => request.refresh_token_end(service, &current.scopes),
            },
            scopes: current.scopes.clone(),
        }),
        last_refreshed_at: now,
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
    if !request.client.is_confidential() {
        return Err(OAuthError::new("unauthorized_client", CLIENT_NOT_CONFIDENTIAL).into());
    }
    let scopes = scopes::requested(
        request.parameters,
        &service.settings,
        &request.client.settings,
    );
    if scopes.is_empty() && service.settings.flag("scopeRequired") {
        return Err(OAuthError::invalid_scope(TOKEN_SCOPE_MISSING).into());
    }
    let access_token = request.access_token(service)?;
    let record = TokenRecord {
        client_id: request.client.id(),
        client_id_alias_used: request.alias_used,
        subject: None,
        grant_type: "CLIENT_CREDENTIALS",
        properties: request.properties(None),
        acr: None,
        auth_time: 0,
        access_token: random::digest(&access_token),
        access_token_expires_at: request.access_token_end(service, &scopes),
        scopes,
        refresh_token: None,
        created_at: request.call.now,
        last_refreshed_at: 0,
    };
    let record = service.tokens.add(record, request.call.now);
    Ok(Issued {
        record,
        access_token,
        refresh_token: None,
    })
}

/// The answer, and in it the token response (RFC 6749 §5.1).
fn respond(request: &Request<'_>, service: &Service, issued: Issued) -> Reply {
    let now = request.call.now;
    let answer = Reply::action(request.call.path, TOKEN_OK, "OK");
    let Some(record) = service.tokens.by_id(issued.record) else {
        return answer.reply();
    };
    let seconds_left = |end: i64| end.saturating_sub(now) / 1000;
    let refresh_token = record.refresh_token.as_ref();
    let grant_type = request
        .parameters
        .get("grant_type")
        .unwrap_or_default()
        .to_ascii_uppercase();
    let mut content = extra_members(record.properties.as_ref());
    let members = [
        (
            "access_token",
            Some(Value::from(issued.access_token.as_str())),
        ),
        ("token_type", Some("Bearer".into())),
        (
            "expires_in",
            Some(seconds_left(record.access_token_expires_at).into()),
        ),
        (
            "refresh_token",
            issued.refresh_token.as_deref().map(Value::from),
        ),
        (
            "scope",
            (!record.scopes.is_empty()).then(|| record.scopes.join(" ").into()),
        ),
    ];
    let members = members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    content.extend(members);
    answer
        .with("responseContent", Value::Object(content).to_string())
        .with("accessToken", issued.access_token)
        .with("accessTokenExpiresAt", record.access_token_expires_at)
        .with(
            "accessTokenDuration",
            seconds_left(record.access_token_expires_at),
        )
        .with_some("refreshToken", issued.refresh_token)
        .with(
            "refreshTokenExpiresAt",
            refresh_token.map_or(0, |token| token.expires_at),
        )
        .with(
            "refreshTokenDuration",
            refresh_token.map_or(0, |token| seconds_left(token.expires_at)),
        )
        .with_some(
            "refreshTokenScopes",
            refresh_token.map(|token| token.scopes.clone()),
        )
        .with("scopes", record.scopes.clone())
        .with_some("subject", record.subject.as_deref())
        .with("grantType", grant_type)
        .with("clientId", record.client_id)
        .with_some("clientIdAlias", request.client.alias())
        .with("clientIdAliasUsed", request.alias_used)
        .with("clientAuthMethod", request.method)
        .with_some(
            "clientAttributes",
            request.client.settings.get("attributes").cloned(),
        )
        .with_some(
            "serviceAttributes",
            service.settings.get("attributes").cloned(),
        )
        .with_some("properties", record.properties.clone())
        .reply()
}

/// The properties that the client may see, as members of the token response.
fn extra_members(properties: Option<&Value>) -> Object {
    let properties = properties
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let visible = properties.filter(|property| !property.flag("hidden"));
    visible
        .filter_map(|property| {
            Some((
                property.text("key")?.to_owned(),
                property.get("value")?.clone(),
            ))
        })
        .collect()
}

/// Properties by key; those of the call replace those that are stored.
fn merge(stored: Option<&Value>, given: Option<&Value>) -> Option<Value> {
    let mut merged = BTreeMap::new();
    for property in [stored, given]
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
