//! The state outlives the program when there is a file for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::program::{Program, poll, refusal_to_start};
use crate::common::*;
use authlete::Authlete;
use authlete::types::{
    Client, GetClientListQuery, IntrospectionAction, IntrospectionRequest, TokenAction,
};
use authlete_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A place for a state, gone with the test.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    (directory, path)
}

async fn emulator(path: &Path) -> Emulator {
    Emulator::builder().state_file(path).start().await.unwrap()
}

fn arguments(path: &Path) -> [&str; 2] {
    ["--state", path.to_str().unwrap()]
}

/// Waits until the file says something.
fn await_writing(path: &Path, text: &str) {
    poll(|| {
        fs::read_to_string(path)
            .unwrap()
            .contains(text)
            .then_some(())
    });
}

#[cfg(unix)]
#[tokio::test]
async fn tokens_and_codes_work_after_a_clean_end() {
    for version in GENERATIONS {
        let (_directory, path) = place();
        let program = Program::start(&arguments(&path));
        let (api, client) = (program.api(version), program.client());
        let issued = tokens(&api, &client).await;
        let code = code(&api, &query(&client)).await;
        let ticket = ticket(&api, &query(&client)).await;
        let environment = program.description["environment"].clone();
        program.terminate();
        // None of them can be read there.
        let state = fs::read_to_string(&path).unwrap();
        let (access_token, refresh_token) = (&issued.access_token, &issued.refresh_token);
        for secret in [access_token.as_ref(), refresh_token.as_ref(), Some(&ticket)] {
            assert!(!state.contains(secret.unwrap().expose()));
        }
        assert!(!state.contains(&code));

        let program = Program::start(&arguments(&path));
        let api = program.api(version);
        for (generation, variables) in environment.as_object().unwrap() {
            for (name, value) in variables.as_object().unwrap() {
                if !["AUTHLETE_BASE_URL", "AUTHLETE_IDP_SERVER"].contains(&name.as_str()) {
                    assert_eq!(program.description["environment"][generation][name], *value);
                }
            }
        }
        assert_eq!(program.client().id, client.id);
        assert_eq!(program.client().secret, client.secret);

        let request = IntrospectionRequest::new(issued.access_token.unwrap());
        let answer = api.introspection(&request).await.unwrap();
        assert_eq!(answer.action, IntrospectionAction::Ok);
        assert_eq!(answer.subject.as_deref(), Some("alice"));
        let refresh_token = issued.refresh_token.unwrap();
        let parameters = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ]);
        let answer = request_token(&api, &client, &parameters).await;
        assert_eq!(answer.action, TokenAction::Ok);
        let answer = request_token(&api, &client, &code_parameters(&client, &code)).await;
        assert_eq!(answer.action, TokenAction::Ok);
        let request = authlete::types::AuthorizationIssueRequest::new(ticket, "alice");
        let answer = api.authorization_issue(&request).await.unwrap();
        assert!(answer.authorization_code.is_some());
        // And a code works once, also when that was in another life.
        program.terminate();
        let program = Program::start(&arguments(&path));
        let api = program.api(version);
        let answer = request_token(&api, &client, &code_parameters(&client, &code)).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
    }
}

#[tokio::test]
async fn what_is_written_outlives_a_crash() {
    for version in GENERATIONS {
        let (_directory, path) = place();
        let program = Program::start(&arguments(&path));
        let api = program.api(version);
        let mut client = Client::new();
        client.client_name = Some("Survivor".to_owned());
        let created = api.create_client(&client).await.unwrap();
        await_writing(&path, "Survivor");
        program.kill();

        let program = Program::start(&arguments(&path));
        let id = created.client_id.unwrap().to_string();
        let found = program.api(version).get_client(id).await.unwrap();
        assert_eq!(found.client_secret, created.client_secret);
    }
}

#[tokio::test]
async fn the_clock_is_kept() {
    let (_directory, path) = place();
    let program = Program::start(&arguments(&path));
    let url = format!("{}/emulator/clock", program.base_url());
    let body = json!({"advance": 5000});
    let answer = reqwest::Client::new().post(url).json(&body).send().await;
    assert!(answer.unwrap().status().is_success());
    await_writing(&path, "5000");
    program.kill();

    let program = Program::start(&arguments(&path));
    let url = format!("{}/emulator/clock", program.base_url());
    let time: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(time["ahead"], 5000);
}

#[tokio::test]
async fn in_a_process_it_is_the_same() {
    for version in GENERATIONS {
        let (_directory, path) = place();
        // By word, and by going out of scope.
        for round in 1..=3 {
            let emulator = emulator(&path).await;
            let api = Authlete::new(emulator.config(version)).unwrap();
            let list = api
                .get_client_list(&GetClientListQuery::new())
                .await
                .unwrap();
            assert_eq!(list.total_count, Some(round));
            api.create_client(&Client::new()).await.unwrap();
            emulator.advance(Duration::from_secs(10));
            if round == 2 {
                drop(emulator);
            } else {
                emulator.stop().await.unwrap();
            }
        }
        let state: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(state["format"], "authlete-emulator state");
        assert_eq!(state["version"], 1);
        assert_eq!(state["state"]["clock"]["ahead"]["secs"], 30);
    }
}

#[tokio::test]
async fn what_is_shown_is_what_works() {
    for version in GENERATIONS {
        let (_directory, path) = place();
        let first = emulator(&path).await;
        let api = Authlete::new(first.config(version)).unwrap();
        let client = first.client().clone();
        let refreshed = api
            .refresh_client_secret(client.id.to_string())
            .await
            .unwrap();
        first.stop().await.unwrap();

        let second = emulator(&path).await;
        assert_eq!(
            Some(&second.client().secret),
            refreshed.new_client_secret.as_ref()
        );
        let api = Authlete::new(second.config(version)).unwrap();
        api.delete_client(client.id.to_string()).await.unwrap();
        second.stop().await.unwrap();

        // There is no client to show any more, but still a state.
        let third = emulator(&path).await;
        assert_eq!(third.client().id, client.id);
        let api = Authlete::new(third.config(version)).unwrap();
        let list = api
            .get_client_list(&GetClientListQuery::new())
            .await
            .unwrap();
        assert_eq!(list.total_count, Some(0));
    }
}

#[tokio::test]
async fn a_state_goes_before_a_seed() {
    let (directory, path) = place();
    let seed = directory.path().join("seed.json");
    fs::write(
        &seed,
        r#"{"services": [{"clients": [{"clientIdAlias": "one"}]}]}"#,
    )
    .unwrap();
    let start = || {
        Emulator::builder()
            .seed_file(&seed)
            .state_file(&path)
            .start()
    };
    let emulator = start().await.unwrap();
    assert_eq!(emulator.client().alias, "one");
    let id = emulator.client().id;
    drop(emulator);
    fs::write(
        &seed,
        r#"{"services": [{"clients": [{"clientIdAlias": "two"}]}]}"#,
    )
    .unwrap();
    let emulator = start().await.unwrap();
    assert_eq!(emulator.client().alias, "one");
    assert_eq!(emulator.client().id, id);
}

#[tokio::test]
async fn what_is_no_state_is_refused_and_left_alone() {
    let (_directory, path) = place();
    drop(emulator(&path).await);
    let good = fs::read_to_string(&path).unwrap();
    let truncated = &good[..good.len() / 2];
    let other_version = good.replacen(r#""version":1"#, r#""version":2"#, 1);
    let other_format = good.replacen("authlete-emulator state", "my shopping list", 1);
    let other_clock = good.replacen(r#""secs":0"#, r#""secs":"x""#, 1);
    for (content, words) in [
        ("", "it is damaged, or no state of authlete-emulator"),
        (
            "not JSON",
            "it is damaged, or no state of authlete-emulator",
        ),
        ("{}", "it is damaged, or no state of authlete-emulator"),
        (truncated, "it is damaged, or no state of authlete-emulator"),
        (
            &format!("{good}x"),
            "it is damaged, or no state of authlete-emulator",
        ),
        (&other_format, "it is no state of authlete-emulator"),
        (
            &other_version,
            "it is of version 2, and this program knows version 1",
        ),
        (&other_clock, "it is damaged: invalid type: string \"x\""),
    ] {
        fs::write(&path, content).unwrap();
        let refusal = refusal_to_start(&arguments(&path));
        let expected = format!(
            "the state file {}: {words}",
            path.canonicalize().unwrap().display()
        );
        assert!(refusal.contains(&expected), "{refusal}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    fs::write(&path, &good).unwrap();
    drop(emulator(&path).await);
}

#[tokio::test]
async fn one_file_is_for_one_program() {
    let (_directory, path) = place();
    let program = Program::start(&arguments(&path));
    let refusal = refusal_to_start(&arguments(&path));
    assert!(
        refusal.contains("another authlete-emulator uses it"),
        "{refusal}"
    );
    let refused = Emulator::builder().state_file(&path).start().await;
    assert_eq!(
        refused.unwrap_err().kind(),
        std::io::ErrorKind::ResourceBusy
    );
    // A second name for it does not help.
    #[cfg(unix)]
    {
        let link = path.with_file_name("link.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let refusal = refusal_to_start(&arguments(&link));
        assert!(
            refusal.contains("another authlete-emulator uses it"),
            "{refusal}"
        );
    }
    // The first one is not disturbed, and a dead one holds nothing.
    assert!(
        reqwest::get(format!("{}/api/misc/echo", program.base_url()))
            .await
            .is_ok()
    );
    program.kill();
    drop(emulator(&path).await);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let (directory, path) = place();
    // What a crash left behind does not lend its permissions.
    let left_behind = path.with_file_name("state.json.new");
    fs::write(&left_behind, "").unwrap();
    fs::set_permissions(&left_behind, fs::Permissions::from_mode(0o666)).unwrap();
    drop(emulator(&path).await);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["state.json", "state.json.lock"]);
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_told() {
    let (_directory, path) = place();
    let emulator = emulator(&path).await;
    let api = Authlete::new(emulator.config(authlete::ApiVersion::V3)).unwrap();
    api.create_client(&Client::new()).await.unwrap();
    // A directory is in the way, as soon as nothing else is.
    let new = path.with_file_name("state.json.new");
    poll(|| fs::create_dir(&new).ok());
    api.create_client(&Client::new()).await.unwrap();
    let before = fs::read(&path).unwrap();
    let error = emulator.stop().await.unwrap_err();
    assert!(error.to_string().contains("the state file "), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}
