//! `/auth/authorization`: requests, and the decisions on them.

use std::sync::Arc;

use authlete::types::GrantType;
use serde_json::Value;

use super::client::shown_to_users as client_shown;
use super::service::shown_to_users as service_shown;
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Members, Object};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce::Challenge;
use crate::protocol::{lifetime, redirect_uri, scopes};
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    AUTHORIZATION_CLIENT_ID_MISSING, AUTHORIZATION_CLIENT_UNKNOWN, AUTHORIZATION_OK,
    AUTHORIZATION_PARAMETER_REPEATED, AUTHORIZATION_PARAMETERS_MISSING,
    AUTHORIZATION_SCOPE_MISSING, DISPLAY_INVALID, FAIL_REASON_INVALID, FAIL_REFUSED,
    FAIL_TICKET_MISSING, FAIL_TICKET_UNUSABLE, ISSUE_CLIENT_GONE, ISSUE_OK, ISSUE_SUBJECT_MISSING,
    ISSUE_TICKET_MISSING, ISSUE_TICKET_UNUSABLE, MAX_AGE_INVALID, PROMPT_INVALID,
    REQUEST_OBJECT_UNSUPPORTED, REQUEST_URI_UNSUPPORTED, RESPONSE_MODE_UNSUPPORTED,
    RESPONSE_TYPE_MISSING, RESPONSE_TYPE_NOT_ALLOWED, RESPONSE_TYPE_UNSUPPORTED, ResultCode,
};
use crate::store::{AuthorizationRequest, Client, Code, Grant, Service};

/// Checks a request, and gives out a ticket for the decision on it.
pub fn authorization(call: &Call, service: &mut Service) -> Outcome {
    let bad_request = |error: OAuthError| {
        error
            .answer(call.path, "BAD_REQUEST", &service.settings)
            .reply()
    };
    let Some(text) = call.body.text("parameters") else {
        return Ok(bad_request(OAuthError::invalid_request(
            AUTHORIZATION_PARAMETERS_MISSING,
        )));
    };
    let parameters = Parameters::parse_leniently(text);
    let (client, alias_used, redirect_uri) = match destination(service, &parameters) {
        Ok(destination) => destination,
        Err(error) => return Ok(bad_request(error)),
    };
    let request = match Request::read(text, service, client) {
        Ok(request) => request,
        Err(error) => {
            return Ok(refuse(
                call.path,
                service,
                &error,
                &redirect_uri,
                parameters.get("state"),
            ));
        }
    };
    let ticket = random::token()?;
    let action = if request.prompts == ["NONE"] {
        "NO_INTERACTION"
    } else {
        "INTERACTION"
    };
    let answer = Reply::action(call.path, AUTHORIZATION_OK, action)
        .with("ticket", ticket.as_str())
        .with("client", client_shown(&client.settings))
        .with("clientIdAliasUsed", alias_used)
        .with("service", service_shown(&service.settings))
        .with(
            "scopes",
            scopes::details(&service.settings, &request.scopes),
        )
        .with("display", request.display)
        .with("maxAge", request.max_age)
        .with("prompts", request.prompts.clone())
        .with(
            "lowestPrompt",
            request.prompts.first().copied().unwrap_or("CONSENT"),
        )
        .with("acrEssential", false)
        .with_some("acrs", request.acrs)
        .with_some("subject", request.subject)
        .with_some("loginHint", parameters.get("login_hint"))
        .with_some("uiLocales", words(&parameters, "ui_locales"))
        .with_some("claimsLocales", words(&parameters, "claims_locales"))
        .reply();
    let pending = AuthorizationRequest {
        client_id: client.id(),
        client_id_alias_used: alias_used,
        redirect_uri,
        redirect_uri_requested: parameters.has("redirect_uri"),
        state: parameters.get("state").map(str::to_owned),
        scopes: request.scopes,
        challenge: request.challenge,
        context: call.body.text("context").map(str::to_owned),
    };
    let expires_at = after(call.now, lifetime::TICKET);
    service
        .authorization_requests
        .insert(Digest::of(&ticket), pending, expires_at, call.now);
    Ok(answer)
}

/// Grants a request: issues a code.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let caller_error = |code| Ok(server_error(call.path, service, code));
    let Some(ticket) = call.body.text("ticket") else {
        return caller_error(ISSUE_TICKET_MISSING);
    };
    let Some(subject) = call.body.text("subject") else {
        return caller_error(ISSUE_SUBJECT_MISSING);
    };
    let Some(request) = service
        .authorization_requests
        .take(&Digest::of(ticket), call.now)
    else {
        return Ok(unusable_ticket(call.path, service, ISSUE_TICKET_UNUSABLE));
    };
    if service.clients.by_id(request.client_id).is_none() {
        return Ok(unusable_ticket(call.path, service, ISSUE_CLIENT_GONE));
    }
    let code = random::token()?;
    let mut response = vec![("code", code.clone())];
    response.extend(state_and_issuer(service, request.state.as_deref()));
    let location = redirect_uri::with_parameters(&request.redirect_uri, response);
    let context = request
        .context
        .as_ref()
        .map(|context| Object::from_iter([("context".to_owned(), Value::from(context.as_str()))]));
    let grant = Grant {
        client_id: request.client_id,
        client_id_alias_used: request.client_id_alias_used,
        subject: Some(subject.to_owned()),
        grant_type: GrantType::AuthorizationCode,
        scopes: granted_scopes(&call.body, &request.scopes),
        resources: Vec::new(),
        authorization_details: None,
        properties: call
            .body
            .get("properties")
            .filter(|value| value.is_array())
            .cloned()
            .map(Box::new),
        acr: call.body.text("acr").map(str::to_owned),
        auth_time: call.body.integer("authTime").unwrap_or_default(),
        access_token_claims: None,
        openid: None,
    };
    let granted = Code {
        grant,
        redirect_uri: request.redirect_uri,
        redirect_uri_requested: request.redirect_uri_requested,
        challenge: request.challenge,
        dpop_key: None,
        used_for: None,
    };
    let expires_at = after(call.now, lifetime::authorization_code(service));
    service
        .codes
        .insert(Digest::of(&code), granted, expires_at, call.now);
    let answer = Reply::action(call.path, ISSUE_OK, "LOCATION")
        .with("responseContent", location)
        .with("authorizationCode", code)
        .with("accessTokenDuration", 0)
        .with("accessTokenExpiresAt", 0)
        .with_some("ticketInfo", context);
    Ok(answer.reply())
}

/// Refuses a request.
pub fn fail(call: &Call, service: &mut Service) -> Outcome {
    let caller_error = |code| Ok(server_error(call.path, service, code));
    let Some(ticket) = call.body.text("ticket") else {
        return caller_error(FAIL_TICKET_MISSING);
    };
    let Some(error) = call.body.text("reason").and_then(reported_as) else {
        return caller_error(FAIL_REASON_INVALID);
    };
    let Some(request) = service
        .authorization_requests
        .take(&Digest::of(ticket), call.now)
    else {
        return Ok(unusable_ticket(call.path, service, FAIL_TICKET_UNUSABLE));
    };
    let description = call.body.text("description").map(str::to_owned);
    let error = OAuthError {
        description,
        ..OAuthError::new(error, FAIL_REFUSED)
    };
    Ok(refuse(
        call.path,
        service,
        &error,
        &request.redirect_uri,
        request.state.as_deref(),
    ))
}

/// The client of a request and where it is told the outcome. Without both there is no redirection (RFC 6749 §4.1.2.1).
fn destination<'a>(
    service: &'a Service,
    parameters: &Parameters,
) -> Result<(&'a Arc<Client>, bool, String), OAuthError> {
    let identifier = parameters.get("client_id");
    let identifier =
        identifier.ok_or(OAuthError::invalid_request(AUTHORIZATION_CLIENT_ID_MISSING))?;
    let client = service.client(identifier);
    let (client, alias_used) =
        client.ok_or(OAuthError::invalid_request(AUTHORIZATION_CLIENT_UNKNOWN))?;
    let openid = parameters.words("scope").contains(&"openid");
    let redirect_uri =
        redirect_uri::resolve(parameters.get("redirect_uri"), openid, &client.settings)?;
    Ok((client, alias_used, redirect_uri))
}

/// What a request asks for.
#[derive(Debug)]
struct Request {
    scopes: Vec<String>,
    challenge: Option<Challenge>,
    display: &'static str,
    prompts: Vec<&'static str>,
    max_age: i64,
    acrs: Option<Vec<String>>,
    subject: Option<String>,
}

impl Request {
    fn read(text: &str, service: &Service, client: &Client) -> Result<Self, OAuthError> {
        let invalid = OAuthError::invalid_request;
        let parameters =
            Parameters::parse(text).map_err(|_| invalid(AUTHORIZATION_PARAMETER_REPEATED))?;
        if parameters.has("request") {
            return Err(OAuthError::new(
                "request_not_supported",
                REQUEST_OBJECT_UNSUPPORTED,
            ));
        }
        if parameters.has("request_uri") {
            return Err(OAuthError::new(
                "request_uri_not_supported",
                REQUEST_URI_UNSUPPORTED,
            ));
        }
        match parameters.get("response_type") {
            None => return Err(invalid(RESPONSE_TYPE_MISSING)),
            Some("code") if service.supports("supportedResponseTypes", "CODE") => {}
            Some(_) => {
                return Err(OAuthError::new(
                    "unsupported_response_type",
                    RESPONSE_TYPE_UNSUPPORTED,
                ));
            }
        }
        if !client.may_use_response_type("CODE") || !client.may_use_grant_type("AUTHORIZATION_CODE")
        {
            return Err(OAuthError::new(
                "unauthorized_client",
                RESPONSE_TYPE_NOT_ALLOWED,
            ));
        }
        if parameters
            .get("response_mode")
            .is_some_and(|mode| mode != "query")
        {
            return Err(invalid(RESPONSE_MODE_UNSUPPORTED));
        }
        let scopes = scopes::requested(&parameters, &service.settings, &client.settings);
        if scopes.is_empty() && service.settings.flag("scopeRequired") {
            return Err(OAuthError::invalid_scope(AUTHORIZATION_SCOPE_MISSING));
        }
        Ok(Self {
            scopes,
            challenge: Challenge::requested(&parameters, &service.settings, &client.settings)?,
            display: display(&parameters).ok_or_else(|| invalid(DISPLAY_INVALID))?,
            prompts: prompts(&parameters).ok_or_else(|| invalid(PROMPT_INVALID))?,
            max_age: max_age(&parameters, client).ok_or_else(|| invalid(MAX_AGE_INVALID))?,
            acrs: acrs(&parameters, service, client),
            subject: requested_subject(&parameters),
        })
    }
}

fn display(parameters: &Parameters) -> Option<&'static str> {
    match parameters.get("display") {
        None | Some("page") => Some("PAGE"),
        Some("popup") => Some("POPUP"),
        Some("touch") => Some("TOUCH"),
        Some("wap") => Some("WAP"),
        Some(_) => None,
    }
}

fn prompts(parameters: &Parameters) -> Option<Vec<&'static str>> {
    let prompt = |word: &str| match word {
        "none" => Some("NONE"),
        "login" => Some("LOGIN"),
        "consent" => Some("CONSENT"),
        "select_account" => Some("SELECT_ACCOUNT"),
        "create" => Some("CREATE"),
        _ => None,
    };
    let prompts: Vec<_> = parameters
        .words("prompt")
        .into_iter()
        .map(prompt)
        .collect::<Option<_>>()?;
    let none_beside_another = prompts.len() > 1 && prompts.contains(&"NONE");
    (!none_beside_another).then_some(prompts)
}

fn max_age(parameters: &Parameters, client: &Client) -> Option<i64> {
    match parameters.get("max_age") {
        None => Some(client.settings.integer("defaultMaxAge").unwrap_or_default()),
        Some(text) => text
            .parse::<i32>()
            .ok()
            .filter(|seconds| *seconds >= 0)
            .map(i64::from),
    }
}

fn acrs(parameters: &Parameters, service: &Service, client: &Client) -> Option<Vec<String>> {
    let mut requested = parameters.words("acr_values");
    if requested.is_empty() {
        requested = client.settings.texts("defaultAcrs").unwrap_or_default();
    }
    let supported = service.settings.texts("supportedAcrs").unwrap_or_default();
    let acrs: Vec<_> = requested
        .into_iter()
        .filter(|acr| supported.contains(acr))
        .map(str::to_owned)
        .collect();
    (!acrs.is_empty()).then_some(acrs)
}

/// The user that the request is about: the value of `sub` in the `claims` parameter (OpenID Connect Core 1.0 §5.5.1).
fn requested_subject(parameters: &Parameters) -> Option<String> {
    let claims: Object = serde_json::from_str(parameters.get("claims")?).ok()?;
    Some(
        claims
            .object("id_token")?
            .object("sub")?
            .text("value")?
            .to_owned(),
    )
}

fn words(parameters: &Parameters, name: &str) -> Option<Vec<String>> {
    let words: Vec<_> = parameters
        .words(name)
        .into_iter()
        .map(str::to_owned)
        .collect();
    (!words.is_empty()).then_some(words)
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

/// What every response to the client has beside its own parameters (RFC 6749 §4.1.2, RFC 9207 §2).
fn state_and_issuer(service: &Service, state: Option<&str>) -> Vec<(&'static str, String)> {
    let issuer = service
        .issuer()
        .filter(|_| !service.settings.flag("issSuppressed"));
    let parameters = [("state", state), ("iss", issuer)];
    parameters
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .collect()
}

/// An error response by redirection (RFC 6749 §4.1.2.1).
fn refuse(
    path: &str,
    service: &Service,
    error: &OAuthError,
    redirect_uri: &str,
    state: Option<&str>,
) -> Reply {
    let mut response = error.parameters(&service.settings);
    response.extend(state_and_issuer(service, state));
    let location = redirect_uri::with_parameters(redirect_uri, response);
    Reply::action(path, error.code, "LOCATION")
        .with("responseContent", location)
        .reply()
}

fn unusable_ticket(path: &str, service: &Service, code: ResultCode) -> Reply {
    OAuthError::invalid_request(code)
        .answer(path, "BAD_REQUEST", &service.settings)
        .reply()
}

/// The caller's fault, which its own client cannot mend.
fn server_error(path: &str, service: &Service, code: ResultCode) -> Reply {
    OAuthError::new("server_error", code)
        .answer(path, "INTERNAL_SERVER_ERROR", &service.settings)
        .reply()
}

/// The error that a reason stands for (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6, RFC 8707 §2).
fn reported_as(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "UNKNOWN" | "SERVER_ERROR" => "server_error",
        "NOT_LOGGED_IN"
        | "MAX_AGE_NOT_SUPPORTED"
        | "EXCEEDS_MAX_AGE"
        | "DIFFERENT_SUBJECT"
        | "ACR_NOT_SATISFIED"
        | "NOT_AUTHENTICATED" => "login_required",
        "DENIED" => "access_denied",
        "ACCOUNT_SELECTION_REQUIRED" => "account_selection_required",
        "CONSENT_REQUIRED" => "consent_required",
        "INTERACTION_REQUIRED" => "interaction_required",
        "INVALID_TARGET" => "invalid_target",
        "INVALID_SCOPE" => "invalid_scope",
        "UNAUTHORIZED_CLIENT" => "unauthorized_client",
        "TEMPORARILY_UNAVAILABLE" => "temporarily_unavailable",
        _ => return None,
    })
}
