//! `/device`: the device flow (RFC 8628) up to the token endpoint.

use authlete::types::GrantType;
use serde_json::Value;

use super::error_response::error_response;
use super::response_members::{with_client_of_request, with_requested};
use crate::api_response::{ApiResponse, Outcome, ResponseBuilder};
use crate::call::Call;
use crate::clock::after;
use crate::digest::Digest;
use crate::json::{Object, ObjectExt, present};
use crate::model::{DEVICE_FLOW, Parameters, ParametersError, Polling, user_code};
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::decision::{self, ReportCodes};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, status_action};
use crate::protocol::{acr, authorization_details, grant_management, lifetime, resource, scopes};
use crate::random;
use crate::result_code::{
    DEVICE_AUTHORIZATION_OK, DEVICE_AUTHORIZATION_SCOPE_MISSING,
    DEVICE_COMPLETE_ACCESS_TOKEN_CLAIMS, DEVICE_COMPLETE_AUTH_TIME,
    DEVICE_COMPLETE_CLAIMS_MALFORMED, DEVICE_COMPLETE_HEADER_MALFORMED, DEVICE_COMPLETE_OK,
    DEVICE_COMPLETE_RESULT_MISSING, DEVICE_COMPLETE_RESULT_UNKNOWN,
    DEVICE_COMPLETE_SUBJECT_MISSING, DEVICE_COMPLETE_USER_CODE_EXPIRED,
    DEVICE_COMPLETE_USER_CODE_MISSING, DEVICE_COMPLETE_USER_CODE_OF_ANOTHER_SERVICE,
    DEVICE_COMPLETE_USER_CODE_UNKNOWN, DEVICE_VERIFICATION_OK, DEVICE_VERIFICATION_URI_MISSING,
    DEVICE_VERIFICATION_USER_CODE_EXPIRED, DEVICE_VERIFICATION_USER_CODE_MISSING,
    DEVICE_VERIFICATION_USER_CODE_OF_ANOTHER_SERVICE, DEVICE_VERIFICATION_USER_CODE_UNKNOWN,
    PARAMETER_REPEATED, PARAMETERS_MISSING, PARAMETERS_NONE, ResultCode, USER_CODES_EXHAUSTED,
};
use crate::store::{Decision, DeviceFlow, Requested, Service};

const REPORT_CODES: ReportCodes = ReportCodes {
    result_missing: DEVICE_COMPLETE_RESULT_MISSING,
    result_unknown: DEVICE_COMPLETE_RESULT_UNKNOWN,
    subject_missing: DEVICE_COMPLETE_SUBJECT_MISSING,
    auth_time_negative: DEVICE_COMPLETE_AUTH_TIME,
    claims_malformed: DEVICE_COMPLETE_CLAIMS_MALFORMED,
    header_malformed: DEVICE_COMPLETE_HEADER_MALFORMED,
    access_token_claims_malformed: DEVICE_COMPLETE_ACCESS_TOKEN_CLAIMS,
};

/// The placeholder for the user code in `deviceVerificationUriComplete`.
const PLACEHOLDER: &str = "USER_CODE";
/// How many user codes are generated until one is not in use.
const MAX_ATTEMPTS: usize = 100;

/// Checks a device authorization request, and issues a device code and a user code (RFC 8628 §3.1).
pub fn authorization(call: &Call, service: &mut Service) -> Outcome {
    let outcome = authorize(call, service)
        .or_else(|refusal| error_response(call, service, refusal, status_action));
    with_challenge(call, service, outcome)
}

fn authorize(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let invalid = OAuthError::invalid_request;
    let server_error = |code| OAuthError::new("server_error", code);
    let parameters = Parameters::of_call(&call.body).map_err(|error| match error {
        ParametersError::Missing => server_error(PARAMETERS_MISSING),
        ParametersError::Empty => invalid(PARAMETERS_NONE),
        ParametersError::Repeated(_) => invalid(PARAMETER_REPEATED),
    })?;
    let authenticated = authenticate(call, service, &parameters)?;
    let flow = read(service, &parameters, &authenticated)?;
    let verification_uri = service.settings.device_verification_uri();
    let verification_uri = verification_uri.ok_or(server_error(DEVICE_VERIFICATION_URI_MISSING))?;
    let user_code = free_user_code(call, service)?;
    let complete_uri = service.settings.device_verification_uri_complete();
    // A URI without the placeholder has no place for the user code.
    let complete_uri = complete_uri.filter(|uri| uri.contains(PLACEHOLDER));
    let complete_uri = complete_uri.map(|uri| uri.replace(PLACEHOLDER, &user_code));
    let device_code = random::token()?;
    let expires_in = lifetime::device_code(service);
    let content = [
        ("device_code", Some(Value::from(device_code.as_str()))),
        ("user_code", Some(user_code.as_str().into())),
        ("verification_uri", Some(verification_uri.into())),
        (
            "verification_uri_complete",
            complete_uri.as_deref().map(Value::from),
        ),
        ("expires_in", Some(expires_in.into())),
        ("interval", Some(flow.polling.interval.into())),
    ];
    let content: Object = present(content).collect();
    let response = ApiResponse::action(call.path, DEVICE_AUTHORIZATION_OK, "OK")
        .with("responseContent", Value::Object(content).to_string())
        .with("clientAuthMethod", authenticated.method.as_str())
        .with("deviceCode", device_code.as_str())
        .with("userCode", user_code.as_str())
        .with("verificationUri", verification_uri)
        .with_optional("verificationUriComplete", complete_uri)
        .with("expiresIn", expires_in)
        .with("interval", flow.polling.interval);
    let (client, named_by) = (&authenticated.client, authenticated.named_by);
    let response = with_client_of_request(response, service, client, named_by);
    let response = with_request(response, service, &flow).build();
    let (digest, end) = (Digest::of(&device_code), after(call.now, expires_in));
    service
        .user_codes
        .insert(Digest::of(&user_code), digest, end, call.now);
    service.device_flows.insert(digest, flow, end, call.now);
    Ok(response)
}

/// Reads a device authorization request (RFC 8628 §3.1).
fn read(
    service: &Service,
    parameters: &Parameters,
    authenticated: &Authenticated,
) -> Result<DeviceFlow, OAuthError> {
    let client = &authenticated.client;
    authenticated.check_grant_type(service, &GrantType::DeviceCode)?;
    let (settings, registration) = (&service.settings, &client.settings);
    let details = authorization_details::requested(parameters, settings, registration)?;
    let (scopes, dynamic_scopes) = scopes::all(parameters, settings, registration);
    let flow = DeviceFlow {
        requested: Requested {
            client_id: client.id(),
            client_named_by: authenticated.named_by,
            grant_type: GrantType::DeviceCode,
            scopes,
            resources: resource::requested(parameters)?,
            authorization_details: details.map(Box::new),
            grant_management: grant_management::requested(parameters, service, client)?,
        },
        dynamic_scopes,
        acrs: acr::requested(parameters, settings, registration),
        polling: Polling::of(service.settings.device_flow_polling_interval(), DEVICE_FLOW),
        decision: Decision::Pending,
    };
    if flow.requested.scopes.is_empty() && service.settings.scope_required() {
        return Err(OAuthError::invalid_scope(
            DEVICE_AUTHORIZATION_SCOPE_MISSING,
        ));
    }
    Ok(flow)
}

/// Looks up the request for a user code, and keeps the code (RFC 8628 §3.3).
pub fn verification(call: &Call, service: &mut Service) -> Outcome {
    let response = |code, action| ApiResponse::action(call.path, code, action);
    let Some(text) = call.body.text("userCode") else {
        let code = DEVICE_VERIFICATION_USER_CODE_MISSING;
        return Ok(response(code, "SERVER_ERROR").build());
    };
    let found = match find(call, service, text) {
        Ok(found) => found,
        Err(UserCodeError::OfAnotherService) => {
            let code = DEVICE_VERIFICATION_USER_CODE_OF_ANOTHER_SERVICE;
            return Ok(response(code, "NOT_EXIST").build());
        }
        Err(UserCodeError::Unknown) => {
            let code = DEVICE_VERIFICATION_USER_CODE_UNKNOWN;
            return Ok(response(code, "NOT_EXIST").build());
        }
        Err(UserCodeError::Expired) => {
            let code = DEVICE_VERIFICATION_USER_CODE_EXPIRED;
            return Ok(response(code, "EXPIRED").build());
        }
    };
    let flow = found.flow;
    let response = response(DEVICE_VERIFICATION_OK, "VALID").with("expiresAt", found.expires_at);
    let response = match service.clients.by_id(flow.requested.client_id) {
        Some(client) => {
            with_client_of_request(response, service, client, flow.requested.client_named_by)
        }
        None => response,
    };
    Ok(with_request(response, service, flow).build())
}

/// Records the decision of the user and consumes the user code. The device gets the result at its next poll.
pub fn complete(call: &Call, service: &mut Service) -> Outcome {
    let response = match decide(call, service) {
        Ok(()) => ApiResponse::action(call.path, DEVICE_COMPLETE_OK, "SUCCESS")
            .with_optional("consentedClaims", call.body.texts("consentedClaims")),
        Err((code, action)) => ApiResponse::action(call.path, code, action),
    };
    Ok(response.build())
}

fn decide(call: &Call, service: &mut Service) -> Result<(), (ResultCode, &'static str)> {
    let invalid = |code| (code, "INVALID_REQUEST");
    let text = call.body.text("userCode");
    let text = text.ok_or(invalid(DEVICE_COMPLETE_USER_CODE_MISSING))?;
    let found = find(call, service, text).map_err(|error| match error {
        UserCodeError::OfAnotherService => (
            DEVICE_COMPLETE_USER_CODE_OF_ANOTHER_SERVICE,
            "USER_CODE_NOT_EXIST",
        ),
        UserCodeError::Unknown => (DEVICE_COMPLETE_USER_CODE_UNKNOWN, "USER_CODE_NOT_EXIST"),
        UserCodeError::Expired => (DEVICE_COMPLETE_USER_CODE_EXPIRED, "USER_CODE_EXPIRED"),
    })?;
    let decision = decision::reported(&call.body, &found.flow.requested, &REPORT_CODES);
    let decision = decision.map_err(invalid)?;
    let (user_code, device_code) = (found.user_code, found.device_code);
    if let Some(flow) = service.device_flows.get_mut(&device_code) {
        flow.decision = decision;
    }
    service.user_codes.remove(&user_code);
    Ok(())
}

/// The request that a user code belongs to.
struct FoundFlow<'a> {
    user_code: Digest,
    device_code: Digest,
    expires_at: i64,
    flow: &'a DeviceFlow,
}

enum UserCodeError {
    OfAnotherService,
    Unknown,
    Expired,
}

fn find<'a>(
    call: &Call,
    service: &'a Service,
    typed: &str,
) -> Result<FoundFlow<'a>, UserCodeError> {
    let user_code = Digest::of(&user_code::normalize(typed));
    let entry = service.user_codes.get(&user_code);
    let entry = entry.ok_or(match call.other_service_ids.contains(typed) {
        true => UserCodeError::OfAnotherService,
        false => UserCodeError::Unknown,
    })?;
    let flow = service.device_flows.get(&entry.value);
    let flow = flow.ok_or(UserCodeError::Unknown)?;
    if entry.expires_at <= call.now {
        return Err(UserCodeError::Expired);
    }
    Ok(FoundFlow {
        user_code,
        device_code: entry.value,
        expires_at: entry.expires_at,
        flow: &flow.value,
    })
}

/// Generates a user code that is not in use.
fn free_user_code(call: &Call, service: &Service) -> Result<String, Refusal> {
    for _ in 0..MAX_ATTEMPTS {
        let user_code = user_code::generate(
            service.settings.user_code_charset(),
            service.settings.user_code_length(),
        )?;
        let taken = service.user_codes.live(&Digest::of(&user_code), call.now);
        if taken.is_none() {
            return Ok(user_code);
        }
    }
    Err(OAuthError::new("server_error", USER_CODES_EXHAUSTED).into())
}

fn with_request(
    response: ResponseBuilder,
    service: &Service,
    flow: &DeviceFlow,
) -> ResponseBuilder {
    let acrs = flow.acrs.as_deref();
    with_requested(
        response,
        service,
        &flow.requested,
        &flow.dynamic_scopes,
        acrs,
    )
}
