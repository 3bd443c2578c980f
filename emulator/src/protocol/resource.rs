//! Resource indicators: where a token will be used (RFC 8707).

use super::oauth_error::OAuthError;
use crate::model::Parameters;
use crate::result_code::{
    RESOURCE_BEYOND_GRANT, RESOURCE_HAS_FRAGMENT, RESOURCE_MALFORMED, RESOURCE_RELATIVE, ResultCode,
};

/// The resources of a request.
pub fn requested(parameters: &Parameters) -> Result<Vec<String>, OAuthError> {
    let resources = parameters.all("resource");
    match resources.iter().find(|resource| !is_absolute(resource)) {
        None => Ok(resources.to_vec()),
        Some(wrong) => Err(OAuthError::new("invalid_target", code_for(wrong))),
    }
}

/// The resources of an access token: those in the token request, which must be among the granted ones, or all granted
/// resources (RFC 8707 §2.2).
pub fn narrowed(granted: &[String], parameters: &Parameters) -> Result<Vec<String>, OAuthError> {
    let requested = requested(parameters)?;
    if requested.is_empty() {
        return Ok(granted.to_vec());
    }
    match requested.iter().all(|resource| granted.contains(resource)) {
        true => Ok(requested),
        false => Err(OAuthError::new("invalid_target", RESOURCE_BEYOND_GRANT)),
    }
}

/// The code for an invalid resource.
fn code_for(resource: &str) -> ResultCode {
    let start = resource.split('#').next().unwrap_or_default();
    match resource.contains('#') {
        true if is_absolute(start) => RESOURCE_HAS_FRAGMENT,
        _ if !resource.contains(':') => RESOURCE_RELATIVE,
        _ => RESOURCE_MALFORMED,
    }
}

/// Whether a text is an absolute URI without a fragment (RFC 3986 §4.3), as RFC 8707 §2 requires.
fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&byte);
    is_scheme && !rest.is_empty() && rest.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_uris_without_a_fragment_are_valid() {
        for good in [
            "https://api.example/",
            "urn:example:api",
            "https://a.example/?x=1",
        ] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in [
            "api",
            "/api",
            "https:",
            ":x",
            "1a:b",
            "https://a.example/#",
            "https://a.example/#x",
            "https://a example/",
            "https://ä.example/",
        ] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }
}
