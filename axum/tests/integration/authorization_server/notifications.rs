//! Notifications to clients of decisions and logouts.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use authlete_axum::authorization_server::NotificationError;
use axum::extract::State;
use axum::http::{StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use tokio::time::{sleep, timeout};

use super::*;
use authlete::ApiVersion;
use rstest::rstest;

/// How long to wait for expected requests.
const WAIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client that answers with these statuses in turn, and records the bodies of requests.
#[derive(Clone, Default)]
struct Listener {
    statuses: Arc<Mutex<Vec<u16>>>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Starts it, and returns its URL. Statuses are taken from the end. Without a status, it answers 204.
    async fn start(&self) -> String {
        let listen = async |State(listener): State<Self>, body: String| -> Response {
            listener.bodies.lock().unwrap().push(body);
            let status = listener.statuses.lock().unwrap().pop().unwrap_or(204);
            match StatusCode::from_u16(status).unwrap() {
                status if status.is_redirection() => {
                    (status, [(LOCATION, "/elsewhere")]).into_response()
                }
                status => status.into_response(),
            }
        };
        let elsewhere = async |State(listener): State<Self>| {
            listener.bodies.lock().unwrap().push("elsewhere".to_owned());
        };
        let router = Router::new()
            .route("/out", post(listen))
            .route("/elsewhere", any(elsewhere))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/out")
    }

    fn answer(&self, statuses: &[u16]) {
        *self.statuses.lock().unwrap() = statuses.iter().rev().copied().collect();
    }

    /// Waits until this number of requests has arrived or the time is over. Returns the number, and clears the record.
    async fn wait_for(&self, count: usize) -> usize {
        let begun = Instant::now();
        while self.bodies.lock().unwrap().len() < count && begun.elapsed() < WAIT_TIMEOUT {
            sleep(Duration::from_millis(20)).await;
        }
        self.take().len()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.bodies.lock().unwrap())
    }
}

/// Notifies the client of a logout at this URI.
async fn notify_logout(
    (provider, server): &(Provider, AuthorizationServer),
    uri: &str,
) -> Result<(), NotificationError> {
    let change = |client: &mut authlete::types::Client| {
        client.backchannel_logout_uri = Some(uri.to_owned());
    };
    provider.change_client(change).await;
    let id = provider.emulator.client().id;
    let notifications = server.logout_notifications([id], Some("alice"), None);
    let notifications = notifications.await.into_iter();
    let notifications = notifications.map(|(_, it)| it.unwrap().unwrap());
    server.notify(notifications).await.pop().unwrap()
}

#[rstest]
#[tokio::test]
async fn clients_with_a_logout_uri_get_a_logout_token_at_logout(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let listener = Listener::default();
    let uri = listener.start().await;
    let (provider, server) = Provider::with_server(version).await;
    let change = |client: &mut authlete::types::Client| {
        client.backchannel_logout_uri = Some(uri.clone());
    };
    let silent = provider.api.create_client(&Default::default()).await;
    let silent = silent.unwrap().client_id.unwrap();
    provider.change_client(change).await;
    let clients = [silent, provider.emulator.client().id, 1];
    server
        .log_out_of_clients(clients, Some("alice"), Some("s1"))
        .await;
    let bodies = listener.take();
    let [body] = &bodies[..] else {
        panic!("{bodies:?}");
    };
    let token = body.strip_prefix("logout_token=").unwrap();
    let claims = client::claims(&serde_json::json!({ "id_token": token }));
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&"alice".into(), &"s1".into())
    );
}

#[tokio::test]
async fn notification_is_retried_after_5xx_and_429_but_not_after_other_statuses() {
    let provider = Provider::with_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    for (answers, attempts, outcome) in [
        (&[200][..], 1, None),
        (&[503, 204], 2, None),
        (&[429, 500, 204], 3, None),
        (&[500, 502, 503, 204], 3, Some(503)),
        (&[400], 1, Some(400)),
        // Redirects are not followed.
        (&[302], 1, Some(302)),
        (&[307], 1, Some(307)),
    ] {
        listener.answer(answers);
        let sent = notify_logout(&provider, &uri).await;
        let refused = match sent {
            Ok(()) => None,
            Err(NotificationError::Refused(status)) => Some(status.as_u16()),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(refused, outcome, "{answers:?}");
        let bodies = listener.take();
        assert_eq!(bodies.len(), attempts, "{answers:?}");
        assert!(bodies.iter().all(|it| it.starts_with("logout_token=")));
    }
}

#[tokio::test]
async fn token_is_not_sent_without_tls_or_after_a_failed_tls_handshake() {
    let provider = Provider::with_server(ApiVersion::V3).await;
    let plain = notify_logout(&provider, "http://client.example/out").await;
    assert!(
        matches!(plain, Err(NotificationError::NotSecure)),
        "{plain:?}"
    );
    let listener = Listener::default();
    let uri = listener.start().await.replace("http:", "https:");
    let no_tls = notify_logout(&provider, &uri).await.unwrap_err();
    assert!(
        matches!(no_tls, NotificationError::Unreachable(_)),
        "{no_tls:?}"
    );
    let messages = format!("{no_tls:?} {no_tls}");
    assert!(!messages.contains("logout_token"), "{messages}");
    assert_eq!(listener.take(), [""; 0]);
}

#[tokio::test]
async fn configured_http_client_sends_the_notifications() {
    let listener = Listener::default();
    let uri = listener.start().await;
    let (provider, server) = Provider::with_server(ApiVersion::V3).await;
    let proxy = reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
    let client = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let outcome = notify_logout(&(provider, server.notification_client(client)), &uri).await;
    assert!(
        matches!(outcome, Err(NotificationError::Unreachable(_))),
        "{outcome:?}"
    );
    assert_eq!(listener.take(), [""; 0]);
}

#[tokio::test]
async fn notification_is_sent_after_the_future_is_dropped() {
    let (provider, server) = Provider::with_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    let change = |client: &mut authlete::types::Client| client.backchannel_logout_uri = Some(uri);
    provider.change_client(change).await;
    let id = provider.emulator.client().id;
    let notifications = server.logout_notifications([id], Some("alice"), None).await;
    let notifications = notifications.into_iter();
    let notifications = notifications.map(|(_, it)| it.unwrap().unwrap());
    // The future is dropped, as when the browser disconnects, between the first and the second attempt.
    listener.answer(&[503, 204]);
    let dropped = timeout(Duration::from_millis(100), server.notify(notifications)).await;
    assert!(dropped.is_err());
    assert_eq!(listener.wait_for(2).await, 2);

    listener.answer(&[503, 204]);
    let sending = server.log_out_of_clients([id], Some("alice"), None);
    let dropped = timeout(Duration::from_millis(100), sending).await;
    assert!(dropped.is_err());
    assert_eq!(listener.wait_for(2).await, 2);
}

#[tokio::test]
async fn public_server_sends_no_notifications_to_loopback_addresses() {
    let (provider, server) = Provider::with_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    let endpoints = Endpoints::from_issuer("https://as.example.com").unwrap();
    let api = server.api().clone();
    let server = AuthorizationServer::new(api, endpoints, users::Users);
    let outcome = notify_logout(&(provider, server), &uri).await;
    assert!(
        matches!(outcome, Err(NotificationError::NotSecure)),
        "{outcome:?}"
    );
    assert_eq!(listener.take(), [""; 0]);
}
