//! Token requests that wait for the decision of a user: in the device flow and in CIBA.

use std::time::Duration;

use authlete::types::{Client, ClientType, DeliveryMode, GrantType, JwsAlg};
use rstest::rstest;
use serde_json::{Value, json};

use super::Caller;
use crate::common::form;
use crate::common::result_codes::{assert_code, assert_code_for};

/// The codes of a flow, in the order of the situations below.
struct Codes {
    granted: &'static str,
    refused: &'static str,
    missing: &'static str,
    empty: &'static str,
    repeated: &'static str,
    unknown: &'static str,
    of_another_client: &'static str,
    expired: &'static str,
    pending: &'static str,
    jwt: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Device,
    Ciba,
}

impl Flow {
    fn codes(self) -> Codes {
        match self {
            Self::Device => Codes {
                granted: "A242002",
                refused: "A242001",
                missing: "A242301",
                empty: "A242302",
                repeated: "A242303",
                unknown: "A242304",
                of_another_client: "A242305",
                expired: "A242306",
                pending: "A242307",
                jwt: "A242202",
            },
            Self::Ciba => Codes {
                granted: "A200002",
                refused: "A200001",
                missing: "A200301",
                empty: "A200302",
                repeated: "A200303",
                unknown: "A200304",
                of_another_client: "A200305",
                expired: "A200307",
                pending: "A200308",
                jwt: "A200202",
            },
        }
    }

    /// The grant type, and the parameter of the token request.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Device => (
                "urn:ietf:params:oauth:grant-type:device_code",
                "device_code",
            ),
            Self::Ciba => ("urn:openid:params:grant-type:ciba", "auth_req_id"),
        }
    }

    async fn start(self) -> Caller {
        let caller = Caller::start().await;
        caller.enable_devices().await;
        caller
            .configure_client(|client| {
                client.grant_types = Some(vec![GrantType::Ciba, GrantType::DeviceCode]);
                client.bc_delivery_mode = Some(DeliveryMode::Poll);
            })
            .await;
        caller
    }

    /// The value for the token request, and the call that reports the decision.
    async fn begin(self, caller: &Caller) -> (String, Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        match self {
            Self::Device => {
                let answer = caller.ask("/device/authorization", "scope=read").await;
                let decision = json!({ "userCode": answer["userCode"], "subject": "alice" });
                (text(&answer["deviceCode"]), decision)
            }
            Self::Ciba => {
                let parameters = "scope=openid&login_hint=alice";
                let answer = caller.ask("/backchannel/authentication", parameters).await;
                let decision = json!({ "ticket": answer["ticket"], "subject": "alice" });
                let path = "/backchannel/authentication/issue";
                let issued = caller.call(path, &decision).await;
                (text(&issued["authReqId"]), decision)
            }
        }
    }

    async fn decide(self, caller: &Caller, mut decision: Value, result: &str) {
        decision["result"] = result.into();
        let (path, expected) = match self {
            Self::Device => ("/device/complete", "SUCCESS"),
            Self::Ciba => ("/backchannel/authentication/complete", "NO_ACTION"),
        };
        assert_eq!(caller.call(path, &decision).await["action"], expected);
    }

    fn request(self, value: &str) -> String {
        let (grant_type, name) = self.names();
        form(&[("grant_type", grant_type), (name, value)])
    }

    async fn poll(self, caller: &Caller, value: &str) -> String {
        caller.code_of("/auth/token", &self.request(value)).await
    }
}

#[rstest]
#[tokio::test]
async fn polling_with_a_missing_repeated_or_unknown_parameter_returns_the_result_code_for_it(
    #[values(Flow::Device, Flow::Ciba)] flow: Flow,
) {
    let caller = flow.start().await;
    let codes = flow.codes();
    let (grant_type, name) = flow.names();
    for (rest, expected) in [
        (String::new(), codes.missing),
        (format!("&{name}="), codes.empty),
        (format!("&{name}=a&{name}=b"), codes.repeated),
        (format!("&{name}=a"), codes.unknown),
    ] {
        let parameters = format!("{}{rest}", form(&[("grant_type", grant_type)]));
        let code = caller.code_of("/auth/token", &parameters).await;
        assert_code_for(Some(&code), expected, parameters);
    }
}

#[rstest]
#[tokio::test]
async fn polling_returns_the_result_code_for_the_decision(
    #[values(Flow::Device, Flow::Ciba)] flow: Flow,
) {
    let caller = flow.start().await;
    let codes = flow.codes();
    let (value, decision) = flow.begin(&caller).await;
    assert_code(Some(&flow.poll(&caller, &value).await), codes.pending);
    flow.decide(&caller, decision, "AUTHORIZED").await;
    assert_code(Some(&flow.poll(&caller, &value).await), codes.granted);
    assert_code(Some(&flow.poll(&caller, &value).await), codes.unknown);

    for result in ["ACCESS_DENIED", "TRANSACTION_FAILED"] {
        let (value, decision) = flow.begin(&caller).await;
        flow.decide(&caller, decision, result).await;
        assert_eq!(flow.poll(&caller, &value).await, codes.refused, "{result}");
    }
}

#[rstest]
#[tokio::test]
async fn polling_after_the_expiration_returns_a_specific_result_code(
    #[values(Flow::Device, Flow::Ciba)] flow: Flow,
) {
    let caller = flow.start().await;
    let (value, _) = flow.begin(&caller).await;
    caller.emulator.advance(Duration::from_secs(601));
    assert_code(
        Some(&flow.poll(&caller, &value).await),
        flow.codes().expired,
    );
}

#[rstest]
#[tokio::test]
async fn polling_by_another_client_returns_a_specific_result_code(
    #[values(Flow::Device, Flow::Ciba)] flow: Flow,
) {
    let caller = flow.start().await;
    let (value, _) = flow.begin(&caller).await;
    let mut other = Client::new();
    other.client_type = Some(ClientType::Confidential);
    other.grant_types = Some(vec![GrantType::Ciba, GrantType::DeviceCode]);
    let other = caller.api.create_client(&other).await.unwrap();
    let body = json!({
        "parameters": flow.request(&value),
        "clientId": other.client_id.unwrap().to_string(),
        "clientSecret": other.client_secret.unwrap().expose(),
    });
    let code = caller.code("/auth/token", &body).await;
    assert_code(Some(&code), flow.codes().of_another_client);
}

#[rstest]
#[tokio::test]
async fn polling_returns_a_specific_result_code_if_the_jwt_cannot_be_signed(
    #[values(Flow::Device, Flow::Ciba)] flow: Flow,
) {
    let caller = flow.start().await;
    let (value, decision) = flow.begin(&caller).await;
    flow.decide(&caller, decision, "AUTHORIZED").await;
    caller
        .configure(|service| {
            service.access_token_sign_alg = Some(JwsAlg::Es256);
            service.jwks = None;
        })
        .await;
    assert_code(Some(&flow.poll(&caller, &value).await), flow.codes().jwt);
}

#[tokio::test]
async fn polling_by_client_in_push_mode_returns_a_specific_result_code() {
    let caller = Flow::Ciba.start().await;
    let (value, _) = Flow::Ciba.begin(&caller).await;
    caller
        .configure_client(|client| {
            client.bc_delivery_mode = Some(DeliveryMode::Push);
            client.bc_notification_endpoint = Some("https://client.example/notify".to_owned());
        })
        .await;
    assert_code(Some(&Flow::Ciba.poll(&caller, &value).await), "A200306");
}
