//! Raw HTTP requests that no library would send.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::target::{Target, cases};

const TIMEOUT: Duration = Duration::from_secs(20);

impl Target {
    async fn connect(&self) -> TcpStream {
        let address = self.emulator.base_url().trim_start_matches("http://");
        TcpStream::connect(address).await.unwrap()
    }

    /// Sends bytes, and returns what is received until the emulator closes the connection. If the client closes its side
    /// first, as after a malformed request, there may be no response.
    async fn exchange(&self, bytes: &[u8], closes: bool) -> Vec<u8> {
        let mut stream = self.connect().await;
        // The emulator may have closed the connection at the first of the bytes.
        let _ = stream.write_all(bytes).await;
        if closes {
            let _ = stream.shutdown().await;
        }
        let mut answer = Vec::new();
        let read = timeout(TIMEOUT, stream.read_to_end(&mut answer)).await;
        let _ = read.expect("the connection is closed in time");
        answer
    }
}

fn status(answer: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(answer.get(..12)?).ok()?;
    text.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[test]
fn any_target_method_and_header_is_answered() {
    let target = Target::start();
    let token = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}";
    let method = prop_oneof![
        3 => select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"]).prop_map(str::to_owned),
        1 => token,
    ];
    let segment = prop_oneof![
        3 => select(vec!["api", "auth", "token", "0", "-1", "99999999999999999999", "", "..", "%2e%2e", "%00", "%ff", "client", "get"])
            .prop_map(str::to_owned),
        1 => "[!-\"$->@-~]{0,12}",
    ];
    let path = prop::collection::vec(segment, 0..7)
        .prop_map(|segments| format!("/{}", segments.join("/")));
    let query = prop::option::of("[!-\"$-~]{0,40}");
    let value = prop_oneof![
        select(vec![
            "Basic",
            "Basic ",
            "Basic =",
            "Basic OjpjOg==",
            "Basic MTox",
            "Bearer",
            "Bearer \u{7f}",
            "bearer  x",
            ""
        ])
        .prop_map(|value| value.as_bytes().to_vec()),
        prop::collection::vec(
            select(
                (0x20..=0xff_u8)
                    .filter(|byte| *byte != 0x7f)
                    .collect::<Vec<_>>()
            ),
            0..40
        ),
    ];
    let name = prop_oneof![3 => Just("Authorization".to_owned()), 1 => Just("Content-Type".to_owned()), 1 => token];
    let headers = prop::collection::vec((name, value), 0..4);
    proptest!(cases(400), |(method in method, path in path, query in query, headers in headers)| {
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        let mut request = format!("{method} {path}{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n").into_bytes();
        for (name, value) in headers {
            // These headers affect where the request ends. Other tests cover them.
            prop_assume!(!["content-length", "transfer-encoding", "connection", "host", "expect", "upgrade"]
                .contains(&name.to_lowercase().as_str()));
            request.extend(format!("{name}: ").into_bytes());
            request.extend(value);
            request.extend(b"\r\n");
        }
        request.extend(b"\r\n");
        let answer = target.runtime.block_on(target.exchange(&request, false));
        let status = status(&answer).ok_or_else(|| TestCaseError::fail("no answer"))?;
        // Without credentials, only operations that need none succeed.
        prop_assert!((200..500).contains(&status) || status == 501, "{status}");
    });
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn any_bytes_get_status_400_or_no_response() {
    let target = Target::start();
    proptest!(cases(100), |(bytes in prop::collection::vec(any::<u8>(), 0..200))| {
        let answer = target.runtime.block_on(target.exchange(&bytes, true));
        prop_assert!(answer.is_empty() || status(&answer) == Some(400), "{:?}", status(&answer));
    });
    for request in [
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc",
        "GET  HTTP/1.1\r\n\r\n",
        "GET /api/misc/echo HTTP/9.9\r\n\r\n",
    ] {
        let answer = target
            .runtime
            .block_on(target.exchange(request.as_bytes(), true));
        assert_ne!(status(&answer), Some(200), "{request}");
    }
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(1 << 20));
    target
        .runtime
        .block_on(target.exchange(long.as_bytes(), true));
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn body_above_1_mib_is_refused_with_413() {
    const LIMIT: usize = 1024 * 1024;
    let target = Target::start();
    let url = format!("{}/api/auth/token", target.emulator.base_url());
    for (length, expected) in [(LIMIT, 401), (LIMIT + 1, 413), (LIMIT + 100_000, 413)] {
        let request = target.http.post(&url).basic_auth("1", Some("1"));
        let request = request.body(vec![b' '; length]);
        let answer = target.runtime.block_on(async { request.send().await });
        let answer = answer.unwrap();
        assert_eq!(answer.status(), expected, "{length}");
    }
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn slow_requests_do_not_block_other_callers() {
    let target = Target::start();
    target.runtime.block_on(async {
        let mut slow = Vec::new();
        for _ in 0..64 {
            let mut stream = target.connect().await;
            let head = "POST /api/auth/token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{";
            stream.write_all(head.as_bytes()).await.unwrap();
            slow.push(stream);
        }
        target.assert_alive().await;
        // An incomplete body is no problem either, whether or not the client still reads the response.
        for stream in &mut slow {
            stream.shutdown().await.unwrap();
        }
        target.assert_alive().await;
    });
}
