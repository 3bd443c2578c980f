//! Proxies from environment variables.

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, RetryPolicy};
use serde_json::json;
#[cfg(all(target_os = "linux", not(feature = "native-tls")))]
use {
    crate::authority::Authority,
    crate::raw_server::{OK, next_request, raw_server},
    crate::tls_server::{VERSIONS, acceptor},
    std::sync::Arc,
    std::sync::atomic::{AtomicUsize, Ordering},
    tokio::io::AsyncWriteExt as _,
};

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

/// A proxy may be reached by TLS even if the server is not.
#[cfg(all(target_os = "linux", not(feature = "native-tls")))]
#[tokio::test]
async fn proxy_with_tls_is_trusted_by_the_roots_of_the_platform() {
    let root = Authority::new("root");
    let roots = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&roots, root.pem()).unwrap();
    let acceptor = acceptor(&root.server("127.0.0.1"), None, VERSIONS[0]);
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    let proxy = raw_server(move |stream| {
        let (handshake, count) = (acceptor.accept(stream), Arc::clone(&count));
        async move {
            let Ok(mut stream) = handshake.await else {
                return;
            };
            while next_request(&mut stream).await {
                count.fetch_add(1, Ordering::Relaxed);
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let mut test = child_process::test("proxies::calls_to_this_machine_succeed");
    test.env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("HTTP_PROXY", proxy.replace("http://", "https://"))
        .env("SSL_CERT_FILE", roots.path());
    child_process::assert_passes(test).await;
    assert_eq!(requests.load(Ordering::Relaxed), 1);
}
