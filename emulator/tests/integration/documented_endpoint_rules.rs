//! Rules that the documentation of the Authlete Java library states for endpoints other than the authorization and token
//! endpoints.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::federation::{registered, start_federated, with_assertion};
use crate::common::grants::{created, groups, queried};
use crate::common::jwt::Key;
use crate::common::registration::with;
use crate::common::*;
use crate::common::{jwe, wallet};
use authlete::Authlete;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationCompleteAction,
    BackchannelAuthenticationCompleteRequest, BackchannelAuthenticationCompleteResult,
    BackchannelAuthenticationIssueRequest, BackchannelAuthenticationRequest, ClientAuthMethod,
    CredentialBatchParseAction, CredentialBatchParseRequest, CredentialDeferredParseAction,
    CredentialIssuanceOrder, CredentialSingleParseAction, DeliveryMode, DeviceAuthorizationAction,
    DeviceAuthorizationRequest, DeviceCompleteAction, DeviceCompleteRequest, DeviceCompleteResult,
    DeviceVerificationRequest, GmAction, GrantType, IntrospectionAction, IntrospectionRequest,
    JwsAlg, PushedAuthReqAction, PushedAuthReqRequest, RevocationAction, RevocationRequest,
    TokenCreateRequest, TokenUpdateRequest, UserInfoAction, UserInfoRequest,
};
use authlete::{ApiVersion, Secret};
use authlete_emulator::{Emulator, RegisteredClient};
use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
};
use rstest::rstest;
use serde_json::{Value, json};

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

/// The credentials that a client presents.
#[derive(Clone, Default)]
struct Credentials {
    client_id: Option<String>,
    client_secret: Option<Secret>,
    certificate: Option<String>,
    path: Option<Vec<String>>,
}

/// Calls three endpoints. Returns their actions and the authentication method of the client, if the response has it.
async fn call_all(
    api: &Authlete,
    credentials: &Credentials,
) -> (
    RevocationAction,
    (BackchannelAuthenticationAction, Option<ClientAuthMethod>),
    (DeviceAuthorizationAction, Option<ClientAuthMethod>),
) {
    let mut request = RevocationRequest::new("token=made-up");
    request.client_id = credentials.client_id.clone().map(Into::into);
    request.client_secret = credentials.client_secret.clone();
    request.client_certificate = credentials.certificate.clone();
    request.client_certificate_path = credentials.path.clone();
    let revoked = api.revocation(&request).await.unwrap();

    let mut request = BackchannelAuthenticationRequest::new("scope=openid&login_hint=alice");
    request.client_id = credentials.client_id.clone().map(Into::into);
    request.client_secret = credentials.client_secret.clone();
    request.client_certificate = credentials.certificate.clone();
    request.client_certificate_path = credentials.path.clone();
    let started = api.backchannel_authentication(&request).await.unwrap();

    let mut request = DeviceAuthorizationRequest::new("scope=read");
    request.client_id = credentials.client_id.clone().map(Into::into);
    request.client_secret = credentials.client_secret.clone();
    request.client_certificate = credentials.certificate.clone();
    request.client_certificate_path = credentials.path.clone();
    let authorized = api.device_authorization(&request).await.unwrap();
    (
        revoked.action,
        (started.action, started.client_auth_method),
        (authorized.action, authorized.client_auth_method),
    )
}

#[rstest]
#[tokio::test]
async fn client_certificate_with_its_path_authenticates_at_every_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
    let intermediate =
        CertifiedIssuer::signed_by(params("intermediate.example", true), key(), &root).unwrap();
    let certificate = params("client.example", false);
    let certificate = certificate.signed_by(&key(), &intermediate).unwrap();
    let (emulator, api) = start_all(version).await;
    configure(&emulator, &api, |service| {
        service.mutual_tls_validate_pki_cert_chain = Some(true);
        service.trusted_root_certificates = Some(vec![root.pem()]);
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::TlsClientAuth);
        client.tls_client_auth_san_dns = Some("client.example".to_owned());
        let grant_types = client.grant_types.as_mut().unwrap();
        grant_types.push(GrantType::AuthorizationCode);
    })
    .await;
    let credentials = Credentials {
        client_id: Some(emulator.client().id.to_string()),
        certificate: Some(certificate.pem()),
        path: Some(vec![intermediate.pem()]),
        ..Credentials::default()
    };
    let (revoked, (started, _), (authorized, _)) = call_all(&api, &credentials).await;
    assert_eq!(revoked, RevocationAction::Ok);
    assert_eq!(started, BackchannelAuthenticationAction::UserIdentification);
    assert_eq!(authorized, DeviceAuthorizationAction::Ok);
    let push = async |credentials: &Credentials| {
        let mut request = PushedAuthReqRequest::new(query(emulator.client()));
        request.client_certificate = credentials.certificate.clone();
        request.client_certificate_path = credentials.path.clone();
        let answer = api.push_authorization_request(&request).await;
        answer.unwrap().action
    };
    assert_eq!(push(&credentials).await, PushedAuthReqAction::Created);
    for without in [
        Credentials {
            certificate: None,
            ..credentials.clone()
        },
        Credentials {
            path: None,
            ..credentials.clone()
        },
    ] {
        let (revoked, (started, _), (authorized, _)) = call_all(&api, &without).await;
        assert_eq!(revoked, RevocationAction::InvalidClient);
        assert_eq!(started, BackchannelAuthenticationAction::Unauthorized);
        assert_eq!(authorized, DeviceAuthorizationAction::Unauthorized);
        let pushed = push(&without).await;
        assert_eq!(pushed, PushedAuthReqAction::Unauthorized);
    }
}

#[rstest]
#[tokio::test]
async fn client_auth_method_is_returned_if_the_client_is_known(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.token_auth_method = Some(ClientAuthMethod::ClientSecretPost);
    })
    .await;
    let known = Credentials {
        client_id: Some(emulator.client().id.to_string()),
        client_secret: Some("wrong".into()),
        ..Credentials::default()
    };
    let unknown = Credentials {
        client_id: Some("1".to_owned()),
        ..known.clone()
    };
    let post = Some(ClientAuthMethod::ClientSecretPost);
    for (credentials, method) in [
        (known, post),
        (unknown, None),
        (Credentials::default(), None),
    ] {
        let (_, started, authorized) = call_all(&api, &credentials).await;
        assert_ne!(
            started.0,
            BackchannelAuthenticationAction::UserIdentification
        );
        assert_eq!(started.1, method);
        assert_ne!(authorized.0, DeviceAuthorizationAction::Ok);
        assert_eq!(authorized.1, method);
    }
}

#[rstest]
#[tokio::test]
async fn call_without_parameters_is_an_error_of_the_server(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start_all(version).await;
    let client = emulator.client();
    for path in [
        "/auth/introspection/standard",
        "/auth/revocation",
        "/backchannel/authentication",
        "/device/authorization",
    ] {
        let body = json!({
            "clientId": client.id.to_string(),
            "clientSecret": client.secret.expose(),
        });
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(status, 200, "{path}");
        assert_eq!(answer["action"], "INTERNAL_SERVER_ERROR", "{path}");
        let content = answer["responseContent"].as_str().unwrap();
        let content: Value = serde_json::from_str(content).unwrap();
        assert_eq!(content["error"], "server_error", "{path}");
    }
}

fn seconds_since_epoch() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

/// An access token of user `alice` for the UserInfo endpoint.
fn userinfo_token(client: &RegisteredClient) -> TokenCreateRequest {
    TokenCreateRequest::new(GrantType::AuthorizationCode)
        .client_id(client.id)
        .subject("alice")
        .scopes(["openid"])
}

#[rstest]
#[tokio::test]
async fn method_and_the_url_of_a_userinfo_request_are_those_of_the_proof(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const URL: &str = "https://rs.example/userinfo";
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let jwk = key.jwk();
    let text = format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        jwk["x"], jwk["y"]
    );
    let thumbprint = jwt::encode(digest(&SHA256, text.as_bytes()));
    let create = userinfo_token(emulator.client()).dpop_key_thumbprint(thumbprint);
    let token = api
        .token_create(&create)
        .await
        .unwrap()
        .access_token
        .unwrap();
    let cases = [
        ("GET", "https://rs.example/other", false),
        ("POST", URL, false),
        ("GET", URL, true),
    ];
    for (id, (htm, htu, is_accepted)) in cases.into_iter().enumerate() {
        let claims = json!({
            "jti": id.to_string(),
            "htm": "GET",
            "htu": URL,
            "iat": seconds_since_epoch(),
            "ath": jwt::encode(digest(&SHA256, token.expose().as_bytes())),
        });
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
        let request = UserInfoRequest::new(&token)
            .dpop(key.sign_with(&header, &claims))
            .htm(htm)
            .htu(htu);
        let answer = api.userinfo(&request).await.unwrap();
        assert_eq!(
            answer.action == UserInfoAction::Ok,
            is_accepted,
            "{htm} {htu}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn token_without_properties_has_null_at_userinfo(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let create = userinfo_token(emulator.client());
    let token = api.token_create(&create).await.unwrap().access_token;
    let request = UserInfoRequest::new(token.unwrap());
    let answer = api.userinfo(&request).await.unwrap();
    assert_eq!(answer.action, UserInfoAction::Ok);
    assert_eq!(answer.properties, None);
    assert_eq!(answer.dpop_nonce, None);
}

/// An emulator whose client has a notification endpoint.
async fn start_notified(version: ApiVersion, mode: DeliveryMode) -> (Emulator, Authlete) {
    let (emulator, api) = start_all(version).await;
    configure_client(&api, emulator.client().id, |client| {
        client.bc_delivery_mode = Some(mode);
        client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
    })
    .await;
    (emulator, api)
}

fn backchannel(
    client: &RegisteredClient,
    parameters: &[(&str, &str)],
) -> BackchannelAuthenticationRequest {
    BackchannelAuthenticationRequest::new(form(parameters))
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
}

#[rstest]
#[tokio::test]
async fn chosen_access_token_is_ignored_in_ping_mode(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_notified(version, DeliveryMode::Ping).await;
    let request = backchannel(
        emulator.client(),
        &[
            ("scope", "openid read"),
            ("login_hint", "alice"),
            ("client_notification_token", "tell-me"),
            ("grant_management_action", "create"),
        ],
    );
    let ticket = api.backchannel_authentication(&request).await.unwrap();
    let ticket = ticket.ticket.unwrap();
    let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
    api.backchannel_authentication_issue(&issue).await.unwrap();
    let authorized = BackchannelAuthenticationCompleteResult::Authorized;
    let request = BackchannelAuthenticationCompleteRequest::new(&ticket, authorized)
        .subject("alice")
        .access_token("chosen");
    let completed = api.backchannel_authentication_complete(&request).await;
    let completed = completed.unwrap();
    let expected = BackchannelAuthenticationCompleteAction::Notification;
    assert_eq!(completed.action, expected);
    assert_eq!(completed.access_token, None);
    assert_eq!(completed.refresh_token, None);
    assert_eq!(completed.id_token, None);
    assert_eq!(completed.grant_id, None);
    let request = IntrospectionRequest::new("chosen");
    let found = api.introspection(&request).await.unwrap();
    assert_eq!(found.action, IntrospectionAction::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn request_in_push_mode_needs_a_notification_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_notified(version, DeliveryMode::Push).await;
    let parameters = [
        ("scope", "openid"),
        ("login_hint", "alice"),
        ("client_notification_token", "tell-me"),
    ];
    let request = backchannel(emulator.client(), &parameters);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let expected = BackchannelAuthenticationAction::UserIdentification;
    assert_eq!(answer.action, expected);
    assert_eq!(
        answer.client_notification_token.unwrap().expose(),
        "tell-me"
    );
    let request = backchannel(emulator.client(), &parameters[..2]);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    assert_eq!(answer.action, BackchannelAuthenticationAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn request_object_without_a_context_has_null(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    let key = Key::generate();
    configure_client(&api, client.id, |client| {
        client.jwks = Some(key.jwks().into());
        client.bc_request_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let now = seconds_since_epoch();
    let object = key.sign(&json!({
        "iss": client.id.to_string(),
        "aud": "https://as.example",
        "exp": now + 60,
        "iat": now,
        "nbf": now,
        "jti": "1",
        "scope": "openid",
        "login_hint": "alice",
        "resource": "https://api.example/",
    }));
    let request = backchannel(client, &[("request", &object)]);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let expected = BackchannelAuthenticationAction::UserIdentification;
    assert_eq!(answer.action, expected);
    assert_eq!(answer.request_context, None);
    let resources = vec!["https://api.example/".to_owned()];
    assert_eq!(answer.resources, Some(resources));
    // A resource outside of the request object is refused.
    let both = [
        ("request", &*object),
        ("resource", "https://other.example/"),
    ];
    let answer = api
        .backchannel_authentication(&backchannel(client, &both))
        .await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, BackchannelAuthenticationAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn device_request_returns_and_merges_the_grant_that_it_names(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_all(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![
            GrantType::AuthorizationCode,
            GrantType::ClientCredentials,
            GrantType::DeviceCode,
        ]);
    })
    .await;
    let (grant_id, _) = created(&api, client).await;
    let parameters = form(&[
        ("scope", "write"),
        ("grant_management_action", "merge"),
        ("grant_id", &grant_id),
    ]);
    let request = DeviceAuthorizationRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    // The grant is merged if it belongs to the subject, and unchanged otherwise.
    for (subject, scopes) in [("bob", "read"), ("alice", "read write")] {
        let started = api.device_authorization(&request).await.unwrap();
        let user_code = started.user_code.unwrap();
        let verification = DeviceVerificationRequest::new(&user_code);
        let verified = api.device_verification(&verification).await.unwrap();
        for (action, id, of, grant) in [
            (
                started.gm_action,
                started.grant_id,
                started.grant_subject,
                started.grant,
            ),
            (
                verified.gm_action,
                verified.grant_id,
                verified.grant_subject,
                verified.grant,
            ),
        ] {
            assert_eq!(action, Some(GmAction::Merge));
            assert_eq!(id.as_deref(), Some(&*grant_id));
            assert_eq!(of.as_deref(), Some("alice"));
            assert_eq!(groups(grant), [("read".to_owned(), None)]);
        }
        let authorized = DeviceCompleteResult::Authorized;
        let complete = DeviceCompleteRequest::new(user_code, authorized).subject(subject);
        let completed = api.device_complete(&complete).await.unwrap();
        assert_eq!(completed.action, DeviceCompleteAction::Success);
        let parameters = form(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", started.device_code.unwrap().expose()),
        ]);
        request_token(&api, client, &parameters).await;
        let expected = json!({ "scopes": [{ "scope": scopes }] });
        assert_eq!(
            queried(&api, client, &grant_id).await,
            expected,
            "{subject}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn entity_id_of_a_client_is_returned_in_both_flows(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
    })
    .await;
    let client = registered(&api, &federation.chain()).await.client.unwrap();
    let (number, entity_id) = (client.client_id.unwrap(), federation.relying_party.id);
    configure_client(&api, number, |client| {
        client.grant_types = Some(vec![GrantType::Ciba, GrantType::DeviceCode]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
    })
    .await;
    for (name, used) in [(entity_id.to_owned(), true), (number.to_string(), false)] {
        let parameters = |jti: &str| {
            let own = [("scope", "openid"), ("login_hint", "alice")];
            with_assertion(&own, &federation.key, &name, &format!("{jti}-{name}"))
        };
        let request = BackchannelAuthenticationRequest::new(parameters("1"));
        let started = api.backchannel_authentication(&request).await.unwrap();
        let assert_entity_id = |answer: Value| {
            assert_eq!(answer["clientEntityId"], entity_id, "{answer}");
            assert_eq!(answer["clientEntityIdUsed"], used, "{answer}");
        };
        let ticket = started.ticket.clone().unwrap();
        assert_entity_id(json!(started));
        let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
        api.backchannel_authentication_issue(&issue).await.unwrap();
        let authorized = BackchannelAuthenticationCompleteResult::Authorized;
        let complete =
            BackchannelAuthenticationCompleteRequest::new(&ticket, authorized).subject("alice");
        let completed = api.backchannel_authentication_complete(&complete).await;
        assert_entity_id(json!(completed.unwrap()));

        let request = DeviceAuthorizationRequest::new(parameters("2"));
        let started = api.device_authorization(&request).await.unwrap();
        let user_code = started.user_code.clone().unwrap();
        assert_entity_id(json!(started));
        let verification = DeviceVerificationRequest::new(user_code);
        assert_entity_id(json!(api.device_verification(&verification).await.unwrap()));
    }
}

/// Introspection checks the certificate before.
#[rstest]
#[tokio::test]
async fn credential_requests_are_parsed_without_the_certificate_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = wallet::Issuer::generate("issuer");
    wallet::enable(&emulator, &api, "1.0-ID1", &[&issuer]).await;
    let wallet = wallet::Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    let mut update = TokenUpdateRequest::new();
    update.access_token = Some(wallet.token.as_str().into());
    update.certificate_thumbprint = Some("of-a-certificate".to_owned());
    api.token_update(&update).await.unwrap();
    let found = api
        .introspection(&IntrospectionRequest::new(&*wallet.token))
        .await;
    assert_eq!(found.unwrap().action, IntrospectionAction::Unauthorized);

    let request = json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" });
    let answer = wallet.parse(&request).await;
    assert_eq!(answer.action, CredentialSingleParseAction::Ok);
    let identifier = answer.info.unwrap().identifier.unwrap();
    let batch = json!({ "credential_requests": [request] }).to_string();
    let batch = CredentialBatchParseRequest::new(&*wallet.token, batch);
    let answer = api.credential_batch_parse(&batch).await.unwrap();
    assert_eq!(answer.action, CredentialBatchParseAction::Ok);
    let order = CredentialIssuanceOrder::new(&*identifier).issuance_deferred(true);
    wallet.issue(order).await;
    let answer = wallet
        .parse_deferred(&json!({ "transaction_id": identifier }))
        .await;
    assert_eq!(answer.action, CredentialDeferredParseAction::Ok);
}

/// The invalid key is a point that is not on its curve.
#[rstest]
#[tokio::test]
async fn invalid_encryption_key_is_refused_when_the_request_is_parsed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let issuer = wallet::Issuer::generate("issuer");
    wallet::enable(&emulator, &api, "1.0-ID1", &[&issuer]).await;
    let wallet = wallet::Wallet::with_scopes(&api, emulator.client(), "legacy").await;
    let keys: Value = serde_json::from_str(&jwe::Receiver::generate().jwks()).unwrap();
    let good = with(keys["keys"][2].clone(), json!({ "alg": "ECDH-ES" }));
    let wrong = with(good.clone(), json!({ "y": good["x"] }));
    for (key, is_accepted) in [(good, true), (wrong, false)] {
        let encryption = json!({ "jwk": key, "enc": "A256GCM" });
        let request = json!({ "format": "vc+sd-jwt", "vct": "https://issuer.example/legacy" });
        let single = with(
            request.clone(),
            json!({ "credential_response_encryption": encryption }),
        );
        let answer = wallet.parse(&single).await;
        assert_eq!(
            answer.action == CredentialSingleParseAction::Ok,
            is_accepted
        );
        let batch = json!({
            "credential_requests": [request],
            "credential_response_encryption": encryption,
        });
        let batch = CredentialBatchParseRequest::new(&*wallet.token, batch.to_string());
        let answer = api.credential_batch_parse(&batch).await.unwrap();
        assert_eq!(answer.action == CredentialBatchParseAction::Ok, is_accepted);
    }
}
