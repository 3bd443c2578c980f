//! Configuration from TOML: the keys of the Go library's files, and additional ones for 3.0.

use std::fs;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{Config, ConfigError, Setting, Source};

impl Config {
    /// Reads a TOML file; see [`Setting::toml_key`]. A file written for Authlete's Go library loads unchanged.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`], and those of [`from_toml`](Self::from_toml).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text =
            fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, error))?;
        parse(&text, &Source::File(Some(path.to_owned())))
    }

    /// Reads TOML text. An empty or blank value counts as not set.
    ///
    /// ```
    /// use authlete::Config;
    ///
    /// let config = Config::from_toml(r#"
    ///     BaseUrl = "https://us.authlete.com"
    ///     ServiceApiKey = "986126671"
    ///     ServiceAccessToken = "…"
    /// "#)?;
    /// # Ok::<(), authlete::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::Syntax`], [`ConfigError::UnknownKey`], and [`ConfigError::Invalid`] for a value that is neither
    /// a string nor an integer of 64 bits.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        parse(text, &Source::File(None))
    }

    /// Reads a TOML file and the environment. The environment takes precedence.
    ///
    /// # Errors
    /// Those of [`from_file`](Self::from_file) and [`from_env`](Self::from_env).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Ok(Self::from_env()?.or(Self::from_file(path)?))
    }
}

fn parse(text: &str, source: &Source) -> Result<Config, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| syntax_error(text, source, &error))?;
    let mut config = Config::new();
    for (key, value) in table.into_inner() {
        let Some(setting) = Setting::ALL
            .into_iter()
            .find(|setting| setting.toml_key() == key.get_ref())
        else {
            return Err(ConfigError::UnknownKey {
                origin: origin(source),
                line: line(text, key.span().start),
            });
        };
        let invalid = |reason| ConfigError::invalid(setting, source, reason);
        let text = match value.into_inner() {
            DeValue::String(text) => text.into_owned(),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| invalid("must be an integer of 64 bits".to_owned()))?
                .to_string(),
            other => {
                let kind = other.type_str();
                return Err(invalid(format!(
                    "must be a string or an integer, not {kind}"
                )));
            }
        };
        config = config.set_from(source.clone(), setting, text);
    }
    Ok(config)
}

/// The full error of the parser shows the line, which may contain a secret, so only the line number is kept.
fn syntax_error(text: &str, source: &Source, error: &toml::de::Error) -> ConfigError {
    ConfigError::Syntax {
        origin: origin(source),
        line: line(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    }
}

/// The line number, from 1, of a byte offset.
fn line(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    1 + before.filter(|byte| *byte == b'\n').count()
}

fn origin(source: &Source) -> String {
    match source {
        Source::File(Some(path)) => path.display().to_string(),
        other => other.to_string(),
    }
}
