//! Clients are told of decisions and logouts.

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

/// How long to wait for what ought to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that answers with these statuses, one after the other, and keeps what it got.
#[derive(Clone, Default)]
struct Listener {
    statuses: Arc<Mutex<Vec<u16>>>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    /// Where it listens. Statuses are taken from the end; without one it answers 204.
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

    /// How many requests came, once there are so many or some seconds have passed. They are taken.
    async fn wait_for(&self, count: usize) -> usize {
        let begun = Instant::now();
        while self.bodies.lock().unwrap().len() < count && begun.elapsed() < PATIENCE {
            sleep(Duration::from_millis(20)).await;
        }
        self.take().len()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.bodies.lock().unwrap())
    }
}

/// Tells the client of a logout, at this URI.
async fn tell(
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
async fn clients_of_a_session_get_logout_tokens_and_others_get_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let listener = Listener::default();
    let uri = listener.start().await;
    let (provider, server) = Provider::and_server(version).await;
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
async fn client_that_fails_is_told_again_and_one_that_refuses_is_not() {
    let provider = Provider::and_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    for (answers, attempts, outcome) in [
        (&[200][..], 1, None),
        (&[503, 204], 2, None),
        (&[429, 500, 204], 3, None),
        (&[500, 502, 503, 204], 3, Some(503)),
        (&[400], 1, Some(400)),
        // A redirect is an answer, and the token goes nowhere else.
        (&[302], 1, Some(302)),
        (&[307], 1, Some(307)),
    ] {
        listener.answer(answers);
        let sent = tell(&provider, &uri).await;
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
async fn token_is_not_sent_in_the_clear_or_to_a_host_that_cannot_be_trusted() {
    let provider = Provider::and_server(ApiVersion::V3).await;
    let plain = tell(&provider, "http://client.example/out").await;
    assert!(
        matches!(plain, Err(NotificationError::NotSecure)),
        "{plain:?}"
    );
    let listener = Listener::default();
    let uri = listener.start().await.replace("http:", "https:");
    let no_tls = tell(&provider, &uri).await.unwrap_err();
    assert!(
        matches!(no_tls, NotificationError::Unreachable(_)),
        "{no_tls:?}"
    );
    let shown = format!("{no_tls:?} {no_tls}");
    assert!(!shown.contains("logout_token"), "{shown}");
    assert_eq!(listener.take(), [""; 0]);
}

#[tokio::test]
async fn client_of_the_program_sends_notifications_if_there_is_one() {
    let listener = Listener::default();
    let uri = listener.start().await;
    let (provider, server) = Provider::and_server(ApiVersion::V3).await;
    let proxy = reqwest::Proxy::all("http://127.0.0.1:1").unwrap();
    let client = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let outcome = tell(&(provider, server.notification_client(client)), &uri).await;
    assert!(
        matches!(outcome, Err(NotificationError::Unreachable(_))),
        "{outcome:?}"
    );
    assert_eq!(listener.take(), [""; 0]);
}

#[tokio::test]
async fn notification_is_sent_though_nobody_waits_for_it_any_more() {
    let (provider, server) = Provider::and_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    let change = |client: &mut authlete::types::Client| client.backchannel_logout_uri = Some(uri);
    provider.change_client(change).await;
    let id = provider.emulator.client().id;
    let notifications = server.logout_notifications([id], Some("alice"), None).await;
    let notifications = notifications.into_iter();
    let notifications = notifications.map(|(_, it)| it.unwrap().unwrap());
    // The browser hangs up while the client is told, which takes a second attempt.
    listener.answer(&[503, 204]);
    let hung_up = timeout(Duration::from_millis(100), server.notify(notifications)).await;
    assert!(hung_up.is_err());
    assert_eq!(listener.wait_for(2).await, 2);

    listener.answer(&[503, 204]);
    let told = server.log_out_of_clients([id], Some("alice"), None);
    let hung_up = timeout(Duration::from_millis(100), told).await;
    assert!(hung_up.is_err());
    assert_eq!(listener.wait_for(2).await, 2);
}

#[tokio::test]
async fn server_on_the_web_sends_nothing_to_its_own_machine() {
    let (provider, server) = Provider::and_server(ApiVersion::V3).await;
    let listener = Listener::default();
    let uri = listener.start().await;
    let endpoints = Endpoints::below("https://as.example.com").unwrap();
    let api = server.api().clone();
    let server = AuthorizationServer::new(api, endpoints, users::Users);
    let outcome = tell(&(provider, server), &uri).await;
    assert!(
        matches!(outcome, Err(NotificationError::NotSecure)),
        "{outcome:?}"
    );
    assert_eq!(listener.take(), [""; 0]);
}
