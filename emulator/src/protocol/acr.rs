//! Authentication context class references (OpenID Connect Core 1.0 §3.1.2.1).

use serde_json::Value;

use super::oauth_error::OAuthError;
use crate::json::{Object, ObjectExt};
use crate::model::Parameters;
use crate::result_code::{ACR_UNSUPPORTED, NO_ACR_SUPPORTED};
use crate::settings::{ClientSettings, ServiceSettings};

/// Refuses a request for an ACR when the service supports none. Essential claims are checked by [`claimed`].
pub fn check(
    parameters: &Parameters,
    claim: Option<&Object>,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Result<(), OAuthError> {
    let is_empty = |acrs: Option<Vec<_>>| acrs.unwrap_or_default().is_empty();
    let is_named = !parameters.space_delimited("acr_values").is_empty()
        || !is_empty(client.default_acrs())
        || claim.is_some_and(|claim| !claim.flag("essential") && !values(claim).is_empty());
    match is_named && is_empty(service.supported_acrs()) {
        true => Err(OAuthError::invalid_request(NO_ACR_SUPPORTED)),
        false => Ok(()),
    }
}

/// The supported values of `acr_values`, or else of the client's default ACRs, in order of preference.
pub fn requested(
    parameters: &Parameters,
    service: &ServiceSettings,
    client: &ClientSettings,
) -> Option<Vec<String>> {
    let mut requested = parameters.space_delimited("acr_values");
    if requested.is_empty() {
        requested = client.default_acrs().unwrap_or_default();
    }
    supported(requested, service)
}

/// The supported values of the requested claim `acr` (OpenID Connect Core 1.0 §5.5.1.1), and whether the claim is
/// essential. An essential claim without a supported value is answered with `login_required`.
pub fn claimed(claim: Option<&Object>, service: &ServiceSettings) -> Result<Claimed, OAuthError> {
    let Some(claim) = claim else {
        return Ok(Claimed::default());
    };
    let values = values(claim);
    let essential = claim.flag("essential");
    let allows_any = values.is_empty();
    let acrs = supported(values, service);
    if essential && !allows_any && acrs.is_none() {
        let any = service.supported_acrs().unwrap_or_default();
        let code = match any.is_empty() {
            true => NO_ACR_SUPPORTED,
            false => ACR_UNSUPPORTED,
        };
        return Err(OAuthError::new("login_required", code));
    }
    Ok(Claimed { acrs, essential })
}

fn values(claim: &Object) -> Vec<&str> {
    let several = claim.array("values").unwrap_or_default().iter();
    let values = claim.get("value").into_iter().chain(several);
    values.filter_map(Value::as_str).collect()
}

#[derive(Debug, Default)]
pub struct Claimed {
    pub acrs: Option<Vec<String>>,
    pub essential: bool,
}

fn supported(mut acrs: Vec<&str>, service: &ServiceSettings) -> Option<Vec<String>> {
    let supported = service.supported_acrs().unwrap_or_default();
    acrs.retain(|acr| supported.contains(acr));
    let acrs: Vec<_> = acrs.into_iter().map(str::to_owned).collect();
    (!acrs.is_empty()).then_some(acrs)
}
