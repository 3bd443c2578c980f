//! OAuth flows against the emulator, with both generations.

use std::time::Duration;

use authlete::types::{
    AuthorizationAction, AuthorizationFailAction, AuthorizationFailReason,
    AuthorizationFailRequest, AuthorizationIssueAction, AuthorizationIssueRequest,
    AuthorizationRequest, IntrospectionAction, IntrospectionRequest, RevocationAction,
    RevocationRequest, TokenAction, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete, Error, Secret};
use authlete_emulator::Emulator;
use form_urlencoded::{Serializer, parse};
use rstest::rstest;

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A handle, and the emulator that it calls.
struct Fixture {
    emulator: Emulator,
    api: Authlete,
}

impl Fixture {
    async fn start(version: ApiVersion) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        Self { emulator, api }
    }

    fn authorization_request(&self) -> AuthorizationRequest {
        let client = self.emulator.client();
        let parameters = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id.to_string())
            .append_pair("redirect_uri", &client.redirect_uri)
            .append_pair("scope", "read")
            .append_pair("state", "a state & more")
            .append_pair("code_challenge", CHALLENGE)
            .append_pair("code_challenge_method", "S256")
            .finish();
        AuthorizationRequest::new(parameters)
    }

    async fn ticket(&self) -> Secret {
        let answer = self
            .api
            .authorization(&self.authorization_request())
            .await
            .unwrap();
        assert_eq!(answer.action, AuthorizationAction::Interaction);
        answer.ticket.unwrap()
    }

    async fn code(&self) -> Secret {
        let request = AuthorizationIssueRequest::new(self.ticket().await, "john");
        let answer = self.api.authorization_issue(&request).await.unwrap();
        assert_eq!(answer.action, AuthorizationIssueAction::Location);
        let code = answer.authorization_code.unwrap();
        let location = answer.response_content.unwrap();
        let (redirect_uri, query) = location.expose().split_once('?').unwrap();
        assert_eq!(redirect_uri, self.emulator.client().redirect_uri);
        let parameters: Vec<(String, String)> = parse(query.as_bytes()).into_owned().collect();
        assert!(
            parameters.contains(&("code".into(), code.expose().into())),
            "{parameters:?}"
        );
        assert!(
            parameters.contains(&("state".into(), "a state & more".into())),
            "{parameters:?}"
        );
        code
    }

    fn token_request(&self, parameters: &[(&str, &str)]) -> TokenRequest {
        let parameters = Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let client = self.emulator.client();
        TokenRequest::new(parameters)
            .client_id(client.id.to_string())
            .client_secret(&client.secret)
    }

    async fn redeem(&self, code: &Secret) -> TokenResponse {
        let request = self.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &self.emulator.client().redirect_uri),
            ("code_verifier", VERIFIER),
        ]);
        self.api.token(&request).await.unwrap()
    }

    async fn introspect(&self, token: &Secret) -> IntrospectionAction {
        self.api
            .introspection(&IntrospectionRequest::new(token))
            .await
            .unwrap()
            .action
    }
}

#[rstest]
#[tokio::test]
async fn code_is_redeemed_for_tokens_that_are_refreshed_and_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fixture = Fixture::start(version).await;
    let first = fixture.redeem(&fixture.code().await).await;
    assert_eq!(first.action, TokenAction::Ok, "{:?}", first.result_message);
    assert_eq!(first.subject.as_deref(), Some("john"));
    assert_eq!(first.scopes, Some(vec!["read".to_owned()]));
    let access_token = first.access_token.unwrap();
    assert_eq!(
        fixture.introspect(&access_token).await,
        IntrospectionAction::Ok
    );

    let refresh_token = first.refresh_token.unwrap();
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ];
    let second = fixture
        .api
        .token(&fixture.token_request(&refresh))
        .await
        .unwrap();
    assert_eq!(second.action, TokenAction::Ok);
    let newer = second.access_token.unwrap();
    assert_eq!(fixture.introspect(&newer).await, IntrospectionAction::Ok);
    assert_eq!(
        fixture.introspect(&access_token).await,
        IntrospectionAction::Unauthorized
    );

    let client = fixture.emulator.client();
    let request = RevocationRequest::new(format!("token={}", newer.expose()))
        .client_id(client.id.to_string())
        .client_secret(&client.secret);
    assert_eq!(
        fixture.api.revocation(&request).await.unwrap().action,
        RevocationAction::Ok
    );
    assert_eq!(
        fixture.introspect(&newer).await,
        IntrospectionAction::Unauthorized
    );
}

#[rstest]
#[tokio::test]
async fn reused_code_is_rejected_and_its_tokens_are_revoked(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fixture = Fixture::start(version).await;
    let code = fixture.code().await;
    let token = fixture.redeem(&code).await.access_token.unwrap();
    let again = fixture.redeem(&code).await;
    assert_eq!(again.action, TokenAction::BadRequest);
    let message = again.result_message.as_ref().map(Secret::expose);
    assert_eq!(again.result_code.as_deref(), Some("A050305"), "{message:?}");
    assert!(
        again
            .response_content
            .unwrap()
            .expose()
            .contains("invalid_grant")
    );
    assert_eq!(
        fixture.introspect(&token).await,
        IntrospectionAction::Unauthorized
    );
}

#[rstest]
#[tokio::test]
async fn expired_code_is_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let fixture = Fixture::start(version).await;
    let code = fixture.code().await;
    fixture.emulator.advance(Duration::from_secs(3600));
    assert_eq!(fixture.redeem(&code).await.action, TokenAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn denied_authorization_redirects_with_access_denied(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fixture = Fixture::start(version).await;
    let ticket = fixture.ticket().await;
    let request = AuthorizationFailRequest::new(&ticket, AuthorizationFailReason::Denied);
    let answer = fixture.api.authorization_fail(&request).await.unwrap();
    assert_eq!(answer.action, AuthorizationFailAction::Location);
    assert!(
        answer
            .response_content
            .unwrap()
            .expose()
            .contains("error=access_denied")
    );
    // The ticket is used up.
    let again = fixture.api.authorization_fail(&request).await.unwrap();
    assert_ne!(again.action, AuthorizationFailAction::Location);
}

#[rstest]
#[tokio::test]
async fn wrong_client_secret_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let fixture = Fixture::start(version).await;
    let request = fixture
        .token_request(&[("grant_type", "client_credentials")])
        .client_secret("wrong");
    assert_eq!(
        fixture.api.token(&request).await.unwrap().action,
        TokenAction::InvalidClient
    );
}

#[tokio::test]
async fn wrong_credentials_give_401_and_the_result_code() {
    let emulator = Emulator::start().await.unwrap();
    for (version, config, code) in [
        (
            ApiVersion::V2,
            emulator.config(ApiVersion::V2).service_api_secret("wrong"),
            "A003204",
        ),
        (
            ApiVersion::V3,
            emulator
                .config(ApiVersion::V3)
                .service_access_token("wrong"),
            "A458101",
        ),
    ] {
        let error = Authlete::new(config)
            .unwrap()
            .introspection(&IntrospectionRequest::new("t"))
            .await
            .unwrap_err();
        assert_eq!(error.status().unwrap(), 401, "{version}");
        let message = match &error {
            Error::Api(refused) => refused.result_message.as_ref().map(Secret::expose),
            _ => None,
        };
        assert_eq!(error.result_code(), Some(code), "{version} {message:?}");
        assert!(error.to_string().contains(code), "{error}");
    }
}
