//! `/auth/token`: the token endpoint, one file per grant type.

mod authorization_code;
mod ciba;
mod client_credentials;
mod device_code;
mod jwt_bearer;
mod native_sso;
mod password;
mod pre_authorized_code;
mod refresh_token;
mod reissue;
mod request;
mod response;
mod success;
mod token_exchange;
mod token_info;

use authlete::types::GrantType;

pub use password::{fail, issue};
pub use reissue::reissue;
pub use request::{IGNORED_MEMBERS, TokenRequest, unsupported};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::model::{Parameters, ParametersError};
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::dpop;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::result_code::{
    GRANT_TYPE_EMPTY, GRANT_TYPE_IMPLICIT, GRANT_TYPE_MISSING, GRANT_TYPE_UNKNOWN,
    TOKEN_PARAMETERS_MISSING, TOKEN_PARAMETERS_NONE, repeated_at_token,
};
use crate::store::Service;
use success::success_response;

pub fn token(call: &Call, service: &mut Service) -> Outcome {
    let outcome = service.attempt(|service| process(call, service));
    let outcome = outcome.or_else(|refusal| match refusal {
        Refusal::Api(response) => Err(response),
        Refusal::Client(error) => {
            let response = error.response(call.path, usual_action(&error), &service.settings);
            Ok(response::with_client_of_rejected(response, call, service).build())
        }
    });
    let outcome = dpop::with_nonce(call, service, outcome);
    with_challenge(call, service, outcome)
}

fn process(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let invalid = OAuthError::invalid_request;
    let parameters = Parameters::of_call(&call.body).map_err(|error| match error {
        ParametersError::Missing => OAuthError::new("server_error", TOKEN_PARAMETERS_MISSING),
        ParametersError::Empty => invalid(TOKEN_PARAMETERS_NONE),
        ParametersError::Repeated(repeated) => {
            let text = call.body.text("parameters").unwrap_or_default();
            let given = Parameters::parse_leniently(text);
            invalid(repeated_at_token(&repeated.name, given.get("grant_type")))
        }
    })?;
    let grant_type = parameters
        .required("grant_type", GRANT_TYPE_MISSING, GRANT_TYPE_EMPTY)
        .map_err(invalid)?;
    let unsupported_because = |code| OAuthError::new("unsupported_grant_type", code);
    let grant_type = GrantType::from_protocol_value(grant_type)
        .ok_or(unsupported_because(GRANT_TYPE_UNKNOWN))?;
    if grant_type == GrantType::Implicit {
        return Err(unsupported_because(GRANT_TYPE_IMPLICIT).into());
    }
    // These three grant types do not require a client.
    match grant_type {
        GrantType::TokenExchange => {
            return token_exchange::token_exchange(call, service, &parameters);
        }
        GrantType::JwtBearer => return jwt_bearer::jwt_bearer(call, service, &parameters),
        GrantType::PreAuthorizedCode => {
            return pre_authorized_code::pre_authorized_code(call, service, &parameters);
        }
        _ => {}
    }
    let request = TokenRequest::authenticate(call, service, &parameters, grant_type)?;
    let issued = match request.grant_type {
        GrantType::AuthorizationCode => authorization_code::authorization_code(&request, service)?,
        GrantType::ClientCredentials => client_credentials::client_credentials(&request, service)?,
        GrantType::DeviceCode => device_code::device_code(&request, service)?,
        GrantType::Ciba => ciba::ciba(&request, service)?,
        GrantType::RefreshToken => return refresh_token::refresh_token(&request, service),
        GrantType::Password => return password::password(&request, service),
        _ => return Err(unsupported().into()),
    };
    Ok(success_response(&request, service, issued).build())
}
