//! The users of a server.

use std::future::{Future, ready};

use authlete::server::{Claims, Consent, Session};
use axum::response::{Response, Result};
use http::request::Parts;

use super::{Page, SameOriginForm};

/// The users of your server: their logins, pages and claims.
///
/// Errors are responses: `?` converts every error that implements [`IntoResponse`](axum::response::IntoResponse). They are
/// sent to the browser unchanged, so they must not contain internal errors, such as those of a database.
///
/// ```
/// use std::time::UNIX_EPOCH;
/// use authlete::server::{Interaction, Session, StandardClaims};
/// use authlete_axum::interaction::{SameOriginForm, Page, Users};
/// use axum::response::{Html, IntoResponse, Response, Result};
/// use http::request::Parts;
///
/// struct Staff;
///
/// impl Users for Staff {
///     type Claims = StandardClaims;
///
///     async fn log_in(&self, _: &Parts, form: &SameOriginForm) -> Result<Option<Session>> {
///         // Check the password hash in your database.
///         let is_correct = (form.get("name"), form.get("password")) == ("alice", "wonderland");
///         let now = UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
///         Ok(is_correct.then(|| Session::new("alice", now.cast_signed())))
///     }
///
///     async fn page(&self, _: &Parts, page: Page<'_>) -> Result<Response> {
///         // Render your templates.
///         Ok(Html(match page {
///             Page::Authorization { pending, interaction: Interaction::Consent(_), .. } => format!(
///                 "<form method=post action=/consent><input type=hidden name=request value={}>
///                  <input type=hidden name=scope value=openid>
///                  <button name=agree value=yes>Agree</button></form>",
///                 pending.page_id(),
///             ),
///             Page::Authorization { pending, .. } => format!(
///                 "<form method=post action=/login><input type=hidden name=request value={}>
///                  <input name=name><input name=password type=password><button>Log in</button></form>",
///                 pending.page_id(),
///             ),
/// #           _ => String::new(),
///             // Match all other pages, too.
///         })
///         .into_response())
///     }
///
///     async fn claims(&self, subject: &str) -> Result<Option<StandardClaims>> {
///         Ok((subject == "alice").then(|| StandardClaims::new().name("Alice")))
///     }
/// }
/// ```
pub trait Users: Send + Sync + 'static {
    /// The claims of a user.
    type Claims: Claims + Send + Sync + 'static;

    /// Checks the login form. Returns the session of the user: subject, time, and how the user authenticated; or `None` if the
    /// login is wrong, and the page is shown again.
    ///
    /// Attempts are limited before the call. Without [`Session::id`], the session gets a random identifier. Add earlier consent
    /// in [`with_consent`](Self::with_consent): here it would apply to all clients.
    fn log_in(
        &self,
        request: &Parts,
        form: &SameOriginForm,
    ) -> impl Future<Output = Result<Option<Session>>> + Send;

    /// Renders a page. The [module documentation](super) lists the fields of the forms.
    ///
    /// Without `frame-ancestors` in a `Content-Security-Policy`, the response gets one that forbids framing.
    fn page(
        &self,
        request: &Parts,
        page: Page<'_>,
    ) -> impl Future<Output = Result<Response>> + Send;

    /// The claims of a user, for ID tokens and the UserInfo endpoint. Only claims that the client requested and the user
    /// consented to are sent. `None` if the user no longer exists: nothing is issued then.
    fn claims(&self, subject: &str) -> impl Future<Output = Result<Option<Self::Claims>>> + Send;

    /// Adds the earlier consent of the user to a client: with [`Session::consented_before`], or with
    /// [`Session::consent_not_needed`] for your own applications. Default: none, so that the user is asked each time.
    fn with_consent(
        &self,
        session: Session,
        client_id: i64,
    ) -> impl Future<Output = Result<Session>> + Send {
        let _ = client_id;
        ready(Ok(session))
    }

    /// Stores the consent of a user to a client, in addition to earlier consent: see [`Consent::union`]. A denied request has no
    /// consent to store. Default: it is not stored.
    fn remember(
        &self,
        subject: &str,
        client_id: i64,
        consent: Consent,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (subject, client_id, consent);
        ready(Ok(()))
    }
}
