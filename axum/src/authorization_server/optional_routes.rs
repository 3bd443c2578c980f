//! Routes of endpoints that a server may not have.

use axum::Router;
use axum::routing::MethodRouter;

use super::AuthorizationServer;
use crate::public_url::PublicUrl;

/// Adds the routes that have a path.
pub(super) fn with_routes<const N: usize>(
    router: Router<AuthorizationServer>,
    routes: [(Option<String>, MethodRouter<AuthorizationServer>); N],
) -> Router<AuthorizationServer> {
    routes
        .into_iter()
        .fold(router, |router, (path, method)| match path {
            Some(path) => router.route(&path, method),
            None => router,
        })
}

pub(super) fn path(url: &Option<PublicUrl>) -> Option<String> {
    Some(url.as_ref()?.route().to_owned())
}
