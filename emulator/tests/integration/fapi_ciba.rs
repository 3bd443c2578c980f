//! FAPI: Client Initiated Backchannel Authentication Profile.

use crate::common::fapi::{FapiClient, PROFILES};
use crate::common::result_codes::assert_code;
use crate::common::rsa::RsaKey;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    BackchannelAuthenticationAction, BackchannelAuthenticationCompleteRequest,
    BackchannelAuthenticationCompleteResult, BackchannelAuthenticationIssueRequest, DeliveryMode,
    JwsAlg, TokenAction,
};
use rstest::rstest;
use serde_json::json;

async fn assert_refused(fapi: &FapiClient, parameters: &str, code: &str) {
    let answer = fapi.backchannel(parameters).await;
    assert_code(answer.result_code.as_deref(), code);
    assert_eq!(answer.action, BackchannelAuthenticationAction::BadRequest);
}

#[rstest]
#[tokio::test]
async fn signed_request_of_a_poll_client_leads_to_a_bound_token(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        let asked = fapi.backchannel(&fapi.backchannel_request(&[])).await;
        let expected = BackchannelAuthenticationAction::UserIdentification;
        assert_eq!(asked.action, expected, "{asked:?}");
        let ticket = asked.ticket.unwrap();
        let issue = BackchannelAuthenticationIssueRequest::new(&ticket);
        let issued = fapi.api.backchannel_authentication_issue(&issue).await;
        let auth_req_id = issued.unwrap().auth_req_id.unwrap();
        let authorized = BackchannelAuthenticationCompleteResult::Authorized;
        let complete = BackchannelAuthenticationCompleteRequest::new(&ticket, authorized);
        let complete = complete.subject("alice");
        let completed = fapi.api.backchannel_authentication_complete(&complete);
        completed.await.unwrap();
        let parameters = form(&[
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", auth_req_id.expose()),
        ]);
        let answer = fapi.token(&parameters).await;
        assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
        assert!(answer.id_token.is_some());
    }
}

#[rstest]
#[tokio::test]
async fn request_that_is_not_signed_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let plain = "scope=openid+read&login_hint=alice&client_notification_token=tell-me";
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        assert_refused(&fapi, plain, "A243303").await;
        fapi.configure(|client| client.bc_request_sign_alg = None)
            .await;
        assert_refused(&fapi, plain, "A243303").await;
        fapi.configure_service(|service| service.supported_service_profiles = None)
            .await;
        let answer = fapi.backchannel(plain).await;
        assert_code(answer.result_code.as_deref(), "A179001");
    }
}

#[rstest]
#[tokio::test]
async fn request_of_a_client_in_push_mode_is_refused_and_in_ping_mode_accepted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        fapi.configure(|client| client.bc_delivery_mode = Some(DeliveryMode::Push))
            .await;
        assert_refused(&fapi, &fapi.backchannel_request(&[]), "A243302").await;
        fapi.configure(|client| client.bc_delivery_mode = Some(DeliveryMode::Ping))
            .await;
        let answer = fapi.backchannel(&fapi.backchannel_request(&[])).await;
        assert_code(answer.result_code.as_deref(), "A179001");
    }
}

#[rstest]
#[tokio::test]
async fn request_without_a_binding_message_is_refused_only_if_the_service_requires_one(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        let without = || fapi.backchannel_request(&[("binding_message", json!(null))]);
        let answer = fapi.backchannel(&without()).await;
        assert_code(answer.result_code.as_deref(), "A179001");
        fapi.configure_service(|service| {
            service.backchannel_binding_message_required_in_fapi = Some(true);
        })
        .await;
        assert_refused(&fapi, &without(), "A243301").await;
    }
}

#[rstest]
#[tokio::test]
async fn signed_request_with_a_lifetime_of_more_than_an_hour_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        let long = fapi.backchannel_request(&[("exp", json!(7200))]);
        assert_refused(&fapi, &long, "A243304").await;
    }
}

#[rstest]
#[tokio::test]
async fn signed_request_with_another_algorithm_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for mode in PROFILES {
        let fapi = FapiClient::start(version, &[mode]).await;
        let rsa = RsaKey::generate();
        fapi.register_keys(&[fapi.key.jwk(), rsa.jwk()]).await;
        fapi.configure(|client| client.bc_request_sign_alg = Some(JwsAlg::Rs256))
            .await;
        let signed = rsa.sign_by_rs256(&fapi.backchannel_claims(&[]));
        assert_refused(&fapi, &form(&[("request", &signed)]), "A243306").await;
    }
}
