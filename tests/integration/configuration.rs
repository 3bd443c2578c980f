//! Every source of configuration, how sources combine, and the errors for invalid values.

use std::io::Write as _;
use std::sync::LazyLock;

use authlete::{ApiVersion, Authlete, Config, ConfigError, Error, Setting};
use proptest::prelude::*;

/// A configuration file of the Authlete library for Go.
const GO_LIBRARY_FILE: &str = r#"
BaseUrl = "https://api.authlete.com"
ServiceOwnerApiKey = "5531264283"
ServiceOwnerApiSecret = "owner-secret"
ServiceOwnerAccessToken = ""
ServiceApiKey = "5593494640"
ServiceApiSecret = "service-secret"
ServiceAccessToken = ""
"#;

fn root(config: Config) -> String {
    format!("{:?}", Authlete::new(config).unwrap())
}

/// The message of the error for an invalid configuration. Asserts that it shows no secret.
pub fn config_error(config: Config) -> String {
    let error = Authlete::new(config).unwrap_err();
    let shown = format!("{error:?}");
    // The error may name the variable for a secret.
    let without_names = shown.replace("_APISECRET", "");
    assert!(!without_names.contains("SECRET"), "{shown}");
    assert!(matches!(error, Error::Config(_)), "{shown}");
    let message = error.to_string();
    // `main` and `unwrap` show the `Debug` output.
    assert!(shown.contains(&message), "{shown}");
    message
}

pub fn with_environment<T>(variables: &[(&str, &str)], check: impl FnOnce() -> T) -> T {
    let set = |name: &str| {
        variables
            .iter()
            .find(|(wanted, _)| *wanted == name)
            .map(|(_, value)| *value)
    };
    let all: Vec<(&str, Option<&str>)> = Setting::ALL
        .iter()
        .map(|setting| {
            (
                setting.environment_variable(),
                set(setting.environment_variable()),
            )
        })
        .collect();
    temp_env::with_vars(all, check)
}

#[test]
fn configured_service_id_is_none_for_an_invalid_id() {
    let id = |config: Config| config.configured_service_id();
    assert_eq!(id(Config::v3("https://us.authlete.com", 7, "t")), Some(7));
    assert_eq!(id(Config::v2("https://api.authlete.com", 8, "s")), Some(8));
    let file = Config::from_toml(GO_LIBRARY_FILE).unwrap();
    assert_eq!(id(file), Some(5_593_494_640));
    assert_eq!(id(Config::new()), None);
    for text in ["0", "-1", "+1", "one", "a secret in the wrong place"] {
        let config = Config::new().set(Setting::ServiceApiKey, text);
        assert_eq!(id(config), None, "{text}");
    }
}

#[test]
fn configuration_in_code_leads_to_the_api_path_of_its_generation() {
    assert_eq!(
        root(Config::v3("https://us.authlete.com/", 986126671, "token")),
        r#"Authlete { version: V3, root: "https://us.authlete.com/api/986126671", .. }"#
    );
    assert_eq!(
        root(Config::v2("https://api.authlete.com", 5593494640, "secret")),
        r#"Authlete { version: V2, root: "https://api.authlete.com/api", .. }"#
    );
    let organization = Config::new()
        .base_url("https://jp.authlete.com")
        .service_owner_access_token("organization-token");
    assert_eq!(
        root(organization),
        r#"Authlete { version: V3, root: "https://jp.authlete.com/api", .. }"#
    );
}

#[test]
fn empty_value_in_a_file_of_the_go_library_counts_as_unset() {
    let config = Config::from_toml(GO_LIBRARY_FILE).unwrap();
    assert!(
        !config.is_set(Setting::ServiceAccessToken),
        "an empty value counts as unset"
    );
    assert_eq!(Authlete::new(config).unwrap().api_version(), ApiVersion::V2);
}

#[test]
fn toml_with_the_settings_of_v3_leads_to_the_api_path_of_the_service() {
    let text = r#"
        ApiVersion = "V3"
        BaseUrl = "https://eu.authlete.com"
        ServiceApiKey = 986126671
        ServiceAccessToken = "token"
    "#;
    assert_eq!(
        root(Config::from_toml(text).unwrap()),
        r#"Authlete { version: V3, root: "https://eu.authlete.com/api/986126671", .. }"#
    );
}

#[test]
fn environment_variables_lead_to_the_api_path_of_the_service() {
    let variables = [
        ("AUTHLETE_BASE_URL", "https://br.authlete.com"),
        ("AUTHLETE_SERVICE_APIKEY", "986126671"),
        ("AUTHLETE_SERVICE_ACCESSTOKEN", "token"),
        ("AUTHLETE_SERVICE_APISECRET", ""),
    ];
    let config = with_environment(&variables, Config::from_env).unwrap();
    assert_eq!(
        root(config),
        r#"Authlete { version: V3, root: "https://br.authlete.com/api/986126671", .. }"#
    );
}

/// Variables are often read from files, which end in a line break.
#[test]
fn whitespace_around_a_value_is_ignored() {
    let variables = [
        ("AUTHLETE_API_VERSION", "3.0\n"),
        ("AUTHLETE_BASE_URL", " https://br.authlete.com\r\n"),
        ("AUTHLETE_SERVICE_APIKEY", "986126671\n"),
        ("AUTHLETE_SERVICE_ACCESSTOKEN", "\ttoken\n"),
        ("AUTHLETE_SERVICE_APISECRET", " \n"),
    ];
    let config = with_environment(&variables, Config::from_env).unwrap();
    assert!(!config.is_set(Setting::ServiceApiSecret));
    assert_eq!(
        root(config),
        r#"Authlete { version: V3, root: "https://br.authlete.com/api/986126671", .. }"#
    );
}

#[test]
fn every_setting_is_read_from_both_sources() {
    for setting in Setting::ALL {
        let from_env =
            with_environment(&[(setting.environment_variable(), "1")], Config::from_env).unwrap();
        let from_toml = Config::from_toml(&format!("{} = '1'", setting.toml_key())).unwrap();
        for config in [from_env, from_toml] {
            let set: Vec<Setting> = Setting::ALL
                .into_iter()
                .filter(|setting| config.is_set(*setting))
                .collect();
            assert_eq!(set, [setting]);
        }
    }
}

#[test]
fn environment_overrides_the_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(GO_LIBRARY_FILE.as_bytes()).unwrap();
    let config = with_environment(&[("AUTHLETE_BASE_URL", "https://authlete.example")], || {
        Config::load(file.path())
    });
    assert_eq!(
        root(config.unwrap()),
        r#"Authlete { version: V2, root: "https://authlete.example/api", .. }"#
    );
    let config = with_environment(&[], || Config::load(file.path()));
    assert_eq!(
        root(config.unwrap()),
        r#"Authlete { version: V2, root: "https://api.authlete.com/api", .. }"#
    );
}

#[test]
fn set_values_override_the_fallback() {
    let config = Config::new()
        .base_url("https://first.example")
        .or(Config::v2("https://second.example", 7, "s"));
    assert_eq!(
        root(config),
        r#"Authlete { version: V2, root: "https://first.example/api", .. }"#
    );
}

#[test]
fn fallback_may_allow_http() {
    let config = || Config::v3("http://authlete.example", 1, "t");
    assert!(Authlete::new(config().or(Config::new().allow_http(true))).is_ok());
    assert!(Authlete::new(config().allow_http(true).or(Config::new())).is_ok());
    assert!(Authlete::new(config().or(Config::new())).is_err());
}

#[test]
fn generation_follows_from_the_credentials() {
    let base = || {
        Config::new()
            .base_url("https://authlete.example")
            .service_id(1)
    };
    let version = |config: Config| Authlete::new(config).unwrap().api_version();
    assert_eq!(version(base().service_access_token("t")), ApiVersion::V3);
    assert_eq!(
        version(base().service_owner_access_token("t")),
        ApiVersion::V3
    );
    assert_eq!(version(base().service_api_secret("s")), ApiVersion::V2);
    assert_eq!(
        version(
            base()
                .service_owner_api_key(2)
                .service_owner_api_secret("s")
                .service_api_secret("s")
        ),
        ApiVersion::V2
    );

    assert_eq!(
        config_error(base().service_access_token("t").service_api_secret("s")),
        "credentials of both 2.x and 3.0 are set: set ApiVersion (AUTHLETE_API_VERSION) to one of them"
    );
    assert_eq!(
        config_error(base()),
        "no credentials: set ServiceAccessToken (AUTHLETE_SERVICE_ACCESSTOKEN) for Authlete 3.0, or ServiceApiKey \
         (AUTHLETE_SERVICE_APIKEY) and ServiceApiSecret (AUTHLETE_SERVICE_APISECRET) for 2.x"
    );
}

#[test]
fn explicit_api_version_decides_between_both_credentials() {
    let both = Config::new()
        .base_url("https://authlete.example")
        .service_id(1)
        .service_access_token("t")
        .service_api_secret("s");
    for (word, version) in [
        ("2", ApiVersion::V2),
        ("2.3", ApiVersion::V2),
        ("2.x", ApiVersion::V2),
        ("V2", ApiVersion::V2),
        ("3", ApiVersion::V3),
        ("3.0", ApiVersion::V3),
        ("v3", ApiVersion::V3),
    ] {
        let config = both
            .clone()
            .or(Config::from_toml(&format!("ApiVersion = '{word}'")).unwrap());
        assert_eq!(
            Authlete::new(config).unwrap().api_version(),
            version,
            "{word}"
        );
    }
    for word in ["4", "three", "3.0.16beta", "V", "VV3", "3."] {
        let config = both
            .clone()
            .or(Config::from_toml(&format!("ApiVersion = '{word}'")).unwrap());
        assert_eq!(
            config_error(config),
            "ApiVersion (AUTHLETE_API_VERSION), from TOML: is neither 2.x (2, 2.2, 2.3, V2) nor 3.0 (3, 3.x, V3)",
            "{word}"
        );
    }
}

#[test]
fn error_names_the_missing_setting() {
    let base = || Config::new().base_url("https://authlete.example");
    let cases = [
        (
            base().api_version(ApiVersion::V2),
            "ServiceApiKey (AUTHLETE_SERVICE_APIKEY) is missing",
        ),
        (
            base().api_version(ApiVersion::V3),
            "ServiceAccessToken (AUTHLETE_SERVICE_ACCESSTOKEN) is missing",
        ),
        (
            base().service_api_secret("s"),
            "ServiceApiKey (AUTHLETE_SERVICE_APIKEY) is missing",
        ),
        (
            base().api_version(ApiVersion::V2).service_api_key(1),
            "ServiceApiSecret (AUTHLETE_SERVICE_APISECRET) is missing",
        ),
        (
            base().service_owner_api_secret("s"),
            "ServiceOwnerApiKey (AUTHLETE_SERVICEOWNER_APIKEY) is missing",
        ),
        (
            base()
                .service_owner_api_key(1)
                .service_api_key(1)
                .service_api_secret("s"),
            "ServiceOwnerApiSecret (AUTHLETE_SERVICEOWNER_APISECRET) is missing",
        ),
        (
            base().service_access_token("t"),
            "ServiceApiKey (AUTHLETE_SERVICE_APIKEY) is missing",
        ),
        (
            Config::new().service_id(1).service_access_token("t"),
            "BaseUrl (AUTHLETE_BASE_URL) is missing",
        ),
    ];
    for (config, message) in cases {
        let error = config_error(config);
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn service_id_is_a_number() {
    for bad in ["my-service", "-5", "+5", "0", "1.5", "99999999999999999999"] {
        let text = format!(
            "ServiceApiKey = '{bad}'\nServiceAccessToken = 't'\nBaseUrl = 'https://a.example'"
        );
        let error = config_error(Config::from_toml(&text).unwrap());
        assert_eq!(
            error,
            "ServiceApiKey (AUTHLETE_SERVICE_APIKEY), from TOML: is not a valid service ID: it must be a positive integer"
        );
    }
}

#[test]
fn base_url_must_be_https_without_path_or_user_info() {
    let error = |url: &str| config_error(Config::v3(url, 1, "t"));
    let prefix = "BaseUrl (AUTHLETE_BASE_URL), set in code: ";
    for (url, reason) in [
        ("us.authlete.com", "must begin with https://"),
        ("localhost:8080", "must begin with https://"),
        ("https://", "is not a URL: "),
        ("", "BaseUrl (AUTHLETE_BASE_URL) is missing"),
        (
            "http://us.authlete.com",
            "must be https, except on this machine or with Config::allow_http",
        ),
        (
            "http://127.0.0.1.example.com",
            "must be https, except on this machine",
        ),
        (
            "http://localhost.example.com",
            "must be https, except on this machine",
        ),
        ("http://0.0.0.0", "must be https, except on this machine"),
        (
            "http://[::ffff:127.0.0.1]",
            "must be https, except on this machine",
        ),
        ("http://localhost@a.example", "must have no user name"),
        ("ftp://us.authlete.com", "must be https, not ftp"),
        (
            "https://user:secret@us.authlete.com",
            "must have no user name, password, query or fragment",
        ),
        ("https://us.authlete.com?x", "must have no user name"),
        (
            "https://us.authlete.com/api",
            "must have no path: /api is added to it",
        ),
        ("https://US.authlete.com/api/", "must have no path"),
        ("https://us.authlete.com#x", "must have no user name"),
    ] {
        let error = error(url);
        assert!(
            error
                .strip_prefix(prefix)
                .unwrap_or(&error)
                .starts_with(reason),
            "{url}: {error}"
        );
        assert!(!error.contains("secret"));
    }
    for url in [
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.9.9.9:1",
        // URL parsers read this as 127.0.0.1.
        "http://127.1",
        "http://[::1]:8080",
        "https://us.authlete.com/",
        "https://authlete.example/path",
    ] {
        assert!(Authlete::new(Config::v3(url, 1, "t")).is_ok(), "{url}");
    }
    assert!(Authlete::new(Config::v3("http://us.authlete.com", 1, "t").allow_http(true)).is_ok());
}

#[cfg(not(feature = "dpop"))]
#[test]
fn dpop_key_needs_a_feature() {
    assert_eq!(
        config_error(Config::v3("https://a.example", 1, "t").dpop_key("{}")),
        "DpopKey (AUTHLETE_DPOP_KEY) needs the feature dpop of the crate authlete"
    );
}

#[cfg(not(feature = "mtls"))]
#[test]
fn client_certificate_needs_a_feature() {
    assert_eq!(
        config_error(Config::v3("https://a.example", 1, "t").client_certificate("PEM")),
        "ClientCertificate (AUTHLETE_CLIENT_CERTIFICATE) needs the feature mtls of the crate authlete"
    );
}

#[test]
fn unknown_key_error_names_the_line_and_not_the_key() {
    let before = "BaseUrl = 'https://a.example'\n\n# A comment\n";
    for unknown in [
        "HIDDEN-token = 's'",
        "'HIDDEN' = 's'",
        "ServiceApiKey.HIDDEN = 1\nHIDDEN = 's'",
        "[HIDDEN]\nServiceApiKey = 1",
        "[[HIDDEN.HIDDEN]]",
    ] {
        let error = Config::from_toml(&format!("{before}{unknown}\n")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("HIDDEN"), "{error}");
        if unknown.starts_with("ServiceApiKey") {
            continue; // A table in place of a value is reported first.
        }
        assert!(
            matches!(error, ConfigError::UnknownKey { line: 4, .. }),
            "{error:?}"
        );
        let message = "from TOML: line 4: unknown key, expected one of ApiVersion, BaseUrl, ";
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

#[test]
fn syntax_error_names_the_line_and_not_its_text() {
    let error =
        Config::from_toml("BaseUrl = 'https://a.example'\nServiceApiSecret = SECRET'").unwrap_err();
    assert!(
        matches!(error, ConfigError::Syntax { line: 2, .. }),
        "{error:?}"
    );
    assert!(
        !format!("{error} {error:?}").contains("SECRET"),
        "{error:?}"
    );
}

#[test]
fn byte_order_mark_is_accepted_and_duplicate_key_is_rejected() {
    let with_mark = format!("\u{feff}{GO_LIBRARY_FILE}");
    assert!(Authlete::new(Config::from_toml(&with_mark).unwrap()).is_ok());
    let text = "ServiceApiSecret = 'SECRET'\nServiceApiSecret = 'SECRET'";
    let error = Config::from_toml(text).unwrap_err();
    assert!(matches!(error, ConfigError::Syntax { line: 2, .. }));
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

#[test]
fn value_of_another_type_is_refused() {
    let error = Config::from_toml("ServiceApiSecret = ['SECRET']")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "ServiceApiSecret (AUTHLETE_SERVICE_APISECRET), from TOML: must be a string or an integer, not array"
    );
}

#[test]
fn integer_in_any_notation_of_toml_is_accepted() {
    for number in [
        "986126671",
        "+986_126_671",
        "0x3ac7_194f",
        "0o7261614517",
        "'986126671'",
    ] {
        let config = Config::from_toml(&format!("ServiceApiKey = {number}")).unwrap();
        assert_eq!(
            config.configured_service_id(),
            Some(986_126_671),
            "{number}"
        );
    }
}

#[test]
fn integer_of_more_than_64_bits_is_refused() {
    let error = Config::from_toml("ServiceApiKey = 9223372036854775808").unwrap_err();
    assert_eq!(
        error.to_string(),
        "ServiceApiKey (AUTHLETE_SERVICE_APIKEY), from TOML: must be an integer of 64 bits"
    );
}

#[test]
fn unreadable_file_is_named_with_the_reason() {
    let error = Config::from_file("no/such/authlete.toml").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no/such/authlete.toml cannot be read"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn directory_or_non_utf8_file_error_names_the_path_and_not_the_content() {
    let directory = tempfile::tempdir().unwrap();
    let error = Config::from_file(directory.path()).unwrap_err();
    assert!(matches!(&error, ConfigError::Unreadable { path, .. } if path == directory.path()));
    let file = directory.path().join("authlete.toml");
    std::fs::write(&file, b"ServiceApiSecret = 'SECRET\xff'").unwrap();
    let error = Config::from_file(&file).unwrap_err();
    assert!(matches!(&error, ConfigError::Unreadable { path, .. } if *path == file));
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

#[cfg(unix)]
#[test]
fn non_utf8_variable_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = std::ffi::OsStr::from_bytes(b"SECRET\xff");
    let error = temp_env::with_var("AUTHLETE_SERVICE_APISECRET", Some(bytes), Config::from_env);
    assert_eq!(
        error.unwrap_err().to_string(),
        "ServiceApiSecret (AUTHLETE_SERVICE_APISECRET), from the environment: is not UTF-8"
    );
}

/// Consoles, shells and files add such characters to a credential.
#[test]
fn malformed_credential_error_names_the_setting_and_the_fault() {
    let v3 = [
        ("ServiceAccessToken", "AUTHLETE_SERVICE_ACCESSTOKEN"),
        (
            "ServiceOwnerAccessToken",
            "AUTHLETE_SERVICEOWNER_ACCESSTOKEN",
        ),
    ];
    let v2 = [
        ("ServiceApiSecret", "AUTHLETE_SERVICE_APISECRET"),
        ("ServiceOwnerApiSecret", "AUTHLETE_SERVICEOWNER_APISECRET"),
    ];
    let base = [
        ("AUTHLETE_BASE_URL", "https://a.example"),
        ("AUTHLETE_SERVICE_APIKEY", "1"),
    ];
    // The owner's key requires the other secret of 2.x as well.
    let owner_key = ("AUTHLETE_SERVICEOWNER_APIKEY", "2");
    let service_secret = ("AUTHLETE_SERVICE_APISECRET", "s");
    for (value, fault) in [
        (
            "SECRET\nline",
            "has whitespace or a control character in it",
        ),
        ("\"SECRET\"", "has quotation marks around it"),
        ("SECRET # of the test service", "has a comment after it"),
        ("SECRET\u{200b}", "has a non-ASCII character in it"),
        ("SEC\u{a0}RET", "has a non-ASCII character in it"),
    ] {
        for (key, variable) in v3.into_iter().chain(v2) {
            let mut variables = [&[(variable, value)], &base[..]].concat();
            if variable == "AUTHLETE_SERVICEOWNER_APISECRET" {
                variables.extend([owner_key, service_secret]);
            }
            let config = with_environment(&variables, Config::from_env).unwrap();
            let error = config_error(config);
            let expected = format!("{key} ({variable}), from the environment: {fault}");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
    for (key, variable) in v3 {
        for scheme in ["Bearer", "DPoP", "bearer"] {
            let value = format!("{scheme} SECRET");
            let variables = [&base[..], &[(variable, value.as_str())]].concat();
            let config = with_environment(&variables, Config::from_env).unwrap();
            assert_eq!(
                config_error(config),
                format!(
                    "{key} ({variable}), from the environment: must be only the token, without `Bearer` or `DPoP` before it"
                )
            );
        }
    }
}

#[test]
fn service_owner_api_key_is_a_number() {
    let config = Config::v2("https://a.example", 1, "s")
        .set(Setting::ServiceOwnerApiKey, "SECRET")
        .service_owner_api_secret("s");
    assert_eq!(
        config_error(config),
        "ServiceOwnerApiKey (AUTHLETE_SERVICEOWNER_APIKEY), set in code: is not a valid service-owner API key: it must be a positive integer"
    );
}

#[test]
fn base_url_with_the_path_of_the_api_is_refused_on_any_host() {
    for url in ["https://a.example/api", "https://a.example/authlete/api/"] {
        assert_eq!(
            config_error(Config::v3(url, 1, "t")),
            "BaseUrl (AUTHLETE_BASE_URL), set in code: must not end in /api, which is added to it"
        );
    }
    assert!(checked(Config::v3("https://a.example/api-gateway", 1, "t")).is_ok());
}

/// Checks a configuration with an existing handle, because a connection pool for each check would be slow.
fn checked(config: Config) -> authlete::Result<Authlete> {
    static HANDLE: LazyLock<Authlete> = LazyLock::new(|| {
        Authlete::new(Config::v3("https://authlete.example", 1, "token")).unwrap()
    });
    HANDLE.with_config(config)
}

proptest! {
    /// Any text in a file or the environment gives a handle or an error, never a panic.
    #[test]
    fn any_text_is_accepted_or_rejected_without_panic(text in ".{0,200}", url in ".{0,40}", number in any::<i64>()) {
        let _ = Config::from_toml(&text);
        let _ = Config::from_toml(&format!("BaseUrl = {text:?}")).map(checked);
        let _ = checked(Config::v3(url.clone(), number, text.clone()));
        let _ = checked(Config::v2(format!("https://{url}"), number, text));
    }

    /// A rejected value that may be a secret is not shown.
    #[test]
    fn errors_contain_no_secret_value(noise in "[^a-zA-Z]{0,20}", index in 0..Setting::ALL.len()) {
        let setting = Setting::ALL[index];
        let secret = format!("{noise}SECRET{noise}");
        let config = Config::new().base_url("https://a.example").service_id(1).service_access_token("t").set(setting, secret.clone());
        let from_code = checked(config).err().map(|error| format!("{error} {error:?}"));
        let from_toml = Config::from_toml(&format!("{} = {secret}", setting.toml_key()));
        let from_toml = from_toml.err().map(|error| format!("{error} {error:?}"));
        for shown in [from_code, from_toml].into_iter().flatten() {
            prop_assert!(!shown.contains("SECRET"), "{}", shown);
        }
    }
}
