//! Forms of other sites, which arrive without the cookies of the browser.

use authlete::Secret;
use authlete::server::ResponseBody;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method};

use super::form_page::for_browser;
use crate::fetch_site::fetch_site;

/// Whether a browser omits `SameSite=Lax` cookies: it sent a form of another site.
pub(super) fn is_without_cookies(request: &Parts) -> bool {
    request.method == Method::POST && fetch_site(&request.headers) == Some("cross-site")
}

/// A page that submits the same form again. Then it is a form of this site, so the browser sends its cookies.
pub(super) fn resubmission(parameters: &str) -> Response {
    let fields: String = form_urlencoded::parse(parameters.as_bytes())
        .map(|(name, value)| {
            let (name, value) = (escape(&name), escape(&value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Continue</title>\
         <form method=\"post\">{fields}<button>Continue</button></form>\
         <script>document.forms[0].submit()</script></html>"
    );
    let mut response = http::Response::new(ResponseBody::from(&Secret::from(html)));
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("text/html;charset=UTF-8");
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for_browser(response)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
