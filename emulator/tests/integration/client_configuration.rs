//! Management of client registrations (RFC 7592), and software statements (RFC 7591 §2.3).

use crate::common::registration::*;
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    ClientRegistrationAction as Action, ClientRegistrationRequest, IntrospectionAction,
    IntrospectionRequest, TokenRequest,
};
use rstest::rstest;
use serde_json::{Value, json};

/// A request that updates a registration.
fn update(registration: &Value, metadata: Value) -> ClientRegistrationRequest {
    let mut request = manage(registration);
    let metadata = with(metadata, json!({"client_id": registration["client_id"]}));
    request.json = Some(metadata.to_string().into());
    request
}

#[rstest]
#[tokio::test]
async fn registration_is_returned_to_the_client_with_its_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let registration = registered(&api, minimal()).await;
    let answer = api
        .dynamic_client_get(&manage(&registration))
        .await
        .unwrap();
    assert_eq!(answer.action, Action::Ok);
    assert_code(answer.result_code.as_deref(), "A217001");
    assert_eq!(content(answer.response_content.as_ref()), registration);
    let id = answer.client.unwrap().client_id.unwrap().to_string();
    assert_eq!(registration["client_id"], id);
}

#[rstest]
#[tokio::test]
async fn update_replaces_the_metadata_and_nothing_else(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let metadata = with(
        minimal(),
        json!({"client_name": "App", "client_name#de": "Anwendung"}),
    );
    let registration = registered(&api, metadata).await;
    let id = registration["client_id"].as_str().unwrap();
    let mut settings = api.get_client(id).await.unwrap();
    settings.client_id_alias = Some("app".to_owned());
    settings.pkce_required = Some(true);
    api.update_client(id, &settings).await.unwrap();

    let mut request = update(
        &registration,
        json!({
            "client_secret": registration["client_secret"],
            "redirect_uris": ["https://app.example/other"],
            "require_auth_time": true,
        }),
    );
    request.client_id = Some("app".into());
    let answer = api.dynamic_client_update(&request).await.unwrap();
    assert_eq!(
        answer.action,
        Action::Updated,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_code(answer.result_code.as_deref(), "A213001");
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["redirect_uris"], json!(["https://app.example/other"]));
    assert_eq!(body["require_auth_time"], true);
    assert_eq!(body.get("client_name"), None);
    assert_eq!(body.get("client_name#de"), None);
    for name in [
        "client_id",
        "client_secret",
        "registration_access_token",
        "client_id_issued_at",
    ] {
        assert_eq!(body[name], registration[name], "{name}");
    }
    let client = api.get_client(id).await.unwrap();
    assert_eq!(client.client_id_alias.as_deref(), Some("app"));
    assert_eq!(client.pkce_required, Some(true));
    assert_eq!(client.dynamically_registered, Some(true));
    assert_eq!(client.client_names, None);
}

#[rstest]
#[tokio::test]
async fn update_that_changes_the_identity_of_the_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let registration = registered(&api, minimal()).await;
    let other = registered(&api, minimal()).await;
    let id = json!({"client_id": registration["client_id"]});
    for metadata in [
        minimal(),
        with(minimal(), json!({"client_id": other["client_id"]})),
        with(
            with(minimal(), id.clone()),
            json!({"client_secret": "another"}),
        ),
        with(
            with(minimal(), id.clone()),
            json!({"registration_client_uri": "https://a.example/"}),
        ),
        with(
            with(minimal(), id.clone()),
            json!({"registration_access_token": "token"}),
        ),
        with(
            with(minimal(), id.clone()),
            json!({"client_id_issued_at": 1}),
        ),
        with(
            with(minimal(), id.clone()),
            json!({"client_secret_expires_at": 0}),
        ),
        with(id.clone(), json!({"redirect_uris": ["/"]})),
    ] {
        let mut request = manage(&registration);
        request.json = Some(metadata.to_string().into());
        let answer = api.dynamic_client_update(&request).await.unwrap();
        assert_eq!(answer.action, Action::BadRequest, "{metadata}");
    }
    let answer = api
        .dynamic_client_get(&manage(&registration))
        .await
        .unwrap();
    assert_eq!(content(answer.response_content.as_ref()), registration);
}

#[rstest]
#[tokio::test]
async fn deleted_client_is_gone_with_its_tokens(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let registration = registered(&api, json!({"grant_types": ["client_credentials"]})).await;
    let text = |name: &str| registration[name].as_str().unwrap().to_owned();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(text("client_id"))
        .client_secret(text("client_secret"));
    let token = api.token(&request).await.unwrap().access_token.unwrap();
    let request = manage(&registration);
    let answer = api.dynamic_client_delete(&request).await.unwrap();
    assert_eq!(answer.action, Action::Deleted);
    assert_code(answer.result_code.as_deref(), "A216001");
    assert_eq!((answer.response_content, answer.client), (None, None));
    let answer = api
        .introspection(&IntrospectionRequest::new(token))
        .await
        .unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_eq!(refusal(api.get_client(text("client_id")).await).0, 404);
    let answer = api.dynamic_client_get(&request).await.unwrap();
    assert_eq!(answer.action, Action::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn only_the_registration_access_token_gives_access(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_open(version).await;
    let registration = registered(&api, minimal()).await;
    let other = registered(&api, minimal()).await;
    let mut requests = vec![manage(&registration); 4];
    requests[0].token = None;
    requests[1].token = Some("guessed".into());
    requests[2].token = manage(&other).token;
    // A client that has not registered itself has no such token.
    requests[3].client_id = Some(emulator.client().id.into());
    let codes = ["A215305", "A215307", "A215307", "A215303"];
    for (mut request, code) in requests.into_iter().zip(codes) {
        request.json = Some(minimal().to_string().into());
        let answers = [
            api.dynamic_client_get(&request).await.unwrap(),
            api.dynamic_client_update(&request).await.unwrap(),
            api.dynamic_client_delete(&request).await.unwrap(),
        ];
        for answer in answers {
            assert_eq!(answer.action, Action::Unauthorized);
            assert_code(answer.result_code.as_deref(), code);
            let body = content(answer.response_content.as_ref());
            assert_eq!(body["error"], "invalid_token");
        }
    }
    let mut nameless = manage(&registration);
    nameless.client_id = None;
    let answer = api.dynamic_client_get(&nameless).await.unwrap();
    assert_eq!(answer.action, Action::InternalServerError);

    // Callers that do not know the action UNAUTHORIZED get BAD_REQUEST.
    configure(&emulator, &api, |service| {
        service.unauthorized_on_client_config_supported = Some(false);
    })
    .await;
    let mut request = manage(&registration);
    request.token = Some("guessed".into());
    let answer = api.dynamic_client_get(&request).await.unwrap();
    assert_eq!(answer.action, Action::BadRequest);
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_token"
    );
}

#[rstest]
#[tokio::test]
async fn registration_client_uri_uses_the_management_endpoint_if_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_open(version).await;
    configure(&emulator, &api, |service| {
        service.registration_management_endpoint = Some("https://as.example/clients/".to_owned());
    })
    .await;
    let body = registered(&api, minimal()).await;
    let id = body["client_id"].as_str().unwrap();
    assert_eq!(
        body["registration_client_uri"],
        format!("https://as.example/clients/{id}")
    );
}

#[rstest]
#[tokio::test]
async fn software_statement_takes_precedence(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_open(version).await;
    let key = jwt::Key::generate();
    configure(&emulator, &api, |service| {
        service.jwks = Some(key.jwks().into());
    })
    .await;
    let claims = json!({
        "iss": "https://publisher.example",
        "software_id": "stated",
        "redirect_uris": ["https://stated.example/"],
    });
    let good = key.sign(&claims);
    let metadata =
        json!({"software_id": "claimed", "client_name": "App", "software_statement": good});
    let body = registered(&api, metadata).await;
    assert_eq!(body["software_id"], "stated");
    assert_eq!(body["redirect_uris"], json!(["https://stated.example/"]));
    assert_eq!(body["client_name"], "App");
    assert_eq!(body["software_statement"], good);
    assert_eq!(body.get("iss"), None);

    let stranger = jwt::Key::generate();
    let expired = with(claims.clone(), json!({"exp": 1}));
    let expired_by_a_fraction = with(claims.clone(), json!({"exp": 1.5}));
    let not_yet_valid = with(claims.clone(), json!({"nbf": i64::from(u32::MAX)}));
    let without_issuer =
        json!({"software_id": "stated", "redirect_uris": ["https://stated.example/"]});
    for (error, code, wrong) in [
        (
            "unapproved_software_statement",
            "A205306",
            stranger.sign(&claims),
        ),
        (
            "unapproved_software_statement",
            "A205302",
            jwt::unsigned(&claims),
        ),
        (
            "unapproved_software_statement",
            "A205306",
            jwt::hmac(key.jwks().as_bytes(), &claims),
        ),
        ("invalid_software_statement", "A205305", key.sign(&expired)),
        (
            "invalid_software_statement",
            "A205305",
            key.sign(&expired_by_a_fraction),
        ),
        (
            "invalid_software_statement",
            "A205305",
            key.sign(&not_yet_valid),
        ),
        (
            "invalid_software_statement",
            "A205305",
            key.sign(&without_issuer),
        ),
        ("invalid_software_statement", "A205301", "no.JWT".to_owned()),
    ] {
        let answer = register(&api, with(minimal(), json!({"software_statement": wrong}))).await;
        assert_eq!(answer.action, Action::BadRequest);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(content(answer.response_content.as_ref())["error"], error);
    }
}
