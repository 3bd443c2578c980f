//! The scopes that clients may ask for, have been granted, and hold.

use crate::common::*;
use authlete::types::{
    ClientAuthorizationDeleteRequest, ClientAuthorizationUpdateRequest, ClientExtension,
    GrantedScopesRequest, IntrospectionAction, IntrospectionRequest, RequestableScopes,
    TokenAction,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use serde_json::json;

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

async fn granted(emulator: &Emulator, api: &Authlete, scope: &str) {
    let client = emulator.client();
    let query = query(client).replace("read+write", scope);
    let code = code(api, &query).await;
    let answer = request_token(api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[tokio::test]
async fn a_client_is_confined_to_its_requestable_scopes() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let ask = || {
            request_token(
                &api,
                client,
                "grant_type=client_credentials&scope=read+write",
            )
        };
        let none = api.get_requestable_scopes(client.id).await.unwrap();
        assert_eq!(none.requestable_scopes, None);

        let wanted = RequestableScopes::new().requestable_scopes(["write", "unheard-of"]);
        for identifier in [client.id.to_string(), client.alias.clone()] {
            let set = api
                .set_requestable_scopes(identifier.as_str(), &wanted)
                .await;
            assert_eq!(set.unwrap().requestable_scopes, texts(&["write"]));
        }
        let shown = api.get_requestable_scopes(client.id).await.unwrap();
        assert_eq!(shown.requestable_scopes, texts(&["write"]));
        let extension = api.get_client(client.id).await.unwrap().extension.unwrap();
        assert_eq!(extension.requestable_scopes_enabled, Some(true));
        assert_eq!(ask().await.scopes, texts(&["write"]));

        // An empty set permits nothing, which is not the same as no set.
        let none = RequestableScopes::new().requestable_scopes([""; 0]);
        let set = api.set_requestable_scopes(client.id, &none).await;
        assert_eq!(set.unwrap().requestable_scopes, Some(vec![]));
        assert_eq!(ask().await.scopes.unwrap_or_default(), Vec::<String>::new());

        // Enabled without a set, it permits all.
        configure_client(&api, client.id, |client| {
            let mut extension = ClientExtension::new();
            extension.requestable_scopes_enabled = Some(true);
            client.extension = Some(extension);
        })
        .await;
        assert_eq!(ask().await.scopes, texts(&["read", "write"]));

        api.delete_requestable_scopes(client.id).await.unwrap();
        let none = api.get_requestable_scopes(client.id).await.unwrap();
        assert_eq!(none.requestable_scopes, None);
        assert_eq!(ask().await.scopes, texts(&["read", "write"]));
    }
}

#[tokio::test]
async fn requestable_scopes_are_a_list_of_names() {
    for version in GENERATIONS {
        let (emulator, _api) = start(version).await;
        let id = emulator.client().id;
        let path = format!("/client/extension/requestable_scopes/update/{id}");
        for (body, code) in [
            (json!({}), "A128202"),
            (json!({"requestableScopes": "read"}), "A128202"),
            (json!({"requestableScopes": [{}]}), "A128203"),
            (json!({"requestableScopes": [null]}), "A128203"),
        ] {
            let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
            assert_eq!(
                (status, &answer["resultCode"]),
                (400, &json!(code)),
                "{body}"
            );
        }
        let path = "/client/extension/requestable_scopes/update/nobody";
        let (status, _) = post(&emulator, version, "SERVICE", path, &json!({})).await;
        assert_eq!(status, 404);
    }
}

#[tokio::test]
async fn granted_scopes_are_remembered() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let number = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
        let request = GrantedScopesRequest::new("alice");
        let none = api.get_granted_scopes(client.id, &request).await.unwrap();
        assert_eq!(none.result_code.as_deref(), Some("A139001"));
        assert_eq!(none.client_id, Some(client.id));
        assert_eq!(none.service_api_key, Some(number.parse().unwrap()));
        assert_eq!(none.subject.as_deref(), Some("alice"));
        assert_eq!(
            (none.latest_granted_scopes, none.merged_granted_scopes),
            (None, None)
        );

        granted(&emulator, &api, "read").await;
        granted(&emulator, &api, "write").await;
        let record = api
            .get_granted_scopes(client.alias.as_str(), &request)
            .await
            .unwrap();
        assert_eq!(record.result_code.as_deref(), Some("A139002"));
        assert_eq!(record.latest_granted_scopes, texts(&["write"]));
        assert_eq!(record.merged_granted_scopes, texts(&["read", "write"]));
        assert!(record.modified_at.unwrap() > 0);
        let other = GrantedScopesRequest::new("bob");
        let other = api.get_granted_scopes(client.id, &other).await.unwrap();
        assert_eq!(other.latest_granted_scopes, None);

        // The tokens can go without the record.
        let end = ClientAuthorizationDeleteRequest::new("alice");
        api.delete_client_authorization(client.id, &end)
            .await
            .unwrap();
        let record = api.get_granted_scopes(client.id, &request).await.unwrap();
        assert_eq!(record.latest_granted_scopes, texts(&["write"]));

        // And the record without the tokens.
        let token = tokens(&api, client).await.access_token.unwrap();
        let deleted = api
            .delete_granted_scopes(client.id, &request)
            .await
            .unwrap();
        assert_eq!(deleted.result_code.as_deref(), Some("A140002"));
        let again = api.delete_granted_scopes(client.id, &request).await;
        assert_eq!(again.unwrap().result_code.as_deref(), Some("A140001"));
        let none = api.get_granted_scopes(client.id, &request).await.unwrap();
        assert_eq!(none.latest_granted_scopes, None);
        let answer = api
            .introspection(&IntrospectionRequest::new(token))
            .await
            .unwrap();
        assert_eq!(answer.action, IntrospectionAction::Ok);
    }
}

#[tokio::test]
async fn an_update_changes_the_scopes_of_the_tokens_of_a_user() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let first = tokens(&api, client).await;
        let second = tokens(&api, client).await;
        let own = request_token(&api, client, "grant_type=client_credentials&scope=read").await;
        let scopes = async |token: &Option<authlete::Secret>| {
            let request = IntrospectionRequest::new(token.clone().unwrap());
            api.introspection(&request).await.unwrap().scopes
        };

        // Nothing is said of the scopes.
        let request = ClientAuthorizationUpdateRequest::new("alice");
        let updated = api
            .update_client_authorization(client.id, &request)
            .await
            .unwrap();
        assert_eq!(updated.result_code.as_deref(), Some("A138001"));
        assert_eq!(scopes(&first.access_token).await, texts(&["read", "write"]));

        let request = ClientAuthorizationUpdateRequest::new("bob").scopes(["email"]);
        api.update_client_authorization(client.id, &request)
            .await
            .unwrap();
        let request =
            ClientAuthorizationUpdateRequest::new("alice").scopes(["email", "unheard-of", "write"]);
        api.update_client_authorization(client.alias.as_str(), &request)
            .await
            .unwrap();
        for token in [&first.access_token, &second.access_token] {
            assert_eq!(scopes(token).await, texts(&["email", "write"]));
        }
        assert_eq!(
            scopes(&own.access_token).await,
            texts(&["read"]),
            "of nobody"
        );

        let parameters = form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh_token.unwrap().expose()),
        ]);
        let answer = request_token(&api, client, &parameters).await;
        assert_eq!(answer.scopes, texts(&["email", "write"]));
    }
}

/// A code that the user has not taken back is as good as a token.
#[tokio::test]
async fn a_deleted_authorization_has_no_codes_left() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let client = emulator.client();
        let code = code(&api, &query(client)).await;
        let end = ClientAuthorizationDeleteRequest::new("alice");
        api.delete_client_authorization(client.id, &end)
            .await
            .unwrap();
        let answer = request_token(&api, client, &code_parameters(client, &code)).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_eq!(
            content(answer.response_content.as_ref())["error"],
            "invalid_grant"
        );
    }
}

#[tokio::test]
async fn these_calls_are_about_a_user() {
    for version in GENERATIONS {
        let (emulator, _api) = start(version).await;
        let id = emulator.client().id;
        for (path, code) in [
            ("/client/granted_scopes/get", "A139202"),
            ("/client/granted_scopes/delete", "A140202"),
            ("/client/authorization/update", "A138201"),
            ("/client/authorization/delete", "A137202"),
        ] {
            let path = format!("{path}/{id}");
            let (status, answer) = post(&emulator, version, "SERVICE", &path, &json!({})).await;
            assert_eq!((status, &answer["resultCode"]), (400, &json!(code)));
            let path = path.replace(&id.to_string(), "nobody");
            let (status, _) = post(&emulator, version, "SERVICE", &path, &json!({})).await;
            assert_eq!(status, 404);
        }
    }
}
