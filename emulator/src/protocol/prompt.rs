//! The parameters `prompt`, `display` and `max_age` (OpenID Connect Core 1.0 §3.1.2.1).

use authlete::types::{Display, Prompt};

use super::oauth_error::OAuthError;
use crate::model::Parameters;
use crate::result_code::{
    DISPLAY_DEFAULT_UNSUPPORTED, DISPLAY_INVALID, DISPLAY_UNSUPPORTED, MAX_AGE_FRACTION,
    MAX_AGE_NEGATIVE, MAX_AGE_NO_NUMBER, MAX_AGE_TOO_LARGE, PROMPT_INVALID,
    PROMPT_NONE_BESIDE_OTHERS, PROMPT_UNSUPPORTED,
};
use crate::settings::{ClientSettings, ServiceSettings};
use crate::store::Service;

/// Prompts from the most to the least user interaction.
const BY_DEMAND: [Prompt; 5] = [
    Prompt::Create,
    Prompt::SelectAccount,
    Prompt::Login,
    Prompt::Consent,
    Prompt::None,
];

/// The prompts of a request. `none` cannot be combined with others.
pub fn requested(parameters: &Parameters, service: &Service) -> Result<Vec<Prompt>, OAuthError> {
    let words = parameters.space_delimited("prompt").into_iter();
    let prompts: Option<Vec<_>> = words.map(Prompt::from_protocol_value).collect();
    let prompts = prompts.ok_or(OAuthError::invalid_request(PROMPT_INVALID))?;
    if prompts.len() > 1 && prompts.contains(&Prompt::None) {
        return Err(OAuthError::invalid_request(PROMPT_NONE_BESIDE_OTHERS));
    }
    let supports = |prompt: &Prompt| {
        service.supports(ServiceSettings::supported_prompt_values, prompt.as_str())
    };
    if prompts.iter().all(supports) {
        Ok(prompts)
    } else {
        Err(OAuthError::invalid_request(PROMPT_UNSUPPORTED))
    }
}

/// The prompt with the most user interaction; consent for a request without prompts.
pub fn lowest(prompts: &[Prompt]) -> Prompt {
    let mut demands = BY_DEMAND.into_iter();
    demands
        .find(|prompt| prompts.contains(prompt))
        .unwrap_or(Prompt::Consent)
}

/// The requested display, which the service must support.
pub fn display(parameters: &Parameters, service: &Service) -> Result<Display, OAuthError> {
    let invalid = OAuthError::invalid_request;
    let (display, unsupported) = match parameters.get("display") {
        None => (Display::Page, DISPLAY_DEFAULT_UNSUPPORTED),
        Some(word) => {
            let display = Display::from_protocol_value(word);
            (
                display.ok_or(invalid(DISPLAY_INVALID))?,
                DISPLAY_UNSUPPORTED,
            )
        }
    };
    match service.supports(ServiceSettings::supported_displays, display.as_str()) {
        true => Ok(display),
        false => Err(invalid(unsupported)),
    }
}

/// The maximum age of the user's authentication, in seconds; 0 without a limit.
pub fn max_age(parameters: &Parameters, client: &ClientSettings) -> Result<i64, OAuthError> {
    let Some(text) = parameters.get("max_age") else {
        return Ok(client.default_max_age());
    };
    match text.parse::<i32>() {
        Ok(seconds) if seconds >= 0 => Ok(seconds.into()),
        Ok(_) => Err(OAuthError::invalid_request(MAX_AGE_NEGATIVE)),
        Err(_) => Err(OAuthError::invalid_request(match text.parse::<f64>() {
            Ok(number) if !number.is_finite() => MAX_AGE_NO_NUMBER,
            Ok(number) if number.fract() != 0.0 => MAX_AGE_FRACTION,
            // `1e3` is in range, but not written as an integer.
            Ok(number) if number.abs() <= f64::from(i32::MAX) => MAX_AGE_FRACTION,
            Ok(_) => MAX_AGE_TOO_LARGE,
            Err(_) => MAX_AGE_NO_NUMBER,
        })),
    }
}
