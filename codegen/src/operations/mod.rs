//! The operations of the API: what the description says about each, and the code that follows from it.

mod answers;
mod arguments;
mod documentation;
mod extensions;
mod methods;
mod read;
mod table;

use heck::ToShoutySnakeCase;
use quote::format_ident;
use syn::Ident;

pub(crate) use answers::answers;
pub use extensions::single_use;
pub(crate) use methods::methods;
pub use read::read;
pub(crate) use table::table;

use crate::eviction::Eviction;

/// The two generations of the API, as `x-api-version` names them.
pub const V2: &str = "2.x";
/// See [`V2`].
pub const V3: &str = "3.0";

/// The extension that says whether an operation may be retried after it may have been processed.
pub const REPEATABLE: &str = "x-repeatable";

/// The extension that names the operation to call on Authlete's own 3.0 servers in place of this one.
pub const HOSTED_REPLACEMENT: &str = "x-hosted-replacement";

/// The extension that names the setting for a request member that the caller omits.
pub const SETTING: &str = "x-setting";

/// The extension of a server that names its API.
pub const ROOT: &str = "x-root";

/// The value of [`ROOT`] for the organization API. Other APIs have no value.
pub const ORGANIZATION: &str = "organization";

/// An operation of the description, without its types.
#[derive(Debug)]
pub struct Operation {
    id: String,
    /// The tag of its file.
    category: String,
    v2: Option<Route>,
    v3: Option<Route>,
    path_parameters: Vec<String>,
    has_query: bool,
    has_free_query: bool,
    has_body: bool,
    /// The members of the request that a setting fills in: member and setting.
    from_settings: Vec<(String, String)>,
    may_be_empty: bool,
    answers_text: bool,
    repeatable: bool,
    single_use: Option<String>,
    hosted_replacement: Option<String>,
    eviction: Option<Eviction>,
    documentation: Vec<String>,
}

/// The route of an operation in one generation.
#[derive(Debug)]
pub struct Route {
    /// The HTTP method in upper case.
    method: String,
    /// The path below the root.
    path: String,
    root: ApiRoot,
    /// The security schemes in order of preference. Empty if no credentials are needed.
    credentials: Vec<String>,
}

/// The root of a route's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiRoot {
    /// `/api/{serviceId}` of the Authlete server.
    Service,
    /// `/api` of the Authlete server.
    Api,
    /// `/api` of the server of the organization API.
    Organization,
}

impl Operation {
    /// The operation ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the query has a separate type.
    pub fn has_named_query(&self) -> bool {
        self.has_query && !self.has_free_query
    }

    /// The route in 2.x.
    pub fn v2(&self) -> Option<&Route> {
        self.v2.as_ref()
    }

    /// The route in 3.0.
    pub fn v3(&self) -> Option<&Route> {
        self.v3.as_ref()
    }

    fn constant(&self) -> Ident {
        format_ident!("{}", self.id.to_shouty_snake_case())
    }
}

impl Route {
    /// The HTTP method in upper case.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path below the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The root of the path.
    pub fn root(&self) -> ApiRoot {
        self.root
    }

    /// The security schemes in order of preference.
    pub fn credentials(&self) -> &[String] {
        &self.credentials
    }
}

/// The names in braces of a path template.
pub fn template_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}
