//! A browser for tests and benchmarks: cookies, forms and redirects.

use std::collections::HashMap;

use form_urlencoded::Serializer;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

pub const FORM: &str = "application/x-www-form-urlencoded";

pub struct Browser {
    pub http: Client,
    pub url: String,
    pub cookies: HashMap<String, String>,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let http = Client::builder().redirect(Policy::none());
        Self {
            http: http.build().expect("a client without TLS"),
            url: url.replace("localhost", "127.0.0.1"),
            cookies: HashMap::new(),
        }
    }

    async fn send(&mut self, request: RequestBuilder) -> Response {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await;
        let response = response.expect("the server answers");
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text");
            let (pair, _) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }

    pub async fn get(&mut self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    /// Follows redirects to this server, as far as a page or a redirect to the client.
    pub async fn follow(&mut self, mut response: Response) -> Response {
        while location(&response).starts_with('/') {
            response = self.get(&location(&response)).await;
        }
        response
    }

    /// Sends the form of a page whose action has this path: its token, and these fields.
    pub async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut form = Serializer::new(String::new());
        let token = ("form_token", form_token(page));
        let body = form.extend_pairs([token]).extend_pairs(fields).finish();
        let request = self
            .http
            .post(format!("{}{}", self.url, action(page, path)));
        let request = request.header(CONTENT_TYPE, FORM);
        self.send(request.body(body)).await
    }
}

pub fn location(response: &Response) -> String {
    let location = response.headers().get(LOCATION);
    let location = location.and_then(|location| location.to_str().ok());
    location.unwrap_or_default().to_owned()
}

pub async fn text(response: Response) -> String {
    response.text().await.expect("a body is text")
}

/// The token in the forms of a page.
pub fn form_token(page: &str) -> &str {
    until_quote(page, "name=\"form_token\" value=\"")
}

/// The action of the form with this path, with its query.
pub fn action(page: &str, path: &str) -> String {
    format!("{path}{}", until_quote(page, &format!("action=\"{path}")))
}

fn until_quote<'a>(page: &'a str, start: &str) -> &'a str {
    let (_, rest) = page.split_once(start).expect("the page has a form");
    rest.split('"').next().unwrap_or_default()
}
