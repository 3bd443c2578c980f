//! What the description says of an operation: of which category it is, where, and which credential it takes.

/// An operation of the API. [`operations`](crate::operations) has them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation ID, which is the name of the method too: `get_client_list`.
    pub id: &'static str,
    /// The category of the API that the operation is of, such as `introspection` or `token_management`. A circuit breaker
    /// is for one category.
    pub category: &'static str,
    /// The route in 2.x; `None` when 2.x does not have the operation.
    pub v2: Option<Route>,
    /// The route in 3.0; `None` when 3.0 does not have the operation.
    pub v3: Option<Route>,
    /// Whether a call that Authlete has processed may be made again: it uses nothing up and changes nothing, unless the
    /// request has what is for [`single_use`](Self::single_use).
    pub repeatable: bool,
    /// The member of a repeatable operation's request that is good for one use, if there is one: `dpop`, a proof that
    /// Authlete may take for a replay when it sees it again (RFC 9449 §11.1). A call with it is not made again.
    pub single_use: Option<&'static str>,
    /// The operation that takes the place of this one on Authlete's own 3.0 servers (`*.authlete.com`), where calls of
    /// this one fail with [`Error::NotCallable`](crate::Error::NotCallable). `None` when this one works there too.
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

/// How one generation of the API is asked for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the root, with its parameters in braces: `/client/get/{clientId}`.
    pub path: &'static str,
    /// The URL that the path is appended to.
    pub root: Root,
    /// The credentials that are accepted, the preferred one first; none are needed when it is empty.
    pub credentials: &'static [CredentialKind],
}

/// The URL that the path of a [`Route`] is appended to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Root {
    /// One service of the Authlete server: `/api/{serviceId}` (3.0).
    Service,
    /// The Authlete server: `/api`.
    Api,
    /// The server of the organization API: `/api` below [`Config::idp_server`](crate::Config::idp_server) (3.0).
    Organization,
}

/// The credentials of the API, as the `security` of the description names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialKind {
    /// 2.x: the API key and secret of a service.
    ServiceKey,
    /// 2.x: the API key and secret of the service owner.
    ServiceOwnerKey,
    /// 3.0: the access token of a service.
    ServiceAccessToken,
    /// 3.0: an access token of the organization, good for all of its services.
    OrganizationToken,
}

/// A generation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiVersion {
    /// 2.x: Basic credentials; the service is known by its key.
    V2,
    /// 3.0: Bearer tokens; the service is named in the path.
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
