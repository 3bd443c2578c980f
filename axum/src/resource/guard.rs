//! What the services of a [`RequireAccessToken`](super::RequireAccessToken) share.

use std::sync::Arc;

use authlete::Authlete;
use authlete::server::ClientCertificateSource;
use authlete::types::IntrospectionRequest;

use super::Dpop;

/// The settings of the layer.
#[derive(Debug, Clone)]
pub struct Guard {
    pub api: Authlete,
    /// What is the same for each token. The token itself is empty.
    pub conditions: IntrospectionRequest,
    pub certificates: ClientCertificateSource,
    pub dpop: Option<Dpop>,
    pub metadata_url: Option<Arc<str>>,
}
