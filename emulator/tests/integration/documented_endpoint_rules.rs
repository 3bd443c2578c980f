//! Rules that the documentation of the Authlete Java library states in the same words for several endpoints where clients
//! authenticate, beside the token endpoint.

use crate::common::*;
use authlete::Authlete;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationRequest, ClientAuthMethod,
    DeliveryMode, DeviceAuthorizationAction, DeviceAuthorizationRequest, GrantType,
    RevocationAction, RevocationRequest,
};
use authlete::{ApiVersion, Secret};
use authlete_emulator::Emulator;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
};

/// An emulator whose client may use every endpoint of these tests.
async fn start_all(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba, GrantType::DeviceCode]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
    })
    .await;
    (emulator, api)
}

/// What a client shows of itself.
#[derive(Clone, Default)]
struct Shown {
    client_id: Option<String>,
    client_secret: Option<Secret>,
    certificate: Option<String>,
    path: Option<Vec<String>>,
}

/// The actions of the three endpoints, and how the client should have authenticated at those that tell.
async fn at_all(
    api: &Authlete,
    shown: &Shown,
) -> (
    RevocationAction,
    (BackchannelAuthenticationAction, Option<ClientAuthMethod>),
    (DeviceAuthorizationAction, Option<ClientAuthMethod>),
) {
    let mut request = RevocationRequest::new("token=made-up");
    request.client_id = shown.client_id.clone();
    request.client_secret = shown.client_secret.clone();
    request.client_certificate = shown.certificate.clone();
    request.client_certificate_path = shown.path.clone();
    let revoked = api.revocation(&request).await.unwrap();

    let mut request = BackchannelAuthenticationRequest::new("scope=openid&login_hint=alice");
    request.client_id = shown.client_id.clone();
    request.client_secret = shown.client_secret.clone();
    request.client_certificate = shown.certificate.clone();
    request.client_certificate_path = shown.path.clone();
    let asked = api.backchannel_authentication(&request).await.unwrap();

    let mut request = DeviceAuthorizationRequest::new("scope=read");
    request.client_id = shown.client_id.clone();
    request.client_secret = shown.client_secret.clone();
    request.client_certificate = shown.certificate.clone();
    request.client_certificate_path = shown.path.clone();
    let authorized = api.device_authorization(&request).await.unwrap();
    (
        revoked.action,
        (asked.action, asked.client_auth_method),
        (authorized.action, authorized.client_auth_method),
    )
}

#[tokio::test]
async fn a_client_certificate_with_its_path_authenticates_at_every_endpoint() {
    let params = |name: &str, is_ca: bool| {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(params("root.example", true), key()).unwrap();
    let between =
        CertifiedIssuer::signed_by(params("between.example", true), key(), &root).unwrap();
    let certificate = params("client.example", false);
    let certificate = certificate.signed_by(&key(), &between).unwrap();
    for version in GENERATIONS {
        let (emulator, api) = start_all(version).await;
        configure(&emulator, &api, |service| {
            service.mutual_tls_validate_pki_cert_chain = Some(true);
            service.trusted_root_certificates = Some(vec![root.pem()]);
        })
        .await;
        configure_client(&api, emulator.client().id, |client| {
            client.token_auth_method = Some(ClientAuthMethod::TlsClientAuth);
            client.tls_client_auth_san_dns = Some("client.example".to_owned());
        })
        .await;
        let shown = Shown {
            client_id: Some(emulator.client().id.to_string()),
            certificate: Some(certificate.pem()),
            path: Some(vec![between.pem()]),
            ..Shown::default()
        };
        let (revoked, (asked, _), (authorized, _)) = at_all(&api, &shown).await;
        assert_eq!(revoked, RevocationAction::Ok);
        assert_eq!(asked, BackchannelAuthenticationAction::UserIdentification);
        assert_eq!(authorized, DeviceAuthorizationAction::Ok);
        for without in [
            Shown {
                certificate: None,
                ..shown.clone()
            },
            Shown {
                path: None,
                ..shown.clone()
            },
        ] {
            let (revoked, (asked, _), (authorized, _)) = at_all(&api, &without).await;
            assert_eq!(revoked, RevocationAction::InvalidClient);
            assert_eq!(asked, BackchannelAuthenticationAction::Unauthorized);
            assert_eq!(authorized, DeviceAuthorizationAction::Unauthorized);
        }
    }
}

#[tokio::test]
async fn the_method_of_a_client_is_told_when_the_client_is_known() {
    for version in GENERATIONS {
        let (emulator, api) = start_all(version).await;
        let known = Shown {
            client_id: Some(emulator.client().id.to_string()),
            client_secret: Some("wrong".into()),
            ..Shown::default()
        };
        let unknown = Shown {
            client_id: Some("1".to_owned()),
            ..known.clone()
        };
        let basic = Some(ClientAuthMethod::ClientSecretBasic);
        for (shown, method) in [(known, basic), (unknown, None), (Shown::default(), None)] {
            let (_, asked, authorized) = at_all(&api, &shown).await;
            assert_ne!(asked.0, BackchannelAuthenticationAction::UserIdentification);
            assert_eq!(asked.1, method);
            assert_ne!(authorized.0, DeviceAuthorizationAction::Ok);
            assert_eq!(authorized.1, method);
        }
    }
}
