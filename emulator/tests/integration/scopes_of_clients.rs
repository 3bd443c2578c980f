//! The requestable, granted and authorized scopes of clients.

use std::time::Duration;

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::types::{
    Client, ClientAuthorizationDeleteRequest, ClientAuthorizationGetListRequest,
    ClientAuthorizationUpdateRequest, ClientExtension, GrantedScopesRequest, IntrospectionAction,
    IntrospectionRequest, RequestableScopes, TokenAction, TokenCreateRequest,
};
use authlete::{ApiVersion, Authlete, ListRequest as _};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::json;

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

async fn grant(emulator: &Emulator, api: &Authlete, scope: &str) {
    let client = emulator.client();
    let query = query(client).replace("read+write", scope);
    let code = code(api, &query).await;
    let answer = request_token(api, client, &code_parameters(client, &code)).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn client_is_confined_to_its_requestable_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
    let stored = api.get_requestable_scopes(client.id).await.unwrap();
    assert_eq!(stored.requestable_scopes, texts(&["write"]));
    let extension = api.get_client(client.id).await.unwrap().extension.unwrap();
    assert_eq!(extension.requestable_scopes_enabled, Some(true));
    assert_eq!(ask().await.scopes, texts(&["write"]));

    // An empty set permits no scope.
    let none = RequestableScopes::new().requestable_scopes([""; 0]);
    let set = api.set_requestable_scopes(client.id, &none).await;
    assert_eq!(set.unwrap().requestable_scopes, Some(vec![]));
    assert_eq!(ask().await.scopes.unwrap_or_default(), Vec::<String>::new());

    // If enabled without a set, all scopes are permitted.
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

#[rstest]
#[tokio::test]
async fn requestable_scopes_that_are_not_a_list_of_strings_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    let id = emulator.client().id;
    let path = format!("/client/extension/requestable_scopes/update/{id}");
    for (body, code) in [
        (json!({"requestableScopes": "read"}), "A128202"),
        (json!({"requestableScopes": {}}), "A128202"),
        (json!({"requestableScopes": [{}]}), "A128203"),
        (json!({"requestableScopes": [null]}), "A128203"),
    ] {
        let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
        assert_code_for(answer["resultCode"].as_str(), code, &body);
        assert_eq!(status, 400, "{body}");
    }
    let path = "/client/extension/requestable_scopes/update/nobody";
    let (status, _) = post(&emulator, version, "SERVICE", path, &json!({})).await;
    assert_eq!(status, 404);
}

#[rstest]
#[tokio::test]
async fn granted_scopes_are_recorded_for_client_and_user(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let number = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    let request = GrantedScopesRequest::new("alice");
    let none = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_code(none.result_code.as_deref(), "A139001");
    assert_eq!(none.client_id, Some(client.id));
    assert_eq!(none.service_api_key, Some(number.parse().unwrap()));
    assert_eq!(none.subject.as_deref(), Some("alice"));
    assert_eq!(
        (none.latest_granted_scopes, none.merged_granted_scopes),
        (None, None)
    );

    grant(&emulator, &api, "read").await;
    grant(&emulator, &api, "write").await;
    let record = api
        .get_granted_scopes(client.alias.as_str(), &request)
        .await
        .unwrap();
    assert_code(record.result_code.as_deref(), "A139002");
    assert_eq!(record.latest_granted_scopes, texts(&["write"]));
    assert_eq!(record.merged_granted_scopes, texts(&["read", "write"]));
    assert!(record.modified_at.unwrap() > 0);
    let other = GrantedScopesRequest::new("bob");
    let other = api.get_granted_scopes(client.id, &other).await.unwrap();
    assert_eq!(other.latest_granted_scopes, None);

    // The record remains when the authorization is deleted.
    let end = ClientAuthorizationDeleteRequest::new("alice");
    api.delete_client_authorization(client.id, &end)
        .await
        .unwrap();
    let record = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(record.latest_granted_scopes, texts(&["write"]));

    // The tokens remain when the record is deleted.
    let token = tokens(&api, client).await.access_token.unwrap();
    let deleted = api
        .delete_granted_scopes(client.id, &request)
        .await
        .unwrap();
    assert_code(deleted.result_code.as_deref(), "A140002");
    let again = api.delete_granted_scopes(client.id, &request).await;
    assert_code(again.unwrap().result_code.as_deref(), "A140001");
    let none = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(none.latest_granted_scopes, None);
    let answer = api
        .introspection(&IntrospectionRequest::new(token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn update_changes_the_scopes_of_the_tokens_of_a_user(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let first = tokens(&api, client).await;
    let second = tokens(&api, client).await;
    let own = request_token(&api, client, "grant_type=client_credentials&scope=read").await;
    let scopes = async |token: &Option<authlete::Secret>| {
        let request = IntrospectionRequest::new(token.clone().unwrap());
        api.introspection(&request).await.unwrap().scopes
    };

    // An update without scopes changes nothing.
    let request = ClientAuthorizationUpdateRequest::new("alice");
    let updated = api
        .update_client_authorization(client.id, &request)
        .await
        .unwrap();
    assert_code(updated.result_code.as_deref(), "A138001");
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
        "a token without a subject is not updated"
    );

    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh_token.unwrap().expose()),
    ]);
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.scopes, texts(&["email", "write"]));
}

/// Otherwise the client could still exchange the code for tokens.
#[rstest]
#[tokio::test]
async fn codes_of_a_deleted_authorization_are_invalid(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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

#[rstest]
#[tokio::test]
async fn missing_subject_and_unknown_client_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
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
        assert_code(answer["resultCode"].as_str(), code);
        assert_eq!(status, 400);
        let path = path.replace(&id.to_string(), "nobody");
        let (status, _) = post(&emulator, version, "SERVICE", &path, &json!({})).await;
        assert_eq!(status, 404);
    }
}

/// `AuthleteApi.setRequestableScopes`: null has the effect of a deletion.
#[rstest]
#[tokio::test]
async fn requestable_scopes_that_are_null_or_missing_are_cleared(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let path = format!("/client/extension/requestable_scopes/update/{id}");
    for body in [json!({}), json!({ "requestableScopes": null })] {
        let wanted = RequestableScopes::new().requestable_scopes(["write"]);
        api.set_requestable_scopes(id, &wanted).await.unwrap();
        let (status, answer) = post(&emulator, version, "SERVICE", &path, &body).await;
        assert_eq!((status, answer), (200, json!({})), "{body}");
        let stored = api.get_requestable_scopes(id).await.unwrap();
        assert_eq!(stored.requestable_scopes, None);
    }
}

/// `ClientExtension.requestableScopesEnabled`: a list has no effect while the flag is off.
#[rstest]
#[tokio::test]
async fn requestable_scopes_have_no_effect_unless_enabled(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for (enabled, expected) in [(false, &["read", "write"][..]), (true, &["read"])] {
        configure_client(&api, client.id, |client| {
            let mut extension = ClientExtension::new();
            extension.requestable_scopes_enabled = Some(enabled);
            extension.requestable_scopes = texts(&["read"]);
            client.extension = Some(extension);
        })
        .await;
        let asked = ask(&api, query(client)).await;
        let names = asked.scopes.unwrap().into_iter();
        let names: Vec<_> = names.filter_map(|scope| scope.name).collect();
        assert_eq!(names, expected, "{enabled}");
    }
    // With an empty set, all requested scopes are ignored.
    let none = RequestableScopes::new().requestable_scopes([""; 0]);
    api.set_requestable_scopes(client.id, &none).await.unwrap();
    let asked = ask(&api, query(client)).await;
    assert_eq!(asked.scopes, None);
    assert!(asked.ticket.is_some());
}

/// `GrantedScopesGetResponse`.
#[rstest]
#[tokio::test]
async fn grant_without_scopes_is_recorded_and_a_deleted_record_is_not_merged(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = GrantedScopesRequest::new("alice");
    grant(&emulator, &api, "unheard-of").await;
    let record = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_code(record.result_code.as_deref(), "A139002");
    assert_eq!(record.latest_granted_scopes, Some(vec![]));
    assert_eq!(record.merged_granted_scopes, Some(vec![]));

    grant(&emulator, &api, "read").await;
    let before = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(before.merged_granted_scopes, texts(&["read"]));
    api.delete_granted_scopes(client.id, &request)
        .await
        .unwrap();
    emulator.advance(Duration::from_secs(60));
    grant(&emulator, &api, "write").await;
    let record = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(record.merged_granted_scopes, texts(&["write"]));
    assert!(record.modified_at.unwrap() >= before.modified_at.unwrap() + 60_000);

    // The record outlives the tokens.
    emulator.advance(Duration::from_secs(30 * 86_400));
    let record = api.get_granted_scopes(client.id, &request).await.unwrap();
    assert_eq!(record.latest_granted_scopes, texts(&["write"]));
}

/// `ClientAuthorizationUpdateRequest.scopes`.
#[rstest]
#[tokio::test]
async fn update_gives_tokens_only_scopes_that_the_client_may_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = tokens(&api, client).await.access_token.unwrap();
    let allowed = RequestableScopes::new().requestable_scopes(["read", "email"]);
    api.set_requestable_scopes(client.id, &allowed)
        .await
        .unwrap();
    let update =
        ClientAuthorizationUpdateRequest::new("alice").scopes(["email", "write", "made-up"]);
    api.update_client_authorization(client.id, &update)
        .await
        .unwrap();
    let answer = api.introspection(&IntrospectionRequest::new(token)).await;
    assert_eq!(answer.unwrap().scopes, texts(&["email"]));
}

/// `ClientAuthorizationGetListRequest`, `AuthorizedClientListResponse`.
#[rstest]
#[tokio::test]
async fn authorization_list_has_the_first_five_clients_of_any_developer_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for number in 0..7 {
        let mut client = Client::new();
        client.developer = Some(if number < 2 { "bob" } else { "eve" }.to_owned());
        let id = api.create_client(&client).await.unwrap().client_id.unwrap();
        let subject = if number == 6 { "mallory" } else { "alice" };
        let request = TokenCreateRequest::new("IMPLICIT")
            .client_id(id)
            .subject(subject);
        api.token_create(&request).await.unwrap();
    }
    let of_alice = ClientAuthorizationGetListRequest::new("alice");
    let mut of_bob = of_alice.clone();
    of_bob.developer = Some("bob".to_owned());
    let list = async |request: &ClientAuthorizationGetListRequest| {
        let list = api.get_client_authorization_list(request).await.unwrap();
        assert_eq!(list.subject.as_deref(), Some("alice"));
        let clients = list.clients.map(|clients| clients.len());
        (
            list.start,
            list.end,
            list.total_count,
            clients,
            list.developer,
        )
    };
    let expected = (Some(0), Some(5), Some(6), Some(5), None);
    assert_eq!(list(&of_alice).await, expected);
    let expected = (Some(4), Some(9), Some(6), Some(2), None);
    assert_eq!(list(&of_alice.clone().range(4..9)).await, expected);
    let bob = Some("bob".to_owned());
    let expected = (Some(0), Some(5), Some(2), Some(2), bob.clone());
    assert_eq!(list(&of_bob).await, expected);
    let expected = (Some(1), Some(1), Some(2), None, bob);
    assert_eq!(list(&of_bob.range(1..1)).await, expected);
    let path = "/client/authorization/get/list";
    let (status, answer) = post(&emulator, version, "SERVICE", path, &json!({})).await;
    assert_code(answer["resultCode"].as_str(), "A136206");
    assert_eq!(status, 400);
}
