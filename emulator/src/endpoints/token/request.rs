//! Token requests.

use std::borrow::Cow;
use std::sync::Arc;

use authlete::types::{ClientAuthMethod, GrantType};

use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::protocol::client_authentication::{Authenticated, authenticate};
use crate::protocol::issuance::{Issuance, Issued};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::{authorization_details, dpop, fapi, proof_of_possession, resource, scopes};
use crate::result_code::{
    CODE_DOES_NOT_IDENTIFY, GRANT_TYPE_NOT_ALLOWED, GRANT_TYPE_UNSUPPORTED,
    REFRESH_TOKEN_DOES_NOT_IDENTIFY, scope_missing_at_token,
};
use crate::settings::{ClientSettings, ServiceSettings};
use crate::store::{Binding, Client, Grant, Granted, IdentifierKind, NarrowedAccess, Service};

/// A token request of an authenticated client.
pub struct TokenRequest<'a> {
    pub call: &'a Call,
    pub parameters: &'a Parameters,
    pub authenticated: Authenticated,
    /// The certificate and keys to which the tokens are bound.
    pub binding: Binding,
    pub grant_type: GrantType,
}

impl<'a> TokenRequest<'a> {
    pub fn authenticate(
        call: &'a Call,
        service: &mut Service,
        parameters: &'a Parameters,
        grant_type: GrantType,
    ) -> Result<Self, Refusal> {
        let identified = identified_by_grant(call, service, parameters, &grant_type)?;
        let authenticated = authenticate(call, service, &identified)?;
        let request = Self {
            call,
            parameters,
            binding: proof_of_possession::binding(call, service, &authenticated)?,
            authenticated,
            grant_type,
        };
        request.check_grant_type(service, &request.grant_type)?;
        fapi::check_token_request(
            call,
            service,
            request.client(),
            parameters,
            &request.grant_type,
            &request.binding,
        )?;
        Ok(request)
    }

    /// Like [`authenticate`](Self::authenticate), for a grant type that does not require a client: `None` if the request
    /// does not identify one and `requires_client` is false.
    pub fn authenticate_if_identified(
        call: &'a Call,
        service: &mut Service,
        parameters: &'a Parameters,
        grant_type: GrantType,
        requires_client: bool,
    ) -> Result<Option<Self>, Refusal> {
        if requires_client || names_client(call, parameters) {
            return Self::authenticate(call, service, parameters, grant_type).map(Some);
        }
        match service.supports(ServiceSettings::supported_grant_types, grant_type.as_str()) {
            true => Ok(None),
            false => Err(unsupported().into()),
        }
    }

    /// A request of an unregistered client.
    pub fn anonymous(
        call: &'a Call,
        service: &mut Service,
        parameters: &'a Parameters,
        grant_type: GrantType,
    ) -> Result<Self, OAuthError> {
        let binding = Binding {
            certificate: None,
            dpop_key: dpop::key_thumbprint(call, service, None)?,
            instance_key: None,
        };
        let authenticated = Authenticated {
            client: Arc::default(),
            named_by: IdentifierKind::Id,
            method: ClientAuthMethod::None,
            certificate: None,
            instance_key: None,
        };
        Ok(Self {
            call,
            parameters,
            authenticated,
            binding,
            grant_type,
        })
    }

    pub fn client(&self) -> &Client {
        &self.authenticated.client
    }

    pub fn may_refresh(&self, service: &Service) -> bool {
        service.may_refresh(self.client())
    }

    /// The requested grant, without a subject.
    pub fn grant(&self, service: &Service) -> Result<Grant, OAuthError> {
        let (service, client) = (&service.settings, &self.client().settings);
        let details = authorization_details::requested(self.parameters, service, client)?;
        Ok(Grant {
            client_id: self.client().id(),
            client_named_by: self.authenticated.named_by,
            subject: None,
            grant_type: self.grant_type.clone(),
            scopes: self.scopes(service, client)?.into(),
            resources: resource::requested(self.parameters)?,
            authorization_details: details.map(Box::new),
            offered_credentials: Vec::new(),
            properties: None,
            acr: None,
            auth_time: 0,
            access_token_claims: None,
            session: None,
            openid: None,
            management: None,
            id: None,
        })
    }

    fn scopes(
        &self,
        service: &ServiceSettings,
        client: &ClientSettings,
    ) -> Result<Vec<String>, OAuthError> {
        let missing = scope_missing_at_token(&self.grant_type);
        scopes::required(self.parameters, service, client, missing)
    }

    /// Issues the tokens for a grant that the user made on another device.
    pub fn issue(&self, service: &mut Service, granted: Granted) -> Result<Issued, Refusal> {
        let issuance = Issuance {
            call: &self
                .call
                .with_defaults(&granted.lifetimes)
                .without(&IGNORED_MEMBERS),
            client: self.client(),
            grant: granted.grant,
            binding: self.binding.clone(),
            refreshable: self.may_refresh(service),
        };
        let narrowed = NarrowedAccess::requested(&issuance.grant, self.parameters)?;
        issuance.issue_with_id_token(service, narrowed)
    }

    fn check_grant_type(
        &self,
        service: &Service,
        grant_type: &GrantType,
    ) -> Result<(), OAuthError> {
        if !service.supports(ServiceSettings::supported_grant_types, grant_type.as_str()) {
            return Err(unsupported());
        }
        if !self.client().may_use_grant_type(grant_type.as_str()) {
            return Err(OAuthError::new(
                "unauthorized_client",
                GRANT_TYPE_NOT_ALLOWED,
            ));
        }
        Ok(())
    }
}

/// Members of a token request that are ignored if another call created the grant. Properties apply to authorization codes,
/// refresh tokens and client credentials, claims of JWT access tokens to client credentials and Native SSO.
pub const IGNORED_MEMBERS: [&str; 2] = ["properties", "jwtAtClaims"];

/// The error for an unsupported grant type (RFC 6749 §5.2).
pub fn unsupported() -> OAuthError {
    OAuthError::new("unsupported_grant_type", GRANT_TYPE_UNSUPPORTED)
}

fn names_client(call: &Call, parameters: &Parameters) -> bool {
    ["clientId", "oauthClientAttestation"]
        .iter()
        .any(|name| call.body.text(name).is_some())
        || ["client_id", "client_assertion"]
            .iter()
            .any(|name| parameters.has(name))
}

/// A service can allow public clients to omit `client_id` if a code or a refresh token identifies them.
fn identified_by_grant<'a>(
    call: &Call,
    service: &Service,
    parameters: &'a Parameters,
    grant_type: &GrantType,
) -> Result<Cow<'a, Parameters>, OAuthError> {
    if !service.settings.missing_client_id_allowed() || names_client(call, parameters) {
        return Ok(Cow::Borrowed(parameters));
    }
    let digest = |name| parameters.get(name).map(Digest::of);
    let client_id = match grant_type {
        GrantType::AuthorizationCode => match digest("code") {
            Some(code) => {
                let unknown = OAuthError::invalid_grant(CODE_DOES_NOT_IDENTIFY);
                let code = service.codes.get(&code).ok_or(unknown)?;
                Some(code.value.grant.client_id)
            }
            None => None,
        },
        GrantType::RefreshToken => match digest("refresh_token") {
            Some(token) => {
                let unknown = OAuthError::invalid_grant(REFRESH_TOKEN_DOES_NOT_IDENTIFY);
                let (_, record) = service.tokens.by_refresh_token(&token).ok_or(unknown)?;
                Some(record.grant.client_id)
            }
            None => None,
        },
        _ => None,
    };
    let client = client_id.and_then(|id| service.clients.by_id(id));
    Ok(match client.filter(|client| !client.is_confidential()) {
        Some(client) => {
            let mut identified = parameters.clone();
            identified.set("client_id", vec![client.id().to_string()]);
            Cow::Owned(identified)
        }
        None => Cow::Borrowed(parameters),
    })
}
