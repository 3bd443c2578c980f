//! What a request asks for, and whether it may.

use std::sync::Arc;

use authlete::types::{Display, Prompt, ResponseType};

use super::receive::Received;
use super::refused::Refused;
use crate::json::{Members, Object};
use crate::protocol::authorization_response::Destination;
use crate::protocol::fapi::Profiled;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::pkce::Challenge;
use crate::protocol::scopes::{self, DynamicScope};
use crate::protocol::{
    acr, authorization_details, claims_parameter, id_token_hint, prompt, resource, response_mode,
    response_type,
};
use crate::result_code::{
    AUTHORIZATION_SCOPE_MISSING, DPOP_KEY_MALFORMED, ID_TOKEN_HINT_DIFFERENT, NONCE_MISSING,
    OPENID_MISSING, PURPOSE_LENGTH,
};
use crate::store::{AuthorizationRequest, Client, RequestObject, Service};

/// A request that is good.
#[derive(Debug)]
pub struct Checked {
    pub client: Arc<Client>,
    pub request: AuthorizationRequest,
    pub request_object: Option<RequestObject>,
    /// For the page on which the user decides.
    pub shown: Shown,
}

/// What matters until the user has decided, and not after that.
#[derive(Debug)]
pub struct Shown {
    pub dynamic_scopes: Vec<DynamicScope>,
    pub display: Display,
    pub prompts: Vec<Prompt>,
    pub max_age: i64,
    pub acrs: Option<Vec<String>>,
    pub acr_essential: bool,
    pub subject: Option<String>,
    pub login_hint: Option<String>,
    pub ui_locales: Option<Vec<String>>,
    pub claims_locales: Option<Vec<String>>,
    pub purpose: Option<String>,
}

/// Checks a request against the specifications and the settings of service and client.
pub fn check(received: Received, service: &Service) -> Result<Checked, Refused> {
    let Received {
        client,
        client_id_alias_used,
        parameters,
        request_object,
        pushed,
    } = received;
    let destination = Destination::requested(&parameters, service, &client, client_id_alias_used)?;
    let checked = (|| {
        let request = read(&parameters, service, &client, &destination)?;
        let profiled = Profiled {
            client: &client,
            request: &request,
            request_object: request_object.as_ref(),
            pushed,
        };
        profiled.check(service)?;
        let shown = Shown::read(&parameters, service, &client, request.claims.as_ref())?;
        Ok((request, shown))
    })();
    match checked {
        Ok((request, shown)) => Ok(Checked {
            client,
            request,
            request_object,
            shown,
        }),
        Err(error) => Err(Refused::at(Some(destination), error)),
    }
}

fn read(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    destination: &Destination,
) -> Result<AuthorizationRequest, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let settings = (&service.settings, &client.settings);
    let response_type = response_type::requested(parameters, service, client)?;
    let has = |word| response_type::has(&response_type, word);
    let response_mode = response_mode::requested(parameters, &response_type, settings.1)?;
    let scopes = requested_scopes(parameters, service, client, &response_type)?;
    let nonce = parameters.get("nonce").map(str::to_owned);
    if has("id_token") {
        // OpenID Connect Core 1.0 §3.2.2.1, §3.3.2.1: it comes through the browser, and could be a used one.
        if !scopes.iter().any(|scope| scope == "openid") {
            return Err(invalid(OPENID_MISSING));
        }
        if nonce.is_none() {
            return Err(invalid(NONCE_MISSING));
        }
    }
    let challenge = if has("code") {
        Challenge::requested(parameters, settings.0, settings.1)?
    } else {
        None
    };
    let details = authorization_details::requested(parameters, settings.0, settings.1)?;
    Ok(AuthorizationRequest {
        client_id: client.id(),
        client_id_alias_used: destination.client_id_alias_used,
        redirect_uri: destination.redirect_uri.clone(),
        redirect_uri_requested: parameters.has("redirect_uri"),
        state: destination.state.clone(),
        nonce,
        scopes,
        resources: resource::requested(parameters)?,
        authorization_details: details.map(Box::new),
        claims: claims_parameter::requested(parameters)?,
        challenge,
        dpop_key: dpop_key(parameters)?,
        context: None,
        response_type,
        response_mode,
    })
}

fn requested_scopes(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    response_type: &ResponseType,
) -> Result<Vec<String>, OAuthError> {
    let mut scopes = scopes::requested(parameters, &service.settings, &client.settings);
    let dynamic = scopes::dynamic(parameters, &service.settings, &client.settings);
    scopes.extend(dynamic.into_iter().map(|scope| scope.value));
    if !response_type::has(response_type, "code") {
        // OpenID Connect Core 1.0 §11: who is given no code is given no refresh token.
        scopes.retain(|scope| scope != "offline_access");
    }
    if scopes.is_empty() && service.settings.flag("scopeRequired") {
        return Err(OAuthError::invalid_scope(AUTHORIZATION_SCOPE_MISSING));
    }
    Ok(scopes)
}

/// RFC 9449 §10: the thumbprint of a key.
fn dpop_key(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match parameters.get("dpop_jkt") {
        Some(text) if text.len() != 43 || !text.bytes().all(is_base64url) => {
            Err(OAuthError::invalid_request(DPOP_KEY_MALFORMED))
        }
        thumbprint => Ok(thumbprint.map(str::to_owned)),
    }
}

impl Shown {
    fn read(
        parameters: &Parameters,
        service: &Service,
        client: &Client,
        claims: Option<&Object>,
    ) -> Result<Self, OAuthError> {
        let claim = |name| claims_parameter::of_id_token(claims, name);
        let claimed = acr::claimed(claim("acr"), &service.settings)?;
        let requested = || acr::requested(parameters, &service.settings, &client.settings);
        Ok(Self {
            dynamic_scopes: scopes::dynamic(parameters, &service.settings, &client.settings),
            display: prompt::display(parameters)?,
            prompts: prompt::requested(parameters, service)?,
            max_age: prompt::max_age(parameters, &client.settings)?,
            acrs: claimed.acrs.or_else(requested),
            acr_essential: claimed.essential,
            subject: subject(parameters, service, client, claim("sub"))?,
            login_hint: parameters.get("login_hint").map(str::to_owned),
            ui_locales: words(parameters, "ui_locales"),
            claims_locales: words(parameters, "claims_locales"),
            purpose: purpose(parameters)?,
        })
    }
}

/// The user that the client expects: by the value of the claim `sub` (OpenID Connect Core 1.0 §5.5.1), or by an ID token.
fn subject(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    claim: Option<&Object>,
) -> Result<Option<String>, OAuthError> {
    let claimed = claim.and_then(|claim| claim.text("value"));
    let hinted = parameters
        .get("id_token_hint")
        .map(|hint| id_token_hint::subject(hint, service, client))
        .transpose()?;
    match (claimed, hinted) {
        (Some(claimed), Some(hinted)) if claimed != hinted => {
            Err(OAuthError::invalid_request(ID_TOKEN_HINT_DIFFERENT))
        }
        (claimed, hinted) => Ok(hinted.or(claimed.map(str::to_owned))),
    }
}

fn words(parameters: &Parameters, name: &str) -> Option<Vec<String>> {
    let words = parameters.words(name).into_iter();
    let words: Vec<_> = words.map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// OpenID Connect for Identity Assurance 1.0 has the limits.
fn purpose(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    match parameters.get("purpose") {
        Some(purpose) if !(3..=300).contains(&purpose.chars().count()) => {
            Err(OAuthError::invalid_request(PURPOSE_LENGTH))
        }
        purpose => Ok(purpose.map(str::to_owned)),
    }
}
