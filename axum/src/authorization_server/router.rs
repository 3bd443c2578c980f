//! All endpoints together.

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::cors::{AnyOriginUncached, any_origin};
use super::traced::Traced;
use super::{
    AuthorizationServer, authorization, backchannel_authentication, configuration,
    device_authorization, introspection, jwks, logout, pushed_authorization, revocation, token,
    userinfo,
};
use crate::public_url::PublicUrl;

impl AuthorizationServer {
    /// The endpoints at the paths of [`Endpoints`](super::Endpoints).
    ///
    /// Scripts of every origin may call discovery, the JWK Set and the token, UserInfo, revocation and pushed authorization
    /// endpoints (CORS), where no cookie counts; never the authorization endpoint.
    pub fn router(&self) -> Router {
        let endpoints = self.endpoints();
        let mut router = Router::new();
        for path in endpoints.configuration() {
            router = router.route(&path, get(configuration).layer(any_origin()));
        }
        let routes: [(&Option<PublicUrl>, MethodRouter<Self>); 10] = [
            (&endpoints.jwks, get(jwks).layer(any_origin())),
            (
                &endpoints.authorization,
                get(authorization).post(authorization),
            ),
            (
                &endpoints.pushed_authorization,
                post(pushed_authorization).layer(AnyOriginUncached),
            ),
            (&endpoints.token, post(token).layer(AnyOriginUncached)),
            (
                &endpoints.userinfo,
                get(userinfo).post(userinfo).layer(AnyOriginUncached),
            ),
            (&endpoints.introspection, post(introspection)),
            (&endpoints.logout, get(logout).post(logout)),
            (&endpoints.device_authorization, post(device_authorization)),
            (
                &endpoints.backchannel_authentication,
                post(backchannel_authentication),
            ),
            (
                &endpoints.revocation,
                post(revocation).layer(AnyOriginUncached),
            ),
        ];
        for (url, method) in routes {
            if let Some(url) = url {
                router = router.route(url.route(), method);
            }
        }
        router.layer(Traced).with_state(self.clone())
    }
}
