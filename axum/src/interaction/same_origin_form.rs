//! The forms of the server's own pages.

use axum::extract::{FromRequest, Request};
use http::header::{HOST, HeaderValue, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, StatusCode};

use crate::authorization_server::{BODY_LIMIT, BODY_TIMEOUT, Failure, read_form};
use crate::fetch_site::fetch_site;

/// The fields of a form on a page of your server. An axum extractor.
///
/// A form on a page of another site is rejected with 403. Otherwise the other site could, for example, submit the login form
/// with its own account, and the user would continue in that account (login CSRF). A body over 256 KiB is rejected with
/// 413, one that takes longer than 10 seconds with 408, and one that is not a form with 415.
#[derive(Clone)]
pub struct SameOriginForm {
    fields: Vec<(String, String)>,
}

impl SameOriginForm {
    /// The first value of a field, or an empty string.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a field, such as the selected checkboxes of a group.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// Whether the user agreed.
    pub(super) fn agrees(&self) -> bool {
        self.get("agree") == "yes"
    }
}

/// Fields may have passwords, so only their number is shown.
impl std::fmt::Debug for SameOriginForm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("SameOriginForm");
        debug.field("fields", &self.fields.len()).finish()
    }
}

impl<S: Sync> FromRequest<S> for SameOriginForm {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        // HTTP/2 has no `Host`.
        let authority = request.uri().authority().map(Authority::as_str);
        if !request.method().is_safe() && !is_from_own_page(request.headers(), authority) {
            return Err(Failure::empty(StatusCode::FORBIDDEN));
        }
        let (_, text) = read_form(request, BODY_LIMIT, BODY_TIMEOUT).await?;
        let fields = form_urlencoded::parse(text.as_bytes()).into_owned();
        Ok(Self {
            fields: fields.collect(),
        })
    }
}

/// Browsers send `Sec-Fetch-Site`, and older ones `Origin`. Other clients send neither.
fn is_from_own_page(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let text = |name| {
        let value: Option<&HeaderValue> = headers.get(name);
        value.map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(site) = fetch_site(headers) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(ORIGIN) else {
        return true;
    };
    let origin = origin.split_once("://").map(|(_, authority)| authority);
    let own = authority.or(text(HOST));
    matches!((origin, own), (Some(origin), Some(own)) if origin.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

    #[test]
    fn form_is_accepted_only_from_pages_of_the_same_origin() {
        let accepts = |headers: &[(HeaderName, &'static str)], authority| {
            let headers = headers.iter().cloned();
            let headers = headers.map(|(name, value)| (name, value.parse().unwrap()));
            is_from_own_page(&headers.collect(), authority)
        };
        assert!(accepts(&[(SEC_FETCH_SITE, "same-origin")], None));
        assert!(accepts(&[(SEC_FETCH_SITE, "none")], None));
        assert!(!accepts(&[(SEC_FETCH_SITE, "same-site")], None));
        assert!(!accepts(&[(SEC_FETCH_SITE, "cross-site")], None));
        assert!(accepts(&[(HOST, "a.example")], None));
        let own = (ORIGIN, "https://A.example:8443");
        assert!(accepts(&[(HOST, "a.example:8443"), own.clone()], None));
        assert!(accepts(&[own], Some("a.example:8443")));
        for origin in ["https://b.example", "https://a.example:8443", "null", ""] {
            let headers = [(HOST, "a.example"), (ORIGIN, origin)];
            assert!(!accepts(&headers, None), "{origin}");
        }
        assert!(!accepts(&[(ORIGIN, "https://a.example")], None));
    }
}
