//! Introspection of access tokens by protected resources.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationIssueRequest, GrantType, IntrospectionAction, IntrospectionRequest,
    IntrospectionResponse, JwsAlg, Pair, Property, Scope, TokenUpdateRequest,
};
use authlete_emulator::RegisteredClient;
use rstest::rstest;

const RESOURCES: [&str; 2] = ["https://rs.example/a", "https://rs.example/b"];

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs().try_into().unwrap()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// A token for two resources, of a user who has just logged in.
async fn token(api: &Authlete, client: &RegisteredClient) -> authlete::Secret {
    let resources = RESOURCES.map(|resource| ("resource", resource));
    let query = format!("{}&{}", query(client), form(&resources));
    let issue = AuthorizationIssueRequest::new(ticket(api, &query).await, "alice")
        .acr("urn:example:strong")
        .auth_time(now());
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.unwrap();
    let answer = request_token(api, client, &code_parameters(client, code.expose())).await;
    answer.access_token.expect("an access token")
}

async fn introspect(api: &Authlete, request: IntrospectionRequest) -> IntrospectionResponse {
    api.introspection(&request).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn introspection_returns_all_that_was_granted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let pair = |value: &str| Pair::new("of", value);
    configure(&emulator, &api, |service| {
        service.attributes = Some(vec![pair("the service")]);
        service.rs_response_signed = Some(true);
    })
    .await;
    configure_client(&api, client.id, |client| {
        client.attributes = Some(vec![pair("the client")]);
    })
    .await;
    let token = token(&api, client).await;
    let answer = introspect(&api, IntrospectionRequest::new(&token)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_code(answer.result_code.as_deref(), "A056001");
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.acr.as_deref(), Some("urn:example:strong"));
    assert!(answer.auth_time.unwrap() > 0);
    assert_eq!(answer.resources, Some(texts(&RESOURCES)));
    assert_eq!(answer.access_token_resources, Some(texts(&RESOURCES)));
    assert_eq!(answer.client_attributes, Some(vec![pair("the client")]));
    assert_eq!(answer.service_attributes, Some(vec![pair("the service")]));
    assert_eq!(answer.client_id_alias.as_ref(), Some(&client.alias));
    assert_eq!(answer.client_id_alias_used, Some(false));
    assert_eq!(answer.response_signing_required, Some(true));
    assert_eq!(answer.certificate_thumbprint, None);
    let name = |scope: &Scope| scope.name.clone().unwrap();
    let details = answer.scope_details.unwrap();
    let names: Vec<_> = details.iter().map(name).collect();
    assert_eq!(names, ["read", "write"]);
    assert_eq!(
        answer.response_content.unwrap().expose(),
        "Bearer error=\"invalid_request\""
    );
}

#[rstest]
#[tokio::test]
async fn unmet_requirements_are_refused_with_a_challenge(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = token(&api, emulator.client()).await;
    let request = || IntrospectionRequest::new(&token);
    let good = [
        request().scopes(texts(&["write"])),
        request().scopes(texts(&["write", "read"])),
        request().subject("alice"),
        request().resources(texts(&RESOURCES[..1])),
        request().resources(texts(&RESOURCES)),
        request().acr_values(texts(&["urn:example:other", "urn:example:strong"])),
        request().max_age(100),
        request().max_age(0),
        request().max_age(-1),
        request().scopes(texts(&[])).acr_values(texts(&[])),
    ];
    for request in good {
        let answer = introspect(&api, request).await;
        assert_eq!(answer.action, IntrospectionAction::Ok);
        assert_eq!(answer.sufficient, Some(true));
    }
    let wrong = [
        (
            request().scopes(texts(&["read", "email"])),
            IntrospectionAction::Forbidden,
            "Bearer error=\"insufficient_scope\",error_description=\"[A064302] the access token does not cover the required scopes\",error_uri=\"https://docs.authlete.com/#A064302\",scope=\"read email\"",
        ),
        (
            request().subject("bob"),
            IntrospectionAction::Forbidden,
            "Bearer error=\"invalid_request\",error_description=\"[A066302] the access token does not belong to the required subject\",error_uri=\"https://docs.authlete.com/#A066302\"",
        ),
        (
            request().resources(texts(&[RESOURCES[0], "https://rs.example/c"])),
            IntrospectionAction::Forbidden,
            "Bearer error=\"invalid_target\",error_description=\"[A912301] the access token is not for the required resources\",error_uri=\"https://docs.authlete.com/#A912301\"",
        ),
        (
            request().acr_values(texts(&["urn:example:a", "urn:example:b"])),
            IntrospectionAction::Unauthorized,
            "Bearer error=\"insufficient_user_authentication\",error_description=\"[A912302] the user has to authenticate again, or in a stronger way\",error_uri=\"https://docs.authlete.com/#A912302\",acr_values=\"urn:example:a urn:example:b\"",
        ),
    ];
    for (request, action, challenge) in wrong {
        let answer = introspect(&api, request).await;
        assert_eq!(answer.action, action);
        assert_eq!(answer.response_content.unwrap().expose(), challenge);
        // The token itself stays usable.
        assert_eq!((answer.existent, answer.usable), (Some(true), Some(true)));
        assert_eq!(answer.subject.as_deref(), Some("alice"));
    }
}

/// RFC 9470.
#[rstest]
#[tokio::test]
async fn max_age_and_acr_values_are_checked_against_the_authentication(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let token = token(&api, client).await;
    let request = || {
        let request = IntrospectionRequest::new(&token).max_age(100);
        request.acr_values(texts(&["urn:example:strong"]))
    };
    let answer = introspect(&api, request()).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    emulator.advance(Duration::from_secs(102));
    let answer = introspect(&api, request()).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_eq!(
        answer.response_content.unwrap().expose(),
        "Bearer error=\"insufficient_user_authentication\",error_description=\"[A912302] the user has to authenticate again, or in a stronger way\",error_uri=\"https://docs.authlete.com/#A912302\",acr_values=\"urn:example:strong\",max_age=\"100\"",
    );

    // The time and the ACR of this login are unknown.
    let unknown = tokens(&api, client).await.access_token.unwrap();
    for request in [
        IntrospectionRequest::new(&unknown).max_age(i32::MAX),
        IntrospectionRequest::new(&unknown).acr_values(texts(&["any"])),
    ] {
        let answer = introspect(&api, request).await;
        assert_eq!(answer.action, IntrospectionAction::Unauthorized);
        assert_code(answer.result_code.as_deref(), "A912302");
    }
}

#[rstest]
#[tokio::test]
async fn proof_for_a_token_that_is_bound_to_no_key_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.dpop_nonce_required = Some(true);
    })
    .await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let request = IntrospectionRequest::new(&token).dpop("ignored");
    let answer = introspect(&api, request).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_code(answer.result_code.as_deref(), "A065309");
    let challenge = answer.response_content.unwrap();
    let beginning = "Bearer error=\"invalid_token\",error_description=\"[A065309] ";
    assert!(challenge.expose().starts_with(beginning), "{challenge:?}");
    assert!(challenge.expose().contains("not bound to a DPoP key"));
    assert_eq!(answer.dpop_nonce, None);
    let answer = introspect(&api, IntrospectionRequest::new(token)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn members_without_a_value_in_the_token_are_absent(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let own = request_token(&api, client, "grant_type=client_credentials&scope=read").await;
    let own = own.access_token.unwrap();
    let answer = introspect(&api, IntrospectionRequest::new(own)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.subject, None, "client credentials");
    assert_eq!(answer.refreshable, Some(false), "no refresh token");
    assert_eq!(answer.properties, None);
    assert_eq!(answer.grant_id, None);
    assert_eq!(answer.dpop_nonce, None);
    assert_eq!(answer.acr, None);
    assert_eq!(answer.grant_type, Some(GrantType::ClientCredentials));

    let issue = AuthorizationIssueRequest::new(ticket(&api, &query(client)).await, "alice")
        .properties([Property::new("color", "blue")]);
    let code = api.authorization_issue(&issue).await.unwrap();
    let code = code.authorization_code.unwrap();
    let issued = request_token(&api, client, &code_parameters(client, code.expose())).await;
    let request = IntrospectionRequest::new(issued.access_token.unwrap());
    let answer = introspect(&api, request.clone()).await;
    assert_eq!(answer.refreshable, Some(true));
    assert_eq!(answer.grant_type, Some(GrantType::AuthorizationCode));
    let color = Property::new("color", "blue");
    assert_eq!(answer.properties, Some(vec![color]));

    // The refresh token has expired as well.
    emulator.advance(Duration::from_secs(864_001));
    let answer = introspect(&api, request).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    assert_ne!(answer.refreshable, Some(true));
    assert_ne!(answer.usable, Some(true));
}

#[rstest]
#[tokio::test]
async fn introspection_returns_the_resources_of_the_token_and_those_requested(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        let scopes = service.supported_scopes.as_mut().unwrap();
        let read = scopes
            .iter_mut()
            .find(|scope| scope.name.as_deref() == Some("read"));
        read.unwrap().attributes = Some(vec![Pair::new("key", "value")]);
    })
    .await;
    let resources = RESOURCES.map(|resource| ("resource", resource));
    let asking = query(client).replace(&client.id.to_string(), &client.alias);
    let code = code(&api, &format!("{asking}&{}", form(&resources))).await;
    let parameters = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", &client.alias),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", VERIFIER),
        ("resource", RESOURCES[1]),
    ]);
    let issued = request_token(&api, client, &parameters).await;
    let request = IntrospectionRequest::new(issued.access_token.unwrap());
    let answer = introspect(&api, request).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.resources, Some(texts(&RESOURCES)));
    assert_eq!(answer.access_token_resources, Some(texts(&RESOURCES[1..])));
    assert_eq!(answer.client_id_alias.as_ref(), Some(&client.alias));
    assert_eq!(answer.client_id_alias_used, Some(true));
    let attributes: Vec<_> = answer
        .scope_details
        .unwrap()
        .into_iter()
        .map(|scope| scope.attributes)
        .collect();
    assert_eq!(attributes, [Some(vec![Pair::new("key", "value")]), None]);
}

#[rstest]
#[tokio::test]
async fn introspection_returns_the_authorization_details_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.supported_authorization_details_types = Some(vec!["payment".to_owned()]);
    })
    .await;
    let details = r#"[{"type":"payment","amount":7},{"type":"payment","amount":8}]"#;
    let details = form(&[("authorization_details", details)]);
    let code = code(&api, &format!("{}&{details}", query(client))).await;
    let narrowed = form(&[(
        "authorization_details",
        r#"[{"type":"payment","amount":8}]"#,
    )]);
    let parameters = format!("{}&{narrowed}", code_parameters(client, &code));
    let issued = request_token(&api, client, &parameters).await;
    let request = IntrospectionRequest::new(issued.access_token.unwrap());
    let answer = introspect(&api, request).await;
    let elements = answer.authorization_details.unwrap().elements.unwrap();
    let amounts: Vec<_> = elements
        .into_iter()
        .map(|element| element.other_fields.unwrap())
        .collect();
    assert_eq!(amounts, [r#"{"amount":8}"#]);
}

/// The stored token counts, not the claims of the JWT.
#[rstest]
#[tokio::test]
async fn introspection_of_a_jwt_returns_the_current_state_of_its_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let issued = tokens(&api, emulator.client()).await;
    let jwt = issued.jwt_access_token.unwrap();
    let answer = introspect(&api, IntrospectionRequest::new(&jwt)).await;
    assert_eq!(answer.scopes, Some(texts(&["read", "write"])));
    let mut update = TokenUpdateRequest::new();
    update.access_token = issued.access_token;
    update.scopes = Some(texts(&["read"]));
    api.token_update(&update).await.unwrap();
    let answer = introspect(&api, IntrospectionRequest::new(&jwt)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.scopes, Some(texts(&["read"])));
    assert!(jwt::parts(jwt.expose()).1.to_string().contains("write"));
}

#[rstest]
#[tokio::test]
async fn token_of_a_deleted_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    api.delete_client(emulator.client().id).await.unwrap();
    let answer = introspect(&api, IntrospectionRequest::new(token)).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
}
