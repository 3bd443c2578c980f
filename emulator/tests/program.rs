//! The emulator as a program.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use authlete::types::{GetClientListQuery, GetServiceListQuery};
use authlete::{Authlete, Config};

/// Ends with the test, also when that fails.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_prints_an_environment_for_each_generation() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authlete-emulator"));
    let mut program = Program(
        command
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
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
    assert!(
        lines
            .iter()
            .any(|line| line.contains("not Authlete and not for production"))
    );

    // A block of exports is a whole environment, and the blocks are apart.
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
        let services = api
            .get_service_list(&GetServiceListQuery::new())
            .await
            .unwrap();
        assert_eq!(services.total_count, Some(1));
        let clients = api
            .get_client_list(&GetClientListQuery::new())
            .await
            .unwrap();
        assert_eq!(clients.total_count, Some(1));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authlete-emulator"));
    let mut program = Program(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut output = BufReader::new(program.0.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap().starts_with("# redirect_uri ")));
    let interrupt = Command::new("kill")
        .args(["-INT", &program.0.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupt.success());
    assert!(program.0.wait().unwrap().success());
}

#[test]
fn a_host_that_is_not_ours_is_an_error_in_words() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_authlete-emulator"));
    let output = command.args(["--host", "192.0.2.1"]).output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("authlete-emulator: ") && !message.contains("Os {"),
        "{message}"
    );
}

/// What [`Config::from_env`] makes of a block; a test cannot change its own environment safely.
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
