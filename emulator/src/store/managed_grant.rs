//! Grants that have an ID, by which their clients manage them (Grant Management for OAuth 2.0).

use authlete::types::GmAction;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All that a user has granted to a client under one ID. It lives until the client revokes it or is deleted, whatever
/// becomes of its tokens (§6.5).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManagedGrant {
    pub client_id: i64,
    pub subject: String,
    pub content: GrantContent,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantContent {
    pub scopes: Vec<ScopesAtResources>,
    /// The names of the claims.
    pub claims: Vec<String>,
    /// RFC 9396, in the form of the API.
    pub authorization_details: Option<Value>,
}

/// Scopes, and the resources that they are good for (RFC 8707); none in particular when there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesAtResources {
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
}

/// What a request wants done with a grant (§5.2). The ID is no secret (§10), so that it is stored as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GrantManagement {
    Create,
    Merge(String),
    Replace(String),
}

impl GrantManagement {
    pub fn action(&self) -> GmAction {
        match self {
            Self::Create => GmAction::Create,
            Self::Merge(_) => GmAction::Merge,
            Self::Replace(_) => GmAction::Replace,
        }
    }

    /// The grant that the request names.
    pub fn grant_id(&self) -> Option<&str> {
        match self {
            Self::Create => None,
            Self::Merge(id) | Self::Replace(id) => Some(id),
        }
    }
}
