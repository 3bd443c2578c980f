//! The rules of the FAPI profiles for authorization requests.

use authlete::types::{FapiMode, ResponseMode, ResponseType};

use super::oauth_error::OAuthError;
use super::{response_mode, scopes};
use crate::json::{Members, Object};
use crate::model::CodeChallenge;
use crate::result_code::{
    FAPI_CHALLENGE_METHOD, FAPI_CHALLENGE_MISSING, FAPI_CLIENT_PUBLIC, FAPI_NONCE_MISSING,
    FAPI_NOT_PUSHED, FAPI_REDIRECT_URI_MISSING, FAPI_REDIRECT_URI_NOT_HTTPS,
    FAPI_REQUEST_OBJECT_LIFETIME, FAPI_REQUEST_OBJECT_MISSING, FAPI_REQUEST_OBJECT_UNSIGNED,
    FAPI_REQUEST_OBJECT_WITHOUT_BEGINNING, FAPI_REQUEST_OBJECT_WITHOUT_END, FAPI_RESPONSE_MODE,
    FAPI_RESPONSE_TYPE, FAPI_STATE_MISSING,
};
use crate::store::{AuthorizationRequest, Client, RequestObject, Service};

/// The maximum lifetime of an authorization code, in seconds (FAPI 2.0 Security Profile §5.3.2.1).
pub const AUTHORIZATION_CODE: i64 = 60;

/// The maximum lifetime of a request object, and the maximum time since its `nbf`, in seconds (FAPI 1.0 Advanced §5.2.2,
/// FAPI 2.0 Message Signing §5.3.1).
const REQUEST_OBJECT: i64 = 3600;

/// The profiles that apply to a request: those of the service, else those of the client, else those in the attribute
/// `fapi` of its scopes. None apply unless the service supports the profile FAPI.
pub fn modes(service: &Service, client: &Client, names: &[String]) -> Vec<FapiMode> {
    let profiles = service.settings.supported_service_profiles();
    if !profiles.is_some_and(|profiles| profiles.contains(&"FAPI")) {
        return Vec::new();
    }
    let levels = [service.settings.fapi_modes(), client.settings.fapi_modes()];
    let mut levels = levels.into_iter().flatten();
    if let Some(modes) = levels.find(|modes| !modes.is_empty()) {
        return modes.into_iter().map(FapiMode::from).collect();
    }
    let attributes = scopes::attributes(&service.settings, names, "fapi");
    let mode = |value: &String| match value.as_str() {
        "r" => Some(FapiMode::Fapi1Baseline),
        "rw" => Some(FapiMode::Fapi1Advanced),
        _ => None,
    };
    attributes.iter().filter_map(mode).collect()
}

/// A request to check against the profiles.
#[derive(Debug)]
pub struct FapiRequest<'a> {
    pub client: &'a Client,
    pub request: &'a AuthorizationRequest,
    pub request_object: Option<&'a RequestObject>,
    pub pushed: bool,
}

impl FapiRequest<'_> {
    /// Checks the request against the profiles that apply to it.
    pub fn check(&self, service: &Service) -> Result<(), OAuthError> {
        let modes = modes(service, self.client, &self.request.scopes);
        let (baseline, advanced) = (FapiMode::Fapi1Baseline, FapiMode::Fapi1Advanced);
        let is = |mode: &FapiMode| modes.contains(mode);
        if is(&baseline) || is(&advanced) {
            self.check_redirect_uri()?;
            self.check_nonce_or_state()?;
        }
        if is(&baseline) && !self.client.is_confidential() {
            self.check_s256()?;
        }
        if is(&advanced) {
            self.is_signed(service.settings.nbf_optional())?;
            self.check_detached_signature()?;
            if self.pushed {
                self.check_s256()?;
            }
        }
        if is(&FapiMode::Fapi2Security) {
            self.check_redirect_uri()?;
            self.check_pushed_code_request()?;
            self.check_s256()?;
        }
        if is(&FapiMode::Fapi2MessageSigningAuthReq) {
            self.is_signed(false)?;
        }
        if is(&FapiMode::Fapi2MessageSigningAuthRes)
            && !response_mode::is_jwt(&self.request.response_mode)
        {
            return Err(invalid(FAPI_RESPONSE_MODE));
        }
        Ok(())
    }

    /// FAPI 1.0 Baseline §5.2.2: the request has a redirect URI, and it is an https URI.
    fn check_redirect_uri(&self) -> Result<(), OAuthError> {
        if !self.request.redirect_uri_requested {
            return Err(invalid(FAPI_REDIRECT_URI_MISSING));
        }
        match self.request.redirect_uri.starts_with("https://") {
            true => Ok(()),
            false => Err(invalid(FAPI_REDIRECT_URI_NOT_HTTPS)),
        }
    }

    /// FAPI 1.0 Baseline §5.2.2.2, §5.2.2.3.
    fn check_nonce_or_state(&self) -> Result<(), OAuthError> {
        let openid = scopes::are_openid(&self.request.scopes);
        match (openid, &self.request.nonce, &self.request.state) {
            (true, None, _) => Err(invalid(FAPI_NONCE_MISSING)),
            (false, _, None) => Err(invalid(FAPI_STATE_MISSING)),
            _ => Ok(()),
        }
    }

    fn check_s256(&self) -> Result<(), OAuthError> {
        match self.request.challenge {
            Some(CodeChallenge::S256(_)) => Ok(()),
            Some(CodeChallenge::Plain(_)) => Err(invalid(FAPI_CHALLENGE_METHOD)),
            None => Err(invalid(FAPI_CHALLENGE_MISSING)),
        }
    }

    /// FAPI 1.0 Advanced §5.2.2: the signature of the response is in an ID token or in the response itself.
    fn check_detached_signature(&self) -> Result<(), OAuthError> {
        let request = self.request;
        let is_signed = match request.response_type {
            ResponseType::CodeIdToken => true,
            ResponseType::Code => response_mode::is_jwt(&request.response_mode),
            _ => false,
        };
        match is_signed {
            true => Ok(()),
            false => Err(invalid(FAPI_RESPONSE_TYPE)),
        }
    }

    /// FAPI 2.0 Security Profile §5.3.2.1, §5.3.2.2.
    fn check_pushed_code_request(&self) -> Result<(), OAuthError> {
        let request = self.request;
        if !self.client.is_confidential() {
            return Err(OAuthError::new("unauthorized_client", FAPI_CLIENT_PUBLIC));
        }
        if !self.pushed {
            return Err(invalid(FAPI_NOT_PUSHED));
        }
        let is_fragment = matches!(
            request.response_mode,
            ResponseMode::Fragment | ResponseMode::FragmentJwt
        );
        match request.response_type == ResponseType::Code && !is_fragment {
            true => Ok(()),
            false => Err(invalid(FAPI_RESPONSE_TYPE)),
        }
    }

    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Message Signing §5.3.1: the request object is signed, and its lifetime is limited.
    fn is_signed(&self, lenient: bool) -> Result<(), OAuthError> {
        let object = self.request_object;
        let object = object.ok_or(invalid(FAPI_REQUEST_OBJECT_MISSING))?;
        if !object.signed {
            return Err(invalid(FAPI_REQUEST_OBJECT_UNSIGNED));
        }
        let claims: Object = serde_json::from_str(&object.payload).unwrap_or_default();
        let seconds = |name: &str| claims.integer(name);
        let code = match (seconds("nbf"), seconds("exp")) {
            (_, None) => FAPI_REQUEST_OBJECT_WITHOUT_END,
            (_, Some(_)) if lenient => return Ok(()),
            (None, Some(_)) => FAPI_REQUEST_OBJECT_WITHOUT_BEGINNING,
            (Some(nbf), Some(exp)) if exp.saturating_sub(nbf) <= REQUEST_OBJECT => return Ok(()),
            (Some(_), Some(_)) => FAPI_REQUEST_OBJECT_LIFETIME,
        };
        Err(OAuthError::new("invalid_request_object", code))
    }
}

fn invalid(code: crate::result_code::ResultCode) -> OAuthError {
    OAuthError::invalid_request(code)
}
