//! Tokens that are bound to a DPoP key (RFC 9449).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::jwt::Key;
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    ClientType, IntrospectionAction, IntrospectionRequest, IntrospectionResponse, TokenAction,
    TokenRequest, TokenResponse, UserInfoAction, UserInfoRequest,
};
use authlete_emulator::RegisteredClient;
use aws_lc_rs::digest::{SHA256, digest};
use rstest::rstest;
use serde_json::{Value, json};

const TOKEN_URL: &str = "https://as.example/token";
const RESOURCE: &str = "https://rs.example/things";

fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

fn header(key: &Key) -> Value {
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() })
}

fn claims(id: &str) -> Value {
    json!({ "jti": id, "htm": "POST", "htu": TOKEN_URL, "iat": now() })
}

fn with(mut members: Value, name: &str, value: Value) -> Value {
    members[name] = value;
    members
}

/// RFC 7638: the required members of the key, ordered by name.
fn thumbprint(key: &Key) -> String {
    let jwk = key.jwk();
    let text = format!(
        r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
        jwk["x"], jwk["y"]
    );
    jwt::encode(digest(&SHA256, text.as_bytes()))
}

/// A proof for the token endpoint.
fn proof(key: &Key, id: &str) -> String {
    key.sign_with(&header(key), &claims(id))
}

/// A proof for the protected resource.
fn proof_of_token(key: &Key, id: &str, token: &str) -> String {
    let claims = json!({
        "jti": id,
        "htm": "GET",
        "htu": "https://rs.example/things",
        "iat": now(),
        "ath": jwt::encode(digest(&SHA256, token.as_bytes())),
    });
    key.sign_with(&header(key), &claims)
}

fn token_request(client: &RegisteredClient, parameters: &str, proof: &str) -> TokenRequest {
    TokenRequest::new(parameters)
        .client_id(client.id.to_string())
        .client_secret(&client.secret)
        .dpop(proof)
        .htm("POST")
        .htu(TOKEN_URL)
}

async fn client_credentials(
    api: &Authlete,
    client: &RegisteredClient,
    proof: &str,
) -> TokenResponse {
    let request = token_request(client, "grant_type=client_credentials", proof);
    api.token(&request).await.unwrap()
}

async fn introspect(api: &Authlete, token: &str, proof: Option<&str>) -> IntrospectionResponse {
    let mut request = IntrospectionRequest::new(token).htm("GET").htu(RESOURCE);
    request.dpop = proof.map(Into::into);
    api.introspection(&request).await.unwrap()
}

/// Checks for the published code of an invalid proof, and for the reason in its message.
fn assert_invalid_proof(answer: &TokenResponse, reason: &str) {
    assert_refused(answer, "invalid_dpop_proof", "A254301");
    let message = answer.result_message.as_ref().unwrap().expose();
    assert!(message.contains(reason), "{message}");
}

fn assert_refused(answer: &TokenResponse, error: &str, code: &str) {
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(content(answer.response_content.as_ref())["error"], error);
}

#[rstest]
#[tokio::test]
async fn bound_token_is_refused_without_a_valid_proof_of_its_key(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let issued = client_credentials(&api, emulator.client(), &proof(&key, "1")).await;
    assert_eq!(
        issued.action,
        TokenAction::Ok,
        "{:?}",
        issued.result_message.as_ref().map(authlete::Secret::expose)
    );
    let response = content(issued.response_content.as_ref());
    assert_eq!(response["token_type"], "DPoP");
    assert_eq!(issued.dpop_nonce, None);
    let token = issued.access_token.unwrap();
    let token = token.expose();

    let own = proof_of_token(&key, "2", token);
    let answer = introspect(&api, token, Some(&own)).await;
    assert_code(answer.result_code.as_deref(), "A056001");
    assert_eq!(answer.action, IntrospectionAction::Ok);

    let other = Key::generate();
    let for_another_token = proof_of_token(&key, "3", "another");
    let no_hash = json!({
        "jti": "4", "htm": "GET", "htu": "https://rs.example/things", "iat": now(),
    });
    let refused = [
        (None, "invalid_token", "A065308", "there is no DPoP proof"),
        (
            Some(proof_of_token(&other, "5", token)),
            "invalid_token",
            "A065309",
            "another DPoP key",
        ),
        (
            Some(for_another_token),
            "invalid_dpop_proof",
            "A065310",
            "ath of the DPoP proof",
        ),
        (
            Some(key.sign_with(&header(&key), &no_hash)),
            "invalid_dpop_proof",
            "A065310",
            "ath of the DPoP proof",
        ),
        (
            Some(own),
            "invalid_dpop_proof",
            "A065310",
            "was used before",
        ),
        (
            Some(proof(&key, "6")),
            "invalid_dpop_proof",
            "A065310",
            "htm of the DPoP proof",
        ),
    ];
    for (proof, error, code, reason) in refused {
        let answer = introspect(&api, token, proof.as_deref()).await;
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.action, IntrospectionAction::Unauthorized);
        let challenge = answer.response_content.unwrap();
        let beginning = format!("DPoP error=\"{error}\",error_description=\"[{code}] ");
        assert!(challenge.expose().starts_with(&beginning), "{challenge:?}");
        assert!(challenge.expose().contains(reason), "{challenge:?}");
        assert!(challenge.expose().contains(",algs=\""), "{challenge:?}");
        assert!(challenge.expose().contains("ES256"));
        assert!(!challenge.expose().contains("HS256"));
    }
}

#[rstest]
#[tokio::test]
async fn invalid_proof_is_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (key, other) = (Key::generate(), Key::generate());
    let mut private = key.jwk();
    private["d"] = json!(jwt::encode([1; 32]));
    let secret = json!({ "kty": "oct", "k": jwt::encode([7; 32]) });
    let headers = [
        (with(header(&key), "typ", json!("JWT")), "A254301"),
        (json!({ "alg": "ES256", "jwk": key.jwk() }), "A254301"),
        (json!({ "typ": "dpop+jwt", "alg": "ES256" }), "A254303"),
        (with(header(&key), "jwk", json!("text")), "A254303"),
        (with(header(&key), "jwk", private), "A254303"),
        (with(header(&key), "jwk", secret), "A254303"),
        (with(header(&key), "jwk", other.jwk()), "A254301"),
        (with(header(&key), "alg", json!("none")), "A254302"),
        (with(header(&key), "alg", json!("HS256")), "A254302"),
        (with(header(&key), "alg", json!("ES384")), "A254301"),
        (with(header(&key), "crit", json!(["b64"])), "A254301"),
    ];
    for (header, code) in headers {
        let proof = key.sign_with(&header, &claims("1"));
        let answer = client_credentials(&api, client, &proof).await;
        assert_refused(&answer, "invalid_dpop_proof", code);
    }
    let wrong = [
        ("htm", json!("GET"), "htm of the DPoP proof"),
        ("htm", json!("post"), "htm of the DPoP proof"),
        ("htm", Value::Null, "htm of the DPoP proof"),
        (
            "htu",
            json!("https://as.example/other"),
            "htu of the DPoP proof",
        ),
        (
            "htu",
            json!("http://as.example/token"),
            "htu of the DPoP proof",
        ),
        ("htu", json!("/token"), "htu of the DPoP proof"),
        ("htu", Value::Null, "htu of the DPoP proof"),
        ("iat", json!(now() - 301), "iat of the DPoP proof"),
        ("iat", json!(now() + 360), "iat of the DPoP proof"),
        ("iat", json!("now"), "iat of the DPoP proof"),
        ("iat", Value::Null, "iat of the DPoP proof"),
        ("jti", Value::Null, "has no jti"),
        ("jti", json!(""), "has no jti"),
    ];
    for (name, value, reason) in wrong {
        let claims = with(claims("1"), name, value.clone());
        let proof = key.sign_with(&header(&key), &claims);
        let answer = client_credentials(&api, client, &proof).await;
        assert_invalid_proof(&answer, reason);
    }
    for malformed in ["text", "a.b.c"] {
        let answer = client_credentials(&api, client, malformed).await;
        assert_invalid_proof(&answer, "is not a JWT");
    }
    for without_alg in ["e30.e30.", "eyJ0eXAiOiJkcG9wK2p3dCJ9.e30."] {
        let answer = client_credentials(&api, client, without_alg).await;
        assert_refused(&answer, "invalid_dpop_proof", "A254304");
    }
    // Refused proofs do not use up the `jti`, accepted ones do.
    let good = proof(&key, "1");
    let answer = client_credentials(&api, client, &good).await;
    assert_eq!(answer.action, TokenAction::Ok);
    let again = client_credentials(&api, client, &good).await;
    assert_invalid_proof(&again, "was used before");
}

#[rstest]
#[tokio::test]
async fn urls_are_compared_in_their_normal_form(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.token_endpoint = Some("HTTPS://AS.example:443/token".to_owned());
    })
    .await;
    let key = Key::generate();
    // Without `htm` and `htu`, POST and the URL of the token endpoint apply.
    let mut request = token_request(
        emulator.client(),
        "grant_type=client_credentials",
        &proof(&key, "1"),
    );
    (request.htm, request.htu) = (None, None);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
}

/// RFC 9449 §4.3 ignores the query of the request; Authlete leaves removing it to the caller.
#[rstest]
#[tokio::test]
async fn url_with_a_query_does_not_match_a_proof_without_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let (client, key) = (emulator.client(), Key::generate());
    let with_query = format!("{TOKEN_URL}?tenant=1");
    let parameters = "grant_type=client_credentials";
    let request = token_request(client, parameters, &proof(&key, "1"));
    let answer = api.token(&request.htu(&*with_query)).await.unwrap();
    assert_invalid_proof(&answer, "htu of the DPoP proof");
    let claims = with(claims("2"), "htu", json!(with_query));
    let same = key.sign_with(&header(&key), &claims);
    let answer = client_credentials(&api, client, &same).await;
    assert_invalid_proof(&answer, "htu of the DPoP proof");
    let request = token_request(client, parameters, &same).htu(with_query);
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);

    let token = answer.access_token.unwrap();
    let own = proof_of_token(&key, "3", token.expose());
    let mut request = IntrospectionRequest::new(token).dpop(own).htm("GET");
    request.htu = Some(format!("{RESOURCE}?page=2"));
    let answer = api.introspection(&request).await.unwrap();
    assert_code(answer.result_code.as_deref(), "A065310");
    request.htu = Some(RESOURCE.to_owned());
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn nonce_of_the_service_is_required_and_expires(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.dpop_nonce_required = Some(true);
        service.dpop_nonce_duration = Some(60);
    })
    .await;
    let key = Key::generate();
    let with_nonce = |id: &str, nonce: &str| {
        let claims = with(claims(id), "nonce", json!(nonce));
        key.sign_with(&header(&key), &claims)
    };
    let code = code(&api, &query(client)).await;
    let parameters = code_parameters(client, &code);
    let exchange = |proof: String| token_request(client, &parameters, &proof);
    let first = api.token(&exchange(proof(&key, "1"))).await.unwrap();
    assert_refused(&first, "use_dpop_nonce", "A906305");
    let nonce = first.dpop_nonce.unwrap();
    let made_up = api.token(&exchange(with_nonce("2", "made-up"))).await;
    assert_refused(&made_up.unwrap(), "use_dpop_nonce", "A906305");
    // The code is not used up.
    let second = api.token(&exchange(with_nonce("3", &nonce))).await.unwrap();
    assert_eq!(second.action, TokenAction::Ok);
    assert_eq!(second.dpop_nonce.as_ref(), Some(&nonce));
    let token = second.access_token.unwrap();
    let token = token.expose();

    let without = proof_of_token(&key, "4", token);
    let answer = introspect(&api, token, Some(&without)).await;
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    let challenge = answer.response_content.unwrap();
    assert!(
        challenge
            .expose()
            .starts_with("DPoP error=\"use_dpop_nonce\""),
        "{challenge:?}"
    );
    assert_eq!(answer.dpop_nonce.as_ref(), Some(&nonce));

    emulator.advance(Duration::from_secs(60));
    let late = client_credentials(&api, client, &with_nonce("5", &nonce)).await;
    assert_refused(&late, "use_dpop_nonce", "A906305");
    let next = late.dpop_nonce.unwrap();
    assert_ne!(next, nonce);
    let answer = client_credentials(&api, client, &with_nonce("6", &next)).await;
    assert_eq!(answer.action, TokenAction::Ok);

    // A request without DPoP needs no nonce, but the response has one.
    let bearer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_eq!(bearer.action, TokenAction::Ok);
    assert_eq!(bearer.dpop_nonce, Some(next));
}

#[rstest]
#[tokio::test]
async fn call_can_require_the_nonce(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let (emulator, api) = start(version).await;
    let key = Key::generate();
    let request = token_request(
        emulator.client(),
        "grant_type=client_credentials",
        &proof(&key, "1"),
    )
    .dpop_nonce_required(true);
    let answer = api.token(&request).await.unwrap();
    assert_refused(&answer, "use_dpop_nonce", "A906305");
    assert!(answer.dpop_nonce.is_some());
}

#[rstest]
#[tokio::test]
async fn client_that_requires_dpop_is_refused_without_a_proof(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |settings| {
        settings.dpop_required = Some(true);
    })
    .await;
    let answer = request_token(&api, client, "grant_type=client_credentials").await;
    assert_refused(&answer, "invalid_request", "A906306");
    let answer = client_credentials(&api, client, &proof(&Key::generate(), "1")).await;
    assert_eq!(answer.action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn code_with_dpop_jkt_is_refused_for_another_key(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (key, other) = (Key::generate(), Key::generate());
    let query = format!("{}&dpop_jkt={}", query(client), thumbprint(&key));
    let code = code(&api, &query).await;
    let parameters = code_parameters(client, &code);
    let bearer = request_token(&api, client, &parameters).await;
    assert_refused(&bearer, "invalid_grant", "A906307");
    let request = token_request(client, &parameters, &proof(&other, "1"));
    let stolen = api.token(&request).await.unwrap();
    assert_refused(&stolen, "invalid_grant", "A906307");
    let request = token_request(client, &parameters, &proof(&key, "2"));
    let answer = api.token(&request).await.unwrap();
    assert_eq!(
        answer.action,
        TokenAction::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
}

/// RFC 9449 §5.
#[rstest]
#[tokio::test]
async fn refresh_token_of_a_public_client_is_bound_too(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let (key, other) = (Key::generate(), Key::generate());
    let code = code(&api, &query(client)).await;
    let request = token_request(client, &code_parameters(client, &code), &proof(&key, "1"));
    let issued = api.token(&request).await.unwrap();
    let refresh = |token: &authlete::Secret| {
        form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
            ("client_id", &client.id.to_string()),
        ])
    };
    // A confidential client has its secret, and may change the key.
    let parameters = refresh(&issued.refresh_token.unwrap());
    let request = token_request(client, &parameters, &proof(&other, "2"));
    let refreshed = api.token(&request).await.unwrap();
    assert_eq!(
        refreshed.action,
        TokenAction::Ok,
        "{:?}",
        refreshed
            .result_message
            .as_ref()
            .map(authlete::Secret::expose)
    );
    let token = refreshed.access_token.unwrap();
    let by_other = proof_of_token(&other, "3", token.expose());
    let answer = introspect(&api, token.expose(), Some(&by_other)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);

    configure_client(&api, client.id, |settings| {
        settings.client_type = Some(ClientType::Public);
    })
    .await;
    let parameters = refresh(&refreshed.refresh_token.unwrap());
    let public = |proof: Option<String>| {
        let mut request = TokenRequest::new(parameters.as_str())
            .htm("POST")
            .htu(TOKEN_URL);
        request.dpop = proof.map(Into::into);
        request
    };
    let bearer = api.token(&public(None)).await.unwrap();
    assert_refused(&bearer, "invalid_grant", "A053311");
    let changed = api.token(&public(Some(proof(&key, "4")))).await.unwrap();
    assert_refused(&changed, "invalid_grant", "A053311");
    let same = api.token(&public(Some(proof(&other, "5")))).await.unwrap();
    assert_eq!(
        same.action,
        TokenAction::Ok,
        "{:?}",
        same.result_message.as_ref().map(authlete::Secret::expose)
    );
    let response = content(same.response_content.as_ref());
    assert_eq!(response["token_type"], "DPoP");
}

#[rstest]
#[tokio::test]
async fn userinfo_requires_a_proof_for_a_bound_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure(&emulator, &api, |service| {
        service.user_info_endpoint = Some("https://rs.example/things".to_owned());
    })
    .await;
    let key = Key::generate();
    let query = query(client).replace("scope=read", "scope=openid");
    let code = code(&api, &query).await;
    let parameters = code_parameters(client, &code);
    let request = token_request(client, &parameters, &proof(&key, "1"));
    let issued = api.token(&request).await.unwrap();
    let token = issued.access_token.expect("an access token");

    let request = UserInfoRequest::new(&token);
    let answer = api.userinfo(&request).await.unwrap();
    assert_eq!(answer.action, UserInfoAction::Unauthorized);
    let challenge = answer.response_content.unwrap();
    let beginning = "DPoP error=\"invalid_token\",error_description=\"[A089311] ";
    assert!(challenge.expose().starts_with(beginning), "{challenge:?}");
    let stolen = proof_of_token(&Key::generate(), "2", token.expose());
    let answer = api.userinfo(&request.clone().dpop(stolen).htm("GET")).await;
    assert_code(answer.unwrap().result_code.as_deref(), "A089312");
    let no_hash = json!({
        "jti": "3", "htm": "GET", "htu": "https://rs.example/things", "iat": now(),
    });
    let no_hash = key.sign_with(&header(&key), &no_hash);
    let answer = api
        .userinfo(&request.clone().dpop(no_hash).htm("GET"))
        .await;
    assert_code(answer.unwrap().result_code.as_deref(), "A089313");

    let own = proof_of_token(&key, "4", token.expose());
    let answer = api.userinfo(&request.dpop(&*own).htm("GET")).await;
    assert_eq!(answer.unwrap().action, UserInfoAction::Ok);
    // Another API accepts the same proof.
    let answer = introspect(&api, token.expose(), Some(&own)).await;
    assert_eq!(answer.action, IntrospectionAction::Ok);
}

#[rstest]
#[tokio::test]
async fn introspection_and_userinfo_can_require_the_nonce(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let key = Key::generate();
    let query = query(client).replace("scope=read", "scope=openid");
    let parameters = code_parameters(client, &code(&api, &query).await);
    let request = token_request(client, &parameters, &proof(&key, "1"));
    let token = api.token(&request).await.unwrap().access_token.unwrap();
    let proof = |id: &str| proof_of_token(&key, id, token.expose());

    let introspection = IntrospectionRequest::new(&token).htm("GET").htu(RESOURCE);
    let userinfo = UserInfoRequest::new(&token).htm("GET").htu(RESOURCE);
    // Neither the service nor the call requires a nonce.
    let answer = api
        .introspection(&introspection.clone().dpop(proof("2")))
        .await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.dpop_nonce, None);
    let answer = api
        .userinfo(&userinfo.clone().dpop(proof("3")))
        .await
        .unwrap();
    assert_eq!(answer.action, UserInfoAction::Ok);
    assert_eq!(answer.dpop_nonce, None);

    let introspection = introspection.dpop_nonce_required(true);
    let answer = api
        .introspection(&introspection.clone().dpop(proof("4")))
        .await;
    let answer = answer.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    let nonce = answer.dpop_nonce.unwrap();
    let userinfo = userinfo.dpop_nonce_required(true);
    let answer = api
        .userinfo(&userinfo.clone().dpop(proof("5")))
        .await
        .unwrap();
    assert_eq!(answer.action, UserInfoAction::Unauthorized);
    assert_eq!(answer.dpop_nonce.as_ref(), Some(&nonce));

    let with_nonce = |id: &str, nonce: &str| {
        let (_, claims) = jwt::parts(&proof(id));
        key.sign_with(&header(&key), &with(claims, "nonce", json!(nonce)))
    };
    let request = introspection.clone().dpop(with_nonce("6", "made-up"));
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Unauthorized);
    let request = introspection.dpop(with_nonce("7", &nonce));
    let answer = api.introspection(&request).await.unwrap();
    assert_eq!(answer.action, IntrospectionAction::Ok);
    assert_eq!(answer.dpop_nonce.as_ref(), Some(&nonce));
    let request = userinfo.dpop(with_nonce("8", &nonce));
    let answer = api.userinfo(&request).await.unwrap();
    assert_eq!(answer.action, UserInfoAction::Ok);
    assert_eq!(answer.dpop_nonce.as_ref(), Some(&nonce));
}

#[rstest]
#[tokio::test]
async fn method_of_the_call_must_match_the_proof(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let (client, key) = (emulator.client(), Key::generate());
    let claims = with(claims("1"), "htm", json!("GET"));
    let proof = key.sign_with(&header(&key), &claims);
    let answer = client_credentials(&api, client, &proof).await;
    assert_invalid_proof(&answer, "htm of the DPoP proof");
    let request = token_request(client, "grant_type=client_credentials", &proof);
    let answer = api.token(&request.htm("GET")).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok);
}
