//! Credential requests and credential orders.

use authlete::ApiVersion;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::common::wallet::{Issuer, configurations};
use crate::handles::placeholder;
use crate::jwts::jwt;
use crate::target::{ALIAS, Target, cases};
use crate::values::any_json;

const PARAMETERS: [&str; 9] = [
    "credential_configuration_id",
    "credential_identifier",
    "credential_requests",
    "credential_response_encryption",
    "doctype",
    "format",
    "proof",
    "proofs",
    "transaction_id",
];

/// Starts an emulator with a credential issuer and an access token for all of its credentials.
fn start_issuer() -> Target {
    let target = Target::start();
    let mut service = target.service();
    let keys = json!({ "keys": [Issuer::generate("issuer").private] });
    let names: Vec<_> = configurations()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let scopes: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    for (name, value) in [
        ("verifiableCredentialsEnabled", json!(true)),
        ("oid4vciVersion", json!("1.0")),
        ("credentialJwks", json!(keys.to_string())),
        ("supportedScopes", json!(scopes)),
        (
            "credentialIssuerMetadata",
            json!({
                "credentialIssuer": "https://issuer.example",
                "credentialEndpoint": "https://issuer.example/credential",
                "credentialsSupported": configurations().to_string(),
                "credentialRequestEncryptionJwks": keys.to_string(),
                "credentialRequestEncryptionEncValuesSupported": ["A256GCM"],
                "credentialResponseEncryptionAlgValuesSupported": ["ECDH_ES", "DIR"],
                "credentialResponseEncryptionEncValuesSupported": ["A256GCM"],
            }),
        ),
    ] {
        service.insert(name.to_owned(), value);
    }
    let id = target.of_service("apiKey");
    let token = json!({
        "grantType": "AUTHORIZATION_CODE", "subject": "alice", "clientId": client(&target), "scopes": names,
    });
    for (operation, argument, body) in [
        ("update_service", &*id, Value::Object(service)),
        ("token_create", ALIAS, token),
    ] {
        let answer = target.call(ApiVersion::V3, operation, argument, &[], Some(&body));
        let answer = target.runtime.block_on(answer);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    target
}

fn client(target: &Target) -> i64 {
    target.of_client("clientId").parse().unwrap()
}

fn call(target: &Target, operation: &str, body: &Value) -> Value {
    let answer = target.call(ApiVersion::V3, operation, ALIAS, &[], Some(body));
    target.runtime.block_on(answer).body
}

fn token() -> String {
    placeholder("accessToken", 3)
}

/// A credential request with plausible values, also in the wrong members.
fn request() -> impl Strategy<Value = Value> {
    let names: Vec<_> = configurations()
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let value = prop_oneof![
        any_json(),
        select(names).prop_map(Value::from),
        jwt().prop_map(Value::from),
        jwt().prop_map(|jwt| json!({ "jwt": [jwt] })),
        jwt().prop_map(|jwt| json!({ "proof_type": "jwt", "jwt": jwt })),
        any_json().prop_map(|json| json!({ "jwk": json, "alg": "dir", "enc": "A256GCM" })),
    ];
    let members = prop::collection::vec((select(PARAMETERS.to_vec()), value), 0..4);
    members.prop_map(|members| {
        let members = members.into_iter();
        let members: Map<_, _> = members
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Value::Object(members)
    })
}

#[test]
fn any_credential_request_is_answered_as_described() {
    let target = start_issuer();
    proptest!(cases(200), |(request in request(), other in any_json(), text in jwt())| {
        let batch = json!({ "credential_requests": [request, other] });
        for content in [request.to_string(), batch.to_string(), other.to_string(), text] {
            let body = json!({ "accessToken": token(), "requestContent": content });
            for operation in ["single", "batch", "deferred"] {
                call(&target, &format!("credential_{operation}_parse"), &body);
            }
        }
    });
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn any_credential_order_is_answered_as_described() {
    let target = start_issuer();
    let payload = prop_oneof![
        any_json(),
        any_json().prop_map(|json| json!({ "vct": "https://issuer.example/legacy", "claim": json })),
        any_json().prop_map(|json| {
            json!({ "vc": { "type": ["VerifiableCredential", "Diploma"], "credentialSubject": json } })
        }),
    ];
    let names = select(vec!["legacy", "diploma", "linked"]);
    let numbers = select(vec![i64::MIN, -1, 0, 1, 253_402_300_800, i64::MAX]);
    proptest!(cases(200), |(name in names, payload in payload, seconds in numbers)| {
        let content = json!({ "credential_configuration_id": name }).to_string();
        let body = json!({ "accessToken": token(), "requestContent": content });
        let answer = call(&target, "credential_single_parse", &body);
        let identifier = answer["info"]["identifier"].as_str().expect("an identifier");
        let order = json!({
            "requestIdentifier": identifier,
            "credentialPayload": payload.to_string(),
            "credentialDuration": seconds,
        });
        let body = json!({ "accessToken": token(), "order": order, "orders": [order] });
        for operation in ["batch", "single", "deferred"] {
            call(&target, &format!("credential_{operation}_issue"), &body);
        }
    });
    target.runtime.block_on(target.assert_alive());
}
