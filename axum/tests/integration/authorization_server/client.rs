//! A browser and a client application.

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use form_urlencoded::Serializer;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::Provider;

/// An HTTP response with its complete body.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }

    /// The parameters of a redirect to the client.
    #[track_caller]
    pub fn redirected(&self) -> HashMap<String, String> {
        assert_eq!(self.status, 302, "{self:?}");
        let location = self.header(LOCATION.as_str()).unwrap();
        let (_, query) = location.split_once(['?', '#']).unwrap();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    #[track_caller]
    pub fn assert_error(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.json()["error"], error, "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"));
    }
}

/// The HTTP client. It opens a connection for each request, because each test has its own runtime. All tests share it,
/// because loading the root certificates of the platform is slow.
pub fn http() -> reqwest::Client {
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let builder = reqwest::Client::builder().redirect(Policy::none());
        builder.pool_max_idle_per_host(0).build().unwrap()
    });
    HTTP.clone()
}

/// A simulated browser with a session cookie.
pub struct Browser {
    http: reqwest::Client,
    issuer: String,
    pub cookie: Option<String>,
}

impl Browser {
    pub fn new(issuer: &str) -> Self {
        Self {
            http: http(),
            issuer: issuer.to_owned(),
            cookie: None,
        }
    }

    async fn send(&mut self, mut request: RequestBuilder) -> Reply {
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let reply = Reply::of(request).await;
        if let Some(cookie) = reply.header(SET_COOKIE.as_str()) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        reply
    }

    pub async fn authorize(&mut self, query: &str) -> Reply {
        let url = format!("{}/authorize?{query}", self.issuer);
        self.send(self.http.get(url)).await
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let url = format!("{}{path}", self.issuer);
        self.send(self.http.get(url)).await
    }

    pub async fn post(&mut self, path: &str, form: &str) -> Reply {
        self.post_from("same-origin", path, form).await
    }

    /// Posts a form of a page of this or of another site (`Sec-Fetch-Site`).
    pub async fn post_from(&mut self, site: &str, path: &str, form: &str) -> Reply {
        let request = self.http.post(format!("{}{path}", self.issuer));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        self.send(request.body(form.to_owned())).await
    }

    pub async fn log_in(&mut self) -> Reply {
        self.post("/login", "name=alice&password=wonderland").await
    }

    pub async fn agree(&mut self) -> Reply {
        self.post("/consent", "agree=yes").await
    }

    /// Goes through login and consent, and returns the authorization response.
    pub async fn authorization_response(&mut self, query: &str) -> HashMap<String, String> {
        self.authorize(query).await;
        self.log_in().await;
        self.agree().await.redirected()
    }
}

/// The client application, registered on the emulator.
pub struct Client<'a> {
    provider: &'a Provider,
}

/// The PKCE example of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl<'a> Client<'a> {
    pub fn of(provider: &'a Provider) -> Self {
        Self { provider }
    }

    /// The parameters of an authorization request.
    pub fn parameters(&self, scope: &str, more: &[(&str, &str)]) -> String {
        let client = self.provider.emulator.client();
        Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id.to_string())
            .append_pair("redirect_uri", &client.redirect_uri)
            .append_pair("scope", scope)
            .append_pair("state", "xyz")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(more)
            .finish()
    }

    /// The value of `Authorization` with the client credentials.
    pub fn basic(&self) -> String {
        let client = self.provider.emulator.client();
        let pair = format!("{}:{}", client.id, client.secret.expose());
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        http().request(method, format!("{}{path}", self.provider.issuer))
    }

    /// Posts a form with the client credentials.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let request = self.form(path, form).header("authorization", self.basic());
        Reply::of(request).await
    }

    /// A request with a form, without client credentials.
    pub fn form(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        self.request(Method::POST, path)
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=UTF-8",
            )
            .body(body)
    }

    /// Redeems an authorization code.
    pub async fn redeem(&self, code: &str) -> Reply {
        let redirect_uri = &self.provider.emulator.client().redirect_uri;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.post("/token", &form).await
    }

    /// The token response after login and consent.
    pub async fn tokens(&self, scope: &str, more: &[(&str, &str)]) -> Value {
        let mut browser = self.provider.browser();
        let parameters = self.parameters(scope, more);
        let response = browser.authorization_response(&parameters);
        let reply = self.redeem(&response.await["code"]).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }
}

/// The claims of an ID token. The signature is not verified.
pub fn claims(tokens: &Value) -> Value {
    let payload = tokens["id_token"].as_str().unwrap().split('.').nth(1);
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload.unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}
