//! The shared settings of [`RequireAccessToken`](super::RequireAccessToken).

use std::sync::Arc;

use authlete::Authlete;
use authlete::server::ClientCertificateSource;
use authlete::types::IntrospectionRequest;

use super::Dpop;
use super::challenge::Challenges;

/// The settings of the layer.
#[derive(Debug, Clone)]
pub struct Guard {
    pub api: Authlete,
    /// The template of the introspection request. Its token is empty.
    pub conditions: IntrospectionRequest,
    pub certificates: ClientCertificateSource,
    pub dpop: Option<Dpop>,
    pub metadata_url: Option<Arc<str>>,
}

impl Guard {
    pub(super) fn challenges(&self) -> Challenges<'_> {
        Challenges {
            dpop: self.dpop.as_ref(),
            scopes: self.conditions.scopes.as_deref(),
            metadata_url: self.metadata_url.as_deref(),
        }
    }
}
