//! Configuration errors.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Setting, Source};

/// An invalid configuration. The message names the setting, by its TOML key and its environment variable. `Debug` output is
/// the message too, because a program whose `main` returns the error prints it.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No credentials are set, so the generation of the API is unknown.
    #[error(
        "no credentials: set {token} for Authlete 3.0, or {key} and {secret} for 2.x",
        token = Setting::ServiceAccessToken,
        key = Setting::ServiceApiKey,
        secret = Setting::ServiceApiSecret
    )]
    NoCredentials,
    /// Credentials of both generations are set, but no version.
    #[error(
        "credentials of both 2.x and 3.0 are set: set {} to one of them",
        Setting::ApiVersion
    )]
    BothGenerations,
    /// A setting is missing.
    #[error("{setting} is missing: {reason}")]
    Missing {
        /// The setting to add.
        setting: Setting,
        /// Why it is needed.
        reason: &'static str,
    },
    /// A setting has an invalid value.
    #[error("{setting}, {source}: {reason}", source = origin)]
    Invalid {
        /// The setting to fix.
        setting: Setting,
        /// The source of its value.
        origin: String,
        /// What is wrong with the value; never the value of a secret.
        reason: String,
    },
    /// A setting, or its value, needs a feature of this crate that is not enabled: a base URL with `https` needs
    /// one of the TLS features, or your own HTTP client.
    #[error("{setting} needs the feature {feature} of the crate authlete")]
    Unsupported {
        /// The setting.
        setting: Setting,
        /// The feature to enable in `Cargo.toml`.
        feature: &'static str,
    },
    /// A file has an unknown key. The key is not shown, because it could be a misplaced secret.
    #[error("{origin}: line {line}: unknown key, expected one of {known}", known = known_keys())]
    UnknownKey {
        /// The file.
        origin: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file is not valid TOML.
    #[error("{origin}: line {line}: {message}")]
    Syntax {
        /// The file.
        origin: String,
        /// The line, from 1.
        line: usize,
        /// What the parser expected there.
        message: String,
    },
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// An invalid setting of the HTTP client, such as a header with a line break or an invalid root certificate.
    #[error("{reason}")]
    Client {
        /// What is wrong.
        reason: String,
        /// The error of the library that rejected it, if any.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl ConfigError {
    pub(super) fn invalid(setting: Setting, source: &Source, reason: impl Into<String>) -> Self {
        Self::Invalid {
            setting,
            origin: source.to_string(),
            reason: reason.into(),
        }
    }

    pub(crate) fn client(reason: impl Into<String>) -> Self {
        Self::Client {
            reason: reason.into(),
            source: None,
        }
    }

    pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            source,
        }
    }
}

/// The message and its source.
impl fmt::Debug for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")?;
        match self {
            Self::Client {
                source: Some(source),
                ..
            } => write!(formatter, ": {source:?}"),
            Self::Unreadable { source, .. } => write!(formatter, ": {source}"),
            _ => Ok(()),
        }
    }
}

fn known_keys() -> String {
    Setting::ALL.map(Setting::toml_key).join(", ")
}
