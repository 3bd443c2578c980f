//! Dynamic client registration, and software statements.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, VERSION};
use crate::common::jwt::{self, Key};
use crate::common::registration::start_open;
use crate::common::result_codes::assert_code;

const REGISTER: &str = "/client/registration";

async fn start() -> Caller {
    let (emulator, api) = start_open(VERSION).await;
    Caller { emulator, api }
}

#[rstest]
#[case::no_metadata(json!({}), "A203302")]
#[case::malformed_metadata(json!({ "json": "{" }), "A203303")]
#[tokio::test]
async fn registration_with_missing_or_malformed_metadata_returns_the_result_code_for_it(
    #[case] body: Value,
    #[case] expected: &str,
) {
    let caller = start().await;
    assert_code(Some(&caller.code(REGISTER, &body).await), expected);
}

#[rstest]
#[case::encrypted(|| jwt::encrypt(&Key::generate().jwk(), "text"), "A205303")]
#[case::claims_are_no_object(|| Key::generate().sign(&json!("text")), "A205304")]
#[tokio::test]
async fn registration_with_an_invalid_software_statement_returns_the_result_code_for_it(
    #[case] statement: fn() -> String,
    #[case] expected: &str,
) {
    let caller = start().await;
    let metadata = json!({
        "redirect_uris": ["https://app.example/"],
        "software_statement": statement(),
    });
    let body = json!({ "json": metadata.to_string() });
    assert_code(Some(&caller.code(REGISTER, &body).await), expected);
}

#[tokio::test]
async fn request_for_an_unknown_registration_returns_a_specific_result_code() {
    let caller = start().await;
    let body = json!({ "clientId": "unheard-of", "token": "a" });
    let code = caller.code("/client/registration/get", &body).await;
    assert_code(Some(&code), "A215302");
}
