//! `/auth/authorization/issue`.

use std::sync::Arc;

use authlete::types::{AuthzDetails, FapiMode, GrantType, ResponseType};

use super::error::AuthorizationError;
use super::ticket;
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt};
use crate::protocol::authorization_response::{Delivery, Destination};
use crate::protocol::fapi::{self, Profiles};
use crate::protocol::id_token::IdToken;
use crate::protocol::issuance::{self, Issuance, PreparedTokens};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::protocol::token_response::{seconds_left, token_type};
use crate::protocol::{lifetime, native_sso, response_type};
use crate::random;
use crate::result_code::{
    FAPI_FRONT_CHANNEL_ID_TOKEN, ISSUE_CLAIMS_MALFORMED, ISSUE_CLIENT_GONE, ISSUE_HEADER_MALFORMED,
    ISSUE_JWT, ISSUE_OK, ISSUE_SUBJECT_MISSING, ISSUE_TICKET_EXPIRED, ISSUE_TICKET_MISSING,
    ISSUE_TICKET_OF_ANOTHER_SERVICE, ISSUE_TICKET_UNKNOWN, NATIVE_SSO_SESSION_MISSING, ResultCode,
};
use crate::store::{AuthorizationRequest, Binding, Client, Code, Grant, Service};

/// Grants a request: issues the code and the tokens of its response type.
pub fn issue(call: &Call, service: &mut Service) -> Outcome {
    let outcome = service.attempt(|service| process(call, service));
    outcome.or_else(|refusal| refusal.outcome(call, &service.settings, usual_action))
}

fn process(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let granted = GrantedRequest::take(call, service)?;
    if granted.lacks_session(service) {
        // Authlete sends this error to the client, although the caller caused it.
        let error = OAuthError::new("server_error", NATIVE_SSO_SESSION_MISSING);
        let destination = Destination::of(&granted.request, &granted.client);
        let error = AuthorizationError::at(Some(destination), error);
        return error.deliver(call, service);
    }
    if let Err(code) = granted.check_id_token(service) {
        let destination = Destination::of(&granted.request, &granted.client);
        let error = AuthorizationError::at(Some(destination), OAuthError::invalid_request(code));
        return error.deliver(call, service);
    }
    let code = match granted.has("code") {
        true => Some(granted.authorization_code(service)?),
        false => None,
    };
    granted.finish(service, code.as_deref())
}

/// An authorization request that a user granted.
struct GrantedRequest<'a> {
    call: &'a Call,
    client: Arc<Client>,
    request: AuthorizationRequest,
    grant: Grant,
}

/// The code and the tokens issued to the client.
struct IssuedValues<'a> {
    code: Option<&'a str>,
    tokens: Option<&'a PreparedTokens>,
}

impl<'a> GrantedRequest<'a> {
    /// Takes the request of a ticket, unless the call itself has errors.
    fn take(call: &'a Call, service: &mut Service) -> Result<Self, OAuthError> {
        let caller_error = |code| OAuthError::new("server_error", code);
        let ticket = call.body.text("ticket");
        let ticket = ticket.ok_or(caller_error(ISSUE_TICKET_MISSING))?;
        let is_foreign = call.other_service_ids.contains(ticket);
        let ticket = Digest::of(ticket);
        let request = service.authorization_requests.live(&ticket, call.now);
        let is_none = request.is_some_and(|request| request.response_type == ResponseType::None);
        if call.body.text("subject").is_none() && !is_none {
            return Err(caller_error(ISSUE_SUBJECT_MISSING));
        }
        let is_known = service.authorization_requests.get(&ticket).is_some();
        let unusable = OAuthError::invalid_request(match is_known {
            true => ISSUE_TICKET_EXPIRED,
            false if is_foreign => ISSUE_TICKET_OF_ANOTHER_SERVICE,
            false => ISSUE_TICKET_UNKNOWN,
        });
        let grant = grant(call, service, request.ok_or(unusable.clone())?)?;
        let request = service.authorization_requests.take(&ticket, call.now);
        let request = request.ok_or(unusable)?;
        let client = service.clients.by_id(request.requested.client_id);
        let client = client.ok_or(OAuthError::invalid_request(ISSUE_CLIENT_GONE))?;
        Ok(Self {
            call,
            client: Arc::clone(client),
            request,
            grant,
        })
    }

    /// Whether the request is for Native SSO and the call has no session ID.
    fn lacks_session(&self, service: &Service) -> bool {
        let request = &self.request;
        native_sso::is_requested(service, &request.response_type, &request.requested.scopes)
            && self.call.body.text("sessionId").is_none()
    }

    /// The FAPI profiles that apply.
    fn profiles(&self, service: &Service) -> Profiles {
        Profiles::of(service, &self.client, &self.request.requested.scopes)
    }

    /// Checks that the FAPI profiles allow the algorithms of an ID token in the response.
    fn check_id_token(&self, service: &Service) -> Result<(), ResultCode> {
        let codes = &FAPI_FRONT_CHANNEL_ID_TOKEN;
        match self.has("id_token") {
            true => fapi::check_id_token(&self.profiles(service), &self.client, codes),
            false => Ok(()),
        }
    }

    /// Whether the response is to have a `code`, a `token`, an `id_token`.
    fn has(&self, word: &str) -> bool {
        response_type::has(&self.request.response_type, word)
    }

    fn authorization_code(&self, service: &mut Service) -> Result<String, Refusal> {
        let code = random::token()?;
        let granted = Code {
            grant: self.grant.clone(),
            redirect_uri: self.request.redirect_uri.clone(),
            redirect_uri_requested: self.request.redirect_uri_requested,
            challenge: self.request.challenge.clone(),
            dpop_key: self.request.dpop_key.clone(),
            used_for: None,
        };
        let mut lifetime = lifetime::authorization_code(service);
        if self.profiles(service).has(&FapiMode::Fapi2Security) {
            lifetime = lifetime.min(fapi::AUTHORIZATION_CODE);
        }
        let now = self.call.now;
        service
            .codes
            .insert(Digest::of(&code), granted, after(now, lifetime), now);
        Ok(code)
    }

    /// The response, with an access token if requested. The token is stored last, when nothing can fail any more.
    fn finish(&self, service: &mut Service, code: Option<&str>) -> Result<ApiResponse, Refusal> {
        let tokens = match self.has("token") {
            true => Some(self.access_token(service)?),
            false => None,
        };
        let issued = IssuedValues {
            code,
            tokens: tokens.as_ref(),
        };
        let response = self.respond(service, &issued)?;
        if let Some(tokens) = tokens {
            tokens.store(service, self.call.now);
        }
        Ok(response)
    }

    /// An access token of the implicit flow, without a refresh token (RFC 6749 §4.2).
    fn access_token(&self, service: &Service) -> Result<PreparedTokens, Refusal> {
        let issuance = Issuance {
            call: self.call,
            client: &self.client,
            grant: Grant {
                grant_type: GrantType::Implicit,
                // The token endpoint applies it, since only the token response has the grant ID.
                management: None,
                ..self.grant.clone()
            },
            binding: Binding::default(),
            refreshable: false,
        };
        issuance.prepare(service, None)
    }

    /// The API response, which contains the response for the client.
    fn respond(
        &self,
        service: &Service,
        issued: &IssuedValues<'_>,
    ) -> Result<ApiResponse, OAuthError> {
        let now = self.call.now;
        let record = issued.tokens.map(|tokens| &tokens.record);
        let expires_at = record.map_or(0, |record| record.access_token_expires_at);
        let duration = record.map_or(0, |_| seconds_left(expires_at, now));
        let id_token = match self.has("id_token") {
            true => Some(self.id_token(service, issued)?),
            false => None,
        };
        let mut parameters = Vec::new();
        parameters.extend(issued.code.map(|code| ("code", code.to_owned())));
        if let Some(tokens) = issued.tokens {
            parameters.extend(self.token_parameters(service, tokens));
        }
        parameters.extend(id_token.clone().map(|token| ("id_token", token)));
        let destination = Destination::of(&self.request, &self.client);
        let Delivery { action, content } = destination.deliver(service, parameters, now)?;
        let response = ApiResponse::action(self.call.path, ISSUE_OK, action)
            .with("responseContent", content)
            .with_optional("authorizationCode", issued.code)
            .with_optional(
                "accessToken",
                issued.tokens.map(|tokens| tokens.access_token.as_str()),
            )
            .with_optional(
                "jwtAccessToken",
                issued.tokens.and_then(|tokens| tokens.jwt.as_deref()),
            )
            .with("accessTokenDuration", duration)
            .with("accessTokenExpiresAt", expires_at)
            .with_optional("idToken", id_token)
            .with_optional("consentedClaims", self.call.body.texts("consentedClaims"))
            .with_optional("ticketInfo", ticket::attached(&self.request));
        Ok(response.build())
    }

    /// The token parameters of the authorization response (RFC 6749 §4.2.2).
    fn token_parameters(
        &self,
        service: &Service,
        tokens: &PreparedTokens,
    ) -> Vec<(&'static str, String)> {
        let record = &tokens.record;
        let duration = seconds_left(record.access_token_expires_at, self.call.now);
        let scopes = record.grant.scopes.join(" ");
        let mut parameters = vec![
            ("access_token", tokens.presented().to_owned()),
            ("token_type", token_type(service, record).to_owned()),
            ("expires_in", duration.to_string()),
        ];
        parameters.extend((!scopes.is_empty()).then_some(("scope", scopes)));
        parameters
    }

    /// An ID token for the front channel, with the hashes of the code, the access token and the state (OpenID Connect Core
    /// 1.0 §3.3.2.11; FAPI 1.0 Advanced §5.1 for the state).
    fn id_token(&self, service: &Service, issued: &IssuedValues<'_>) -> Result<String, OAuthError> {
        let bound = [
            ("c_hash", issued.code),
            ("at_hash", issued.tokens.map(PreparedTokens::presented)),
            ("s_hash", self.request.state.as_deref()),
        ];
        let bound: Vec<_> = bound
            .into_iter()
            .filter_map(|(claim, value)| Some((claim, value?)))
            .collect();
        let id_token = IdToken {
            service,
            client: &self.client,
            grant: &self.grant,
            bound: &bound,
            claims: Object::new(),
            front_channel: true,
            now: self.call.now,
        };
        id_token.issue()
    }
}

/// The part of a request that the user granted.
fn grant(
    call: &Call,
    service: &Service,
    request: &AuthorizationRequest,
) -> Result<Grant, OAuthError> {
    let granted = request
        .requested
        .granted(&call.body, call.body.text("subject"));
    let granted = granted.map_err(|malformed| {
        let code = match malformed.member {
            "claims" => ISSUE_CLAIMS_MALFORMED,
            "idtHeaderParams" => ISSUE_HEADER_MALFORMED,
            _ => ISSUE_JWT.because("jwtAtClaims is not a JSON object"),
        };
        OAuthError::new("server_error", code)
    });
    let mut grant = granted?.grant;
    if let Some(details) = call.body.shaped::<AuthzDetails>("authorizationDetails") {
        grant.authorization_details = Some(Box::new(details));
    }
    if native_sso::is_requested(service, &request.response_type, &grant.scopes) {
        grant.session = call.body.text("sessionId").map(Box::from);
    } else if let Some(openid) = &mut grant.openid
        && !service.settings.backchannel_logout_session_supported()
    {
        // Authlete uses the session ID for Native SSO and back-channel logout only.
        openid.session_id = None;
    }
    if let Some(offered) = &request.offered {
        let claims = offered.access_token_claims.clone();
        grant.offered_credentials.clone_from(&offered.credentials);
        grant.properties = issuance::properties(offered.properties.as_deref(), call).map(Box::new);
        grant.access_token_claims = issuance::access_token_claims(claims, call, ISSUE_JWT)?;
    }
    if let Some(openid) = &mut grant.openid {
        openid.nonce.clone_from(&request.nonce);
        openid.state.clone_from(&request.state);
        openid.requested_claims.clone_from(&request.claims);
    }
    Ok(grant)
}
