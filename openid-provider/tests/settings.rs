//! Settings: their list in the README, and the errors for wrong ones.

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

const README: &str = include_str!("../README.md");
const SETTINGS: &str = include_str!("../src/settings.rs");
const CONTAINERFILE: &str = include_str!("../Containerfile");
const COMPOSE: &str = include_str!("../compose.yaml");
const CADDYFILE: &str = include_str!("../Caddyfile");

/// How long the program may take to report a wrong setting.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The names of the settings, from their type.
fn names() -> Vec<&'static str> {
    let (_, rest) = SETTINGS.split_once("pub struct Settings {").unwrap();
    let (members, _) = rest.split_once("\n}").unwrap();
    let members = members
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub "));
    members
        .map(|line| line.split(':').next().unwrap())
        .collect()
}

#[test]
fn readme_lists_each_setting() {
    let (_, table) = README.split_once("| Setting | Default |").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let listed: Vec<_> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    assert_eq!(listed, names());
}

#[test]
fn container_files_name_settings_that_exist() {
    for file in [CONTAINERFILE, COMPOSE, CADDYFILE] {
        let variables = file.split("OPENID_PROVIDER_").skip(1);
        let variables = variables.map(|rest| {
            let is_name = |it: char| it.is_ascii_uppercase() || it == '_';
            rest.chars()
                .take_while(|it| is_name(*it))
                .collect::<String>()
        });
        for variable in variables {
            let setting = variable.to_lowercase();
            assert!(names().contains(&setting.as_str()), "{variable}");
        }
    }
}

#[test]
fn proxy_sends_requests_to_the_port_that_the_image_listens_on() {
    let (_, rest) = CONTAINERFILE
        .split_once("OPENID_PROVIDER_LISTEN=0.0.0.0:")
        .unwrap();
    let port = rest.split_whitespace().next().unwrap();
    assert!(CONTAINERFILE.contains(&format!("EXPOSE {port}\n")));
    assert!(COMPOSE.contains(&format!(r#"expose: ["{port}","#)));
    assert!(CADDYFILE.contains(&format!("\tport {port}\n")));
}

#[test]
fn compose_file_can_be_opened_in_a_browser_and_has_no_password_in_a_url() {
    assert!(COMPOSE.contains(r#"ports: ["80:80", "443:443", "443:443/udp"]"#));
    let urls = COMPOSE.lines().filter(|line| line.contains("://"));
    for line in urls.filter(|line| !line.contains("OPENID_PROVIDER_URL")) {
        assert!(!line.contains("PASSWORD"), "{line}");
    }
    let variables = COMPOSE.split("${").skip(1);
    for variable in variables.map(|rest| rest.split(':').next().unwrap()) {
        assert!(README.contains(&format!("`{variable}`")), "{variable}");
    }
}

fn run(variables: &[(&str, &str)], file: Option<&str>) -> Output {
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_openid-provider"));
    command.env_clear().current_dir(directory.path());
    command.envs(variables.iter().copied());
    if let Some(text) = file {
        std::fs::write(directory.path().join("openid-provider.toml"), text).unwrap();
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() && begin.elapsed() < TIMEOUT {
        sleep(Duration::from_millis(20));
    }
    // It started, and does not end by itself.
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

/// Variables, a file, and what the error must contain.
type Case = (
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
    &'static str,
);

#[test]
fn wrong_setting_is_an_error_of_one_line_with_its_name_and_no_secret() {
    let cases: [Case; 14] = [
        (&[("OPENID_PROVIDER_LISTEN", "nowhere")], None, "listen"),
        (
            &[("OPENID_PROVIDER_LISTENS", "127.0.0.1:0")],
            None,
            "listens",
        ),
        (
            &[("OPENID_PROVIDER_LOGIN_ATTEMPTS", "0")],
            None,
            "login_attempts",
        ),
        (
            &[("OPENID_PROVIDER_LOGIN_ATTEMPTS", "many")],
            None,
            "login_attempts",
        ),
        (
            &[("OPENID_PROVIDER_URL", "http://login.example.com")],
            None,
            "url",
        ),
        (
            &[("OPENID_PROVIDER_DATABASE", "mysql://u:marker@h/d")],
            None,
            "database",
        ),
        (
            &[
                (
                    "OPENID_PROVIDER_DATABASE",
                    "postgres://u:marker@127.0.0.1:1/d",
                ),
                ("OPENID_PROVIDER_LISTEN", "127.0.0.1:0"),
                ("OPENID_PROVIDER_DEMO", "127.0.0.1:0"),
            ],
            None,
            "database",
        ),
        (
            &[
                (
                    "OPENID_PROVIDER_DATABASE",
                    "sqlite:/no/such/directory/file.db",
                ),
                ("OPENID_PROVIDER_LISTEN", "127.0.0.1:0"),
            ],
            None,
            "database",
        ),
        (&[("OPENID_PROVIDER_LOG", "xml")], None, "log"),
        (
            &[("OPENID_PROVIDER_CONFIG", "/no/such/file.toml")],
            None,
            "/no/such/file.toml",
        ),
        (
            &[("AUTHLETE_BASE_URL", "https://us.authlete.com")],
            None,
            "AUTHLETE_SERVICE_APIKEY",
        ),
        (
            &[
                ("OPENID_PROVIDER_URL", "https://login.example.com"),
                ("OPENID_PROVIDER_LISTEN", "127.0.0.1:0"),
                ("OPENID_PROVIDER_DEMO", "127.0.0.1:0"),
            ],
            None,
            "AUTHLETE_SERVICE_ACCESSTOKEN",
        ),
        (
            &[
                ("OPENID_PROVIDER_LISTEN", "0.0.0.0:0"),
                ("OPENID_PROVIDER_DEMO", "127.0.0.1:0"),
            ],
            None,
            "AUTHLETE_SERVICE_ACCESSTOKEN",
        ),
        (&[], Some("unknown = 1"), "unknown"),
    ];
    for (variables, file, name) in cases {
        let output = run(variables, file);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{variables:?}");
        assert!(error.contains(name), "{variables:?}: {error}");
        assert_eq!(error.trim().lines().count(), 1, "{variables:?}: {error}");
        assert!(error.starts_with("openid-provider: "), "{error}");
        assert!(!error.contains("marker"), "{error}");
    }
}

#[test]
fn default_settings_are_those_of_the_readme() {
    let defaults: BTreeMap<&str, Value> = [
        ("listen", "127.0.0.1:3000".into()),
        ("database", "sqlite:openid-provider.db".into()),
        ("name", "OpenID Provider".into()),
        ("login_attempts", 10.into()),
        ("session_minutes", 1440.into()),
    ]
    .into();
    let settings = openid_provider::settings::Settings::default();
    for (name, value) in defaults {
        let actual: Value = match name {
            "listen" => settings.listen.to_string().into(),
            "database" => settings.database(false).into(),
            "name" => settings.name.clone().into(),
            "login_attempts" => settings.login_attempts.into(),
            _ => settings.session_minutes.into(),
        };
        assert_eq!(actual, value, "{name}");
        let text = value.as_str().map_or(value.to_string(), str::to_owned);
        assert!(
            README.contains(&format!("| `{name}` | `{text}` |")),
            "{name}"
        );
    }
}
