//! Tests of requested, consented and disclosed claims.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::types::{
    Address, AuthorizationIssueRequest, AuthorizationResponse, DeviceCompleteRequest,
    DeviceCompleteResult, DeviceVerificationResponse, TokenResponse, UserInfoIssueRequest,
    UserInfoResponse,
};

fn texts(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|&name| name.to_owned()).collect())
}

/// The response to an authorization request.
fn answer(value: Value) -> AuthorizationResponse {
    serde_json::from_value(value).unwrap()
}

fn scopes(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

fn alice() -> StandardClaims {
    StandardClaims::new()
        .name("Alice")
        .email("alice@example.com")
        .email_verified(true)
        .phone_number("+14255551212")
        .address(Address::new().country("FR"))
        .in_language("ja", StandardClaims::new().name("アリス"))
        .other("department", "Sales")
        .other("nothing", Value::Null)
        .other("sub", "mallory")
        .other("iss", "https://evil.example")
}

fn collected(consented: &ConsentedClaims) -> Value {
    consented.collect(&alice()).into_value()
}

#[test]
fn claims_of_granted_scopes_are_disclosed_and_those_of_refused_ones_are_not() {
    let answer = answer(json!({
        "scopes": scopes(&["openid", "email", "phone"]),
        "claims": ["email", "email_verified", "phone_number", "phone_number_verified"],
    }));
    let requested = RequestedClaims::from(&answer);
    let all = requested.clone().consent(["openid", "email", "phone"]);
    assert_eq!(
        collected(&all),
        json!({ "email": "alice@example.com", "email_verified": true, "phone_number": "+14255551212" })
    );
    let less = requested.consent(["openid", "phone"]);
    assert_eq!(collected(&less), json!({ "phone_number": "+14255551212" }));
    assert_eq!(less.names(), ["phone_number", "phone_number_verified"]);
}

#[test]
fn individually_requested_claim_is_not_disclosed_when_its_scope_is_refused() {
    let answer = answer(json!({
        "scopes": scopes(&["openid", "email"]),
        "claims": ["email", "department"],
        "idTokenClaims": r#"{"email":null,"department":null}"#,
    }));
    let refused = RequestedClaims::from(&answer).consent(["openid"]);
    assert_eq!(collected(&refused), json!({ "department": "Sales" }));
}

#[test]
fn individually_requested_claim_is_disclosed_when_its_scope_was_not_requested() {
    let answer = answer(json!({
        "scopes": scopes(&["openid"]),
        "claims": ["email", "phone_number"],
        "idTokenClaims": r#"{"email":{"essential":true}}"#,
    }));
    let consented = RequestedClaims::from(&answer).consent(["openid"]);
    // The other claim is neither of a granted scope nor individually requested.
    assert_eq!(
        collected(&consented),
        json!({ "email": "alice@example.com" })
    );
}

#[test]
fn only_listed_claims_are_disclosed_after_only() {
    let answer = answer(json!({
        "scopes": scopes(&["openid", "email"]),
        "claims": ["email", "email_verified", "name", "name#ja"],
        "idTokenClaims": r#"{"name":null,"name#ja":null}"#,
        "userInfoClaims": r#"{"department":null}"#,
    }));
    let all = RequestedClaims::from(&answer).consent(["openid", "email"]);
    let names = ["department", "email", "email_verified", "name", "name#ja"];
    assert_eq!(all.names(), names);
    let one = all.clone().only(["email", "address"]);
    assert_eq!(collected(&one), json!({ "email": "alice@example.com" }));
    assert_eq!(one.names(), ["email"]);
    let tagged = all.clone().only(["name#ja"]);
    assert_eq!(collected(&tagged), json!({ "name#ja": "アリス" }));
    assert_eq!(all.clone().only(["name"]).names(), ["name", "name#ja"]);
    // It only removes claims.
    assert!(one.only(["name"]).names().is_empty());
}

#[test]
fn languages_are_those_of_the_tag_or_of_claims_locales() {
    let claims = |locales: &[&str]| {
        let answer = answer(json!({
            "scopes": scopes(&["openid", "profile", "email"]),
            "claims": ["name", "name#JA", "name#fr", "email"],
            "claimsLocales": locales,
        }));
        let requested = RequestedClaims::from(&answer);
        collected(&requested.consent(["openid", "profile", "email"]))
    };
    let email = "alice@example.com";
    for locales in [
        &["fr", "ja"][..],
        &["ja-Kana-JP"],
        &["JA"],
        &["ja-x-old", "en"],
    ] {
        let expected = json!({ "name": "アリス", "name#JA": "アリス", "email": email });
        assert_eq!(claims(locales), expected, "{locales:?}");
    }
    for locales in [&[][..], &["de"], &["jav"], &["", "-"]] {
        let expected = json!({ "name": "Alice", "name#JA": "アリス", "email": email });
        assert_eq!(claims(locales), expected, "{locales:?}");
    }
}

#[test]
fn claim_with_another_value_than_requested_is_left_out() {
    let answer = answer(json!({
        "scopes": scopes(&["openid"]),
        "claims": ["email", "phone_number", "department", "email_verified"],
        "idTokenClaims": json!({
            "email": { "value": "bob@example.com", "essential": true },
            "phone_number": { "values": ["+1", "+14255551212"] },
            "department": { "values": ["Legal"] },
            "email_verified": { "value": true },
        }).to_string(),
    }));
    let consented = RequestedClaims::from(&answer).consent(["openid"]);
    assert_eq!(
        collected(&consented),
        json!({ "phone_number": "+14255551212", "email_verified": true })
    );
}

#[test]
fn claims_of_authlete_and_empty_claims_are_left_out() {
    let answer = answer(json!({
        "scopes": scopes(&["openid"]),
        "claims": ["sub", "iss", "nothing", "missing", "::18_or_over", "verified_claims", "", "#ja", "department#"],
    }));
    let consented = RequestedClaims::from(&answer).consent(["openid"]);
    assert_eq!(collected(&consented), json!({}));
}

#[test]
fn issue_request_has_the_scopes_the_claims_and_their_names() {
    let answer = answer(json!({
        "scopes": scopes(&["openid", "email", "address"]),
        "claims": ["address", "email", "email_verified"],
        "claimsAtUserInfo": ["address", "department", "email", "email_verified"],
        "userInfoClaims": r#"{"department":null}"#,
        "requestedClaimsForTx": ["name", "email"],
    }));
    let consented = RequestedClaims::from(&answer).consent(["openid", "address"]);
    let request = AuthorizationIssueRequest::new("ticket", "alice").disclose(&consented, &alice());
    assert_eq!(request.scopes, texts(&["openid", "address"]));
    let claims = request.claims.unwrap();
    assert_eq!(claims, r#"{"address":{"country":"FR"}}"#);
    assert_eq!(request.consented_claims, texts(&["address", "department"]));
    assert_eq!(request.claims_for_tx.unwrap(), r#"{"name":"Alice"}"#);
    assert_eq!(request.verified_claims_for_tx, None);
}

#[test]
fn scopes_stay_as_they_were_asked_for_when_all_are_granted() {
    let answer = answer(json!({ "scopes": scopes(&["openid", "read"]) }));
    let consented = RequestedClaims::from(&answer).consent(["read", "openid"]);
    let request = AuthorizationIssueRequest::new("ticket", "alice").disclose(&consented, &alice());
    assert_eq!(request, AuthorizationIssueRequest::new("ticket", "alice"));
}

#[test]
fn refusal_of_every_claim_is_sent_as_consent_to_sub() {
    let answer = answer(json!({
        "scopes": scopes(&["openid"]),
        "claims": ["email"],
        "idTokenClaims": r#"{"email":null}"#,
    }));
    let nothing: [&str; 0] = [];
    let consented = RequestedClaims::from(&answer)
        .consent(["openid"])
        .only(nothing);
    let request = AuthorizationIssueRequest::new("ticket", "alice").disclose(&consented, &alice());
    assert_eq!(
        (request.claims, request.consented_claims),
        (None, texts(&["sub"]))
    );

    let userinfo: UserInfoResponse = serde_json::from_value(json!({
        "claims": ["email"], "scopes": ["openid"], "consentedClaims": ["sub"],
        "userInfoClaims": r#"{"email":null}"#,
    }))
    .unwrap();
    assert_eq!(collected(&ConsentedClaims::from(&userinfo)), json!({}));
}

#[test]
fn device_gets_the_claims_of_granted_scopes() {
    let answer: DeviceVerificationResponse = serde_json::from_value(json!({
        "scopes": scopes(&["openid", "email", "phone"]),
        "claimNames": ["email", "email_verified", "phone_number", "phone_number_verified"],
    }))
    .unwrap();
    let consented = RequestedClaims::from(&answer).consent(["openid", "phone"]);
    let request = DeviceCompleteRequest::new("code", DeviceCompleteResult::Authorized)
        .subject("alice")
        .disclose(&consented, &alice());
    assert_eq!(
        request.claims.unwrap(),
        r#"{"phone_number":"+14255551212"}"#
    );
    assert_eq!(request.scopes, texts(&["openid", "phone"]));
}

#[test]
fn userinfo_has_only_claims_of_granted_scopes_and_consent() {
    let userinfo = |consented: Value| {
        let answer: UserInfoResponse = serde_json::from_value(json!({
            "claims": ["email", "phone_number", "department", "name"],
            "userInfoClaims": r#"{"department":null,"name":null}"#,
            "scopes": ["openid", "email"],
            "consentedClaims": consented,
        }))
        .unwrap();
        let request = UserInfoIssueRequest::new("token");
        let request = request.disclose(&ConsentedClaims::from(&answer), &alice());
        request
            .claims
            .map(|text| serde_json::from_str::<Value>(&text).unwrap())
    };
    let all = json!({ "email": "alice@example.com", "department": "Sales", "name": "Alice" });
    assert_eq!(userinfo(json!(null)), Some(all));
    assert_eq!(
        userinfo(json!(["email", "phone_number", "department"])),
        // The scope `phone` was refused, or removed by a refresh since then (RFC 6749 §6).
        Some(json!({ "email": "alice@example.com", "department": "Sales" }))
    );
    assert_eq!(userinfo(json!(["address"])), None);
}

#[test]
fn reissued_id_token_has_the_claims_of_the_scopes_that_are_left() {
    let answer: TokenResponse = serde_json::from_value(json!({
        "requestedIdTokenClaims": ["email", "phone_number", "department"],
        "scopes": ["openid", "email"],
    }))
    .unwrap();
    assert_eq!(
        collected(&ConsentedClaims::from(&answer)),
        json!({ "email": "alice@example.com", "department": "Sales" })
    );
}

/// A user with the same verified claims for every request.
struct Verified(Vec<Value>);

impl Claims for Verified {
    fn claim(&self, _: &str, _: Option<&str>) -> Option<Value> {
        None
    }

    fn verified_claims(&self, _: &JsonObject) -> Vec<Value> {
        self.0.clone()
    }
}

#[test]
fn verified_claims_are_those_requested_and_consented_to() {
    let request = |verified: Value| {
        answer(json!({
            "scopes": scopes(&["openid", "email"]),
            "claims": ["verified_claims"],
            "idTokenClaims": json!({ "verified_claims": verified }).to_string(),
        }))
    };
    let found = |framework: &str, claims: Value| json!({ "verification": { "trust_framework": framework }, "claims": claims });
    let gold = || {
        found(
            "gold",
            json!({ "name": "Alice", "email": "a@example.com", "birthdate": "1990-01-01" }),
        )
    };
    let asked = json!({
        "verification": { "trust_framework": { "value": "gold" } },
        "claims": { "name": null, "email": null, "::18_or_over": null },
    });
    let user = Verified(vec![
        gold(),
        found("silver", json!({ "name": "Alice" })),
        json!(1),
    ]);
    let collect = |verified: Value, user: &Verified| {
        let requested = RequestedClaims::from(&request(verified));
        requested.consent(["openid"]).collect(user).into_value()
    };
    let expected = found("gold", json!({ "name": "Alice" }));
    assert_eq!(
        collect(asked.clone(), &user),
        json!({ "verified_claims": expected })
    );
    // The result is a list if several elements are found.
    assert_eq!(
        collect(json!([asked, asked]), &user),
        json!({ "verified_claims": [expected, expected] })
    );
    for nothing in [
        json!(null),
        json!("x"),
        json!({}),
        json!({ "verification": {}, "claims": {} }),
    ] {
        assert_eq!(collect(nothing, &user), json!({}));
    }
    let all = RequestedClaims::from(&request(asked)).consent(["openid", "email"]);
    assert_eq!(all.only(["name"]).collect(&user).into_value(), json!({}));
}

#[test]
fn verified_claims_for_transformed_ones_are_in_the_order_of_the_requests() {
    let element = |framework: &str| json!({ "verification": { "trust_framework": { "value": framework } }, "claims": { "::x": null } });
    let answer = answer(json!({
        "scopes": scopes(&["openid"]),
        "idTokenClaims": json!({ "verified_claims": [element("silver"), element("gold")] }).to_string(),
        "requestedVerifiedClaimsForTx": [{ "array": ["birthdate"] }, { "array": ["name"] }, { "array": ["email"] }],
    }));
    let user = Verified(vec![
        json!({ "verification": { "trust_framework": "gold" }, "claims": { "name": "Alice", "birthdate": "1990-01-01" } }),
    ]);
    let consented = RequestedClaims::from(&answer).consent(["openid"]);
    let request = AuthorizationIssueRequest::new("ticket", "alice").disclose(&consented, &user);
    let expected = texts(&["{}", r#"{"name":"Alice"}"#, "{}"]);
    assert_eq!(request.verified_claims_for_tx, expected);
}

#[test]
fn debug_output_has_no_value_of_a_user() {
    let shown = format!("{:?}", alice());
    assert!(shown.contains("\"email\"") && shown.contains("\"department\""));
    for value in ["alice@", "Sales", "アリス", "+1425"] {
        assert!(!shown.contains(value), "{shown}");
    }
}

#[test]
fn json_object_provides_claims_with_language_tags() {
    let user = JsonObject(
        json!({ "name": "Alice", "name#ja": "アリス" })
            .as_object()
            .unwrap()
            .clone(),
    );
    assert_eq!(user.claim("name", None), Some(json!("Alice")));
    assert_eq!(user.claim("name", Some("JA")), Some(json!("アリス")));
    assert_eq!(user.claim("name", Some("fr")), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![Just(String::new()), "[a-c]{0,2}"].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(any_name(), inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names with a meaning, and some arbitrary ones.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => proptest::sample::select(vec![
            "name",
            "name#ja",
            "email",
            "email_verified",
            "phone_number",
            "address",
            "department",
            "sub",
            "iss",
            "verified_claims",
            "verification",
            "claims",
            "value",
            "values",
            "essential",
            "::x",
            "",
            "#",
            "a#",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,4}",
    ]
}

fn any_scopes() -> impl Strategy<Value = Vec<String>> {
    let names = vec!["openid", "profile", "email", "phone", "address", "read"];
    proptest::sample::subsequence(names, 0..=6)
        .prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn any_object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(any_name(), any_json(), 0..24).prop_map(|members| members.into_iter().collect())
}

/// A user with any claims, and any verified claims.
struct Anyone {
    claims: Map<String, Value>,
    verified: Vec<Value>,
}

impl Claims for Anyone {
    fn claim(&self, name: &str, language: Option<&str>) -> Option<Value> {
        self.claims.claim(name, language)
    }

    fn verified_claims(&self, _: &JsonObject) -> Vec<Value> {
        self.verified.clone()
    }
}

fn has_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty() || items.iter().any(has_empty),
        Value::Object(members) => members.is_empty() || members.values().any(has_empty),
        _ => false,
    }
}

fn is_of_a_scope_that_is_refused(name: &str, asked: &[String], granted: &[String]) -> bool {
    let of = |scope: &&String| {
        let scope = crate::StandardScope::from_protocol_value(scope);
        scope.is_some_and(|scope| scope.claims().contains(&language::base(name)))
    };
    asked.iter().any(|scope| of(&scope)) && !granted.iter().any(|scope| of(&scope))
}

proptest! {
    #[test]
    fn claim_that_was_not_requested_or_consented_to_is_never_disclosed(
        (asked, granted) in (any_scopes(), any_scopes()),
        names in vec(any_name(), 0..24),
        individual in prop_oneof![any_object().prop_map(|object| Value::Object(object).to_string()), ".{0,8}"],
        only in proptest::option::of(vec(any_name(), 0..6)),
        locales in vec(".{0,5}", 0..3),
        claims in any_object(),
        verified in vec(any_json(), 0..3),
    ) {
        let user = Anyone { claims, verified };
        let answer = AuthorizationResponse {
            scopes: serde_json::from_value(scopes(&asked.iter().map(String::as_str).collect::<Vec<_>>())).unwrap(),
            claims: Some(names.clone()),
            id_token_claims: Some(individual.clone()),
            user_info_claims: Some(individual.clone()),
            claims_locales: Some(locales),
            requested_claims_for_tx: Some(names.clone()),
            ..AuthorizationResponse::default()
        };
        let mut consented = RequestedClaims::from(&answer).consent(granted.clone());
        if let Some(only) = &only {
            consented = consented.only(only.clone());
        }
        let request = AuthorizationIssueRequest::new("t", "s").disclose(&consented, &user);

        let individual: Map<String, Value> = serde_json::from_str(&individual).unwrap_or_default();
        let claims: Map<String, Value> = request.claims.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
        for (name, value) in &claims {
            prop_assert!(names.contains(name) || individual.contains_key(name), "{name} was not requested");
            prop_assert!(!has_empty(value), "{name} is empty: {value}");
            prop_assert!(!is_of_a_scope_that_is_refused(name, &asked, &granted), "{name} was refused");
            prop_assert!(!["sub", "iss"].contains(&name.as_str()));
            if let Some(only) = &only {
                prop_assert!(only.contains(name) || only.iter().any(|listed| listed == language::base(name)));
            }
            if let Some(demand) = individual.get(name).and_then(|demand| demand.get("value")).filter(|demand| !demand.is_null()) {
                prop_assert!(name == "verified_claims" || demand == value);
            }
            prop_assert!(consented.names().contains(&name.as_str()));
        }
        let transformed: Map<String, Value> = request.claims_for_tx.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
        for (name, value) in &transformed {
            prop_assert!(names.contains(name) && !has_empty(value));
            prop_assert!(!is_of_a_scope_that_is_refused(name, &asked, &granted));
        }
    }

    #[test]
    fn verified_claims_have_only_requested_claims(
        demand in any_object(),
        granted in any_scopes(),
        claims in any_object(),
    ) {
        let demand = json!({ "verification": { "trust_framework": null }, "claims": demand });
        let found = json!({ "verification": { "trust_framework": "gold" }, "claims": claims });
        let user = Anyone { claims: Map::new(), verified: vec![found] };
        let answer = AuthorizationResponse {
            scopes: serde_json::from_value(scopes(&["openid", "profile", "email"])).unwrap(),
            id_token_claims: Some(json!({ "verified_claims": demand }).to_string()),
            ..AuthorizationResponse::default()
        };
        let consented = RequestedClaims::from(&answer).consent(granted.clone());
        let collected = consented.collect(&user).into_value();
        for (name, value) in collected["verified_claims"]["claims"].as_object().into_iter().flatten() {
            prop_assert!(demand["claims"].get(name).is_some() && !has_empty(value));
            let asked = ["profile".to_owned(), "email".to_owned()];
            prop_assert!(!is_of_a_scope_that_is_refused(name, &asked, &granted));
        }
    }

    #[test]
    fn userinfo_has_only_consented_claims(
        names in vec(any_name(), 0..24),
        consent in vec(any_name(), 1..8),
        granted in any_scopes(),
        individual in any_object(),
        claims in any_object(),
        verified in vec(any_json(), 0..3),
    ) {
        let answer = UserInfoResponse {
            claims: Some(names.clone()),
            user_info_claims: Some(Value::Object(individual.clone()).to_string()),
            consented_claims: Some(consent.clone()),
            scopes: Some(granted),
            ..UserInfoResponse::default()
        };
        let user = Anyone { claims, verified };
        for (name, value) in ConsentedClaims::from(&answer).collect(&user).iter() {
            prop_assert!(names.contains(name) || individual.contains_key(name));
            prop_assert!(consent.contains(name) || consent.iter().any(|listed| listed == language::base(name)));
            prop_assert!(!has_empty(value));
        }
    }
}
