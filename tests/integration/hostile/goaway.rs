//! HTTP/2, which a custom reqwest client may use.

use std::time::Duration;

use authlete::types::IntrospectionRequest;
use authlete::{Authlete, Config, Error, RetryPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::errors::assert_no_secret;
use crate::raw_server::raw_server;

/// An HTTP/2 frame on stream 0, the connection (RFC 9113 §4.1).
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, 0, 0, 0, 0, 0], payload].concat()
}

/// The debug data may be any text (RFC 9113 §6.8).
#[tokio::test]
async fn debug_data_of_a_goaway_with_a_quoted_secret_is_not_shown() {
    const SETTINGS: u8 = 4;
    const GOAWAY: u8 = 7;
    const ENHANCE_YOUR_CALM: u32 = 11;
    let url = raw_server(|mut stream| async move {
        let mut buffer = [0; 16_384];
        let _ = stream.read(&mut buffer).await;
        let _ = stream.write_all(&frame(SETTINGS, b"")).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        let payload = [&[0; 4][..], &ENHANCE_YOUR_CALM.to_be_bytes(), b"SECRET"].concat();
        let _ = stream.write_all(&frame(GOAWAY, &payload)).await;
        while stream
            .read(&mut buffer)
            .await
            .is_ok_and(|length| length > 0)
        {}
    })
    .await;
    let api = Authlete::builder(Config::v3(&url, 1, "t"))
        .reqwest_builder(reqwest::Client::builder().http2_prior_knowledge())
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let request = IntrospectionRequest::new("SECRET");
    let error = api.introspection(&request).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert_no_secret(&error);
}
