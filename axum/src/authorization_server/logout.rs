//! Logout: requests from clients, and notifications to clients.

use std::future::Future;

use authlete::server::{BackchannelLogoutTokenNext, page_id};
use authlete::types::{BackchannelLogoutTokenRequest, Client, JoseVerifyRequest};
use authlete::{ClientIdentifier, ErrorKind, Secret};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tracing::Instrument as _;

use super::accounts::BoxFuture;
use super::resubmission::{is_without_cookies, resubmission};
use super::{AuthorizationServer, Failure, Notification};

/// RP-Initiated Logout 1.0 §3.1.
const REDIRECT_URIS: &str = "post_logout_redirect_uris";

/// Ends sessions when clients request it (OpenID Connect RP-Initiated Logout 1.0).
pub trait Logout: Send + Sync + 'static {
    /// The URIs to which a client may redirect users after a logout. They are compared as exact strings.
    ///
    /// `None`, the default, uses `post_logout_redirect_uris` (§3.1) in the custom metadata of the client, a JSON array.
    /// Authlete stores it, also on dynamic registration, if `supportedCustomClientMetadata` of the service lists this name.
    fn redirect_uris(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Option<Vec<String>>>> + Send {
        let _ = client_id;
        async { Ok(None) }
    }

    /// Ends the session of the browser that sent `request`, or shows a confirmation page first. Then send
    /// [`LogoutRequest::response`].
    ///
    /// Ask for confirmation, unless [`LogoutRequest::subject`] is the logged-in user: any website can redirect a user here
    /// (§6). `Sec-Fetch-Site` does not help: forms of other sites are resubmitted by a page of this one.
    fn log_out(
        &self,
        request: &Parts,
        logout: LogoutRequest,
    ) -> impl Future<Output = Result<Response>> + Send;
}

/// A logout request of a client. It can be serialized: store it in the browser session while the user views the confirmation
/// page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogoutRequest {
    page_id: String,
    subject: Option<String>,
    session_id: Option<String>,
    client_id: Option<String>,
    redirect_to: Option<String>,
    ui_locales: Option<String>,
}

impl LogoutRequest {
    /// Identifies this request on the confirmation page. Put it into a hidden field, and send [`response`](Self::response)
    /// only if it matches the request in the session: another site may have requested another logout in another tab. It is
    /// not secret.
    pub fn page_id(&self) -> &str {
        &self.page_id
    }

    /// The user in a valid `id_token_hint` (claim `sub`).
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The session in a valid `id_token_hint` (claim `sid`).
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The client: from `id_token_hint`, or only from the parameter `client_id`, which is not authenticated.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The preferred languages of the user, as BCP 47 tags separated by spaces.
    pub fn ui_locales(&self) -> Option<&str> {
        self.ui_locales.as_deref()
    }

    /// The response after the logout: a redirect to the client, with its `state`. `None` if the client sent no URI, or one
    /// that is not among its [`redirect_uris`](Logout::redirect_uris). Show a page in this case.
    pub fn response(&self) -> Option<Response> {
        let uri = self.redirect_to.as_deref()?;
        Some(Redirect::to(uri).into_response())
    }
}

/// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0 §2). `GET` and `POST`. [`Logout`] ends the session.
///
/// The response to a form of another site is a page that submits the form again, as at the
/// [authorization endpoint](super::authorization).
///
/// An `id_token_hint` must be an ID token of this service; it may have expired. If it is invalid, or its audience does not
/// include the parameter `client_id`, the request is refused. Without a hint, only `client_id` identifies the client: the
/// redirect goes to a URI of that client, and [`Logout::log_out`] must ask the user for confirmation before (§3).
pub async fn logout(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, parameters) = server.parameters(request).await?;
    if is_without_cookies(&parts) {
        return Ok(resubmission(&parameters));
    }
    let logout = server.logout_request(&parameters).await?;
    Ok(server.settings.logout.log_out(&parts, logout).await?)
}

impl AuthorizationServer {
    async fn logout_request(&self, parameters: &str) -> Result<LogoutRequest, Failure> {
        let parameter = |name| single_value(parameters, name);
        let mut logout = LogoutRequest {
            page_id: page_id(&parameters.into()),
            client_id: parameter("client_id")?,
            ui_locales: parameter("ui_locales")?,
            ..LogoutRequest::default()
        };
        if let Some(hint) = parameter("id_token_hint")? {
            let claims = self.claims_of_hint(hint.into()).await?;
            let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
            let audience = audience(&claims);
            match &logout.client_id {
                Some(client_id) if !audience.contains(&client_id.as_str()) => {
                    return Err(Failure::invalid_request());
                }
                Some(_) => {}
                None => logout.client_id = audience.first().map(|&client| client.to_owned()),
            }
            (logout.subject, logout.session_id) = (text("sub"), text("sid"));
        }
        let uri = parameter("post_logout_redirect_uri")?;
        if let (Some(client_id), Some(uri)) = (&logout.client_id, uri) {
            let allowed = self.settings.logout.redirect_uris(client_id).await?;
            let allowed = match allowed {
                Some(allowed) => allowed,
                None => self.registered_redirect_uris(client_id).await?,
            };
            if allowed.contains(&uri) {
                logout.redirect_to = Some(with_state(&uri, parameter("state")?.as_deref()));
            }
        }
        Ok(logout)
    }

    /// `post_logout_redirect_uris` of a client. The client ID is not authenticated and may be invalid.
    async fn registered_redirect_uris(&self, client_id: &str) -> Result<Vec<String>, Failure> {
        let Some(client) = self.registered_client(client_id).await? else {
            return Ok(Vec::new());
        };
        let metadata = client.custom_metadata.unwrap_or_default();
        let metadata: Map<_, _> = serde_json::from_str(&metadata).unwrap_or_default();
        let uris = metadata.get(REDIRECT_URIS).and_then(Value::as_array);
        let uris = uris.into_iter().flatten().filter_map(Value::as_str);
        Ok(uris.map(str::to_owned).collect())
    }

    /// Whether ID tokens for this client are signed with `alg`.
    async fn signs_id_tokens(&self, client_id: &str, alg: &str) -> Result<bool, Failure> {
        let client = self.registered_client(client_id).await?;
        let own = client.and_then(|client| client.id_token_sign_alg);
        Ok(own.and_then(|own| own.protocol_value()) == Some(alg))
    }

    /// `None` if the client does not exist or the ID is malformed.
    async fn registered_client(&self, client_id: &str) -> Result<Option<Client>, Failure> {
        match self.api().get_client(client_id).await {
            Ok(client) => Ok(Some(client)),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Usage) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The claims of an `id_token_hint`: an ID token of this service, which may have expired.
    async fn claims_of_hint(&self, hint: Secret) -> Result<Map<String, Value>, Failure> {
        let mut parts = hint.expose().split('.').map(json);
        let (Some(Some(header)), Some(Some(claims))) = (parts.next(), parts.next()) else {
            return Err(Failure::invalid_request());
        };
        let text = |object: &Map<String, Value>, name: &str| {
            object.get(name).and_then(Value::as_str).map(str::to_owned)
        };
        // JWT access tokens (RFC 9068) have another `typ`, and logout tokens have the claim `events`.
        let is_id_token = text(&header, "typ").is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
            && !claims.contains_key("events");
        let is_own = text(&claims, "iss") == Some(self.endpoints().issuer());
        if !is_id_token || !is_own {
            return Err(Failure::invalid_request());
        }
        let mut request = JoseVerifyRequest::new(&hint);
        let alg = text(&header, "alg").unwrap_or_default();
        if alg.starts_with("HS") {
            // The key is the client secret, so the client itself could have signed it: accept it only for this client.
            let client = match audience(&claims)[..] {
                [client] if self.signs_id_tokens(client, &alg).await? => client,
                _ => return Err(Failure::invalid_request()),
            };
            request.client_identifier = Some(client.into());
            request.signed_by_client = Some(true);
        }
        match self.api().verify_jose(&request).await?.signature_valid {
            Some(true) => Ok(claims),
            _ => Err(Failure::invalid_request()),
        }
    }

    /// Notifies clients that a user has logged out (OpenID Connect Back-Channel Logout 1.0 §2.5), concurrently. Clients
    /// without a `backchannel_logout_uri` are skipped.
    ///
    /// `clients` are the clients that the user logged in to during the session. `session_id` is
    /// [`Session::id`](authlete::server::Session::id). At least one of `subject` and `session_id` is required.
    ///
    /// Failures are logged as `tracing` events and do not affect the logout. All clients are notified even if the future is
    /// dropped, as happens in a handler when the browser disconnects. Spawn the call if the user should not wait. To store
    /// notifications until they are delivered, use [`logout_notifications`](Self::logout_notifications) and
    /// [`notify`](Self::notify).
    pub async fn log_out_of_clients(
        &self,
        clients: impl IntoIterator<Item = impl Into<ClientIdentifier>>,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) {
        let server = self.clone();
        let clients: Vec<ClientIdentifier> = clients.into_iter().map(Into::into).collect();
        let (subject, session_id) = (subject.map(str::to_owned), session_id.map(str::to_owned));
        let sending = async move {
            let (subject, session_id) = (subject.as_deref(), session_id.as_deref());
            let notifications = server.logout_notifications(clients, subject, session_id);
            let notifications = notifications.await.into_iter();
            server
                .notify(notifications.filter_map(|(_, it)| it.ok().flatten()))
                .await
        };
        // The task is only cancelled at the shutdown of the runtime.
        let _ = tokio::spawn(sending.in_current_span()).await;
    }

    /// The logout notifications to clients, for [`notify`](Self::notify). `None` for a client without a
    /// `backchannel_logout_uri`; an error for a client that Authlete does not know, or if the call failed. The parameters
    /// are those of [`log_out_of_clients`](Self::log_out_of_clients).
    ///
    /// A client answers 200 or 204 if it has ended its session, and 400 if it could not (§2.8). Notify all clients, even if
    /// one of them fails.
    pub async fn logout_notifications(
        &self,
        clients: impl IntoIterator<Item = impl Into<ClientIdentifier>>,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Vec<(ClientIdentifier, Result<Option<Notification>, Failure>)> {
        let mut notifications = Vec::new();
        for client in clients.into_iter().map(Into::into) {
            let notification = self.logout_notification(&client, subject, session_id).await;
            notifications.push((client, notification));
        }
        notifications
    }

    async fn logout_notification(
        &self,
        client: &ClientIdentifier,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Option<Notification>, Failure> {
        let request = BackchannelLogoutTokenRequest::new(client)
            .maybe_subject(subject)
            .maybe_session_id(session_id);
        let answer = match self.api().backchannel_logout_token(&request).await?.next() {
            BackchannelLogoutTokenNext::Ok { answer } => answer,
            BackchannelLogoutTokenNext::Respond(response) => return Err(response.into()),
        };
        let (Some(uri), Some(token)) = (&answer.backchannel_logout_uri, &answer.logout_token)
        else {
            return Ok(None);
        };
        let body = Serializer::new(String::new())
            .append_pair("logout_token", token.expose())
            .finish();
        let media_type = "application/x-www-form-urlencoded";
        let notification = Notification::new(uri, media_type, body);
        notification.map(Some).ok_or_else(Failure::server_error)
    }
}

/// Decodes a part of a JWT.
fn json(part: &str) -> Option<Map<String, Value>> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The value of a parameter. A repeated parameter is an error, and an empty one counts as absent (RFC 6749 §3.1).
fn single_value(parameters: &str, name: &str) -> Result<Option<String>, Failure> {
    let mut values = form_urlencoded::parse(parameters.as_bytes()).filter(|(it, _)| it == name);
    let value = values.next().map(|(_, value)| value.into_owned());
    match values.next() {
        Some(_) => Err(Failure::invalid_request()),
        None => Ok(value.filter(|value| !value.is_empty())),
    }
}

fn audience(claims: &Map<String, Value>) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The URI with `state` in its query, before a fragment.
fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else {
        return uri.to_owned();
    };
    let state = Serializer::new(String::new())
        .append_pair("state", state)
        .finish();
    let end = uri.find('#').unwrap_or(uri.len());
    let (uri, fragment) = uri.split_at(end);
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{state}{fragment}")
}

/// The default: the endpoint answers 404.
pub(super) struct NoLogout;

impl Logout for NoLogout {
    async fn log_out(&self, _: &Parts, _: LogoutRequest) -> Result<Response> {
        Err(StatusCode::NOT_FOUND.into())
    }
}

/// The dyn-compatible form of [`Logout`].
pub(super) trait DynLogout: Send + Sync {
    fn redirect_uris<'a>(
        &'a self,
        client_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>>>;

    fn log_out<'a>(
        &'a self,
        request: &'a Parts,
        logout: LogoutRequest,
    ) -> BoxFuture<'a, Result<Response>>;
}

impl<T: Logout> DynLogout for T {
    fn redirect_uris<'a>(
        &'a self,
        client_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>>> {
        Box::pin(Logout::redirect_uris(self, client_id))
    }

    fn log_out<'a>(
        &'a self,
        request: &'a Parts,
        logout: LogoutRequest,
    ) -> BoxFuture<'a, Result<Response>> {
        Box::pin(Logout::log_out(self, request, logout))
    }
}
