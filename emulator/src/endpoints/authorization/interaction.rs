//! Information for the login and consent page.

use authlete::types::{Display, Prompt};

use crate::endpoints::response_members::list;
use crate::json::{Object, ObjectExt};
use crate::model::DynamicScope;
use crate::model::Parameters;
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::scopes;
use crate::protocol::{acr, claims_parameter, id_token_hint, prompt};
use crate::result_code::{
    ID_TOKEN_HINT_DIFFERENT, ID_TOKEN_HINT_WRONG, PURPOSE_TOO_LONG, PURPOSE_TOO_SHORT,
};
use crate::store::{Client, Service};

/// Parts of a request that are not needed after the decision of the user.
#[derive(Debug)]
pub struct Interaction {
    pub dynamic_scopes: Vec<DynamicScope>,
    pub display: Display,
    pub prompts: Vec<Prompt>,
    pub max_age: i64,
    pub acrs: Option<Vec<String>>,
    pub acr_essential: bool,
    pub subject: Option<String>,
    pub login_hint: Option<String>,
    pub ui_locales: Option<Vec<String>>,
    pub claims_locales: Option<Vec<String>>,
    pub purpose: Option<String>,
}

impl Interaction {
    pub fn read(
        parameters: &Parameters,
        service: &Service,
        client: &Client,
        claims: Option<&Object>,
    ) -> Result<Self, OAuthError> {
        let claim = |name| claims_parameter::of_id_token(claims, name);
        let claimed = acr::claimed(claim("acr"), &service.settings)?;
        acr::check(
            parameters,
            claim("acr"),
            &service.settings,
            &client.settings,
        )?;
        let requested = || acr::requested(parameters, &service.settings, &client.settings);
        Ok(Self {
            dynamic_scopes: scopes::dynamic(parameters, &service.settings, &client.settings),
            display: prompt::display(parameters, service)?,
            prompts: prompt::requested(parameters, service)?,
            max_age: prompt::max_age(parameters, &client.settings)?,
            acrs: claimed.acrs.or_else(requested),
            acr_essential: claimed.essential,
            subject: subject(parameters, service, client, claim("sub"))?,
            login_hint: parameters.get("login_hint").map(str::to_owned),
            ui_locales: ui_locales(parameters, service),
            claims_locales: requested_locales(parameters, "claims_locales"),
            purpose: purpose(parameters)?,
        })
    }
}

/// The user that the client requests, by the value of the claim `sub` (OpenID Connect Core 1.0 §5.5.1) or by an ID token.
fn subject(
    parameters: &Parameters,
    service: &Service,
    client: &Client,
    claim: Option<&Object>,
) -> Result<Option<String>, OAuthError> {
    let claimed = claim.and_then(|claim| claim.text("value"));
    let hinted = parameters
        .get("id_token_hint")
        .map(|hint| id_token_hint::subject(hint, service, client))
        .transpose()
        .map_err(|_| OAuthError::invalid_request(ID_TOKEN_HINT_WRONG))?;
    match (claimed, hinted) {
        (Some(claimed), Some(hinted)) if claimed != hinted => {
            Err(OAuthError::invalid_request(ID_TOKEN_HINT_DIFFERENT))
        }
        (claimed, hinted) => Ok(hinted.or(claimed.map(str::to_owned))),
    }
}

/// The requested locales that the service supports.
fn ui_locales(parameters: &Parameters, service: &Service) -> Option<Vec<String>> {
    let supported = service.settings.supported_ui_locales();
    let supported = supported.unwrap_or_default();
    let mut locales = requested_locales(parameters, "ui_locales")?;
    locales.retain(|locale| supported.contains(&locale.as_str()));
    list(&locales)
}

fn requested_locales(parameters: &Parameters, name: &str) -> Option<Vec<String>> {
    let locales = parameters.space_delimited(name).into_iter();
    let locales: Vec<_> = locales.map(str::to_owned).collect();
    (!locales.is_empty()).then_some(locales)
}

/// The length limits are those of OpenID Connect for Identity Assurance 1.0.
fn purpose(parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let purpose = parameters.get("purpose");
    match purpose.map(|purpose| purpose.chars().count()) {
        Some(0..3) => Err(OAuthError::invalid_request(PURPOSE_TOO_SHORT)),
        Some(301..) => Err(OAuthError::invalid_request(PURPOSE_TOO_LONG)),
        _ => Ok(purpose.map(str::to_owned)),
    }
}
