//! Logout tokens (OpenID Connect Back-Channel Logout 1.0).

use std::collections::HashSet;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationAction, BackchannelLogoutTokenAction, BackchannelLogoutTokenRequest,
    BackchannelLogoutTokenResponse, JweAlg, JweEnc, JwsAlg, TokenAction,
};
use rstest::rstest;
use serde_json::{Value, json};

const URI: &str = "https://client.example/logout";

async fn logout(
    api: &Authlete,
    request: &BackchannelLogoutTokenRequest,
) -> BackchannelLogoutTokenResponse {
    api.backchannel_logout_token(request).await.unwrap()
}

/// The logout token of a successful response.
fn token(answer: &BackchannelLogoutTokenResponse) -> &str {
    assert_eq!(
        answer.action,
        BackchannelLogoutTokenAction::Ok,
        "{answer:?}"
    );
    assert_code(answer.result_code.as_deref(), "A504001");
    answer.logout_token.as_ref().unwrap().expose()
}

#[rstest]
#[tokio::test]
async fn logout_token_has_the_subject_and_the_session(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    configure_client(&api, client.id, |client| {
        client.backchannel_logout_uri = Some(URI.to_owned());
    })
    .await;
    let keys = jwks(&api).await;
    let request = BackchannelLogoutTokenRequest::new(client.id.to_string());
    let cases = [
        (Some("alice"), None),
        (None, Some("session-1")),
        (Some("alice"), Some("session-1")),
    ];
    let mut ids = HashSet::new();
    for (subject, session) in cases {
        let mut request = request.clone();
        request.subject = subject.map(str::to_owned);
        request.session_id = session.map(str::to_owned);
        let answer = logout(&api, &request).await;
        assert_eq!(answer.backchannel_logout_uri.as_deref(), Some(URI));
        let (header, _) = jwt::parts(token(&answer));
        assert_eq!(header["typ"], "logout+jwt");
        assert_eq!(header["alg"], "RS256");
        let claims = jwt::verified(token(&answer), &keys);
        assert_eq!(claims["iss"], "https://as.example");
        assert_eq!(claims["aud"], json!([client.id.to_string()]));
        let event = "http://schemas.openid.net/event/backchannel-logout";
        assert_eq!(claims["events"], json!({ event: {} }));
        assert_eq!(claims["sub"].as_str(), subject);
        assert_eq!(claims["sid"].as_str(), session);
        let [issued_at, end] = ["iat", "exp"].map(|name| claims[name].as_i64().unwrap());
        assert_eq!(end - issued_at, 120);
        assert!(ids.insert(claims["jti"].as_str().unwrap().to_owned()));
        assert_eq!(claims["nonce"], Value::Null);
    }
}

#[rstest]
#[tokio::test]
async fn logout_token_is_signed_and_encrypted_like_an_id_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = BackchannelLogoutTokenRequest::new(&client.alias).subject("alice");
    configure(&emulator, &api, |service| {
        service.id_token_aud_type = Some("string".to_owned());
    })
    .await;
    for (alg, name) in [(JwsAlg::Es256, "ES256"), (JwsAlg::EdDsa, "EdDSA")] {
        configure_client(&api, client.id, |client| {
            client.id_token_sign_alg = Some(alg)
        })
        .await;
        let answer = logout(&api, &request).await;
        assert_eq!(answer.backchannel_logout_uri, None);
        let (header, _) = jwt::parts(token(&answer));
        assert_eq!(header["alg"], name);
        let claims = jwt::verified(token(&answer), &jwks(&api).await);
        assert_eq!(claims["aud"], client.alias, "the identifier in the request");
    }
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Hs256);
    })
    .await;
    let answer = logout(&api, &request).await;
    let claims = jwt::verified_by_secret(token(&answer), client.secret.expose());
    assert_eq!(claims["sub"], "alice");

    let receiver = jwe::Receiver::generate();
    configure_client(&api, client.id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Es256);
        client.id_token_encryption_alg = Some(JweAlg::EcdhEs);
        client.id_token_encryption_enc = Some(JweEnc::A256gcm);
        client.jwks = Some(receiver.jwks().into());
    })
    .await;
    let answer = logout(&api, &request).await;
    let (_, signed) = receiver.open(client.secret.expose(), token(&answer));
    let claims = jwt::verified(&signed, &jwks(&api).await);
    assert_eq!(claims["sub"], "alice");
}

#[rstest]
#[tokio::test]
async fn call_without_client_or_without_subject_and_session_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id.to_string();
    let of = |client: &str| BackchannelLogoutTokenRequest::new(client);
    let cases = [
        (of("").subject("alice"), "A918201"),
        (of("1").subject("alice"), "A918202"),
        (of(&id), "A918203"),
        (of(&id).subject("").session_id(""), "A918203"),
    ];
    for (request, code) in cases {
        let answer = logout(&api, &request).await;
        assert_eq!(answer.action, BackchannelLogoutTokenAction::CallerError);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.logout_token, None);
    }
    configure_client(&api, emulator.client().id, |client| {
        client.backchannel_logout_session_required = Some(true);
    })
    .await;
    // The client requires a session ID, which the API does not enforce.
    let answer = logout(&api, &of(&id).subject("alice")).await;
    let claims = jwt::verified(token(&answer), &jwks(&api).await);
    assert_eq!(claims["sub"], "alice");
    assert_eq!(claims.get("sid"), None);
    token(&logout(&api, &of(&id).session_id("session-1")).await);
}

#[rstest]
#[tokio::test]
async fn logout_token_that_cannot_be_signed_is_a_server_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let id = emulator.client().id;
    let request = BackchannelLogoutTokenRequest::new(id.to_string()).subject("alice");
    configure_client(&api, id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::None)
    })
    .await;
    let answer = logout(&api, &request).await;
    assert_eq!(answer.action, BackchannelLogoutTokenAction::ServerError);
    assert_code(answer.result_code.as_deref(), "A918204");
    configure_client(&api, id, |client| {
        client.id_token_sign_alg = Some(JwsAlg::Rs256)
    })
    .await;
    configure(&emulator, &api, |service| service.jwks = None).await;
    let answer = logout(&api, &request).await;
    assert_eq!(answer.action, BackchannelLogoutTokenAction::ServerError);
    assert_eq!(answer.logout_token, None);
}

#[rstest]
#[tokio::test]
async fn logout_token_is_refused_as_id_token_hint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let request = BackchannelLogoutTokenRequest::new(client.id.to_string()).subject("alice");
    let answer = logout(&api, &request).await;
    let id_token = openid::id_token(&api, client, |issue| issue).await;
    let query = openid::request(client, &client.id.to_string());
    let hinted = |hint: &str| format!("{query}&{}", form(&[("id_token_hint", hint)]));
    let accepted = ask(&api, hinted(&id_token)).await;
    assert_eq!(accepted.action, AuthorizationAction::Interaction);
    let refused = ask(&api, hinted(token(&answer))).await;
    assert_code(refused.result_code.as_deref(), "A901311");
}

#[rstest]
#[tokio::test]
async fn metadata_has_the_logout_settings_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.backchannel_logout_supported = Some(true);
        service.backchannel_logout_session_supported = Some(true);
    })
    .await;
    let published = metadata(&api).await;
    assert_eq!(published["backchannel_logout_supported"], true);
    assert_eq!(published["backchannel_logout_session_supported"], true);
}

#[rstest]
#[tokio::test]
async fn logout_token_revokes_nothing(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let client = emulator.client();
    let issued = tokens(&api, client).await;
    let request = BackchannelLogoutTokenRequest::new(client.id.to_string()).subject("alice");
    token(&logout(&api, &request).await);
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", issued.refresh_token.unwrap().expose()),
    ]);
    let refreshed = request_token(&api, client, &refresh).await;
    assert_eq!(refreshed.action, TokenAction::Ok);
}
