//! The app that a browser returns to after an authorization request.

use authlete::types::AuthorizationResponse;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The app that sent an authorization request, as users know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The name of the client. Empty when it has none.
    pub app: String,
    /// The host of the redirect URI, or its scheme if it belongs to an app on the device (RFC 8252 §7.1).
    pub host: Option<String>,
    /// The start page of the app.
    pub home: Option<String>,
}

impl Destination {
    pub fn of(request: &Parts, answer: &AuthorizationResponse) -> Self {
        let client = answer.client.as_ref();
        let uri = redirect_uri(request, answer);
        let app = client.and_then(|client| client.client_name.clone());
        let home = client.and_then(|client| client.client_uri.clone());
        Self {
            app: app.unwrap_or_default(),
            host: uri.as_deref().and_then(host),
            home: home.filter(|uri| uri.starts_with("https://")).or_else(|| {
                let (scheme, host) = web_origin(uri.as_deref()?)?;
                Some(format!("{scheme}://{host}/"))
            }),
        }
    }
}

/// The redirect URI of a request that Authlete accepted.
///
/// Authlete does not return it. It is in the request object or in the query. For a request that was pushed or posted it is known
/// only if the client has registered a single URI.
fn redirect_uri(request: &Parts, answer: &AuthorizationResponse) -> Option<String> {
    let query = request.uri.query().unwrap_or_default();
    let parameter = |wanted: &str| {
        let mut all = form_urlencoded::parse(query.as_bytes());
        all.find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let given = match &answer.request_object_payload {
        Some(payload) => {
            let payload: Option<Value> = serde_json::from_str(payload).ok();
            payload.and_then(|it| Some(it.get("redirect_uri")?.as_str()?.to_owned()))
        }
        // Parameters beside `request_uri` do not count (RFC 9101 §6.3).
        None if parameter("request_uri").is_some() => None,
        None => parameter("redirect_uri"),
    };
    given.or_else(|| {
        let registered = answer.client.as_ref()?.redirect_uris.as_deref()?;
        let [only] = registered else {
            return None;
        };
        Some(only.clone())
    })
}

fn host(uri: &str) -> Option<String> {
    match web_origin(uri) {
        Some((_, host)) => Some(host.to_owned()),
        None => uri.split_once(':').map(|(scheme, _)| format!("{scheme}:")),
    }
}

/// The scheme and the host, with its port, of a URL for browsers.
fn web_origin(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let is_web = matches!(scheme, "https" | "http");
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    // User information, which may look like a host, ends with `@`.
    let host = authority.rsplit('@').next()?;
    (is_web && !host.is_empty()).then_some((scheme, host))
}

#[cfg(test)]
mod tests {
    use http::Request;
    use serde_json::json;

    use super::*;

    fn parts(query: &str) -> Parts {
        let request = Request::get(format!("/authorize?{query}"));
        request.body(()).unwrap().into_parts().0
    }

    fn answer(members: Value) -> AuthorizationResponse {
        let mut all = json!({ "action": "INTERACTION" });
        all.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    fn registered(uris: &[&str]) -> Value {
        json!({ "client": { "clientName": "App", "redirectUris": uris } })
    }

    #[test]
    fn host_is_that_of_the_redirect_uri_that_counts() {
        let query = "redirect_uri=https%3A%2F%2Fapp.example%3A8443%2Fcallback&state=a";
        let object =
            json!({ "requestObjectPayload": "{\"redirect_uri\":\"https://object.example/\"}" });
        let one = registered(&["https://registered.example/callback"]);
        let two = registered(&["https://a.example/", "https://b.example/"]);
        for (query, members, host) in [
            (query, json!({}), Some("app.example:8443")),
            (query, two.clone(), Some("app.example:8443")),
            (query, object, Some("object.example")),
            ("state=a", one.clone(), Some("registered.example")),
            ("state=a", two.clone(), None),
            ("state=a", json!({}), None),
            (
                "request_uri=urn%3Aa&redirect_uri=https%3A%2F%2Fevil.example",
                one,
                Some("registered.example"),
            ),
            (
                "request_uri=urn%3Aa&redirect_uri=https%3A%2F%2Fevil.example",
                two,
                None,
            ),
            (
                "redirect_uri=com.example.app%3A%2Fcallback",
                json!({}),
                Some("com.example.app:"),
            ),
            (
                "redirect_uri=https%3A%2F%2Fbank.example%40evil.example%2F",
                json!({}),
                Some("evil.example"),
            ),
        ] {
            let destination = Destination::of(&parts(query), &answer(members.clone()));
            assert_eq!(destination.host.as_deref(), host, "{query} {members}");
        }
    }

    #[test]
    fn home_is_that_of_the_client_or_the_origin_of_the_redirect_uri() {
        let of = |query: &str, client_uri: Option<&str>| {
            let client = json!({ "client": { "clientName": "App", "clientUri": client_uri } });
            Destination::of(&parts(query), &answer(client)).home
        };
        let query = "redirect_uri=http%3A%2F%2F127.0.0.1%3A3001%2Fcallback";
        let origin = Some("http://127.0.0.1:3001/".to_owned());
        assert_eq!(of(query, None), origin);
        assert_eq!(of(query, Some("javascript:alert(1)")), origin);
        let home = of(query, Some("https://app.example/start"));
        assert_eq!(home.as_deref(), Some("https://app.example/start"));
        assert_eq!(of("redirect_uri=com.example.app%3A%2Fcallback", None), None);
    }
}
