//! The members of requests that what a client presents goes into.

/// Defines the methods of a request that has such members.
macro_rules! presented {
    ($name:ident { $($member:ident),* } at { $($place:ident),* }) => {
        impl $crate::types::$name {
            /// Puts what the client presents into the members that this request has for it. A member for which the client
            /// presents nothing stays as it is.
            #[must_use]
            pub fn presented(mut self, presented: &$crate::server::Presented) -> Self {
                $( $crate::server::presented!(@ self, presented, $member); )*
                self
            }
        }
        $crate::server::presented!(at $name { $($place),* });
    };
    (at $name:ident {}) => {};
    (at $name:ident { htm, htu }) => {
        impl $crate::types::$name {
            /// Says which HTTP method and URL the request of the client came to, which a DPoP proof is for (RFC 9449
            /// §4.3). The URL is the public one of your endpoint, not one behind a proxy.
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
    (@ $self:ident, $presented:ident, client_id) => {
        if let Some(client) = $presented.client() {
            $self.client_id = Some(client.client_id.clone());
        }
    };
    (@ $self:ident, $presented:ident, client_secret) => {
        if let Some(client) = $presented.client() {
            $self.client_secret = Some(client.client_secret.clone());
        }
    };
    (@ $self:ident, $presented:ident, dpop) => {
        if let Some(proof) = $presented.dpop() {
            $self.dpop = Some(proof.clone());
        }
    };
    (@ $self:ident, $presented:ident, dpop_of_access_token) => {
        if let Some(proof) = $presented.dpop_of_access_token() {
            $self.dpop = Some(proof.clone());
        }
    };
    (@ $self:ident, $presented:ident, oauth_client_attestation) => {
        if let Some(attestation) = $presented.attestation() {
            $self.oauth_client_attestation = Some(attestation.clone());
        }
    };
    (@ $self:ident, $presented:ident, oauth_client_attestation_pop) => {
        if let Some(proof) = $presented.attestation_pop() {
            $self.oauth_client_attestation_pop = Some(proof.clone());
        }
    };
    (@ $self:ident, $presented:ident, client_certificate) => {
        if let Some(certificate) = $presented.certificate() {
            $self.client_certificate = Some(certificate.certificate.clone());
        }
    };
    (@ $self:ident, $presented:ident, client_certificate_path) => {
        if let Some(certificate) = $presented.certificate() {
            $self.client_certificate_path = Some(certificate.chain.clone());
        }
    };
}

pub(crate) use presented;
