//! Authorization responses, which the user's browser delivers.

use std::sync::Arc;

use authlete::types::{JwsAlg, ResponseMode};

use super::keys::{self, Signature};
use super::oauth_error::OAuthError;
use super::{form_post, lifetime, redirect_uri, response_mode};
use crate::clock::Millis;
use crate::json::Object;
use crate::model::Parameters;
use crate::result_code::{ISSUER_MISSING, OTHER_JWT, UNSIGNED_RESPONSE_REFUSED};
use crate::store::{AuthorizationRequest, Client, IdentifierKind, Service};

/// The destination of a response, and the response mode.
#[derive(Debug, Clone)]
pub struct Destination {
    pub client: Arc<Client>,
    pub client_named_by: IdentifierKind,
    pub redirect_uri: String,
    pub mode: ResponseMode,
    pub state: Option<String>,
}

/// A response, and the action that delivers it.
#[derive(Debug)]
pub struct Delivery {
    pub action: &'static str,
    pub content: String,
}

impl Destination {
    /// The destination of the response to a request, which can be an error response. Fails without a trusted redirect URI,
    /// since the user must not be redirected then (RFC 6749 §4.1.2.1).
    pub fn requested(
        parameters: &Parameters,
        service: &Service,
        client: &Arc<Client>,
        client_named_by: IdentifierKind,
    ) -> Result<Self, OAuthError> {
        let settings = (&service.settings, &client.settings);
        Ok(Self {
            redirect_uri: redirect_uri::resolve(parameters, settings.0, settings.1)?,
            mode: response_mode::for_error(parameters, client),
            state: parameters.get("state").map(str::to_owned),
            client: Arc::clone(client),
            client_named_by,
        })
    }

    pub fn of(request: &AuthorizationRequest, client: &Arc<Client>) -> Self {
        Self {
            client: Arc::clone(client),
            client_named_by: request.requested.client_named_by,
            redirect_uri: request.redirect_uri.clone(),
            mode: request.response_mode.clone(),
            state: request.state.clone(),
        }
    }

    /// A response with the given parameters, and with `state` and `iss` (RFC 6749 §4.1.2, RFC 9207 §2).
    pub fn deliver(
        &self,
        service: &Service,
        mut parameters: Vec<(&'static str, String)>,
        now: Millis,
    ) -> Result<Delivery, OAuthError> {
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        if response_mode::is_jwt(&self.mode) {
            let response = self.to_jwt(service, parameters, now)?;
            return Ok(self.encode(&[("response", response)]));
        }
        let issuer = service
            .issuer()
            .filter(|_| !service.settings.iss_suppressed());
        parameters.extend(issuer.map(|issuer| ("iss", issuer.to_owned())));
        Ok(self.encode(&parameters))
    }

    /// The parameters as a JWT (JARM §2.1, §2.2): signed, and encrypted if the client is registered for encryption.
    fn to_jwt(
        &self,
        service: &Service,
        parameters: Vec<(&'static str, String)>,
        now: Millis,
    ) -> Result<String, OAuthError> {
        let server_error = |code| OAuthError::new("server_error", code);
        let settings = &self.client.settings;
        let alg = settings.authorization_sign_alg().unwrap_or("RS256");
        if alg == JwsAlg::None.as_str() {
            return Err(server_error(UNSIGNED_RESPONSE_REFUSED));
        }
        let issuer = service.issuer().ok_or(server_error(ISSUER_MISSING))?;
        let expires_at = (now / 1000).saturating_add(lifetime::authorization_response(service));
        let parameters = parameters.into_iter();
        let mut claims: Object = parameters
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        claims.insert("iss".to_owned(), issuer.into());
        claims.insert(
            "aud".to_owned(),
            self.client.identifier(self.client_named_by).into(),
        );
        claims.insert("exp".to_owned(), expires_at.into());
        let signature = Signature {
            alg,
            key_id: service.settings.authorization_signature_key_id(),
            codes: &OTHER_JWT,
        };
        let jwt = signature.sign(service, &self.client, Object::new(), claims)?;
        let algorithms = (
            settings.authorization_encryption_alg(),
            settings.authorization_encryption_enc(),
        );
        keys::encrypt_if_registered(&jwt, "JWT", &self.client, algorithms, &OTHER_JWT)
    }

    fn encode(&self, parameters: &[(&'static str, String)]) -> Delivery {
        let pairs = || {
            parameters
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
        };
        if response_mode::is_form_post(&self.mode) {
            return Delivery {
                action: "FORM",
                content: form_post::page(&self.redirect_uri, pairs()),
            };
        }
        let encoded = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs())
            .finish();
        let content = if response_mode::is_fragment(&self.mode) {
            format!("{}#{encoded}", self.redirect_uri)
        } else {
            redirect_uri::with_query(&self.redirect_uri, &encoded)
        };
        Delivery {
            action: "LOCATION",
            content,
        }
    }
}
