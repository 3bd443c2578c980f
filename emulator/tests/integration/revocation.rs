//! Revocation (RFC 7009).

use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    Client, ClientType, IntrospectionAction, IntrospectionRequest, RevocationAction,
    RevocationRequest, RevocationResponse,
};
use authlete_emulator::RegisteredClient;
use rstest::rstest;
use serde_json::json;

async fn revoke(
    api: &Authlete,
    client: &RegisteredClient,
    parameters: &[(&str, &str)],
) -> RevocationResponse {
    let request = RevocationRequest::new(form(parameters))
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.revocation(&request).await.unwrap()
}

async fn is_active(api: &Authlete, token: &authlete::Secret) -> bool {
    let answer = api.introspection(&IntrospectionRequest::new(token)).await;
    answer.unwrap().action == IntrospectionAction::Ok
}

#[rstest]
#[tokio::test]
async fn revoking_either_token_revokes_both_with_any_token_type_hint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    for hint in ["access_token", "refresh_token", "made_up", ""] {
        for with_refresh_token in [false, true] {
            let issued = tokens(&api, client).await;
            let kept = tokens(&api, client).await;
            let access_token = issued.access_token.unwrap();
            let refresh_token = issued.refresh_token.unwrap();
            let token = match with_refresh_token {
                true => refresh_token.expose(),
                false => access_token.expose(),
            };
            let parameters = [("token", token), ("token_type_hint", hint)];
            let answer = revoke(&api, client, &parameters).await;
            assert_eq!(answer.action, RevocationAction::Ok);
            assert_eq!(answer.response_content, None);
            assert!(!is_active(&api, &access_token).await);
            let refresh = form(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.expose()),
            ]);
            let answer = request_token(&api, client, &refresh).await;
            let content = content(answer.response_content.as_ref());
            assert_eq!(content["error"], "invalid_grant");
            assert!(is_active(&api, &kept.access_token.unwrap()).await);
        }
    }
}

#[rstest]
#[tokio::test]
async fn token_of_another_client_is_not_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let mut other = Client::new();
    other.client_type = Some(ClientType::Confidential);
    let other = api.create_client(&other).await.unwrap();
    let request = RevocationRequest::new(form(&[("token", token.expose())]))
        .client_id(other.client_id.unwrap().to_string())
        .client_secret(other.client_secret.unwrap());
    let answer = api.revocation(&request).await.unwrap();
    assert_eq!(answer.action, RevocationAction::Ok);
    assert!(is_active(&api, &token).await);
}

#[rstest]
#[tokio::test]
async fn invalid_request_revokes_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = tokens(&api, client).await.access_token.unwrap();
    let text = token.expose();
    let wrong: [(&[(&str, &str)], &str); 4] = [
        (&[], "A113301"),
        (&[("token_type_hint", "access_token")], "A115301"),
        (&[("token", text), ("token", text)], "A115303"),
        (&[("token", text), ("callback", "alert(1)//")], "A915302"),
    ];
    for (parameters, code) in wrong {
        let answer = revoke(&api, client, parameters).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, RevocationAction::BadRequest);
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["error"], "invalid_request");
    }
    let request = RevocationRequest::new(form(&[("token", text)]))
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.revocation(&request).await.unwrap();
    assert_eq!(answer.action, RevocationAction::InvalidClient);
    assert!(is_active(&api, &token).await);
}

#[rstest]
#[tokio::test]
async fn request_with_callback_returns_a_script(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = tokens(&api, client).await.access_token.unwrap();
    let parameters = [("token", token.expose()), ("callback", "package.revoked")];
    let answer = revoke(&api, client, &parameters).await;
    assert_eq!(answer.action, RevocationAction::Ok);
    let script = answer.response_content.unwrap();
    assert_eq!(script.expose(), "package.revoked();");
    assert!(!is_active(&api, &token).await);
}

#[rstest]
#[tokio::test]
async fn request_with_empty_callback_returns_no_script(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = tokens(&api, client).await.access_token.unwrap();
    let parameters = [("token", token.expose()), ("callback", "")];
    let answer = revoke(&api, client, &parameters).await;
    assert_eq!(answer.action, RevocationAction::Ok);
    assert_eq!(answer.response_content, None);
    assert!(!is_active(&api, &token).await);
}

#[rstest]
#[tokio::test]
async fn empty_client_id_or_secret_is_refused_unless_the_header_has_the_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let id = client.id.to_string();
    for (parameters, action, code) in [
        ("token=a&client_id=", "INVALID_CLIENT", "A114302"),
        (
            "token=a&client_id=ID&client_secret=",
            "INVALID_CLIENT",
            "A114309",
        ),
    ] {
        let body = json!({ "parameters": parameters.replace("ID", &id) });
        let (_, answer) = post(&emulator, version, "SERVICE", "/auth/revocation", &body).await;
        assert_code_for(answer["resultCode"].as_str(), code, parameters);
        assert_eq!(answer["action"], action, "{parameters}");
    }
    let empty = [("token", "a"), ("client_id", ""), ("client_secret", "")];
    let answer = revoke(&api, client, &empty).await;
    assert_eq!(answer.action, RevocationAction::Ok);
}
