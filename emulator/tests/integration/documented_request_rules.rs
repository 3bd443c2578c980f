//! Rules that the documentation of the Authlete Java library states for requirements of services and clients on
//! authorization requests, if no other test covers them.

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    AuthorizationAction, AuthorizationResponse, BackchannelAuthenticationRequest, ClientType,
    DeliveryMode, DeviceAuthorizationRequest, FapiMode, GrantType, JweAlg, JwsAlg,
    PushedAuthReqAction, ServiceProfile,
};
use rstest::rstest;
use serde_json::{Value, json};

/// The result code of an error response that is redirected to the client.
fn refused(answer: &AuthorizationResponse) -> Option<&str> {
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    answer.result_code.as_deref()
}

/// `Service.requestObjectRequired`, `frontChannelRequestObjectEncryptionRequired`,
/// `requestObjectEncryptionAlgMatchRequired` and `requestObjectEncryptionEncMatchRequired`: the flags of the service
/// apply even if those of the client are off.
#[rstest]
#[tokio::test]
async fn service_can_require_encrypted_request_objects_of_all_clients(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
    assert_code(refused(&ask(&api, query(client)).await), "A008310");
    assert!(is_accepted(with_object(&object)).await);

    configure(&emulator, &api, |service| {
        service.front_channel_request_object_encryption_required = Some(true);
    })
    .await;
    assert_code(refused(&ask(&api, with_object(&object)).await), "A006334");
    assert!(is_accepted(with_object(&encrypted)).await);
    // A pushed request does not use the front channel.
    let pushed = push(&api, client, &with_object(&object)).await;
    assert_eq!(pushed.action, PushedAuthReqAction::Created, "{pushed:?}");

    configure(&emulator, &api, |service| {
        service.request_object_encryption_alg_match_required = Some(true);
    })
    .await;
    assert_code(
        refused(&ask(&api, with_object(&encrypted)).await),
        "A006330",
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
    assert_code(
        refused(&ask(&api, with_object(&encrypted)).await),
        "A006332",
    );
}

/// `Service.frontChannelRequestObjectEncryptionRequired` and that of the client.
#[rstest]
#[tokio::test]
async fn encryption_flags_do_not_require_a_request_object(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

/// `Service.nbfOptional`.
#[rstest]
#[tokio::test]
async fn without_nbf_the_lifetime_of_a_request_object_is_not_checked_when_nbf_is_optional(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
        "aud": "https://as.example",
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
    assert_code(refused(&ask(&api, long.as_str()).await), "A150365");
    assert_code(refused(&ask(&api, without.as_str()).await), "A150351");
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

/// `Service.pkceRequired`, `Client.pkceS256Required`: either flag is enough.
#[rstest]
#[tokio::test]
async fn pkce_can_be_required_by_the_service_and_s256_by_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
    assert_code(refused(&ask(&api, without.as_str()).await), "A124301");
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
    assert_code(refused(&ask(&api, plain).await), "A124308");
    for accepted in [without, good] {
        let answer = ask(&api, accepted).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction);
    }
}

/// `Service.fapiModes`, `Client.fapiModes`.
#[rstest]
#[tokio::test]
async fn fapi_modes_of_a_client_apply_only_if_the_service_has_the_profile_and_no_modes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
            // FAPI 2.0 requires pushed requests.
            true => assert_code(refused(&answer), "A903303"),
            false => assert_eq!(answer.action, AuthorizationAction::Interaction),
        }
    }
}

/// `Service.scopeRequired`.
#[rstest]
#[tokio::test]
async fn request_without_a_scope_is_refused_only_if_the_service_requires_one_and_has_no_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

/// `Service.grantManagementActionRequired`.
#[rstest]
#[tokio::test]
async fn required_grant_management_action_is_required_in_device_and_backchannel_requests(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
        assert_code(code.as_deref(), "A916308");
        let content = crate::common::content(content.as_ref());
        assert_eq!(content["error"], "invalid_request");
    }
    let (device, backchannel) = requests("&grant_management_action=create").await;
    assert!(device.user_code.is_some(), "{device:?}");
    assert!(backchannel.ticket.is_some(), "{backchannel:?}");
}

/// Grant management is for confidential clients, so the flag blocks public clients.
#[rstest]
#[tokio::test]
async fn required_grant_management_action_blocks_public_clients(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

/// `Service.pushedAuthReqDuration`.
#[rstest]
#[tokio::test]
async fn pushed_request_expires_after_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.pushed_auth_req_duration = Some(120);
    })
    .await;
    for (seconds, accepted) in [(60, true), (120, false)] {
        let pushed = push(&api, client, &query(client)).await;
        let content = content(pushed.response_content.as_ref());
        assert_eq!(content["expires_in"], 120);
        emulator.advance(Duration::from_secs(seconds));
        let id = client.id.to_string();
        let uri = pushed.request_uri.unwrap();
        let answer = ask(&api, form(&[("client_id", &id), ("request_uri", &uri)])).await;
        let is_accepted = answer.action == AuthorizationAction::Interaction;
        assert_eq!(is_accepted, accepted, "{seconds}");
    }
}
