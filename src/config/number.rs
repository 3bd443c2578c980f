//! Settings that are numbers.

use super::{ConfigError, Setting, Value};

/// The number of a service, a service owner, an organization or an API server.
pub(super) fn number(setting: Setting, value: &Value, what: &str) -> Result<i64, ConfigError> {
    let text = value.text.expose();
    match text.parse() {
        // What is sent is the text.
        Ok(number) if number > 0 && !text.starts_with('+') => Ok(number),
        _ => {
            let reason = format!("is no {what}: it must be a whole number above 0");
            Err(ConfigError::invalid(setting, &value.source, reason))
        }
    }
}
