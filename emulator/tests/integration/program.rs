//! The emulator as a program.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::common::program::{Program, command, poll, refusal_to_start};
use crate::common::state_file::contains;
use crate::common::{GENERATIONS, jwks};
use authlete::types::{Client, GetClientListQuery, GetServiceListQuery};
use authlete::{Authlete, Config};

const NOTICE: &str = "This is not Authlete, and it is not for production.";

/// Kills the process on drop.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and reads what it writes for a shell.
fn shell_output(arguments: &[&str]) -> (KillOnDrop, Vec<String>) {
    let child = command(arguments).stdout(Stdio::piped()).spawn();
    let mut program = KillOnDrop(child.unwrap());
    let mut lines = Vec::new();
    for line in BufReader::new(program.0.stdout.take().unwrap()).lines() {
        lines.push(line.unwrap());
        if lines
            .last()
            .is_some_and(|line| line.starts_with("# redirect_uri "))
        {
            break;
        }
    }
    (program, lines)
}

#[tokio::test]
async fn program_prints_an_environment_for_each_generation() {
    let (_program, lines) = shell_output(&["--port", "0"]);
    assert!(lines.contains(&format!("# {NOTICE}")));

    // Empty lines separate the blocks of exports. Each block is a complete environment.
    let blocks: Vec<HashMap<_, _>> = lines
        .split(|line| line.is_empty())
        .map(|block| {
            let exports = block.iter().filter_map(|line| line.strip_prefix("export "));
            exports
                .map(|export| export.split_once('=').unwrap())
                .collect()
        })
        .filter(|block: &HashMap<_, _>| !block.is_empty())
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let api = Authlete::new(config(&block)).unwrap();
        assert_eq!(
            api.api_version().to_string(),
            if block["AUTHLETE_API_VERSION"] == "V2" {
                "2.x"
            } else {
                "3.0"
            }
        );
        assert_it_works(&api).await;
    }
}

#[tokio::test]
async fn program_prints_one_json_object() {
    let program = Program::start(&["--port", "0"]);
    let members: Vec<_> = program.description.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["address", "baseUrl", "clients", "environment", "notice"]
    );
    assert_eq!(program.description["notice"], NOTICE);
    for version in GENERATIONS {
        assert_it_works(&program.api(version)).await;
    }

    let client = program.client();
    assert_eq!(client.alias, "emulated-client");
    assert_eq!(client.redirect_uri, "https://client.example/callback");
    let clients = program
        .api(authlete::ApiVersion::V3)
        .get_client_list(&GetClientListQuery::new())
        .await
        .unwrap();
    let registered = &clients.clients.unwrap()[0];
    assert_eq!(registered.client_id, Some(client.id));
    assert_eq!(registered.client_secret, Some(client.secret));

    #[cfg(unix)]
    {
        program.signal("INT");
        let (status, rest) = program.end();
        assert!(status.success());
        assert_eq!(rest, "\n");
    }
}

async fn assert_it_works(api: &Authlete) {
    let services = api.get_service_list(&GetServiceListQuery::new()).await;
    assert_eq!(services.unwrap().total_count, Some(1));
    let clients = api.get_client_list(&GetClientListQuery::new()).await;
    assert_eq!(clients.unwrap().total_count, Some(1));
}

#[test]
fn notice_is_printed_to_stderr_for_each_output_format() {
    for output in ["shell", "json"] {
        let child = command(&["--output", output])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut program = KillOnDrop(child.unwrap());
        let mut lines = BufReader::new(program.0.stderr.take().unwrap()).lines();
        assert_eq!(
            lines.next().unwrap().unwrap(),
            format!("authlete-emulator: {NOTICE}")
        );
    }
}

#[cfg(unix)]
#[test]
fn shell_reads_exported_certificates_and_keys_unchanged() {
    let (_program, lines) = shell_output(&["--tls", "--dpop", "--mtls"]);
    let script = "printf '%s|%s|%s' \"$AUTHLETE_ROOT_CERTIFICATE\" \"$AUTHLETE_DPOP_KEY\" \"$AUTHLETE_CLIENT_CERTIFICATE\"";
    let script = format!("{}\n{script}", lines.join("\n"));
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty());
    let output = String::from_utf8(shell.stdout).unwrap();
    let [root, key, certificate] = output.split('|').collect::<Vec<_>>()[..] else {
        panic!("{output}");
    };
    assert!(root.starts_with("-----BEGIN CERTIFICATE-----\n"));
    let key: serde_json::Value = serde_json::from_str(key).unwrap();
    assert!(key["d"].is_string());
    assert!(certificate.contains("-----BEGIN CERTIFICATE-----\n"));
    assert!(certificate.contains("-----BEGIN PRIVATE KEY-----\n"));
}

#[cfg(unix)]
#[test]
fn shell_reads_exported_secrets_unchanged() {
    let secret = "it's $HOME `x` \"y\" \\";
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed.json");
    let service = serde_json::json!({"apiSecret": secret, "clients": [
        {"clientSecret": "line\nbreak", "redirectUris": ["https://a.example/"]}]});
    std::fs::write(
        &seed,
        serde_json::json!({"services": [service]}).to_string(),
    )
    .unwrap();

    let (_program, lines) = shell_output(&["--seed", seed.to_str().unwrap()]);
    let script = format!(
        "{}\nprintf %s \"$AUTHLETE_SERVICE_APISECRET\"",
        lines.join("\n")
    );
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty());
    assert_eq!(String::from_utf8(shell.stdout).unwrap(), secret);
    assert!(lines.contains(&r"# client_secret line\nbreak".to_owned()));
}

#[test]
fn client_without_a_redirect_uri_has_no_line_for_it() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/seed.json");
    let (_program, lines) = shell_output(&["--seed", seed]);
    assert!(lines.contains(&"# client_id warehouse (the alias)".to_owned()));
    let uris: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("# redirect_uri"))
        .collect();
    assert_eq!(uris, ["# redirect_uri https://app.example/callback"]);
}

#[cfg(unix)]
#[test]
fn program_exits_with_success_on_sigint_and_sigterm() {
    for signal in ["INT", "TERM"] {
        let program = Program::start(&[]);
        program.signal(signal);
        assert!(program.end().0.success(), "{signal}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn call_in_progress_is_finished_before_the_program_exits() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("emulator.state");
    let program = Program::start(&["--latency", "3000", "--state", state.to_str().unwrap()]);
    let api = program.api(authlete::ApiVersion::V3);
    let mut client = Client::new();
    client.client_name = Some("Latecomer".to_owned());
    let call = tokio::spawn(async move { api.create_client(&client).await });
    // The client is in the state file before the delayed response is sent.
    let has_begun = move || contains(&state, "Latecomer").then_some(());
    tokio::task::spawn_blocking(move || poll(has_begun))
        .await
        .unwrap();
    program.signal("TERM");
    let ended = tokio::task::spawn_blocking(|| program.end()).await;
    assert!(ended.unwrap().0.success());
    let created = call.await.unwrap().unwrap();
    assert_eq!(created.client_name.as_deref(), Some("Latecomer"));
}

#[cfg(unix)]
#[tokio::test]
async fn program_exits_without_waiting_for_a_slow_call() {
    let program = Program::start(&["--latency", "3600000"]);
    let url = format!("{}/api/misc/echo", program.base_url());
    let call = tokio::spawn(reqwest::get(url));
    // This response shows that the server is running.
    let clock = reqwest::get(format!("{}/emulator/clock", program.base_url())).await;
    assert!(clock.unwrap().status().is_success());
    program.signal("TERM");
    let ended = tokio::task::spawn_blocking(|| program.end()).await;
    assert!(ended.unwrap().0.success());
    assert!(call.await.unwrap().is_err());
}

#[test]
fn invalid_arguments_are_refused_with_a_message() {
    for (arguments, message) in [
        (["--host", "192.0.2.1"], "authlete-emulator: Cannot assign"),
        (
            ["--seed", "/nowhere.json"],
            "authlete-emulator: the seed file /nowhere.json: ",
        ),
        (
            ["--state", "/nowhere/state"],
            "authlete-emulator: the state file /nowhere/state: ",
        ),
        (
            ["--rate-limit", "0"],
            "error: invalid value '0' for '--rate-limit <N>'",
        ),
        (
            ["--failure-rate", "1.5"],
            "error: invalid value '1.5' for '--failure-rate <RATE>': it must be a number from 0 to 1",
        ),
        (
            ["--failure-rate", "NaN"],
            "error: invalid value 'NaN' for '--failure-rate <RATE>': it must be a number from 0 to 1",
        ),
        (
            ["--rate-limit", "many"],
            "error: invalid value 'many' for '--rate-limit <N>'",
        ),
        (["--latency", "-1"], "error: "),
        (
            ["--output", "xml"],
            "error: invalid value 'xml' for '--output <OUTPUT>'",
        ),
        (
            ["--port", "65536"],
            "error: invalid value '65536' for '--port <PORT>'",
        ),
    ] {
        let refusal = refusal_to_start(&arguments);
        assert!(refusal.contains(message), "{refusal}");
    }
}

/// The configuration that [`Config::from_env`] would read. A test cannot safely change its own environment.
fn config(block: &HashMap<&str, &str>) -> Config {
    let toml: String = authlete::Setting::ALL
        .iter()
        .filter_map(|setting| {
            let value = block.get(setting.environment_variable())?;
            Some(format!("{} = \"{value}\"\n", setting.toml_key()))
        })
        .collect();
    assert_eq!(
        toml.lines().count(),
        block.len(),
        "every variable is a setting"
    );
    Config::from_toml(&toml).unwrap()
}

#[tokio::test]
async fn program_generates_signing_keys_and_restores_them_from_the_state_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let arguments = ["--state", path.to_str().unwrap()];
    let keys = async |program: &Program| jwks(&program.api(authlete::ApiVersion::V3)).await;
    let first = Program::start(&arguments);
    let own = keys(&first).await;
    assert_eq!(
        keys(&Program::start(&[])).await["keys"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
    for other in [Program::start(&[]), Program::start(&[])] {
        let others = keys(&other).await;
        for key in own["keys"].as_array().unwrap() {
            for other in others["keys"].as_array().unwrap() {
                assert_ne!(key["kid"], other["kid"]);
            }
        }
    }
    #[cfg(unix)]
    {
        first.terminate();
        assert_eq!(keys(&Program::start(&arguments)).await, own);
    }
}
