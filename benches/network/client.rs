//! The clients that are compared.

use authlete::types::{IntrospectionRequest, TokenRequest};
use authlete::{Authlete, AuthleteBuilder, Config};
use serde::Serialize;

use super::plain;

/// The SDK, bare reqwest with its defaults (HTTP/2), and bare reqwest with HTTP/1.1.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Sdk,
    Http2,
    Http1,
}

pub const KINDS: [Kind; 3] = [Kind::Sdk, Kind::Http2, Kind::Http1];

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdk => "SDK",
            Self::Http2 => "reqwest, HTTP/2",
            Self::Http1 => "reqwest, HTTP/1.1",
        }
    }

    pub fn from_name(name: &str) -> Self {
        let kind = KINDS.into_iter().find(|kind| kind.name() == name);
        kind.expect("the parent names a kind")
    }

    /// A client without a connection.
    pub fn client(self, url: &str, authority: &str) -> Client {
        match self {
            Self::Sdk => Client::sdk(url, authority, |builder| builder),
            Self::Http2 => Client::bare(url, authority, |builder| builder),
            Self::Http1 => Client::bare(url, authority, reqwest::ClientBuilder::http1_only),
        }
    }
}

#[derive(Clone)]
pub enum Client {
    Sdk(Authlete),
    Bare {
        client: reqwest::Client,
        url: String,
    },
}

#[derive(Serialize)]
struct Introspect {
    token: String,
    scopes: Vec<String>,
}

const TOKEN: &str = "a token of the usual length, forty-odd characters";

impl Client {
    pub fn sdk(
        url: &str,
        authority: &str,
        settings: impl FnOnce(AuthleteBuilder) -> AuthleteBuilder,
    ) -> Self {
        let builder = Authlete::builder(Config::v3(url, 986_126_671, "access-token"))
            .root_certificate(authority);
        Self::Sdk(settings(builder).build().expect("the settings are valid"))
    }

    pub fn bare(
        url: &str,
        authority: &str,
        settings: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Self {
        let root = reqwest::Certificate::from_pem(authority.as_bytes());
        let builder = reqwest::Client::builder()
            .tls_certs_merge([root.expect("the authority is valid")])
            .no_proxy();
        Self::Bare {
            client: settings(builder).build().expect("the settings are valid"),
            url: format!("{url}/api/986126671/auth/introspection"),
        }
    }

    /// Makes a call that may be retried. Returns whether it succeeded.
    pub async fn introspection(&self) -> bool {
        match self {
            Self::Sdk(api) => {
                let request = IntrospectionRequest::new(TOKEN).scopes(["openid"]);
                let answer = api.introspection(&request).await;
                answer.is_ok_and(|answer| answer.client_id == Some(26_478_243_745_571))
            }
            Self::Bare { client, url } => {
                let body = Introspect {
                    token: TOKEN.to_owned(),
                    scopes: vec!["openid".to_owned()],
                };
                let request = client.post(url).bearer_auth("access-token").json(&body);
                let Ok(answer) = request.send().await else {
                    return false;
                };
                let answer = answer.json::<plain::Introspection>().await;
                answer.is_ok_and(|answer| answer.client_id == Some(26_478_243_745_571))
            }
        }
    }

    /// Makes a call that must not be retried. Returns whether it succeeded.
    pub async fn token(&self) -> bool {
        match self {
            Self::Sdk(api) => {
                let request = TokenRequest::new("grant_type=client_credentials");
                api.token(&request).await.is_ok()
            }
            // Bare reqwest does not retry anyway.
            Self::Bare { .. } => self.introspection().await,
        }
    }
}
