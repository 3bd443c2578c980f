//! Extensions of requests and responses, which pass information between the handlers and the authorization server.

/// Request extension: the page follows a wrong login.
#[derive(Clone)]
pub(super) struct LoginFailed;

/// Response extension: the response is a page, and its request is pending.
#[derive(Clone)]
pub(super) struct PageShown;
