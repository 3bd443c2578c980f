//! Management of services.

use crate::common::defaults::assert_defaults;
use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{
    Client, ClientExtension, GetServiceListQuery, Pair, Scope, Service, TokenRequest,
};
use authlete::{ApiVersion, ListRequest as _};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[tokio::test]
async fn service_is_created_updated_and_deleted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    let mut wanted = Service::new();
    wanted.service_name = Some("Bank".to_owned());
    wanted.access_token_duration = Some(60);
    wanted.pkce_required = Some(true);
    wanted.supported_scopes = Some(vec![Scope::new("pay")]);
    wanted.api_key = Some(1);
    wanted.extra.insert(
        "unknownMember".to_owned(),
        json!({"a": [1, null, {"b": null}]}),
    );
    let created = api.create_service(&wanted).await.unwrap();
    let key = created.api_key.unwrap();
    assert!(key > i64::from(u32::MAX));
    assert!(created.api_secret.is_some());
    assert!(created.created_at.is_some());
    assert_eq!(created.access_token_duration, Some(60));
    assert_eq!(created.pkce_required, Some(true));

    let mut service = api.get_service(key).await.unwrap();
    assert_eq!(service, created);
    service.description = Some("A bank".to_owned());
    service.service_name = None;
    service.access_token_duration = None;
    service.pkce_required = None;
    service.api_secret = Some("mine".into());
    let updated = api.update_service(key, &service).await.unwrap();
    assert_eq!(updated.description.as_deref(), Some("A bank"));
    assert_eq!(updated.service_name, None);
    assert_eq!(updated.access_token_duration, Some(0));
    assert_eq!(updated.pkce_required, Some(false));
    assert_eq!(updated.api_key, Some(key));
    assert_eq!(updated.number, created.number);
    assert_eq!(updated.api_secret, created.api_secret);
    assert_eq!(updated.created_at, created.created_at);
    assert_eq!(
        updated.extra["unknownMember"],
        json!({"a": [1, null, {"b": null}]})
    );
    assert_eq!(api.get_service(key).await.unwrap(), updated);

    api.delete_service(key).await.unwrap();
    assert_refusal(api.get_service(key).await, 404, "A035203");
    assert_refusal(
        api.update_service(key, &Service::new()).await,
        404,
        "A037203",
    );
    assert_refusal(api.delete_service(key).await, 404, "A034203");
}

#[rstest]
#[tokio::test]
async fn omitted_settings_have_defaults(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _) = start(version).await;
    let body = json!({ "issuer": null });
    let (_, created) = post(&emulator, version, "SERVICEOWNER", "/service/create", &body).await;
    let expected = json!({
        "accessTokenType": "Bearer",
        "supportedClaimTypes": ["NORMAL"],
        "supportedDisplays": ["PAGE"],
        "clientIdAliasEnabled": true,
        "metadata": [{ "key": "clientCount", "value": "0" }],
    });
    let others = [
        "number",
        "serviceOwnerNumber",
        "apiKey",
        "apiSecret",
        "createdAt",
        "modifiedAt",
    ];
    assert_defaults(&created, "Service", &expected, &others);
}

/// Clients in weakly typed languages send numbers as strings.
#[rstest]
#[tokio::test]
async fn number_in_a_string_is_used_as_a_number(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _) = start(version).await;
    let body = json!({ "serviceName": "text", "accessTokenDuration": "60" });
    let (status, answer) = post(&emulator, version, "SERVICEOWNER", "/service/create", &body).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["accessTokenDuration"], 60);
}

#[rstest]
#[tokio::test]
async fn invalid_setting_is_refused_with_its_name(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let refused = [
        ("accessTokenDuration", json!("one"), "A031214"),
        ("accessTokenDuration", json!("-1"), "A031213"),
        ("accessTokenDuration", json!(-1), "A031213"),
        ("allowableClockSkew", json!(1.5), "A031214"),
        ("backchannelPollingInterval", json!(65_536), "A031221"),
        ("deviceFlowPollingInterval", json!(-1), "A031213"),
        ("allowableClockSkew", json!(65_536), "A031221"),
        ("userCodeLength", json!(256), "A031221"),
        ("accessTokenSignAlg", json!("HS256"), "A031222"),
        ("haipVersion", json!("2.0"), "A031201"),
        ("idTokenAudType", json!("list"), "A031201"),
        ("cimdAllowlist", json!(["a.example"]), "A031209"),
        ("cimdAllowlist", json!(["https://a.example/{a}"]), "A031208"),
        (
            "supportedCustomClientMetadata",
            json!(["client_name"]),
            "A039232",
        ),
        ("trustedRootCertificates", json!(["AAAA"]), "A039230"),
        (
            "supportedScopes",
            json!([{ "name": "a", "descriptions": [{ "value": "A" }] }]),
            "A039217",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "descriptions": [
                { "tag": "en", "value": "A" }, { "tag": "en", "value": "B" }] }]),
            "A039218",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "descriptions": [{ "tag": "en" }] }]),
            "A039221",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "attributes": [{ "value": "v" }] }]),
            "A039224",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "attributes": [{ "key": "k" }] }]),
            "A039227",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "attributes": [
                { "key": "k", "value": "v" }, { "key": "k", "value": "w" }] }]),
            "A039229",
        ),
        ("pkceRequired", json!("yes"), "A031214"),
        ("serviceName", json!([1]), "A031214"),
        ("supportedGrantTypes", json!(["CODE"]), "A031201"),
        (
            "supportedGrantTypes",
            json!("AUTHORIZATION_CODE"),
            "A031214",
        ),
        ("supportedGrantTypes", json!([null]), "A031205"),
        ("snsCredentials", json!([{"sns": "MYSPACE"}]), "A031201"),
        ("accessTokenSignAlg", json!("RS255"), "A031201"),
        ("userCodeCharset", json!("LETTERS"), "A031201"),
        (
            "credentialIssuerMetadata",
            json!({"credentialResponseEncryptionAlgValuesSupported": ["RSA"]}),
            "A031201",
        ),
        (
            "supportedScopes",
            json!([{ "name": "a", "descriptions": [null] }]),
            "A031205",
        ),
        ("issuer", json!("as.example"), "A031214"),
        ("issuer", json!("https://as.example/?a=b"), "A031218"),
        ("tokenEndpoint", json!("/token"), "A031214"),
        ("jwksUri", json!("jwks"), "A031214"),
        ("jwks", json!("{}"), "A031212"),
        ("jwks", json!({"keys": []}), "A031214"),
        ("supportedScopes", json!([{"name": "a b"}]), "A039206"),
        (
            "supportedScopes",
            json!([{"description": "nameless"}]),
            "A039204",
        ),
        (
            "supportedScopes",
            json!([{"name": "a"}, {"name": "a"}]),
            "A039203",
        ),
    ];
    let (emulator, api) = start(version).await;
    let own = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    let update = match version {
        ApiVersion::V2 => format!("/service/update/{own}"),
        ApiVersion::V3 => format!("/{own}/service/update"),
    };
    let before = api.get_service(own.parse().unwrap()).await.unwrap();
    for (name, value, code) in &refused {
        for path in ["/service/create", &update] {
            let (status, answer) = post(
                &emulator,
                version,
                "SERVICEOWNER",
                path,
                &json!({*name: value}),
            )
            .await;
            assert_code_for(
                answer["resultCode"].as_str(),
                code,
                format_args!("{name}: {value}"),
            );
            assert_eq!(status, 400, "{name}: {value}");
            let message = answer["resultMessage"].as_str().unwrap();
            assert!(message.contains(&format!(": {name}: ")), "{message}");
        }
    }
    let after = api.get_service(own.parse().unwrap()).await.unwrap();
    assert_eq!(after, before);
    let accepted = json!({
        "cnonceDuration": -1,
        "unknownMember": [],
        "description": null,
        "supportedScopes": [{ "name": "a", "description": null }],
    });
    let (_, answer) = post(
        &emulator,
        version,
        "SERVICEOWNER",
        "/service/create",
        &accepted,
    )
    .await;
    assert_eq!(answer["cnonceDuration"], -1);
    assert_eq!(answer["unknownMember"], json!([]));
    let scopes = json!([{ "name": "a", "defaultEntry": false }]);
    assert_eq!(answer["supportedScopes"], scopes);
}

#[rstest]
#[tokio::test]
async fn services_are_listed_in_slices(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for number in 1..7 {
        let mut service = Service::new();
        service.service_name = Some(format!("Service {number}"));
        api.create_service(&service).await.unwrap();
    }
    let names = |services: Option<Vec<Service>>| -> Vec<String> {
        services
            .unwrap()
            .into_iter()
            .filter_map(|service| service.service_name)
            .collect()
    };
    let first = api
        .get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    assert_eq!(
        (first.start, first.end, first.total_count),
        (Some(0), Some(5), Some(7))
    );
    assert_eq!(names(first.services).len(), 5);
    let last = api
        .get_service_list(&GetServiceListQuery::new().range(5..100))
        .await
        .unwrap();
    assert_eq!(names(last.services), ["Service 5", "Service 6"]);
    let beyond = api
        .get_service_list(&GetServiceListQuery::new().range(7..9))
        .await
        .unwrap();
    assert_eq!(beyond.services, None);
    // An empty range returns only the total count.
    for (start, end) in [(0, 0), (3, 1)] {
        let query = GetServiceListQuery::new().start(start).end(end);
        let empty = api.get_service_list(&query).await.unwrap();
        assert_eq!((empty.start, empty.end), (Some(start), Some(end)));
        assert_eq!((empty.total_count, empty.services), (Some(7), None));
    }
    let query = GetServiceListQuery::new().start(6);
    let default = api.get_service_list(&query).await.unwrap();
    assert_eq!((default.start, default.end), (Some(6), Some(5)));
    assert_eq!(default.services, None);
    let negative = api
        .get_service_list(&GetServiceListQuery::new().range(-1..1))
        .await;
    assert_refusal(negative, 400, "A036202");
}

/// The clients and tokens of a deleted service are deleted, too. The numbers of other services do not change.
#[rstest]
#[tokio::test]
async fn deleted_service_cannot_be_used_and_is_not_listed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    tokens(&api, client).await;
    let other = api.create_service(&Service::new()).await.unwrap();
    let own = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    api.delete_service(own.parse::<i64>().unwrap())
        .await
        .unwrap();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(&client.alias)
        .client_secret(&client.secret);
    let refused = api.token(&request).await;
    assert_eq!(refusal(refused).0, 401);
    let listed = api
        .get_service_list(&GetServiceListQuery::new())
        .await
        .unwrap();
    assert_eq!(listed.total_count, Some(1));
    assert_eq!(listed.services.unwrap()[0].api_key, other.api_key);
    let next = api.create_service(&Service::new()).await.unwrap();
    assert!(next.number > other.number);
}

/// A client ID alias works if the service and the client enable it. With 3.0, the service always enables it.
#[rstest]
#[tokio::test]
async fn client_id_aliases_can_be_disabled_for_a_service_only_with_2_x(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.client_id_alias_enabled = Some(false);
    })
    .await;
    let found = api.get_client(client.alias.as_str()).await;
    match version {
        ApiVersion::V2 => assert_refusal(found, 404, "A027201"),
        ApiVersion::V3 => assert_eq!(found.unwrap().client_id, Some(client.id)),
    }
    assert_eq!(
        api.get_client(client.id).await.unwrap().client_id,
        Some(client.id)
    );
    let mut wanted = Service::new();
    wanted.client_id_alias_enabled = Some(false);
    let created = api.create_service(&wanted).await.unwrap();
    let enabled = version == ApiVersion::V3;
    assert_eq!(created.client_id_alias_enabled, Some(enabled));
}

#[rstest]
#[tokio::test]
async fn omitted_duration_is_returned_as_0_and_a_default_applies(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let service = api.get_service(service_id(&emulator)).await.unwrap();
    assert_eq!(service.access_token_duration, Some(0));
    assert_eq!(service.refresh_token_duration, Some(0));
    assert_eq!(service.authorization_code_duration, Some(0));
    let answer = tokens(&api, client).await;
    assert_eq!(answer.access_token_duration, Some(86_400));
    assert_eq!(answer.refresh_token_duration, Some(864_000));
    // A client can shorten the duration, but not extend it.
    for (seconds, expected) in [(1_000_000, 86_400), (60, 60)] {
        let mut extension = ClientExtension::new();
        extension.access_token_duration = Some(seconds);
        configure_client(&api, client.id, |client| client.extension = Some(extension)).await;
        let answer = tokens(&api, client).await;
        assert_eq!(answer.access_token_duration, Some(expected), "{seconds}");
    }
}

#[rstest]
#[tokio::test]
async fn direct_endpoints_are_always_disabled(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let names = [
        "directAuthorizationEndpointEnabled",
        "directIntrospectionEndpointEnabled",
        "directJwksEndpointEnabled",
        "directRevocationEndpointEnabled",
        "directTokenEndpointEnabled",
        "directUserInfoEndpointEnabled",
    ];
    let body = Value::from_iter(names.map(|name| (name, true)));
    let (emulator, _api) = start(version).await;
    for path in ["/service/create", &update_path(&emulator, version)] {
        let (_, answer) = post(&emulator, version, "SERVICEOWNER", path, &body).await;
        for name in names {
            assert_eq!(answer[name], false, "{path} {name}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn update_with_3_0_ignores_members_that_only_2_x_reads(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let created = json!({
        "developerAuthenticationCallbackEndpoint": "https://as.example/developer",
        "developerAuthenticationCallbackApiKey": "key",
        "developerAuthenticationCallbackApiSecret": "secret",
        "supportedSnses": ["FACEBOOK"],
        "serviceName": "before",
    });
    let updated = json!({
        "developerAuthenticationCallbackEndpoint": "https://other.example/developer",
        "developerAuthenticationCallbackApiKey": "other",
        "tokenBatchNotificationEndpoint": "https://other.example/batch",
        "serviceName": "after",
    });
    let (emulator, _api) = start(version).await;
    let owner = "SERVICEOWNER";
    let (_, before) = post(&emulator, version, owner, "/service/create", &created).await;
    let path = match version {
        ApiVersion::V2 => format!("/service/update/{}", before["apiKey"]),
        ApiVersion::V3 => format!("/{}/service/update", before["apiKey"]),
    };
    let (_, after) = post(&emulator, version, owner, &path, &updated).await;
    assert_eq!(after["serviceName"], "after");
    let names = [
        "developerAuthenticationCallbackEndpoint",
        "developerAuthenticationCallbackApiKey",
        "developerAuthenticationCallbackApiSecret",
        "supportedSnses",
        "tokenBatchNotificationEndpoint",
    ];
    assert_read_by_2_x_alone(version, &names, [&created, &updated, &after]);
}

#[rstest]
#[tokio::test]
async fn standard_scopes_have_fixed_descriptions(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let scopes = json!([
        { "name": "openid" },
        { "name": "profile", "defaultEntry": true },
        { "name": "email", "description": "mine", "attributes": [{ "key": "k", "value": "v" }] },
        { "name": "address", "descriptions": [{ "tag": "de", "value": "meine" }] },
        { "name": "phone" },
        { "name": "offline_access" },
        { "name": "pay", "description": "Pay", "defaultEntry": true },
        { "name": "read" },
    ]);
    let (emulator, api) = start(version).await;
    let body = json!({ "supportedScopes": scopes });
    for path in ["/service/create", &update_path(&emulator, version)] {
        let (_, answer) = post(&emulator, version, "SERVICEOWNER", path, &body).await;
        let returned = answer["supportedScopes"].as_array().unwrap();
        for (given, returned) in scopes.as_array().unwrap().iter().zip(returned) {
            let is_default = given.get("defaultEntry").cloned().unwrap_or(json!(false));
            assert_eq!(returned["defaultEntry"], is_default, "{returned}");
            assert_eq!(
                returned.get("attributes"),
                given.get("attributes"),
                "{returned}"
            );
        }
        for standard in &returned[..6] {
            let texts = standard["descriptions"].as_array().unwrap();
            let tags: Vec<_> = texts.iter().map(|text| &text["tag"]).collect();
            assert_eq!(tags, ["en", "ja"], "{standard}");
            assert_eq!(texts[0]["value"], standard["description"], "{standard}");
            assert_ne!(standard["description"], "mine");
        }
        assert_eq!(
            returned[6],
            json!({ "name": "pay", "description": "Pay", "defaultEntry": true })
        );
        assert_eq!(
            returned[7],
            json!({ "name": "read", "defaultEntry": false })
        );
    }
    // The response to an authorization request has the descriptions, too.
    let query = query(emulator.client()).replace("read+write", "email+read");
    let asked = ask(&api, query).await.scopes.unwrap();
    assert_eq!(asked[0].descriptions.as_ref().unwrap().len(), 2);
    assert_eq!(asked[1].default_entry, Some(false));
}

#[rstest]
#[tokio::test]
async fn jwks_are_returned_as_compact_json(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let keys = "{ \"keys\" : [\n { \"kty\": \"oct\", \"alg\" : \"HS256\", \"k\": \"AAAA\" } ] }";
    let compact = r#"{"keys":[{"alg":"HS256","k":"AAAA","kty":"oct"}]}"#;
    let (emulator, _api) = start(version).await;
    let id = emulator.client().id;
    for (caller, path) in [
        ("SERVICEOWNER", "/service/create"),
        ("SERVICEOWNER", &*update_path(&emulator, version)),
        ("SERVICE", "/client/create"),
        ("SERVICE", &*format!("/client/update/{id}")),
    ] {
        let body = json!({ "jwks": keys });
        let (status, answer) = post(&emulator, version, caller, path, &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["jwks"], compact, "{path}");
    }
}

#[rstest]
#[tokio::test]
async fn metadata_has_the_number_of_clients(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let count = async || {
        let service = api.get_service(service_id(&emulator)).await.unwrap();
        let metadata = service.metadata.unwrap();
        assert_eq!(metadata.len(), 1);
        assert_eq!(metadata[0].key.as_deref(), Some("clientCount"));
        metadata[0].value.as_ref().unwrap().expose().to_owned()
    };
    assert_eq!(count().await, "1");
    let client = api.create_client(&Client::new()).await.unwrap();
    assert_eq!(count().await, "2");
    configure(&emulator, &api, |service| {
        service.metadata = Some(vec![Pair::new("mine", "1")]);
    })
    .await;
    assert_eq!(count().await, "2");
    let listed = api.get_service_list(&GetServiceListQuery::new()).await;
    let listed = listed.unwrap().services.unwrap();
    let metadata = listed[0].metadata.as_ref().unwrap();
    assert_eq!(metadata[0].value.as_ref().unwrap().expose(), "2");
    api.delete_client(client.client_id.unwrap()).await.unwrap();
    assert_eq!(count().await, "1");
}

#[rstest]
#[tokio::test]
async fn empty_list_supports_no_values(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let names = [
        "supportedDisplays",
        "supportedGrantTypes",
        "supportedResponseTypes",
        "supportedTokenAuthMethods",
        "supportedPromptValues",
        "supportedClaimTypes",
    ];
    let (emulator, api) = start(version).await;
    let body = Value::from_iter(names.map(|name| (name, json!([]))));
    let (_, created) = post(&emulator, version, "SERVICEOWNER", "/service/create", &body).await;
    for name in names {
        assert_eq!(created[name], json!([]), "{name}");
    }
    let client = emulator.client();
    let answers = async |name: &str| {
        let path = update_path(&emulator, version);
        let scopes = json!([{ "name": "read" }, { "name": "write" }]);
        let body = json!({ name: [], "supportedScopes": scopes });
        post(&emulator, version, "SERVICEOWNER", &path, &body).await;
        let login = ask(&api, query(client) + "&prompt=login").await;
        let token = request_token(&api, client, "grant_type=client_credentials").await;
        [login.result_code.unwrap(), token.result_code.unwrap()]
    };
    let good = ["A004001", "A052001"].map(str::to_owned);
    let [login, token] = answers("supportedDisplays").await;
    assert_code(Some(&login), "A015304");
    assert_code(Some(&token), &good[1]);
    let [login, token] = answers("supportedGrantTypes").await;
    assert!(login != good[0] && token != good[1]);
    let [login, token] = answers("supportedResponseTypes").await;
    assert!(login != good[0] && token == good[1]);
    let [login, token] = answers("supportedTokenAuthMethods").await;
    assert!(login == good[0] && token != good[1]);
    let [login, token] = answers("supportedPromptValues").await;
    assert!(login != good[0] && token == good[1]);
}

#[rstest]
#[tokio::test]
async fn attester_roots_are_returned_as_pem(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::default()
        .self_signed(&key)
        .unwrap();
    let bare = BASE64_STANDARD.encode(certificate.der());
    let (first, second) = bare.split_at(64);
    let (emulator, _api) = start(version).await;
    for name in ["clientAttesterRoots", "keyAttesterRoots"] {
        let pem = certificate.pem().replace('\r', "");
        let body = json!({ name: [bare, format!(" {first}\n\n{second} "), pem] });
        let path = update_path(&emulator, version);
        let (_, answer) = post(&emulator, version, "SERVICEOWNER", &path, &body).await;
        assert_eq!(answer[name], json!([pem, pem, pem]));
    }
}

#[rstest]
#[tokio::test]
async fn attester_root_that_is_no_certificate_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let nothing = BASE64_STANDARD.encode([7_u8; 90]);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{nothing}\n-----END CERTIFICATE-----\n");
    let (emulator, _api) = start(version).await;
    for name in ["clientAttesterRoots", "keyAttesterRoots"] {
        for root in ["not a certificate", &nothing, &pem] {
            let body = json!({ name: [root] });
            for path in [&update_path(&emulator, version), "/service/create"] {
                let (status, answer) = post(&emulator, version, "SERVICEOWNER", path, &body).await;
                assert_eq!(status, 400, "{path} {root}");
                assert_code(answer["resultCode"].as_str(), "A031214");
                let message = answer["resultMessage"].as_str().unwrap();
                assert!(message.contains(name), "{message}");
            }
        }
    }
}

#[tokio::test]
async fn json_with_the_media_type_of_a_form_is_refused_and_changes_nothing() {
    let version = ApiVersion::V2;
    let (emulator, api) = start(version).await;
    let before = api.get_service(service_id(&emulator)).await.unwrap();
    let path = update_path(&emulator, version);
    let answer = reqwest::Client::new()
        .post(format!("{}/api{path}", emulator.base_url()))
        .basic_auth(
            variable(&emulator, version, "AUTHLETE_SERVICEOWNER_APIKEY"),
            Some(variable(
                &emulator,
                version,
                "AUTHLETE_SERVICEOWNER_APISECRET",
            )),
        )
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(" {\"serviceName\":\"Bank\"}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 415);
    let answer: Value = answer.json().await.unwrap();
    let message = answer["resultMessage"].as_str().unwrap();
    assert!(
        message.ends_with("this is JSON, so its media type is application/json."),
        "{message}"
    );
    assert_eq!(
        api.get_service(service_id(&emulator)).await.unwrap(),
        before
    );
}

fn service_id(emulator: &Emulator) -> i64 {
    let own = variable(emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    own.parse().unwrap()
}

fn update_path(emulator: &Emulator, version: ApiVersion) -> String {
    let own = service_id(emulator);
    match version {
        ApiVersion::V2 => format!("/service/update/{own}"),
        ApiVersion::V3 => format!("/{own}/service/update"),
    }
}
