//! The overview of the state as JSON.

use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    BackchannelAuthenticationRequest, Client, DeliveryMode, DeviceAuthorizationRequest, GrantType,
    PushedAuthReqRequest,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[tokio::test]
async fn overview_has_the_latest_100_objects_and_the_total_of_each_kind(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut client = Client::new();
    for number in 0..101 {
        client.client_name = Some(format!("Client {number}"));
        api.create_client(&client).await.unwrap();
    }
    let first = emulator.client();
    tokens(&api, first).await;
    ticket(&api, &query(first)).await;
    let overview = data(&emulator, "/emulator/overview").await;
    let service = &overview["service"];
    let clients = service["clients"]["latest"].as_array().unwrap();
    assert_eq!(clients.len(), 100);
    assert_eq!(clients[0]["clientName"], "Client 100");
    assert_eq!(service["clients"]["total"], 102);
    for kind in ["tickets", "codes", "tokens"] {
        assert_eq!(service[kind]["total"], 1, "{kind}");
        let row = &service[kind]["latest"][0];
        assert_eq!(row["clientId"], first.id, "{kind}");
        assert_eq!(row["scopes"], json!(["read", "write"]), "{kind}");
    }
    assert_eq!(service["codes"]["latest"][0]["used"], true);
    assert_eq!(service["tokens"]["latest"][0]["subject"], "alice");
    assert_eq!(overview["services"]["total"], 1);
    assert_eq!(overview["services"]["latest"][0]["clients"], 102);

    let key = &service["apiKey"];
    let same = data(&emulator, &format!("/emulator/overview?service={key}")).await;
    assert_eq!(same["service"], *service);
    let other = data(&emulator, "/emulator/overview?service=1").await;
    assert_eq!(other["service"], Value::Null);
}

#[rstest]
#[tokio::test]
async fn overview_has_pending_requests(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.device_verification_uri = Some("https://as.example/device".to_owned());
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![
            GrantType::AuthorizationCode,
            GrantType::DeviceCode,
            GrantType::Ciba,
        ]);
        client.bc_delivery_mode = Some(DeliveryMode::Poll);
    })
    .await;
    let id = client.id.to_string();
    let pushed = PushedAuthReqRequest::new(query(client))
        .client_id(&id)
        .client_secret(&client.secret);
    api.push_authorization_request(&pushed).await.unwrap();
    let device = DeviceAuthorizationRequest::new("scope=read+write")
        .client_id(&id)
        .client_secret(&client.secret);
    api.device_authorization(&device).await.unwrap();
    let backchannel = form(&[("scope", "openid"), ("login_hint", "alice")]);
    let backchannel = BackchannelAuthenticationRequest::new(backchannel)
        .client_id(&id)
        .client_secret(&client.secret);
    api.backchannel_authentication(&backchannel).await.unwrap();

    let overview = data(&emulator, "/emulator/overview").await;
    let service = &overview["service"];
    for (kind, scopes) in [
        ("pushedRequests", json!(["read", "write"])),
        ("deviceFlows", json!(["read", "write"])),
        ("backchannelRequests", json!(["openid"])),
    ] {
        assert_eq!(service[kind]["total"], 1, "{kind}");
        let row = &service[kind]["latest"][0];
        assert_eq!(row["clientId"], client.id, "{kind}");
        assert_eq!(row["scopes"], scopes, "{kind}");
        let ends = row["expiresAt"].as_i64().unwrap();
        assert!(ends > overview["now"].as_i64().unwrap(), "{kind}");
    }
    assert_eq!(service["deviceFlows"]["latest"][0]["decision"], "pending");
    let backchannel = &service["backchannelRequests"]["latest"][0];
    assert_eq!(backchannel["decision"], "pending");
    assert_eq!(backchannel["deliveryMode"], "POLL");
}
