//! Services, clients and tokens as an administrator sees them.

use std::collections::HashMap;
use std::time::Duration;

use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationRequest, Client, ClientAuthorizationDeleteRequest,
    ClientAuthorizationGetListRequest, ClientSecretUpdateRequest, ClientType, GetClientListQuery,
    GetServiceListQuery, GetTokenListQuery, GrantType, IntrospectionAction, IntrospectionRequest,
    Scope, Service, TokenAction, TokenRequest, TokenStatus,
};
use authlete::{ApiVersion, ListRequest as _};
use serde_json::{Value, json};

#[tokio::test]
async fn a_service_from_its_creation_to_its_end() {
    for version in GENERATIONS {
        let (_emulator, api) = start(version).await;
        let mut wanted = Service::new();
        wanted.service_name = Some("Bank".to_owned());
        wanted.access_token_duration = Some(60);
        wanted.supported_scopes = Some(vec![Scope::new("pay")]);
        wanted.api_key = Some(1);
        wanted
            .extra
            .insert("memberOfTomorrow".to_owned(), json!({"a": [1, null]}));
        let created = api.create_service(&wanted).await.unwrap();
        let key = created.api_key.unwrap();
        assert!(key > i64::from(u32::MAX));
        assert!(created.api_secret.is_some());
        assert!(created.created_at.is_some());
        assert_eq!(created.access_token_duration, Some(60));

        let mut service = api.get_service(key).await.unwrap();
        assert_eq!(service.service_name.as_deref(), Some("Bank"));
        service.description = Some("A bank".to_owned());
        service.service_name = None;
        service.access_token_duration = None;
        service.api_secret = Some("mine".into());
        let updated = api.update_service(key, &service).await.unwrap();
        assert_eq!(updated.description.as_deref(), Some("A bank"));
        assert_eq!(updated.service_name, None);
        assert_eq!(updated.access_token_duration, Some(86_400));
        assert_eq!(updated.api_key, Some(key));
        assert_eq!(updated.api_secret, created.api_secret);
        assert_eq!(updated.created_at, created.created_at);
        assert_eq!(updated.extra["memberOfTomorrow"], json!({"a": [1, null]}));
        assert_eq!(
            api.get_service(key).await.unwrap().description.as_deref(),
            Some("A bank")
        );

        api.delete_service(key).await.unwrap();
        assert_eq!(
            refusal(api.get_service(key).await),
            (404, "A001259".to_owned())
        );
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
        assert_eq!(refusal(backwards), (400, "A001258".to_owned()));
        let negative = api
            .get_service_list(&GetServiceListQuery::new().range(-1..1))
            .await;
        assert_eq!(refusal(negative), (400, "A001258".to_owned()));
    }
}

fn client(alias: &str) -> Client {
    let mut client = Client::new();
    client.client_name = Some("App".to_owned());
    client.client_type = Some(ClientType::Confidential);
    client.client_id_alias = Some(alias.to_owned());
    client.grant_types = Some(vec![GrantType::ClientCredentials]);
    client.redirect_uris = Some(vec!["https://app.example/".to_owned()]);
    client
}

#[tokio::test]
async fn a_client_from_its_creation_to_its_end() {
    for version in GENERATIONS {
        let (_emulator, api) = start(version).await;
        let mut wanted = client("app");
        wanted.client_id = Some(1);
        wanted
            .extra
            .insert("memberOfTomorrow".to_owned(), json!("text"));
        let created = api.create_client(&wanted).await.unwrap();
        let id = created.client_id.unwrap();
        assert!(id > i64::from(u32::MAX));
        assert_eq!(created.client_secret.as_ref().unwrap().expose().len(), 86);
        assert_eq!(created.client_id_alias_enabled, Some(true));
        assert!(created.created_at.is_some());
        assert_eq!(
            refusal(api.create_client(&wanted).await),
            (400, "A117201".to_owned())
        );

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
        assert_eq!(updated.extra["memberOfTomorrow"], Value::from("text"));
        assert_eq!(
            api.get_client("renamed")
                .await
                .unwrap()
                .description
                .as_deref(),
            Some("An app")
        );
        assert_eq!(
            refusal(api.get_client("app").await),
            (404, "A001260".to_owned())
        );

        api.delete_client("renamed").await.unwrap();
        assert_eq!(
            refusal(api.get_client(id).await),
            (404, "A001260".to_owned())
        );
    }
}

#[tokio::test]
async fn creation_has_the_status_of_the_generation() {
    for (version, expected) in [(ApiVersion::V2, 200), (ApiVersion::V3, 201)] {
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
        assert_eq!(response.status().as_u16(), expected);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["clientType"], "PUBLIC");
        assert_eq!(body["grantTypes"], json!(["AUTHORIZATION_CODE"]));
        assert_eq!(body.get("unset"), None);
    }
}

#[tokio::test]
async fn clients_are_listed_in_slices_and_by_developer() {
    for version in GENERATIONS {
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
        let all = api
            .get_client_list(&GetClientListQuery::new())
            .await
            .unwrap();
        assert_eq!(
            all.clients.unwrap()[0].client_id,
            Some(emulator.client().id)
        );
    }
}

#[tokio::test]
async fn a_secret_is_replaced() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let refreshed = api.refresh_client_secret(client.id).await.unwrap();
        assert_eq!(refreshed.result_code.as_deref(), Some("A148001"));
        assert_eq!(refreshed.old_client_secret.as_ref(), Some(&client.secret));
        let old = request_token(&api, client, "grant_type=client_credentials").await;
        assert_eq!(old.action, TokenAction::InvalidClient);

        let request = ClientSecretUpdateRequest::new("chosen_by-me");
        let updated = api
            .update_client_secret(client.alias.as_str(), &request)
            .await
            .unwrap();
        assert_eq!(updated.result_code.as_deref(), Some("A149001"));
        assert_eq!(updated.old_client_secret, refreshed.new_client_secret);
        let request = TokenRequest::new("grant_type=client_credentials")
            .client_id(&client.alias)
            .client_secret("chosen_by-me");
        assert_eq!(api.token(&request).await.unwrap().action, TokenAction::Ok);

        let request = ClientSecretUpdateRequest::new("not allowed");
        assert_eq!(
            refusal(api.update_client_secret(client.id, &request).await),
            (400, "A149201".to_owned())
        );
    }
}

#[tokio::test]
async fn pkce_is_demanded_by_client_or_service() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let mut settings = api.get_client(client.id).await.unwrap();
        settings.pkce_required = Some(true);
        settings.pkce_s256_required = Some(true);
        api.update_client(client.id, &settings).await.unwrap();
        let good = query(client);
        for (query, code) in [
            (good.replace("code_challenge_method=S256", ""), "A004315"),
            (good.replace("S256", "plain"), "A004315"),
            (
                form(&[("response_type", "code"), ("client_id", &client.alias)]),
                "A004312",
            ),
        ] {
            let answer = api
                .authorization(&AuthorizationRequest::new(query))
                .await
                .unwrap();
            assert_eq!(answer.action, AuthorizationAction::Location);
            assert_eq!(answer.result_code.as_deref(), Some(code));
        }
        assert!(tokens(&api, client).await.access_token.is_some());
    }
}

#[tokio::test]
async fn tokens_are_listed_by_hash() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        tokens(&api, client).await;
        emulator.advance(Duration::from_secs(86_400));
        tokens(&api, client).await;
        request_token(&api, client, "grant_type=client_credentials").await;

        let all = api.get_token_list(&GetTokenListQuery::new()).await.unwrap();
        assert_eq!(all.total_count, Some(3));
        let tokens = all.access_tokens.unwrap();
        assert_eq!(tokens[0].access_token_hash.as_ref().unwrap().len(), 43);
        assert_eq!(tokens[2].grant_type, Some(GrantType::ClientCredentials));
        assert_eq!(tokens[2].refresh_token_hash, None);

        let counts = [
            (GetTokenListQuery::new().subject("alice"), 2),
            (GetTokenListQuery::new().subject("bob"), 0),
            (GetTokenListQuery::new().client_identifier(&client.alias), 3),
            (GetTokenListQuery::new().token_status(TokenStatus::Valid), 2),
            (
                GetTokenListQuery::new().token_status(TokenStatus::Invalid),
                1,
            ),
        ];
        for (query, expected) in counts {
            assert_eq!(
                api.get_token_list(&query).await.unwrap().total_count,
                Some(expected),
                "{query:?}"
            );
        }
        let unknown = api
            .get_token_list(&GetTokenListQuery::new().client_identifier("nobody"))
            .await;
        assert_eq!(refusal(unknown), (404, "A001260".to_owned()));
    }
}

#[tokio::test]
async fn authorizations_are_what_live_tokens_say() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let request = ClientAuthorizationGetListRequest::new("alice");
        assert_eq!(
            api.get_client_authorization_list(&request)
                .await
                .unwrap()
                .total_count,
            Some(0)
        );
        let token = tokens(&api, client).await.access_token.unwrap();
        tokens(&api, client).await;
        let list = api.get_client_authorization_list(&request).await.unwrap();
        assert_eq!(
            (list.total_count, list.subject.as_deref()),
            (Some(1), Some("alice"))
        );
        let clients = list.clients.unwrap();
        assert_eq!(clients[0].client_id, Some(client.id));
        assert_eq!(clients[0].client_secret, None);

        let delete = ClientAuthorizationDeleteRequest::new("alice");
        let deleted = api
            .delete_client_authorization(client.id, &delete)
            .await
            .unwrap();
        assert_eq!(deleted.result_code.as_deref(), Some("A137001"));
        assert_eq!(
            api.get_client_authorization_list(&request)
                .await
                .unwrap()
                .total_count,
            Some(0)
        );
        let answer = api
            .introspection(&IntrospectionRequest::new(token))
            .await
            .unwrap();
        assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    }
}

#[tokio::test]
async fn echo_says_what_it_was_told() {
    for version in GENERATIONS {
        let (_emulator, api) = start(version).await;
        let told = HashMap::from([
            ("a".to_owned(), "1 & 2".to_owned()),
            ("b".to_owned(), "é".to_owned()),
        ]);
        assert_eq!(api.echo(&told).await.unwrap(), told);
    }
}
