//! The pushed authorization request endpoint.

use std::borrow::Cow;

use authlete::server::PushedAuthReqNext;
use authlete::types::PushedAuthReqRequest;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use form_urlencoded::Serializer;
use http::StatusCode;

use super::{AuthorizationServer, Failure};

/// The pushed authorization request endpoint (RFC 9126). `POST`. Clients authenticate as at the token endpoint.
///
/// A request with `max_age=0` is pushed with `prompt=login`, which means the same (OpenID Connect Core 1.0 §3.1.2.1): at the
/// authorization endpoint, the answer of Authlete does not distinguish `max_age=0` from an absent `max_age`. A request that
/// also has `prompt=none` can never be granted and is refused with `login_required`.
pub async fn pushed_authorization(
    State(server): State<AuthorizationServer>,
    request: Request,
) -> Result<Response, Failure> {
    let received = server.form_request(request).await?;
    let parameters = with_login(&received.form)
        .ok_or_else(|| Failure::oauth(StatusCode::BAD_REQUEST, "login_required"))?;
    let mut request =
        PushedAuthReqRequest::new(parameters.into_owned()).credentials(&received.credentials);
    if let Some(url) = &server.endpoints().pushed_authorization {
        request = request.received_at(received.parts.method.as_str(), url.to_string());
    }
    let answer = server.api().push_authorization_request(&request).await?;
    let PushedAuthReqNext::Respond(response) = answer.next(&received.credentials);
    Ok(response.map(Body::new))
}

/// Adds `prompt=login` if `max_age` is 0; `None` if `prompt` is `none`. A request object is signed and stays unchanged:
/// Authlete returns its parameters.
fn with_login(form: &str) -> Option<Cow<'_, str>> {
    let pairs = || form_urlencoded::parse(form.as_bytes());
    let demands_login = pairs().any(|(name, value)| name == "max_age" && is_zero(&value));
    if !demands_login || pairs().any(|(name, _)| name == "request") {
        return Some(Cow::Borrowed(form));
    }
    let prompts: Vec<_> = pairs().filter(|(name, _)| name == "prompt").collect();
    let has = |prompt: &str| {
        let mut values = prompts.iter().flat_map(|(_, value)| value.split(' '));
        values.any(|value| value == prompt)
    };
    if has("none") {
        return None;
    }
    // Authlete refuses repeated parameters.
    if has("login") || prompts.len() > 1 {
        return Some(Cow::Borrowed(form));
    }
    let before = prompts.first().map(|(_, value)| format!("{value} login"));
    let mut serializer = Serializer::new(String::new());
    serializer.extend_pairs(pairs().filter(|(name, _)| name != "prompt"));
    serializer.append_pair("prompt", before.as_deref().unwrap_or("login").trim());
    Some(Cow::Owned(serializer.finish()))
}

fn is_zero(value: &str) -> bool {
    value.trim().parse() == Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_zero_is_pushed_with_prompt_login() {
        for (form, pushed) in [
            (
                "client_id=1&max_age=0",
                "client_id=1&max_age=0&prompt=login",
            ),
            (
                "prompt=consent&max_age=00&x=%20",
                "max_age=00&x=+&prompt=consent+login",
            ),
            ("max_age=0&prompt=", "max_age=0&prompt=login"),
            (
                "max_age=0&prompt=login+consent",
                "max_age=0&prompt=login+consent",
            ),
            ("max_age=0&prompt=a&prompt=b", "max_age=0&prompt=a&prompt=b"),
            ("max_age=10", "max_age=10"),
            ("prompt=none", "prompt=none"),
            ("max_age=0&request=ey.e30.", "max_age=0&request=ey.e30."),
        ] {
            assert_eq!(with_login(form).as_deref(), Some(pushed), "{form}");
        }
    }

    #[test]
    fn max_age_zero_with_prompt_none_is_refused() {
        assert_eq!(with_login("max_age=0&prompt=none"), None);
    }
}
