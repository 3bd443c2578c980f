//! Proxies from environment variables.

use std::process::Command;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, RetryPolicy};
use serde_json::json;

use crate::server::{Reply, Server};

/// Calls this machine by IP address and by name, and a host that does not exist. Also runs as a child process.
#[tokio::test]
async fn calls_to_this_machine_succeed() {
    let server = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    let request = IntrospectionRequest::new("t");
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url.replace("127.0.0.1", host);
        let api = Authlete::new(Config::v3(url, 1, "t")).unwrap();
        api.introspection(&request).await.unwrap();
    }
    let config = Config::v3("http://authlete.invalid", 1, "t").allow_http(true);
    let builder = Authlete::builder(config).retry(RetryPolicy::never());
    // It fails, or gets the response of a proxy.
    let _ = builder.build().unwrap().introspection(&request).await;
}

/// The proxy could read unencrypted requests.
#[tokio::test]
async fn proxy_sees_nothing_of_calls_to_this_machine() {
    let proxy = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    // In a child process, because all tests share one environment.
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "proxies::calls_to_this_machine_succeed"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("HTTP_PROXY", &proxy.url);
    let output = tokio::task::spawn_blocking(move || test.output()).await;
    let output = output.unwrap().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
    // Only the call to the other host went through the proxy.
    assert_eq!(proxy.take().len(), 1);
}
