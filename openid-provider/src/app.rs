//! The state that all handlers share.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use authlete::server::Session;
use authlete_axum::AuthorizationServer;
use axum::extract::{ConnectInfo, FromRef};
use http::request::Parts;

use crate::attempts::Attempts;
use crate::browser_session::BrowserSession;
use crate::consents::Consents;
use crate::device_requests::DeviceRequests;
use crate::error::Error;
use crate::flows::{Flow, Flows, StoredFlow};
use crate::requests::Requests;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::users::{User, Users};

/// The state of the server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub server: AuthorizationServer,
    pub directory: Directory,
    pub site: Arc<Site>,
    pub attempts: Attempts,
}

/// The users and their data.
#[derive(Clone)]
pub struct Directory {
    pub users: Users,
    pub consents: Consents,
    pub sessions: Sessions,
    pub flows: Flows,
    pub requests: Requests,
    pub device_requests: DeviceRequests,
    /// How long a backchannel request (CIBA) stays open, in seconds.
    pub request_seconds: i64,
}

/// The server as its pages describe it.
pub struct Site {
    pub name: String,
    /// The issuer.
    pub url: String,
    /// The paths of the endpoints of the protocol that browsers open.
    pub browser_endpoints: Vec<String>,
    /// Where the demo app is, and the users of the demo.
    pub demo: Option<DemoInfo>,
    pub settings: Settings,
}

impl Site {
    /// Whether browsers use TLS: by this server or by a proxy in front of it.
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https:")
    }
}

pub struct DemoInfo {
    pub url: String,
    pub users: Vec<DemoUser>,
}

/// The credentials of a user of the demo.
pub struct DemoUser {
    pub name: &'static str,
    pub password: &'static str,
}

impl App {
    pub fn new(server: AuthorizationServer, directory: Directory, site: Site) -> Self {
        let attempts = NonZeroU32::new(site.settings.login_attempts).unwrap_or(NonZeroU32::MIN);
        Self {
            server,
            directory,
            site: Arc::new(site),
            attempts: Attempts::new(attempts),
        }
    }

    /// The IP address of the browser, or of the proxy if that sends something else.
    pub fn ip_address(&self, parts: &Parts) -> Option<IpAddr> {
        ip_address(&self.address(parts)).or_else(|| peer(parts))
    }

    /// The address of the browser, as text. Behind a proxy it is the last address in the header of the proxy: browsers can send
    /// the header, too, and proxies append to it.
    pub fn address(&self, parts: &Parts) -> String {
        let connection = peer(parts).map(|it| it.to_string()).unwrap_or_default();
        let Some(header) = &self.site.settings.address_header else {
            return connection;
        };
        let values = parts.headers.get_all(header.as_str()).iter();
        let last = values.filter_map(|value| value.to_str().ok()).next_back();
        let last = last.and_then(|value| value.rsplit(',').next());
        last.map_or(connection, |address| address.trim().to_owned())
    }
}

/// Reads an address, with or without a port.
fn ip_address(text: &str) -> Option<IpAddr> {
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    text.parse().ok().or_else(with_port)
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    let peer: Option<&ConnectInfo<SocketAddr>> = parts.extensions.get();
    Some(peer?.0.ip())
}

/// An authorization request of a browser, with the user who is logged in.
pub struct OpenFlow {
    pub flow: Flow,
    pub user: Option<User>,
    pub session: Option<Session>,
}

impl Directory {
    /// The authorization request with this name, and the user who decides on it.
    pub async fn open(&self, browser: &BrowserSession, name: &str) -> Result<OpenFlow, Error> {
        let flow = self.flow(browser, name).await?;
        let user = self.user(browser).await?;
        let session = self.session_of(user.as_ref(), browser, flow.pending.client_id());
        Ok(OpenFlow {
            session: session.await?,
            flow,
            user,
        })
    }

    /// The authorization request that a page of this browser is for.
    pub async fn flow(&self, browser: &BrowserSession, name: &str) -> Result<Flow, Error> {
        let browser = &browser.data.key;
        let mut found = self.flows.get(browser, name).await?;
        if found.is_none() && self.flows.adopt(browser, name).await? {
            found = self.flows.get(browser, name).await?;
        }
        match found {
            Some(StoredFlow::Waiting(flow)) => Ok(*flow),
            Some(StoredFlow::Ended(destination)) => Err(Error::Ended(destination)),
            None => Err(Error::NoFlow),
        }
    }

    /// The user who is logged in.
    pub async fn user(&self, browser: &BrowserSession) -> Result<Option<User>, Error> {
        match &browser.data.login {
            Some(login) => Ok(self.users.by_subject(&login.subject).await?),
            None => Ok(None),
        }
    }

    /// The session of the user who is logged in, with what the user agreed to before for a client.
    pub async fn session_of(
        &self,
        user: Option<&User>,
        browser: &BrowserSession,
        client_id: Option<i64>,
    ) -> Result<Option<Session>, Error> {
        let (Some(login), Some(_)) = (browser.data.login.clone(), user) else {
            return Ok(None);
        };
        let Some(client_id) = client_id else {
            return Ok(Some(login.session()));
        };
        let before = self.consents.of(&login.subject, client_id).await?;
        Ok(Some(match before {
            Some(consent) => login.session().consented_before(consent),
            None => login.session(),
        }))
    }
}

impl FromRef<App> for AuthorizationServer {
    fn from_ref(app: &App) -> Self {
        app.server.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_read_with_or_without_a_port() {
        let home: IpAddr = [192, 0, 2, 1].into();
        for text in ["192.0.2.1", "192.0.2.1:51234"] {
            assert_eq!(ip_address(text), Some(home), "{text}");
        }
        for text in ["2001:db8::1", "[2001:db8::1]:51234"] {
            assert_eq!(ip_address(text), "2001:db8::1".parse().ok(), "{text}");
        }
        for text in ["", "unknown", "_hidden", "192.0.2.1, 192.0.2.2"] {
            assert_eq!(ip_address(text), None, "{text}");
        }
    }
}
