//! Trust chains with valid signatures and arbitrary claims.

use authlete::ApiVersion;
use proptest::prelude::*;
use proptest::sample::select;
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::common::{GENERATIONS, form};
use crate::jwts::{key, now, signed};
use crate::target::{ANCHOR, Answer, ISSUER, REDIRECT_URI, Target, cases};
use crate::values::{any_json, word};

const RELYING_PARTY: &str = "https://client.example";
const INTERMEDIATE: &str = "https://intermediate.example";

#[test]
fn any_entity_statements_are_answered_as_described() {
    let target = Target::start();
    let chain = (claims(), claims(), claims());
    proptest!(cases(96), |(further in chain, version in 0..2_usize, automatic in any::<bool>())| {
        // An entity can register explicitly only once.
        target.renew();
        let (of_party, of_intermediate, of_anchor) = further;
        let chain = [
            statement(RELYING_PARTY, RELYING_PARTY, of_party),
            statement(INTERMEDIATE, RELYING_PARTY, of_intermediate),
            statement(ANCHOR, INTERMEDIATE, of_anchor),
        ];
        if automatic {
            request(&target, GENERATIONS[version], &chain);
        } else {
            register(&target, GENERATIONS[version], &chain);
        }
    });
    target.runtime.block_on(target.assert_alive());
}

/// The chain that the other test changes is valid.
#[rstest]
fn unchanged_chain_is_accepted_by_automatic_and_explicit_registration(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let target = Target::start();
    let nothing = Map::new;
    let chain = [
        statement(RELYING_PARTY, RELYING_PARTY, nothing()),
        statement(INTERMEDIATE, RELYING_PARTY, nothing()),
        statement(ANCHOR, INTERMEDIATE, nothing()),
    ];
    target.renew();
    assert_eq!(
        request(&target, version, &chain).body["action"],
        "INTERACTION"
    );
    target.renew();
    assert_eq!(register(&target, version, &chain).body["action"], "OK");
}

fn register(target: &Target, version: ApiVersion, chain: &[String]) -> Answer {
    let body = json!({ "trustChain": json!(chain).to_string() });
    let call = target.call(version, "federation_registration", "", &[], Some(&body));
    target.runtime.block_on(call)
}

fn request(target: &Target, version: ApiVersion, chain: &[String]) -> Answer {
    let claims = json!({
        "iss": RELYING_PARTY, "aud": ISSUER, "client_id": RELYING_PARTY, "jti": chain.join("."),
        "exp": now() + 60, "response_type": "code", "redirect_uri": REDIRECT_URI, "trust_chain": chain,
    });
    let object = signed("JWT", claims.as_object().cloned().unwrap_or_default());
    let parameters = form(&[("client_id", RELYING_PARTY), ("request", &object)]);
    let body = json!({ "parameters": parameters });
    target
        .runtime
        .block_on(target.call(version, "authorization", "", &[], Some(&body)))
}

fn statement(issuer: &str, subject: &str, further: Map<String, Value>) -> String {
    let mut claims = json!({
        "iss": issuer, "sub": subject, "iat": now() - 1, "exp": now() + 3600, "jwks": { "keys": [key()] },
    });
    if issuer == subject {
        claims["aud"] = ISSUER.into();
        claims["authority_hints"] = json!([INTERMEDIATE]);
        claims["metadata"] = json!({ "openid_relying_party": {
            "redirect_uris": [REDIRECT_URI],
            "client_registration_types": ["explicit", "automatic"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": { "keys": [key()] },
        } });
    }
    let mut claims = claims.as_object().cloned().unwrap_or_default();
    claims.extend(further);
    signed("entity-statement+jwt", claims)
}

/// Claims that replace those of a statement, many of them well-formed.
fn claims() -> impl Strategy<Value = Map<String, Value>> {
    const NAMES: [&str; 12] = [
        "iss",
        "sub",
        "iat",
        "exp",
        "jwks",
        "aud",
        "authority_hints",
        "metadata",
        "metadata_policy",
        "metadata_policy_crit",
        "constraints",
        "crit",
    ];
    let any_claim = (select(NAMES.to_vec()), any_json());
    let claim = prop_oneof![
        2 => policy().prop_map(|policy| ("metadata_policy", policy)),
        2 => constraints().prop_map(|constraints| ("constraints", constraints)),
        1 => of_types(any_json()).prop_map(|metadata| ("metadata", metadata)),
        1 => any_claim,
    ];
    prop::collection::vec(claim, 0..3).prop_map(|claims| {
        let claims = claims.into_iter();
        claims
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

fn policy() -> impl Strategy<Value = Value> {
    let operators = select(vec![
        "value",
        "add",
        "default",
        "one_of",
        "subset_of",
        "superset_of",
        "essential",
        "regexp",
    ]);
    let operand = prop_oneof![
        any_json(),
        prop::collection::vec(word(), 0..3).prop_map(Value::from),
        Just(json!([REDIRECT_URI])),
        Just(json!(["authorization_code", "implicit"])),
    ];
    of_types(object_of(operators, operand))
}

fn constraints() -> impl Strategy<Value = Value> {
    let names = || prop::collection::vec(word(), 0..3).prop_map(Value::from);
    let naming = object_of(select(vec!["permitted", "excluded"]), names());
    let value = prop_oneof![
        any_json(),
        names(),
        naming,
        any::<i64>().prop_map(Value::from)
    ];
    let members = select(vec![
        "max_path_length",
        "naming_constraints",
        "allowed_entity_types",
    ]);
    object_of(members, value)
}

/// Values for metadata parameters, by entity type.
fn of_types(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let parameters = select(vec![
        "redirect_uris",
        "grant_types",
        "response_types",
        "scope",
        "jwks",
        "contacts",
        "client_name",
        "client_registration_types",
        "token_endpoint_auth_method",
        "subject_type",
    ]);
    let types = select(vec!["openid_relying_party", "openid_provider", ""]);
    object_of(types, object_of(parameters, value))
}

fn object_of(
    names: impl Strategy<Value = &'static str>,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    let members = prop::collection::vec((names, value), 0..4);
    members.prop_map(|members| {
        let members = members.into_iter();
        members
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}
