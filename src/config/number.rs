//! Numeric settings.

use super::{ConfigError, Setting, Value};

/// The ID of a service, a service owner, an organization or an API server.
pub(super) fn number(setting: Setting, value: &Value, what: &str) -> Result<i64, ConfigError> {
    let text = value.text.expose();
    match text.parse() {
        // The text is sent as it is, and must not have a sign.
        Ok(number) if number > 0 && !text.starts_with('+') => Ok(number),
        _ => {
            let reason = format!("is not a valid {what}: it must be a positive integer");
            Err(ConfigError::invalid(setting, &value.source, reason))
        }
    }
}
