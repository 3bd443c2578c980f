//! Builds the server from its parts.
//!
//! Change `authorization_server` to add grant types and endpoints of the protocol, and `router` to add layers.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use authlete::server::ClientCertificateSource;
use authlete::types::Service;
use authlete_axum::AuthorizationServer;
use authlete_axum::authorization_server::{Endpoints, ResourceServer, ResourceServerSecrets};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use http::header::STRICT_TRANSPORT_SECURITY;
use http::{HeaderValue, Uri};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::AnyPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_sessions::ExpiredDeletion as _;

use crate::app::{App, DemoInfo, DemoUser, Directory, Site};
use crate::connection::Connection;
use crate::consents::Consents;
use crate::device_requests::DeviceRequests;
use crate::flows::Flows;
use crate::passwords::Passwords;
use crate::registration::Registration;
use crate::requests::Requests;
use crate::sessions::Sessions;
use crate::settings::{ClientCertificates, Settings};
use crate::users::{NewUser, Users};
use crate::{database, demo, error_pages, metrics, request_log, routes, session_cookie};

/// How often expired sessions and requests are removed from the database.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The timeout of the graceful shutdown. Docker kills a container after 10 seconds.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(8);

/// The users of the demo, with their passwords.
const DEMO_USERS: [(&str, &str, &str); 2] = [
    ("alice", "Alice", "wonderland"),
    ("bob", "Bob", "builder-of-things"),
];

/// A running server.
pub struct Provider {
    pub url: String,
    pub demo_url: Option<String>,
    stop: watch::Sender<()>,
    tasks: JoinSet<std::io::Result<()>>,
    /// Dropping it stops the emulator.
    _connection: Connection,
}

impl Provider {
    /// Starts the server. With `apply`, the settings of the service are changed where they do not fit.
    ///
    /// # Errors
    /// Authlete or the database cannot be reached, an address is taken, or the settings of the service do not fit: then the
    /// error says which.
    pub async fn start(
        settings: Settings,
        connection: Connection,
        apply: bool,
        metrics: Option<PrometheusHandle>,
    ) -> Result<Self> {
        let listener = bind(settings.listen).await?;
        let port = listener.local_addr()?.port();
        let url = settings.url.clone();
        let url = url.unwrap_or_else(|| format!("http://localhost:{port}"));
        let is_demo = connection.emulator.is_some();
        let pool = database::open(&settings.database_url(is_demo)).await?;
        let users = Users::new(pool.clone(), Passwords::new().await?);
        if !is_demo {
            refuse_demo_users(&users).await?;
        }
        let service = configured_service(&connection, &url, &settings, apply).await?;
        let directory = directory(pool, users, &service);

        let (stop, stopped) = watch::channel(());
        let mut tasks = JoinSet::new();
        let demo = match is_demo {
            true => Some(DemoApp::prepare(&connection, &directory, &settings, &url).await?),
            false => None,
        };
        let demo_url = demo.as_ref().map(|demo| demo.url.clone());
        if let Some(demo) = demo {
            tasks.spawn(serve(demo.listener, demo.router, stopped.clone()));
        }
        let server = authorization_server(&connection, &service, &directory, &settings)?;
        let site = site(settings.clone(), &url, &service, demo_url.clone());
        let app = App::new(server, directory, site);
        tasks.spawn(serve(listener, router(&app), stopped.clone()));
        if let (Some(address), Some(handle)) = (settings.metrics, metrics) {
            let listener = bind(address).await?;
            tasks.spawn(serve(listener, metrics::router(handle), stopped.clone()));
        }
        tasks.spawn(clean_up(app.directory.clone(), stopped));
        Ok(Self {
            url,
            demo_url,
            stop,
            tasks,
            _connection: connection,
        })
    }

    /// Runs until `end` is ready, then shuts down gracefully: it finishes the requests in flight.
    ///
    /// # Errors
    /// A listener failed.
    pub async fn run_until(mut self, end: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            () = end => {}
            Some(ended) = self.tasks.join_next() => ended??,
        }
        drop(self.stop);
        let answered = async {
            while let Some(ended) = self.tasks.join_next().await {
                ended??;
            }
            Ok(())
        };
        match timeout(SHUTDOWN_TIMEOUT, answered).await {
            Ok(ended) => ended,
            Err(_) => {
                tracing::warn!("the server stopped with requests in flight");
                Ok(())
            }
        }
    }
}

/// The service with the settings that this server needs. They are applied to the emulator, and to a service only on request.
async fn configured_service(
    connection: &Connection,
    url: &str,
    settings: &Settings,
    apply: bool,
) -> Result<Service> {
    let plan = connection.plan(url, settings).await?;
    let changes = plan.changes();
    if changes.is_empty() {
        return Ok(plan.service);
    }
    if apply || connection.emulator.is_some() {
        return connection.apply(&plan).await;
    }
    let changes = changes
        .iter()
        .map(|(name, before, after)| format!("\n  {name}: {before} → {after}"));
    bail!(
        "the settings of service {} do not fit this server. Change them, or start it with --apply-settings, which changes:{}",
        connection.service_id,
        changes.collect::<String>()
    );
}

fn directory(pool: AnyPool, users: Users, service: &Service) -> Directory {
    Directory {
        users,
        consents: Consents::new(pool.clone()),
        sessions: Sessions::new(pool.clone()),
        flows: Flows::new(pool.clone()),
        requests: Requests::new(pool.clone()),
        device_requests: DeviceRequests::new(pool),
        request_seconds: service
            .backchannel_auth_req_id_duration
            .map_or(0, i64::from),
    }
}

/// The demo app.
struct DemoApp {
    url: String,
    listener: TcpListener,
    router: Router,
}

impl DemoApp {
    async fn prepare(
        connection: &Connection,
        directory: &Directory,
        settings: &Settings,
        issuer: &str,
    ) -> Result<Self> {
        add_demo_users(&directory.users).await?;
        let address = settings.demo.unwrap_or_else(|| next_port(settings.listen));
        let listener = bind(address).await?;
        // Not the host of the server: cookies do not depend on the port.
        let url = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let client = connection.prepare_demo_client(&url).await?;
        Ok(Self {
            router: demo::router(issuer, &url, &client)?,
            url,
            listener,
        })
    }
}

fn site(settings: Settings, url: &str, service: &Service, demo_url: Option<String>) -> Site {
    let for_browsers = [
        &service.authorization_endpoint,
        &service.end_session_endpoint,
    ];
    let path = |url: &Option<String>| Some(url.as_deref()?.parse::<Uri>().ok()?.path().to_owned());
    let users = DEMO_USERS.map(|(name, _, password)| DemoUser { name, password });
    Site {
        name: settings.name.clone(),
        url: url.to_owned(),
        browser_endpoints: for_browsers.into_iter().filter_map(path).collect(),
        demo: demo_url.map(|url| DemoInfo {
            url,
            users: users.into(),
        }),
        settings,
    }
}

/// The protocol endpoints. `accounts.rs` implements their traits.
fn authorization_server(
    connection: &Connection,
    service: &Service,
    directory: &Directory,
    settings: &Settings,
) -> Result<AuthorizationServer> {
    let certificates = match settings.client_certificates {
        ClientCertificates::None => ClientCertificateSource::None,
        ClientCertificates::ClientCert => ClientCertificateSource::ClientCert,
    };
    let mut resource_servers = ResourceServerSecrets::new();
    for (name, it) in &settings.resource_servers {
        let mut server = ResourceServer::new(&it.uri);
        if let Some(alg) = &it.sign_alg {
            server = server.sign_alg(alg.clone());
        }
        resource_servers = resource_servers.add(name.as_str(), it.secret.clone(), server);
    }
    let registration = Registration {
        initial_access_token: settings.initial_access_token.clone(),
    };
    let endpoints = Endpoints::from_service(service)?;
    Ok(
        AuthorizationServer::new(connection.api.clone(), endpoints, directory.clone())
            .token_grants(directory.clone())
            .backchannel_users(directory.clone())
            .logout(directory.clone())
            .registrations(registration)
            .resource_servers(resource_servers)
            .client_certificates(certificates)
            .allow_offline_access(),
    )
}

fn router(app: &App) -> Router {
    let sessions = session_cookie::layer(app);
    let extend = from_fn_with_state(app.clone(), session_cookie::extend);
    let pages = routes::router(app)
        .layer(map_response(error_pages::mark))
        .layer(sessions.clone())
        .layer(extend.clone())
        .layer(from_fn_with_state(app.clone(), error_pages::as_page));
    let endpoints = app
        .server
        .router()
        .layer(map_response(error_pages::mark))
        .layer(sessions)
        .layer(extend);
    let for_browsers = from_fn_with_state(app.clone(), error_pages::as_page_at_browser_endpoints);
    let router = endpoints
        .layer(for_browsers)
        .merge(pages)
        .merge(routes::without_sessions(app))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(metrics::count))
        .layer(from_fn_with_state(app.clone(), request_log::log));
    match app.site.is_secure() {
        true => {
            let year = HeaderValue::from_static("max-age=31536000");
            router.layer(SetResponseHeaderLayer::overriding(
                STRICT_TRANSPORT_SECURITY,
                year,
            ))
        }
        false => router,
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("cannot listen on {address}"))
}

fn next_port(address: SocketAddr) -> SocketAddr {
    let port = match address.port() {
        0 => 0,
        port => port.saturating_add(1),
    };
    SocketAddr::new(address.ip(), port)
}

async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            // The sender is dropped when the server stops.
            let _ = stopped.changed().await;
        })
        .await
}

/// Removes expired sessions and requests from the database.
async fn clean_up(directory: Directory, mut stopped: watch::Receiver<()>) -> std::io::Result<()> {
    loop {
        if let Err(error) = directory.sessions.delete_expired().await {
            tracing::warn!(%error, "expired sessions could not be removed");
        }
        if let Err(error) = directory.flows.delete_expired().await {
            tracing::warn!(%error, "expired authorization requests could not be removed");
        }
        if let Err(error) = directory.device_requests.delete_expired().await {
            tracing::warn!(%error, "expired device requests could not be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(CLEANUP_INTERVAL) => {}
            _ = stopped.changed() => return Ok(()),
        }
    }
}

/// Their passwords are public.
async fn refuse_demo_users(users: &Users) -> Result<()> {
    let names = users.demo_names().await?.join(", ");
    ensure!(
        names.is_empty(),
        "the database is that of a demo: the passwords of {names} are public. Set `database` to another one"
    );
    Ok(())
}

async fn add_demo_users(users: &Users) -> Result<()> {
    for (name, display_name, password) in DEMO_USERS {
        let new = NewUser {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            email: format!("{name}@example.com"),
            password: password.to_owned(),
            is_demo: true,
        };
        // They may exist from an earlier start.
        if users.by_hint(name).await?.is_none() {
            let user = users.add(new).await?;
            // The domain is reserved for examples.
            if let Some(user) = user {
                users.verify_email(&user.subject).await?;
            }
        }
    }
    Ok(())
}
