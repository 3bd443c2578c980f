//! Proxies from environment variables.

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, RetryPolicy};
use serde_json::json;

use crate::child_process;
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
    let mut test = child_process::test("proxies::calls_to_this_machine_succeed");
    test.env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("HTTP_PROXY", &proxy.url);
    child_process::assert_passes(test).await;
    // Only the call to the other host went through the proxy.
    assert_eq!(proxy.take().len(), 1);
}
