//! The settings, with their names in files and in the environment.
//!
//! `cargo xtask generate` writes them, with their documentation, into the table of README.md.

use std::fmt;

/// A setting of [`Config`](crate::Config).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// The generation of the API: `2.x` (also `V2`, `2.3`) or `3.0` (also `V3`).
    ApiVersion,
    /// The URL of the Authlete server, without `/api`. 2.x: by default `https://api.authlete.com`. 3.0: required,
    /// `https://us.authlete.com`, `jp`, `eu`, `br`, or your own.
    BaseUrl,
    /// The identifier of the service: its API key in 2.x, its service ID in 3.0.
    ServiceApiKey,
    /// The API secret of the service (2.x).
    ServiceApiSecret,
    /// The access token of the service (3.0).
    ServiceAccessToken,
    /// The API key of the service owner (2.x).
    ServiceOwnerApiKey,
    /// The API secret of the service owner (2.x).
    ServiceOwnerApiSecret,
    /// The access token of the organization (3.0).
    ServiceOwnerAccessToken,
    /// The ID of the organization, for the organization API (3.0).
    OrganizationId,
    /// The ID of the API server on which services are created and removed, for the organization API (3.0). By default that
    /// of the region in `BaseUrl`.
    ApiServerId,
    /// The URL of the server of the organization API, without `/api` (3.0). By default `https://login.authlete.com` for
    /// Authlete's own servers.
    IdpServer,
    /// The private key to which the tokens are bound and that signs DPoP proofs for Authlete, as a JWK (3.0, feature
    /// `dpop`).
    DpopKey,
    /// The client certificate for mutual TLS and its private key, in PEM form (feature `mtls`).
    ClientCertificate,
    /// Additional root certificates to trust, in PEM form, for a server with a certificate of a private authority.
    RootCertificate,
}

/// `Config` uses a setting as an index into as many values as there are in `ALL`.
const _: () = {
    let mut index = 0;
    while index < Setting::ALL.len() {
        assert!(Setting::ALL[index] as usize == index);
        index += 1;
    }
};

impl Setting {
    /// All settings.
    pub const ALL: [Self; 14] = [
        Self::ApiVersion,
        Self::BaseUrl,
        Self::ServiceApiKey,
        Self::ServiceApiSecret,
        Self::ServiceAccessToken,
        Self::ServiceOwnerApiKey,
        Self::ServiceOwnerApiSecret,
        Self::ServiceOwnerAccessToken,
        Self::OrganizationId,
        Self::ApiServerId,
        Self::IdpServer,
        Self::DpopKey,
        Self::ClientCertificate,
        Self::RootCertificate,
    ];

    /// The key in a TOML file.
    pub const fn toml_key(self) -> &'static str {
        self.names().0
    }

    /// The environment variable.
    pub const fn environment_variable(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ApiVersion => ("ApiVersion", "AUTHLETE_API_VERSION"),
            Self::BaseUrl => ("BaseUrl", "AUTHLETE_BASE_URL"),
            Self::ServiceApiKey => ("ServiceApiKey", "AUTHLETE_SERVICE_APIKEY"),
            Self::ServiceApiSecret => ("ServiceApiSecret", "AUTHLETE_SERVICE_APISECRET"),
            Self::ServiceAccessToken => ("ServiceAccessToken", "AUTHLETE_SERVICE_ACCESSTOKEN"),
            Self::ServiceOwnerApiKey => ("ServiceOwnerApiKey", "AUTHLETE_SERVICEOWNER_APIKEY"),
            Self::ServiceOwnerApiSecret => {
                ("ServiceOwnerApiSecret", "AUTHLETE_SERVICEOWNER_APISECRET")
            }
            Self::ServiceOwnerAccessToken => (
                "ServiceOwnerAccessToken",
                "AUTHLETE_SERVICEOWNER_ACCESSTOKEN",
            ),
            Self::OrganizationId => ("OrganizationId", "AUTHLETE_ORGANIZATION_ID"),
            Self::ApiServerId => ("ApiServerId", "AUTHLETE_API_SERVER_ID"),
            Self::IdpServer => ("IdpServer", "AUTHLETE_IDP_SERVER"),
            Self::DpopKey => ("DpopKey", "AUTHLETE_DPOP_KEY"),
            Self::ClientCertificate => ("ClientCertificate", "AUTHLETE_CLIENT_CERTIFICATE"),
            Self::RootCertificate => ("RootCertificate", "AUTHLETE_ROOT_CERTIFICATE"),
        }
    }
}

/// Both names, as an error message shows them.
impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} ({})",
            self.toml_key(),
            self.environment_variable()
        )
    }
}
