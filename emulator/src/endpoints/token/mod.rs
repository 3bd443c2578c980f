//! `/auth/token`: the token endpoint, one file a grant type.

mod authorization_code;
mod ciba;
mod client_credentials;
mod device_code;
mod granted;
mod jwt_bearer;
mod native_sso;
mod password;
mod pre_authorized_code;
mod refresh_token;
mod reissue;
mod request;
mod response;
mod token_exchange;
mod token_info;

use authlete::types::GrantType;

pub use password::{fail, issue};
pub use reissue::reissue;
pub use request::{Request, UNUSED, unsupported};

use crate::call::Call;
use crate::json::Members;
use crate::model::{Parameters, Unusable};
use crate::protocol::client_attestation::with_challenge;
use crate::protocol::dpop;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::{Refusal, usual_action};
use crate::reply::{Outcome, Reply};
use crate::result_code::{
    GRANT_TYPE_EMPTY, GRANT_TYPE_IMPLICIT, GRANT_TYPE_MISSING, GRANT_TYPE_UNKNOWN,
    TOKEN_PARAMETERS_MISSING, TOKEN_PARAMETERS_NONE, repeated_at_token,
};
use crate::store::Service;
use granted::granted;

pub fn token(call: &Call, service: &mut Service) -> Outcome {
    let outcome = service.attempt(|service| process(call, service));
    let outcome = outcome.or_else(|refusal| match refusal {
        Refusal::Reply(reply) => Err(reply),
        Refusal::Client(error) => {
            let answer = error.answer(call.path, usual_action(&error), &service.settings);
            Ok(response::with_client_of_refused(answer, call, service).reply())
        }
    });
    let outcome = dpop::with_nonce(call, service, outcome);
    with_challenge(call, service, outcome)
}

fn process(call: &Call, service: &mut Service) -> Result<Reply, Refusal> {
    let invalid = OAuthError::invalid_request;
    let parameters = Parameters::of_call(&call.body).map_err(|unusable| match unusable {
        Unusable::Missing => OAuthError::new("server_error", TOKEN_PARAMETERS_MISSING),
        Unusable::Empty => invalid(TOKEN_PARAMETERS_NONE),
        Unusable::Repeated(repeated) => {
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
    // Three grant types can do without a client.
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
    let request = Request::authenticate(call, service, &parameters, grant_type)?;
    let issued = match request.grant_type {
        GrantType::AuthorizationCode => authorization_code::authorization_code(&request, service)?,
        GrantType::ClientCredentials => client_credentials::client_credentials(&request, service)?,
        GrantType::DeviceCode => device_code::device_code(&request, service)?,
        GrantType::Ciba => ciba::ciba(&request, service)?,
        GrantType::RefreshToken => return refresh_token::refresh_token(&request, service),
        GrantType::Password => return password::password(&request, service),
        _ => return Err(unsupported().into()),
    };
    Ok(granted(&request, service, issued).reply())
}
