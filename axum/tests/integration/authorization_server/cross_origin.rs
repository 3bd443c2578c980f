//! Cross-origin requests of scripts in browsers (Fetch Standard, CORS protocol).

use reqwest::{Method, RequestBuilder};

use super::complete::{Complete, media_type};
use super::*;
use crate::common::jwt::Key;
use crate::common::proof::{Proven, proof, thumbprint};
use authlete::ApiVersion;
use rstest::rstest;

const ORIGIN: &str = "https://spa.example";

/// The endpoints that allow scripts of any origin, with their methods.
const OPEN: [(&str, Method); 17] = [
    ("/.well-known/jwt-vc-issuer", Method::GET),
    ("/.well-known/oauth-authorization-server", Method::GET),
    ("/.well-known/openid-configuration", Method::GET),
    ("/.well-known/openid-credential-issuer", Method::GET),
    ("/.well-known/openid-federation", Method::GET),
    ("/challenge", Method::POST),
    ("/credential", Method::POST),
    ("/credential/deferred", Method::POST),
    ("/credential/jwks", Method::GET),
    ("/credential/nonce", Method::POST),
    ("/credential/offers/1", Method::GET),
    ("/jwks", Method::GET),
    ("/par", Method::POST),
    ("/revoke", Method::POST),
    ("/token", Method::POST),
    ("/userinfo", Method::GET),
    ("/userinfo", Method::POST),
];

/// The endpoints that use cookies of the user, or that scripts of other origins do not need.
const CLOSED: [&str; 11] = [
    "/authorize",
    "/backchannel_authentication",
    "/consent",
    "/device_authorization",
    "/federation/register",
    "/grants/1",
    "/introspect",
    "/login",
    "/logout",
    "/register",
    "/register/1",
];

/// The CORS preflight request of a browser.
fn preflight(provider: &Provider, method: &Method, path: &str, headers: &str) -> RequestBuilder {
    let request = provider.client().request(Method::OPTIONS, path);
    request
        .header("origin", ORIGIN)
        .header("access-control-request-method", method.as_str())
        .header("access-control-request-headers", headers)
}

#[test]
fn each_path_is_open_or_closed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let complete = runtime.block_on(Complete::start(ApiVersion::V3, |server| server));
    let open = OPEN.iter().map(|(path, _)| *path);
    let mut decided: Vec<_> = open.chain(CLOSED).collect();
    decided.sort_unstable();
    decided.dedup();
    assert_eq!(decided, complete.paths());
}

#[rstest]
#[tokio::test]
async fn open_endpoints_allow_calls_of_any_origin_and_expose_their_headers(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let provider = &complete.provider;
    for (path, method) in &OPEN {
        // A browser sends the names in lower case and sorted.
        let names =
            "authorization,content-type,dpop,oauth-client-attestation,oauth-client-attestation-pop";
        let allowed = Reply::of(preflight(provider, method, path, names)).await;
        assert_eq!(allowed.status, 200, "{path} {allowed:?}");
        let value = |header| allowed.header(header).unwrap_or_default();
        assert_eq!(value("access-control-allow-origin"), "*", "{path}");
        let methods = value("access-control-allow-methods");
        assert!(methods.split(',').any(|it| it == method), "{path}");
        let headers: Vec<_> = value("access-control-allow-headers").split(',').collect();
        for name in names.split(',') {
            assert!(headers.contains(&name), "{path} {headers:?}");
        }
        let request = provider.client().request(method.clone(), path);
        let request = request.header("content-type", media_type(path));
        let answer = Reply::of(request.header("origin", ORIGIN)).await;
        let value = |header| answer.header(header).unwrap_or_default();
        assert_eq!(
            value("access-control-allow-origin"),
            "*",
            "{path} {answer:?}"
        );
        let exposed: Vec<_> = value("access-control-expose-headers").split(',').collect();
        for name in ["www-authenticate", "dpop-nonce", "retry-after"] {
            assert!(exposed.contains(&name), "{path} {exposed:?}");
        }
        for reply in [&allowed, &answer] {
            let credentials = reply.header("access-control-allow-credentials");
            assert_eq!(credentials, None, "{path}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn closed_endpoints_send_no_cors_headers(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let provider = &complete.provider;
    let basic = provider.client().basic();
    for path in CLOSED {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let preflight = preflight(provider, &method, path, "authorization,content-type");
            let request = provider.client().request(method.clone(), path);
            let request = request
                .header("origin", ORIGIN)
                .header("authorization", &basic)
                .header("content-type", media_type(path));
            for request in [preflight, request] {
                let reply = Reply::of(request).await;
                let mut names = reply.headers.keys();
                let has_cors_header = names.any(|it| it.as_str().starts_with("access-control-"));
                assert!(!has_cors_header, "{method} {path} {reply:?}");
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn dpop_nonce_is_exposed_to_scripts_in_each_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let complete = Complete::start(version, |server| server).await;
    let provider = &complete.provider;
    let on = |service: &mut authlete::types::Service| {
        service.dpop_nonce_required = Some(true);
    };
    provider.change_service(on).await;
    let key = Key::generate();
    let token_request = crate::common::token_request(&provider.emulator)
        .scopes(["openid"])
        .dpop_key_thumbprint(thumbprint(&key));
    let token = crate::common::issue(&provider.api, token_request).await;
    let basic = provider.client().basic();
    let dpop = format!("DPoP {}", token.expose());
    let form = [("grant_type", "client_credentials")];
    let parameters = provider.client().parameters("openid", &[]);
    let pushed: Vec<(String, String)> = form_urlencoded::parse(parameters.as_bytes())
        .into_owned()
        .collect();
    let pushed: Vec<_> = pushed.iter().map(|(a, b)| (&a[..], &b[..])).collect();
    for (path, authorization, form, ath, status) in [
        ("/token", &basic, &form[..], None, (400, 200)),
        ("/par", &basic, &pushed, None, (400, 201)),
        ("/userinfo", &dpop, &[], Some(token.expose()), (401, 200)),
    ] {
        let url = format!("{}{path}", provider.issuer);
        let send = |nonce: Option<&str>| {
            let proven = Proven {
                method: "POST",
                url: &url,
                token: ath,
                nonce,
            };
            let request = provider.client().form(path, form);
            let request = request
                .header("origin", ORIGIN)
                .header("authorization", authorization)
                .header("dpop", proof(&key, proven));
            Reply::of(request)
        };
        let demanded = send(None).await;
        assert_eq!(demanded.status, status.0, "{path} {demanded:?}");
        let nonce = demanded.header("dpop-nonce").expect(path);
        let accepted = send(Some(nonce)).await;
        assert_eq!(accepted.status, status.1, "{path} {accepted:?}");
        assert!(
            accepted.header("dpop-nonce").is_some(),
            "{path} {accepted:?}"
        );
        for reply in [&demanded, &accepted] {
            let origin = reply.header("access-control-allow-origin");
            assert_eq!(origin, Some("*"), "{path} {reply:?}");
            let exposed = reply.header("access-control-expose-headers").unwrap();
            assert!(exposed.contains("dpop-nonce"), "{path} {exposed}");
        }
    }
}
