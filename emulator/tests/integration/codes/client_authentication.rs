//! Clients that cannot authenticate, or that are named by an alias that is not enabled.

use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::ClientAuthMethod;
use rstest::rstest;
use serde_json::json;

use super::{Caller, VERSION};
use crate::common::result_codes::assert_code;
use crate::common::{configure, configure_client, query, start_with_client};

const PARAMETERS: &str = "grant_type=client_credentials&token=a";

#[rstest]
#[case::token("/auth/token", "A244307")]
#[case::revocation("/auth/revocation", "A114315")]
#[case::authorization("/auth/authorization", "A010309")]
#[tokio::test]
async fn disabled_client_alias_returns_the_result_code_of_the_endpoint(
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
    assert_code(Some(&caller.code(path, &body).await), expected);
}

#[tokio::test]
async fn unknown_client_returns_a_specific_result_code_if_the_service_has_no_aliases() {
    let caller = Caller::start().await;
    let body = json!({ "parameters": "client_id=unheard-of&response_type=code" });
    let path = "/auth/authorization";
    assert_code(Some(&caller.code(path, &body).await), "A010308");
    // The 3.0 API does not read this member.
    let api = Authlete::new(caller.emulator.config(ApiVersion::V2)).unwrap();
    configure(&caller.emulator, &api, |service| {
        service.client_id_alias_enabled = Some(false);
    })
    .await;
    assert_code(Some(&caller.code(path, &body).await), "A010304");
}

#[tokio::test]
async fn confidential_client_with_the_method_none_returns_a_specific_result_code() {
    let client = json!({ "clientType": "CONFIDENTIAL", "tokenAuthMethod": "NONE" });
    let (emulator, api) = start_with_client(VERSION, client).await;
    let caller = Caller { emulator, api };
    let parameters = format!("{PARAMETERS}&client_id={}", caller.id());
    let body = json!({ "parameters": parameters });
    assert_code(Some(&caller.code("/auth/token", &body).await), "A157301");
}

#[rstest]
#[case::token("/auth/token", "A157304")]
#[case::revocation("/auth/revocation", "A114308")]
#[tokio::test]
async fn missing_client_secret_returns_the_result_code_of_the_endpoint(
    #[case] path: &str,
    #[case] expected: &str,
) {
    let caller = Caller::start().await;
    let parameters = format!("{PARAMETERS}&client_id={}", caller.id());
    let code = caller
        .code(path, &json!({ "parameters": parameters }))
        .await;
    assert_code(Some(&code), expected);
}

#[tokio::test]
async fn repeated_assertion_in_a_revocation_request_returns_a_specific_result_code() {
    let caller = Caller::start().await;
    let parameters = "token=a&client_assertion=a&client_assertion=b";
    let body = json!({ "parameters": parameters });
    assert_code(
        Some(&caller.code("/auth/revocation", &body).await),
        "A158305",
    );
}

#[tokio::test]
async fn client_certificate_returns_a_specific_result_code_if_the_service_has_no_trusted_roots() {
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
    assert_code(Some(&caller.code("/auth/token", &body).await), "A157335");
}
