//! Backchannel authentication requests (OpenID Connect CIBA Core 1.0 §7.1).

use authlete::types::{DeliveryMode, UserIdentificationHintType as HintType};

use super::fapi::Profiles;
use super::oauth_error::OAuthError;
use super::scopes;
use crate::json::Object;
use crate::model::{DynamicScope, Parameters};
use crate::result_code::{
    BACKCHANNEL_BINDING_MESSAGE_MISSING, BACKCHANNEL_DELIVERY_MODE,
    BACKCHANNEL_DELIVERY_MODE_MISSING, BACKCHANNEL_NOTIFICATION_ENDPOINT_MISSING,
    BACKCHANNEL_OPENID_MISSING, BACKCHANNEL_OPENID_NOT_REQUESTABLE, BACKCHANNEL_SCOPE_MISSING,
    BACKCHANNEL_USER_CODE_MISSING, CLIENT_NOTIFICATION_TOKEN_MALFORMED,
    CLIENT_NOTIFICATION_TOKEN_MISSING, CLIENT_NOTIFICATION_TOKEN_TOO_LONG, HINT_MISSING,
    HINTS_SEVERAL, REQUEST_CONTEXT_MALFORMED, REQUESTED_EXPIRY_NO_NUMBER,
    REQUESTED_EXPIRY_NOT_POSITIVE,
};
use crate::settings::ServiceSettings;
use crate::store::{Client, Service};

/// Validates the parameters of a request.
#[derive(Debug)]
pub struct BackchannelParameters<'a> {
    pub parameters: &'a Parameters,
    pub service: &'a Service,
    pub client: &'a Client,
    /// Whether the parameters are those of a signed request.
    pub is_signed: bool,
}

impl<'a> BackchannelParameters<'a> {
    /// The token delivery mode that the client is registered for. The service must support it.
    pub fn delivery_mode(&self) -> Result<DeliveryMode, OAuthError> {
        let refused = |code| OAuthError::new("unauthorized_client", code);
        let mode = self.client.settings.bc_delivery_mode();
        let mode = mode.ok_or(refused(BACKCHANNEL_DELIVERY_MODE_MISSING))?;
        let supported = ServiceSettings::supported_backchannel_token_delivery_modes;
        if !self.service.supports(supported, mode) {
            return Err(refused(BACKCHANNEL_DELIVERY_MODE));
        }
        let mode = match mode {
            "POLL" => return Ok(DeliveryMode::Poll),
            "PING" => DeliveryMode::Ping,
            "PUSH" => DeliveryMode::Push,
            _ => return Err(refused(BACKCHANNEL_DELIVERY_MODE)),
        };
        match self.client.settings.bc_notification_endpoint() {
            Some(_) => Ok(mode),
            None => Err(refused(BACKCHANNEL_NOTIFICATION_ENDPOINT_MISSING)),
        }
    }

    /// The scopes, which must include `openid`, and the dynamic ones among them.
    pub fn scopes(&self) -> Result<(Vec<String>, Vec<DynamicScope>), OAuthError> {
        if !self.parameters.has("scope") {
            return Err(OAuthError::invalid_request(BACKCHANNEL_SCOPE_MISSING));
        }
        let (service, client) = (&self.service.settings, &self.client.settings);
        let (scopes, dynamic) = scopes::all(self.parameters, service, client);
        if scopes::are_openid(&scopes) {
            Ok((scopes, dynamic))
        } else {
            let is_requested = self.parameters.space_delimited("scope").contains(&"openid");
            let is_known = scopes::are_supported(&["openid".to_owned()], service);
            Err(OAuthError::invalid_scope(match is_requested && is_known {
                true => BACKCHANNEL_OPENID_NOT_REQUESTABLE,
                false => BACKCHANNEL_OPENID_MISSING,
            }))
        }
    }

    /// The hint about the user. There must be exactly one.
    pub fn hint(&self) -> Result<(HintType, &'a str), OAuthError> {
        let kinds = [
            HintType::LoginHint,
            HintType::LoginHintToken,
            HintType::IdTokenHint,
        ];
        let mut hints = kinds.into_iter().filter_map(|kind| {
            let value = self.parameters.get(kind.protocol_value()?)?;
            Some((kind, value))
        });
        match (hints.next(), hints.next()) {
            (Some(hint), None) => Ok(hint),
            (None, _) => Err(OAuthError::invalid_request(HINT_MISSING)),
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(HINTS_SEVERAL)),
        }
    }

    /// The token for notifications to the client, required unless the delivery mode is poll.
    pub fn client_notification_token(
        &self,
        mode: &DeliveryMode,
    ) -> Result<Option<&'a str>, OAuthError> {
        let invalid = OAuthError::invalid_request;
        match self.parameters.get("client_notification_token") {
            Some(token) if token.len() > 1024 => Err(invalid(CLIENT_NOTIFICATION_TOKEN_TOO_LONG)),
            Some(token) if !is_bearer_token(token) => {
                Err(invalid(CLIENT_NOTIFICATION_TOKEN_MALFORMED))
            }
            None if *mode != DeliveryMode::Poll => Err(invalid(CLIENT_NOTIFICATION_TOKEN_MISSING)),
            token => Ok(token),
        }
    }

    /// The message that the user sees on both devices. Services can require it for FAPI.
    pub fn binding_message(&self, scopes: &[String]) -> Result<Option<&'a str>, OAuthError> {
        match self.parameters.get("binding_message") {
            None if self
                .service
                .settings
                .backchannel_binding_message_required_in_fapi()
                && !Profiles::of(self.service, self.client, scopes).is_empty() =>
            {
                let code = BACKCHANNEL_BINDING_MESSAGE_MISSING;
                Err(OAuthError::new("invalid_binding_message", code))
            }
            message => Ok(message),
        }
    }

    /// Whether the service supports user codes and the client requires them.
    pub fn is_user_code_required(&self) -> bool {
        let settings = &self.service.settings;
        settings.backchannel_user_code_parameter_supported()
            && self.client.settings.bc_user_code_required()
    }

    pub fn user_code(&self) -> Result<Option<&'a str>, OAuthError> {
        match self.parameters.get("user_code") {
            None if self.is_user_code_required() => {
                let code = BACKCHANNEL_USER_CODE_MISSING;
                Err(OAuthError::new("missing_user_code", code))
            }
            user_code => Ok(user_code),
        }
    }

    /// The lifetime that the client requests, in seconds.
    pub fn requested_expiry(&self) -> Result<Option<i64>, OAuthError> {
        let Some(text) = self.parameters.get("requested_expiry") else {
            return Ok(None);
        };
        match text.parse::<i32>() {
            Ok(seconds @ 1..) => Ok(Some(seconds.into())),
            Ok(_) => Err(OAuthError::invalid_request(REQUESTED_EXPIRY_NOT_POSITIVE)),
            Err(_) => Err(OAuthError::invalid_request(REQUESTED_EXPIRY_NO_NUMBER)),
        }
    }

    /// The request context (FAPI: Client Initiated Backchannel Authentication Profile §5.2.2). Ignored in unsigned requests.
    pub fn request_context(&self) -> Result<Option<&'a str>, OAuthError> {
        let text = self.parameters.get("request_context");
        let Some(text) = text.filter(|_| self.is_signed) else {
            return Ok(None);
        };
        match serde_json::from_str::<Object>(text) {
            Ok(_) => Ok(Some(text)),
            Err(_) => Err(OAuthError::invalid_request(REQUEST_CONTEXT_MALFORMED)),
        }
    }
}

/// Whether a text has the syntax of a Bearer token (RFC 6750 §2.1).
fn is_bearer_token(text: &str) -> bool {
    let characters = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !characters.is_empty() && characters.bytes().all(is_allowed)
}
