//! The sending of notifications to clients.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use authlete::http_client_builder;
use futures_util::future::join_all;
use http::{StatusCode, Uri};
use reqwest::Client;

use super::{AuthorizationServer, Notification};

/// How long a client may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The pauses before a second and a third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A notification that did not reach its client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// The URL in the metadata of the client is not `https`, and not on this machine. Nothing was sent.
    #[error("the URL of the client is not https")]
    NotSecure,
    /// There is no HTTP client: its TLS library lacks something.
    #[error("there is no HTTP client for notifications")]
    NoHttpClient,
    /// The client did not answer, three times.
    #[error("the client did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The client refused the notification. 5xx and 429 were tried three times.
    #[error("the client answered {0}")]
    Refused(StatusCode),
}

/// The HTTP client for notifications, which is made when the first one is sent.
#[derive(Clone, Default)]
pub(super) struct Notifier {
    client: Arc<OnceLock<Option<Client>>>,
}

impl Notifier {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client: Arc::new(OnceLock::from(Some(client))),
        }
    }

    fn client(&self) -> Result<&Client, NotificationError> {
        let client = self.client.get_or_init(|| {
            let builder = http_client_builder().ok()?;
            builder.timeout(TIMEOUT).build().ok()
        });
        client.as_ref().ok_or(NotificationError::NoHttpClient)
    }

    async fn send(&self, notification: &Notification) -> Result<(), NotificationError> {
        if !may_go_to(notification.uri()) {
            return Err(NotificationError::NotSecure);
        }
        let client = self.client()?;
        let mut pauses = PAUSES.into_iter();
        loop {
            let outcome = attempt(client, notification).await;
            match (outcome, pauses.next()) {
                (Err(error), Some(pause)) if is_worth_a_retry(&error) => {
                    tokio::time::sleep(pause).await;
                }
                (outcome, _) => return outcome,
            }
        }
    }
}

async fn attempt(client: &Client, notification: &Notification) -> Result<(), NotificationError> {
    let request = notification.clone().into_request();
    let unreachable = |error: reqwest::Error| NotificationError::Unreachable(error.without_url());
    let request = request.try_into().map_err(unreachable)?;
    let response = client.execute(request).await.map_err(unreachable)?;
    match response.status() {
        status if status.is_success() => Ok(()),
        status => Err(NotificationError::Refused(status)),
    }
}

fn is_worth_a_retry(error: &NotificationError) -> bool {
    match error {
        NotificationError::Unreachable(_) => true,
        NotificationError::Refused(status) => {
            status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
        }
        NotificationError::NotSecure | NotificationError::NoHttpClient => false,
    }
}

/// Tokens go over TLS, or stay on this machine.
fn may_go_to(uri: &Uri) -> bool {
    let is_here = || {
        let host = uri.host().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let address = address.parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => is_here(),
        _ => false,
    }
}

impl AuthorizationServer {
    /// Sends notifications to clients, all at once: of a decision, or of a logout. One result for each, in their order.
    ///
    /// A client that does not answer within 5 seconds, or that answers 5xx or 429, is tried three times. A client that cannot be
    /// told is also an event of `tracing`: a user who has decided or logged out can do nothing about it.
    ///
    /// ```
    /// # use authlete::server::Session;
    /// # use authlete_axum::AuthorizationServer;
    /// # use authlete_axum::authorization_server::{BackchannelRequest, Failure};
    /// # async fn example(
    /// #     server: AuthorizationServer, request: BackchannelRequest, session: Session,
    /// # ) -> Result<(), Failure> {
    /// let notification = server.authorize_backchannel(&request, &session, request.scopes()).await?;
    /// server.notify(notification).await;
    /// # Ok(()) }
    /// ```
    pub async fn notify(
        &self,
        notifications: impl IntoIterator<Item = Notification>,
    ) -> Vec<Result<(), NotificationError>> {
        let notifier = &self.settings.notifier;
        let sent = notifications.into_iter().map(|notification| async move {
            let sent = notifier.send(&notification).await;
            if let Err(error) = &sent {
                let host = notification.uri().host();
                tracing::warn!(target: "authlete_axum", %error, host, "a client could not be notified");
            }
            sent
        });
        join_all(sent).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_goes_over_tls_or_stays_on_this_machine() {
        for (uri, is_allowed) in [
            ("https://client.example/cb", true),
            ("http://127.0.0.1:80/cb", true),
            ("http://[::1]/cb", true),
            ("http://localhost:3000/cb", true),
            ("http://client.example/cb", false),
            ("http://127.0.0.1.example/cb", false),
            ("http://localhost.example/cb", false),
            ("/cb", false),
            ("ftp://127.0.0.1/cb", false),
        ] {
            assert_eq!(may_go_to(&uri.parse().unwrap()), is_allowed, "{uri}");
        }
    }
}
