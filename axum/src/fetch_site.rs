//! The site of the page that sent a request: <https://www.w3.org/TR/fetch-metadata/>.

use http::{HeaderMap, HeaderName};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// `same-origin`, `same-site`, `cross-site`, or `none` for a request of the user. `None` if the client is not a current browser.
pub(crate) fn fetch_site(headers: &HeaderMap) -> Option<&str> {
    let site = headers.get(SEC_FETCH_SITE)?;
    Some(site.to_str().unwrap_or_default())
}
