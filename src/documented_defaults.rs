//! README.md tells the defaults of the code.

use crate::DecodeError;
use crate::RetryPolicy;
use crate::call_settings::{MAX_RESPONSE_SIZE, TIMEOUT};
use crate::http_client::{CONNECT_TIMEOUT, DEAD_PEER_TIMEOUT, POOL_IDLE_TIMEOUT, PROBE_INTERVAL};
use crate::retry::{BUDGET_MINIMUM, BUDGET_SHARE, BUDGET_WINDOW};

const README: &str = include_str!("../README.md");

#[test]
fn table_of_production_defaults_has_the_constants() {
    let policy = RetryPolicy::new();
    let mebibytes = MAX_RESPONSE_SIZE / (1024 * 1024);
    for beginning in [
        format!(
            "{} s for a call, including all attempts and delays",
            TIMEOUT.as_secs()
        ),
        format!(
            "{} s to connect, including the TLS handshake",
            CONNECT_TIMEOUT.as_secs()
        ),
        format!(
            "{} s for each attempt but the last",
            policy.attempt_timeout.as_secs()
        ),
        format!(
            "idle connections are kept for {} s",
            POOL_IDLE_TIMEOUT.as_secs()
        ),
        format!(
            "an unresponsive connection is closed after {} to {} s (Linux;",
            DEAD_PEER_TIMEOUT.as_secs(),
            (DEAD_PEER_TIMEOUT + PROBE_INTERVAL).as_secs()
        ),
        format!(
            "{} attempts, exponential backoff with full jitter (base {} ms, at most {} s)",
            policy.max_attempts,
            policy.base_delay.as_millis(),
            policy.max_delay.as_secs()
        ),
        format!(
            "retry budget per {} s: {} retries plus {} % of the calls",
            BUDGET_WINDOW.as_secs(),
            BUDGET_WINDOW.as_secs() * u64::from(BUDGET_MINIMUM),
            BUDGET_SHARE * 100.0
        ),
        format!(
            "{mebibytes} MiB for a response, {} levels of JSON",
            DecodeError::MAX_DEPTH
        ),
    ] {
        let row = format!("\n| {beginning}");
        assert!(README.contains(&row), "README.md has no row {beginning}");
    }
    let in_errors = format!("`max_response_size`, {mebibytes} MiB by default |");
    assert!(README.contains(&in_errors), "{in_errors}");
}

#[test]
fn example_of_the_http_client_settings_has_the_constants() {
    for (method, default) in [
        ("connect_timeout", CONNECT_TIMEOUT),
        ("timeout", TIMEOUT),
        ("pool_idle_timeout", POOL_IDLE_TIMEOUT),
    ] {
        let call = format!(".{method}(Duration::");
        let line = README
            .lines()
            .find(|line| line.trim_start().starts_with(&call));
        let line = line.unwrap_or_else(|| panic!("README.md does not call {method}"));
        let default = format!("// default: {} s", default.as_secs());
        assert!(line.ends_with(&default), "{line}: {default}");
    }
}
