//! Proxies that the environment names.

use std::process::Command;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, RetryPolicy};
use serde_json::json;

use crate::server::{Reply, Server};

/// Calls this machine, by each of its names, and a name that does not exist.
#[tokio::test]
async fn calls() {
    let server = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    let request = IntrospectionRequest::new("t");
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url.replace("127.0.0.1", host);
        let api = Authlete::new(Config::v3(url, 1, "t")).unwrap();
        api.introspection(&request).await.unwrap();
    }
    let config = Config::v3("http://authlete.invalid", 1, "t").allow_http(true);
    let builder = Authlete::builder(config).retry(RetryPolicy::never());
    // It comes to nothing, or to whatever a proxy answers.
    let _ = builder.build().unwrap().introspection(&request).await;
}

/// What is not encrypted would be read by the proxy.
#[tokio::test]
async fn a_proxy_sees_nothing_of_calls_to_this_machine() {
    let proxy = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    // In a process of its own: all tests have one environment.
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "proxies::calls"])
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
    // It is there, and is asked for other machines.
    assert_eq!(proxy.take().len(), 1);
}
