//! What a token request gets of what was granted (RFC 8707, RFC 9396), and other details of the token endpoint.

use crate::common::*;
use authlete::types::{ClientType, GrantType, TokenAction, TokenRequest, TokenResponse};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
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

#[tokio::test]
async fn an_access_token_can_be_for_some_of_the_resources() {
    for version in GENERATIONS {
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
}

#[tokio::test]
async fn an_access_token_can_have_some_of_the_authorization_details() {
    for version in GENERATIONS {
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
}

#[tokio::test]
async fn a_client_asks_for_itself() {
    for version in GENERATIONS {
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
}

#[tokio::test]
async fn the_token_type_is_the_word_of_the_service() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        configure(&emulator, &api, |service| {
            service.access_token_type = Some("Custom".to_owned());
        })
        .await;
        let answer = tokens(&api, emulator.client()).await;
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["token_type"], "Custom");
    }
}

#[tokio::test]
async fn a_public_client_can_leave_its_id_out_where_the_service_allows() {
    for version in GENERATIONS {
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
        assert_eq!(answer.result_code.as_deref(), Some("A244305"));
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
        assert_eq!(answer.result_code.as_deref(), Some("A244310"));
        configure(&emulator, &api, |service| {
            service.missing_client_id_allowed = Some(false);
        })
        .await;
        let answer = ask(code(&api, &query(client)).await).await;
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_eq!(answer.result_code.as_deref(), Some("A244305"));
    }
}

#[tokio::test]
async fn a_request_without_parameters_is_the_clients_fault() {
    for version in GENERATIONS {
        let (emulator, api) = start(version).await;
        let answer = api.token(&TokenRequest::new("")).await.unwrap();
        assert_eq!(answer.action, TokenAction::BadRequest);
        assert_eq!(answer.result_code.as_deref(), Some("A047301"));
        // What the service does not support, no client may use.
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
}
