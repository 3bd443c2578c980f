//! The metadata of an operation: its category, its routes and its credentials.

/// An operation of the API. [`operations`](crate::operations) has them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation ID, which is the name of the method too: `get_client_list`.
    pub id: &'static str,
    /// The category of the operation, such as `introspection` or `token_management`. Each category has its own circuit
    /// breaker.
    pub category: &'static str,
    /// The route in 2.x; `None` when 2.x does not have the operation.
    pub v2: Option<Route>,
    /// The route in 3.0; `None` when 3.0 does not have the operation.
    pub v3: Option<Route>,
    /// Whether a call may be repeated even if Authlete has processed it: it uses nothing up and changes nothing, unless the
    /// request has the [`single_use`](Self::single_use) member.
    pub repeatable: bool,
    /// The request member of a repeatable operation that can be used only once, if there is one: `dpop`, a proof that
    /// Authlete may reject as a replay when it sees it again (RFC 9449 §11.1). A call with this member is not repeated.
    pub single_use: Option<&'static str>,
    /// The operation that replaces this one on Authlete's own 3.0 servers (`*.authlete.com`), where calls of
    /// this one fail with [`Error::NotCallable`](crate::Error::NotCallable). `None` if this one works there, too.
    pub hosted_replacement: Option<&'static str>,
}

impl Operation {
    /// The route in one generation of the API.
    pub fn route(&self, version: ApiVersion) -> Option<&Route> {
        match version {
            ApiVersion::V2 => self.v2.as_ref(),
            ApiVersion::V3 => self.v3.as_ref(),
        }
    }
}

/// The HTTP method, path and credentials of an operation in one generation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the root, with its parameters in braces: `/client/get/{clientId}`.
    pub path: &'static str,
    /// The URL to which the path is appended.
    pub root: ApiRoot,
    /// The accepted credentials, in order of preference; empty if none are needed.
    pub credentials: &'static [CredentialKind],
}

/// The URL to which the path of a [`Route`] is appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiRoot {
    /// One service of the Authlete server: `/api/{serviceId}` (3.0).
    Service,
    /// The Authlete server: `/api`.
    Api,
    /// The server of the organization API: `/api` below [`Config::idp_server`](crate::Config::idp_server) (3.0).
    Organization,
}

/// The kinds of credentials of the API, as in `security` of the OpenAPI description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// 2.x: the API key and secret of a service.
    ServiceKey,
    /// 2.x: the API key and secret of the service owner.
    ServiceOwnerKey,
    /// 3.0: the access token of a service.
    ServiceAccessToken,
    /// 3.0: an access token of the organization, valid for all of its services.
    OrganizationToken,
}

/// A generation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiVersion {
    /// 2.x: Basic credentials; the API key identifies the service.
    V2,
    /// 3.0: Bearer tokens; the path contains the service ID.
    V3,
}

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::V2 => "2.x",
            Self::V3 => "3.0",
        })
    }
}
