//! Services as their owner sees them.

use crate::common::*;
use authlete::types::{GetServiceListQuery, Scope, Service, TokenRequest};
use authlete::{ApiVersion, ListRequest as _};
use serde_json::{Value, json};

#[tokio::test]
async fn a_service_from_its_creation_to_its_end() {
    for version in GENERATIONS {
        let (_emulator, api) = start(version).await;
        let mut wanted = Service::new();
        wanted.service_name = Some("Bank".to_owned());
        wanted.access_token_duration = Some(60);
        wanted.pkce_required = Some(true);
        wanted.supported_scopes = Some(vec![Scope::new("pay")]);
        wanted.api_key = Some(1);
        wanted.extra.insert(
            "memberOfTomorrow".to_owned(),
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
        assert_eq!(updated.access_token_duration, Some(86_400));
        assert_eq!(updated.pkce_required, Some(false));
        assert_eq!(updated.api_key, Some(key));
        assert_eq!(updated.number, created.number);
        assert_eq!(updated.api_secret, created.api_secret);
        assert_eq!(updated.created_at, created.created_at);
        assert_eq!(
            updated.extra["memberOfTomorrow"],
            json!({"a": [1, null, {"b": null}]})
        );
        assert_eq!(api.get_service(key).await.unwrap(), updated);

        api.delete_service(key).await.unwrap();
        assert_eq!(
            refusal(api.get_service(key).await),
            (404, "A035201".to_owned())
        );
        assert_eq!(
            refusal(api.delete_service(key).await),
            (404, "A034201".to_owned())
        );
    }
}

/// Every flag and every number of the API's description is there, as Authlete writes them.
#[tokio::test]
async fn what_is_not_said_has_a_default() {
    let facts: Value =
        serde_json::from_str(include_str!("../../../tests/facts/schemas.json")).unwrap();
    let fields = facts["Service"]["fields"].as_object().unwrap();
    for version in GENERATIONS {
        let (emulator, _api) = start(version).await;
        let (_, created) = post(
            &emulator,
            version,
            "SERVICEOWNER",
            "/service/create",
            &json!({"issuer": null}),
        )
        .await;
        let expected = json!({
            "accessTokenType": "Bearer",
            "supportedClaimTypes": ["NORMAL"],
            "supportedDisplays": ["PAGE"],
            "clientIdAliasEnabled": true,
            "accessTokenDuration": 86_400,
            "refreshTokenDuration": 864_000,
            "authorizationCodeDuration": 600,
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&created[name], value, "{name}");
        }
        assert_eq!(created.get("issuer"), None);
        for (name, field) in fields {
            let own = [
                "number",
                "serviceOwnerNumber",
                "apiKey",
                "createdAt",
                "modifiedAt",
            ];
            if expected.get(name).is_some() || own.contains(&name.as_str()) {
                continue;
            }
            match field["type"].as_str() {
                Some("boolean") => assert_eq!(created[name], false, "{name}"),
                Some(integer) if integer.starts_with("integer") => {
                    assert_eq!(created[name], 0, "{name}");
                }
                _ => assert_eq!(created.get(name).is_some(), name == "apiSecret", "{name}"),
            }
        }
    }
}

/// Clients in languages with loose types send them so.
#[tokio::test]
async fn a_number_that_comes_as_text_is_used_as_a_number() {
    for version in GENERATIONS {
        let (emulator, _) = start(version).await;
        let body = json!({ "serviceName": "text", "accessTokenDuration": "60" });
        let (status, answer) =
            post(&emulator, version, "SERVICEOWNER", "/service/create", &body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["accessTokenDuration"], 60);
    }
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_by_name() {
    let refused = [
        ("accessTokenDuration", json!("one"), "A031214"),
        ("accessTokenDuration", json!("-1"), "A031213"),
        ("accessTokenDuration", json!(-1), "A031213"),
        ("allowableClockSkew", json!(1.5), "A031214"),
        ("backchannelPollingInterval", json!(65_536), "A031221"),
        ("deviceFlowPollingInterval", json!(-1), "A031213"),
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
    for version in GENERATIONS {
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
                assert_eq!(
                    (status, &answer["resultCode"]),
                    (400, &json!(code)),
                    "{name}: {value}"
                );
                let message = answer["resultMessage"].as_str().unwrap();
                assert!(
                    message.contains(&format!("not valid: {name}: ")),
                    "{message}"
                );
            }
        }
        let after = api.get_service(own.parse().unwrap()).await.unwrap();
        assert_eq!(after, before);
        let accepted = json!({
            "cnonceDuration": -1,
            "memberOfTomorrow": [],
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
        assert_eq!(answer["memberOfTomorrow"], json!([]));
        assert_eq!(answer["supportedScopes"], json!([{ "name": "a" }]));
    }
}

#[tokio::test]
async fn services_are_listed_in_slices() {
    for version in GENERATIONS {
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
        assert_eq!(beyond.services.unwrap().len(), 0);
        let backwards = api
            .get_service_list(&GetServiceListQuery::new().start(3).end(1))
            .await;
        assert_eq!(refusal(backwards), (400, "A900208".to_owned()));
        let negative = api
            .get_service_list(&GetServiceListQuery::new().range(-1..1))
            .await;
        assert_eq!(refusal(negative), (400, "A036202".to_owned()));
    }
}

/// What belongs to a deleted service is deleted with it, and the numbers of others stay.
#[tokio::test]
async fn a_deleted_service_takes_all_with_it() {
    for version in GENERATIONS {
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
}

/// Aliases of clients work where both settings say so.
#[tokio::test]
async fn aliases_can_be_disabled_for_all_clients() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let own = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
        let own: i64 = own.parse().unwrap();
        let mut service = api.get_service(own).await.unwrap();
        service.client_id_alias_enabled = Some(false);
        api.update_service(own, &service).await.unwrap();
        assert_eq!(
            refusal(api.get_client(client.alias.as_str()).await),
            (404, "A027201".to_owned())
        );
        assert_eq!(
            api.get_client(client.id).await.unwrap().client_id,
            Some(client.id)
        );
    }
}
