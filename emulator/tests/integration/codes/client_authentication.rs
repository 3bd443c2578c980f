//! Clients that cannot authenticate, or that are named by an alias that is not enabled.

use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::ClientAuthMethod;
use rstest::rstest;
use serde_json::json;

use super::{Caller, VERSION};
use crate::common::{configure, configure_client, query, start_with_client};

const PARAMETERS: &str = "grant_type=client_credentials&token=a";

#[rstest]
#[case::token("/auth/token", "A244307")]
#[case::revocation("/auth/revocation", "A114315")]
#[case::authorization("/auth/authorization", "A010309")]
#[tokio::test]
async fn alias_that_is_not_enabled_has_the_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    // The 3.0 API does not read this member.
    let api = Authlete::new(caller.emulator.config(ApiVersion::V2)).unwrap();
    configure_client(&api, caller.client().id, |client| {
        client.client_id_alias_enabled = Some(false);
    })
    .await;
    let alias = &caller.client().alias;
    let body = match path {
        "/auth/authorization" => {
            let query = query(caller.client());
            json!({ "parameters": query.replace(&caller.id(), alias) })
        }
        _ => json!({
            "parameters": PARAMETERS,
            "clientId": alias,
            "clientSecret": caller.secret(),
        }),
    };
    assert_eq!(caller.code(path, &body).await, expected);
}

#[tokio::test]
async fn unknown_client_has_a_code_of_its_own_if_the_service_has_no_aliases() {
    let caller = Caller::start().await;
    let body = json!({ "parameters": "client_id=unheard-of&response_type=code" });
    let path = "/auth/authorization";
    assert_eq!(caller.code(path, &body).await, "A010308");
    // The 3.0 API does not read this member.
    let api = Authlete::new(caller.emulator.config(ApiVersion::V2)).unwrap();
    configure(&caller.emulator, &api, |service| {
        service.client_id_alias_enabled = Some(false);
    })
    .await;
    assert_eq!(caller.code(path, &body).await, "A010304");
}

#[tokio::test]
async fn confidential_client_with_the_method_none_has_a_code_of_its_own() {
    let client = json!({ "clientType": "CONFIDENTIAL", "tokenAuthMethod": "NONE" });
    let (emulator, api) = start_with_client(VERSION, client).await;
    let caller = Caller { emulator, api };
    let parameters = format!("{PARAMETERS}&client_id={}", caller.id());
    let body = json!({ "parameters": parameters });
    assert_eq!(caller.code("/auth/token", &body).await, "A157301");
}

#[rstest]
#[case::token("/auth/token", "A157304")]
#[case::revocation("/auth/revocation", "A114308")]
#[tokio::test]
async fn missing_secret_has_the_code_of_the_endpoint(#[case] path: &str, #[case] expected: &str) {
    let caller = Caller::start().await;
    let parameters = format!("{PARAMETERS}&client_id={}", caller.id());
    assert_eq!(
        caller
            .code(path, &json!({ "parameters": parameters }))
            .await,
        expected
    );
}

#[tokio::test]
async fn repeated_assertion_in_a_revocation_request_has_a_code_of_its_own() {
    let caller = Caller::start().await;
    let parameters = "token=a&client_assertion=a&client_assertion=b";
    let body = json!({ "parameters": parameters });
    assert_eq!(caller.code("/auth/revocation", &body).await, "A158305");
}

#[tokio::test]
async fn certificate_has_a_code_of_its_own_if_the_service_has_no_trusted_roots() {
    let caller = Caller::start().await;
    caller
        .configure(|service| service.mutual_tls_validate_pki_cert_chain = Some(true))
        .await;
    caller
        .configure_client(|client| {
            client.token_auth_method = Some(ClientAuthMethod::TlsClientAuth);
            client.tls_client_auth_san_dns = Some("a.example".to_owned());
        })
        .await;
    let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]);
    let body = json!({
        "parameters": PARAMETERS,
        "clientId": caller.id(),
        "clientCertificate": certificate.unwrap().cert.pem(),
    });
    assert_eq!(caller.code("/auth/token", &body).await, "A157335");
}
