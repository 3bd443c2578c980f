//! `/auth/authorization/issue`.

use authlete::types::{FapiMode, GrantType, ResponseType};

use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::protocol::authorization_response::Destination;
use crate::protocol::id_token::IdToken;
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::protocol::token_response::{seconds_left, token_type};
use crate::protocol::{fapi, lifetime, response_type};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    ISSUE_CLIENT_GONE, ISSUE_JSON_MALFORMED, ISSUE_OK, ISSUE_SUBJECT_MISSING, ISSUE_TICKET_MISSING,
    ISSUE_TICKET_UNUSABLE,
};
use crate::store::{Authentication, AuthorizationRequest, Binding, Client, Code, Grant, Service};

/// Grants a request: issues what its response type asks for.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    process(call, service).or_else(|refusal| refusal.outcome(call, &service.settings, usual_action))
}

fn process(call: &Call, service: &mut Service) -> Result<Reply, Refusal> {
    let caller_error = |code| OAuthError::new("server_error", code);
    let ticket = call.body.text("ticket");
    let ticket = Digest::of(ticket.ok_or(caller_error(ISSUE_TICKET_MISSING))?);
    let request = service.authorization_requests.live(&ticket, call.now);
    let is_none = request.is_some_and(|request| request.response_type == ResponseType::None);
    if call.body.text("subject").is_none() && !is_none {
        return Err(caller_error(ISSUE_SUBJECT_MISSING).into());
    }
    let unusable = OAuthError::invalid_request(ISSUE_TICKET_UNUSABLE);
    let grant = grant(call, request.ok_or(unusable.clone())?)?;
    let request = service.authorization_requests.take(&ticket, call.now);
    let request = request.ok_or(unusable)?;
    let client = service.clients.by_id(request.client_id).cloned();
    let client = client.ok_or(OAuthError::invalid_request(ISSUE_CLIENT_GONE))?;

    let has = |word| response_type::has(&request.response_type, word);
    let code = match has("code") {
        true => Some(authorization_code(
            call,
            service,
            &client,
            &request,
            grant.clone(),
        )?),
        false => None,
    };
    let issued = match has("token") {
        true => Some(access_token(call, service, &client, grant.clone())?),
        false => None,
    };
    let record = issued
        .as_ref()
        .and_then(|issued| service.tokens.by_id(issued.record));
    let token_type = record.map(|record| token_type(service, record).to_owned());
    let access_token = issued.as_ref().map(|issued| issued.presented().to_owned());
    let expires_at = record.map_or(0, |record| record.access_token_expires_at);
    let duration = record.map_or(0, |_| seconds_left(expires_at, call.now));
    let id_token = match has("id_token") {
        true => {
            let issued = (code.as_deref(), access_token.as_deref());
            Some(id_token(call, service, &client, &request, &grant, issued)?)
        }
        false => None,
    };
    let mut parameters = Vec::new();
    parameters.extend(code.clone().map(|code| ("code", code)));
    if let Some(token) = access_token.clone() {
        // RFC 6749 §4.2.2.
        parameters.push(("access_token", token));
        parameters.extend(token_type.map(|token_type| ("token_type", token_type)));
        parameters.push(("expires_in", duration.to_string()));
        parameters.push(("scope", grant.scopes.join(" ")));
    }
    parameters.extend(id_token.clone().map(|token| ("id_token", token)));
    let destination = Destination::of(&request, &client);
    let delivery = destination.deliver(service, parameters, call.now)?;
    let context = request
        .context
        .map(|context| Object::from_iter([("context".to_owned(), context.into())]));
    let answer = Reply::action(call.path, ISSUE_OK, delivery.action)
        .with("responseContent", delivery.content)
        .with_some("authorizationCode", code)
        .with_some(
            "accessToken",
            issued.as_ref().map(|issued| issued.access_token.as_str()),
        )
        .with_some(
            "jwtAccessToken",
            issued.as_ref().and_then(|issued| issued.jwt.as_deref()),
        )
        .with("accessTokenDuration", duration)
        .with("accessTokenExpiresAt", expires_at)
        .with_some("idToken", id_token)
        .with_some("ticketInfo", context);
    Ok(answer.reply())
}

fn authorization_code(
    call: &Call,
    service: &mut Service,
    client: &Client,
    request: &AuthorizationRequest,
    grant: Grant,
) -> Result<String, Refusal> {
    let code = random::token()?;
    let granted = Code {
        grant,
        redirect_uri: request.redirect_uri.clone(),
        redirect_uri_requested: request.redirect_uri_requested,
        challenge: request.challenge.clone(),
        dpop_key: request.dpop_key.clone(),
        used_for: None,
    };
    let modes = fapi::modes(service, client, &granted.grant.scopes);
    let mut lifetime = lifetime::authorization_code(service);
    if modes.contains(&FapiMode::Fapi2Security) {
        lifetime = lifetime.min(fapi::AUTHORIZATION_CODE);
    }
    let expires_at = after(call.now, lifetime);
    service
        .codes
        .insert(Digest::of(&code), granted, expires_at, call.now);
    Ok(code)
}

/// An access token that comes without a token request, and without a refresh token (RFC 6749 §4.2).
fn access_token(
    call: &Call,
    service: &mut Service,
    client: &Client,
    grant: Grant,
) -> Result<Issued, Refusal> {
    let issuance = Issuance {
        call,
        client,
        grant: Grant {
            grant_type: GrantType::Implicit,
            ..grant
        },
        binding: Binding::default(),
        refreshable: false,
    };
    issuance.issue(service)
}

/// An ID token that the browser carries, with the digests of what comes with it (OpenID Connect Core 1.0 §3.3.2.11; FAPI 1.0
/// Advanced §5.1 for the state).
fn id_token(
    call: &Call,
    service: &Service,
    client: &Client,
    request: &AuthorizationRequest,
    grant: &Grant,
    (code, access_token): (Option<&str>, Option<&str>),
) -> Result<String, OAuthError> {
    let bound = [
        ("c_hash", code),
        ("at_hash", access_token),
        ("s_hash", request.state.as_deref()),
    ];
    let bound: Vec<_> = bound
        .into_iter()
        .filter_map(|(claim, value)| Some((claim, value?)))
        .collect();
    let id_token = IdToken {
        service,
        client,
        grant,
        bound: &bound,
        claims: Object::new(),
        front_channel: true,
        now: call.now,
    };
    id_token.issue()
}

/// What the user granted.
fn grant(call: &Call, request: &AuthorizationRequest) -> Result<Grant, OAuthError> {
    let body = &call.body;
    let text = |name| body.text(name).map(str::to_owned);
    let scopes = granted_scopes(body, &request.scopes);
    let details = body.object("authorizationDetails").cloned();
    let details = details.map(|details| Box::new(details.into()));
    let properties = body.get("properties").filter(|value| value.is_array());
    let openid = if scopes.iter().any(|scope| scope == "openid") {
        let consented = body.texts("consentedClaims");
        Some(Box::new(Authentication {
            nonce: request.nonce.clone(),
            sub: text("sub"),
            claims: object(body, "claims")?.unwrap_or_default(),
            requested_claims: request.claims.clone(),
            consented_claims: consented
                .map(|claims| claims.into_iter().map(str::to_owned).collect()),
            session_id: text("sessionId"),
            header: object(body, "idtHeaderParams")?.unwrap_or_default(),
            audience_type: text("idTokenAudType"),
        }))
    } else {
        None
    };
    Ok(Grant {
        client_id: request.client_id,
        client_id_alias_used: request.client_id_alias_used,
        subject: text("subject"),
        grant_type: GrantType::AuthorizationCode,
        scopes: scopes.into(),
        resources: request.resources.clone(),
        authorization_details: details.or_else(|| request.authorization_details.clone()),
        properties: properties.cloned().map(Box::new),
        acr: text("acr"),
        auth_time: body.integer("authTime").unwrap_or_default(),
        access_token_claims: object(body, "jwtAtClaims")?.map(Box::new),
        openid,
    })
}

fn object(body: &Object, name: &str) -> Result<Option<Object>, OAuthError> {
    let parsed = body.text(name).map(serde_json::from_str).transpose();
    parsed.map_err(|_| OAuthError::new("server_error", ISSUE_JSON_MALFORMED))
}

/// The caller can grant other scopes than those requested. That a request is one of OpenID Connect is the client's
/// decision: `openid` cannot be added.
fn granted_scopes(request: &Object, requested: &[String]) -> Vec<String> {
    let Some(granted) = request.texts("scopes") else {
        return requested.to_owned();
    };
    let may_be = |scope: &&str| {
        *scope != "openid" || requested.iter().any(|requested| requested == "openid")
    };
    granted
        .into_iter()
        .filter(may_be)
        .map(str::to_owned)
        .collect()
}
