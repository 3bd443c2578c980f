//! A configuration of any text, from a file or setting by setting.

use authlete::{Authlete, Config, ConfigError, Error, Setting};

use crate::error_chain::error_chain;

/// What must not be shown begins with it; some names of variables have `SECRET`.
const MARK: &str = "HIDDEN";

const NO_SECRETS: [Setting; 7] = [
    Setting::ApiServerId,
    Setting::ApiVersion,
    Setting::BaseUrl,
    Setting::IdpServer,
    Setting::OrganizationId,
    Setting::ServiceApiKey,
    Setting::ServiceOwnerApiKey,
];

/// Reads a file, and makes a handle of what it says. Returns whether the input is text.
pub fn take_file(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    match Config::from_toml(text) {
        // The mark may be the value of a setting that is no secret.
        Ok(config) if format!("{config:?}").contains(MARK) => drop(make(config)),
        Ok(config) => assert_hidden(&make(config)),
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

/// Sets the settings to values, as the environment has them, and makes a handle. The values are in the order of
/// [`Setting::ALL`], with an empty line between them. Returns whether the input is text.
pub fn take_settings(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    let mut config = Config::new();
    let mut may_show_mark = false;
    for (setting, value) in Setting::ALL.into_iter().zip(text.split("\n\n")) {
        config = config.set(setting, value);
        may_show_mark |= NO_SECRETS.contains(&setting) && value.contains(MARK);
    }
    let shown = format!("{config:?} ") + &make(config);
    if !may_show_mark {
        assert_hidden(&shown);
    }
    true
}

/// Makes a handle; returns what can be shown of it, or of the error, which names a setting.
fn make(config: Config) -> String {
    match Authlete::new(config) {
        Ok(api) => {
            api.with_config(api.config().clone())
                .expect("what one handle takes, another takes");
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
    assert!(!shown.contains(MARK), "{shown}");
}
