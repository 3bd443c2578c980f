//! Claims that users agreed to disclose, in ID tokens and userinfo responses of the emulator.

use authlete::server::{ConsentedClaims, RequestedClaims, StandardClaims};
use authlete::types::{
    Address, AuthorizationAction, AuthorizationIssueRequest, AuthorizationRequest,
    AuthorizationResponse, BackchannelAuthenticationCompleteAction,
    BackchannelAuthenticationCompleteRequest, BackchannelAuthenticationCompleteResult,
    BackchannelAuthenticationIssueRequest, BackchannelAuthenticationRequest, DeliveryMode,
    DeviceAuthorizationRequest, DeviceCompleteAction, DeviceCompleteRequest, DeviceCompleteResult,
    DeviceVerificationRequest, GrantType, TokenAction, TokenRequest, UserInfoAction,
    UserInfoIssueRequest, UserInfoRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use form_urlencoded::Serializer;
use rstest::rstest;
use serde_json::{Map, Value, json};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn alice() -> StandardClaims {
    StandardClaims::new()
        .name("Alice Yamada")
        .nickname("Al")
        .email("alice@example.com")
        .email_verified(true)
        .phone_number("+14255551212")
        .picture("")
        .address(Address::new().country("Japan"))
        .in_language("ja", StandardClaims::new().name("山田アリス"))
        .other("department", "Sales")
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// An emulator and a handle for it.
struct Scene {
    emulator: Emulator,
    api: Authlete,
}

impl Scene {
    async fn start(version: ApiVersion) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        Self { emulator, api }
    }

    async fn ask(&self, more: &[(&str, &str)]) -> AuthorizationResponse {
        let client = self.emulator.client();
        let id = client.id.to_string();
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", id.as_str()),
            ("redirect_uri", &client.redirect_uri),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        pairs.extend(more);
        let request = AuthorizationRequest::new(form(&pairs));
        let answer = self.api.authorization(&request).await.unwrap();
        assert_eq!(
            answer.action,
            AuthorizationAction::Interaction,
            "{answer:?}"
        );
        answer
    }

    /// Redeems a grant. Returns the access token and the claims of the ID token.
    async fn tokens(&self, parameters: &[(&str, &str)]) -> (Secret, Map<String, Value>) {
        let client = self.emulator.client();
        let request = TokenRequest::new(form(parameters))
            .client_id(client.id)
            .client_secret(&client.secret);
        let answer = self.api.token(&request).await.unwrap();
        assert_eq!(
            answer.action,
            TokenAction::Ok,
            "{:?}",
            answer.result_message
        );
        let id_token = answer.id_token.unwrap();
        (answer.access_token.unwrap(), payload(&id_token))
    }

    /// Issues a code for the consented claims, and redeems it.
    async fn grant(
        &self,
        answer: AuthorizationResponse,
        consented: &ConsentedClaims,
    ) -> (Secret, Map<String, Value>) {
        let request = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice")
            .disclose(consented, &alice());
        let issued = self.api.authorization_issue(&request).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let redirect_uri = &self.emulator.client().redirect_uri;
        self.tokens(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    async fn userinfo(&self, access_token: &Secret) -> Value {
        let request = UserInfoRequest::new(access_token);
        let answer = self.api.userinfo(&request).await.unwrap();
        assert_eq!(answer.action, UserInfoAction::Ok, "{answer:?}");
        let request = UserInfoIssueRequest::new(access_token)
            .disclose(&ConsentedClaims::from(&answer), &alice());
        let issued = self.api.userinfo_issue(&request).await.unwrap();
        serde_json::from_str(issued.response_content.unwrap().expose()).unwrap()
    }
}

/// The claims of an ID token, without those of the token itself.
fn payload(id_token: &Secret) -> Map<String, Value> {
    let part = id_token.expose().split('.').nth(1).unwrap();
    let mut claims: Map<String, Value> =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    claims.retain(|name, _| {
        ![
            "iss", "sub", "aud", "exp", "iat", "at_hash", "s_hash", "nonce",
        ]
        .contains(&name.as_str())
    });
    claims
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

#[rstest]
#[tokio::test]
async fn id_token_and_userinfo_have_the_requested_and_consented_claims(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let claims = json!({
        "id_token": {
            "nickname": { "essential": true },
            "name#ja": null,
            "email": null,
            "gender": { "essential": true },
            "department": { "value": "Legal" },
        },
        "userinfo": { "department": null, "picture": null, "nickname": { "values": ["Bob"] } },
    });
    let claims = claims.to_string();
    let scene = Scene::start(version).await;
    let answer = scene
        .ask(&[
            ("scope", "openid email phone address"),
            ("claims", &claims),
            ("claims_locales", "ja"),
        ])
        .await;
    // The user refuses the scope `email`.
    let consented = RequestedClaims::from(&answer).consent(["openid", "phone", "address"]);
    let (access_token, id_token) = scene.grant(answer, &consented).await;
    let address = json!({ "country": "Japan" });
    assert_eq!(
        id_token,
        object(json!({
            "nickname": "Al", "name#ja": "山田アリス",
            "phone_number": "+14255551212", "address": address,
        }))
    );
    assert_eq!(
        scene.userinfo(&access_token).await,
        json!({
            "sub": "alice", "department": "Sales",
            "phone_number": "+14255551212", "address": address,
        })
    );
}

#[rstest]
#[tokio::test]
async fn no_claims_are_disclosed_when_the_user_refuses_all(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let claims = r#"{"id_token":{"email":null},"userinfo":{"email":null,"department":null}}"#;
    let scene = Scene::start(version).await;
    let answer = scene
        .ask(&[("scope", "openid profile"), ("claims", claims)])
        .await;
    let nothing: [&str; 0] = [];
    let consented = RequestedClaims::from(&answer)
        .consent(["openid"])
        .only(nothing);
    let (access_token, id_token) = scene.grant(answer, &consented).await;
    assert_eq!(id_token, Map::new());
    let userinfo = scene.userinfo(&access_token).await;
    assert_eq!(userinfo, json!({ "sub": "alice" }));
}

/// Lets the client use the device flow, and CIBA by polling.
async fn without_browser(version: ApiVersion) -> Scene {
    let scene = Scene::start(version).await;
    let number = scene.emulator.service_id();
    let mut service = scene.api.get_service(number).await.unwrap();
    service.device_verification_uri = Some("https://as.example/device".to_owned());
    scene.api.update_service(number, &service).await.unwrap();
    let id = scene.emulator.client().id;
    let mut client = scene.api.get_client(id).await.unwrap();
    client.grant_types = Some(vec![GrantType::DeviceCode, GrantType::Ciba]);
    client.bc_delivery_mode = Some(DeliveryMode::Poll);
    scene.api.update_client(id, &client).await.unwrap();
    scene
}

/// The claims that are disclosed when the user refuses the scope `email`.
fn phone_alone() -> Map<String, Value> {
    object(json!({ "phone_number": "+14255551212" }))
}

#[rstest]
#[tokio::test]
async fn device_gets_the_claims_of_granted_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let scene = without_browser(version).await;
    let client = scene.emulator.client();
    let request = DeviceAuthorizationRequest::new(form(&[("scope", "openid email phone")]))
        .client_id(client.id)
        .client_secret(&client.secret);
    let codes = scene.api.device_authorization(&request).await.unwrap();
    let user_code = codes.user_code.unwrap();
    let request = DeviceVerificationRequest::new(&user_code);
    let answer = scene.api.device_verification(&request).await.unwrap();
    let consented = RequestedClaims::from(&answer).consent(["openid", "phone"]);
    let request = DeviceCompleteRequest::new(&user_code, DeviceCompleteResult::Authorized)
        .subject("alice")
        .disclose(&consented, &alice());
    let completed = scene.api.device_complete(&request).await.unwrap();
    assert_eq!(completed.action, DeviceCompleteAction::Success);
    let device_code = codes.device_code.unwrap();
    let (access_token, id_token) = scene
        .tokens(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", device_code.expose()),
        ])
        .await;
    assert_eq!(id_token, phone_alone());
    let mut userinfo = object(scene.userinfo(&access_token).await);
    userinfo.remove("sub");
    assert_eq!(userinfo, phone_alone());
}

#[rstest]
#[tokio::test]
async fn backchannel_authentication_gives_the_claims_of_granted_scopes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let scene = without_browser(version).await;
    let client = scene.emulator.client();
    let parameters = form(&[("scope", "openid email phone"), ("login_hint", "alice")]);
    let request = BackchannelAuthenticationRequest::new(parameters)
        .client_id(client.id)
        .client_secret(&client.secret);
    let answer = scene
        .api
        .backchannel_authentication(&request)
        .await
        .unwrap();
    let consented = RequestedClaims::from(&answer).consent(["openid", "phone"]);
    let ticket = answer.ticket.unwrap();
    let request = BackchannelAuthenticationIssueRequest::new(&ticket);
    let issued = scene.api.backchannel_authentication_issue(&request).await;
    let result = BackchannelAuthenticationCompleteResult::Authorized;
    let request = BackchannelAuthenticationCompleteRequest::new(&ticket, result)
        .subject("alice")
        .disclose(&consented, &alice());
    let completed = scene
        .api
        .backchannel_authentication_complete(&request)
        .await;
    assert_eq!(
        completed.unwrap().action,
        BackchannelAuthenticationCompleteAction::NoAction
    );
    let id = issued.unwrap().auth_req_id.unwrap();
    let (_, id_token) = scene
        .tokens(&[
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", id.expose()),
        ])
        .await;
    let mut id_token = id_token;
    id_token.remove("urn:openid:params:jwt:claim:auth_req_id");
    assert_eq!(id_token, phone_alone());
}
