//! Grants with an ID, by which clients manage them (Grant Management for OAuth 2.0).

use authlete::types::GmAction;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The grant of a user to a client under one ID. It lives until the client revokes it or is deleted, independent of its
/// tokens (§6.5).
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
    /// RFC 9396, in API form.
    pub authorization_details: Option<Value>,
}

/// Scopes and the resources that they are for (RFC 8707). Without resources, the scopes are not restricted to any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopesAtResources {
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
}

/// The grant management action of a request (§5.2). The ID is not a secret (§10), so it is stored in plain text.
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

    /// The ID of the grant that the request names.
    pub fn grant_id(&self) -> Option<&str> {
        match self {
            Self::Create => None,
            Self::Merge(id) | Self::Replace(id) => Some(id),
        }
    }
}
