//! Rules that the documentation of the Authlete Java library states for the settings of services and clients, if no
//! other test covers them.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthzDetails, AuthzDetailsElement, BackchannelAuthenticationIssueRequest,
    BackchannelAuthenticationRequest, Client, ClientExtension, DeliveryMode,
    DeviceAuthorizationRequest, GrantType, IntrospectionAction, IntrospectionRequest, JwsAlg, Pair,
    Service, TokenAction, TokenCreateRequest, TokenResponse, UserCodeCharset,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::RegisteredClient;
use rstest::rstest;
use serde_json::json;

async fn is_active(api: &Authlete, token: &Option<Secret>) -> bool {
    let request = IntrospectionRequest::new(token.clone().unwrap());
    let answer = api.introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

async fn refresh(api: &Authlete, client: &RegisteredClient, token: &Secret) -> TokenResponse {
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, client, &parameters).await
}

/// `Service.singleAccessTokenPerSubject` and `Client.singleAccessTokenPerSubject`.
#[rstest]
#[tokio::test]
async fn new_token_revokes_the_others_of_its_subject_and_client_if_a_flag_is_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (of_service, of_client) in [(false, false), (true, false), (false, true)] {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let single = of_service || of_client;
        let own = request_token(&api, client, "grant_type=client_credentials").await;
        let create = async |client_id: i64, subject: &str| {
            let request = TokenCreateRequest::new("IMPLICIT")
                .client_id(client_id)
                .subject(subject);
            api.token_create(&request).await.unwrap().access_token
        };
        let of_bob = create(client.id, "bob").await;
        let other = api.create_client(&Client::new()).await.unwrap();
        let of_other = create(other.client_id.unwrap(), "alice").await;
        let first = tokens(&api, client).await;
        configure(&emulator, &api, |service| {
            service.single_access_token_per_subject = Some(of_service);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.single_access_token_per_subject = Some(of_client);
        })
        .await;
        // Client credentials tokens have no subject.
        let again = request_token(&api, client, "grant_type=client_credentials").await;
        for token in [&own.access_token, &again.access_token, &first.access_token] {
            assert!(is_active(&api, token).await);
        }
        let second = tokens(&api, client).await;
        assert_eq!(is_active(&api, &first.access_token).await, !single);
        for token in [&second.access_token, &own.access_token, &of_bob, &of_other] {
            assert!(is_active(&api, token).await);
        }
    }
}

/// A refresh replaces only the access token that belongs to it, with or without the flag.
#[rstest]
#[tokio::test]
async fn refresh_revokes_only_the_access_token_that_belongs_to_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for single in [false, true] {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let first = tokens(&api, client).await;
        let second = tokens(&api, client).await;
        configure(&emulator, &api, |service| {
            service.single_access_token_per_subject = Some(single);
        })
        .await;
        let refreshed = refresh(&api, client, &first.refresh_token.unwrap()).await;
        assert_eq!(refreshed.action, TokenAction::Ok);
        assert!(!is_active(&api, &first.access_token).await, "{single}");
        assert!(is_active(&api, &second.access_token).await, "{single}");
        assert!(is_active(&api, &refreshed.access_token).await, "{single}");
    }
}

/// `Service.refreshTokenDurationReset` has no effect unless `refreshTokenKept` is on.
#[rstest]
#[tokio::test]
async fn new_refresh_token_ignores_the_duration_reset_of_kept_refresh_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for (duration_kept, remaining) in [(false, 1000), (true, 900)] {
        let (emulator, api) = start(version).await;
        configure(&emulator, &api, |service| {
            service.refresh_token_duration = Some(1000);
            service.refresh_token_duration_reset = Some(true);
            service.refresh_token_duration_kept = Some(duration_kept);
        })
        .await;
        let client = emulator.client();
        let first = tokens(&api, client).await.refresh_token.unwrap();
        emulator.advance(Duration::from_secs(100));
        let answer = refresh(&api, client, &first).await;
        let left = answer.refresh_token_duration.unwrap();
        assert!((remaining - 20..=remaining).contains(&left), "{left}");
        assert_ne!(answer.refresh_token, Some(first));
    }
}

/// `ClientExtension.refreshTokenDuration` and the attribute `refresh_token.duration` of scopes.
#[rstest]
#[tokio::test]
async fn shortest_refresh_token_duration_of_service_client_and_scopes_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    // The durations of the service, of the client and of a scope.
    for (of_service, of_client, of_scope, expected) in [
        (1000, None, None, 1000),
        (1000, Some(0), None, 1000),
        (1000, Some(2000), None, 1000),
        (1000, Some(500), None, 500),
        (1000, Some(500), Some("300"), 300),
        (1000, Some(500), Some("900"), 500),
        (0, Some(500), None, 500),
        (0, Some(900_000), None, 864_000),
    ] {
        configure(&emulator, &api, |service| {
            service.refresh_token_duration = Some(of_service);
            let scopes = service.supported_scopes.as_mut().unwrap().iter_mut();
            for scope in scopes.filter(|scope| scope.name.as_deref() == Some("read")) {
                scope.attributes =
                    of_scope.map(|value| vec![Pair::new("refresh_token.duration", value)]);
            }
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.extension = of_client.map(|seconds| {
                let mut extension = ClientExtension::new();
                extension.refresh_token_duration = Some(seconds);
                extension
            });
        })
        .await;
        let answer = tokens(&api, client).await;
        assert_eq!(answer.refresh_token_duration, Some(expected));
    }
}

/// `Service`, on the claims of access tokens that are JWTs.
#[rstest]
#[tokio::test]
async fn jwt_access_token_has_its_grant_type_and_authorization_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    // Without an algorithm, the token is a random string.
    let plain = tokens(&api, emulator.client()).await;
    assert_eq!(plain.jwt_access_token, None);
    let body = content(plain.response_content.as_ref());
    assert_eq!(body["access_token"], plain.access_token.unwrap().expose());
    assert!(!body["access_token"].as_str().unwrap().contains('.'));
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let claims = async |request: TokenCreateRequest| {
        let created = api.token_create(&request).await.unwrap();
        let jwt = created.jwt_access_token.expect("a JWT");
        jwt::verified(jwt.expose(), &jwks(&api).await)
    };
    let mut grant_types = vec![
        (GrantType::AuthorizationCode, "authorization_code"),
        (GrantType::Implicit, "implicit"),
        (GrantType::Password, "password"),
        (GrantType::ClientCredentials, "client_credentials"),
        (GrantType::Ciba, "urn:openid:params:grant-type:ciba"),
        (
            GrantType::DeviceCode,
            "urn:ietf:params:oauth:grant-type:device_code",
        ),
        (
            GrantType::TokenExchange,
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        (
            GrantType::JwtBearer,
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ),
    ];
    if version == ApiVersion::V3 {
        let word = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
        grant_types.push((GrantType::PreAuthorizedCode, word));
    }
    for (grant_type, word) in grant_types {
        let request = TokenCreateRequest::new(grant_type)
            .client_id(emulator.client().id)
            .subject("alice");
        let claims = claims(request).await;
        assert_eq!(claims["grant_type"], word);
        assert_eq!(claims.get("authorization_details"), None);
    }
    let mut details = AuthzDetails::new();
    let mut element = AuthzDetailsElement::new("payment");
    element.other_fields = Some(r#"{"amount":7}"#.to_owned());
    details.elements = Some(vec![element]);
    let request = TokenCreateRequest::new("IMPLICIT")
        .client_id(emulator.client().id)
        .subject("alice")
        .authorization_details(details);
    assert_eq!(
        claims(request).await["authorization_details"],
        json!([{ "type": "payment", "amount": 7 }])
    );
}

/// `Client.authTimeRequired`, `Client.defaultMaxAge`.
#[rstest]
#[tokio::test]
async fn auth_time_is_in_the_id_token_and_a_default_max_age_of_0_is_no_limit(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.auth_time_required = Some(true);
        client.default_max_age = Some(0);
    })
    .await;
    let answer = ask(&api, query(client)).await;
    assert_eq!(answer.max_age.unwrap_or_default(), 0);
    let id_token = openid::id_token(&api, client, |issue| issue.auth_time(1_700_000_000));
    let claims = jwt::verified(&id_token.await, &jwks(&api).await);
    assert_eq!(claims["auth_time"], 1_700_000_000);
}

/// `Service.deviceFlowPollingInterval`, `deviceFlowCodeDuration`, `deviceVerificationUriComplete`, `userCodeCharset`.
#[rstest]
#[tokio::test]
async fn device_response_has_the_interval_and_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
        service.device_verification_uri_complete = None;
        service.device_flow_code_duration = Some(77);
        service.device_flow_polling_interval = Some(7);
        service.user_code_charset = Some(UserCodeCharset::Numeric);
        service.user_code_length = Some(12);
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::DeviceCode]);
    })
    .await;
    let request = DeviceAuthorizationRequest::new("scope=read")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = api.device_authorization(&request).await.unwrap();
    let response = content(answer.response_content.as_ref());
    assert_eq!(response["expires_in"], 77);
    assert_eq!(response["interval"], 7);
    assert_eq!(response["verification_uri"], "https://as.example/device");
    assert_eq!(response.get("verification_uri_complete"), None);
    let user_code = response["user_code"].as_str().unwrap();
    assert_eq!(user_code.len(), 12);
    assert!(user_code.bytes().all(|byte| byte.is_ascii_digit()));
}

/// `Service.tokenExchangeEncryptedJwtRejected` and `tokenExchangeUnsignedJwtRejected`, for both types and both tokens.
#[rstest]
#[tokio::test]
async fn encrypted_or_unsigned_subject_and_actor_tokens_are_rejected_if_the_flags_are_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
    const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::TokenExchange]);
    })
    .await;
    let key = jwt::Key::generate();
    let signed = key.sign(&json!({}));
    let encrypted = jwt::encrypt(&key.jwk(), "secret");
    let unsigned = jwt::unsigned(&json!({}));
    let exchange = async |subject: (&str, &str), actor: (&str, &str)| {
        let parameters = form(&[
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", subject.0),
            ("subject_token_type", subject.1),
            ("actor_token", actor.0),
            ("actor_token_type", actor.1),
        ]);
        request_token(&api, client, &parameters).await
    };
    let good = (signed.as_str(), JWT);
    let cases = [
        ((encrypted.as_str(), JWT), good, "A907305"),
        ((&encrypted, ID_TOKEN), good, "A907305"),
        (good, (&encrypted, JWT), "A907305"),
        (good, (&encrypted, ID_TOKEN), "A907305"),
        ((&unsigned, JWT), good, "A907306"),
        (good, (&unsigned, JWT), "A907306"),
    ];
    for (subject, actor, _) in cases {
        let answer = exchange(subject, actor).await;
        assert_eq!(answer.action, TokenAction::TokenExchange, "{answer:?}");
    }
    configure(&emulator, &api, |service| {
        service.token_exchange_encrypted_jwt_rejected = Some(true);
        service.token_exchange_unsigned_jwt_rejected = Some(true);
    })
    .await;
    for (subject, actor, code) in cases {
        let answer = exchange(subject, actor).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_code(answer.result_code.as_deref(), code);
    }
    let answer = exchange(good, good).await;
    assert_eq!(answer.action, TokenAction::TokenExchange);
}

/// `Service.tlsClientCertificateBoundAccessTokens` and that of the client: both must be set.
#[rstest]
#[tokio::test]
async fn tokens_are_bound_to_certificates_only_if_both_flags_are_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for (of_service, of_client) in [(false, true), (true, false), (true, true)] {
        configure(&emulator, &api, |service| {
            service.tls_client_certificate_bound_access_tokens = Some(of_service);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.tls_client_certificate_bound_access_tokens = Some(of_client);
        })
        .await;
        // Without a certificate, a token that has to be bound is refused.
        let answer = request_token(&api, client, "grant_type=client_credentials").await;
        let expected = match of_service && of_client {
            true => TokenAction::BadRequest,
            false => TokenAction::Ok,
        };
        assert_eq!(answer.action, expected, "{of_service} {of_client}");
    }
}

/// `Service.authorizationCodeDuration`: 0 means the default, and FAPI 2.0 caps it at a minute.
#[rstest]
#[tokio::test]
async fn code_expires_after_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let is_redeemed_after = async |seconds: u64| {
        let code = code(&api, &query(client)).await;
        emulator.advance(Duration::from_secs(seconds));
        let answer = request_token(&api, client, &code_parameters(client, &code)).await;
        answer.action == TokenAction::Ok
    };
    configure(&emulator, &api, |service| {
        service.authorization_code_duration = Some(300);
    })
    .await;
    assert!(is_redeemed_after(240).await);
    assert!(!is_redeemed_after(300).await);
    configure(&emulator, &api, |service| {
        service.authorization_code_duration = Some(0);
    })
    .await;
    assert!(is_redeemed_after(30).await);
}

/// `Service.deviceFlowPollingInterval`, `Service.userCodeLength`.
#[rstest]
#[tokio::test]
async fn interval_is_between_0_and_65535_and_a_user_code_has_up_to_255_characters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    for (name, number, accepted) in [
        ("deviceFlowPollingInterval", 0, true),
        ("deviceFlowPollingInterval", 65_535, true),
        ("deviceFlowPollingInterval", 65_536, false),
        ("deviceFlowPollingInterval", -1, false),
        ("backchannelPollingInterval", 65_535, true),
        ("backchannelPollingInterval", -1, false),
        ("allowableClockSkew", 65_535, true),
        ("allowableClockSkew", -1, false),
        ("userCodeLength", 255, true),
        ("userCodeLength", 256, false),
        ("userCodeLength", -1, false),
    ] {
        let body = json!({ name: number });
        let path = "/service/create";
        let (status, answer) = post(&emulator, version, "SERVICEOWNER", path, &body).await;
        assert_eq!(status == 200, accepted, "{body} {answer}");
    }
}

/// `createdAt` and `modifiedAt` of `Service` and `Client`.
#[rstest]
#[tokio::test]
async fn created_at_and_modified_at_are_in_milliseconds_and_an_update_changes_modified_at(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let now = i64::try_from(wallet::now()).unwrap() * 1000;
    let service = api.create_service(&Service::new()).await.unwrap();
    let client = api.create_client(&Client::new()).await.unwrap();
    let (key, id) = (service.api_key.unwrap(), client.client_id.unwrap());
    let created = [service.created_at, client.created_at].map(Option::unwrap);
    assert_eq!([service.modified_at, client.modified_at], created.map(Some));
    emulator.advance(Duration::from_secs(3600));
    let service = api.update_service(key, &service).await.unwrap();
    let client = api.update_client(id, &client).await.unwrap();
    assert_eq!([service.created_at, client.created_at], created.map(Some));
    let modified = [service.modified_at, client.modified_at].map(Option::unwrap);
    for (created, modified) in created.into_iter().zip(modified) {
        assert!((now - 1000..now + 60_000).contains(&created), "{created}");
        let later = modified - created;
        assert!((3_600_000..3_660_000).contains(&later), "{later}");
    }
}

/// `ClientExtension.accessTokenDuration` and the attribute `access_token.duration` of scopes.
#[rstest]
#[tokio::test]
async fn shortest_access_token_duration_of_service_client_and_scopes_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    // The durations of the service, of the client and of a scope.
    for (of_service, of_client, of_scope, expected) in [
        (1000, 0, None, 1000),
        (1000, 2000, Some("1500"), 1000),
        (1000, 500, Some("900"), 500),
        (1000, 500, Some("300"), 300),
        (200, 500, Some("300"), 200),
    ] {
        configure(&emulator, &api, |service| {
            service.access_token_duration = Some(of_service);
            let scopes = service.supported_scopes.as_mut().unwrap().iter_mut();
            for scope in scopes.filter(|scope| scope.name.as_deref() == Some("read")) {
                scope.attributes =
                    of_scope.map(|value| vec![Pair::new("access_token.duration", value)]);
            }
        })
        .await;
        configure_client(&api, client.id, |client| {
            let mut extension = ClientExtension::new();
            extension.access_token_duration = Some(of_client);
            client.extension = Some(extension);
        })
        .await;
        let answer = tokens(&api, client).await;
        assert_eq!(answer.access_token_duration, Some(expected));
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["expires_in"], expected);
    }
}

/// `Service.backchannelAuthReqIdDuration`, `backchannelPollingInterval`.
#[rstest]
#[tokio::test]
async fn backchannel_response_has_the_duration_and_the_interval_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.backchannel_auth_req_id_duration = Some(333);
        service.backchannel_polling_interval = Some(11);
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::Ciba]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
    })
    .await;
    let request = BackchannelAuthenticationRequest::new("scope=openid&login_hint=alice")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let ticket = answer.ticket.expect("a ticket");
    let issue = BackchannelAuthenticationIssueRequest::new(ticket);
    let issued = api.backchannel_authentication_issue(&issue).await.unwrap();
    let response = content(issued.response_content.as_ref());
    assert_eq!(response["expires_in"], 333);
    assert_eq!(response["interval"], 11);
}

/// `Service`, on JWTs: an access token of the password grant has its user as `sub`.
#[rstest]
#[tokio::test]
async fn access_token_of_the_password_grant_has_its_user_as_sub(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let request = TokenCreateRequest::new(GrantType::Password)
        .client_id(emulator.client().id)
        .subject("alice");
    let created = api.token_create(&request).await.unwrap();
    let claims = jwt::parts(created.jwt_access_token.unwrap().expose()).1;
    assert_eq!(claims["sub"], "alice");
}
