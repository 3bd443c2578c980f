//! The client management API.

use std::time::Duration;

use crate::common::defaults::assert_defaults;
use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest, Client,
    ClientLockFlagUpdateRequest, ClientSecretUpdateRequest, ClientType, GetClientListQuery,
    GetTokenListQuery, GrantType, IntrospectionAction, IntrospectionRequest, RequestableScopes,
    TokenAction, TokenCreateAction, TokenCreateRequest, TokenRequest,
};
use authlete::{ApiVersion, ListRequest as _};
use rstest::rstest;
use serde_json::{Value, json};

fn client(alias: &str) -> Client {
    let mut client = Client::new();
    client.client_name = Some("App".to_owned());
    client.client_type = Some(ClientType::Confidential);
    client.client_id_alias = Some(alias.to_owned());
    client.grant_types = Some(vec![GrantType::ClientCredentials]);
    client.redirect_uris = Some(vec!["https://app.example/".to_owned()]);
    client
}

#[rstest]
#[tokio::test]
async fn client_is_created_read_updated_and_deleted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let mut wanted = client("app");
    wanted.client_id = Some(1);
    wanted
        .extra
        .insert("unknownMember".to_owned(), json!("text"));
    let created = api.create_client(&wanted).await.unwrap();
    let id = created.client_id.unwrap();
    assert!(id > i64::from(u32::MAX));
    assert_eq!(created.client_secret.as_ref().unwrap().expose().len(), 86);
    assert_eq!(created.client_id_alias_enabled, Some(true));
    assert!(created.created_at.is_some());
    assert_refusal(api.create_client(&wanted).await, 400, "A123603");

    let mut found = api.get_client("app").await.unwrap();
    assert_eq!(found.client_id, Some(id));
    assert_eq!(found.client_secret, created.client_secret);
    found.client_name = None;
    found.description = Some("An app".to_owned());
    found.client_id_alias = Some("renamed".to_owned());
    found.client_secret = Some("mine".into());
    let updated = api.update_client(id, &found).await.unwrap();
    assert_eq!(updated.client_name, None);
    assert_eq!(updated.client_secret, created.client_secret);
    assert_eq!(updated.created_at, created.created_at);
    assert_eq!(updated.number, created.number);
    assert_eq!(updated.extra["unknownMember"], Value::from("text"));
    assert_eq!(
        api.get_client("renamed")
            .await
            .unwrap()
            .description
            .as_deref(),
        Some("An app")
    );
    assert_refusal(api.get_client("app").await, 404, "A027201");

    api.delete_client("renamed").await.unwrap();
    assert_refusal(api.get_client(id).await, 404, "A027203");
}

#[rstest]
#[tokio::test]
async fn creation_is_answered_with_200_and_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let number = variable(&emulator, version, "AUTHLETE_SERVICE_APIKEY");
    let request = match version {
        ApiVersion::V2 => reqwest::Client::new()
            .post(format!("{}/api/client/create", emulator.base_url()))
            .basic_auth(
                number,
                Some(variable(&emulator, version, "AUTHLETE_SERVICE_APISECRET")),
            ),
        ApiVersion::V3 => reqwest::Client::new()
            .post(format!(
                "{}/api/{number}/client/create",
                emulator.base_url()
            ))
            .bearer_auth(variable(&emulator, version, "AUTHLETE_SERVICE_ACCESSTOKEN")),
    };
    let response = request
        .json(&json!({"clientName": "App", "unset": null}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["clientType"], "PUBLIC");
    assert_eq!(body["grantTypes"], json!(["AUTHORIZATION_CODE"]));
    assert_eq!(body.get("unset"), None);
}

#[rstest]
#[tokio::test]
async fn clients_are_listed_in_slices_and_by_developer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for number in 0..3 {
        let mut client = client(&format!("app-{number}"));
        client.developer = Some(if number == 1 { "bob" } else { "eve" }.to_owned());
        api.create_client(&client).await.unwrap();
    }
    let page = api
        .get_client_list(&GetClientListQuery::new().range(1..3))
        .await
        .unwrap();
    assert_eq!(
        (page.start, page.end, page.total_count),
        (Some(1), Some(3), Some(4))
    );
    let aliases: Vec<_> = page
        .clients
        .unwrap()
        .into_iter()
        .filter_map(|client| client.client_id_alias)
        .collect();
    assert_eq!(aliases, ["app-0", "app-1"]);
    let page = api
        .get_client_list(&GetClientListQuery::new().developer("eve"))
        .await
        .unwrap();
    assert_eq!(
        (page.total_count, page.developer.as_deref()),
        (Some(2), Some("eve"))
    );
    let query = GetClientListQuery::new().developer("eve").start(2).end(1);
    let empty = api.get_client_list(&query).await.unwrap();
    assert_eq!((empty.total_count, empty.clients), (Some(2), None));
    let all = api
        .get_client_list(&GetClientListQuery::new())
        .await
        .unwrap();
    assert_eq!(
        (all.start, all.end, all.developer, all.total_count),
        (Some(0), Some(5), None, Some(4))
    );
    assert_eq!(
        all.clients.unwrap()[0].client_id,
        Some(emulator.client().id)
    );
}

#[rstest]
#[tokio::test]
async fn secret_of_the_last_response_is_valid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let is_valid = async |secret: &authlete::Secret| {
        let request = TokenRequest::new("grant_type=client_credentials")
            .client_id(client.id.to_string())
            .client_secret(secret);
        api.token(&request).await.unwrap().action == TokenAction::Ok
    };
    let refreshed = api.refresh_client_secret(client.id).await.unwrap();
    let first = refreshed.new_client_secret.unwrap();
    assert!(is_valid(&first).await);
    let request = ClientSecretUpdateRequest::new("chosen");
    let updated = api.update_client_secret(client.id, &request).await.unwrap();
    let second = updated.new_client_secret.unwrap();
    assert_eq!(second.expose(), "chosen");
    assert!(is_valid(&second).await);
    assert!(!is_valid(&first).await);
}

#[rstest]
#[tokio::test]
async fn client_secret_is_replaced_by_a_generated_or_given_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let refreshed = api.refresh_client_secret(client.id).await.unwrap();
    assert_code(refreshed.result_code.as_deref(), "A148001");
    assert_eq!(refreshed.old_client_secret.as_ref(), Some(&client.secret));
    let old = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(old.action, TokenAction::InvalidClient);

    let request = ClientSecretUpdateRequest::new("chosen_by-me");
    let updated = api
        .update_client_secret(client.alias.as_str(), &request)
        .await
        .unwrap();
    assert_code(updated.result_code.as_deref(), "A149001");
    assert_eq!(updated.old_client_secret, refreshed.new_client_secret);
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(&client.alias)
        .client_secret("chosen_by-me");
    assert_eq!(api.token(&request).await.unwrap().action, TokenAction::Ok);

    let request = ClientSecretUpdateRequest::new("not allowed");
    assert_refusal(
        api.update_client_secret(client.id, &request).await,
        400,
        "A149601",
    );
}

#[rstest]
#[tokio::test]
async fn client_is_locked_and_unlocked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let mut expected = api.get_client(client.id).await.unwrap();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    let (id, alias) = (client.id.to_string(), client.alias.clone());
    for (identifier, locked) in [(&id, true), (&alias, false), (&alias, true)] {
        emulator.advance(Duration::from_secs(1));
        let update = ClientLockFlagUpdateRequest::new(locked);
        let updated = api.update_client_lock_flag(identifier.as_str(), &update);
        assert_code(updated.await.unwrap().result_code.as_deref(), "A293001");
        let stored = api.get_client(client.id).await.unwrap();
        assert!(stored.modified_at > expected.modified_at);
        // Nothing else has changed.
        expected.modified_at = stored.modified_at;
        expected.locked = Some(locked);
        assert_eq!(stored, expected);
        let answer = api.token(&request).await.unwrap();
        let code = if locked { "A048307" } else { "A052001" };
        assert_code(answer.result_code.as_deref(), code);
        // The client is in this state already.
        let again = api.update_client_lock_flag(identifier.as_str(), &update);
        let code = if locked { "A293203" } else { "A293204" };
        assert_refusal(again.await, 400, code);
    }
    let by_alias = TokenRequest::new("grant_type=client_credentials")
        .client_id(&alias)
        .client_secret(&client.secret);
    let answer = api.token(&by_alias).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A048307");
    let created = api
        .token_create(&TokenCreateRequest::new(GrantType::ClientCredentials).client_id(client.id))
        .await
        .unwrap();
    assert_eq!(created.action, TokenCreateAction::Forbidden);
    assert_code(created.result_code.as_deref(), "A107203");

    let update = ClientLockFlagUpdateRequest::new(false);
    let unknown = api.update_client_lock_flag("nobody", &update).await;
    assert_refusal(unknown, 404, "A001218");
    for body in [json!({}), json!({ "clientLocked": "" })] {
        let path = format!("/client/lock_flag/update/{id}");
        let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
        assert_eq!(status, 400);
        assert_code(answer["resultCode"].as_str(), "A922202");
    }
    let stored = api.get_client(client.id).await.unwrap();
    assert_eq!(stored.locked, Some(true));
}

#[rstest]
#[tokio::test]
async fn omitted_settings_have_defaults(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _) = start(version).await;
    let (_, created) = post(&emulator, version, "SERVICE", "/client/create", &json!({})).await;
    let expected = json!({
        "clientType": "PUBLIC",
        "clientSource": "STATIC_REGISTRATION",
        "grantTypes": ["AUTHORIZATION_CODE"],
        "responseTypes": ["CODE"],
        "subjectType": "PUBLIC",
        "idTokenSignAlg": "RS256",
        "clientIdAliasEnabled": true,
    });
    let others = [
        "number",
        "serviceNumber",
        "clientId",
        "clientSecret",
        "createdAt",
        "modifiedAt",
    ];
    assert_defaults(&created, "Client", &expected, &others);
}

#[rstest]
#[tokio::test]
async fn invalid_settings_are_refused_and_named(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let refused = [
        ("clientName", json!([1]), "A031214"),
        ("clientType", json!("SECRET"), "A031201"),
        ("defaultMaxAge", json!(-1), "A031213"),
        ("defaultMaxAge", json!("one"), "A031214"),
        ("dpopRequired", json!(1), "A031214"),
        ("extension", json!([]), "A031214"),
        (
            "extension",
            json!({"accessTokenDuration": "one"}),
            "A031214",
        ),
        (
            "accessTokenDuration",
            json!({"accessTokenDuration": -1}),
            "A031213",
        ),
        ("redirectUris", json!("https://app.example/"), "A031214"),
        ("redirectUris", json!(["/callback"]), "A031209"),
        (
            "redirectUris",
            json!(["https://app.example/#top"]),
            "A031210",
        ),
        ("redirectUris", json!(["https://app.example/ "]), "A031208"),
        ("redirectUris", json!(["https://"]), "A031208"),
        ("requestUris", json!(["app:a b"]), "A031208"),
        ("requestUris", json!(["request.jwt"]), "A031209"),
        ("tlsClientAuthSubjectDn", json!("client.example"), "A031223"),
        ("tlsClientAuthSubjectDn", json!("CN=a,"), "A031223"),
        ("redirectUris", json!(["app:a", "app:a"]), "A031211"),
        ("redirectUris", json!(["app:é"]), "A031206"),
        (
            "redirectUris",
            json!([format!("app:{}", "a".repeat(197))]),
            "A031207",
        ),
        ("bcRequestSignAlg", json!("HS256"), "A031222"),
        ("haipVersion", json!("2.0"), "A031201"),
        ("clientNames", json!([{ "value": "a" }]), "A032201"),
        ("clientNames", json!([{ "tag": "en" }]), "A032202"),
        (
            "descriptions",
            json!([{ "tag": "en", "value": "a" }, { "tag": "en", "value": "b" }]),
            "A032203",
        ),
        ("tosUris", json!([{ "tag": "en", "value": "a" }]), "A032204"),
        ("sectorIdentifierUri", json!("http://a.example/"), "A032210"),
        ("idTokenEncryptionEnc", json!("A128GCM"), "A032211"),
        ("userInfoEncryptionEnc", json!("A128GCM"), "A032212"),
        ("requestEncryptionEnc", json!("A128GCM"), "A032213"),
        ("authorizationEncryptionEnc", json!("A128GCM"), "A032214"),
        ("tokenAuthMethod", json!("TLS_CLIENT_AUTH"), "A032217"),
        ("subjectType", json!("PAIRWISE"), "A032221"),
        ("responseTypes", json!(["code"]), "A031201"),
        ("tokenAuthMethod", json!("client_secret_basic"), "A031201"),
        ("idTokenEncryptionEnc", json!("A128"), "A031201"),
        ("logoUri", json!("logo.png"), "A031214"),
        ("bcNotificationEndpoint", json!("x"), "A031214"),
        ("jwks", json!("[]"), "A031212"),
        ("customMetadata", json!("[]"), "A032223"),
    ];
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let before = api.get_client(id).await.unwrap();
    for (name, value, code) in &refused {
        let member = if value.get(name).is_some() {
            "extension"
        } else {
            *name
        };
        for path in ["/client/create", &format!("/client/update/{id}")] {
            let body = json!({member: value});
            let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
            assert_code_for(answer["resultCode"].as_str(), code, &body);
            assert_eq!(status, 400, "{body}");
            let message = answer["resultMessage"].as_str().unwrap();
            assert!(message.contains(&format!(": {name}: ")), "{message}");
        }
    }
    assert_eq!(api.get_client(id).await.unwrap(), before);
}

#[rstest]
#[tokio::test]
async fn conflicting_settings_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (body, code) in [
        (json!({ "bcDeliveryMode": "PING" }), Some("A032215")),
        (json!({ "bcDeliveryMode": "POLL" }), None),
        (
            json!({ "tlsClientAuthSanDns": "a", "tlsClientAuthSanIp": "1.2.3.4" }),
            Some("A032216"),
        ),
        (
            json!({ "tokenAuthMethod": "TLS_CLIENT_AUTH", "tlsClientAuthSanDns": "a" }),
            None,
        ),
        (
            json!({ "subjectType": "PAIRWISE", "redirectUris": ["https://a.example/"] }),
            None,
        ),
        (
            json!({ "subjectType": "PAIRWISE", "redirectUris": ["https://a.example/", "app:a"] }),
            Some("A032221"),
        ),
        (
            json!({ "redirectUris": [format!("app:{}", "a".repeat(196))] }),
            None,
        ),
    ] {
        let (status, answer) = post(&emulator, version, "SERVICE", "/client/create", &body).await;
        match code {
            None => assert_eq!(status, 200, "{body} {answer}"),
            Some(code) => assert_code_for(answer["resultCode"].as_str(), code, &body),
        }
    }
    // An alias that could be an entity identifier.
    let alias = json!({ "clientIdAlias": "https://app.example/" });
    let (status, _) = post(&emulator, version, "SERVICE", "/client/create", &alias).await;
    assert_eq!(status, 200);
    configure(&emulator, &api, |service| {
        service.http_alias_prohibited = Some(true);
    })
    .await;
    let alias = json!({ "clientIdAlias": "http://app.example/" });
    let (status, answer) = post(&emulator, version, "SERVICE", "/client/create", &alias).await;
    assert_code(answer["resultCode"].as_str(), "A922204");
    assert_eq!(status, 400);
}

#[rstest]
#[tokio::test]
async fn custom_metadata_that_the_service_does_not_support_are_dropped(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let custom = json!({ "customMetadata": r#"{ "a": 1, "b": [2], "c": 3 }"# });
    let paths = ["/client/create".to_owned(), format!("/client/update/{id}")];
    for path in &paths {
        let (_, answer) = post(&emulator, version, "SERVICE", path, &custom).await;
        assert_eq!(answer.get("customMetadata"), None, "{path}");
    }
    configure(&emulator, &api, |service| {
        let names = ["b", "a", "z"].map(str::to_owned);
        service.supported_custom_client_metadata = Some(names.into());
    })
    .await;
    for path in &paths {
        let (_, answer) = post(&emulator, version, "SERVICE", path, &custom).await;
        assert_eq!(answer["customMetadata"], r#"{"a":1,"b":[2]}"#, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn update_by_3_0_does_not_read_all_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let created = json!({
        "developer": "john",
        "entityId": "https://app.example/",
        "organizationName": "Org",
        "clientRegistrationTypes": ["EXPLICIT"],
        "clientName": "before",
    });
    let updated = json!({
        "developer": "jane",
        "organizationName": "Other",
        "signedJwksUri": "https://app.example/jwks",
        "trustAnchorId": "https://anchor.example/",
        "metadataDocumentLocation": "https://app.example/metadata",
        "clientName": "after",
    });
    let (emulator, _api) = start(version).await;
    let (_, before) = post(&emulator, version, "SERVICE", "/client/create", &created).await;
    let path = format!("/client/update/{}", before["clientId"]);
    let mut body = updated.clone();
    body["clientIdAliasEnabled"] = false.into();
    body["locked"] = true.into();
    body["trustChainExpiresAt"] = 1.into();
    let (_, after) = post(&emulator, version, "SERVICE", &path, &body).await;
    assert_eq!(after["clientName"], "after");
    let names = [
        "developer",
        "entityId",
        "organizationName",
        "clientRegistrationTypes",
        "signedJwksUri",
        "trustAnchorId",
        "metadataDocumentLocation",
    ];
    assert_read_by_2_x_alone(version, &names, [&created, &updated, &after]);
    let is_read = version == ApiVersion::V2;
    assert_eq!(after["clientIdAliasEnabled"], !is_read);
    assert_eq!(after["locked"], is_read);
    assert_eq!(after["trustChainExpiresAt"], i64::from(is_read));
}

#[rstest]
#[tokio::test]
async fn extension_is_returned_with_all_its_members(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let body = json!({ "extension": { "accessTokenDuration": 60 } });
    let (_, answer) = post(&emulator, version, "SERVICE", "/client/create", &body).await;
    let mut expected = json!({
        "requestableScopesEnabled": false,
        "tokenExchangePermitted": false,
        "accessTokenDuration": 60,
        "refreshTokenDuration": 0,
        "idTokenDuration": 0,
    });
    assert_eq!(answer["extension"], expected);
    let id = answer["clientId"].as_i64().unwrap();
    let scopes = RequestableScopes::new().requestable_scopes(["read"]);
    api.set_requestable_scopes(id, &scopes).await.unwrap();
    expected["requestableScopesEnabled"] = true.into();
    expected["requestableScopes"] = json!(["read"]);
    let client = api.get_client(id).await.unwrap();
    let extension = serde_json::to_value(client.extension).unwrap();
    assert_eq!(extension, expected);
}

#[rstest]
#[tokio::test]
async fn empty_list_of_response_modes_means_none(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = || query(client) + "&response_mode=form_post";
    let answer = ask(&api, request()).await;
    assert_code(answer.result_code.as_deref(), "A004001");
    configure_client(&api, client.id, |client| {
        client.response_modes = Some(Vec::new());
    })
    .await;
    let stored = api.get_client(client.id).await.unwrap();
    assert_eq!(stored.response_modes, Some(Vec::new()));
    let answer = ask(&api, request()).await;
    assert_eq!(answer.action, AuthorizationAction::Location);
}

#[rstest]
#[tokio::test]
async fn update_replaces_all_settings_that_authlete_does_not_manage(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let mut changed = api.get_client(id).await.unwrap();
    changed.pkce_required = Some(true);
    changed.default_max_age = Some(60);
    api.update_client(id, &changed).await.unwrap();
    let body = json!({
        "clientId": 1,
        "clientSecret": "mine",
        "createdAt": 1,
        "dynamicallyRegistered": true,
        "registrationAccessTokenHash": "mine",
        "derivedSectorIdentifier": "mine.example",
        "redirectUris": ["https://app.example/a", "https://app.example/b"],
    });
    let path = format!("/client/update/{id}");
    let (status, updated) = post(&emulator, version, "SERVICE", &path, &body).await;
    assert_eq!(status, 200);
    assert_eq!(updated["clientId"], id);
    assert_eq!(updated["clientSecret"], emulator.client().secret.expose());
    assert_eq!(updated["createdAt"], changed.created_at.unwrap());
    assert_eq!(updated["dynamicallyRegistered"], false);
    assert_eq!(updated.get("registrationAccessTokenHash"), None);
    assert_eq!(updated["derivedSectorIdentifier"], "app.example");
    assert_eq!(updated["pkceRequired"], false);
    assert_eq!(updated["defaultMaxAge"], 0);
    assert_eq!(updated["grantTypes"], json!(["AUTHORIZATION_CODE"]));
    assert_eq!(updated.get("clientIdAlias"), None);
    assert_eq!(
        refusal(api.get_client(emulator.client().alias.as_str()).await).0,
        404
    );
}

#[rstest]
#[tokio::test]
async fn derived_sector_identifier_is_the_only_host(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for (sector, redirect_uris, derived) in [
        (
            None,
            vec!["https://a.example/1", "https://a.example/2"],
            Some("a.example"),
        ),
        (
            None,
            vec!["https://a.example/1", "https://b.example/2"],
            None,
        ),
        (None, vec!["app:callback"], None),
        (None, vec![], None),
        (
            Some("https://s.example/uris"),
            vec!["https://a.example/"],
            Some("s.example"),
        ),
    ] {
        let mut client = Client::new();
        client.sector_identifier_uri = sector.map(str::to_owned);
        client.redirect_uris = Some(redirect_uris.into_iter().map(str::to_owned).collect());
        let created = api.create_client(&client).await.unwrap();
        assert_eq!(created.derived_sector_identifier.as_deref(), derived);
    }
}

#[rstest]
#[tokio::test]
async fn service_limits_the_clients_of_a_developer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.clients_per_developer = Some(1)
    })
    .await;
    let of = |developer: &str| {
        let mut client = Client::new();
        client.developer = Some(developer.to_owned());
        client
    };
    api.create_client(&of("eve")).await.unwrap();
    assert_refusal(api.create_client(&of("eve")).await, 403, "A123601");
    api.create_client(&of("bob")).await.unwrap();
    api.create_client(&Client::new()).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn alias_can_be_disabled_by_2_x(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.client_id_alias_enabled = Some(false);
    })
    .await;
    let found = api.get_client(client.alias.as_str()).await;
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(&client.alias)
        .client_secret(&client.secret);
    let token = api.token(&request).await.unwrap();
    match version {
        ApiVersion::V2 => {
            assert_refusal(found, 404, "A001222");
            assert_eq!(token.action, TokenAction::InvalidClient);
        }
        ApiVersion::V3 => {
            assert_eq!(found.unwrap().client_id, Some(client.id));
            assert_eq!(token.action, TokenAction::Ok);
        }
    }
    let mut wanted = Client::new();
    wanted.client_id_alias_enabled = Some(false);
    let created = api.create_client(&wanted).await.unwrap();
    let enabled = version == ApiVersion::V3;
    assert_eq!(created.client_id_alias_enabled, Some(enabled));
}

#[rstest]
#[tokio::test]
async fn tickets_codes_and_tokens_of_a_deleted_client_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = tokens(&api, client).await.access_token.unwrap();
    let ticket = ticket(&api, &query(client)).await;
    let code = code(&api, &query(client)).await;
    api.delete_client(client.id).await.unwrap();

    let answer = api
        .introspection(&IntrospectionRequest::new(token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    let issued = api
        .authorization_issue(&AuthorizationIssueRequest::new(ticket, "alice"))
        .await
        .unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::BadRequest);
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::InvalidClient);
    let listed = api.get_token_list(&GetTokenListQuery::new()).await.unwrap();
    assert_eq!(listed.total_count, Some(0));
    assert_refusal(api.delete_client(client.id).await, 404, "A026203");
}

/// `ClientSecretUpdateRequest.clientSecret`, and the aliases that both operations accept.
#[rstest]
#[tokio::test]
async fn secret_has_1_to_86_letters_digits_hyphens_and_underscores(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let refreshed = api.refresh_client_secret(client.alias.as_str()).await;
    let new = refreshed.unwrap().new_client_secret.unwrap();
    assert_ne!(new, client.secret);
    let longest = format!("{}-_09AZaz", "a".repeat(78));
    let update = ClientSecretUpdateRequest::new(&*longest);
    let updated = api.update_client_secret(client.id, &update).await.unwrap();
    assert_eq!(updated.old_client_secret, Some(new));
    assert_eq!(updated.new_client_secret.unwrap().expose(), longest);
    let path = format!("/client/secret/update/{}", client.id);
    let too_long = format!("{longest}a");
    for wrong in [
        json!(too_long),
        json!("a.b"),
        json!("é"),
        json!(""),
        json!(null),
    ] {
        let body = json!({ "clientSecret": wrong });
        let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
        assert_code_for(answer["resultCode"].as_str(), "A149601", &body);
        assert_eq!(status, 400, "{body}");
    }
    let stored = api.get_client(client.id).await.unwrap();
    assert_eq!(stored.client_secret.unwrap().expose(), longest);
}
