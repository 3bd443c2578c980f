//! Forms of other sites, which arrive without the cookies of the browser.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method, Response};

use super::form_page::with_policy;
use crate::fetch_site::fetch_site;

/// The query that marks a resubmitted form.
const AGAIN: &str = "resubmission";

/// A field of the form can have the name `submit`.
const SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// Whether a browser omits `SameSite=Lax` cookies: it sent a form of another site. In a sandbox, a form of this site counts as
/// one of another site, so a form is submitted again only once.
pub(super) fn is_without_cookies(request: &Parts) -> bool {
    request.method == Method::POST
        && fetch_site(&request.headers) == Some("cross-site")
        && request.uri.query() != Some(AGAIN)
}

/// A page that submits the same form again. Then it is a form of this site, so the browser sends its cookies.
pub(super) fn resubmission(parameters: &str) -> axum::response::Response {
    let fields: String = form_urlencoded::parse(parameters.as_bytes())
        .map(|(name, value)| {
            let (name, value) = (escape(&name), escape(&value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Continue</title>\
         <form method=\"post\" action=\"?{AGAIN}\">{fields}<button>Continue</button></form>\
         <script>{SCRIPT}</script></html>"
    );
    let mut response = Response::new(html);
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("text/html;charset=UTF-8");
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_policy(response, [SCRIPT])
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
