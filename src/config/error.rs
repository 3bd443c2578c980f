//! What is wrong with a configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Setting, Source};

/// A configuration that cannot be used. The message names the setting, as a file and the environment know it; `Debug`
/// output has it too, since it is what a program shows that ends with the error.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Nothing says which generation to call, because there are no credentials.
    #[error(
        "no credentials: set {token} for Authlete 3.0, or {key} and {secret} for 2.x",
        token = Setting::ServiceAccessToken,
        key = Setting::ServiceApiKey,
        secret = Setting::ServiceApiSecret
    )]
    NoCredentials,
    /// There are credentials of both generations, and no version that chooses.
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
        /// What it is needed for.
        reason: &'static str,
    },
    /// A setting has a value that it cannot have.
    #[error("{setting}, {source}: {reason}", source = origin)]
    Invalid {
        /// The setting to mend.
        setting: Setting,
        /// Where its value is from.
        origin: String,
        /// What is wrong with it; never the value of a secret.
        reason: String,
    },
    /// A setting, or its value, needs a feature of this crate that the build does not have: a base URL with `https` needs
    /// one of the TLS features, or an HTTP client of yours.
    #[error("{setting} needs the feature {feature} of the crate authlete")]
    Unsupported {
        /// The setting.
        setting: Setting,
        /// The feature to enable in `Cargo.toml`.
        feature: &'static str,
    },
    /// A file has a key that does not exist. The key is not shown: a secret may stand in its place.
    #[error("{place}: line {line}: unknown key; known are {known}", known = known_keys())]
    UnknownKey {
        /// The file.
        place: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file that is no TOML.
    #[error("{place}: line {line}: {message}")]
    Syntax {
        /// The file.
        place: String,
        /// The line, from 1.
        line: usize,
        /// What the parser expected there.
        message: String,
    },
    /// A file that cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A setting of the HTTP client that cannot be used, such as a header with a line break or a root that is none.
    #[error("{what}")]
    Client {
        /// What is wrong.
        what: String,
        /// The reason, when another library gave it.
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

    pub(crate) fn client(what: impl Into<String>) -> Self {
        Self::Client {
            what: what.into(),
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

/// The message, and the reason of another library.
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
