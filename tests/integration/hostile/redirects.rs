//! Redirects are not followed, also with a custom HTTP client, so that credentials stay with the server.

use authlete::{Authlete, Config};
use reqwest::redirect::Policy;
use serde_json::json;

use super::caller::Call;
use crate::server::{Reply, Server};

#[tokio::test]
async fn redirects_are_not_followed_by_any_http_client() {
    let elsewhere = Server::always(Reply::json(200, &json!({ "action": "OK" }))).await;
    // Another host name for the same address.
    let location = elsewhere.url.replace("127.0.0.1", "localhost");
    for status in [300, 301, 302, 303, 307, 308] {
        let reply = Reply::text(status, "text/plain", "elsewhere").header("location", &location);
        let server = Server::always(reply).await;
        let builder = || Authlete::builder(Config::v3(&server.url, 1, "SECRET-access-token"));
        let http = reqwest::Client::builder;
        let following = http().redirect(Policy::limited(3));
        for api in [
            builder().build(),
            builder().reqwest_builder(following).build(),
            builder()
                .reqwest_client(http().redirect(Policy::none()).build().unwrap())
                .build(),
        ] {
            let api = api.unwrap();
            for call in [Call::Read, Call::Change] {
                let error = call.make(&api).await.unwrap_err();
                assert_eq!(error.status().unwrap(), status);
                assert!(!error.is_retryable());
            }
        }
        assert_eq!(server.take().len(), 6);
    }
    assert_eq!(elsewhere.connections(), 0);
}
