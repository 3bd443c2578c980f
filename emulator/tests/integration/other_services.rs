//! Objects of another service are refused with other result codes than unknown objects.

use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::types::{
    AuthorizationFailReason, AuthorizationFailRequest, AuthorizationIssueRequest,
    BackchannelAuthenticationCompleteRequest, BackchannelAuthenticationCompleteResult,
    BackchannelAuthenticationIssueRequest, BackchannelAuthenticationRequest, Client,
    ClientLockFlagUpdateRequest, ClientType, DeliveryMode, DeviceAuthorizationRequest,
    DeviceCompleteRequest, DeviceCompleteResult, DeviceVerificationRequest, GrantType,
    GrantedScopesRequest, IntrospectionRequest, RevocationRequest, TokenCreateRequest,
    TokenFailReason, TokenFailRequest, TokenIssueRequest, TokenRequest, TokenRevokeRequest,
    UserInfoIssueRequest, UserInfoRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;

/// Starts an emulator with all flows enabled for its service, and a second service with its own client.
async fn start_two(version: ApiVersion) -> (Emulator, Authlete, Authlete, Client) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
    })
    .await;
    configure_client(&api, emulator.client().id, |client| {
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
        client.grant_types = Some(vec![
            GrantType::AuthorizationCode,
            GrantType::Ciba,
            GrantType::DeviceCode,
            GrantType::Password,
            GrantType::RefreshToken,
        ]);
    })
    .await;
    let other = another_service(&emulator, &api, version).await;
    let mut client = Client::new();
    client.client_type = Some(ClientType::Confidential);
    client.grant_types = Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
    let client = other.create_client(&client).await.unwrap();
    (emulator, api, other, client)
}

#[rstest]
#[tokio::test]
async fn tickets_and_user_codes_of_another_service_have_other_result_codes_than_unknown_ones(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, other, _) = start_two(version).await;
    let client = emulator.client();
    let own = ticket(&api, &query(client)).await;
    let password = "grant_type=password&username=alice&password=wonderland";
    let password = request_token(&api, client, password).await.ticket.unwrap();
    let request = BackchannelAuthenticationRequest::new("scope=openid&login_hint=alice")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let asked = api.backchannel_authentication(&request).await.unwrap();
    let backchannel = asked.ticket.unwrap();
    let request = DeviceAuthorizationRequest::new("scope=read")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let user_code = api.device_authorization(&request).await.unwrap();
    let user_code = user_code.user_code.unwrap();
    let made_up = Secret::from("made-up");
    let cases = [
        ([&own, &password, &backchannel, &user_code], true),
        ([&made_up, &made_up, &made_up, &made_up], false),
    ];
    for ([own, password, backchannel, user_code], is_known) in cases {
        let result_codes = [
            other
                .authorization_issue(&AuthorizationIssueRequest::new(own, "alice"))
                .await
                .unwrap()
                .result_code,
            other
                .authorization_fail(&AuthorizationFailRequest::new(
                    own,
                    AuthorizationFailReason::Denied,
                ))
                .await
                .unwrap()
                .result_code,
            other
                .token_issue(&TokenIssueRequest::new(password, "alice"))
                .await
                .unwrap()
                .result_code,
            other
                .token_fail(&TokenFailRequest::new(password, TokenFailReason::Unknown))
                .await
                .unwrap()
                .result_code,
            other
                .backchannel_authentication_issue(&BackchannelAuthenticationIssueRequest::new(
                    backchannel,
                ))
                .await
                .unwrap()
                .result_code,
            other
                .backchannel_authentication_complete(
                    &BackchannelAuthenticationCompleteRequest::new(
                        backchannel,
                        BackchannelAuthenticationCompleteResult::AccessDenied,
                    )
                    .subject("alice"),
                )
                .await
                .unwrap()
                .result_code,
            other
                .device_verification(&DeviceVerificationRequest::new(user_code))
                .await
                .unwrap()
                .result_code,
            other
                .device_complete(
                    &DeviceCompleteRequest::new(user_code, DeviceCompleteResult::AccessDenied)
                        .subject("alice"),
                )
                .await
                .unwrap()
                .result_code,
        ];
        let expected = match is_known {
            true => [
                "A041203", "A059203", "A055203", "A063203", "A181202", "A186203", "A225302",
                "A227302",
            ],
            false => [
                "A041202", "A059202", "A055202", "A063202", "A181201", "A186202", "A225301",
                "A227301",
            ],
        };
        assert_eq!(result_codes.map(Option::unwrap), expected);
    }
    // The service can still use its own ticket.
    let issued = AuthorizationIssueRequest::new(&own, "alice");
    let issued = api.authorization_issue(&issued).await.unwrap();
    assert_code(issued.result_code.as_deref(), "A040001");
}

#[rstest]
#[tokio::test]
async fn codes_and_tokens_of_another_service_have_other_result_codes_than_unknown_ones(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, other, other_client) = start_two(version).await;
    let client = emulator.client();
    let own = tokens(&api, client).await;
    let access = own.access_token.unwrap().expose().to_owned();
    let refresh = own.refresh_token.unwrap().expose().to_owned();
    let code = code(&api, &query(client)).await;
    let unknown = "made-up".to_owned();
    for ([code, access, refresh], is_known) in [
        ([&code, &access, &refresh], true),
        ([&unknown, &unknown, &unknown], false),
    ] {
        let request = async |parameters: &[(&str, &str)]| {
            let request = TokenRequest::new(form(parameters))
                .client_id(other_client.client_id.unwrap().to_string())
                .client_secret(other_client.client_secret.clone().unwrap());
            other.token(&request).await.unwrap().result_code
        };
        let result_codes = [
            request(&[("grant_type", "authorization_code"), ("code", code)]).await,
            request(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await,
            other
                .introspection(&IntrospectionRequest::new(access.as_str()))
                .await
                .unwrap()
                .result_code,
            other
                .userinfo(&UserInfoRequest::new(access.as_str()))
                .await
                .unwrap()
                .result_code,
            other
                .userinfo_issue(&UserInfoIssueRequest::new(access.as_str()))
                .await
                .unwrap()
                .result_code,
        ];
        let (expected, deleted) = match is_known {
            true => (
                ["A050306", "A053306", "A057303", "A088303", "A092303"],
                (403, "A161203"),
            ),
            false => (
                ["A050305", "A053305", "A057302", "A088302", "A092302"],
                (404, "A161202"),
            ),
        };
        assert_eq!(result_codes.map(Option::unwrap), expected);
        let (status, code) = deleted;
        assert_refusal(other.token_delete(access.as_str()).await, status, code);
    }
}

#[rstest]
#[tokio::test]
async fn clients_of_another_service_have_other_result_codes_than_unknown_ones(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, other, _) = start_two(version).await;
    let own = emulator.client();
    let id = own.id;
    let lock = ClientLockFlagUpdateRequest::new(true);
    let scopes = GrantedScopesRequest::new("alice");
    for (id, known) in [(id, true), (1, false)] {
        let result_codes = [
            refusal(other.get_client(id).await),
            refusal(other.update_client(id, &Client::new()).await),
            refusal(other.delete_client(id).await),
            refusal(other.refresh_client_secret(id).await),
            refusal(other.update_client_lock_flag(id, &lock).await),
            refusal(other.get_granted_scopes(id, &scopes).await),
            refusal(other.get_requestable_scopes(id).await),
            refusal(
                other
                    .token_revoke(&TokenRevokeRequest::new().client_identifier(id.to_string()))
                    .await,
            ),
        ];
        let expected = match known {
            true => [
                "A027202", "A029202", "A026202", "A001219", "A001219", "A001213", "A001213",
                "A001219",
            ],
            false => [
                "A027201", "A029201", "A026201", "A148201", "A001218", "A001212", "A001212",
                "A001218",
            ],
        };
        let status = if known { 403 } else { 404 };
        assert_eq!(result_codes, expected.map(|code| (status, code.to_owned())));

        let asked = ask(&other, format!("response_type=code&client_id={id}")).await;
        let request = TokenRequest::new("grant_type=client_credentials").client_id(id.to_string());
        let token = other.token(&request).await.unwrap();
        let request = RevocationRequest::new("token=a").client_id(id.to_string());
        let revoked = other.revocation(&request).await.unwrap();
        let created = TokenCreateRequest::new(GrantType::ClientCredentials).client_id(id);
        let created = other.token_create(&created).await.unwrap();
        let result_codes = [
            asked.result_code,
            token.result_code,
            revoked.result_code,
            created.result_code,
        ];
        let expected = match known {
            true => ["A010305", "A048305", "A114305", "A107202"],
            false => ["A010308", "A244306", "A114304", "A107201"],
        };
        assert_eq!(result_codes.map(Option::unwrap), expected, "{version}");
    }
    // An alias is known only to its own service.
    let by_alias = other.get_client(own.alias.as_str()).await;
    assert_refusal(by_alias, 404, "A027201");
    assert_eq!(api.get_client(id).await.unwrap().locked, Some(false));
}

#[rstest]
#[tokio::test]
async fn deleted_clients_have_other_result_codes_than_unknown_ones(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    api.delete_client(id).await.unwrap();
    let lock = ClientLockFlagUpdateRequest::new(true);
    let scopes = GrantedScopesRequest::new("alice");
    let result_codes = [
        refusal(api.get_client(id).await),
        refusal(api.update_client(id, &Client::new()).await),
        refusal(api.delete_client(id).await),
        refusal(api.refresh_client_secret(id).await),
        refusal(api.update_client_lock_flag(id, &lock).await),
        refusal(api.get_granted_scopes(id, &scopes).await),
    ];
    let expected = [
        "A027203", "A029203", "A026203", "A001220", "A293202", "A001214",
    ];
    assert_eq!(result_codes, expected.map(|code| (404, code.to_owned())));

    let asked = ask(&api, format!("response_type=code&client_id={id}")).await;
    let request = TokenRequest::new("grant_type=client_credentials").client_id(id.to_string());
    let token = api.token(&request).await.unwrap();
    let request = RevocationRequest::new("token=a").client_id(id.to_string());
    let revoked = api.revocation(&request).await.unwrap();
    let result_codes = [asked.result_code, token.result_code, revoked.result_code];
    assert_eq!(
        result_codes.map(Option::unwrap),
        ["A010306", "A048306", "A114306"]
    );
}
