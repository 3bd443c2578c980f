//! Pushed authorization requests (RFC 9126).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueAction, AuthorizationIssueRequest, Client,
    ClientAuthMethod, ClientType, GrantType, PushedAuthReqAction, PushedAuthReqRequest,
    TokenAction,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::{Emulator, RegisteredClient};
use rstest::rstest;
use serde_json::json;

/// Pushes a valid request, and returns its request URI.
async fn pushed(api: &Authlete, client: &RegisteredClient, parameters: &str) -> String {
    let answer = push(api, client, parameters).await;
    assert_eq!(answer.action, PushedAuthReqAction::Created, "{answer:?}");
    answer.request_uri.unwrap()
}

fn by_reference(client_id: &str, uri: &str) -> String {
    form(&[("client_id", client_id), ("request_uri", uri)])
}

async fn error(api: &Authlete, client: &RegisteredClient, parameters: &str) -> String {
    let answer = push(api, client, parameters).await;
    assert_eq!(
        answer.action,
        PushedAuthReqAction::BadRequest,
        "{parameters}"
    );
    assert_eq!(answer.request_uri, None);
    let content = content(answer.response_content.as_ref());
    content["error"].as_str().unwrap().to_owned()
}

async fn another_client(api: &Authlete, uri: &str) -> Client {
    let mut other = Client::new();
    other.client_type = Some(ClientType::Public);
    other.redirect_uris = Some(vec![uri.to_owned()]);
    api.create_client(&other).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn request_uri_starts_a_code_flow_with_the_pushed_parameters(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.pushed_auth_req_duration = Some(90);
    })
    .await;
    let answer = push(&api, client, &query(client)).await;
    assert_eq!(answer.action, PushedAuthReqAction::Created);
    assert_code(answer.result_code.as_deref(), "A245001");
    assert_eq!(
        answer.client_auth_method,
        Some(ClientAuthMethod::ClientSecretBasic)
    );
    let uri = answer.request_uri.unwrap();
    let id = uri.strip_prefix("urn:ietf:params:oauth:request_uri:");
    assert_eq!(id.unwrap().len(), 43);
    let expected = json!({ "request_uri": uri, "expires_in": 90 });
    assert_eq!(content(answer.response_content.as_ref()), expected);

    // Parameters besides the request URI are ignored.
    let id = client.id.to_string();
    let query = format!("{}&scope=openid&state=forged", by_reference(&id, &uri));
    let answer = ask(&api, query).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let scopes = answer.scopes.unwrap().into_iter();
    let scopes: Vec<_> = scopes.filter_map(|scope| scope.name).collect();
    assert_eq!(scopes, ["read", "write"]);
    let issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    assert_eq!(issued.action, AuthorizationIssueAction::Location);
    let (to, parameters) = location(issued.response_content.as_ref());
    assert_eq!(to, client.redirect_uri);
    assert!(parameters.contains(&("state".to_owned(), "af0ifjsldkj".to_owned())));
    let code = issued.authorization_code.unwrap();
    let token = request_token(&api, client, &code_parameters(client, code.expose())).await;
    assert_eq!(token.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn request_uri_is_valid_once_until_it_expires_and_for_its_client_only(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let uri = pushed(&api, client, &query(client)).await;
    let id = client.id.to_string();
    let refused = async |query: String| {
        let answer = ask(&api, query).await;
        assert_eq!(answer.action, AuthorizationAction::BadRequest);
        assert_code(answer.result_code.as_deref(), "A006325");
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["error"], "invalid_request_uri");
    };
    // Another client can neither use nor invalidate it.
    let other = another_client(&api, "https://other.example/").await;
    let other = other.client_id.unwrap().to_string();
    refused(by_reference(&other, &uri)).await;
    let answer = ask(&api, by_reference(&id, &uri)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    refused(by_reference(&id, &uri)).await;
    refused(by_reference(
        &id,
        "urn:ietf:params:oauth:request_uri:made-up",
    ))
    .await;
    // The error is sent to the redirect URI if the request has a registered one.
    let with_redirect_uri = form(&[("redirect_uri", client.redirect_uri.as_str())]);
    let answer = ask(
        &api,
        format!("{}&{with_redirect_uri}", by_reference(&id, &uri)),
    )
    .await;
    assert_eq!(answer.action, AuthorizationAction::Location);

    let late = pushed(&api, client, &query(client)).await;
    emulator.advance(Duration::from_secs(600));
    refused(by_reference(&id, &late)).await;
}

#[rstest]
#[tokio::test]
async fn invalid_request_is_refused_when_it_is_pushed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let good = query(client);
    let cases = [
        (good.replace("callback", "elsewhere"), "invalid_request"),
        (good.replace("response_type=code", ""), "invalid_request"),
        (good.replace("=code&", "=token&"), "unauthorized_client"),
        (format!("{good}&state=twice"), "invalid_request"),
        (format!("{good}&request_uri=urn%3Ax"), "invalid_request"),
        (format!("{good}&request=x"), "invalid_request_object"),
        (format!("{good}&resource=relative"), "invalid_target"),
        (String::new(), "invalid_request"),
    ];
    for (parameters, expected) in cases {
        assert_eq!(
            error(&api, client, &parameters).await,
            expected,
            "{parameters}"
        );
    }
    let large = format!("{good}&login_hint={}", "x".repeat(64 * 1024));
    let answer = push(&api, client, &large).await;
    assert_eq!(answer.action, PushedAuthReqAction::PayloadTooLarge);
}

#[rstest]
#[tokio::test]
async fn only_a_client_that_authenticates_may_push(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let wrong = PushedAuthReqRequest::new(query(client))
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.push_authorization_request(&wrong).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Unauthorized);
    assert_eq!(answer.request_uri, None);
    let none = PushedAuthReqRequest::new(query(client));
    let answer = api.push_authorization_request(&none).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Unauthorized);

    // The secret is in the body, and is not stored with the request.
    let secret = form(&[("client_secret", client.secret.expose())]);
    let body = PushedAuthReqRequest::new(format!("{}&{secret}", query(client)));
    let answer = api.push_authorization_request(&body).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Created);
    let method = Some(ClientAuthMethod::ClientSecretPost);
    assert_eq!(answer.client_auth_method, method);

    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::ClientCredentials]);
    })
    .await;
    let answer = push(&api, client, &query(client)).await;
    assert_eq!(answer.action, PushedAuthReqAction::Forbidden);
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "unauthorized_client");
}

#[rstest]
#[tokio::test]
async fn unpushed_request_is_refused_if_par_is_required(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| client.par_required = Some(true)).await;
    let answer = ask(&api, query(client)).await;
    assert_eq!(answer.action, AuthorizationAction::Location);
    assert_code(answer.result_code.as_deref(), "A008305");
    let uri = pushed(&api, client, &query(client)).await;
    let answer = ask(&api, by_reference(&client.alias, &uri)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    configure_client(&api, client.id, |client| client.par_required = None).await;
    configure(&emulator, &api, |service| service.par_required = Some(true)).await;
    let answer = ask(&api, query(client)).await;
    assert_code(answer.result_code.as_deref(), "A008306");
}

/// An emulator whose client has registered a key.
async fn start_signing(version: ApiVersion) -> (Emulator, Authlete, jwt::Key) {
    let (emulator, api) = start(version).await;
    let key = jwt::Key::generate();
    configure_client(&api, emulator.client().id, |client| {
        client.jwks = Some(key.jwks().into());
        client.front_channel_request_object_encryption_required = Some(true);
    })
    .await;
    (emulator, api, key)
}

#[rstest]
#[tokio::test]
async fn request_object_can_be_pushed(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, key) = start_signing(version).await;
    let client = emulator.client();
    let claims = json!({
        "client_id": client.id.to_string(),
        "response_type": "code",
        "redirect_uri": client.redirect_uri,
        "scope": "write",
        "prompt": "consent",
    });
    // Encryption is required for the front channel only.
    let object = form(&[("request", key.sign(&claims).as_str()), ("scope", "read")]);
    let uri = pushed(&api, client, &object).await;
    let answer = ask(&api, by_reference(&client.id.to_string(), &uri)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(answer.scopes.unwrap()[0].name.as_deref(), Some("write"));
    assert!(answer.request_object_payload.is_some());
    let object = form(&[("request", jwt::Key::generate().sign(&claims).as_str())]);
    assert_eq!(error(&api, client, &object).await, "invalid_request_object");
    // Another client pushes the request object.
    let other = another_client(&api, &client.redirect_uri).await;
    let other = other.client_id.unwrap().to_string();
    let stolen = form(&[
        ("request", key.sign(&claims).as_str()),
        ("client_id", &other),
    ]);
    let request = PushedAuthReqRequest::new(stolen);
    let answer = api.push_authorization_request(&request).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::BadRequest);
}

/// A DPoP proof for the PAR endpoint of the emulator's service.
fn proof(key: &jwt::Key, id: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
    let claims = json!({
        "jti": id,
        "htm": "POST",
        "htu": "https://as.example/par",
        "iat": now.as_secs(),
    });
    key.sign_with(&header, &claims)
}

#[rstest]
#[tokio::test]
async fn dpop_proof_of_a_pushed_request_binds_the_code(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = jwt::Key::generate();
    let request = PushedAuthReqRequest::new(query(client))
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .dpop(proof(&key, "1"));
    let answer = api.push_authorization_request(&request).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Created, "{answer:?}");
    let uri = answer.request_uri.unwrap();
    let code = code(&api, &by_reference(&client.id.to_string(), &uri)).await;
    let without = request_token(&api, client, &code_parameters(client, &code)).await;
    assert_eq!(without.action, TokenAction::BadRequest);

    let other = format!("{}&dpop_jkt={}", query(client), "A".repeat(43));
    let request = PushedAuthReqRequest::new(other)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .dpop(proof(&key, "2"));
    let answer = api.push_authorization_request(&request).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A903302");
    let replayed = request.dpop(proof(&key, "1"));
    let answer = api.push_authorization_request(&replayed).await.unwrap();
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "invalid_dpop_proof");
}

#[rstest]
#[tokio::test]
async fn proof_is_checked_with_htm_htu_and_dpop_nonce_required_of_the_call(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = jwt::Key::generate();
    let signed = |changes: &[(&str, &str)]| {
        let proof = proof(&key, changes[0].1);
        let (header, mut claims) = jwt::parts(&proof);
        for (name, value) in changes {
            claims[*name] = (*value).into();
        }
        PushedAuthReqRequest::new(query(client))
            .client_id(client.id.to_string())
            .client_secret(&client.secret)
            .dpop(key.sign_with(&header, &claims))
    };
    let push = async |request: &PushedAuthReqRequest, expected: Option<&str>| {
        let answer = api.push_authorization_request(request).await.unwrap();
        let body = content(answer.response_content.as_ref());
        let error = body.get("error").and_then(|error| error.as_str());
        assert_eq!(error, expected, "{body}");
        let is_created = answer.action == PushedAuthReqAction::Created;
        assert_eq!(is_created, expected.is_none());
        answer.dpop_nonce
    };
    let invalid = Some("invalid_dpop_proof");
    let other_method = signed(&[("jti", "1"), ("htm", "PUT")]);
    push(&other_method, invalid).await;
    push(&other_method.clone().htm("PUT"), None).await;
    let elsewhere = "https://as.example/tenant/par";
    let other_url = signed(&[("jti", "2"), ("htu", elsewhere)]);
    push(&other_url, invalid).await;
    push(&other_url.clone().htu(elsewhere), None).await;

    let plain = signed(&[("jti", "3")]);
    let demanding = plain.clone().dpop_nonce_required(true);
    let nonce = push(&demanding, Some("use_dpop_nonce")).await.unwrap();
    let good = signed(&[("jti", "4"), ("nonce", &nonce)]).dpop_nonce_required(true);
    assert_eq!(push(&good, None).await, Some(nonce.clone()));
    assert_eq!(push(&plain, None).await, None);
    configure(&emulator, &api, |service| {
        service.dpop_nonce_required = Some(true);
    })
    .await;
    let plain = signed(&[("jti", "5")]);
    assert_eq!(push(&plain, Some("use_dpop_nonce")).await, Some(nonce));
}
