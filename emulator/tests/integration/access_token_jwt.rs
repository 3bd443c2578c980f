//! Access tokens that are JWTs (RFC 9068).

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AuthorizationIssueRequest, IntrospectionAction, IntrospectionRequest, JwsAlg, Property,
    RevocationRequest, TokenAction, TokenCreateAction, TokenCreateRequest, TokenRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::json;

async fn start_with(version: ApiVersion, alg: JwsAlg) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.access_token_sign_alg = Some(alg);
    })
    .await;
    (emulator, api)
}

async fn is_active(api: &Authlete, token: &str) -> bool {
    let request = IntrospectionRequest::new(token);
    let answer = api.introspection(&request).await.unwrap();
    answer.action == IntrospectionAction::Ok
}

#[rstest]
#[tokio::test]
async fn jwt_access_token_has_the_claims_of_the_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version, JwsAlg::Es256).await;
    let client = emulator.client();
    let query = format!(
        "{}&resource=https://a.example/&resource=https://b.example/",
        query(client)
    );
    let mut hidden = Property::new("note", "inside");
    hidden.hidden = Some(true);
    let request = AuthorizationIssueRequest::new(ticket(&api, &query).await, "alice")
        .acr("gold")
        .auth_time(1_700_000_000)
        .jwt_at_claims(r#"{"tenant":"a","iss":"forged","amr":["pwd"]}"#)
        .properties([Property::new("shop", "7"), hidden]);
    let issued = api.authorization_issue(&request).await.unwrap();
    let code = issued.authorization_code.unwrap();
    let parameters = format!(
        "{}&resource=https://b.example/",
        code_parameters(client, code.expose())
    );
    let request = TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        // Ignored: in a token request, this is for client credentials and Native SSO only.
        .jwt_at_claims(r#"{"tenant":"b"}"#);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(Secret::expose)
    );

    let jwt = answer.jwt_access_token.unwrap();
    let opaque = answer.access_token.unwrap();
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["access_token"], jwt.expose());
    let (header, _) = jwt::parts(jwt.expose());
    assert_eq!(
        header,
        json!({"alg": "ES256", "kid": "p256-signing", "typ": "at+jwt"})
    );
    let mut claims = jwt::verified(jwt.expose(), &jwks(&api).await);
    let expires_at = answer.access_token_expires_at.unwrap() / 1000;
    let issued_at = claims["iat"].as_i64().unwrap();
    assert!((86_399..=86_401).contains(&(expires_at - issued_at)));
    claims.as_object_mut().unwrap().remove("iat");
    assert_eq!(
        claims,
        json!({
            "iss": "https://as.example",
            "sub": "alice",
            "aud": ["https://b.example/"],
            "exp": expires_at,
            "jti": opaque.expose(),
            "client_id": client.id.to_string(),
            "scope": "read write",
            "acr": "gold",
            "auth_time": 1_700_000_000,
            "grant_type": "authorization_code",
            "tenant": "a",
            "amr": ["pwd"],
            "shop": "7",
        })
    );
    // Introspection accepts the JWT and the opaque value of the token.
    assert!(is_active(&api, jwt.expose()).await);
    assert!(is_active(&api, opaque.expose()).await);
    let changed = format!("{}x", jwt.expose());
    assert!(!is_active(&api, &changed).await);
}

#[rstest]
#[tokio::test]
async fn jwt_is_inactive_after_its_token_is_refreshed_or_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version, JwsAlg::Rs256).await;
    let client = emulator.client();
    let first = tokens(&api, client).await;
    let first_jwt = first.jwt_access_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh_token.unwrap().expose()),
    ]);
    let second = request_token(&api, client, &parameters).await;
    let second_jwt = second.jwt_access_token.unwrap();
    assert!(!is_active(&api, first_jwt.expose()).await);
    assert!(is_active(&api, second_jwt.expose()).await);
    assert_eq!(
        jwt::verified(second_jwt.expose(), &jwks(&api).await)["jti"],
        second.access_token.as_ref().unwrap().expose()
    );
    let request = RevocationRequest::new(form(&[("token", second_jwt.expose())]))
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    api.revocation(&request).await.unwrap();
    assert!(!is_active(&api, second_jwt.expose()).await);
    assert!(!is_active(&api, second.access_token.unwrap().expose()).await);
}

#[rstest]
#[tokio::test]
async fn client_credentials_jwt_has_no_sub_and_bindings_are_in_cnf(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version, JwsAlg::EdDsa).await;
    let answer = request_token(
        &api,
        emulator.client(),
        "grant_type=client_credentials&scope=read",
    )
    .await;
    let (_, claims) = jwt::parts(answer.jwt_access_token.unwrap().expose());
    assert_eq!(claims.get("sub"), None);
    assert_eq!(claims.get("aud"), None);
    assert_eq!(claims.get("cnf"), None);
    assert_eq!(claims["grant_type"], "client_credentials");

    let request = TokenCreateRequest::new("IMPLICIT")
        .client_id(emulator.client().id)
        .subject("alice")
        .certificate_thumbprint("certificate")
        .dpop_key_thumbprint("key");
    let created = api.token_create(&request).await.unwrap();
    let (_, claims) = jwt::parts(created.jwt_access_token.unwrap().expose());
    assert_eq!(
        claims["cnf"],
        json!({"x5t#S256": "certificate", "jkt": "key"})
    );
    assert_eq!(claims["grant_type"], "implicit");
    assert_eq!(created.token_type.as_deref(), Some("DPoP"));
}

#[rstest]
#[tokio::test]
async fn token_issuance_without_a_signing_key_is_a_server_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_with(version, JwsAlg::Es256).await;
    configure(&emulator, &api, |service| {
        service.jwks = None;
    })
    .await;
    let code = code(&api, &query(emulator.client())).await;
    let parameters = code_parameters(emulator.client(), &code);
    let answer = request_token(&api, emulator.client(), &parameters).await;
    assert_eq!(answer.action, TokenAction::InternalServerError);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "server_error");
    let request = TokenCreateRequest::new("IMPLICIT")
        .client_id(emulator.client().id)
        .subject("alice");
    let created = api.token_create(&request).await.unwrap();
    assert_eq!(created.action, TokenCreateAction::InternalServerError);
    let none: Option<Secret> = None;
    assert_eq!(created.access_token, none);
}

#[rstest]
#[tokio::test]
async fn jwt_at_claims_that_are_not_an_object_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .jwt_at_claims("[]");
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A052202");
}
