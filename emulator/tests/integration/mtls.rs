//! Mutual TLS: client authentication by certificate, and certificate-bound tokens (RFC 8705).

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    Client, ClientAuthMethod, ClientType, IntrospectionAction, IntrospectionRequest, TokenAction,
    TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, PublicKeyData as _, SanType,
};
use rstest::rstest;
use serde_json::json;

const SUBJECT: &str = "CN=client.example,O=Example Corp,C=JP";

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let subject = &mut params.distinguished_name;
    subject.push(DnType::CountryName, "JP");
    subject.push(DnType::OrganizationName, "Example Corp");
    subject.push(DnType::CommonName, "client.example");
    params.subject_alt_names = vec![
        SanType::DnsName("client.example".try_into().unwrap()),
        SanType::URI("https://client.example/id".try_into().unwrap()),
        SanType::IpAddress([192, 0, 2, 7].into()),
        SanType::IpAddress("2001:db8::7".parse().unwrap()),
        SanType::Rfc822Name("ops@client.example".try_into().unwrap()),
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn self_signed() -> (Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (params().self_signed(&key).unwrap(), key)
}

fn thumbprint(certificate: &Certificate) -> String {
    jwt::encode(digest(&SHA256, certificate.der()))
}

/// The public key as a JWK. rcgen generates keys on the curve P-256.
fn jwk(key: &KeyPair) -> serde_json::Value {
    let (x, y) = key.der_bytes()[1..].split_at(32);
    json!({ "kty": "EC", "crv": "P-256", "x": jwt::encode(x), "y": jwt::encode(y) })
}

fn request(emulator: &Emulator, parameters: &str, certificate: &str) -> TokenRequest {
    TokenRequest::new(format!("{parameters}&client_id={}", emulator.client().id))
        .client_certificate(certificate)
}

async fn token(api: &Authlete, emulator: &Emulator, certificate: &str) -> TokenResponse {
    let request = request(emulator, "grant_type=client_credentials", certificate);
    api.token(&request).await.unwrap()
}

fn assert_refused(answer: &TokenResponse, code: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, TokenAction::InvalidClient);
}

/// Starts an emulator whose client has this authentication method.
async fn with_method(
    version: ApiVersion,
    method: ClientAuthMethod,
    change: impl FnOnce(&mut Client),
) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.token_auth_method = Some(method);
        change(client);
    })
    .await;
    (emulator, api)
}

#[rstest]
#[tokio::test]
async fn certificate_is_accepted_in_the_formats_of_tls_terminators_and_refused_if_malformed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = with_method(version, ClientAuthMethod::TlsClientAuth, |client| {
        client.tls_client_auth_subject_dn = Some(SUBJECT.to_owned());
    })
    .await;
    let (certificate, _) = self_signed();
    let pem = certificate.pem();
    let encoded: String = form_urlencoded::byte_serialize(pem.as_bytes()).collect();
    let forms = [
        pem.clone(),
        pem.replace("\r\n", "\n"),
        pem.replace(['\r', '\n'], ""),
        pem.replace("\r\n", "\n").replace('\n', " "),
        pem.replace("\r\n", "\n").replace('\n', "\n\t"),
        encoded.replace('+', "%20"),
        BASE64_STANDARD.encode(certificate.der()),
        format!(":{}:", BASE64_STANDARD.encode(certificate.der())),
    ];
    for form in forms {
        let answer = token(&api, &emulator, &form).await;
        assert_eq!(answer.action, TokenAction::Ok, "{form}");
        let method = answer.client_auth_method;
        assert_eq!(method, Some(ClientAuthMethod::TlsClientAuth));
    }
    for malformed in ["text", "%", "-----BEGIN CERTIFICATE-----", "AAAA", "MAA="] {
        let answer = token(&api, &emulator, malformed).await;
        assert_eq!(answer.action, TokenAction::BadRequest, "{malformed}");
        assert_code(answer.result_code.as_deref(), "A244309");
    }
    for length in (1..certificate.der().len()).step_by(23) {
        let cut = BASE64_STANDARD.encode(&certificate.der()[..length]);
        let answer = token(&api, &emulator, &cut).await;
        assert_code_for(answer.result_code.as_deref(), "A244309", length);
    }
}

#[rstest]
#[tokio::test]
async fn tls_client_auth_without_a_registered_name_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let client = serde_json::json!({
        "clientType": "CONFIDENTIAL",
        "grantTypes": ["CLIENT_CREDENTIALS"],
        "tokenAuthMethod": "TLS_CLIENT_AUTH",
    });
    let (emulator, api) = start_with_client(version, client).await;
    let pem = self_signed().0.pem();
    assert_refused(&token(&api, &emulator, &pem).await, "A157340");
}

#[rstest]
#[tokio::test]
async fn certificate_has_to_match_the_registered_name(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    type Change = fn(&mut Client, &str);
    let names: [(Change, &[&str], &[&str], &str); 5] = [
        (
            |client, name| client.tls_client_auth_subject_dn = Some(name.to_owned()),
            &[
                SUBJECT,
                "cn=Client.Example, o=example  corp, c=JP",
                "CN=client.example,2.5.4.10=Example Corp,C=JP",
            ],
            &[
                "CN=other.example,O=Example Corp,C=JP",
                "CN=client.example",
                "C=JP,O=Example Corp,CN=client.example",
                // In the form of a distinguished name, but without a known type or a valid value.
                "unheard-of=client.example",
                "CN=#00",
                "CN=#0401",
            ],
            "A157343",
        ),
        (
            |client, name| client.tls_client_auth_san_dns = Some(name.to_owned()),
            &["client.example", "CLIENT.example"],
            &["other.example", "lient.example"],
            "A157346",
        ),
        (
            |client, name| client.tls_client_auth_san_uri = Some(name.to_owned()),
            &["https://client.example/id"],
            &["https://client.example/", "client.example"],
            "A157347",
        ),
        (
            |client, name| client.tls_client_auth_san_ip = Some(name.to_owned()),
            &["192.0.2.7", "2001:db8::7", "2001:0db8:0::0007"],
            &["192.0.2.8", "2001:db8::8", "client.example"],
            "A157348",
        ),
        (
            |client, name| client.tls_client_auth_san_email = Some(name.to_owned()),
            &["ops@client.example"],
            &["other@client.example"],
            "A157349",
        ),
    ];
    let (certificate, _) = self_signed();
    let pem = certificate.pem();
    for (change, good, wrong, code) in names {
        let (emulator, api) = with_method(version, ClientAuthMethod::TlsClientAuth, |client| {
            change(client, good[0]);
        })
        .await;
        let id = emulator.client().id;
        for name in good {
            configure_client(&api, id, |client| change(client, name)).await;
            let answer = token(&api, &emulator, &pem).await;
            assert_eq!(answer.action, TokenAction::Ok, "{name}");
        }
        for name in wrong {
            configure_client(&api, id, |client| change(client, name)).await;
            assert_refused(&token(&api, &emulator, &pem).await, code);
        }
    }
}

#[rstest]
#[tokio::test]
async fn tls_client_auth_without_a_certificate_is_refused_even_with_a_secret(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = with_method(version, ClientAuthMethod::TlsClientAuth, |client| {
        client.tls_client_auth_subject_dn = Some(SUBJECT.to_owned());
    })
    .await;
    let client = emulator.client();
    let parameters = format!("grant_type=client_credentials&client_id={}", client.id);
    let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
    assert_refused(&answer, "A157327");
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_refused(&answer, "A157327");
}

#[rstest]
#[tokio::test]
async fn self_signed_certificate_has_to_match_the_registered_keys(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (certificate, key) = self_signed();
    // The same key, another certificate.
    let renewed = params().self_signed(&key).unwrap();
    let (stranger, _) = self_signed();
    let mut with_chain = jwk(&key);
    with_chain["kid"] = json!("chain");
    with_chain["x5c"] = json!([BASE64_STANDARD.encode(certificate.der())]);
    let sets = [
        (json!({ "keys": [jwk(&key)] }), true),
        (json!({ "keys": [with_chain] }), false),
    ];
    for (jwks, by_key) in sets {
        let method = ClientAuthMethod::SelfSignedTlsClientAuth;
        let (emulator, api) = with_method(version, method.clone(), |client| {
            client.jwks = Some(jwks.to_string().into());
        })
        .await;
        let answer = token(&api, &emulator, &certificate.pem()).await;
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.client_auth_method, Some(method));
        assert_refused(&token(&api, &emulator, &stranger.pem()).await, "A157333");
        let answer = token(&api, &emulator, &renewed.pem()).await;
        match by_key {
            true => assert_eq!(answer.action, TokenAction::Ok),
            false => assert_refused(&answer, "A157333"),
        }
        // The setting selects the key by its ID.
        let id = emulator.client().id;
        configure_client(&api, id, |client| {
            client.self_signed_certificate_key_id = Some("other".to_owned());
        })
        .await;
        assert_refused(&token(&api, &emulator, &certificate.pem()).await, "A157329");
    }
}

#[rstest]
#[tokio::test]
async fn certificate_chain_is_validated_if_the_service_requires_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let ca = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(ca("root"), key()).unwrap();
    let intermediate = CertifiedIssuer::signed_by(ca("intermediate"), key(), &root).unwrap();
    let certificate = params().signed_by(&key(), &intermediate).unwrap();
    let (alone, _) = self_signed();
    let (emulator, api) = with_method(version, ClientAuthMethod::TlsClientAuth, |client| {
        client.tls_client_auth_subject_dn = Some(SUBJECT.to_owned());
    })
    .await;
    configure(&emulator, &api, |service| {
        service.mutual_tls_validate_pki_cert_chain = Some(true);
        service.trusted_root_certificates = Some(vec![root.pem()]);
    })
    .await;
    let chained = |path: Vec<String>| {
        request(
            &emulator,
            "grant_type=client_credentials",
            &certificate.pem(),
        )
        .client_certificate_path(path)
    };
    let answer = api.token(&chained(vec![intermediate.pem()])).await.unwrap();
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    let answer = api.token(&chained(Vec::new())).await.unwrap();
    assert_refused(&answer, "A157339");
    assert_refused(&token(&api, &emulator, &alone.pem()).await, "A157339");
    let answer = api
        .token(&chained(vec!["no certificate".to_owned()]))
        .await
        .unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A157328");
}

#[rstest]
#[tokio::test]
async fn expired_certificates_are_not_trusted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut params = params();
    params.not_after = rcgen::date_time_ymd(2090, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let (emulator, api) = with_method(version, ClientAuthMethod::TlsClientAuth, |client| {
        client.tls_client_auth_subject_dn = Some(SUBJECT.to_owned());
    })
    .await;
    configure(&emulator, &api, |service| {
        service.mutual_tls_validate_pki_cert_chain = Some(true);
        service.trusted_root_certificates = Some(vec![certificate.pem()]);
    })
    .await;
    let answer = token(&api, &emulator, &certificate.pem()).await;
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    emulator.advance(Duration::from_secs(100 * 366 * 86_400));
    assert_refused(&token(&api, &emulator, &certificate.pem()).await, "A157339");
}

/// Starts an emulator that issues certificate-bound access tokens to the client.
async fn bound(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.tls_client_certificate_bound_access_tokens = Some(true);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.tls_client_certificate_bound_access_tokens = Some(true);
    })
    .await;
    (emulator, api)
}

#[rstest]
#[tokio::test]
async fn certificate_bound_token_is_active_only_with_its_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = bound(version).await;
    let client = emulator.client();
    let ((certificate, _), (other, _)) = (self_signed(), self_signed());
    let without = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(without.action, TokenAction::BadRequest);
    assert_code(without.result_code.as_deref(), "A244308");

    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .client_certificate(certificate.pem());
    let issued = api.token(&request).await.unwrap();
    assert_eq!(issued.action, TokenAction::Ok);
    assert_eq!(
        content(issued.response_content.as_ref())["token_type"],
        "Bearer"
    );
    let token = issued.access_token.unwrap();

    let plain = IntrospectionRequest::new(&token);
    let good = plain.clone().client_certificate(certificate.pem());
    let answer = api.introspection(&good).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(
        answer.certificate_thumbprint,
        Some(thumbprint(&certificate))
    );
    let other = plain.clone().client_certificate(other.pem());
    for (request, code, reason) in [
        (
            plain.clone(),
            "A065304",
            "the access token is bound to a certificate, and there is none",
        ),
        (
            other,
            "A065305",
            "the access token is bound to another certificate",
        ),
    ] {
        let answer = api.introspection(&request).await.unwrap();
        assert_eq!(answer.action, IntrospectionAction::Unauthorized);
        assert_eq!(
            answer.response_content.unwrap().expose(),
            format!(
                "Bearer error=\"invalid_token\",error_description=\"[{code}] {reason}\",error_uri=\"https://docs.authlete.com/#{code}\""
            ),
        );
    }
    let malformed = plain.client_certificate("text");
    let answer = api.introspection(&malformed).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::BadRequest);
}

/// RFC 8705 §4.
#[rstest]
#[tokio::test]
async fn refresh_token_of_a_public_client_is_bound_to_the_certificate(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = bound(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.client_type = Some(ClientType::Public);
    })
    .await;
    let ((certificate, _), (other, _)) = (self_signed(), self_signed());
    let code = code(&api, &query(client)).await;
    let exchange = request(
        &emulator,
        &code_parameters(client, &code),
        &certificate.pem(),
    );
    let issued = api.token(&exchange).await.unwrap();
    assert_eq!(
        issued.action,
        TokenAction::Ok,
        "{:?}",
        issued.result_message.as_ref().map(authlete::Secret::expose)
    );
    let token = issued.refresh_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    let stolen = request(&emulator, &parameters, &other.pem());
    let answer = api.token(&stolen).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A906308");
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_grant"
    );
    let own = request(&emulator, &parameters, &certificate.pem());
    let answer = api.token(&own).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
}
