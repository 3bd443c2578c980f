//! Expected properties of each endpoint, independent of the API description, and arguments to call it with.

use std::sync::LazyLock;

use authlete::{ApiVersion, Config};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::arguments::{path_arguments, required};
use crate::description::instance;

pub const SERVICE: i64 = 9_007_199_254_740_993;
pub const OTHER_SERVICE: i64 = 4242;
const OWNER: i64 = 77;
pub const ORGANIZATION: i64 = 88;
pub const API_SERVER: i64 = 99;

/// Text that must be percent-encoded to arrive unchanged.
pub const NEEDS_ENCODING: &str = "a/../b?c#d é%2F;=&+";

/// The expected properties of an endpoint.
#[derive(Deserialize)]
pub struct Fact {
    pub id: String,
    pub method: String,
    pub v2_method: Option<String>,
    pub v2_path: Option<String>,
    pub v3_path: Option<String>,
    pub scope: String,
    pub query: Vec<String>,
    pub request: Option<String>,
}

pub fn facts() -> &'static [Fact] {
    static FACTS: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../facts/endpoints.json")).expect("the facts are JSON")
    });
    &FACTS
}

pub fn config(version: ApiVersion, url: &str) -> Config {
    let config = Config::new()
        .api_version(version)
        .base_url(url)
        .service_id(SERVICE);
    match version {
        ApiVersion::V2 => config
            .service_api_secret("service-secret")
            .service_owner_api_key(OWNER)
            .service_owner_api_secret("owner-secret"),
        ApiVersion::V3 => config
            .service_access_token("service-token")
            .service_owner_access_token("organization-token")
            .organization_id(ORGANIZATION)
            .api_server_id(API_SERVER)
            .idp_server(url),
    }
}

impl Fact {
    pub fn method(&self, version: ApiVersion) -> &str {
        match version {
            ApiVersion::V2 => self.v2_method.as_ref().unwrap_or(&self.method),
            ApiVersion::V3 => &self.method,
        }
    }

    pub fn path(&self, version: ApiVersion) -> Option<&str> {
        match version {
            ApiVersion::V2 => self.v2_path.as_deref(),
            ApiVersion::V3 => self.v3_path.as_deref(),
        }
    }

    /// The path segments, decoded, from `/api` on.
    pub fn segments(&self, version: ApiVersion) -> Vec<String> {
        let path = self
            .path(version)
            .expect("only called for a generation that has the endpoint");
        let mut segments = vec!["api".to_owned()];
        if version == ApiVersion::V3 {
            match self.scope.as_str() {
                "service" => segments.push(SERVICE.to_string()),
                // The paths of these operations start with the ID of the service that they act on.
                "owner"
                    if matches!(
                        self.id.as_str(),
                        "get_service" | "update_service" | "delete_service"
                    ) =>
                {
                    segments.push(OTHER_SERVICE.to_string());
                }
                _ => {}
            }
        }
        segments.extend(path.split('/').skip(1).map(|segment| match segment {
            "{apiKey}" => OTHER_SERVICE.to_string(),
            parameter if parameter.starts_with('{') => NEEDS_ENCODING.to_owned(),
            fixed => fixed.to_owned(),
        }));
        segments
    }

    pub fn credentials(&self, version: ApiVersion) -> Option<String> {
        let basic = |key: i64, secret: &str| {
            format!(
                "Basic {}",
                BASE64_STANDARD.encode(format!("{key}:{secret}"))
            )
        };
        match (self.scope.as_str(), version) {
            ("open", _) => None,
            ("service", ApiVersion::V2) => Some(basic(SERVICE, "service-secret")),
            ("owner", ApiVersion::V2) => Some(basic(OWNER, "owner-secret")),
            ("service", ApiVersion::V3) => Some("Bearer service-token".into()),
            ("owner" | "organization", ApiVersion::V3) => Some("Bearer organization-token".into()),
            other => panic!("{other:?}"),
        }
    }

    /// A value for each query parameter.
    pub fn query(&self) -> Map<String, Value> {
        let value = |ty: &str| match ty {
            "int32" => json!(7),
            "int64" => json!(SERVICE),
            "date-time" => json!("2026-08-01T00:00:00.5+09:00"),
            "array" => json!([NEEDS_ENCODING, "second"]),
            "boolean" => json!(true),
            "string" => json!(NEEDS_ENCODING),
            "TokenStatus" => json!("INVALID"),
            other => panic!("{other}"),
        };
        self.query
            .iter()
            .filter_map(|parameter| parameter.split_once(':'))
            .map(|(name, ty)| {
                (
                    if name == "*" { "any name" } else { name }.to_owned(),
                    value(ty),
                )
            })
            .collect()
    }
}

pub fn arguments(fact: &Fact) -> Value {
    let mut arguments = json!({ "query": fact.query(), "service_id": OTHER_SERVICE });
    for name in path_arguments() {
        arguments[name] = NEEDS_ENCODING.into();
    }
    if let Some(request) = &fact.request {
        arguments["body"] = match request.strip_suffix("[]") {
            None => instance(request),
            Some(element) => json!([instance(element), instance(element)]),
        };
    }
    arguments
}

/// Arguments for any operation; only the required ones when `facts()` lacks the operation.
pub fn arguments_of(id: &str) -> Value {
    let facts = facts();
    let fact = facts.iter().find(|fact| fact.id == id);
    fact.map_or_else(|| required(id), arguments)
}
