//! Sends notifications to clients.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use authlete::http_client_builder;
use authlete::server::is_loopback_host;
use futures_util::future::join_all;
use http::{StatusCode, Uri};
use reqwest::Client;
use tracing::Instrument as _;

use super::{AuthorizationServer, Notification};

/// The timeout for the response of a client.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The delays before the second and the third attempt.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A notification that did not reach its client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// The URL in the metadata of the client is not `https`. Nothing was sent.
    ///
    /// In development, `http` on a loopback address is allowed if the issuer is such a URL, too.
    #[error("the URL of the client is not https")]
    NotSecure,
    /// The HTTP client could not be created, because its TLS library is not configured.
    #[error("the HTTP client for notifications could not be created")]
    NoHttpClient,
    /// The client did not answer in 3 attempts.
    #[error("the client did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The client refused the notification. 5xx and 429 are retried, for 3 attempts in total.
    #[error("the client answered {0}")]
    Refused(StatusCode),
    /// The runtime was shut down before the client answered.
    #[error("the runtime was shut down before the client answered")]
    Cancelled,
}

/// The HTTP client for notifications. The default client is created on first use.
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

    /// `is_local`: whether the issuer is an `http` URL on a loopback address.
    async fn send(
        &self,
        notification: &Notification,
        is_local: bool,
    ) -> Result<(), NotificationError> {
        if !is_allowed_target(notification.uri(), is_local) {
            return Err(NotificationError::NotSecure);
        }
        let client = self.client()?;
        let mut delays = RETRY_DELAYS.into_iter();
        loop {
            let outcome = attempt(client, notification).await;
            match (outcome, delays.next()) {
                (Err(error), Some(delay)) if is_retryable(&error) => {
                    tokio::time::sleep(delay).await;
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

fn is_retryable(error: &NotificationError) -> bool {
    match error {
        NotificationError::Unreachable(_) => true,
        NotificationError::Refused(status) => {
            status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
        }
        NotificationError::NotSecure
        | NotificationError::NoHttpClient
        | NotificationError::Cancelled => false,
    }
}

/// Tokens are sent over TLS, or to loopback addresses in development. A public server must not send requests to its own
/// loopback interface, where internal services may listen (SSRF).
fn is_allowed_target(uri: &Uri, is_local: bool) -> bool {
    uri.scheme_str() == Some("https") || (is_local && is_loopback_http(uri))
}

/// Whether this is an `http` URL with a loopback host.
fn is_loopback_http(uri: &Uri) -> bool {
    uri.scheme_str() == Some("http") && uri.host().is_some_and(is_loopback_host)
}

impl AuthorizationServer {
    /// Sends notifications of a decision or a logout to clients, concurrently. Returns one result for each, in the same
    /// order.
    ///
    /// If a client does not answer within 5 seconds, or answers 5xx or 429, the request is retried, for 3 attempts in total.
    /// Failures are also logged as `tracing` events, since the user cannot resolve them.
    ///
    /// The requests run on their own tasks, which start at the first poll and continue when the future is dropped, as
    /// happens in a handler when the browser disconnects. A slow client takes up to 17 seconds. Spawn the call if the user
    /// should not wait.
    ///
    /// ```
    /// # use authlete::server::Session;
    /// # use authlete_axum::AuthorizationServer;
    /// # use authlete_axum::authorization_server::{BackchannelRequest, Failure};
    /// # async fn example(
    /// #     server: AuthorizationServer, request: BackchannelRequest, session: Session,
    /// # ) -> Result<(), Failure> {
    /// let notification = server.authorize_backchannel(&request, &session, request.scopes()).await?;
    /// tokio::spawn(async move { server.notify(notification).await }); // the user does not wait for the client
    /// # Ok(()) }
    /// ```
    pub async fn notify(
        &self,
        notifications: impl IntoIterator<Item = Notification>,
    ) -> Vec<Result<(), NotificationError>> {
        let is_local = self.endpoints().issuer().parse();
        let is_local = is_local.is_ok_and(|issuer| is_loopback_http(&issuer));
        let tasks = notifications.into_iter().map(|notification| {
            let notifier = self.settings.notifier.clone();
            let sending = async move {
                let result = notifier.send(&notification, is_local).await;
                if let Err(error) = &result {
                    let host = notification.uri().host();
                    tracing::warn!(target: "authlete_axum", %error, host, "client could not be notified");
                }
                result
            };
            tokio::spawn(sending.in_current_span())
        });
        let results = join_all(tasks).await.into_iter();
        results
            .map(|result| result.unwrap_or(Err(NotificationError::Cancelled)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_without_tls_are_allowed_only_between_loopback_addresses() {
        let is_target = |uri: &str, is_local| is_allowed_target(&uri.parse().unwrap(), is_local);
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
            assert_eq!(is_target(uri, true), is_allowed, "{uri}");
            let is_tls = uri.starts_with("https:");
            assert_eq!(is_target(uri, false), is_tls, "{uri}");
        }
    }
}
