//! The routes of the credential issuer.

use axum::Router;
use axum::routing::{get, post};

use super::{
    credential, credential_issuer_jwks, credential_issuer_metadata, credential_nonce,
    credential_offer, deferred_credential, jwt_vc_issuer_metadata,
};
use crate::authorization_server::AuthorizationServer;
use crate::authorization_server::cors::{AnyOriginUncached, any_origin};
use crate::authorization_server::credential_issuer_urls::CredentialIssuerUrls;
use crate::authorization_server::optional_routes::{path, with_routes};

impl CredentialIssuerUrls {
    /// Wallets and verifiers may be scripts of any origin: these endpoints ignore cookies.
    pub fn routes(&self) -> Router<AuthorizationServer> {
        let mut router = Router::new();
        for path in self.metadata() {
            let metadata = get(credential_issuer_metadata).layer(any_origin());
            router = router.route(&path, metadata);
        }
        let jwt_vc_issuer = get(jwt_vc_issuer_metadata).layer(any_origin());
        let offer = get(credential_offer).layer(AnyOriginUncached);
        router = router
            .route(&self.jwt_vc_issuer(), jwt_vc_issuer)
            .route(&self.offers("{identifier}"), offer);
        with_routes(
            router,
            [
                (
                    path(&self.credential),
                    post(credential).layer(AnyOriginUncached),
                ),
                (
                    path(&self.deferred),
                    post(deferred_credential).layer(AnyOriginUncached),
                ),
                (
                    path(&self.nonce),
                    post(credential_nonce).layer(AnyOriginUncached),
                ),
                (
                    path(&self.jwks),
                    get(credential_issuer_jwks).layer(any_origin()),
                ),
            ],
        )
    }
}
