//! Configurations from files and variables.

use authlete::{Authlete, Config, ConfigError, Error, Setting};
use proptest::prelude::*;

use super::fuzz;
use super::mutation::mutated;
use crate::errors::shown;

/// What must not be shown has `HIDDEN` in it: some names of variables have `SECRET`.
const FILES: [&str; 3] = [
    r#"
ApiVersion = "3.0"
BaseUrl = "https://us.authlete.com"
ServiceApiKey = 986126671
ServiceAccessToken = "HIDDEN-service-token"
ServiceOwnerAccessToken = 'HIDDEN-organization-token'
"#,
    r#"
BaseUrl = "https://api.authlete.com"
ServiceApiKey = "5593494640"
ServiceApiSecret = """HIDDEN-service"""
ServiceOwnerApiKey = "5531264283"
ServiceOwnerApiSecret = "HIDDEN\u002downer"
"#,
    r#"
BaseUrl = "https://jp.authlete.com/"
ServiceApiKey = "1"
ServiceAccessToken = "HIDDEN-token"
DpopKey = '{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"HIDDEN-d"}'
ClientCertificate = """
-----BEGIN PRIVATE KEY-----
HIDDEN-key
-----END PRIVATE KEY-----
"""
"#,
];

/// Makes a handle, and expects no secret in what is shown of it or of the error.
fn take(config: Result<Config, ConfigError>) -> Result<(), TestCaseError> {
    let config = match config {
        Ok(config) => config,
        // The key is shown as it stands there.
        Err(ConfigError::UnknownKey { .. }) => return Ok(()),
        Err(error) => return no_secret(&shown(&Error::from(error))),
    };
    let debug = format!("{config:?}");
    if debug.contains("HIDDEN") {
        // The mutations made it the value of a setting that may be shown.
        let public = [
            "ApiVersion",
            "BaseUrl",
            "ServiceApiKey",
            "ServiceOwnerApiKey",
        ];
        prop_assert!(public.iter().any(|name| debug.contains(name)), "{debug}");
        let _ = Authlete::new(config);
        return Ok(());
    }
    match Authlete::new(config) {
        Ok(api) => no_secret(&format!("{api:?}")),
        Err(error) => no_secret(&shown(&error)),
    }
}

fn no_secret(shown: &str) -> Result<(), TestCaseError> {
    prop_assert!(!shown.contains("HIDDEN"), "{shown}");
    Ok(())
}

#[test]
fn any_file_is_a_configuration_or_an_error_without_a_secret() {
    let files = prop::sample::select(&FILES[..])
        .prop_flat_map(|file| mutated(file.into()))
        .prop_map(|file| String::from_utf8_lossy(&file).into_owned());
    fuzz(files, |file| take(Config::from_toml(&file)));
}

/// As the environment has them: each setting by itself.
#[test]
fn any_values_are_a_configuration_or_an_error_without_a_secret() {
    let value = |setting: Setting| {
        let right = match setting {
            Setting::ApiVersion => "2.3",
            Setting::BaseUrl => "https://us.authlete.com:8443/at/",
            Setting::ServiceApiKey | Setting::ServiceOwnerApiKey => "986126671",
            _ => "HIDDEN-value",
        };
        let value = mutated(right.into()).prop_map(|text| {
            // The system takes no NUL in a variable.
            String::from_utf8_lossy(&text).replace('\0', "")
        });
        prop::option::of(value).prop_map(move |value| (setting.environment_variable(), value))
    };
    let variables: Vec<_> = Setting::ALL.into_iter().map(value).collect();
    fuzz(variables, |variables| {
        temp_env::with_vars(variables, || take(Config::from_env()))
    });
}
