//! What the handlers and the authorization server tell each other, in extensions of requests and responses.

/// Request extension: the page follows a wrong login.
#[derive(Clone)]
pub(super) struct LoginFailed;

/// Response extension: the response is a page, and its request is pending.
#[derive(Clone)]
pub(super) struct PageShown;
