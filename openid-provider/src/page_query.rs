//! The query of the URL of a page. The form of a page is sent to the URL of the page, so that an error page and a page in another
//! language lead back to it.

use axum::extract::Query;
use form_urlencoded::Serializer;
use http::Uri;
use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    /// The name of the authorization request that the page is for. Empty when there is none.
    pub flow: String,
    /// `other` at the login with another account than that of the session.
    pub account: String,
    /// Not empty when the page shows the form that was refused last.
    pub refused: String,
}

impl PageQuery {
    /// The query of a request. One that cannot be parsed counts as empty.
    pub fn of(uri: &Uri) -> Self {
        Query::try_from_uri(uri).map_or_else(|_| Self::default(), |Query(query)| query)
    }

    pub fn of_flow(flow: &str) -> Self {
        Self {
            flow: flow.to_owned(),
            ..Self::default()
        }
    }

    /// The URL of a page with this query. Values are encoded: a browser may have sent anything.
    pub fn url(&self, path: &str) -> String {
        let members = [
            ("flow", &self.flow),
            ("account", &self.account),
            ("refused", &self.refused),
        ];
        let members = members.into_iter().filter(|(_, value)| !value.is_empty());
        let query = Serializer::new(String::new())
            .extend_pairs(members)
            .finish();
        match query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

/// The URL of a page for an authorization request.
pub fn with_flow(path: &str, flow: &str) -> String {
    PageQuery::of_flow(flow).url(path)
}
