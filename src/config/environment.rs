//! Configuration from environment variables.

use std::env::{self, VarError};

use super::{Config, ConfigError, Setting, Source};

impl Config {
    /// Reads the `AUTHLETE_*` variables; see [`Setting::environment_variable`]. An empty or blank variable counts as not
    /// set.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] when a variable is not UTF-8.
    pub fn from_env() -> Result<Self, ConfigError> {
        let mut config = Self::new();
        for setting in Setting::ALL {
            match env::var(setting.environment_variable()) {
                Ok(text) => config = config.set_from(Source::Environment, setting, text),
                Err(VarError::NotPresent) => {}
                Err(VarError::NotUnicode(_)) => {
                    return Err(ConfigError::invalid(
                        setting,
                        &Source::Environment,
                        "is not UTF-8",
                    ));
                }
            }
        }
        Ok(config)
    }
}
