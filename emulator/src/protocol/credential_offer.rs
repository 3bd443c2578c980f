//! Credential offers (OpenID for Verifiable Credential Issuance 1.0 §4).

use authlete::types::{GrantType, Property};
use serde_json::{Value, json};

use super::oauth_error::OAuthError;
use super::{credential_issuer, lifetime};
use crate::clock::{Millis, after};
use crate::digest::Digest;
use crate::json::{Object, ObjectExt, present};
use crate::model::Parameters;
use crate::random;
use crate::result_code::{
    ISSUER_STATE_UNKNOWN, OFFER_AUTH_TIME, OFFER_CLAIMS_MALFORMED, OFFER_CREDENTIALS_MISSING,
    OFFER_CREDENTIALS_UNKNOWN, OFFER_GRANT_MISSING, OFFER_ISSUER_MISSING, OFFER_SUBJECT,
    OFFER_TX_CODE_DESCRIPTION, OFFER_TX_CODE_MODE, ResultCode,
};
use crate::settings::ServiceSettings;
use crate::store::{CredentialOffer, Service};

/// The maximum length of the description of a transaction code, in characters (§4.1.1).
const MAX_DESCRIPTION_LENGTH: usize = 300;

const TX_CODE: [&str; 3] = ["txCode", "txCodeInputMode", "txCodeDescription"];

/// A validated request for an offer.
#[derive(Debug)]
pub struct OfferRequest<'a> {
    request: &'a Object,
    issuer: &'a str,
    credentials: Vec<&'a str>,
    by_code: bool,
    pre_authorized: bool,
}

impl<'a> OfferRequest<'a> {
    pub fn check(request: &'a Object, service: &'a ServiceSettings) -> Result<Self, ResultCode> {
        let issuer = credential_issuer::identifier(service).ok_or(OFFER_ISSUER_MISSING)?;
        let credentials = request.texts("credentialConfigurationIds");
        let credentials = credentials.filter(|ids| !ids.is_empty());
        let wanted = Self {
            request,
            issuer,
            credentials: credentials.ok_or(OFFER_CREDENTIALS_MISSING)?,
            by_code: request.flag("authorizationCodeGrantIncluded"),
            pre_authorized: request.flag("preAuthorizedCodeGrantIncluded"),
        };
        wanted.check_credentials(service)?;
        if !(wanted.by_code || wanted.pre_authorized) {
            return Err(OFFER_GRANT_MISSING);
        }
        let subject = request.text("subject");
        if !subject.is_some_and(|subject| subject.is_ascii() && subject.len() <= 100) {
            return Err(OFFER_SUBJECT);
        }
        if request.integer("authTime").is_some_and(|time| time < 0) {
            return Err(OFFER_AUTH_TIME);
        }
        let claims = request.text("jwtAtClaims");
        let claims = claims.map(serde_json::from_str::<Object>);
        if claims.is_some_and(|claims| claims.is_err()) {
            return Err(OFFER_CLAIMS_MALFORMED);
        }
        wanted.check_transaction_code()?;
        Ok(wanted)
    }

    fn check_credentials(&self, service: &ServiceSettings) -> Result<(), ResultCode> {
        let configurations = credential_issuer::configurations(service);
        let mut seen = std::collections::HashSet::new();
        let mut ids = self.credentials.iter();
        match ids.all(|id| configurations.contains_key(*id) && seen.insert(id)) {
            true => Ok(()),
            false => Err(OFFER_CREDENTIALS_UNKNOWN),
        }
    }

    /// Checks the transaction code (§4.1.1).
    fn check_transaction_code(&self) -> Result<(), ResultCode> {
        let Some(code) = self.transaction_code() else {
            return Ok(());
        };
        // Unknown input modes are accepted, since later specifications can add modes.
        let is_numeric = self.request.text("txCodeInputMode") == Some("numeric");
        if is_numeric && !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(OFFER_TX_CODE_MODE);
        }
        let description = self.request.text("txCodeDescription");
        match description.is_some_and(|text| text.chars().count() > MAX_DESCRIPTION_LENGTH) {
            true => Err(OFFER_TX_CODE_DESCRIPTION),
            false => Ok(()),
        }
    }

    /// The transaction code, which is ignored without a pre-authorized code.
    fn transaction_code(&self) -> Option<&'a str> {
        self.request.text("txCode").filter(|_| self.pre_authorized)
    }

    /// Creates the offer, with random codes.
    pub fn make(self, service: &Service, now: Millis) -> Result<CredentialOffer, random::Error> {
        let request = self.request;
        let token_if = |included: bool| included.then(random::token).transpose();
        let issuer_state = token_if(self.by_code && request.flag("issuerStateIncluded"))?;
        let pre_authorized_code = token_if(self.pre_authorized)?;
        let offer = json!({
            "credential_issuer": self.issuer,
            "credential_configuration_ids": self.credentials,
            "grants": self.grants(issuer_state.as_deref(), pre_authorized_code.as_deref()),
        });
        let duration = lifetime::credential_offer(request, service);
        let text = |name| request.text(name).map(Value::from);
        let members = [
            ("identifier", Some(random::token()?.into())),
            ("credentialOffer", Some(offer.to_string().into())),
            ("credentialIssuer", Some(self.issuer.into())),
            ("credentialConfigurationIds", Some(json!(self.credentials))),
            ("authorizationCodeGrantIncluded", Some(self.by_code.into())),
            ("issuerStateIncluded", Some(issuer_state.is_some().into())),
            ("issuerState", issuer_state.map(Value::from)),
            (
                "preAuthorizedCodeGrantIncluded",
                Some(self.pre_authorized.into()),
            ),
            ("preAuthorizedCode", pre_authorized_code.map(Value::from)),
            ("subject", text("subject")),
            ("expiresAt", Some(after(now, duration).into())),
            ("context", text("context")),
            ("properties", request.shaped::<Vec<Property>>("properties")),
            ("jwtAtClaims", text("jwtAtClaims")),
            (
                "authTime",
                Some(request.integer("authTime").unwrap_or_default().into()),
            ),
            ("acr", text("acr")),
        ];
        let transaction_code = TX_CODE
            .into_iter()
            .filter(|_| self.transaction_code().is_some())
            .map(|name| (name, text(name)));
        let members = members.into_iter().chain(transaction_code);
        Ok(CredentialOffer {
            shown: present(members).collect(),
            exchanged: false,
            failures: 0,
        })
    }

    /// The member `grants` of the offer (§4.1.1).
    fn grants(&self, issuer_state: Option<&str>, pre_authorized_code: Option<&str>) -> Value {
        let mut grants = Object::new();
        if self.by_code {
            let state = issuer_state.map(|state| ("issuer_state".to_owned(), state.into()));
            let grant = Value::Object(state.into_iter().collect());
            grants.insert("authorization_code".to_owned(), grant);
        }
        if let (Some(code), Some(name)) = (
            pre_authorized_code,
            GrantType::PreAuthorizedCode.protocol_value(),
        ) {
            let mut grant = Object::new();
            grant.insert("pre-authorized_code".to_owned(), code.into());
            if let Some(code) = self.transaction_code() {
                grant.insert("tx_code".to_owned(), self.transaction_code_form(code));
            }
            grants.insert(name.to_owned(), grant.into());
        }
        grants.into()
    }

    /// The description of the transaction code that the wallet asks the user for.
    fn transaction_code_form(&self, code: &str) -> Value {
        let text = |name| self.request.text(name).map(Value::from);
        let members = [
            ("length", Some(code.chars().count().into())),
            ("input_mode", text("txCodeInputMode")),
            ("description", text("txCodeDescription")),
        ];
        Value::Object(present(members).collect())
    }
}

/// The offer that an authorization request refers to by `issuer_state` (§5.1.3).
pub fn referred_to<'a>(
    parameters: &Parameters,
    service: &'a Service,
    now: Millis,
) -> Result<Option<&'a CredentialOffer>, OAuthError> {
    let state = parameters.get("issuer_state");
    let Some(state) = state.filter(|_| credential_issuer::is_enabled(&service.settings)) else {
        return Ok(None);
    };
    let offer = service.issuer_states.live(&Digest::of(state), now);
    let offer = offer.and_then(|key| service.credential_offers.live(key, now));
    let unknown = OAuthError::invalid_request(ISSUER_STATE_UNKNOWN);
    offer.map(Some).ok_or(unknown)
}
