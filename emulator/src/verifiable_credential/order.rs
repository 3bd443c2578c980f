//! Credential orders of the caller, and the credentials created for them.

use serde_json::Value;

use super::content::CredentialContent;
use super::format::Format;
use super::refusal::CredentialRefusal;
use crate::clock::{Millis, after};
use crate::json::{Object, ObjectExt};
use crate::protocol::credential_issuer;
use crate::result_code::{
    CREDENTIAL_CONFIGURATION_GONE, CREDENTIAL_FORMAT_UNSUPPORTED, CREDENTIAL_ISSUER_MISSING,
    CREDENTIAL_ORDER_IDENTIFIER_MISSING, CREDENTIAL_ORDER_MISSING, CREDENTIAL_PAYLOAD_MALFORMED,
    CREDENTIAL_SIGNING_KEY,
};
use crate::settings::ServiceSettings;
use crate::store::CredentialRequest;

/// An order of a single, batch or deferred call.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    json: &'a Object,
    /// The identifier of the credential request.
    pub identifier: &'a str,
}

impl<'a> Order<'a> {
    pub fn read(json: Option<&'a Object>) -> Result<Self, CredentialRefusal> {
        let json = json.ok_or(CredentialRefusal::Order(CREDENTIAL_ORDER_MISSING))?;
        let identifier = json.text("requestIdentifier");
        let identifier = identifier.ok_or(CredentialRefusal::Order(
            CREDENTIAL_ORDER_IDENTIFIER_MISSING,
        ))?;
        Ok(Self { json, identifier })
    }

    pub fn is_deferred(&self) -> bool {
        self.json.flag("issuanceDeferred")
    }

    /// Creates the credentials: one per key of the request, or one without a key binding.
    pub fn credentials(
        &self,
        request: &CredentialRequest,
        service: &ServiceSettings,
        now: Millis,
    ) -> Result<Vec<String>, CredentialRefusal> {
        let issuer = credential_issuer::identifier(service);
        let issuer = issuer.ok_or(CredentialRefusal::Settings(CREDENTIAL_ISSUER_MISSING))?;
        let configurations = credential_issuer::configurations(service);
        let configuration = configurations.object(&request.configuration_id);
        let configuration =
            configuration.ok_or(CredentialRefusal::Settings(CREDENTIAL_CONFIGURATION_GONE))?;
        let format = Format::named(&request.format);
        let format = format.ok_or(CredentialRefusal::Settings(CREDENTIAL_FORMAT_UNSUPPORTED))?;
        let signer = format.signer(service, configuration, self.json.text("signingKeyId"));
        let signer = signer.ok_or(CredentialRefusal::Order(CREDENTIAL_SIGNING_KEY))?;
        let payload = self.payload()?;
        let make = |binding_key| {
            let content = CredentialContent {
                issuer,
                configuration,
                payload: &payload,
                issued_at: now,
                expires_at: self.end(service, now),
                binding_key,
            };
            Ok(format.make(&request.format, &content, &signer)?)
        };
        match request.binding_keys.is_empty() {
            true => Ok(vec![make(None)?]),
            false => request.binding_keys.iter().map(Some).map(make).collect(),
        }
    }

    fn payload(&self) -> Result<Object, CredentialRefusal> {
        match self.json.get("credentialPayload") {
            None | Some(Value::Null) => Ok(Object::new()),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map_err(|_| CredentialRefusal::Order(CREDENTIAL_PAYLOAD_MALFORMED)),
            Some(_) => Err(CredentialRefusal::Order(CREDENTIAL_PAYLOAD_MALFORMED)),
        }
    }

    /// When the credential expires. The duration of the order takes precedence over that of the service; 0 means unset,
    /// and a negative duration means never.
    fn end(&self, service: &ServiceSettings, now: Millis) -> Option<Millis> {
        let of_order = self.json.integer("credentialDuration").unwrap_or_default();
        let seconds = match of_order {
            0 => service.credential_duration(),
            seconds => seconds,
        };
        (seconds > 0).then(|| after(now, seconds))
    }
}
