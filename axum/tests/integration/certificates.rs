//! Access tokens that are bound to a client certificate (RFC 8705).

use authlete::ApiVersion;
use authlete::server::ClientCertificateSource as Source;
use authlete_axum::{AccessToken, RequireAccessToken};
use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::Extension;
use axum::http::HeaderName;
use axum::routing::get as on_get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rstest::rstest;

use crate::common::*;

struct Certificate {
    der: Vec<u8>,
    pem: String,
}

impl Certificate {
    fn generate() -> Self {
        let generated = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
        Self {
            der: generated.cert.der().to_vec(),
            pem: generated.cert.pem(),
        }
    }

    fn thumbprint(&self) -> String {
        jwt::encode(digest(&SHA256, &self.der))
    }

    fn percent_encoded(&self) -> String {
        let escape = |byte: u8| format!("%{byte:02X}");
        self.pem.bytes().map(escape).collect()
    }

    /// The header in which each kind of proxy forwards the certificate.
    fn headers(&self) -> Vec<(Source, &'static str, String)> {
        let name = HeaderName::from_static("x-client-cert");
        let base64 = BASE64_STANDARD.encode(&self.der);
        vec![
            (Source::ClientCert, "client-cert", format!(":{base64}:")),
            (
                Source::Nginx(name.clone()),
                "x-client-cert",
                self.percent_encoded(),
            ),
            (
                Source::Apache(name),
                "x-client-cert",
                self.pem.trim().replace('\n', " "),
            ),
            (
                Source::Envoy,
                "x-forwarded-client-cert",
                format!("Cert=\"{}\"", self.percent_encoded()),
            ),
            (
                Source::AwsAlb,
                "x-amzn-mtls-clientcert",
                self.percent_encoded(),
            ),
        ]
    }
}

#[rstest]
#[tokio::test]
async fn certificate_bound_token_is_accepted_only_with_its_certificate_from_the_configured_source(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let certificate = Certificate::generate();
    let other = Certificate::generate();
    let (emulator, api) = start(version).await;
    let request = token_request(&emulator).certificate_thumbprint(certificate.thumbprint());
    let token = issue(&api, request).await;
    let authorization = format!("Bearer {}", token.expose());
    let own = certificate.headers().into_iter();
    for ((source, name, good), (_, _, other)) in own.zip(other.headers()) {
        let guard = RequireAccessToken::new(api.clone()).client_certificates(source);
        let url = serve(guard).await;
        let authorization = ("authorization", authorization.as_str());
        get(&url, &[authorization, (name, &good)])
            .await
            .assert_passed();
        let answer = get(&url, &[authorization, (name, &other)]).await;
        answer.assert_refused(401, "Bearer", "invalid_token");
        let answer = get(&url, &[authorization]).await;
        answer.assert_refused(401, "Bearer", "invalid_token");
        let answer = get(&url, &[authorization, (name, "Cert=\"no certificate\"")]).await;
        answer.assert_refused(400, "Bearer", "invalid_request");
    }
}

#[tokio::test]
async fn certificate_headers_are_ignored_by_default() {
    let certificate = Certificate::generate();
    let (emulator, api) = start(GENERATIONS[1]).await;
    let request = token_request(&emulator).certificate_thumbprint(certificate.thumbprint());
    let authorization = format!("Bearer {}", issue(&api, request).await.expose());
    let url = serve(RequireAccessToken::new(api)).await;
    let headers = certificate.headers();
    let mut all = vec![("authorization", authorization.as_str())];
    all.extend(
        headers
            .iter()
            .map(|(_, name, value)| (*name, value.as_str())),
    );
    let answer = get(&url, &all).await;
    answer.assert_refused(401, "Bearer", "invalid_token");
}

#[tokio::test]
async fn certificate_of_the_connection_takes_precedence_over_a_header() {
    let certificate = Certificate::generate();
    let thumbprint = certificate.thumbprint();
    let (emulator, api) = start(GENERATIONS[1]).await;
    let request = token_request(&emulator).certificate_thumbprint(&thumbprint);
    let token = issue(&api, request).await;
    let handler = move |token: AccessToken| async move {
        assert_eq!(token.certificate_thumbprint(), Some(&*thumbprint));
        token.subject().unwrap().to_owned()
    };
    let guard = RequireAccessToken::new(api).client_certificates(Source::ClientCert);
    let router = Router::new().route("/things", on_get(handler)).layer(guard);
    let from_connection = Source::Tls(vec![certificate.der.clone()]);
    let url = serve_router(router.clone().layer(Extension(from_connection))).await;
    get_by_bearer(&url, token.expose()).await.assert_passed();

    let url = serve_router(router.layer(Extension(Source::Tls(Vec::new())))).await;
    let header = format!(":{}:", BASE64_STANDARD.encode(&certificate.der));
    let authorization = format!("Bearer {}", token.expose());
    let headers = [
        ("authorization", &*authorization),
        ("client-cert", &*header),
    ];
    let answer = get(&url, &headers).await;
    answer.assert_refused(401, "Bearer", "invalid_token");
}

/// The subject of a certificate contains text that its owner chose. Envoy escapes quotes in it with a backslash.
#[tokio::test]
async fn certificate_injected_into_the_envoy_header_is_refused() {
    let victim = Certificate::generate();
    let own = Certificate::generate();
    let (emulator, api) = start(GENERATIONS[1]).await;
    let request = token_request(&emulator).certificate_thumbprint(victim.thumbprint());
    let authorization = format!("Bearer {}", issue(&api, request).await.expose());
    let url = serve(RequireAccessToken::new(api).client_certificates(Source::Envoy)).await;
    let send = async |header: String| {
        let headers = [
            ("authorization", &*authorization),
            ("x-forwarded-client-cert", &*header),
        ];
        get(&url, &headers).await
    };
    let cert = |certificate: &Certificate| format!("Cert=\"{}\"", certificate.percent_encoded());
    let (victims, owns) = (cert(&victim), cert(&own));
    let in_quotes = victims.replace('"', "\\\"");
    for header in [
        format!("Hash=1;{owns};Subject=\"CN=x\\\";{in_quotes};O=\\\"\""),
        format!("Hash=1;{owns};Subject=\"CN=x\\\",{in_quotes};O=\\\"\""),
    ] {
        let answer = send(header).await;
        answer.assert_refused(401, "Bearer", "invalid_token");
    }
    for header in [
        // The client sent the first part, and the proxy appended the second.
        format!("{victims};x=\",Hash=1;{owns}"),
        format!("Hash=1;{owns};URI=x;{victims}"),
    ] {
        let answer = send(header).await;
        answer.assert_refused(400, "Bearer", "invalid_request");
    }
    let good = format!("Hash=0;{owns},Hash=1;{victims};Subject=\"CN=\\\"a;b\\\",O=c\"");
    send(good).await.assert_passed();
}

/// A load balancer in verify mode sets its own header, and may forward the other one from the client.
#[tokio::test]
async fn two_certificate_headers_of_a_load_balancer_are_refused() {
    let victim = Certificate::generate();
    let own = Certificate::generate();
    let (emulator, api) = start(GENERATIONS[1]).await;
    let request = token_request(&emulator).certificate_thumbprint(victim.thumbprint());
    let authorization = format!("Bearer {}", issue(&api, request).await.expose());
    let url = serve(RequireAccessToken::new(api).client_certificates(Source::AwsAlb)).await;
    let headers = [
        ("authorization", &*authorization),
        ("x-amzn-mtls-clientcert", &*victim.percent_encoded()),
        ("x-amzn-mtls-clientcert-leaf", &*own.percent_encoded()),
    ];
    let answer = get(&url, &headers).await;
    answer.assert_refused(400, "Bearer", "invalid_request");
}
