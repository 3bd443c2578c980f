//! The faults, with their names from the table.

use std::time::{Duration, SystemTime};

use super::act::Act::{self, *};
use super::gzip;
use super::table::GZIP;
use super::tls::Identity;

use tokio_rustls::rustls::AlertDescription;

/// A fault of a server.
pub struct Fault {
    pub name: String,
    pub act: Act,
    /// The timeout of a call.
    pub deadline: Duration,
}

/// Far longer than needed. A call that takes this long hangs.
pub const LONG: Duration = Duration::from_secs(30);

/// For calls that end at their deadline.
const SHORT: Duration = Duration::from_secs(5);

fn fault(name: impl Into<String>, act: Act) -> Fault {
    Fault {
        name: name.into(),
        act,
        deadline: LONG,
    }
}

fn until_deadline(name: &str, act: Act) -> Fault {
    Fault {
        deadline: SHORT,
        ..fault(name, act)
    }
}

pub fn faults() -> Vec<Fault> {
    let answers = [statuses(), bodies()].into_iter().flatten();
    faults_of_transport().into_iter().chain(answers).collect()
}

/// Faults of connections, HTTP framing and TLS.
pub fn faults_of_transport() -> Vec<Fault> {
    [connections(), heads(), lengths(), tls()]
        .into_iter()
        .flatten()
        .collect()
}

/// The beginning of a response body.
const BEGINNING: &str = r#"{"action":"OK","accessToken":"SECRET"#;

/// A response with a body and additional headers, each of which ends in a line break.
fn http(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn ok(body: impl AsRef<[u8]>) -> Act {
    Answer(http(200, "content-type: application/json\r\n", body))
}

fn status(status: u16, headers: &str) -> Act {
    Answer(http(status, headers, "not now"))
}

/// The given head, and the beginning of a body.
fn partial_response(head: &str) -> Vec<u8> {
    format!("{head}\r\n{BEGINNING}").into()
}

fn connections() -> Vec<Fault> {
    let half_a_head = || b"HTTP/1.1 200 OK\r\ncontent-len".to_vec();
    let half_a_body = || partial_response("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n");
    let slowly = |first: Vec<u8>| SendRepeatedly {
        first,
        again: b" ".to_vec(),
        pause: Duration::from_millis(20),
    };
    vec![
        fault("connection refused", Refuse),
        fault("reset before the request is read", ResetAtOnce),
        fault("reset before the headers", SendAndReset(Vec::new())),
        fault("reset in the headers", SendAndReset(half_a_head())),
        fault("reset in the body", SendAndReset(half_a_body())),
        fault("closed before the headers", SendAndClose(Vec::new())),
        fault("closed in the headers", SendAndClose(half_a_head())),
        fault("closed in the body", SendAndClose(half_a_body())),
        until_deadline("silence", SendAndHang(Vec::new())),
        until_deadline("silence in the headers", SendAndHang(half_a_head())),
        until_deadline("silence in the body", SendAndHang(half_a_body())),
        until_deadline("headers byte by byte", slowly(half_a_head())),
        until_deadline("a body byte by byte", slowly(half_a_body())),
    ]
}

fn heads() -> Vec<Fault> {
    let head =
        |headers: &str| SendAndClose(partial_response(&format!("HTTP/1.1 200 OK\r\n{headers}")));
    let endless = |first: &str, again: Vec<u8>| SendRepeatedly {
        first: first.into(),
        again,
        pause: Duration::ZERO,
    };
    vec![
        fault(
            "not HTTP",
            SendAndClose(b"220 SECRET.example.com ESMTP\r\n".into()),
        ),
        fault("HTTP/0.9", SendAndClose(BEGINNING.into())),
        fault(
            "HTTP/7.3",
            SendAndClose(partial_response("HTTP/7.3 200 OK\r\n")),
        ),
        fault("a header without a name", head(": SECRET\r\n")),
        fault("a header with NUL", head("x-a: \0SECRET\r\n")),
        fault("101 headers", head(&"x-a: b\r\n".repeat(101))),
        fault(
            "endless headers",
            endless("HTTP/1.1 200 OK\r\nx-a: ", vec![b'a'; 1 << 12]),
        ),
        until_deadline(
            "endless 1xx responses",
            endless("", b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(16)),
        ),
        fault(
            "an unrequested protocol upgrade",
            SendAndClose(partial_response(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n",
            )),
        ),
    ]
}

fn lengths() -> Vec<Fault> {
    let head = |headers: &str| partial_response(&format!("HTTP/1.1 200 OK\r\n{headers}"));
    let chunked = |rest: &str| {
        SendAndClose(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{rest}").into())
    };
    let forged = http(200, "", r#"{"action":"OK","subject":"forged"}"#);
    let first = http(200, "", r#"{"action":"OK"}"#);
    vec![
        fault(
            "content-length too long",
            SendAndClose(head("content-length: 1000\r\n")),
        ),
        fault(
            "content-length too short",
            SendAndClose(head("content-length: 9\r\n")),
        ),
        fault(
            "negative content-length",
            SendAndClose(head("content-length: -1\r\n")),
        ),
        fault(
            "content-length not a number",
            SendAndClose(head("content-length: SECRET\r\n")),
        ),
        fault(
            "content-length larger than 64 bits",
            SendAndClose(head("content-length: 99999999999999999999\r\n")),
        ),
        fault(
            "content-length of an exabyte",
            SendAndClose(head("content-length: 1152921504606846976\r\n")),
        ),
        fault(
            "two content-lengths",
            SendAndClose(head("content-length: 5\r\ncontent-length: 6\r\n")),
        ),
        fault(
            "a chunk without a length",
            chunked("SECRET\r\n{}\r\n0\r\n\r\n"),
        ),
        fault(
            "a chunk length larger than 64 bits",
            chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ),
        fault(
            "a chunk longer than its length",
            chunked("2\r\n{}SECRET\r\n0\r\n\r\n"),
        ),
        fault("no last chunk", chunked("2\r\n{}\r\n")),
        fault(
            "an endless body",
            SendRepeatedly {
                first: b"HTTP/1.1 200 OK\r\n\r\n{\"accessToken\":\"SECRET".to_vec(),
                again: vec![b'a'; 1 << 16],
                pause: Duration::ZERO,
            },
        ),
        fault(
            "endless small chunks",
            SendRepeatedly {
                first: b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
                again: b"10\r\n                \r\n".repeat(1 << 10),
                pause: Duration::ZERO,
            },
        ),
        // The second response must not be used for the next call.
        fault(
            "a second response after the first",
            Answer([first, forged].concat()),
        ),
    ]
}

fn statuses() -> Vec<Fault> {
    let after = |time: Duration| httpdate::fmt_http_date(SystemTime::now() + time);
    let soon = after(Duration::from_secs(2));
    let hour = after(Duration::from_secs(3600));
    let epoch = |time: Duration| {
        let time = SystemTime::now() + time;
        time.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs()
    };
    let soon_in_seconds = epoch(Duration::from_secs(2));
    let api = r#"{"resultCode":"A001201","resultMessage":"[A001201] no."}"#;
    vec![
        fault("200 without a body", ok("")),
        fault("204", Answer(b"HTTP/1.1 204 No Content\r\n\r\n".into())),
        fault("205 without a body", Answer(http(205, "", ""))),
        fault(
            "200 with an HTML page",
            Answer(http(
                200,
                "content-type: text/html\r\n",
                "<html>Sign in</html>",
            )),
        ),
        fault("301 to another host", redirect(301)),
        fault("302 to another host", redirect(302)),
        fault("303 to another host", redirect(303)),
        fault("307 to another host", redirect(307)),
        fault("308 to another host", redirect(308)),
        fault("401 with a result code", Answer(http(401, "", api))),
        fault("404", status(404, "")),
        fault("407", status(407, "proxy-authenticate: Basic\r\n")),
        fault("408", status(408, "connection: close\r\n")),
        fault("429", status(429, "")),
        fault(
            "429, `Retry-After` in seconds",
            status(429, "retry-after: 1\r\n"),
        ),
        fault(
            "429, `Retry-After` with a date",
            status(429, &format!("retry-after: {soon}\r\n")),
        ),
        fault(
            "429, `RateLimit-Reset` in seconds",
            status(429, "ratelimit-reset: 1\r\n"),
        ),
        fault(
            "429, `X-RateLimit-Reset` in seconds",
            status(429, "x-ratelimit-reset: 1\r\n"),
        ),
        fault(
            "429, `X-RateLimit-Reset` with a time",
            status(429, &format!("x-ratelimit-reset: {soon_in_seconds}\r\n")),
        ),
        fault(
            "429, `Retry-After` in the past",
            status(429, "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        ),
        fault(
            "429, invalid `Retry-After`",
            status(429, "retry-after: -1 soon\r\n"),
        ),
        fault(
            "429, `Retry-After` past the deadline",
            status(429, "retry-after: 3600\r\n"),
        ),
        fault(
            "429, `Retry-After` with a date past the deadline",
            status(429, &format!("retry-after: {hour}\r\n")),
        ),
        fault(
            "429, `RateLimit-Reset` past the deadline",
            status(429, "ratelimit-reset: 18446744073709551615\r\n"),
        ),
        fault("500", status(500, "")),
        fault("500 with a result code", Answer(http(500, "", api))),
        fault(
            "502 with an HTML page",
            Answer(http(
                502,
                "content-type: text/html\r\n",
                "<html>Bad Gateway</html>",
            )),
        ),
        fault("503", status(503, "")),
        fault(
            "503, `Retry-After` past the deadline",
            status(503, "retry-after: 3600\r\n"),
        ),
        fault("504", status(504, "")),
        fault("999", status(999, "")),
    ]
}

/// A client that follows the redirect opens a connection, which is counted.
fn redirect(code: u16) -> Act {
    status(code, "location: http://elsewhere.test:1/\r\n")
}

fn bodies() -> Vec<Fault> {
    const DEEP: usize = 100_000;
    let deep = |member: &str, opening: &str, closing: &str| {
        let (opening, closing) = (opening.repeat(DEEP), closing.repeat(DEEP));
        ok(format!(
            r#"{{"action":"OK","{member}":{opening}0{closing}}}"#
        ))
    };
    let value = |member: &str, value: &str| ok(format!(r#"{{"action":"OK","{member}":{value}}}"#));
    vec![
        fault("truncated JSON", ok(BEGINNING)),
        fault("data after the JSON", ok(format!("{BEGINNING}\"}}SECRET"))),
        fault("data before the JSON", ok(format!("SE{BEGINNING}\"}}"))),
        fault("a byte order mark", ok(format!("\u{feff}{BEGINNING}\"}}"))),
        fault("JSON in UTF-16", ok(utf_16(&format!("{BEGINNING}\"}}")))),
        fault("NUL before the JSON", ok(format!("\0{BEGINNING}\"}}"))),
        fault("NUL in a string", value("subject", "\"SECRET\0\"")),
        fault(
            "escaped NUL in a string",
            value("clientIdAlias", r#""\u0000""#),
        ),
        fault(
            "invalid UTF-8 in a string",
            ok(b"{\"subject\":\"SECRET\xff\"}"),
        ),
        fault("a lone surrogate", value("subject", r#""SECRET\ud800""#)),
        fault("an array instead of the object", ok(r#"["SECRET"]"#)),
        fault("`null` instead of the object", ok("null")),
        fault("a number instead of a string", value("action", "5")),
        fault(
            "a string instead of a number",
            value("clientId", r#""SECRET""#),
        ),
        fault(
            "an integer larger than 64 bits",
            value("clientId", "9223372036854775808"),
        ),
        fault("a fraction instead of an integer", value("clientId", "1.5")),
        fault("a number out of range", value("clientId", "1e400")),
        fault(
            "a number out of range, in an unknown member",
            value("x", "1e400"),
        ),
        fault("`NaN`", value("clientId", "NaN")),
        fault("a duplicate member", value("action", r#""A","action":"B""#)),
        fault("unknown members", value("x", r#"[{"y":null}]"#)),
        fault(
            "100,000 nested objects",
            deep("properties", r#"{"a":"#, "}"),
        ),
        fault("100,000 nested arrays", deep("properties", "[", "]")),
        fault(
            "100,000 nested objects, in an unknown member",
            deep("x", r#"{"a":"#, "}"),
        ),
        fault(
            "100,000 nested arrays, in an unknown member",
            deep("x", "[", "]"),
        ),
        fault("100,000 nested arrays, never closed", ok("[".repeat(DEEP))),
        fault(
            format!("gzip{GZIP}"),
            Answer(http(
                200,
                "content-encoding: gzip\r\n",
                gzip::compress(b"{\"action\":\"OK\"}"),
            )),
        ),
        fault(
            format!("a gzip bomb{GZIP}"),
            Answer(http(200, "content-encoding: gzip\r\n", gzip::bomb())),
        ),
        fault(
            format!("invalid gzip data{GZIP}"),
            Answer(http(200, "content-encoding: gzip\r\n", BEGINNING)),
        ),
        fault(
            "an unknown content encoding",
            Answer(http(200, "content-encoding: x-secret\r\n", "SECRET")),
        ),
    ]
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn tls() -> Vec<Fault> {
    // A record header announcing a ServerHello that does not arrive (RFC 8446 §5.1).
    let half = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76".to_vec();
    vec![
        fault(
            "plain text instead of TLS",
            NoTls(b"HTTP/1.1 400 Bad Request\r\n\r\n".into()),
        ),
        fault("closed in the TLS handshake", NoTls(Vec::new())),
        fault(
            "closed within a message of the TLS handshake",
            NoTls(half.clone()),
        ),
        fault("silence in the TLS handshake", HalfTls(half)),
        fault("an expired certificate", Certificate(Identity::Expired)),
        fault(
            "a certificate of another host",
            Certificate(Identity::OtherHost),
        ),
        fault(
            "a certificate of an unknown issuer",
            Certificate(Identity::UnknownIssuer),
        ),
        // The body ends with the connection, which anyone on the path can close (RFC 8446 §6.1).
        fault(
            "TLS closed without `close_notify`",
            CutTls(b"HTTP/1.1 200 OK\r\n\r\n{\"action\":\"OK\"}".into()),
        ),
        // Despite the alert, the request may have been processed.
        fault(
            "a TLS alert after the request, about the certificate",
            TlsAlert(AlertDescription::CertificateRequired),
        ),
        fault(
            "a TLS alert after the request, about access",
            TlsAlert(AlertDescription::AccessDenied),
        ),
    ]
}
