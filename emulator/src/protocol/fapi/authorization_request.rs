//! Authorization requests.

use authlete::types::{FapiMode, ResponseMode, ResponseType};

use super::jwt_algorithms::check_response;
use super::profiles::Profiles;
use super::request_object;
use crate::model::CodeChallenge;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::{response_mode, scopes};
use crate::result_code::{
    FAPI_CHALLENGE_METHOD, FAPI_CHALLENGE_MISSING, FAPI_CLIENT_PUBLIC, FAPI_NONCE_MISSING,
    FAPI_NOT_PUSHED, FAPI_REDIRECT_URI_MISSING, FAPI_REDIRECT_URI_NOT_HTTPS, FAPI_RESPONSE_MODE,
    FAPI_RESPONSE_TYPE, FAPI_STATE_MISSING, ResultCode,
};
use crate::store::{AuthorizationRequest, Client, RequestObject, Service};

/// The maximum lifetime of an authorization code, in seconds (FAPI 2.0 Security Profile §5.3.2.1).
pub const AUTHORIZATION_CODE: i64 = 60;

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
        let profiles = Profiles::of(service, self.client, &self.request.requested.scopes);
        let has = |mode| profiles.has(&mode);
        let (baseline, advanced) = (has(FapiMode::Fapi1Baseline), has(FapiMode::Fapi1Advanced));
        let signed = has(FapiMode::Fapi2MessageSigningAuthReq);
        if advanced {
            self.check_confidential()?;
        }
        if baseline || advanced {
            self.check_redirect_uri()?;
            self.check_nonce_or_state()?;
        }
        if baseline && !self.client.is_confidential() {
            self.check_s256()?;
        }
        if has(FapiMode::Fapi2Security) {
            self.check_redirect_uri()?;
            self.check_pushed_code_request()?;
            self.check_s256()?;
        }
        if advanced || signed {
            request_object::check(&profiles, service, self.request_object)?;
        }
        if advanced {
            self.check_detached_signature()?;
            if self.pushed {
                self.check_s256()?;
            }
        }
        let is_jwt = response_mode::is_jwt(&self.request.response_mode);
        if has(FapiMode::Fapi2MessageSigningAuthRes) && !is_jwt {
            return Err(invalid(FAPI_RESPONSE_MODE));
        }
        match is_jwt {
            true => check_response(&profiles, self.client).map_err(invalid),
            false => Ok(()),
        }
    }

    /// FAPI 1.0 Advanced §5.2.2, FAPI 2.0 Security Profile §5.3.2.1.
    fn check_confidential(&self) -> Result<(), OAuthError> {
        match self.client.is_confidential() {
            true => Ok(()),
            false => Err(OAuthError::new("unauthorized_client", FAPI_CLIENT_PUBLIC)),
        }
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
        let openid = scopes::are_openid(&self.request.requested.scopes);
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
        self.check_confidential()?;
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
}

fn invalid(code: ResultCode) -> OAuthError {
    OAuthError::invalid_request(code)
}
