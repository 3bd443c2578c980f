//! ID tokens as hints in backchannel authentication requests.

use authlete::types::{DeliveryMode, GrantType};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Caller, ISSUER, with};
use crate::common::form;
use crate::common::jwt::{self, Key};
use crate::common::result_codes::assert_code;

const PATH: &str = "/backchannel/authentication";

async fn start() -> Caller {
    let caller = Caller::start().await;
    caller
        .configure_client(|client| {
            client.grant_types = Some(vec![GrantType::Ciba]);
            client.bc_delivery_mode = Some(DeliveryMode::Poll);
        })
        .await;
    caller
}

fn claims(caller: &Caller) -> Value {
    json!({ "iss": ISSUER, "aud": caller.id(), "sub": "alice" })
}

async fn code(caller: &Caller, hint: &str) -> String {
    let parameters = form(&[("scope", "openid"), ("id_token_hint", hint)]);
    caller.code_of(PATH, &parameters).await
}

#[rstest]
#[case::no_issuer("iss", None, "A175305")]
#[case::other_issuer("iss", Some(json!("https://other.example")), "A175306")]
#[case::no_audience("aud", None, "A175307")]
#[case::other_audiences("aud", Some(json!(["1", "2"])), "A175308")]
#[case::other_audience("aud", Some(json!("1")), "A175309")]
#[case::no_subject("sub", None, "A175310")]
#[case::valid("sub", Some(json!("bob")), "A179001")]
#[tokio::test]
async fn id_token_hint_with_an_invalid_claim_returns_the_result_code_of_the_claim(
    #[case] name: &str,
    #[case] value: Option<Value>,
    #[case] expected: &str,
) {
    let caller = start().await;
    let claims = with(claims(&caller), name, value);
    let hint = jwt::hmac(caller.secret().as_bytes(), &claims);
    assert_code(Some(&code(&caller, &hint).await), expected);
}

#[rstest]
#[case::not_a_jwt(|_: &Value| "a.b.c".to_owned(), "A175301")]
#[case::unsigned(jwt::unsigned, "A175302")]
#[case::encrypted(|_: &Value| jwt::encrypt(&Key::generate().jwk(), "text"), "A175303")]
#[case::claims_are_no_object(|_: &Value| Key::generate().sign(&json!("text")), "A175304")]
#[tokio::test]
async fn id_token_hint_that_is_no_signed_jwt_returns_the_result_code_for_its_form(
    #[case] hint: fn(&Value) -> String,
    #[case] expected: &str,
) {
    let caller = start().await;
    let hint = hint(&claims(&caller));
    assert_code(Some(&code(&caller, &hint).await), expected);
}
