//! Valid requests for every flow, whose responses provide the handles for the tests.

use authlete::ApiVersion;
use serde_json::{Value, json};

use crate::common::{CHALLENGE, VERIFIER, form};
use crate::handles::placeholder;
use crate::target::{ALIAS, ISSUER, REDIRECT_URI, SECRET, Target};

/// Runs every flow once. Settings may end a flow early; each response is checked anyway.
pub fn run(target: &Target, version: ApiVersion) {
    run_for(target, version, "alice");
}

/// Runs every flow once for a subject.
pub fn run_for(target: &Target, version: ApiVersion, subject: &str) {
    for (id, body) in requests(subject) {
        let answer = target.call(version, id, ALIAS, &[], body.as_ref());
        target.runtime.block_on(answer);
    }
}

pub fn requests(subject: &str) -> Vec<(&'static str, Option<Value>)> {
    let handle = |kind| placeholder(kind, 3);
    let code = form(&[
        ("response_type", "code"),
        ("client_id", ALIAS),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid read grant_management_query"),
        ("grant_management_action", "create"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let hybrid = form(&[
        ("response_type", "code id_token token"),
        ("client_id", ALIAS),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid offline_access"),
        ("nonce", "n"),
        ("prompt", "consent"),
        ("authorization_details", "[{\"type\":\"payment\"}]"),
        ("acr_values", "urn:acr:1"),
        ("claims", "{\"userinfo\":{\"name\":{\"essential\":true}}}"),
    ]);
    let pushed = form(&[("client_id", ALIAS), ("request_uri", &handle("requestUri"))]);
    let issue = || {
        let body = json!({
            "ticket": handle("ticket"), "subject": subject, "claims": "{\"name\":\"Alice\"}", "acr": "urn:acr:1", "sessionId": "session",
            "properties": [{ "key": "k", "value": "v" }], "authTime": 1,
        });
        Some(body)
    };
    let by_client = |pairs: &[(&str, &str)]| {
        let body = json!({ "parameters": form(pairs), "clientId": ALIAS, "clientSecret": SECRET });
        Some(body)
    };
    let shared = code.replace("openid+read", "openid+device_sso");
    let exchange = by_client(&[
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("audience", ISSUER),
        ("subject_token", &handle("idToken")),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:id_token",
        ),
        ("actor_token", "secret"),
        (
            "actor_token_type",
            "urn:openid:params:token-type:device-secret",
        ),
    ]);
    let native_sso = || {
        let body = json!({ "accessToken": handle("accessToken"), "deviceSecret": "secret" });
        Some(body)
    };
    let redeem = by_client(&[
        ("grant_type", "authorization_code"),
        ("code", &handle("code")),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ]);
    let hint = by_client(&[("scope", "openid read"), ("login_hint", subject)]);
    let password = [
        ("grant_type", "password"),
        ("username", subject),
        ("password", "w"),
    ];
    let metadata =
        json!({ "redirect_uris": [REDIRECT_URI], "client_name": "registered" }).to_string();
    let token = Some(json!({ "token": handle("accessToken") }));
    vec![
        ("get_service_configuration", None),
        ("get_service_jwks", None),
        ("dynamic_client_register", Some(json!({ "json": metadata }))),
        (
            "push_authorization_request",
            by_client(&[
                ("response_type", "code"),
                ("client_id", ALIAS),
                ("redirect_uri", REDIRECT_URI),
                ("scope", "openid"),
            ]),
        ),
        ("authorization", Some(json!({ "parameters": pushed }))),
        ("authorization_issue", issue()),
        ("authorization", Some(json!({ "parameters": &code }))),
        ("authorization_issue", issue()),
        (
            "grant_management",
            Some(json!({
                "gmAction": "QUERY", "grantId": handle("grantId"), "accessToken": handle("accessToken"),
            })),
        ),
        ("token", redeem.clone()),
        ("introspection", token.clone()),
        ("userinfo", token.clone()),
        ("userinfo_issue", token),
        (
            "standard_introspection",
            by_client(&[("token", &handle("accessToken"))]),
        ),
        (
            "token",
            by_client(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", &handle("refreshToken")),
            ]),
        ),
        ("authorization", Some(json!({ "parameters": shared }))),
        ("authorization_issue", issue()),
        ("token", redeem),
        ("native_sso", native_sso()),
        ("token", exchange),
        ("native_sso", native_sso()),
        ("get_token_list", None),
        ("get_granted_scopes", Some(json!({ "subject": subject }))),
        (
            "get_client_authorization_list",
            Some(json!({ "subject": subject })),
        ),
        ("token", by_client(&[("grant_type", "client_credentials")])),
        (
            "token_create",
            Some(
                json!({ "grantType": "CLIENT_CREDENTIALS", "clientId": placeholder("clientId", 0) }),
            ),
        ),
        (
            "token_create_batch",
            Some(
                json!([{ "grantType": "CLIENT_CREDENTIALS", "clientId": placeholder("clientId", 0) }]),
            ),
        ),
        ("token", by_client(&password)),
        (
            "token_issue",
            Some(json!({ "ticket": handle("ticket"), "subject": subject })),
        ),
        ("device_authorization", hint.clone()),
        (
            "device_verification",
            Some(json!({ "userCode": handle("userCode") })),
        ),
        ("backchannel_authentication", hint.clone()),
        (
            "backchannel_authentication_issue",
            Some(json!({ "ticket": handle("ticket") })),
        ),
        (
            "verify_jose",
            Some(json!({ "jose": handle("idToken"), "clientIdentifier": ALIAS })),
        ),
        (
            "hsk_create",
            Some(json!({ "kty": "EC", "use": "sig", "alg": "ES256", "hsmName": "google" })),
        ),
        ("authorization", Some(json!({ "parameters": &hybrid }))),
        ("authorization_issue", issue()),
        // Unused tickets of each kind.
        ("token", by_client(&password)),
        ("backchannel_authentication", hint),
        (
            "backchannel_authentication_issue",
            Some(json!({ "ticket": handle("ticket") })),
        ),
        ("authorization", Some(json!({ "parameters": hybrid }))),
        ("authorization", Some(json!({ "parameters": code }))),
    ]
}
