//! Token introspection (RFC 7662), also with JWT responses (RFC 9701).

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    GetServiceJwksQuery, JweAlg, JweEnc, JwsAlg, Property, StandardIntrospectionAction,
    StandardIntrospectionRequest, StandardIntrospectionResponse, TokenRequest,
};
use rstest::rstest;
use serde_json::{Value, json};

const JWT: &str = "application/token-introspection+jwt";
const RS: &str = "https://rs.example";
const SHARED: &str = "a key that the resource server shares with the service";

fn request(token: &str) -> StandardIntrospectionRequest {
    StandardIntrospectionRequest::new(form(&[("token", token)]))
}

async fn introspect(
    api: &Authlete,
    request: &StandardIntrospectionRequest,
) -> StandardIntrospectionResponse {
    api.standard_introspection(request).await.unwrap()
}

async fn members(api: &Authlete, token: &str) -> Value {
    let answer = introspect(api, &request(token)).await;
    assert_code(answer.result_code.as_deref(), "A145001");
    assert_eq!(answer.action, StandardIntrospectionAction::Ok);
    content(answer.response_content.as_ref())
}

/// Requests a JWT response, and returns the JWT.
async fn introspect_as_jwt(api: &Authlete, request: StandardIntrospectionRequest) -> String {
    let request = request.http_accept_header(JWT).rs_uri(RS);
    let answer = introspect(api, &request).await;
    assert_eq!(
        answer.action,
        StandardIntrospectionAction::Jwt,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    answer.response_content.unwrap().expose().to_owned()
}

#[rstest]
#[tokio::test]
async fn access_and_refresh_tokens_are_active_until_they_expire(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let issued = tokens(&api, client).await;
    let access_token = issued.access_token.unwrap();
    let refresh_token = issued.refresh_token.unwrap();
    let end = issued.access_token_expires_at.unwrap() / 1000;
    let of_access_token = members(&api, access_token.expose()).await;
    let iat = of_access_token["iat"].as_i64().unwrap();
    assert_eq!(end - iat, 86_400);
    let expected = json!({
        "active": true,
        "scope": "read write",
        "client_id": client.id.to_string(),
        "token_type": "Bearer",
        "exp": end,
        "iat": iat,
        "sub": "alice",
        "iss": "https://as.example",
    });
    assert_eq!(of_access_token, expected);
    let of_refresh_token = members(&api, refresh_token.expose()).await;
    let expected = json!({
        "active": true,
        "scope": "read write",
        "client_id": client.id.to_string(),
        "exp": issued.refresh_token_expires_at.unwrap() / 1000,
        "iat": iat,
        "sub": "alice",
        "iss": "https://as.example",
    });
    assert_eq!(of_refresh_token, expected);

    // The response for an invalid token does not show the reason.
    let inactive = json!({ "active": false });
    assert_eq!(members(&api, "unheard-of").await, inactive);
    emulator.advance(Duration::from_secs(86_400));
    assert_eq!(members(&api, access_token.expose()).await, inactive);
    assert_eq!(members(&api, refresh_token.expose()).await["active"], true);
    emulator.advance(Duration::from_secs(864_000));
    assert_eq!(members(&api, refresh_token.expose()).await, inactive);
}

#[rstest]
#[tokio::test]
async fn missing_or_repeated_token_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for (parameters, code) in [
        ("", "A145301"),
        ("token_type_hint=access_token", "A145302"),
        ("token=a&token=b", "A913301"),
    ] {
        let request = StandardIntrospectionRequest::new(parameters);
        let answer = introspect(&api, &request).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, StandardIntrospectionAction::BadRequest);
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["error"], "invalid_request");
    }
}

#[rstest]
#[tokio::test]
async fn hidden_properties_are_returned_only_on_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let property = |key: &str, hidden: bool| {
        let mut property = Property::new(key, "value");
        property.hidden = Some(hidden);
        property
    };
    let token = TokenRequest::new("grant_type=client_credentials")
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .properties(vec![
            property("shown", false),
            property("hidden", true),
            property("active", false),
        ]);
    let token = api.token(&token).await.unwrap().access_token.unwrap();
    let shown = members(&api, token.expose()).await;
    assert_eq!(
        (&shown["shown"], &shown["hidden"]),
        (&json!("value"), &Value::Null)
    );
    // A property does not replace a standard member.
    assert_eq!(shown["active"], true);
    assert_eq!(shown.get("sub"), None);
    let request = request(token.expose()).with_hidden_properties(true);
    let all = introspect(&api, &request).await;
    let all = content(all.response_content.as_ref());
    assert_eq!(
        (&all["shown"], &all["hidden"]),
        (&json!("value"), &json!("value"))
    );
}

#[rstest]
#[tokio::test]
async fn token_for_other_resources_is_not_active(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let code = code(&api, &format!("{}&resource={RS}", query(client))).await;
    let issued = request_token(&api, client, &code_parameters(client, &code)).await;
    let token = issued.access_token.unwrap();
    assert_eq!(members(&api, token.expose()).await["aud"], json!([RS]));
    for (resource_server, active) in [(RS, true), ("https://other.example", false)] {
        let answer = introspect(&api, &request(token.expose()).rs_uri(resource_server)).await;
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["active"], active);
    }
    // A token without resources is active for each resource server.
    let plain = tokens(&api, client).await.access_token.unwrap();
    let answer = introspect(&api, &request(plain.expose()).rs_uri(RS)).await;
    assert_eq!(content(answer.response_content.as_ref())["active"], true);
}

#[rstest]
#[tokio::test]
async fn response_can_be_a_signed_jwt(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let jwks = api
        .get_service_jwks(&GetServiceJwksQuery::default())
        .await
        .unwrap();
    let jwks = serde_json::to_value(jwks).unwrap();
    for (alg, name) in [(None, "RS256"), (Some(JwsAlg::Es256), "ES256")] {
        let mut asked = request(token.expose());
        asked.introspection_sign_alg = alg;
        let jwt = introspect_as_jwt(&api, asked).await;
        let (header, _) = jwt::parts(&jwt);
        assert_eq!(header["typ"], "token-introspection+jwt");
        assert_eq!(header["alg"], name);
        let claims = jwt::verified(&jwt, &jwks);
        assert_eq!(claims["iss"], "https://as.example");
        assert_eq!(claims["aud"], RS);
        assert!(claims["iat"].is_i64());
        let plain = members(&api, token.expose()).await;
        assert_eq!(claims["token_introspection"], plain);
        // RFC 9701 §5: claims of the token are not claims of the JWT itself.
        assert_eq!((claims.get("sub"), claims.get("exp")), (None, None));
    }
    let jwt = introspect_as_jwt(&api, request("unheard-of")).await;
    let claims = jwt::verified(&jwt, &jwks);
    assert_eq!(claims["token_introspection"], json!({ "active": false }));

    let accept = format!("application/json;q=0.5, {JWT};q=0.9");
    let listed = request(token.expose())
        .http_accept_header(accept)
        .rs_uri(RS);
    let answer = introspect(&api, &listed).await;
    assert_eq!(answer.action, StandardIntrospectionAction::Jwt);
    let json = request(token.expose()).http_accept_header("application/json, */*");
    let answer = introspect(&api, &json).await;
    assert_eq!(answer.action, StandardIntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn jwt_response_is_signed_and_encrypted_with_shared_keys(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let signed = request(token.expose())
        .introspection_sign_alg(JwsAlg::Hs256)
        .shared_key_for_sign(SHARED);
    let jwt = introspect_as_jwt(&api, signed.clone()).await;
    let (header, claims) = jwt::parts(&jwt);
    assert_eq!(header["alg"], "HS256");
    let (input, signature) = jwt.rsplit_once('.').unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SHARED.as_bytes());
    let signature = jwt::decode(signature);
    aws_lc_rs::hmac::verify(&key, input.as_bytes(), &signature).unwrap();

    let encrypted = signed
        .introspection_encryption_alg(JweAlg::Dir)
        .introspection_encryption_enc(JweEnc::A256gcm)
        .shared_key_for_encryption(SHARED);
    let jwe = introspect_as_jwt(&api, encrypted).await;
    let header: Value =
        serde_json::from_slice(&jwt::decode(jwe.split('.').next().unwrap())).unwrap();
    assert_eq!(
        header,
        json!({ "alg": "dir", "enc": "A256GCM", "cty": "JWT" })
    );
    let nested = jwe::opened(SHARED, &jwe);
    let (_, nested) = jwt::parts(&nested);
    assert_eq!(nested["token_introspection"], claims["token_introspection"]);
}

#[rstest]
#[tokio::test]
async fn jwt_response_is_encrypted_with_the_public_key(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let key = jwt::Key::generate().jwk();
    let asked = request(token.expose())
        .introspection_encryption_alg(JweAlg::EcdhEs)
        .public_key_for_encryption(key.to_string());
    let jwe = introspect_as_jwt(&api, asked).await;
    let header: Value =
        serde_json::from_slice(&jwt::decode(jwe.split('.').next().unwrap())).unwrap();
    assert_eq!(header["alg"], "ECDH-ES");
    assert_eq!(header["enc"], "A128CBC-HS256");
    assert_eq!(header["epk"]["crv"], "P-256");
    assert_eq!(jwe.split('.').count(), 5);
}

#[rstest]
#[tokio::test]
async fn missing_key_is_a_server_error_and_missing_rs_uri_a_bad_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let token = tokens(&api, emulator.client()).await.access_token.unwrap();
    let asked = || request(token.expose()).http_accept_header(JWT);
    let for_rs = || asked().rs_uri(RS);
    let wrong = [
        (for_rs().introspection_sign_alg(JwsAlg::Hs256), "A913202"),
        (
            for_rs()
                .introspection_sign_alg(JwsAlg::Hs256)
                .shared_key_for_sign("too short"),
            "A913202",
        ),
        (for_rs().introspection_sign_alg(JwsAlg::None), "A162203"),
        (
            for_rs().introspection_encryption_alg(JweAlg::RsaOaep256),
            "A913203",
        ),
        (
            for_rs()
                .introspection_encryption_alg(JweAlg::RsaOaep256)
                .public_key_for_encryption("no key"),
            "A913203",
        ),
        (
            for_rs().introspection_encryption_alg(JweAlg::A128kw),
            "A913203",
        ),
    ];
    for (request, code) in wrong {
        let answer = introspect(&api, &request).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(
            answer.action,
            StandardIntrospectionAction::InternalServerError
        );
        let content = content(answer.response_content.as_ref());
        assert_eq!(content["error"], "server_error");
    }
    let answer = introspect(&api, &asked()).await;
    assert_code(answer.result_code.as_deref(), "A913201");
    assert_eq!(answer.action, StandardIntrospectionAction::BadRequest);
    let content = content(answer.response_content.as_ref());
    assert_eq!(content["error"], "invalid_request");
}
