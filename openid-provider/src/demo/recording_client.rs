//! The HTTP client of the demo. It records requests and responses, so that pages can show them.
//!
//! Your app gives `openidconnect` a `reqwest::Client` instead, and never shows these messages: they contain secrets.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use http::header::HOST;
use openidconnect::{AsyncHttpClient, HttpClientError, HttpRequest, HttpResponse};
use serde_json::Value;

use super::error_chain::error_chain;

/// The timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A request and its response, as text.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub request: String,
    pub response: String,
    /// The names of the parameters of the request.
    pub parameters: Vec<String>,
    /// The JSON of the response, if it is JSON.
    pub body: Value,
}

/// An HTTP client that records its exchanges. Each operation has its own.
pub struct RecordingClient {
    http: reqwest::Client,
    exchanges: Mutex<Vec<Exchange>>,
}

/// The client whose connections all operations share.
pub fn http_client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        // A redirect would send the secrets of the client elsewhere.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
}

impl RecordingClient {
    pub fn new(http: &reqwest::Client) -> Self {
        Self {
            http: http.clone(),
            exchanges: Mutex::default(),
        }
    }

    /// The exchanges since the last call.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(
            &mut self
                .exchanges
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (text, parameters) = request_text(&request);
        let mut exchange = Exchange {
            request: text,
            response: String::new(),
            parameters,
            body: Value::Null,
        };
        let response = self.answer(request).await;
        match &response {
            Ok(response) => (exchange.response, exchange.body) = response_text(response),
            Err(error) => exchange.response = error_chain(error),
        }
        let mut exchanges = self
            .exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        exchanges.push(exchange);
        response
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.try_into().map_err(Box::new)?;
        let response = self.http.execute(request).await.map_err(Box::new)?;
        let mut copy = HttpResponse::default();
        *copy.status_mut() = response.status();
        *copy.version_mut() = response.version();
        copy.headers_mut().clone_from(response.headers());
        *copy.body_mut() = response.bytes().await.map_err(Box::new)?.to_vec();
        Ok(copy)
    }
}

type HttpError = HttpClientError<reqwest::Error>;

impl<'c> AsyncHttpClient<'c> for RecordingClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn request_text(request: &HttpRequest) -> (String, Vec<String>) {
    let uri = request.uri();
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let mut text = format!("{} {path} HTTP/1.1\n", request.method());
    if let Some(authority) = uri.authority() {
        let _ = writeln!(text, "{HOST}: {authority}");
    }
    write_headers(&mut text, request.headers());
    if request.body().is_empty() {
        return (text, Vec::new());
    }
    // On the wire it is one line. A parameter per line is easier to read.
    let body = String::from_utf8_lossy(request.body()).replace('&', "\n&");
    let _ = write!(text, "\n{body}");
    let names = form_urlencoded::parse(request.body()).map(|(name, _)| name.into_owned());
    (text, names.collect())
}

fn response_text(response: &HttpResponse) -> (String, Value) {
    let mut text = format!("{:?} {}\n", response.version(), response.status());
    write_headers(&mut text, response.headers());
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let _ = match &body {
        Value::Null => write!(text, "\n{}", String::from_utf8_lossy(response.body())),
        body => write!(text, "\n{body:#}"),
    };
    (text, body)
}

fn write_headers(text: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let _ = writeln!(
            text,
            "{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        );
    }
}
