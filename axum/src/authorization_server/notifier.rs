//! The sending of notifications to clients.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use authlete::http_client_builder;
use futures_util::future::join_all;
use http::{StatusCode, Uri};
use reqwest::Client;
use tracing::Instrument as _;

use super::{AuthorizationServer, Notification};

/// How long a client may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The pauses before a second and a third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// A notification that did not reach its client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// The URL in the metadata of the client is not `https`. Nothing was sent.
    ///
    /// In development, where the issuer is on this machine without TLS, the client may be there without TLS, too.
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
    /// The runtime was shut down before the client had answered.
    #[error("the program ended before the client had answered")]
    Cancelled,
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

    /// `is_local` says whether the server itself is on this machine without TLS.
    async fn send(
        &self,
        notification: &Notification,
        is_local: bool,
    ) -> Result<(), NotificationError> {
        if !may_go_to(notification.uri(), is_local) {
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
        NotificationError::NotSecure
        | NotificationError::NoHttpClient
        | NotificationError::Cancelled => false,
    }
}

/// Tokens go over TLS, or stay on this machine in development. A server on the web has more on its own machine that listens,
/// such as the administration of a proxy, and clients have no business there.
fn may_go_to(uri: &Uri, is_local: bool) -> bool {
    uri.scheme_str() == Some("https") || (is_local && is_on_this_machine(uri))
}

/// Whether a URL is one of this machine without TLS.
fn is_on_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    uri.scheme_str() == Some("http") && is_here
}

impl AuthorizationServer {
    /// Sends notifications to clients, all at once: of a decision, or of a logout. One result for each, in their order.
    ///
    /// A client that does not answer within 5 seconds, or that answers 5xx or 429, is tried three times. A client that cannot be
    /// told is also an event of `tracing`: a user who has decided or logged out can do nothing about it.
    ///
    /// The requests are sent on tasks of their own, from the first poll on. They go on when the future is dropped, as that of a
    /// handler is when the browser hangs up. A slow client takes up to 17 seconds: if the user is not to wait for it, spawn the
    /// call.
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
        let is_local = is_local.is_ok_and(|issuer| is_on_this_machine(&issuer));
        let tasks = notifications.into_iter().map(|notification| {
            let notifier = self.settings.notifier.clone();
            let sent = async move {
                let sent = notifier.send(&notification, is_local).await;
                if let Err(error) = &sent {
                    let host = notification.uri().host();
                    tracing::warn!(target: "authlete_axum", %error, host, "a client could not be notified");
                }
                sent
            };
            tokio::spawn(sent.in_current_span())
        });
        let sent = join_all(tasks).await.into_iter();
        sent.map(|sent| sent.unwrap_or(Err(NotificationError::Cancelled)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_goes_over_tls_or_stays_on_the_machine_of_a_local_server() {
        let may_go = |uri: &str, is_local| may_go_to(&uri.parse().unwrap(), is_local);
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
            assert_eq!(may_go(uri, true), is_allowed, "{uri}");
            let is_tls = uri.starts_with("https:");
            assert_eq!(may_go(uri, false), is_tls, "{uri}");
        }
    }
}
