//! The server information and the health check, which only 3.0 has.

use std::collections::BTreeSet;
use std::time::Duration;

#[cfg(unix)]
use crate::common::program::Program;
use crate::common::*;
use authlete::types::{Client, HealthcheckQuery};
use authlete::{ApiVersion, Authlete, Error, operations};
use authlete_emulator::Emulator;

#[tokio::test]
async fn info_returns_the_version_and_the_supported_operations() {
    let (_emulator, api) = start(ApiVersion::V3).await;
    let info = api.info().await.unwrap();
    assert_eq!(info.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    let features: BTreeSet<_> = info.features.unwrap().into_iter().collect();
    let all = operations::ALL.iter();
    assert_eq!(features, all.map(|known| known.id.to_owned()).collect());
    // The emulator has neither.
    assert_eq!(info.configuration, None);
    assert_eq!(info.service_token_cache, None);
}

#[tokio::test]
async fn info_and_healthcheck_need_no_credentials() {
    let (emulator, _api) = start(ApiVersion::V3).await;
    for (path, content_type) in [
        ("info", "application/json;charset=UTF-8"),
        ("lifecycle/healthcheck", "text/plain;charset=UTF-8"),
    ] {
        let url = format!("{}/api/{path}", emulator.base_url());
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], content_type);
    }
}

#[tokio::test]
async fn healthcheck_of_a_healthy_server_returns_ok() {
    let (emulator, api) = start(ApiVersion::V3).await;
    let query = HealthcheckQuery::new();
    assert_eq!(api.healthcheck(&query).await.unwrap(), "OK");
    let extended = api.healthcheck(&query.clone().extended(true)).await;
    assert_eq!(extended.unwrap(), "OK\nrandom numbers: OK\nstate: OK");
    let brief = api.healthcheck(&query.extended(false)).await;
    assert_eq!(brief.unwrap(), "OK");

    let log = data(&emulator, "/emulator/requests").await;
    assert_eq!(log["requests"][0]["operation"], "healthcheck");
    assert_eq!(log["requests"][0]["answer"]["length"], 2);
    let answers = log["requests"].as_array().unwrap().iter();
    let answers: Vec<_> = answers
        .map(|request| &request["answer"]["content"])
        .collect();
    assert_eq!(answers, ["OK", "OK\nrandom numbers: OK\nstate: OK", "OK"]);
}

/// Repeats the health check until `wanted` accepts its result, for at most 10 seconds.
async fn wait_for<T>(api: &Authlete, wanted: impl Fn(authlete::Result<String>) -> Option<T>) -> T {
    for _ in 0..100 {
        let query = HealthcheckQuery::new().extended(true);
        if let Some(found) = wanted(api.healthcheck(&query).await) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no such result within ten seconds");
}

#[cfg(unix)]
#[tokio::test]
async fn healthcheck_fails_while_the_state_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let builder = Emulator::builder().state_file(&path);
    builder.start().await.unwrap().stop().await.unwrap();
    let limit = std::fs::metadata(&path).unwrap().len() + 64 * 1024;
    let program = Program::start_with_file_limit(limit, &["--state", path.to_str().unwrap()]);
    let api = program.api(ApiVersion::V3);
    wait_for(&api, Result::ok).await;

    let mut client = Client::new();
    client.description = Some("x".repeat(200_000));
    let created = api.create_client(&client).await.unwrap();
    let error = wait_for(&api, Result::err).await;
    assert_eq!(error.status().unwrap(), 503);
    assert!(error.is_retryable());
    let Error::Api(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.operation, "healthcheck");
    assert_eq!(
        error.snippet.expose(),
        "FAILED\nrandom numbers: OK\nstate: FAILED"
    );
    // The health check that is not extended still succeeds.
    let brief = api.healthcheck(&HealthcheckQuery::new()).await;
    assert_eq!(brief.unwrap(), "OK");

    let id = created.client_id.unwrap();
    api.delete_client(id.to_string()).await.unwrap();
    wait_for(&api, Result::ok).await;
    program.terminate();
}

#[tokio::test]
async fn healthcheck_fails_during_a_simulated_outage() {
    let emulator = Emulator::builder().failure_rate(1.0).start().await.unwrap();
    let api = Authlete::new(emulator.config(ApiVersion::V3)).unwrap();
    let error = api.healthcheck(&HealthcheckQuery::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert!(matches!(error, Error::Api(_)));
}
