//! State files, from which a restarted emulator restores its state.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use crate::common::program::errors_of_a_run;
use crate::common::program::{Program, poll_async, refusal_to_start};
use crate::common::state_file::{contains, edit};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    Client, GetClientListQuery, GrantType, IntrospectionAction, IntrospectionRequest, TokenAction,
    TokenCreateRequest,
};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A path for a state file in a temporary directory.
fn state_path() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    (directory, path)
}

async fn emulator(path: &Path) -> Emulator {
    Emulator::builder().state_file(path).start().await.unwrap()
}

fn arguments(path: &Path) -> [&str; 2] {
    ["--state", path.to_str().unwrap()]
}

#[cfg(unix)]
#[rstest]
#[tokio::test]
async fn tokens_codes_and_tickets_are_valid_after_a_restart(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_directory, path) = state_path();
    let program = Program::start(&arguments(&path));
    let (api, client) = (program.api(version), program.client());
    let issued = tokens(&api, &client).await;
    let code = code(&api, &query(&client)).await;
    let ticket = ticket(&api, &query(&client)).await;
    let environment = program.description["environment"].clone();
    program.terminate();
    // The file has no secret in plain text.
    let (access_token, refresh_token) = (&issued.access_token, &issued.refresh_token);
    for secret in [access_token.as_ref(), refresh_token.as_ref(), Some(&ticket)] {
        assert!(!contains(&path, secret.unwrap().expose()));
    }
    assert!(!contains(&path, &code));

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
    // A code works once, also across restarts.
    program.terminate();
    let program = Program::start(&arguments(&path));
    let api = program.api(version);
    let answer = request_token(&api, &client, &code_parameters(&client, &code)).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn written_state_is_restored_after_a_crash(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_directory, path) = state_path();
    let program = Program::start(&arguments(&path));
    let api = program.api(version);
    let mut client = Client::new();
    client.client_name = Some("Survivor".to_owned());
    let created = api.create_client(&client).await.unwrap();
    program.kill();

    let program = Program::start(&arguments(&path));
    let id = created.client_id.unwrap().to_string();
    let found = program.api(version).get_client(id).await.unwrap();
    assert_eq!(found.client_secret, created.client_secret);
}

#[tokio::test]
async fn clock_is_restored_after_a_crash() {
    let (_directory, path) = state_path();
    let program = Program::start(&arguments(&path));
    let url = format!("{}/emulator/clock", program.base_url());
    let body = json!({"advance": 5000});
    let answer = reqwest::Client::new().post(url).json(&body).send().await;
    assert!(answer.unwrap().status().is_success());
    program.kill();

    let program = Program::start(&arguments(&path));
    let url = format!("{}/emulator/clock", program.base_url());
    let time: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(time["ahead"], 5000);
}

#[rstest]
#[tokio::test]
async fn state_of_an_emulator_in_the_test_process_is_restored_after_stop_and_drop(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_directory, path) = state_path();
    // The emulator is stopped explicitly or dropped.
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
    let emulator = emulator(&path).await;
    let url = format!("{}/emulator/clock", emulator.base_url());
    let time: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(time["ahead"], 30);
}

#[rstest]
#[tokio::test]
async fn first_client_has_its_current_secret_and_may_have_been_deleted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_directory, path) = state_path();
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

    // The client no longer exists, but the rest of the state does.
    let third = emulator(&path).await;
    assert_eq!(third.client().id, client.id);
    let api = Authlete::new(third.config(version)).unwrap();
    let list = api
        .get_client_list(&GetClientListQuery::new())
        .await
        .unwrap();
    assert_eq!(list.total_count, Some(0));
}

#[tokio::test]
async fn state_file_takes_precedence_over_the_seed_file() {
    let (directory, path) = state_path();
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
async fn file_that_is_no_state_is_refused_and_not_changed() {
    let (_directory, path) = state_path();
    drop(emulator(&path).await);
    let good = fs::read(&path).unwrap();
    let truncated = &good[..good.len() / 2];
    for content in [
        b"".as_slice(),
        b"not a database",
        br#"{"format":"authlete-emulator state","version":1}"#,
        truncated,
        &good[..100],
    ] {
        fs::write(&path, content).unwrap();
        let refusal = refusal_to_start(&arguments(&path));
        assert_refused(
            &refusal,
            &path,
            "it is damaged, or not a state file of authlete-emulator",
        );
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::write(&path, &good).unwrap();
    drop(emulator(&path).await);
}

fn assert_refused(refusal: &str, path: &Path, reason: &str) {
    let expected = format!("the state file {}: {reason}", path.display());
    assert!(refusal.contains(&expected), "{refusal}");
}

#[tokio::test]
async fn database_with_another_content_is_refused() {
    for (table, key, value, reason) in [
        (
            "about",
            "format",
            "shopping list",
            "it is not a state file of authlete-emulator",
        ),
        (
            "about",
            "version",
            "0",
            "its format version is 0, but this program supports version 3",
        ),
        (
            "records",
            "clock",
            r#"{"ahead":{"secs":"x"}}"#,
            "it is damaged: clock: invalid type: string \"x\"",
        ),
        (
            "records",
            "services/1/dreams/17",
            "{}",
            "it is damaged: services/1/dreams/17: unknown record",
        ),
    ] {
        let (_directory, path) = state_path();
        drop(emulator(&path).await);
        edit(&path, table, key, value);
        assert_refused(&refusal_to_start(&arguments(&path)), &path, reason);
    }
    // A database of another program.
    let (_directory, path) = state_path();
    drop(redb::Database::create(&path).unwrap());
    edit(&path, "groceries", "milk", "2");
    let reason = "it is not a state file of authlete-emulator";
    assert_refused(&refusal_to_start(&arguments(&path)), &path, reason);
}

#[tokio::test]
async fn state_file_in_use_is_refused() {
    let (_directory, path) = state_path();
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
    // A symbolic link to it is refused, too.
    #[cfg(unix)]
    {
        let link = path.with_file_name("link.state");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let refusal = refusal_to_start(&arguments(&link));
        assert!(
            refusal.contains("another authlete-emulator uses it"),
            "{refusal}"
        );
    }
    // The first program still works, and its end releases the file.
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
async fn state_file_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let (directory, path) = state_path();
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
    assert_eq!(names, ["emulator.state"]);
}

#[cfg(unix)]
#[tokio::test]
async fn state_file_that_other_users_can_access_keeps_its_mode_with_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_directory, path) = state_path();
    drop(emulator(&path).await);
    for (mode, is_warned) in [(0o600, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let errors = errors_of_a_run(&arguments(&path));
        let warning = format!("other users can access it: its mode is {mode:o}\n");
        assert_eq!(errors.contains(&warning), is_warned, "{errors}");
        let kept = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(kept & 0o777, mode);
    }
}

/// A limit of the file size simulates a full disk.
#[cfg(unix)]
#[tokio::test]
async fn unwritable_state_fails_the_healthcheck_and_later_changes_are_written() {
    let (_directory, path) = state_path();
    drop(emulator(&path).await);
    let size = fs::metadata(&path).unwrap().len() + 64 * 1024;
    let program = Program::start_with_file_limit(size, &arguments(&path));
    let api = program.api(authlete::ApiVersion::V3);
    let health = format!(
        "{}/api/lifecycle/healthcheck?extended=true",
        program.base_url()
    );
    assert_eq!(reqwest::get(&health).await.unwrap().status(), 200);
    let mut client = Client::new();
    client.description = Some("x".repeat(200_000));
    client.client_name = Some("Too large".to_owned());
    let created = api.create_client(&client).await.unwrap();
    poll_async(async || reqwest::get(&health).await.unwrap().status() == 503).await;
    // Smaller and later changes are written.
    let id = created.client_id.unwrap().to_string();
    api.delete_client(id).await.unwrap();
    client.description = None;
    client.client_name = Some("Survivor".to_owned());
    api.create_client(&client).await.unwrap();
    poll_async(async || reqwest::get(&health).await.unwrap().status() == 200).await;
    program.kill();
    let emulator = emulator(&path).await;
    let api = Authlete::new(emulator.config(authlete::ApiVersion::V3)).unwrap();
    let clients = api
        .get_client_list(&GetClientListQuery::new())
        .await
        .unwrap();
    let names = clients.clients.unwrap().into_iter();
    let names: Vec<_> = names.filter_map(|client| client.client_name).collect();
    assert!(names.contains(&"Survivor".to_owned()), "{names:?}");
    assert!(!names.contains(&"Too large".to_owned()), "{names:?}");
}

#[rstest]
#[tokio::test]
async fn read_only_calls_do_not_write_the_state_file(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_directory, path) = state_path();
    let program = Program::start(&arguments(&path));
    let (api, client) = (program.api(version), program.client());
    let issued = tokens(&api, &client).await;
    thread::sleep(Duration::from_secs(1));
    let before = fs::read(&path).unwrap();
    for _ in 0..10 {
        let token = issued.access_token.clone().unwrap();
        let answer = api.introspection(&IntrospectionRequest::new(token)).await;
        assert_eq!(answer.unwrap().action, IntrospectionAction::Ok);
        api.get_client_list(&GetClientListQuery::new())
            .await
            .unwrap();
    }
    thread::sleep(Duration::from_secs(1));
    assert!(before == fs::read(&path).unwrap());
}

#[tokio::test]
async fn crash_under_load_loses_no_call_that_was_answered() {
    let (_directory, path) = state_path();
    let program = Program::start(&arguments(&path));
    let api = program.api(authlete::ApiVersion::V3);
    let client = program.client().id;
    let token = |number: usize| format!("token {number} of the test of a crash");
    let create = async |number: usize| {
        let request = TokenCreateRequest::new(GrantType::ClientCredentials)
            .client_id(client)
            .access_token(token(number));
        api.token_create(&request).await
    };
    let start = Instant::now();
    let mut created = 0;
    while start.elapsed() < Duration::from_secs(2) {
        create(created).await.unwrap();
        // Every second token is revoked.
        if created % 2 == 1 {
            let request =
                authlete::types::TokenRevokeRequest::new().access_token_identifier(token(created));
            api.token_revoke(&request).await.unwrap();
        }
        created += 1;
    }
    program.kill();

    let program = Program::start(&arguments(&path));
    let api = program.api(authlete::ApiVersion::V3);
    for number in 0..created {
        let request = IntrospectionRequest::new(token(number));
        let answer = api.introspection(&request).await.unwrap();
        let is_active = answer.action == IntrospectionAction::Ok;
        assert_eq!(is_active, number % 2 == 0, "{number} of {created}");
    }
}
