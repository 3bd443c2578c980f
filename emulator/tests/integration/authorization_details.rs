//! Rich authorization requests and resource indicators (RFC 9396, RFC 8707).

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, AuthorizationRequest, AuthorizationResponse,
    AuthzDetails, AuthzDetailsElement, IntrospectionRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

async fn start_with_types(version: ApiVersion) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types =
            Some(vec!["payment".to_owned(), "account".to_owned()]);
    })
    .await;
    (emulator, api)
}

async fn ask(
    emulator: &Emulator,
    api: &Authlete,
    name: &str,
    value: &str,
) -> AuthorizationResponse {
    let query = format!("{}&{}", query(emulator.client()), form(&[(name, value)]));
    let request = AuthorizationRequest::new(query);
    api.authorization(&request).await.unwrap()
}

fn error(answer: &AuthorizationResponse) -> String {
    assert_eq!(answer.action, AuthorizationAction::Location, "{answer:?}");
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].0, "error");
    parameters[0].1.clone()
}

fn payment() -> Value {
    json!([{
        "type": "payment",
        "locations": ["https://bank.example/"],
        "actions": ["initiate"],
        "datatypes": ["amount"],
        "identifier": "p-1",
        "privileges": ["owner"],
        "amount": { "currency": "EUR", "value": "7.00" },
    }])
}

#[rstest]
#[tokio::test]
async fn details_are_returned_as_members_of_the_response(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_types(version).await;
    let name = "authorization_details";
    let answer = ask(&emulator, &api, name, &payment().to_string()).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let details = answer.authorization_details.unwrap();
    let [element] = &details.elements.unwrap()[..] else {
        panic!("not one element");
    };
    assert_eq!(element.type_.as_deref(), Some("payment"));
    let list = |values: &Option<Vec<String>>| values.clone().unwrap();
    assert_eq!(list(&element.locations), ["https://bank.example/"]);
    assert_eq!(list(&element.actions), ["initiate"]);
    assert_eq!(list(&element.data_types), ["amount"]);
    assert_eq!(list(&element.privileges), ["owner"]);
    assert_eq!(element.identifier.as_deref(), Some("p-1"));
    let others: Value = serde_json::from_str(element.other_fields.as_deref().unwrap()).unwrap();
    assert_eq!(
        others,
        json!({ "amount": { "currency": "EUR", "value": "7.00" } })
    );
}

#[rstest]
#[tokio::test]
async fn details_of_unknown_types_and_forms_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_types(version).await;
    let name = "authorization_details";
    for wrong in [
        "x",
        "{}",
        "[1]",
        "[{}]",
        r#"[{"type":"lottery"}]"#,
        r#"[{"type":"payment"},{"type":"lottery"}]"#,
        r#"[{"type":"payment","actions":"initiate"}]"#,
    ] {
        let answer = ask(&emulator, &api, name, wrong).await;
        assert_eq!(error(&answer), "invalid_authorization_details", "{wrong}");
    }
    let account = r#"[{"type":"account"}]"#;
    let answer = ask(&emulator, &api, name, account).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure_client(&api, emulator.client().id, |client| {
        client.authorization_details_types = Some(vec!["payment".to_owned()]);
    })
    .await;
    let answer = ask(&emulator, &api, name, account).await;
    assert_eq!(error(&answer), "invalid_authorization_details");
    assert_code(answer.result_code.as_deref(), "A249303");
}

#[rstest]
#[tokio::test]
async fn server_can_grant_other_details(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with_types(version).await;
    let client = emulator.client();
    let name = "authorization_details";
    let token = async |replace: bool| {
        let answer = ask(&emulator, &api, name, &payment().to_string()).await;
        let mut issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
        if replace {
            let element = AuthzDetailsElement::new("account");
            issue = issue.authorization_details(AuthzDetails::new().elements([element]));
        }
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let token = request_token(&api, client, &code_parameters(client, code.expose())).await;
        let introspection = IntrospectionRequest::new(token.access_token.unwrap());
        api.introspection(&introspection).await.unwrap()
    };
    for (replace, expected) in [(false, "payment"), (true, "account")] {
        let details = token(replace).await.authorization_details.unwrap();
        let elements = details.elements.unwrap();
        assert_eq!(elements.len(), 1);
        assert_eq!(elements[0].type_.as_deref(), Some(expected));
    }
}

#[rstest]
#[tokio::test]
async fn resource_that_is_no_absolute_uri_without_fragment_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let more = form(&[("resource", "https://a.example/"), ("resource", "urn:b")]);
    let query = format!("{}&{more}", query(emulator.client()));
    let request = AuthorizationRequest::new(query);
    let answer = api.authorization(&request).await.unwrap();
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(answer.resources.unwrap(), ["https://a.example/", "urn:b"]);
    for wrong in [
        "relative",
        "https://a.example/#",
        "https://a.example/#x",
        "a b",
    ] {
        let answer = ask(&emulator, &api, "resource", wrong).await;
        assert_eq!(error(&answer), "invalid_target", "{wrong}");
    }
}
