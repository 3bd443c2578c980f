//! Copies what a client presents into requests.

/// Defines the methods of a request with members for what a client presents.
macro_rules! request_credentials {
    ($name:ident { $($member:ident),* } at { $($place:ident),* }) => {
        impl $crate::types::$name {
            /// Copies what the client presents into the corresponding members of this request. Members for which the client
            /// presents nothing stay unchanged.
            #[must_use]
            #[inline]
            pub fn credentials(mut self, credentials: &$crate::server::RequestCredentials) -> Self {
                $( $crate::server::request_credentials!(@ self, credentials, $member); )*
                self
            }
        }
        $crate::server::request_credentials!(at $name { $($place),* });
    };
    (at $name:ident {}) => {};
    (at $name:ident { htm, htu }) => {
        impl $crate::types::$name {
            /// Sets the HTTP method and the URL of the client's request, which are needed to verify a DPoP proof (RFC 9449
            /// §4.3). The URL is the public URL of your endpoint, not an internal one behind a proxy.
            #[must_use]
            pub fn received_at(
                mut self,
                method: impl Into<String>,
                url: impl Into<String>,
            ) -> Self {
                self.htm = Some(method.into());
                self.htu = Some(url.into());
                self
            }
        }
    };
    (@ $self:ident, $credentials:ident, client_id) => {
        if let Some(client) = $credentials.client() {
            $self.client_id = Some(client.client_id.clone());
        }
    };
    (@ $self:ident, $credentials:ident, client_secret) => {
        if let Some(client) = $credentials.client() {
            $self.client_secret = Some(client.client_secret.clone());
        }
    };
    (@ $self:ident, $credentials:ident, dpop) => {
        if let Some(proof) = $credentials.dpop_proof() {
            $self.dpop = Some(proof.clone());
        }
    };
    (@ $self:ident, $credentials:ident, access_token_dpop_proof) => {
        if let Some(proof) = $credentials.access_token_dpop_proof() {
            $self.dpop = Some(proof.clone());
        }
    };
    (@ $self:ident, $credentials:ident, oauth_client_attestation) => {
        if let Some(attestation) = $credentials.attestation() {
            $self.oauth_client_attestation = Some(attestation.clone());
        }
    };
    (@ $self:ident, $credentials:ident, oauth_client_attestation_pop) => {
        if let Some(proof) = $credentials.attestation_pop() {
            $self.oauth_client_attestation_pop = Some(proof.clone());
        }
    };
    (@ $self:ident, $credentials:ident, client_certificate) => {
        if let Some(certificate) = $credentials.certificate() {
            $self.client_certificate = Some(certificate.certificate.clone());
        }
    };
    (@ $self:ident, $credentials:ident, client_certificate_path) => {
        if let Some(certificate) = $credentials.certificate() {
            $self.client_certificate_path = Some(certificate.chain.clone());
        }
    };
}

pub(crate) use request_credentials;
