//! Resources (RFC 8707) and authorization details (RFC 9396) of token requests, and other details of the token endpoint.

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    Client, ClientAuthMethod, ClientType, GrantType, Pair, Property, TokenAction,
    TokenIssueRequest, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::json;

const DETAILS: &str = r#"[{"type":"account","actions":["read"]},{"type":"payment","amount":7}]"#;

async fn start_with_details(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types =
            Some(vec!["account".to_owned(), "payment".to_owned()]);
    })
    .await;
    (emulator, api)
}

/// A code for two resources and two authorization details.
async fn rich_code(api: &Authlete, client: &RegisteredClient) -> String {
    let more = form(&[
        ("resource", "https://a.example/"),
        ("resource", "https://b.example/"),
        ("authorization_details", DETAILS),
    ]);
    code(api, &format!("{}&{more}", query(client))).await
}

async fn exchange(api: &Authlete, client: &RegisteredClient, more: &str) -> TokenResponse {
    let code = rich_code(api, client).await;
    let parameters = format!("{}{more}", code_parameters(client, &code));
    request_token(api, client, &parameters).await
}

async fn refresh(
    api: &Authlete,
    client: &RegisteredClient,
    answer: TokenResponse,
    more: &str,
) -> TokenResponse {
    let token = answer.refresh_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    request_token(api, client, &format!("{parameters}{more}")).await
}

fn error(answer: &TokenResponse) -> String {
    assert_eq!(answer.action, TokenAction::BadRequest);
    let body = content(answer.response_content.as_ref());
    body["error"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn access_token_can_be_for_some_of_the_resources(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    let client = emulator.client();
    let both = ["https://a.example/", "https://b.example/"];
    let answer = exchange(&api, client, "").await;
    assert_eq!(answer.access_token_resources.unwrap(), both);
    assert_eq!(answer.resources, None);

    let answer = exchange(&api, client, "&resource=https://b.example/").await;
    assert_eq!(answer.resources.as_deref().unwrap(), [both[1]]);
    assert_eq!(answer.access_token_resources.as_deref().unwrap(), [both[1]]);
    // The refresh token is for all that was granted.
    let answer = refresh(&api, client, answer, "&resource=https://a.example/").await;
    assert_eq!(answer.access_token_resources.as_deref().unwrap(), [both[0]]);
    let answer = refresh(&api, client, answer, "").await;
    assert_eq!(answer.access_token_resources.as_deref().unwrap(), both);

    for wrong in ["https://c.example/", "/a", "https://a.example/%23x"] {
        let answer = exchange(&api, client, &format!("&resource={wrong}")).await;
        assert_eq!(error(&answer), "invalid_target");
    }
    let answer = refresh(&api, client, answer, "&resource=https://c.example/").await;
    assert_eq!(error(&answer), "invalid_target");
}

#[rstest]
#[tokio::test]
async fn access_token_can_have_some_of_the_authorization_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    let client = emulator.client();
    let answer = exchange(&api, client, "").await;
    let elements = answer.authorization_details.unwrap().elements.unwrap();
    assert_eq!(elements.len(), 2);
    assert_eq!(elements[1].type_.as_deref(), Some("payment"));
    assert_eq!(elements[1].other_fields.as_deref(), Some(r#"{"amount":7}"#));
    let body = content(answer.response_content.as_ref());
    let all: serde_json::Value = serde_json::from_str(DETAILS).unwrap();
    assert_eq!(body["authorization_details"], all);

    let one = form(&[(
        "authorization_details",
        r#"[{"amount":7,"type":"payment"}]"#,
    )]);
    let answer = exchange(&api, client, &format!("&{one}")).await;
    let body = content(answer.response_content.as_ref());
    assert_eq!(
        body["authorization_details"],
        json!([{"type": "payment", "amount": 7}])
    );
    let answer = refresh(&api, client, answer, "").await;
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["authorization_details"], all);

    for wrong in [
        r#"[{"type":"payment","amount":8}]"#,
        r#"[{"type":"account"}]"#,
        r#"[{"type":"other"}]"#,
        "{}",
    ] {
        let wrong = form(&[("authorization_details", wrong)]);
        let answer = exchange(&api, client, &format!("&{wrong}")).await;
        assert_eq!(error(&answer), "invalid_authorization_details");
    }
}

#[rstest]
#[tokio::test]
async fn client_credentials_request_may_have_resources_and_authorization_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_details(version).await;
    let client = emulator.client();
    let parameters = form(&[
        ("grant_type", "client_credentials"),
        ("scope", "read"),
        ("resource", "https://a.example/"),
        ("authorization_details", DETAILS),
    ]);
    let answer = request_token(&api, client, &parameters).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(
        answer.access_token_resources.unwrap(),
        ["https://a.example/"]
    );
    let details = answer.authorization_details.unwrap();
    assert_eq!(details.elements.unwrap().len(), 2);
    assert_eq!(answer.subject, None);
    assert_eq!(answer.refresh_token, None);
    assert_eq!(answer.id_token, None);
    for (more, expected) in [
        (("resource", "a"), "invalid_target"),
        (
            ("authorization_details", r#"[{"type":"other"}]"#),
            "invalid_authorization_details",
        ),
    ] {
        let parameters = form(&[("grant_type", "client_credentials"), more]);
        let answer = request_token(&api, client, &parameters).await;
        assert_eq!(error(&answer), expected);
    }
    configure(&emulator, &api, |service| {
        service.scope_required = Some(true)
    })
    .await;
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(error(&answer), "invalid_scope");
}

#[rstest]
#[tokio::test]
async fn token_type_is_the_one_in_the_service_settings(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_type = Some("Custom".to_owned());
    })
    .await;
    let answer = tokens(&api, emulator.client()).await;
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["token_type"], "Custom");
}

#[rstest]
#[tokio::test]
async fn public_client_may_omit_its_id_if_the_service_allows_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let ask = async |code: String| {
        let parameters = code_parameters(client, &code);
        api.token(&TokenRequest::new(parameters)).await.unwrap()
    };
    configure(&emulator, &api, |service| {
        service.missing_client_id_allowed = Some(true);
    })
    .await;
    // A confidential client has to authenticate.
    let answer = ask(code(&api, &query(client)).await).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244305");
    configure_client(&api, client.id, |client| {
        client.client_type = Some(ClientType::Public);
    })
    .await;
    let answer = ask(code(&api, &query(client)).await).await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.client_id, Some(client.id));
    let token = answer.refresh_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token.expose()),
    ]);
    let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
    let answer = ask("made-up".to_owned()).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244310");
    configure(&emulator, &api, |service| {
        service.missing_client_id_allowed = Some(false);
    })
    .await;
    let answer = ask(code(&api, &query(client)).await).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A244305");
}

#[rstest]
#[tokio::test]
async fn request_without_parameters_or_with_unsupported_grant_type_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let answer = api.token(&TokenRequest::new("")).await.unwrap();
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A047301");
    // No client may use a grant type that the service does not support.
    configure(&emulator, &api, |service| {
        service.supported_grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    for grant_type in [
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ] {
        let parameters = form(&[("grant_type", grant_type)]);
        let answer = request_token(&api, emulator.client(), &parameters).await;
        assert_eq!(error(&answer), "unsupported_grant_type");
        let answer = api.token(&TokenRequest::new(parameters)).await.unwrap();
        assert_ne!(answer.action, TokenAction::Ok);
    }
}

#[rstest]
#[tokio::test]
async fn duration_that_is_not_positive_is_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for duration in [0, -1] {
        let code = code(&api, &query(client)).await;
        let request = TokenRequest::new(code_parameters(client, &code))
            .client_id(client.id.to_string())
            .client_secret(&client.secret)
            .access_token_duration(duration)
            .refresh_token_duration(duration);
        let answer = api.token(&request).await.unwrap();
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.access_token_duration, Some(86_400));
        assert_eq!(answer.refresh_token_duration, Some(864_000));
        let end = answer.access_token_expires_at.unwrap();
        let more = answer.refresh_token_expires_at.unwrap() - end;
        assert_eq!(more, (864_000 - 86_400) * 1000, "in milliseconds");
    }
}

/// `TokenResponse` and `TokenIssueResponse`: client identifiers and attributes.
#[rstest]
#[tokio::test]
async fn response_has_the_used_client_identifier_and_the_attributes_of_client_and_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::Password,
        ]);
    })
    .await;
    let pairs = |value: &str| Some(vec![Pair::new("of", value)]);
    for has_attributes in [false, true] {
        if has_attributes {
            configure(&emulator, &api, |service| {
                service.attributes = pairs("the service");
            })
            .await;
            configure_client(&api, client.id, |client| {
                client.attributes = pairs("the client");
            })
            .await;
        }
        let attributes = |of: &str| pairs(of).filter(|_| has_attributes);
        for (name, alias_used) in [(client.id.to_string(), false), (client.alias.clone(), true)] {
            let request = async |parameters: &str| {
                let request = TokenRequest::new(parameters)
                    .client_id(&*name)
                    .client_secret(&client.secret);
                api.token(&request).await.unwrap()
            };
            // The authorization request always has the ID.
            let code = code(&api, &query(client)).await;
            let first = request(&code_parameters(client, &code)).await;
            let token = first.refresh_token.clone().unwrap();
            let refresh = form(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose()),
            ]);
            let refreshed = request(&refresh).await;
            let asked = request("grant_type=password&username=alice&password=x").await;
            let ticket = asked.ticket.clone().unwrap();
            for answer in [first, refreshed, asked] {
                assert_eq!(answer.client_id, Some(client.id));
                assert_eq!(answer.client_id_alias.as_ref(), Some(&client.alias));
                assert_eq!(answer.client_id_alias_used, Some(alias_used));
                assert_eq!(answer.client_entity_id, None);
                assert_eq!(answer.client_entity_id_used, Some(false));
                assert_eq!(answer.client_attributes, attributes("the client"));
                assert_eq!(answer.service_attributes, attributes("the service"));
            }
            let request = TokenIssueRequest::new(ticket, "alice");
            let issued = api.token_issue(&request).await.unwrap();
            assert_eq!(issued.client_id, Some(client.id));
            assert_eq!(issued.client_id_alias.as_ref(), Some(&client.alias));
            assert_eq!(issued.client_id_alias_used, Some(alias_used));
            assert_eq!(issued.client_entity_id, None);
            assert_eq!(issued.client_entity_id_used, Some(false));
            assert_eq!(issued.client_attributes, attributes("the client"));
            assert_eq!(issued.service_attributes, attributes("the service"));
        }
    }
    let mut other = Client::new();
    other.client_type = Some(ClientType::Public);
    other.token_auth_method = Some(ClientAuthMethod::None);
    other.grant_types = Some(vec![GrantType::Password]);
    let other = api.create_client(&other).await.unwrap().client_id.unwrap();
    let parameters = "grant_type=password&username=alice&password=x";
    let request = TokenRequest::new(parameters).client_id(other.to_string());
    let asked = api.token(&request).await.unwrap();
    assert_eq!(
        (asked.client_id, asked.client_id_alias),
        (Some(other), None)
    );
    let request = TokenIssueRequest::new(asked.ticket.unwrap(), "alice");
    let issued = api.token_issue(&request).await.unwrap();
    assert_eq!(
        (issued.client_id, issued.client_id_alias),
        (Some(other), None)
    );
}

#[rstest]
#[tokio::test]
async fn members_of_other_grant_types_and_of_unused_features_are_absent(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let first = tokens(&api, client).await;
    let own = request_token(&api, client, "grant_type=client_credentials").await;
    for answer in [first, own] {
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.username, None);
        assert_eq!(answer.password, None);
        assert_eq!(answer.ticket, None);
        assert_eq!(answer.id_token, None, "openid was not requested");
        assert_eq!(answer.jwt_access_token, None);
        assert_eq!(answer.properties, None);
        assert_eq!(answer.grant_id, None);
        assert_eq!(answer.session_id, None);
        assert_eq!(answer.device_secret_hash, None);
        assert_eq!(answer.additional_claims, None);
        assert_eq!(answer.dpop_nonce, None);
        assert_eq!(answer.attestation_challenge, None);
        assert_eq!(answer.cnonce, None);
        assert_eq!(answer.requested_id_token_claims, None);
    }
}

/// `TokenRequest.setProperties`: the key may not be empty, and the value may.
#[rstest]
#[tokio::test]
async fn property_without_a_key_is_ignored_and_one_with_an_empty_value_is_not(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .properties([Property::new("", "7"), Property::new("empty", "")]);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["empty"], "");
    assert_eq!(body.get(""), None);
    let properties = answer.properties.unwrap();
    assert_eq!(properties.len(), 1);
    assert_eq!(properties[0].key.as_deref(), Some("empty"));
}

#[rstest]
#[tokio::test]
async fn jwt_at_claims_are_ignored_for_opaque_access_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .jwt_at_claims(r#"{"tenant":"a"}"#);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.jwt_access_token, None);
    let token = answer.access_token.unwrap();
    assert_eq!(token.expose().len(), 43);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["access_token"], token.expose());
    assert_eq!(body.get("tenant"), None);
}
