//! Challenges for client attestations (OAuth 2.0 Attestation-Based Client Authentication).

use std::time::Duration;

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{AttestationChallengeAction, AttestationChallengeRequest};
use rstest::rstest;

async fn challenge(api: &Authlete) -> String {
    let request = AttestationChallengeRequest::new();
    let answer = api.attestation_challenge(&request).await.unwrap();
    assert_eq!(answer.action, AttestationChallengeAction::Ok);
    assert_code(answer.result_code.as_deref(), "A905001");
    let challenge = answer.attestation_challenge.unwrap();
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["attestation_challenge"], challenge);
    challenge
}

#[rstest]
#[tokio::test]
async fn challenge_is_the_same_for_a_time_window(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.attestation_challenge_time_window = Some(600);
        service.challenge_endpoint = Some("https://as.example/challenge".to_owned());
    })
    .await;
    let first = challenge(&api).await;
    assert!(first.len() >= 22, "128 bits");
    emulator.advance(Duration::from_secs(300));
    assert_eq!(challenge(&api).await, first);
    emulator.advance(Duration::from_secs(300));
    assert_ne!(challenge(&api).await, first);
    let published = metadata(&api).await;
    assert_eq!(
        published["challenge_endpoint"],
        "https://as.example/challenge"
    );
}

#[rstest]
#[tokio::test]
async fn response_is_indented_when_asked_for(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start(version).await;
    for (pretty, lines) in [(false, 1), (true, 3)] {
        let request = AttestationChallengeRequest::new().pretty(pretty);
        let answer = api.attestation_challenge(&request).await.unwrap();
        let text = answer.response_content.unwrap();
        assert_eq!(text.expose().lines().count(), lines);
    }
}
