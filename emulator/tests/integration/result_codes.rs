//! Each error of an operation has its own published result code.

use authlete_emulator::{Emulator, RegisteredClient};
use serde_json::{Value, json};

use crate::common::registration::{manage, minimal, register, registered, start_open, with};
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::{post, start, variable};
use authlete::ApiVersion;
use rstest::rstest;

/// The result code of a call with these `parameters`, which are null if absent.
async fn code(
    emulator: &Emulator,
    version: authlete::ApiVersion,
    path: &str,
    parameters: Option<&str>,
    client: &RegisteredClient,
) -> Value {
    let mut body = json!({ "parameters": parameters });
    if path != "/auth/authorization" {
        body["clientId"] = json!(client.id.to_string());
        body["clientSecret"] = json!(client.secret.expose());
    }
    let (_, answer) = post(emulator, version, "SERVICE", path, &body).await;
    answer["resultCode"].clone()
}

#[rstest]
#[tokio::test]
async fn missing_empty_repeated_and_invalid_parameters_have_specific_result_codes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const TOKEN: &str = "/auth/token";
    const AUTHORIZATION: &str = "/auth/authorization";
    const REVOCATION: &str = "/auth/revocation";
    const INTROSPECTION: &str = "/auth/introspection/standard";
    const PUSHED: &str = "/pushed_auth_req";
    const CIBA: &str = "/backchannel/authentication";
    const DEVICE: &str = "/device/authorization";
    let cases = [
        (TOKEN, None, "A047201"),
        (TOKEN, Some(""), "A047301"),
        (TOKEN, Some("a=b"), "A049301"),
        (TOKEN, Some("grant_type="), "A049302"),
        (TOKEN, Some("grant_type=a&grant_type=b"), "A049303"),
        (TOKEN, Some("grant_type=a"), "A049304"),
        (TOKEN, Some("grant_type=implicit"), "A049306"),
        (TOKEN, Some("grant_type=authorization_code"), "A050301"),
        (
            TOKEN,
            Some("grant_type=authorization_code&code="),
            "A050302",
        ),
        (
            TOKEN,
            Some("grant_type=authorization_code&code=a&code=b"),
            "A050303",
        ),
        (
            TOKEN,
            Some("grant_type=authorization_code&code=a&redirect_uri=b&redirect_uri=c"),
            "A050304",
        ),
        (
            TOKEN,
            Some("grant_type=authorization_code&code=a&code_verifier=b&code_verifier=c"),
            "A050314",
        ),
        (TOKEN, Some("grant_type=refresh_token"), "A053301"),
        (
            TOKEN,
            Some("grant_type=refresh_token&refresh_token="),
            "A053302",
        ),
        (
            TOKEN,
            Some("grant_type=refresh_token&refresh_token=a&refresh_token=b"),
            "A053303",
        ),
        (
            TOKEN,
            Some("grant_type=refresh_token&scope=a&scope=b"),
            "A053304",
        ),
        (
            TOKEN,
            Some("grant_type=client_credentials&scope=a&scope=b"),
            "A052302",
        ),
        (
            TOKEN,
            Some("grant_type=password&scope=a&scope=b"),
            "A051307",
        ),
        (
            TOKEN,
            Some("grant_type=a&client_id=1&client_id=2"),
            "A244301",
        ),
        (
            TOKEN,
            Some("grant_type=a&client_secret=1&client_secret=2"),
            "A158301",
        ),
        (TOKEN, Some("grant_type=a&other=1&other=2"), "A250301"),
        (AUTHORIZATION, None, "A004201"),
        (AUTHORIZATION, Some(""), "A004301"),
        (AUTHORIZATION, Some("a=b"), "A010301"),
        (AUTHORIZATION, Some("client_id="), "A010302"),
        (AUTHORIZATION, Some("client_id=1&client_id=2"), "A010303"),
        (AUTHORIZATION, Some("client_id=ID"), "A009301"),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type="),
            "A009302",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=a&response_type=b"),
            "A009303",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=a"),
            "A009304",
        ),
        (AUTHORIZATION, Some("client_id=ID&redirect_uri="), "A011319"),
        (
            AUTHORIZATION,
            Some("client_id=ID&redirect_uri=relative"),
            "A011315",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&redirect_uri=https://app.example/%23a"),
            "A011316",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&state=a&state=b"),
            "A013302",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&nonce=a&nonce=b"),
            "A014302",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&other=a&other=b"),
            "A023306",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&max_age=a"),
            "A017303",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&max_age=1.5"),
            "A017304",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&max_age=2147483648"),
            "A017305",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&prompt=none+login"),
            "A016304",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&prompt=a"),
            "A016303",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&claims=a"),
            "A022303",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&claims={\"userinfo\":1}"),
            "A022304",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&claims={\"id_token\":1}"),
            "A022305",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&purpose=ab"),
            "A252303",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&resource=a"),
            "A251307",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&resource=https://a.example/%23a"),
            "A251308",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&authorization_details=a"),
            "A249304",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&authorization_details={}"),
            "A249305",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&authorization_details=[1]"),
            "A249306",
        ),
        (
            AUTHORIZATION,
            Some("client_id=ID&response_type=code&authorization_details=[{}]"),
            "A249301",
        ),
        (REVOCATION, None, "A113201"),
        (REVOCATION, Some(""), "A113301"),
        (REVOCATION, Some("a=b"), "A115301"),
        (REVOCATION, Some("token="), "A115302"),
        (REVOCATION, Some("token=a&token=b"), "A115303"),
        (
            REVOCATION,
            Some("token=a&client_id=1&client_id=2"),
            "A114303",
        ),
        (
            REVOCATION,
            Some("token=a&client_secret=1&client_secret=2"),
            "A114310",
        ),
        (REVOCATION, Some("token=a&client_secret=another"), "A114313"),
        (INTROSPECTION, None, "A145201"),
        (INTROSPECTION, Some(""), "A145301"),
        (PUSHED, None, "A166201"),
        (PUSHED, Some(""), "A166301"),
        (PUSHED, Some("a=1&a=2"), "A250301"),
        (PUSHED, Some("request_uri=a"), "A248301"),
        (PUSHED, Some("request=a"), "A248302"),
        (CIBA, None, "A166201"),
        (CIBA, Some(""), "A166301"),
        (CIBA, Some("a=1&a=2"), "A166304"),
        (DEVICE, None, "A166201"),
        (DEVICE, Some(""), "A166301"),
        (DEVICE, Some("a=1&a=2"), "A166304"),
    ];
    let (emulator, _api) = start(version).await;
    let client = emulator.client();
    for (path, parameters, expected) in cases {
        let id = format!("client_id={}", client.id);
        let filled = parameters.map(|text| text.replace("client_id=ID", &id));
        let code = code(&emulator, version, path, filled.as_deref(), client).await;
        assert_code_for(
            code.as_str(),
            expected,
            format_args!("{path} {parameters:?}"),
        );
    }
}

#[rstest]
#[tokio::test]
async fn missing_client_unknown_client_and_wrong_secret_have_specific_result_codes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let cases = [
        ("/auth/token", ["A244305", "A244306", "A157305"]),
        ("/auth/revocation", ["A114301", "A114304", "A114311"]),
        ("/pushed_auth_req", ["A247306", "A247307", "A157305"]),
        (
            "/backchannel/authentication",
            ["A168309", "A168310", "A157305"],
        ),
        ("/device/authorization", ["A904303", "A218305", "A157305"]),
    ];
    let (emulator, _api) = start(version).await;
    let id = emulator.client().id.to_string();
    for (path, codes) in cases {
        let clients = [None, Some("1"), Some(&*id)];
        for (client, expected) in clients.into_iter().zip(codes) {
            let body = json!({
                "parameters": "grant_type=client_credentials&token=a",
                "clientId": client,
                "clientSecret": client.map(|_| "wrong"),
            });
            let (_, answer) = post(&emulator, version, "SERVICE", path, &body).await;
            assert_code_for(
                answer["resultCode"].as_str(),
                expected,
                format_args!("{path} {client:?}"),
            );
        }
    }
}

#[tokio::test]
async fn invalid_start_and_end_have_specific_result_codes_for_each_list() {
    let lists = [
        ("SERVICEOWNER", "/service/get/list", "036"),
        ("SERVICE", "/client/get/list", "028"),
        ("SERVICE", "/auth/token/get/list", "159"),
        ("SERVICE", "/client/authorization/get/list/alice", "136"),
    ];
    let queries = [
        ("start=a", "201"),
        ("start=-1", "202"),
        ("end=a", "203"),
        ("end=-1", "204"),
    ];
    let version = authlete::ApiVersion::V2;
    let (emulator, _api) = start(version).await;
    for (owner, path, group) in lists {
        let value = |name: &str| variable(&emulator, version, &format!("AUTHLETE_{owner}_{name}"));
        for (query, rest) in queries {
            let url = format!("{}/api{path}?{query}", emulator.base_url());
            let request = reqwest::Client::new().get(url);
            let request = request.basic_auth(value("APIKEY"), Some(value("APISECRET")));
            let answer: Value =
                serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap())
                    .unwrap();
            assert_code_for(
                answer["resultCode"].as_str(),
                &format!("A{group}{rest}"),
                path,
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn invalid_client_metadata_returns_specific_result_codes(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let cases = [
        (
            json!({ "redirect_uris": "https://app.example/" }),
            "A204306",
        ),
        (json!({ "client_name": 1 }), "A204308"),
        (json!({ "default_max_age": "1" }), "A204309"),
        (json!({ "require_auth_time": "true" }), "A204310"),
        (json!({ "jwks": "{}" }), "A204311"),
        (json!({ "logo_uri": "logo.png" }), "A204307"),
        (
            json!({ "initiate_login_uri": "http://app.example/login" }),
            "A204313",
        ),
        (
            json!({ "jwks": { "keys": [] }, "jwks_uri": "https://app.example/jwks" }),
            "A204301",
        ),
        (
            json!({ "grant_types": ["client_credentials"], "response_types": ["code"] }),
            "A204304",
        ),
        (
            json!({ "grant_types": ["client_credentials"], "response_types": ["token"] }),
            "A204305",
        ),
        (
            json!({ "grant_types": ["authorization_code"], "response_types": ["none"] }),
            "A204302",
        ),
        (
            json!({ "grant_types": ["authorization_code", "implicit"], "response_types": ["code"] }),
            "A204303",
        ),
        (
            json!({
                "subject_type": "pairwise",
                "redirect_uris": ["https://a.example/", "https://b.example/"],
            }),
            "A204312",
        ),
    ];
    let (_emulator, api) = start_open(version).await;
    for (members, code) in &cases {
        let answer = register(&api, with(minimal(), members.clone())).await;
        assert_code_for(answer.result_code.as_deref(), code, members);
    }
    let registration = registered(&api, minimal()).await;
    let own = json!({ "client_id": registration["client_id"] });
    for (members, code) in [
        (json!({}), "A214301"),
        (json!({ "client_id": "1" }), "A214302"),
        (with(own, json!({ "client_secret": "another" })), "A215304"),
    ] {
        let mut request = manage(&registration);
        request.json = Some(with(minimal(), members.clone()).to_string().into());
        let answer = api.dynamic_client_update(&request).await.unwrap();
        assert_code_for(answer.result_code.as_deref(), code, &members);
    }
}

#[tokio::test]
async fn body_that_is_no_object_has_a_specific_result_code_for_each_operation() {
    let version = authlete::ApiVersion::V2;
    let (emulator, _api) = start(version).await;
    let id = emulator.client().id;
    for (path, body, code) in [
        ("/client/create".to_owned(), "", "A032209"),
        ("/client/create".to_owned(), "[]", "A900205"),
        ("/client/authorization/get/list".to_owned(), "[]", "A136205"),
        (
            format!("/client/authorization/delete/{id}"),
            "[]",
            "A137201",
        ),
        (format!("/client/granted_scopes/get/{id}"), "[]", "A139201"),
        (
            format!("/client/granted_scopes/delete/{id}"),
            "[]",
            "A140201",
        ),
        (
            format!("/client/extension/requestable_scopes/update/{id}"),
            "[]",
            "A128201",
        ),
    ] {
        let value = |name: &str| variable(&emulator, version, &format!("AUTHLETE_SERVICE_{name}"));
        let url = format!("{}/api{path}", emulator.base_url());
        let request = reqwest::Client::new().post(url).body(body);
        let request = request.basic_auth(value("APIKEY"), Some(value("APISECRET")));
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_code_for(answer["resultCode"].as_str(), code, path);
    }
}

/// The status and the body of the response to a call.
async fn answer(
    emulator: &Emulator,
    version: authlete::ApiVersion,
    path: &str,
    body: Value,
) -> (u16, Value) {
    post(emulator, version, "SERVICE", path, &body).await
}

#[rstest]
#[tokio::test]
async fn unknown_id_token_aud_type_is_refused_by_each_operation_that_has_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    for path in [
        "/auth/authorization/issue",
        "/device/complete",
        "/backchannel/authentication/complete",
        "/idtoken/reissue",
        "/nativesso",
    ] {
        for (word, is_known) in [
            ("array", true),
            ("string", true),
            ("", true),
            ("list", false),
        ] {
            let body = json!({ "idTokenAudType": word });
            let (status, answer) = answer(&emulator, version, path, body).await;
            assert_eq!(status == 400, !is_known, "{path} {word}: {answer}");
            if !is_known {
                assert_code(answer["resultCode"].as_str(), "A900212");
                let message = answer["resultMessage"].as_str().unwrap();
                let expected = "idTokenAudType: not one of array, string.";
                assert!(message.ends_with(expected), "{message}");
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn claims_and_header_parameters_that_are_not_json_are_refused_without_openid_too(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let query = crate::common::query(emulator.client());
    for (member, code) in [("claims", "A044201"), ("idtHeaderParams", "A255201")] {
        let ticket = crate::common::ticket(&api, &query).await;
        let body = json!({ "ticket": ticket.expose(), "subject": "alice", member: "[" });
        let path = "/auth/authorization/issue";
        let (_, answer) = answer(&emulator, version, path, body).await;
        assert_code_for(answer["resultCode"].as_str(), code, member);
        assert_eq!(answer["action"], "INTERNAL_SERVER_ERROR");
    }
}

#[tokio::test]
async fn forms_and_queries_that_are_not_utf_8_are_refused() {
    let version = authlete::ApiVersion::V2;
    let (emulator, _api) = start(version).await;
    let value = |name: &str| variable(&emulator, version, &format!("AUTHLETE_SERVICE_{name}"));
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}/api{path}", emulator.base_url());
    for (path, code) in [
        ("/auth/introspection", "A900205"),
        ("/auth/token/create", "A900205"),
    ] {
        for body in [&b"token=%FF&grantType=%FF"[..], b"token=\xff"] {
            let request = http
                .post(url(path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body);
            let request = request.basic_auth(value("APIKEY"), Some(value("APISECRET")));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 400, "{path}");
            let answer: Value = answer.json().await.unwrap();
            assert_code(answer["resultCode"].as_str(), code);
            let message = answer["resultMessage"].as_str().unwrap();
            assert!(message.ends_with("not UTF-8."), "{message}");
        }
    }
    let request = http.get(url("/auth/token/get/list?subject=%FF"));
    let request = request.basic_auth(value("APIKEY"), Some(value("APISECRET")));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let answer: Value = answer.json().await.unwrap();
    assert_code(answer["resultCode"].as_str(), "A900211");
}

#[tokio::test]
async fn repeated_member_within_an_unknown_member_is_refused() {
    let version = authlete::ApiVersion::V2;
    let (emulator, _api) = start(version).await;
    let value = |name: &str| variable(&emulator, version, &format!("AUTHLETE_SERVICE_{name}"));
    let url = format!("{}/api/client/create", emulator.base_url());
    let request = reqwest::Client::new()
        .post(url)
        .body("{\"unknownMember\": [{\"a\": 1, \"a\": 2}]}");
    let request = request.basic_auth(value("APIKEY"), Some(value("APISECRET")));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let answer: Value = answer.json().await.unwrap();
    let message = answer["resultMessage"].as_str().unwrap();
    let expected = "unknownMember: 0: a: given more than once.";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
#[should_panic(
    expected = "the result code is A160001 (JOSE_VALID: the JOSE object is valid), not A254301 (DPOP_PROOF_INVALID: the DPoP proof is invalid)"
)]
fn wrong_result_code_is_reported_with_the_meaning_of_both() {
    assert_code(Some("A160001"), "A254301");
}

#[test]
#[should_panic(expected = "the result code is missing, not A160001")]
fn missing_result_code_is_reported_with_the_meaning_of_the_expected_one() {
    assert_code(None, "A160001");
}

#[test]
#[should_panic(
    expected = "JOSE_VALID: the JOSE object is valid), not A254301 (DPOP_PROOF_INVALID: the DPoP proof is invalid), for the second proof"
)]
fn wrong_result_code_of_one_of_several_cases_is_reported_with_the_case() {
    assert_code_for(Some("A160001"), "A254301", "the second proof");
}
