//! Access tokens at the introspection and the UserInfo endpoint.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::Caller;
use crate::common::jwt::{self, Key};
use crate::common::result_codes::{assert_code, assert_code_for};

const INTROSPECTION: &str = "/auth/introspection";
const USERINFO: &str = "/auth/userinfo";
const USERINFO_ISSUE: &str = "/auth/userinfo/issue";

/// An access token of the code flow, with these settings.
async fn token(caller: &Caller, settings: Value) -> Value {
    let mut body = json!({
        "grantType": "AUTHORIZATION_CODE",
        "clientId": caller.client().id,
        "subject": "alice",
        "scopes": ["openid"],
    });
    body.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let answer = caller.call("/auth/token/create", &body).await;
    assert_eq!(answer["action"], "OK", "{answer}");
    json!({ "token": answer["accessToken"] })
}

#[rstest]
#[case::introspection(INTROSPECTION, "A065301", "A065302")]
#[case::userinfo(USERINFO, "A089303", "A089302")]
#[case::userinfo_issue(USERINFO_ISSUE, "A093303", "A093302")]
#[tokio::test]
async fn expired_access_token_returns_different_codes_for_valid_and_expired_refresh_tokens(
    #[case] path: &str,
    #[case] refreshable: &str,
    #[case] expired: &str,
) {
    let caller = Caller::start().await;
    let durations = json!({ "accessTokenDuration": 60, "refreshTokenDuration": 120 });
    let token = token(&caller, durations).await;
    caller.emulator.advance(Duration::from_secs(61));
    assert_code(Some(&caller.code(path, &token).await), refreshable);
    caller.emulator.advance(Duration::from_secs(60));
    assert_code(Some(&caller.code(path, &token).await), expired);
}

#[rstest]
#[case::introspection(INTROSPECTION, "A065303")]
#[case::userinfo(USERINFO, "A089301")]
#[case::userinfo_issue(USERINFO_ISSUE, "A093301")]
#[tokio::test]
async fn expired_access_token_without_refresh_token_returns_a_specific_result_code(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let settings = json!({ "grantType": "IMPLICIT", "accessTokenDuration": 60 });
    let token = token(&caller, settings).await;
    caller.emulator.advance(Duration::from_secs(61));
    assert_code(Some(&caller.code(path, &token).await), expected);
}

#[rstest]
#[case::scopes(json!({ "scopes": [] }), json!({ "scopes": ["read"] }), "A064301")]
#[case::subject(
    json!({ "grantType": "CLIENT_CREDENTIALS", "subject": "", "scopes": ["read"] }),
    json!({ "subject": "alice" }),
    "A066301"
)]
#[tokio::test]
async fn token_without_the_required_scope_or_subject_returns_the_result_code_for_it(
    #[case] settings: Value,
    #[case] demands: Value,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let mut body = token(&caller, settings).await;
    let members = body.as_object_mut().unwrap();
    members.extend(demands.as_object().unwrap().clone());
    assert_code(Some(&caller.code(INTROSPECTION, &body).await), expected);
}

#[rstest]
#[case::introspection(INTROSPECTION, ["A065304", "A065307", "A065305"])]
#[case::userinfo(USERINFO, ["A089307", "A089308", "A089310"])]
#[tokio::test]
async fn certificate_bound_token_returns_different_codes_for_missing_malformed_and_other_certificates(
    #[case] path: &str,
    #[case] expected: [&str; 3],
) {
    let caller = Caller::start().await;
    let token = token(&caller, json!({ "certificateThumbprint": "a" })).await;
    let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]);
    let certificate = certificate.unwrap().cert.pem();
    let certificates = [None, Some("no certificate"), Some(&*certificate)];
    for (certificate, code) in certificates.into_iter().zip(expected) {
        let mut body = token.clone();
        body["clientCertificate"] = certificate.into();
        assert_code_for(
            Some(&caller.code(path, &body).await),
            code,
            format_args!("{certificate:?}"),
        );
    }
}

#[rstest]
#[case::introspection(INTROSPECTION, ["A065311", "A065312", "A065313"])]
#[case::userinfo(USERINFO, ["A089314", "A089315", "A089316"])]
#[tokio::test]
async fn key_bound_token_returns_the_result_code_for_the_invalid_proof_header(
    #[case] path: &str,
    #[case] expected: [&str; 3],
) {
    let caller = Caller::start().await;
    let mut body = token(&caller, json!({ "dpopKeyThumbprint": "a" })).await;
    body["htm"] = "GET".into();
    body["htu"] = "https://api.example/".into();
    let key = Key::generate();
    let claims = json!({ "jti": "1", "htm": "GET", "htu": "https://api.example/", "iat": 0 });
    let symmetric = json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk() });
    let proofs = [
        jwt::hmac_with(&symmetric, b"secret", &claims),
        key.sign_with(&json!({ "typ": "dpop+jwt", "alg": "ES256" }), &claims),
        key.sign_with(&json!({ "typ": "dpop+jwt", "jwk": key.jwk() }), &claims),
    ];
    for (proof, code) in proofs.into_iter().zip(expected) {
        body["dpop"] = proof.into();
        assert_code(Some(&caller.code(path, &body).await), code);
    }
}
