//! Credentials, proofs and certificates that a client presents in HTTP headers.

use authlete::server::{
    ClientCertificateSource, RequestCredentials, RequestCredentialsError, TokenScheme,
};
use authlete::types::{
    IntrospectionRequest, PushedAuthReqRequest, RevocationRequest, TokenRequest, UserInfoRequest,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn read(pairs: &[(&str, &str)]) -> Result<RequestCredentials, RequestCredentialsError> {
    RequestCredentials::from_headers(&headers(pairs), &ClientCertificateSource::None)
}

fn basic(text: &str) -> String {
    format!("basic {}", BASE64_STANDARD.encode(text))
}

#[test]
fn basic_credentials_are_form_decoded_and_the_scheme_is_case_insensitive() {
    let credentials = read(&[("authorization", &basic("a%3Ab:c+d%2B"))]).unwrap();
    let client = credentials.client().unwrap();
    assert_eq!(client.client_id, "a:b".into());
    assert_eq!(client.client_secret.expose(), "c d+");
    assert!(credentials.used_basic());
    assert!(!format!("{credentials:?}").contains("c d+"));
}

#[test]
fn malformed_basic_credentials_are_rejected_with_a_challenge() {
    for credentials in ["Basic", "Basic !", &basic("no colon"), &basic("a:%ff")] {
        let error = read(&[("authorization", credentials)]).unwrap_err();
        assert_eq!(
            error,
            RequestCredentialsError::BasicCredentials,
            "{credentials}"
        );
        let response = error.response();
        assert_eq!(response.status(), 401);
        assert!(response.headers().contains_key("www-authenticate"));
    }
}

#[test]
fn token_is_read_for_bearer_and_dpop_and_ignored_for_other_schemes() {
    for (header, expected) in [
        ("Bearer t.o-k~en", Some(TokenScheme::Bearer)),
        ("BEARER  t.o-k~en", Some(TokenScheme::Bearer)),
        ("dpop t.o-k~en", Some(TokenScheme::Dpop)),
        ("Digest t.o-k~en", None),
    ] {
        let credentials = read(&[("authorization", header)]).unwrap();
        let token = credentials.access_token();
        assert_eq!(token.map(|token| token.scheme), expected, "{header}");
        assert!(token.is_none_or(|token| token.value.expose() == "t.o-k~en"));
        assert!(!credentials.used_basic());
    }
    for header in ["Bearer", "Bearer ", "Bearer a b"] {
        let error = read(&[("authorization", header)]).unwrap_err();
        assert_eq!(error, RequestCredentialsError::Token, "{header}");
        assert_eq!(error.response().status(), 400);
    }
}

#[test]
fn one_token_in_a_form_is_taken_and_more_than_one_is_refused() {
    let none = read(&[]).unwrap().with_form("a=b").unwrap();
    assert_eq!(none.access_token(), None);
    let form = read(&[])
        .unwrap()
        .with_form("a=b&access%5Ftoken=t")
        .unwrap();
    assert_eq!(form.access_token().unwrap().value.expose(), "t");
    let twice = read(&[])
        .unwrap()
        .with_form("access_token=t&access_token=t");
    assert_eq!(twice, Err(RequestCredentialsError::SeveralTokens));
    let header = read(&[("authorization", "Bearer t")]).unwrap();
    assert_eq!(
        header.with_form("access_token=t"),
        Err(RequestCredentialsError::SeveralTokens)
    );
}

#[test]
fn repeated_headers_are_rejected() {
    for (name, expected) in [
        ("authorization", RequestCredentialsError::RepeatedHeader),
        ("dpop", RequestCredentialsError::DpopProof),
        (
            "oauth-client-attestation",
            RequestCredentialsError::RepeatedHeader,
        ),
        (
            "oauth-client-attestation-pop",
            RequestCredentialsError::RepeatedHeader,
        ),
    ] {
        assert_eq!(
            read(&[(name, "Bearer a"), (name, "Bearer b")]),
            Err(expected),
            "{name}"
        );
    }
    assert_eq!(
        RequestCredentialsError::DpopProof.error(),
        "invalid_dpop_proof"
    );
}

#[test]
fn presented_values_fill_the_members_of_a_request() {
    let credentials = read(&[
        ("authorization", &basic("id:secret")),
        ("dpop", "proof"),
        ("oauth-client-attestation", "attestation"),
        ("oauth-client-attestation-pop", "pop"),
    ])
    .unwrap();
    let token = TokenRequest::new("a=b")
        .credentials(&credentials)
        .received_at("POST", "https://as.example/token");
    let expected = TokenRequest::new("a=b")
        .client_id("id")
        .client_secret("secret")
        .dpop("proof")
        .htm("POST")
        .htu("https://as.example/token")
        .oauth_client_attestation("attestation")
        .oauth_client_attestation_pop("pop");
    assert_eq!(token, expected);
    let pushed = PushedAuthReqRequest::new("a=b").credentials(&credentials);
    assert_eq!(pushed.dpop, token.dpop);
    let revocation = RevocationRequest::new("a=b").credentials(&credentials);
    assert_eq!(revocation.client_secret, token.client_secret);
    // Members without a presented value are unchanged.
    let kept = TokenRequest::new("a=b")
        .client_id("mine")
        .credentials(&read(&[]).unwrap());
    assert_eq!(kept.client_id, Some("mine".into()));
}

#[test]
fn dpop_proof_is_used_at_a_resource_only_with_the_dpop_scheme() {
    for (scheme, counts) in [("DPoP", true), ("Bearer", false)] {
        let credentials = read(&[
            ("authorization", &format!("{scheme} token")),
            ("dpop", "proof"),
        ])
        .unwrap();
        let introspection = IntrospectionRequest::new("token").credentials(&credentials);
        assert_eq!(introspection.dpop.is_some(), counts, "{scheme}");
        let userinfo = UserInfoRequest::new("token").credentials(&credentials);
        assert_eq!(userinfo.dpop.is_some(), counts, "{scheme}");
    }
}

/// A leaf and an issuer certificate, DER-encoded.
fn certificates() -> [Vec<u8>; 2] {
    ["leaf.example", "issuer.example"].map(|name| {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    })
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn certificate_is_read_from_each_source() {
    let [leaf, issuer] = certificates();
    let (leaf_pem, issuer_pem) = (pem(&leaf), pem(&issuer));
    let field = |der: &[u8]| format!(":{}:", BASE64_STANDARD.encode(der));
    let nginx = HeaderName::from_static("x-ssl-cert");
    let both = escaped(&format!("{leaf_pem}{issuer_pem}"));
    let sources = [
        (
            ClientCertificateSource::Tls(vec![leaf.clone(), issuer.clone()]),
            vec![],
        ),
        (
            ClientCertificateSource::ClientCert,
            vec![
                ("client-cert", field(&leaf)),
                ("client-cert-chain", field(&issuer)),
            ],
        ),
        (
            ClientCertificateSource::Nginx(nginx.clone()),
            vec![("x-ssl-cert", both.clone())],
        ),
        (
            ClientCertificateSource::Apache(nginx),
            vec![(
                "x-ssl-cert",
                format!("{leaf_pem}{issuer_pem}").replace('\n', " "),
            )],
        ),
        (
            ClientCertificateSource::Envoy,
            vec![(
                "x-forwarded-client-cert",
                format!(
                    "By=spiffe://forged;Cert=\"forged\",Hash=1;Subject=\"CN=a,O=b;c\";Cert=\"{}\";Chain=\"{both}\"",
                    escaped(&leaf_pem)
                ),
            )],
        ),
        (
            ClientCertificateSource::AwsAlb,
            vec![("x-amzn-mtls-clientcert", both.clone())],
        ),
    ];
    for (source, pairs) in sources {
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let credentials = RequestCredentials::from_headers(&headers(&pairs), &source).unwrap();
        let certificate = credentials
            .certificate()
            .unwrap_or_else(|| panic!("{source:?}"));
        assert_eq!(certificate.certificate, leaf_pem, "{source:?}");
        assert_eq!(
            certificate.chain,
            std::slice::from_ref(&issuer_pem),
            "{source:?}"
        );
        let request = TokenRequest::new("a=b").credentials(&credentials);
        assert_eq!(request.client_certificate, Some(leaf_pem.clone()));
        assert_eq!(
            request.client_certificate_path,
            Some(vec![issuer_pem.clone()])
        );
        // Without the source, the headers are not trusted.
        assert_eq!(read(&pairs).unwrap().certificate(), None, "{source:?}");
    }
}

#[test]
fn missing_certificate_is_none_and_malformed_one_is_rejected() {
    let name = HeaderName::from_static("x-ssl-cert");
    let nginx = ClientCertificateSource::Nginx(name.clone());
    let apache = ClientCertificateSource::Apache(name);
    for (source, pairs, is_none) in [
        (&nginx, &[][..], true),
        (&nginx, &[("x-ssl-cert", "")], true),
        (&nginx, &[("x-ssl-cert", "nonsense")], false),
        (&nginx, &[("x-ssl-cert", ""), ("x-ssl-cert", "")], false),
        (&apache, &[("x-ssl-cert", "(null)")], true),
        (&ClientCertificateSource::Tls(Vec::new()), &[], true),
        (
            &ClientCertificateSource::ClientCert,
            &[("client-cert", "AAAA")],
            false,
        ),
        (
            &ClientCertificateSource::ClientCert,
            &[("client-cert", "::")],
            false,
        ),
        (
            &ClientCertificateSource::Envoy,
            &[("x-forwarded-client-cert", "Hash=1")],
            true,
        ),
        (
            &ClientCertificateSource::Envoy,
            &[("x-forwarded-client-cert", "Cert=\"%\"")],
            false,
        ),
        (&ClientCertificateSource::AwsAlb, &[], true),
    ] {
        let read = RequestCredentials::from_headers(&headers(pairs), source);
        match is_none {
            true => assert_eq!(read.unwrap().certificate(), None, "{source:?} {pairs:?}"),
            false => assert!(read.is_err(), "{source:?} {pairs:?}"),
        }
    }
}

proptest! {
    #[test]
    fn any_headers_give_a_value_or_a_client_error(
        values in prop::collection::vec((0..8_usize, "[ -~\u{80}-\u{ff}]{0,60}"), 0..5),
        form in ".{0,60}",
    ) {
        const NAMES: [&str; 8] = [
            "authorization", "dpop", "oauth-client-attestation", "client-cert", "client-cert-chain",
            "x-forwarded-client-cert", "x-amzn-mtls-clientcert", "x-ssl-cert",
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in &values {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(NAMES[*name], value);
            }
        }
        let name = HeaderName::from_static("x-ssl-cert");
        for source in [
            ClientCertificateSource::None,
            ClientCertificateSource::ClientCert,
            ClientCertificateSource::Nginx(name.clone()),
            ClientCertificateSource::Apache(name.clone()),
            ClientCertificateSource::Envoy,
            ClientCertificateSource::AwsAlb,
        ] {
            match RequestCredentials::from_headers(&headers, &source).and_then(|it| it.with_form(&form)) {
                Ok(credentials) => drop(TokenRequest::new("").credentials(&credentials)),
                Err(error) => prop_assert!(error.response().status().is_client_error()),
            }
        }
    }
}
