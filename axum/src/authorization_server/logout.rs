//! Logout: asked for by clients, and told to clients.

use std::future::Future;

use authlete::server::BackchannelLogoutTokenNext;
use authlete::types::{BackchannelLogoutTokenRequest, JoseVerifyRequest};
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

use super::accounts::Later;
use super::{AuthorizationServer, Failure, Notification};

/// RP-Initiated Logout 1.0 §3.1.
const REDIRECT_URIS: &str = "post_logout_redirect_uris";

/// Ends sessions when clients ask for it (OpenID Connect RP-Initiated Logout 1.0).
pub trait Logout: Send + Sync + 'static {
    /// The URIs that a client may send users to after a logout: exact texts.
    ///
    /// Default, with `None`: `post_logout_redirect_uris` (§3.1) in the custom metadata of the client, a JSON array. Authlete keeps
    /// it, also when clients register themselves, if `supportedCustomClientMetadata` of the service names it.
    fn redirect_uris(
        &self,
        client_id: &str,
    ) -> impl Future<Output = Result<Option<Vec<String>>>> + Send {
        let _ = client_id;
        async { Ok(None) }
    }

    /// Ends the session of the browser that sent `request`, or shows a page that asks first. Then send
    /// [`LogoutRequest::response`].
    ///
    /// Ask, unless [`LogoutRequest::subject`] is the user who is logged in: any page on the web can send a user here (§6).
    fn log_out(
        &self,
        request: &Parts,
        logout: LogoutRequest,
    ) -> impl Future<Output = Result<Response>> + Send;
}

/// What a client asks for. It can be serialized, to wait in the session of the browser while the user is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutRequest {
    subject: Option<String>,
    session_id: Option<String>,
    client_id: Option<String>,
    redirect_to: Option<String>,
    ui_locales: Option<String>,
}

impl LogoutRequest {
    /// The user in a valid `id_token_hint`.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The session in a valid `id_token_hint` (claim `sid`).
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The client that asks, if that is known: by `id_token_hint`, or only by its `client_id`, which anybody can send.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The languages that the user prefers, as BCP 47 tags separated by spaces.
    pub fn ui_locales(&self) -> Option<&str> {
        self.ui_locales.as_deref()
    }

    /// After the logout: a redirect to the client, with its `state`. `None` when the client named no URI, or one that is not
    /// among its [`redirect_uris`](Logout::redirect_uris): then show a page.
    pub fn response(&self) -> Option<Response> {
        let uri = self.redirect_to.as_deref()?;
        Some(Redirect::to(uri).into_response())
    }
}

/// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0 §2). `GET` and `POST`. [`Logout`] ends the session.
///
/// An `id_token_hint` must be an ID token of this service; it may have expired. If it does not hold, or is not for the
/// `client_id` beside it, the request is refused. Without a hint, `client_id` alone says which client asks: the redirect goes
/// to a URI of that client then, and it is for [`Logout::log_out`] to have asked the user before (§3).
pub async fn logout(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, parameters) = server.parameters(request).await?;
    let asked = server.logout_request(&parameters).await?;
    Ok(server.settings.logout.log_out(&parts, asked).await?)
}

impl AuthorizationServer {
    async fn logout_request(&self, parameters: &str) -> Result<LogoutRequest, Failure> {
        let parameter = |name| sole(parameters, name);
        let mut asked = LogoutRequest {
            client_id: parameter("client_id")?,
            ui_locales: parameter("ui_locales")?,
            ..LogoutRequest::default()
        };
        if let Some(hint) = parameter("id_token_hint")? {
            let claims = self.claims_of_hint(hint.into()).await?;
            let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
            let audience = audience(&claims);
            match &asked.client_id {
                Some(client_id) if !audience.contains(&client_id.as_str()) => {
                    return Err(Failure::invalid_request());
                }
                Some(_) => {}
                None => asked.client_id = audience.first().map(|&client| client.to_owned()),
            }
            (asked.subject, asked.session_id) = (text("sub"), text("sid"));
        }
        let uri = parameter("post_logout_redirect_uri")?;
        if let (Some(client_id), Some(uri)) = (&asked.client_id, uri) {
            let known = self.settings.logout.redirect_uris(client_id).await?;
            let known = match known {
                Some(known) => known,
                None => self.registered_redirect_uris(client_id).await?,
            };
            if known.contains(&uri) {
                asked.redirect_to = Some(with_state(&uri, parameter("state")?.as_deref()));
            }
        }
        Ok(asked)
    }

    /// `post_logout_redirect_uris` of a client, which anybody may have named.
    async fn registered_redirect_uris(&self, client_id: &str) -> Result<Vec<String>, Failure> {
        let client = match self.api().get_client(client_id).await {
            Ok(client) => client,
            // There is no such client, or it cannot be one.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Usage) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let metadata = client.custom_metadata.unwrap_or_default();
        let metadata: Map<_, _> = serde_json::from_str(&metadata).unwrap_or_default();
        let uris = metadata.get(REDIRECT_URIS).and_then(Value::as_array);
        let uris = uris.into_iter().flatten().filter_map(Value::as_str);
        Ok(uris.map(str::to_owned).collect())
    }

    /// The claims of an ID token of this service, whenever it was issued.
    async fn claims_of_hint(&self, hint: Secret) -> Result<Map<String, Value>, Failure> {
        let mut parts = hint.expose().split('.').map(json);
        let (Some(Some(header)), Some(Some(claims))) = (parts.next(), parts.next()) else {
            return Err(Failure::invalid_request());
        };
        let text = |object: &Map<String, Value>, name: &str| {
            object.get(name).and_then(Value::as_str).map(str::to_owned)
        };
        // JWT access tokens (RFC 9068) and logout tokens have types of their own.
        let is_id_token = text(&header, "typ").is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
            && !claims.contains_key("events");
        let is_own = text(&claims, "iss") == Some(self.endpoints().issuer());
        if !is_id_token || !is_own {
            return Err(Failure::invalid_request());
        }
        let mut request = JoseVerifyRequest::new(&hint);
        // The key of a symmetric signature is the secret of the client.
        if text(&header, "alg").is_some_and(|alg| alg.starts_with("HS")) {
            let client = audience(&claims).first().map(|&client| client.into());
            request.client_identifier = client;
            request.signed_by_client = Some(true);
        }
        match self.api().verify_jose(&request).await?.signature_valid {
            Some(true) => Ok(claims),
            _ => Err(Failure::invalid_request()),
        }
    }

    /// Tells clients that a user has logged out (OpenID Connect Back-Channel Logout 1.0 §2.5), all at once. Clients without a
    /// `backchannel_logout_uri` are left out.
    ///
    /// `clients` are those that the user logged in to during the session, `session_id` is [`Session::id`](
    /// authlete::server::Session::id). One of `subject` and `session_id` has to be there.
    ///
    /// A client that cannot be told is an event of `tracing`; the user has logged out nevertheless. To keep what is to be sent
    /// until it has arrived, use [`logout_notifications`](Self::logout_notifications) and [`notify`](Self::notify).
    pub async fn log_out_of_clients(
        &self,
        clients: impl IntoIterator<Item = impl Into<ClientIdentifier>>,
        subject: Option<&str>,
        session_id: Option<&str>,
    ) {
        let notifications = self.logout_notifications(clients, subject, session_id);
        let notifications = notifications.await.into_iter();
        self.notify(notifications.filter_map(|(_, it)| it.ok().flatten()))
            .await;
    }

    /// The requests that tell clients that a user has logged out, for [`notify`](Self::notify). `None` for a client that has no
    /// `backchannel_logout_uri`; an error for one that Authlete does not know, or when the call failed. The parameters are those
    /// of [`log_out_of_clients`](Self::log_out_of_clients).
    ///
    /// A client answers 200 or 204 when it has ended its session, and 400 when it could not (§2.8). Send to all of them, whatever
    /// one of them answers.
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

/// The JSON object in a part of a JWT.
fn json(part: &str) -> Option<Map<String, Value>> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The value of a parameter that may be there once. An empty one is none (RFC 6749 §3.1).
fn sole(parameters: &str, name: &str) -> Result<Option<String>, Failure> {
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

/// There are no sessions to end.
pub(super) struct NoLogout;

impl Logout for NoLogout {
    async fn log_out(&self, _: &Parts, _: LogoutRequest) -> Result<Response> {
        Err(StatusCode::NOT_FOUND.into())
    }
}

/// [`Logout`] without its type.
pub(super) trait AnyLogout: Send + Sync {
    fn redirect_uris<'a>(&'a self, client_id: &'a str) -> Later<'a, Result<Option<Vec<String>>>>;

    fn log_out<'a>(
        &'a self,
        request: &'a Parts,
        logout: LogoutRequest,
    ) -> Later<'a, Result<Response>>;
}

impl<T: Logout> AnyLogout for T {
    fn redirect_uris<'a>(&'a self, client_id: &'a str) -> Later<'a, Result<Option<Vec<String>>>> {
        Box::pin(Logout::redirect_uris(self, client_id))
    }

    fn log_out<'a>(
        &'a self,
        request: &'a Parts,
        logout: LogoutRequest,
    ) -> Later<'a, Result<Response>> {
        Box::pin(Logout::log_out(self, request, logout))
    }
}
