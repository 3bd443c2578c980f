//! Response types: the content of authorization responses (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Type Encoding
//! Practices).

use authlete::types::{GrantType, ResponseType};

use super::oauth_error::OAuthError;
use crate::model::Parameters;
use crate::result_code::{
    RESPONSE_TYPE_EMPTY, RESPONSE_TYPE_INVALID, RESPONSE_TYPE_MISSING, RESPONSE_TYPE_NOT_ALLOWED,
    RESPONSE_TYPE_UNSUPPORTED,
};
use crate::settings::ServiceSettings;
use crate::store::{Client, Service};

/// Parses a response type. The order of its values does not matter.
pub fn read(text: &str) -> Option<ResponseType> {
    let mut words: Vec<_> = text.split_ascii_whitespace().collect();
    words.sort_unstable();
    ResponseType::from_protocol_value(&words.join(" "))
}

/// Whether a response type includes a value: `code`, `token` or `id_token`.
pub fn has(response_type: &ResponseType, word: &str) -> bool {
    response_type
        .protocol_value()
        .is_some_and(|words| words.split(' ').any(|candidate| candidate == word))
}

/// Whether the authorization response contains tokens.
pub fn is_implicit(response_type: &ResponseType) -> bool {
    has(response_type, "token") || has(response_type, "id_token")
}

/// The response type of a request, which service and client must allow, including its grant types (RFC 7591 §2.1).
pub fn requested(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
) -> Result<ResponseType, OAuthError> {
    let text = parameters
        .required("response_type", RESPONSE_TYPE_MISSING, RESPONSE_TYPE_EMPTY)
        .map_err(OAuthError::invalid_request)?;
    let unsupported = |code| OAuthError::new("unsupported_response_type", code);
    let response_type = read(text).ok_or(unsupported(RESPONSE_TYPE_INVALID))?;
    let grant_types = grant_types(&response_type);
    let supported = service.supports(
        ServiceSettings::supported_response_types,
        response_type.as_str(),
    ) && grant_types.iter().all(|grant_type| {
        service.supports(ServiceSettings::supported_grant_types, grant_type.as_str())
    });
    if !supported {
        return Err(unsupported(RESPONSE_TYPE_UNSUPPORTED));
    }
    let allowed = client.may_use_response_type(response_type.as_str())
        && grant_types
            .iter()
            .all(|grant_type| client.may_use_grant_type(grant_type.as_str()));
    if !allowed {
        return Err(OAuthError::new(
            "unauthorized_client",
            RESPONSE_TYPE_NOT_ALLOWED,
        ));
    }
    Ok(response_type)
}

fn grant_types(response_type: &ResponseType) -> Vec<GrantType> {
    let code = has(response_type, "code").then_some(GrantType::AuthorizationCode);
    let implicit = is_implicit(response_type).then_some(GrantType::Implicit);
    code.into_iter().chain(implicit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_the_values_is_ignored() {
        assert_eq!(
            read("token id_token code"),
            Some(ResponseType::CodeIdTokenToken)
        );
        assert_eq!(read("id_token code"), Some(ResponseType::CodeIdToken));
        assert_eq!(read("none"), Some(ResponseType::None));
        for wrong in ["", "code code", "none code", "Code", "device"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
