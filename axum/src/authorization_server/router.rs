//! The router with all endpoints.

use axum::Router;
use axum::routing::{get, post};

use super::cors::{AnyOriginUncached, any_origin};
use super::optional_routes::{path, with_routes};
use super::traced::Traced;
use super::{
    AuthorizationServer, attestation_challenge, authorization, backchannel_authentication,
    client_configuration, configuration, device_authorization, federation_configuration,
    federation_registration, grant_management, introspection, jwks, logout, pushed_authorization,
    registration, revocation, token, userinfo,
};
use crate::public_url::PublicUrl;

impl AuthorizationServer {
    /// The endpoints at the paths of [`Endpoints`](super::Endpoints).
    ///
    /// CORS: scripts of any origin may call the endpoints for discovery, JWK Set, entity configuration, token, UserInfo,
    /// revocation, pushed authorization requests and challenges, and all of the credential issuer. These endpoints ignore
    /// cookies. The other endpoints, such as authorization, do not allow cross-origin requests.
    pub fn router(&self) -> Router {
        let endpoints = self.endpoints();
        let mut router = Router::new();
        for path in endpoints.configuration() {
            router = router.route(&path, get(configuration).layer(any_origin()));
        }
        let federation = get(federation_configuration).layer(any_origin());
        router = router.route(&endpoints.federation_configuration(), federation);
        router = with_routes(
            router,
            [
                (path(&endpoints.jwks), get(jwks).layer(any_origin())),
                (
                    path(&endpoints.authorization),
                    get(authorization).post(authorization),
                ),
                (
                    path(&endpoints.pushed_authorization),
                    post(pushed_authorization).layer(AnyOriginUncached),
                ),
                (path(&endpoints.token), post(token).layer(AnyOriginUncached)),
                (
                    path(&endpoints.userinfo),
                    get(userinfo).post(userinfo).layer(AnyOriginUncached),
                ),
                (path(&endpoints.introspection), post(introspection)),
                (path(&endpoints.logout), get(logout).post(logout)),
                (
                    path(&endpoints.device_authorization),
                    post(device_authorization),
                ),
                (
                    path(&endpoints.backchannel_authentication),
                    post(backchannel_authentication),
                ),
                (
                    path(&endpoints.revocation),
                    post(revocation).layer(AnyOriginUncached),
                ),
                (path(&endpoints.registration), post(registration)),
                (
                    with_segment(endpoints.client_configuration(), "{client_id}"),
                    get(client_configuration)
                        .put(client_configuration)
                        .delete(client_configuration),
                ),
                (
                    with_segment(endpoints.grant_management.as_ref(), "{grant_id}"),
                    get(grant_management).delete(grant_management),
                ),
                (
                    path(&endpoints.attestation_challenge),
                    post(attestation_challenge).layer(AnyOriginUncached),
                ),
                (
                    path(&endpoints.federation_registration),
                    post(federation_registration),
                ),
            ],
        );
        if let Some(urls) = &endpoints.credential_issuer {
            router = router.merge(urls.routes());
        }
        router.layer(Traced).with_state(self.clone())
    }
}

fn with_segment(url: Option<&PublicUrl>, parameter: &str) -> Option<String> {
    Some(url?.join_route(parameter))
}
