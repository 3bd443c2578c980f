//! Registration of a relying party as a client, based on its trust chain.

use crate::call::Call;
use crate::endpoints::client_registration;
use crate::protocol::federation::{RELYING_PARTY, TrustChain, resolved};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::registration::{invalid, needs_secret};
use crate::result_code::{ENTITY_ID_TAKEN, RELYING_PARTY_MISSING};
use crate::settings::{ClientSettings, FederationRegistration, ServiceSettings, client_rules};
use crate::store::{Client, IdentifierKind, Service};

/// The client registration types (OpenID Federation 1.0 §12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationType {
    Automatic,
    Explicit,
}

impl RegistrationType {
    /// The value in the API.
    fn as_str(self) -> &'static str {
        match self {
            Self::Automatic => "AUTOMATIC",
            Self::Explicit => "EXPLICIT",
        }
    }

    /// Whether the service supports this registration type.
    pub fn is_open(self, service: &Service) -> bool {
        service.supports(
            ServiceSettings::supported_client_registration_types,
            self.as_str(),
        )
    }
}

/// A relying party to be registered as a client.
#[derive(Debug)]
pub struct Registration<'a> {
    pub call: &'a Call,
    pub chain: &'a TrustChain,
    pub registration_type: RegistrationType,
}

impl Registration<'_> {
    /// The client to be stored: a new one, or an update of an earlier automatic registration of the same entity, which
    /// keeps settings that metadata cannot express. Authlete rejects the explicit registration of an existing client.
    pub fn client(&self, service: &mut Service) -> Result<Client, Refusal> {
        let metadata = resolved(self.chain, RELYING_PARTY)?;
        let missing = OAuthError::new("invalid_metadata", RELYING_PARTY_MISSING);
        let metadata = metadata.ok_or(missing)?;
        let earlier = service.clients.by_entity_id(&self.chain.subject.subject);
        let earlier = earlier.cloned();
        if let Some(earlier) = &earlier {
            if self.registration_type == RegistrationType::Explicit {
                return Err(OAuthError::invalid_request(ENTITY_ID_TAKEN).into());
            }
            self.call.refuse_locked(earlier, IdentifierKind::EntityId)?;
        }
        let requested =
            client_registration::checked_settings(service, &metadata, earlier.as_deref())?;
        self.check(&requested)?;
        let mut client = match earlier {
            None => service.new_client(requested.json(), self.call.now)?,
            Some(earlier) => Client {
                settings: client_rules::replace_registration(
                    earlier.settings.json(),
                    requested.into_json(),
                )
                .into(),
            },
        };
        let chain = self.chain;
        client
            .settings
            .set_federation_registration(&FederationRegistration {
                registration_type: self.registration_type.as_str(),
                entity_id: &chain.subject.subject,
                trust_anchor_id: chain.anchor(),
                trust_chain: chain.texts(),
                expires_at: chain.expires_at,
                now: self.call.now,
            });
        client.settings.set_modified_at(self.call.now);
        Ok(client)
    }

    /// The requirements of federation, in addition to those of dynamic client registration.
    fn check(&self, requested: &ClientSettings) -> Result<(), OAuthError> {
        let types = requested.client_registration_types();
        if !types.is_some_and(|types| types.contains(&self.registration_type.as_str())) {
            return Err(invalid(
                "client_registration_types: must contain the registration type of the request",
            ));
        }
        // §12.1: an automatically registered client receives no secret.
        if self.registration_type == RegistrationType::Automatic && needs_secret(requested) {
            return Err(invalid(
                "token_endpoint_auth_method: an automatically registered client has no secret",
            ));
        }
        Ok(())
    }
}
