//! The access token that a wallet presents with its request (OID4VCI §8.3.1.1).

use super::refusal::CredentialRefusal;
use crate::call::Call;
use crate::digest::Digest;
use crate::json::ObjectExt;
use crate::protocol::credential_issuer;
use crate::protocol::oauth_error::OAuthError;
use crate::result_code::{
    CREDENTIAL_TOKEN_EXPIRED, CREDENTIAL_TOKEN_MISSING, CREDENTIAL_TOKEN_UNKNOWN,
    CREDENTIAL_TOKEN_UNSUITABLE,
};
use crate::store::{RecordId, Service, TokenRecord};

/// A token that is valid for the issuance of credentials.
#[derive(Debug)]
pub struct IssuanceToken {
    pub id: RecordId,
    pub record: TokenRecord,
}

impl IssuanceToken {
    /// The token in an API call. Introspection checks proof of possession beforehand.
    pub fn of(call: &Call, service: &Service) -> Result<Self, CredentialRefusal> {
        let invalid = |code| OAuthError::new("invalid_token", code);
        let unbound = |error| CredentialRefusal::Token(error, Box::default());
        let token = call.body.text("accessToken");
        let missing = OAuthError::invalid_request(CREDENTIAL_TOKEN_MISSING);
        let token = token.ok_or(unbound(missing))?;
        let found = service.tokens.by_access_token(&Digest::of(token));
        let (id, record) = found.ok_or(unbound(invalid(CREDENTIAL_TOKEN_UNKNOWN)))?;
        let presented = Self {
            id,
            record: record.clone(),
        };
        if !record.is_valid(call.now) {
            return Err(presented.refuse(invalid(CREDENTIAL_TOKEN_EXPIRED)));
        }
        if record.issuable_credentials.is_empty() {
            let error = OAuthError::new("insufficient_scope", CREDENTIAL_TOKEN_UNSUITABLE);
            return Err(presented.refuse(error));
        }
        Ok(presented)
    }

    /// The rejection of an existing token.
    pub fn refuse(&self, error: OAuthError) -> CredentialRefusal {
        CredentialRefusal::Token(error, Box::new(self.record.binding().clone()))
    }

    /// Whether the token belongs to the client with this identifier.
    pub fn is_of(&self, service: &Service, identifier: &str) -> bool {
        let client = service.client(identifier);
        client.is_some_and(|(client, _)| client.id() == self.record.grant.client_id)
    }
}

/// Checks that the service issues credentials.
pub fn check_enabled(service: &Service) -> Result<(), CredentialRefusal> {
    match credential_issuer::is_enabled(&service.settings) {
        true => Ok(()),
        false => Err(CredentialRefusal::Disabled),
    }
}
