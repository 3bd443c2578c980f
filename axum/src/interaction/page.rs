//! The pages for a user.

use std::fmt;

use authlete::server::{Interaction, PendingAuthorization, Session};

use crate::authorization_server::{DeviceRequest, LogoutRequest};

/// A page to render. The [module documentation](super) lists the fields of the forms.
pub enum Page<'a> {
    /// A page of an authorization request: login, choice or creation of an account, consent.
    Authorization {
        /// The request: the client, and the scopes with their descriptions.
        pending: &'a PendingAuthorization,
        /// Which page, with its details.
        interaction: Interaction,
        /// The session of the browser, for example for the name of the logged-in user.
        session: Option<&'a Session>,
        /// Whether the page follows a wrong login.
        login_failed: bool,
    },
    /// The login without an authorization request, for your own pages.
    LogIn {
        /// The path of the page that follows the login, for a hidden field.
        return_to: &'a str,
        /// Whether the page follows a wrong login.
        login_failed: bool,
    },
    /// The form for the user code of a device (RFC 8628 §3.3).
    UserCode {
        /// The code to fill in, from `verification_uri_complete` or from the last attempt. It may be any text.
        user_code: &'a str,
        /// Whether the last code was wrong or has expired.
        is_wrong: bool,
    },
    /// Asks for consent to the request of a device. Name the client and the scopes, and let the user compare the code
    /// (RFC 8628 §5.4).
    Device(&'a DeviceRequest),
    /// Asks whether to log out. Any website can redirect a user here (RP-Initiated Logout 1.0 §6).
    LogOut(&'a LogoutRequest),
    /// The end of a flow.
    Notice(Notice),
}

/// A user code is a credential, so only the kind of the page is shown.
impl fmt::Debug for Page<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Authorization { .. } => "Authorization",
            Self::LogIn { .. } => "LogIn",
            Self::UserCode { .. } => "UserCode",
            Self::Device(_) => "Device",
            Self::LogOut(_) => "LogOut",
            Self::Notice(_) => "Notice",
        };
        formatter.debug_struct(kind).finish_non_exhaustive()
    }
}

/// The end of a flow that has no client to return to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The form is for a request that is over, or from another session. The user has to start again at the application.
    StartAgain,
    /// The device gets access with its next poll.
    DeviceConnected,
    /// The device gets `access_denied` with its next poll.
    DeviceRefused,
    /// The code has expired or was used. The user has to start again at the device.
    DeviceExpired,
    /// The user is logged out.
    LoggedOut,
}
