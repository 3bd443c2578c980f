//! A configuration from arbitrary text, as a file or as single settings.

use authlete::{Authlete, Config, ConfigError, Error, Setting};

use crate::error_chain::error_chain;

/// The prefix of secrets, which must not be shown. Not `SECRET`, because names of variables contain it.
const SECRET_PREFIX: &str = "HIDDEN";

const NO_SECRETS: [Setting; 7] = [
    Setting::ApiServerId,
    Setting::ApiVersion,
    Setting::BaseUrl,
    Setting::IdpServer,
    Setting::OrganizationId,
    Setting::ServiceApiKey,
    Setting::ServiceOwnerApiKey,
];

/// Parses a file, and builds a handle from it. Returns whether the input is UTF-8.
pub fn run_file(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    match Config::from_toml(text) {
        // The prefix may be in the value of a setting that is not a secret.
        Ok(config) if format!("{config:?}").contains(SECRET_PREFIX) => drop(build(config)),
        Ok(config) => assert_hidden(&build(config)),
        Err(error) => {
            if let ConfigError::Syntax { line, .. } | ConfigError::UnknownKey { line, .. } = error {
                assert!(
                    (1..=1 + text.matches('\n').count()).contains(&line),
                    "{line}"
                );
            }
            assert_hidden(&error_chain(&error.into()));
        }
    }
    true
}

/// Sets all settings as from the environment, and builds a handle. The values are in the order of [`Setting::ALL`], with an
/// empty line between them. Returns whether the input is UTF-8.
pub fn run_settings(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    let mut config = Config::new();
    let mut may_show_prefix = false;
    for (setting, value) in Setting::ALL.into_iter().zip(text.split("\n\n")) {
        config = config.set(setting, value);
        may_show_prefix |= NO_SECRETS.contains(&setting) && value.contains(SECRET_PREFIX);
    }
    let shown = format!("{config:?} ") + &build(config);
    if !may_show_prefix {
        assert_hidden(&shown);
    }
    true
}

/// Builds a handle. Returns its `Debug` output or the text of the error, which names a setting.
fn build(config: Config) -> String {
    match Authlete::new(config) {
        Ok(api) => {
            api.with_config(api.config().clone())
                .expect("a configuration that one handle accepts is accepted by another");
            format!("{api:?} {:?}", api.config())
        }
        Err(error) => {
            assert!(matches!(error, Error::Config(_)), "{error:?}");
            assert!(error.to_string().contains("AUTHLETE_"), "{error}");
            error_chain(&error)
        }
    }
}

fn assert_hidden(shown: &str) {
    assert!(!shown.contains(SECRET_PREFIX), "{shown}");
}
