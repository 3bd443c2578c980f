//! Rules that the documentation of the Authlete Java library states for the settings of services and clients, where no
//! other test has them.

use std::time::Duration;

use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationResponse, AuthzDetails, AuthzDetailsElement,
    BackchannelAuthenticationIssueRequest, BackchannelAuthenticationRequest, Client,
    ClientExtension, ClientType, CredentialIssuanceOrder, CredentialIssuerMetadataAction,
    CredentialIssuerMetadataRequest, CredentialOfferCreateRequest, CredentialSingleIssueAction,
    DeliveryMode, DeviceAuthorizationRequest, FapiMode, GetServiceJwksQuery, GrantType,
    HskListAction, IntrospectionAction, IntrospectionRequest, JweAlg, JweEnc, JwsAlg, Pair,
    PushedAuthReqAction, Service, ServiceProfile, TokenAction, TokenCreateRequest, TokenResponse,
    UserCodeCharset,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::RegisteredClient;
use serde_json::{Value, json};

async fn is_good(api: &Authlete, token: &Option<Secret>) -> bool {
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

/// The result code of a request that the client is told to be wrong.
fn refused(answer: &AuthorizationResponse) -> &str {
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    answer.result_code.as_deref().unwrap()
}

/// `Service.singleAccessTokenPerSubject` and `Client.singleAccessTokenPerSubject`.
#[tokio::test]
async fn a_new_token_ends_the_others_of_its_subject_and_client_if_service_or_client_says_so() {
    for version in GENERATIONS {
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
            // The client's own tokens have no subject.
            let again = request_token(&api, client, "grant_type=client_credentials").await;
            for token in [&own.access_token, &again.access_token, &first.access_token] {
                assert!(is_good(&api, token).await);
            }
            let second = tokens(&api, client).await;
            assert_eq!(is_good(&api, &first.access_token).await, !single);
            for token in [&second.access_token, &own.access_token, &of_bob, &of_other] {
                assert!(is_good(&api, token).await);
            }
        }
    }
}

/// A refresh replaces the access token that belongs to it, and no other, whatever the flag says.
#[tokio::test]
async fn a_refresh_ends_the_coupled_access_token_alone() {
    for version in GENERATIONS {
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
            assert!(!is_good(&api, &first.access_token).await, "{single}");
            assert!(is_good(&api, &second.access_token).await, "{single}");
            assert!(is_good(&api, &refreshed.access_token).await, "{single}");
        }
    }
}

/// `Service.refreshTokenDurationReset` has no effect unless `refreshTokenKept` is on.
#[tokio::test]
async fn the_duration_of_a_new_refresh_token_does_not_depend_on_the_reset_of_kept_ones() {
    for version in GENERATIONS {
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
}

/// `ClientExtension.refreshTokenDuration` and the attribute `refresh_token.duration` of scopes.
#[tokio::test]
async fn the_shortest_refresh_token_duration_of_service_client_and_scopes_counts() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        // Of the service, of the client, of a scope.
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
}

/// `Service`, on the claims of access tokens that are JWTs.
#[tokio::test]
async fn an_access_token_says_the_grant_type_it_came_by_and_its_authorization_details() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
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
}

/// `Client.authTimeRequired`, `Client.defaultMaxAge`.
#[tokio::test]
async fn the_time_of_the_authentication_is_in_the_id_token_and_no_default_age_is_demanded() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure_client(&api, client.id, |client| {
            client.auth_time_required = Some(true);
            client.default_max_age = Some(0);
        })
        .await;
        let asked = ask(&api, query(client)).await;
        assert_eq!(asked.max_age.unwrap_or_default(), 0);
        let id_token = openid::id_token(&api, client, |issue| issue.auth_time(1_700_000_000));
        let claims = jwt::verified(&id_token.await, &jwks(&api).await);
        assert_eq!(claims["auth_time"], 1_700_000_000);
    }
}

/// `Service.deviceFlowPollingInterval`, `deviceFlowCodeDuration`, `deviceVerificationUriComplete`, `userCodeCharset`.
#[tokio::test]
async fn the_device_is_told_the_interval_and_the_duration_of_the_service() {
    for version in GENERATIONS {
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
}

/// `Service.requestObjectRequired`, `frontChannelRequestObjectEncryptionRequired`,
/// `requestObjectEncryptionAlgMatchRequired` and `requestObjectEncryptionEncMatchRequired`: the flags of the service
/// count where those of the client are off.
#[tokio::test]
async fn the_service_demands_request_objects_and_their_encryption_of_all_clients() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let key = jwt::Key::generate();
        configure_client(&api, client.id, |client| {
            client.jwks = Some(key.jwks().into());
            client.request_encryption_alg = Some(JweAlg::RsaOaep256);
        })
        .await;
        let object = key.sign(&json!({
            "client_id": client.id.to_string(),
            "response_type": "code",
            "redirect_uri": client.redirect_uri,
            "scope": "read",
        }));
        let with_object = |object: &str| {
            form(&[
                ("client_id", &client.id.to_string()),
                ("redirect_uri", &client.redirect_uri),
                ("request", object),
            ])
        };
        let set = jwks(&api).await;
        let is_for_encryption = |key: &&Value| key["use"] == "enc" && key["kty"] == "EC";
        let to = set["keys"].as_array().unwrap().iter();
        let encrypted = jwt::encrypt(to.clone().find(is_for_encryption).unwrap(), &object);
        let is_accepted = async |query: String| {
            let answer = ask(&api, query).await;
            answer.action == AuthorizationAction::Interaction
        };
        assert!(is_accepted(query(client)).await);
        configure(&emulator, &api, |service| {
            service.request_object_required = Some(true);
        })
        .await;
        assert_eq!(refused(&ask(&api, query(client)).await), "A008310");
        assert!(is_accepted(with_object(&object)).await);

        configure(&emulator, &api, |service| {
            service.front_channel_request_object_encryption_required = Some(true);
        })
        .await;
        assert_eq!(refused(&ask(&api, with_object(&object)).await), "A006334");
        assert!(is_accepted(with_object(&encrypted)).await);
        // The back channel is no front channel.
        let pushed = push(&api, client, &with_object(&object)).await;
        assert_eq!(pushed.action, PushedAuthReqAction::Created, "{pushed:?}");

        configure(&emulator, &api, |service| {
            service.request_object_encryption_alg_match_required = Some(true);
        })
        .await;
        assert_eq!(
            refused(&ask(&api, with_object(&encrypted)).await),
            "A006330"
        );
        configure_client(&api, client.id, |client| {
            client.request_encryption_alg = Some(JweAlg::EcdhEs);
        })
        .await;
        assert!(is_accepted(with_object(&encrypted)).await);
        // The content is encrypted by A256GCM, and the default is A128CBC-HS256.
        configure(&emulator, &api, |service| {
            service.request_object_encryption_enc_match_required = Some(true);
        })
        .await;
        assert_eq!(
            refused(&ask(&api, with_object(&encrypted)).await),
            "A006332"
        );
    }
}

/// `Service.pkceRequired`, `Client.pkceS256Required`: either flag is enough.
#[tokio::test]
async fn pkce_is_demanded_by_the_service_and_s256_by_the_client_alone() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let good = query(client);
        let without = good
            .replace(&format!("code_challenge={CHALLENGE}"), "")
            .replace("code_challenge_method=S256", "");
        let plain = good.replace("S256", "plain");
        configure(&emulator, &api, |service| {
            service.pkce_required = Some(true)
        })
        .await;
        assert_eq!(refused(&ask(&api, without.as_str()).await), "A124301");
        let answer = ask(&api, plain.as_str()).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction);
        configure(&emulator, &api, |service| {
            service.pkce_required = Some(false)
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.pkce_s256_required = Some(true);
        })
        .await;
        assert_eq!(refused(&ask(&api, plain).await), "A124308");
        for accepted in [without, good] {
            let answer = ask(&api, accepted).await;
            assert_eq!(answer.action, AuthorizationAction::Interaction);
        }
    }
}

/// `Service.fapiModes`, `Client.fapiModes`.
#[tokio::test]
async fn the_fapi_modes_of_a_client_count_only_where_the_service_has_the_profile_and_no_modes() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure_client(&api, client.id, |client| {
            client.fapi_modes = Some(vec![FapiMode::Fapi2Security]);
        })
        .await;
        let profile = || Some(vec![ServiceProfile::Fapi]);
        for (profiles, modes, is_fapi_2) in [
            (None, None, false),
            (profile(), None, true),
            (profile(), Some(vec![FapiMode::Fapi1Baseline]), false),
            (None, Some(vec![FapiMode::Fapi2Security]), false),
        ] {
            configure(&emulator, &api, |service| {
                service.supported_service_profiles = profiles;
                service.fapi_modes = modes;
            })
            .await;
            let answer = ask(&api, query(client)).await;
            match is_fapi_2 {
                // Requests have to be pushed.
                true => assert_eq!(refused(&answer), "A903303"),
                false => assert_eq!(answer.action, AuthorizationAction::Interaction),
            }
        }
    }
}

/// `Service.scopeRequired`.
#[tokio::test]
async fn a_request_without_a_scope_is_refused_only_if_the_service_wants_one_and_has_no_default() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let bare = query(client).replace("scope=read+write", "");
        for (required, default, accepted) in [
            (false, false, true),
            (true, false, false),
            (true, true, true),
        ] {
            configure(&emulator, &api, |service| {
                service.scope_required = Some(required);
                for scope in service.supported_scopes.as_mut().unwrap() {
                    let is_read = scope.name.as_deref() == Some("read");
                    scope.default_entry = Some(default && is_read);
                }
            })
            .await;
            let answer = ask(&api, bare.as_str()).await;
            if !accepted {
                let (_, parameters) = location(answer.response_content.as_ref());
                assert_eq!(parameters[0].1, "invalid_scope");
                continue;
            }
            assert_eq!(answer.action, AuthorizationAction::Interaction);
            let scopes = answer.scopes.unwrap_or_default();
            let names: Vec<_> = scopes.iter().filter_map(|s| s.name.as_deref()).collect();
            assert_eq!(names, if default { vec!["read"] } else { vec![] });
        }
    }
}

/// `Service.tokenExchangeEncryptedJwtRejected` and `tokenExchangeUnsignedJwtRejected`, for both types and both tokens.
#[tokio::test]
async fn input_tokens_that_nobody_can_check_are_rejected_in_either_place_and_of_either_type() {
    const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
    const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
    for version in GENERATIONS {
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
            assert_eq!(answer.result_code.as_deref(), Some(code));
        }
        let answer = exchange(good, good).await;
        assert_eq!(answer.action, TokenAction::TokenExchange);
    }
}

/// `Service.tlsClientCertificateBoundAccessTokens` and that of the client: only both bind.
#[tokio::test]
async fn tokens_are_bound_to_certificates_only_if_service_and_client_say_so() {
    for version in GENERATIONS {
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
}

/// `CredentialIssuerMetadata.batchSize` and the parameters that 1.0-ID1 does not have.
#[tokio::test]
async fn a_batch_is_published_from_two_proofs_on_and_encrypted_requests_not_by_the_first_draft() {
    use crate::common::credentials::{DRAFT, FINAL, enable, issuer_metadata};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let keys = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "enc", "kid": "enc",
            "x": "dgZAdZHdMFkHavi5U5jL3m7K68OHStG2XdbtLm4xL7g",
            "y": "eMRGtIJl2CHvNg9iwjv-T9eg-wgy9shz8irq_O3JQA8",
            "d": "QCUYTav3UWI2pYhwj-LGTpMxxpBXiKwkY1p6tDjqcKo",
        }]});
        for (draft, size, batch) in [
            (FINAL, 0, None),
            (FINAL, 1, None),
            (FINAL, 2, Some(json!({ "batch_size": 2 }))),
            (DRAFT, 2, None),
        ] {
            enable(&emulator, &api, draft, |service| {
                let mut metadata = issuer_metadata();
                metadata.batch_size = Some(size);
                metadata.credential_request_encryption_jwks = Some(keys.to_string().into());
                metadata.credential_request_encryption_enc_values_supported =
                    Some(vec![JweEnc::A256gcm]);
                service.credential_issuer_metadata = Some(metadata);
                service.supported_scopes = None;
            })
            .await;
            let request = CredentialIssuerMetadataRequest::new();
            let answer = api.credential_issuer_metadata(&request).await.unwrap();
            let published = content(answer.response_content.as_ref());
            assert_eq!(published.get("batch_credential_issuance"), batch.as_ref());
            let encryption = published.get("credential_request_encryption");
            assert_eq!(encryption.is_some(), draft == FINAL, "{published}");
            if let Some(encryption) = encryption {
                assert_eq!(encryption["encryption_required"], false);
            }
            assert_eq!(published.get("authorization_servers"), None);
            assert_eq!(published.get("deferred_credential_endpoint"), None);
        }
    }
}

/// `Service.credentialOfferDuration`.
#[tokio::test]
async fn an_offer_lasts_as_long_as_the_service_says_unless_the_call_says_a_positive_number() {
    use crate::common::credentials::{FINAL, enable};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        // Of the service, of the call.
        for (of_service, of_call, expected) in [
            (30, None, Some(30)),
            (30, Some(0), Some(30)),
            (30, Some(-1), Some(30)),
            (30, Some(600), Some(600)),
            (0, None, None),
            (-1, None, None),
        ] {
            enable(&emulator, &api, FINAL, |service| {
                service.credential_offer_duration = Some(of_service);
                service.supported_scopes = None;
            })
            .await;
            let mut request =
                CredentialOfferCreateRequest::new(vec!["identity".to_owned()], "alice");
            request.pre_authorized_code_grant_included = Some(true);
            request.duration = of_call;
            let before = api.get_client(emulator.client().id).await.unwrap();
            let now = before.modified_at.unwrap() / 1000;
            let created = api.credential_offer_create(&request).await.unwrap();
            let expires_at = created.info.unwrap().expires_at.unwrap() / 1000;
            let lifetime = expires_at - now;
            match expected {
                Some(seconds) => assert!((seconds..seconds + 20).contains(&lifetime)),
                // The default of the server.
                None => assert!(lifetime > 500, "{lifetime}"),
            }
        }
    }
}

/// `Service.credentialTransactionDuration` and `credentialDuration`.
#[tokio::test]
async fn a_transaction_has_the_default_duration_without_a_positive_one_and_a_credential_no_end() {
    use crate::common::wallet::{Issuer, Wallet, enable, order};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let issuer = Issuer::generate("issuer");
        enable(&emulator, &api, "1.0", &[&issuer]).await;
        for duration in [0, -1] {
            configure(&emulator, &api, |service| {
                service.credential_transaction_duration = Some(duration);
                service.credential_duration = Some(0);
            })
            .await;
            let wallet = Wallet::with_scopes(&api, emulator.client(), "degree diploma").await;
            let identifier = wallet.identifier(&wallet.request("degree").await).await;
            let deferred = CredentialIssuanceOrder::new(&identifier).issuance_deferred(true);
            let answer = wallet.issue(deferred).await;
            assert_eq!(answer.action, CredentialSingleIssueAction::Accepted);
            emulator.advance(Duration::from_secs(60));
            let back = wallet
                .come_back(&json!({ "transaction_id": identifier }))
                .await;
            assert!(back.info.is_some(), "{duration}");
        }
        let (emulator, api) = start(version).await;
        enable(&emulator, &api, "1.0", &[&issuer]).await;
        let wallet = Wallet::with_scopes(&api, emulator.client(), "diploma").await;
        let identifier = wallet.identifier(&wallet.request("diploma").await).await;
        let vc = json!({ "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiableCredential", "Diploma"],
            "credentialSubject": { "id": "did:example:alice" },
        } });
        let answer = wallet.issue(order(&identifier, &vc)).await;
        let response = content(answer.response_content.as_ref());
        let jwt = response["credentials"][0]["credential"].as_str().unwrap();
        let claims = jwt::verified(jwt, &json!({ "keys": [issuer.public] }));
        assert_eq!(claims.get("exp"), None);
    }
}

/// `Service.authorizationCodeDuration`: 0 means the default, and FAPI 2.0 caps it at a minute.
#[tokio::test]
async fn a_code_lasts_as_long_as_the_service_says() {
    for version in GENERATIONS {
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
}

/// `AuthleteApi.getServiceJwks`: null where there are no keys, and the published URI makes no difference.
#[tokio::test]
async fn the_key_set_is_there_if_keys_are_registered_with_or_without_a_uri() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let uri = || Some("https://as.example/jwks".to_owned());
        let keys = jwt::Key::generate().jwks();
        let query = GetServiceJwksQuery::new();
        for (keys, uri) in [
            (Some(&keys), None),
            (Some(&keys), uri()),
            (None, None),
            (None, uri()),
        ] {
            configure(&emulator, &api, |service| {
                service.jwks = keys.map(|keys| keys.as_str().into());
                service.jwks_uri = uri;
            })
            .await;
            let set = api.get_service_jwks(&query).await.unwrap();
            assert_eq!(set.is_some(), keys.is_some());
        }
    }
}

/// `Service.backchannelUserCodeParameterSupported` and others that are published as they are.
#[tokio::test]
async fn flags_and_endpoints_are_published_under_the_names_of_the_standards() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let mut expected = metadata(&api).await;
        assert_eq!(expected["backchannel_user_code_parameter_supported"], false);
        configure(&emulator, &api, |service| {
            service.backchannel_user_code_parameter_supported = Some(true);
            service.backchannel_authentication_endpoint =
                Some("https://as.example/backchannel".to_owned());
            service.device_authorization_endpoint = Some("https://as.example/device".to_owned());
            service.pushed_auth_req_endpoint = Some("https://as.example/push".to_owned());
        })
        .await;
        let changes = json!({
            "backchannel_user_code_parameter_supported": true,
            "backchannel_authentication_endpoint": "https://as.example/backchannel",
            "device_authorization_endpoint": "https://as.example/device",
            "pushed_authorization_request_endpoint": "https://as.example/push",
        });
        let members = expected.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        assert_eq!(metadata(&api).await, expected);
    }
}

/// `Service.deviceFlowPollingInterval`, `Service.userCodeLength`.
#[tokio::test]
async fn an_interval_is_between_0_and_65535_and_a_user_code_has_up_to_255_characters() {
    for version in GENERATIONS {
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
}

/// `Service.frontChannelRequestObjectEncryptionRequired` and that of the client.
#[tokio::test]
async fn encryption_flags_demand_no_request_object() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure(&emulator, &api, |service| {
            service.front_channel_request_object_encryption_required = Some(true);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.front_channel_request_object_encryption_required = Some(true);
        })
        .await;
        let answer = ask(&api, query(client)).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction);
    }
}

/// `Service.nbfOptional`.
#[tokio::test]
async fn without_nbf_the_lifetime_of_a_request_object_is_not_checked_when_nbf_is_optional() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let key = jwt::Key::generate();
        configure(&emulator, &api, |service| {
            service.supported_service_profiles = Some(vec![ServiceProfile::Fapi]);
            service.fapi_modes = Some(vec![FapiMode::Fapi1Advanced]);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.jwks = Some(key.jwks().into());
            client.authorization_sign_alg = Some(JwsAlg::Ps256);
        })
        .await;
        let now = wallet::now();
        let mut claims = json!({
            "client_id": client.id.to_string(),
            "response_type": "code",
            "response_mode": "jwt",
            "redirect_uri": client.redirect_uri,
            "scope": "read",
            "state": "s",
            "exp": now + 7200,
            "nbf": now,
        });
        let request = |claims: &Value| {
            form(&[
                ("client_id", &client.id.to_string()),
                ("redirect_uri", &client.redirect_uri),
                ("request", &key.sign(claims)),
            ])
        };
        let long = request(&claims);
        claims.as_object_mut().unwrap().remove("nbf");
        let without = request(&claims);
        assert_eq!(refused(&ask(&api, long.as_str()).await), "A150365");
        assert_eq!(refused(&ask(&api, without.as_str()).await), "A150351");
        configure(&emulator, &api, |service| service.nbf_optional = Some(true)).await;
        for query in [without, long] {
            let answer = ask(&api, query).await;
            assert_eq!(
                answer.action,
                AuthorizationAction::Interaction,
                "{answer:?}"
            );
        }
    }
}

/// `Service.grantManagementActionRequired`.
#[tokio::test]
async fn a_demanded_grant_management_action_is_demanded_of_devices_and_backchannels_too() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure(&emulator, &api, |service| {
            service.grant_management_action_required = Some(true);
            service.device_verification_uri = Some("https://as.example/device".to_owned());
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.grant_types = Some(vec![GrantType::DeviceCode, GrantType::Ciba]);
            client.bc_delivery_mode = Some(DeliveryMode::Poll);
        })
        .await;
        let requests = async |more: &str| {
            let parameters = format!("scope=openid&login_hint=alice{more}");
            let device = DeviceAuthorizationRequest::new(&*parameters)
                .client_id(client.id.to_string())
                .client_secret(&client.secret);
            let device = api.device_authorization(&device).await.unwrap();
            let backchannel = BackchannelAuthenticationRequest::new(parameters)
                .client_id(client.id.to_string())
                .client_secret(&client.secret);
            let backchannel = api.backchannel_authentication(&backchannel).await.unwrap();
            (device, backchannel)
        };
        let (device, backchannel) = requests("").await;
        for (code, content) in [
            (device.result_code, device.response_content),
            (backchannel.result_code, backchannel.response_content),
        ] {
            assert_eq!(code.as_deref(), Some("A916308"));
            let content = crate::common::content(content.as_ref());
            assert_eq!(content["error"], "invalid_request");
        }
        let (device, backchannel) = requests("&grant_management_action=create").await;
        assert!(device.user_code.is_some(), "{device:?}");
        assert!(backchannel.ticket.is_some(), "{backchannel:?}");
    }
}

/// Grant management is for confidential clients, so that its flag blocks public clients.
#[tokio::test]
async fn a_demanded_grant_management_action_blocks_public_clients() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure(&emulator, &api, |service| {
            service.grant_management_action_required = Some(true);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.client_type = Some(ClientType::Public);
        })
        .await;
        for more in ["", "&grant_management_action=create"] {
            let answer = ask(&api, query(client) + more).await;
            assert_ne!(answer.action, AuthorizationAction::Interaction, "{more}");
            assert_eq!(answer.ticket, None);
        }
    }
}

/// `Service.dcrDuplicateSoftwareIdBlocked`.
#[tokio::test]
async fn a_software_id_may_repeat_unless_the_service_blocks_it() {
    use crate::common::registration::{minimal, registered, start_open, with};
    for version in GENERATIONS {
        let (_emulator, api) = start_open(version).await;
        let software = with(minimal(), json!({ "software_id": "one" }));
        let first = registered(&api, software.clone()).await;
        let second = registered(&api, software).await;
        assert_ne!(first["client_id"], second["client_id"]);
    }
}

/// `Service.oid4vciVersion`.
#[tokio::test]
async fn both_names_of_the_final_version_mean_it() {
    use crate::common::credentials::{ISSUER, enable, issuer_metadata};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        for name in ["1.0", "1.0-Final"] {
            enable(&emulator, &api, name, |service| {
                let mut metadata = issuer_metadata();
                metadata.nonce_endpoint = Some(format!("{ISSUER}/nonce"));
                metadata.batch_credential_endpoint = Some(format!("{ISSUER}/batch"));
                service.credential_issuer_metadata = Some(metadata);
                service.supported_scopes = None;
            })
            .await;
            let request = CredentialIssuerMetadataRequest::new();
            let answer = api.credential_issuer_metadata(&request).await.unwrap();
            let published = content(answer.response_content.as_ref());
            assert_eq!(
                published["nonce_endpoint"],
                format!("{ISSUER}/nonce"),
                "{name}"
            );
            assert_eq!(published.get("batch_credential_endpoint"), None, "{name}");
        }
    }
}

/// `CredentialIssuerMetadata.requireCredentialResponseEncryption`.
#[tokio::test]
async fn an_issuer_says_that_it_requires_encrypted_responses() {
    use crate::common::credentials::{FINAL, enable, issuer_metadata};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        for required in [false, true] {
            enable(&emulator, &api, FINAL, |service| {
                let mut metadata = issuer_metadata();
                metadata.credential_response_encryption_alg_values_supported =
                    Some(vec![JweAlg::EcdhEs]);
                metadata.credential_response_encryption_enc_values_supported =
                    Some(vec![JweEnc::A256gcm]);
                metadata.require_credential_response_encryption = Some(required);
                service.credential_issuer_metadata = Some(metadata);
                service.supported_scopes = None;
            })
            .await;
            let request = CredentialIssuerMetadataRequest::new();
            let answer = api.credential_issuer_metadata(&request).await.unwrap();
            let published = content(answer.response_content.as_ref());
            let encryption = &published["credential_response_encryption"];
            assert_eq!(encryption["encryption_required"], required);
        }
    }
}

/// `CredentialIssuerMetadata.credentialIssuer`.
#[tokio::test]
async fn an_issuer_without_an_identifier_publishes_nothing() {
    use crate::common::credentials::{FINAL, enable, issuer_metadata};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        enable(&emulator, &api, FINAL, |service| {
            let mut metadata = issuer_metadata();
            metadata.credential_issuer = None;
            service.credential_issuer_metadata = Some(metadata);
        })
        .await;
        let request = CredentialIssuerMetadataRequest::new();
        let answer = api.credential_issuer_metadata(&request).await.unwrap();
        let expected = CredentialIssuerMetadataAction::InternalServerError;
        assert_eq!(answer.action, expected);
    }
}

/// `createdAt` and `modifiedAt` of `Service` and `Client`.
#[tokio::test]
async fn times_of_services_and_clients_are_in_milliseconds_and_an_update_moves_the_second() {
    for version in GENERATIONS {
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
}

/// `ClientExtension.accessTokenDuration` and the attribute `access_token.duration` of scopes.
#[tokio::test]
async fn the_shortest_access_token_duration_of_service_client_and_scopes_counts() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        // Of the service, of the client, of a scope.
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
}

/// `HskListResponse.action`.
#[tokio::test]
async fn the_list_of_keys_is_refused_by_its_action_without_a_module() {
    for version in GENERATIONS {
        let (_emulator, api) = start(version).await;
        let answer = api.hsk_get_list().await.unwrap();
        assert_eq!(answer.action, HskListAction::InvalidRequest);
        assert_eq!(answer.hsks, None);
    }
}

/// `Service.backchannelAuthReqIdDuration`, `backchannelPollingInterval`, `backchannelBindingMessageRequiredInFapi`.
#[tokio::test]
async fn a_client_is_told_the_duration_and_the_interval_of_the_backchannel() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        configure(&emulator, &api, |service| {
            service.backchannel_auth_req_id_duration = Some(333);
            service.backchannel_polling_interval = Some(11);
            service.supported_service_profiles = Some(vec![ServiceProfile::Fapi]);
            service.fapi_modes = Some(vec![FapiMode::Fapi1Advanced]);
            service.backchannel_binding_message_required_in_fapi = Some(false);
        })
        .await;
        configure_client(&api, client.id, |client| {
            client.grant_types = Some(vec![GrantType::Ciba]);
            client.bc_delivery_mode = Some(DeliveryMode::Poll);
        })
        .await;
        // Without the flag, FAPI needs no binding message.
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
}

/// `Service`, on JWTs: an access token that came by a password has its user as `sub`.
#[tokio::test]
async fn an_access_token_of_the_password_grant_names_its_user() {
    for version in GENERATIONS {
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
}

/// `Service.cnonceDuration`, in the first implementer's draft.
#[tokio::test]
async fn the_nonce_of_an_access_token_is_good_for_the_duration_of_the_service() {
    use crate::common::wallet::{Issuer, Wallet, enable};
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        enable(&emulator, &api, "1.0-ID1", &[&Issuer::generate("issuer")]).await;
        configure(&emulator, &api, |service| {
            service.cnonce_duration = Some(600);
            service.allowable_clock_skew = Some(3600);
        })
        .await;
        let wallet = Wallet::with_scopes(&api, emulator.client(), "degree").await;
        let request = json!({
            "format": "dc+sd-jwt",
            "vct": "https://issuer.example/degree",
            "proof": { "proof_type": "jwt", "jwt": wallet.proof().await },
        });
        emulator.advance(Duration::from_secs(500));
        assert!(wallet.parse(&request).await.info.is_some());
        emulator.advance(Duration::from_secs(100));
        let late = wallet.parse(&request).await;
        assert_eq!(late.info, None);
        let error = content(late.response_content.as_ref());
        assert_eq!(error["error"], "invalid_proof");
    }
}
