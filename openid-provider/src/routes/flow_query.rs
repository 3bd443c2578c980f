//! The query of a page for an authorization request.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct FlowQuery {
    /// The authorization request that the page is for. Empty when there is none.
    #[serde(default)]
    pub flow: String,
}
