//! Client requests, which calls have as a form in their member `parameters`.

use authlete::ApiVersion;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::common::{CHALLENGE, VERIFIER};
use crate::description::{Described, OPERATIONS, members};
use crate::handles::{HANDLES_PER_KIND, placeholder};
use crate::jwts::{certificate, jwt};
use crate::target::{ALIAS, ISSUER, REDIRECT_URI, SECRET, Target, cases};
use crate::values::{handle, object_of, text};

/// Every parameter of a client request that a specification defines.
const NAMES: [&str; 58] = [
    "access_token",
    "acr_values",
    "actor_token",
    "actor_token_type",
    "assertion",
    "audience",
    "auth_req_id",
    "authorization_details",
    "binding_message",
    "claims",
    "claims_locales",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_notification_token",
    "client_secret",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "device_code",
    "display",
    "dpop_jkt",
    "grant_id",
    "grant_management_action",
    "grant_type",
    "id_token_hint",
    "issuer_state",
    "login_hint",
    "login_hint_token",
    "max_age",
    "nonce",
    "password",
    "pre-authorized_code",
    "prompt",
    "redirect_uri",
    "refresh_token",
    "registration",
    "request",
    "request_context",
    "request_uri",
    "requested_expiry",
    "requested_token_type",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "subject_token",
    "subject_token_type",
    "token",
    "token_type_hint",
    "tx_code",
    "ui_locales",
    "user_code",
    "username",
    "wallet_issuer",
    "\u{1f4a3}",
];

const CODE: &[(&str, &str)] = &[
    ("response_type", "code"),
    ("redirect_uri", REDIRECT_URI),
    ("scope", "openid read"),
    ("state", "s"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
    ("nonce", "n"),
];
const HYBRID: &[(&str, &str)] = &[
    ("response_type", "code id_token token"),
    ("redirect_uri", REDIRECT_URI),
    ("scope", "openid"),
    ("nonce", "n"),
    ("response_mode", "form_post"),
    ("prompt", "none"),
    ("claims", "{\"id_token\":{\"name\":null}}"),
];
const REDEEM: &[(&str, &str)] = &[
    ("grant_type", "authorization_code"),
    ("code", "HANDLE.code.0."),
    ("redirect_uri", REDIRECT_URI),
    ("code_verifier", VERIFIER),
];
const REFRESH: &[(&str, &str)] = &[
    ("grant_type", "refresh_token"),
    ("refresh_token", "HANDLE.refreshToken.0."),
];
const CREDENTIALS: &[(&str, &str)] = &[("grant_type", "client_credentials"), ("scope", "read")];
const PASSWORD: &[(&str, &str)] = &[
    ("grant_type", "password"),
    ("username", "alice"),
    ("password", "wonderland"),
    ("scope", "read"),
];
const EXCHANGE: &[(&str, &str)] = &[
    (
        "grant_type",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ),
    ("subject_token", "HANDLE.accessToken.0."),
    (
        "subject_token_type",
        "urn:ietf:params:oauth:token-type:access_token",
    ),
];
const ASSERTION: &[(&str, &str)] = &[
    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
    ("assertion", "HANDLE.idToken.0."),
];
const DEVICE: &[(&str, &str)] = &[
    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
    ("device_code", "HANDLE.deviceCode.0."),
];
const BACKCHANNEL: &[(&str, &str)] = &[
    ("grant_type", "urn:openid:params:grant-type:ciba"),
    ("auth_req_id", "HANDLE.authReqId.0."),
];
const HINT: &[(&str, &str)] = &[
    ("scope", "openid read"),
    ("login_hint", "alice"),
    ("binding_message", "B-7"),
];
const TOKEN: &[(&str, &str)] = &[
    ("token", "HANDLE.accessToken.0."),
    ("token_type_hint", "access_token"),
];
const PUSHED: &[(&str, &str)] = &[("request_uri", "HANDLE.requestUri.0.")];

const REQUESTS: [&[(&str, &str)]; 14] = [
    &[],
    CODE,
    HYBRID,
    REDEEM,
    REFRESH,
    CREDENTIALS,
    PASSWORD,
    EXCHANGE,
    ASSERTION,
    DEVICE,
    BACKCHANNEL,
    HINT,
    TOKEN,
    PUSHED,
];

/// Meaningful values of a parameter.
fn meaningful_values(name: &str) -> &'static [&'static str] {
    match name {
        "response_type" => &[
            "code",
            "token",
            "id_token",
            "none",
            "code token",
            "token code id_token",
            "id_token token",
            "code code",
        ],
        "response_mode" => &[
            "query",
            "fragment",
            "form_post",
            "jwt",
            "query.jwt",
            "fragment.jwt",
            "form_post.jwt",
        ],
        "grant_type" => &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "password",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:openid:params:grant-type:ciba",
        ],
        "grant_management_action" => &["create", "merge", "replace", "query"],
        "grant_id" => &["HANDLE.grantId.0."],
        "prompt" => &[
            "none",
            "login",
            "consent",
            "none login",
            "select_account create",
        ],
        "display" => &["page", "popup", "touch", "wap"],
        "code_challenge_method" => &["plain", "S256", "s256"],
        "client_assertion_type" => &["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "subject_token_type" | "actor_token_type" | "requested_token_type" => &[
            "urn:ietf:params:oauth:token-type:jwt",
            "urn:ietf:params:oauth:token-type:access_token",
            "urn:ietf:params:oauth:token-type:refresh_token",
            "urn:ietf:params:oauth:token-type:id_token",
        ],
        "client_id" => &[ALIAS, "1", "0"],
        "client_secret" => &[SECRET],
        "redirect_uri" => &[REDIRECT_URI],
        "scope" => &["openid", "read write", "openid offline_access", "read read"],
        "token_type_hint" => &["access_token", "refresh_token"],
        "resource" | "audience" => &[ISSUER, "https://rs.example/a?b#c"],
        "max_age" | "requested_expiry" => &["0", "-1", "60", "9223372036854775807"],
        "acr_values" => &["urn:acr:1 urn:acr:2", "urn:acr:3"],
        _ => &[],
    }
}

/// The parameters of a valid request, some of them changed or dropped.
pub fn form() -> impl Strategy<Value = String> {
    let name = prop_oneof![20 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => text()];
    let change = name.prop_flat_map(|name| {
        let meaningful_values = meaningful_values(&name);
        let value = match meaningful_values {
            [] if name.contains("certificate") => certificate().boxed(),
            [] => prop_oneof![3 => text(), 2 => handle(), 3 => jwt()].boxed(),
            meaningful_values => {
                prop_oneof![3 => select(meaningful_values).prop_map(str::to_owned), 1 => text()]
                    .boxed()
            }
        };
        (Just(name), value, any::<bool>())
    });
    let changes = prop_oneof![
        1 => Just(Vec::new()),
        4 => prop::collection::vec(change, 0..5),
    ];
    let identified = prop::option::weighted(0.6, Just(()));
    let dropped = prop::option::weighted(0.2, 0..6_usize);
    (
        select(REQUESTS.to_vec()),
        0..HANDLES_PER_KIND,
        identified,
        dropped,
        changes,
    )
        .prop_map(|(request, handle, identified, dropped, changes)| {
            let good = |(name, value): &(&str, &str)| {
                let value = value.replace(".0.", &format!(".{handle}."));
                ((*name).to_owned(), value)
            };
            let mut pairs: Vec<_> = request.iter().map(good).collect();
            if identified.is_some() {
                pairs.push(("client_id".to_owned(), ALIAS.to_owned()));
            }
            if let Some(dropped) = dropped.filter(|dropped| *dropped < pairs.len()) {
                pairs.remove(dropped);
            }
            for (name, value, replaces) in changes {
                if replaces {
                    pairs.retain(|(known, _)| *known != name);
                }
                pairs.push((name, value));
            }
            encoded(&pairs)
        })
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The operations that take client requests.
fn operations_with_parameters() -> impl Iterator<Item = &'static Described> {
    OPERATIONS.iter().filter(|described| {
        described
            .request()
            .is_some_and(|schema| members(schema).contains_key("parameters"))
    })
}

#[test]
fn any_client_request_is_answered_as_described() {
    let target = Target::start();
    assert!(operations_with_parameters().count() >= 7);
    for described in operations_with_parameters() {
        target.renew();
        crate::flows::run(&target, ApiVersion::V3);
        let schema = described.request().unwrap();
        proptest!(cases(64), |(form in form(), body in object_of(schema), authenticated in any::<bool>(), v2 in any::<bool>())| {
            let mut body = body;
            body.insert("parameters".to_owned(), form.into());
            if authenticated {
                body.insert("clientId".to_owned(), json!(ALIAS));
                body.insert("clientSecret".to_owned(), json!(SECRET));
            }
            let version = if v2 { ApiVersion::V2 } else { ApiVersion::V3 };
            target.runtime.block_on(target.call(version, described.operation.id, ALIAS, &[], Some(&body.into())));
        });
        target.runtime.block_on(target.assert_alive());
    }
}

#[test]
fn parameters_that_are_no_form_are_answered_as_described() {
    let target = Target::start();
    proptest!(cases(24), |(text in prop_oneof![text(), ".*"])| {
        for described in operations_with_parameters() {
            for version in crate::common::GENERATIONS {
                let body = json!({ "parameters": text, "clientId": ALIAS, "clientSecret": SECRET });
                target.runtime.block_on(target.call(version, described.operation.id, ALIAS, &[], Some(&body)));
            }
        }
    });
    target.runtime.block_on(target.assert_alive());
}

#[test]
fn placeholders_in_requests_are_of_known_handle_kinds() {
    let all: Vec<_> = REQUESTS.iter().flat_map(|request| request.iter()).collect();
    let handles = all.iter().filter(|(_, value)| value.starts_with("HANDLE"));
    for (name, value) in handles {
        let known = crate::handles::KINDS
            .iter()
            .any(|(kind, _)| placeholder(kind, 0) == *value);
        assert!(known, "{name}");
    }
}
