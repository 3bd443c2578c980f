//! Responses for browsers, such as the page of `response_mode=form_post`.

use authlete::server::ResponseBody;
use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use sha2::{Digest, Sha256};

/// Adds security headers to an HTML response.
///
/// The `form_post` page of Authlete submits a form to the client with an inline script. The policy allows only this script,
/// by its hash, and forbids framing. It does not restrict the target of the form, which is the redirect URI.
pub(super) fn for_browser(response: http::Response<ResponseBody>) -> Response {
    let media_type = response.headers().get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|it| it.starts_with("text/html")) {
        return response.map(|body| Body::from(body.into_bytes()));
    }
    let (parts, body) = response.into_parts();
    let body = body.into_bytes();
    let html = String::from_utf8_lossy(&body);
    let response = http::Response::from_parts(parts, body.clone());
    with_policy(response, scripts(&html))
}

/// Adds security headers to an HTML response. The policy allows only these inline scripts.
pub(super) fn with_policy<'a>(
    response: http::Response<impl Into<Body>>,
    scripts: impl IntoIterator<Item = &'a str>,
) -> Response {
    let mut response = response.map(Into::into);
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(scripts)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let no_referrer = HeaderValue::from_static("no-referrer");
    headers.insert(REFERRER_POLICY, no_referrer);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// Protects a page of the user's server: other sites cannot frame it (RFC 6749 §10.13), and it is not cached. The page can set
/// `frame-ancestors` and `Cache-Control` itself.
pub(crate) fn for_user(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut policies = headers.get_all(CONTENT_SECURITY_POLICY).iter();
    if !policies.any(limits_frames) {
        // Browsers apply all policies of a response.
        let no_frames = HeaderValue::from_static("frame-ancestors 'none'");
        headers.append(CONTENT_SECURITY_POLICY, no_frames);
    }
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(CACHE_CONTROL).or_insert(no_store);
    response
}

/// Whether a value of `Content-Security-Policy` has the directive `frame-ancestors`.
fn limits_frames(policies: &HeaderValue) -> bool {
    let policies = String::from_utf8_lossy(policies.as_bytes());
    policies.split([',', ';']).any(|directive| {
        let name = directive.split_ascii_whitespace().next();
        name.is_some_and(|name| name.eq_ignore_ascii_case("frame-ancestors"))
    })
}

/// `'unsafe-hashes'` allows event handlers by their hash, too (Content Security Policy Level 3).
fn policy<'a>(scripts: impl IntoIterator<Item = &'a str>) -> String {
    let hashes: String = scripts
        .into_iter()
        .map(|script| {
            let hash = BASE64_STANDARD.encode(Sha256::digest(script));
            format!(" 'sha256-{hash}'")
        })
        .collect();
    let scripts = match hashes.is_empty() {
        true => String::new(),
        false => format!("script-src 'unsafe-hashes'{hashes}; "),
    };
    format!("default-src 'none'; {scripts}base-uri 'none'; frame-ancestors 'none'")
}

/// The contents of the `script` elements and of the attribute `onload` of the body. The fields of the form have values from the
/// request, so they are not searched: they cannot have a `<`.
fn scripts(html: &str) -> impl Iterator<Item = &str> {
    let elements = html.split("<script").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split_once("</script>")?.0)
    });
    let body = html.split_once("<body").map(|(_, rest)| rest);
    let body = body.and_then(|rest| rest.split('<').next());
    let handler = body.and_then(|attributes| {
        let (_, rest) = attributes.split_once("onload=")?;
        let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        Some(rest.get(1..)?.split_once(quote)?.0)
    });
    elements.chain(handler).filter(|script| !script.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_allows_the_script_of_the_page_by_its_hash() {
        let hash = BASE64_STANDARD.encode(Sha256::digest("document.forms[0].submit()"));
        for html in [
            "<body onload=\"document.forms[0].submit()\"><form></form></body>",
            "<body onload='document.forms[0].submit()'></body>",
            "<form></form><script type=\"text/javascript\">document.forms[0].submit()</script>",
        ] {
            let policy = policy(scripts(html));
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        }
    }

    #[test]
    fn page_without_frame_ancestors_cannot_be_framed() {
        let policies = |own: &[&'static str]| {
            let mut response = Response::new(Body::empty());
            for policy in own {
                let policy = HeaderValue::from_static(policy);
                response
                    .headers_mut()
                    .append(CONTENT_SECURITY_POLICY, policy);
            }
            let response = for_user(response);
            let all = response.headers().get_all(CONTENT_SECURITY_POLICY);
            let all = all.iter().map(|policy| policy.to_str().unwrap().to_owned());
            all.collect::<Vec<_>>()
        };
        let none = "frame-ancestors 'none'";
        assert_eq!(policies(&[]), [none]);
        let script = "script-src 'self'; report-uri /frame-ancestors";
        assert_eq!(policies(&[script]), [script, none]);
        for own in [
            "default-src 'none'; Frame-Ancestors 'self'",
            "default-src 'none', frame-ancestors https://portal.example",
        ] {
            assert_eq!(policies(&[own]), [own]);
        }
        assert_eq!(policies(&[script, none]), [script, none]);
    }

    #[test]
    fn policy_of_a_page_without_scripts_allows_none() {
        assert_eq!(
            policy(scripts("<p>onload=</p><input value=\"onload='evil()'\">")),
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        );
    }
}
