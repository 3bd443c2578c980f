//! Discovery metadata and JWK Sets (OpenID Connect Discovery 1.0 §3, RFC 8414 §2, RFC 7517 §5).

use crate::common::result_codes::assert_code_for;
use crate::common::*;
use authlete::types::{
    ClaimType, ClientAuthMethod, DeliveryMode, Display, GetServiceConfigurationQuery,
    GetServiceJwksQuery, GrantType, HskCreateRequest, NamedUri, Pair, Prompt, ResponseType, Scope,
    ServiceConfigurationRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[tokio::test]
async fn built_in_service_publishes_the_expected_metadata(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let expected: Value = serde_json::from_str(include_str!("metadata.json")).unwrap();
    let (_emulator, api) = start(version).await;
    assert_eq!(metadata(&api).await, expected);
}

#[rstest]
#[tokio::test]
async fn settings_that_are_not_set_are_not_published(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let gone = [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "introspection_endpoint",
        "registration_endpoint",
        "device_authorization_endpoint",
        "backchannel_authentication_endpoint",
        "pushed_authorization_request_endpoint",
        "scopes_supported",
    ];
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.dynamic_registration_supported = Some(true);
    })
    .await;
    let before = metadata(&api).await;
    assert_eq!(
        before["registration_endpoint"],
        "https://as.example/register"
    );
    configure(&emulator, &api, |service| {
        service.issuer = None;
        service.authorization_endpoint = None;
        service.token_endpoint = None;
        service.user_info_endpoint = None;
        service.jwks_uri = None;
        service.revocation_endpoint = None;
        service.introspection_endpoint = None;
        service.registration_endpoint = None;
        service.device_authorization_endpoint = None;
        service.backchannel_authentication_endpoint = None;
        service.pushed_auth_req_endpoint = None;
        service.supported_scopes = None;
    })
    .await;
    let mut expected = before;
    let members = expected.as_object_mut().unwrap();
    for name in gone {
        assert!(members.remove(name).is_some(), "{name}");
    }
    // Without an issuer, responses have no `iss` (RFC 9207 §2).
    expected["authorization_response_iss_parameter_supported"] = json!(false);
    assert_eq!(metadata(&api).await, expected);
}

#[rstest]
#[tokio::test]
async fn metadata_contains_the_settings_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut expected = metadata(&api).await;
    configure(&emulator, &api, |service| {
        let texts = |texts: &[&str]| Some(texts.iter().map(|t| (*t).to_owned()).collect());
        let uri = |path: &str| Some(format!("https://as.example/{path}"));
        service.iss_suppressed = Some(true);
        service.par_required = Some(true);
        service.request_object_required = Some(true);
        service.tls_client_certificate_bound_access_tokens = Some(true);
        service.end_session_endpoint = uri("end");
        service.service_documentation = uri("docs");
        service.policy_uri = uri("policy");
        service.tos_uri = uri("tos");
        service.supported_acrs = texts(&["gold"]);
        service.supported_claims = texts(&["sub", "email"]);
        service.supported_claim_locales = texts(&["en"]);
        service.supported_ui_locales = texts(&["ja"]);
        service.supported_authorization_details_types = texts(&["payment"]);
        service.supported_response_types = Some(vec![ResponseType::Code]);
        service.supported_grant_types = Some(vec![GrantType::RefreshToken]);
        service.supported_displays = Some(vec![Display::Touch, Display::Page]);
        service.supported_prompt_values = Some(vec![Prompt::Login]);
        // The emulator supports normal claims only, so no claim type is left.
        service.supported_claim_types = Some(vec![ClaimType::Distributed]);
        let methods = vec![ClientAuthMethod::PrivateKeyJwt];
        service.supported_token_auth_methods = Some(methods.clone());
        service.supported_revocation_auth_methods = Some(methods.clone());
        service.supported_introspection_auth_methods = Some(methods);
        service.supported_backchannel_token_delivery_modes = Some(vec![DeliveryMode::Push]);
        service.mtls_endpoint_aliases = Some(vec![
            NamedUri::new("token_endpoint", "https://mtls.example/token"),
            NamedUri::new("userinfo_endpoint", "https://mtls.example/userinfo"),
        ]);
    })
    .await;
    let changes = json!({
        "authorization_response_iss_parameter_supported": false,
        "require_pushed_authorization_requests": true,
        "require_signed_request_object": true,
        "tls_client_certificate_bound_access_tokens": true,
        "end_session_endpoint": "https://as.example/end",
        "service_documentation": "https://as.example/docs",
        "op_policy_uri": "https://as.example/policy",
        "op_tos_uri": "https://as.example/tos",
        "acr_values_supported": ["gold"],
        "claims_supported": ["sub", "email"],
        "claims_locales_supported": ["en"],
        "ui_locales_supported": ["ja"],
        "authorization_details_types_supported": ["payment"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["refresh_token"],
        "display_values_supported": ["page", "touch"],
        "prompt_values_supported": ["login"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "revocation_endpoint_auth_methods_supported": ["private_key_jwt"],
        "introspection_endpoint_auth_methods_supported": ["private_key_jwt"],
        "backchannel_token_delivery_modes_supported": ["push"],
        "mtls_endpoint_aliases": {
            "token_endpoint": "https://mtls.example/token",
            "userinfo_endpoint": "https://mtls.example/userinfo",
        },
    });
    let members = expected.as_object_mut().unwrap();
    members.remove("claim_types_supported");
    members.extend(changes.as_object().unwrap().clone());
    assert_eq!(metadata(&api).await, expected);
}

#[rstest]
#[tokio::test]
async fn algorithms_are_published_if_there_is_a_key_for_them(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let symmetric = ["HS256", "HS384", "HS512"];
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        service.hsm_enabled = Some(true);
        service.jwks = None;
    })
    .await;
    let without = metadata(&api).await;
    for kind in ["userinfo", "authorization", "introspection"] {
        let name = format!("{kind}_signing_alg_values_supported");
        assert_eq!(words(&without, &name), symmetric);
    }
    let name = "id_token_signing_alg_values_supported";
    assert_eq!(words(&without, name), ["HS256", "HS384", "HS512", "none"]);
    let encryption = "request_object_encryption_alg_values_supported";
    let by_secret = [
        "A128KW",
        "A192KW",
        "A256KW",
        "dir",
        "A128GCMKW",
        "A192GCMKW",
        "A256GCMKW",
    ];
    assert_eq!(words(&without, encryption), by_secret);
    // Encryption for clients uses their keys.
    let to_clients = words(&without, "id_token_encryption_alg_values_supported");
    assert!(to_clients.contains(&"ECDH-ES".to_owned()));

    for (kty, usage, alg) in [("EC", "sig", "ES384"), ("RSA", "enc", "RSA-OAEP-256")] {
        let key = HskCreateRequest::new().kty(kty).use_(usage).alg(alg);
        api.hsk_create(&key).await.unwrap().hsk.expect("a key");
    }
    let with_module = metadata(&api).await;
    assert_eq!(
        words(&with_module, name),
        ["ES384", "HS256", "HS384", "HS512", "none"]
    );
    let more = words(&with_module, encryption);
    assert_eq!(more[0], "RSA-OAEP-256");
    assert_eq!(more[1..], by_secret);
}

/// The raw response body of a GET, or of a POST if there is a body to send.
async fn text(
    emulator: &Emulator,
    version: ApiVersion,
    path: &str,
    body: Option<&Value>,
) -> String {
    let value = |name| variable(emulator, version, name);
    let key = value("AUTHLETE_SERVICE_APIKEY");
    let root = match version {
        ApiVersion::V2 => format!("{}/api", emulator.base_url()),
        ApiVersion::V3 => format!("{}/api/{key}", emulator.base_url()),
    };
    let (client, url) = (reqwest::Client::new(), format!("{root}{path}"));
    let request = match body {
        Some(body) => client.post(url).json(body),
        None => client.get(url),
    };
    let request = match version {
        ApiVersion::V2 => request.basic_auth(key, Some(value("AUTHLETE_SERVICE_APISECRET"))),
        ApiVersion::V3 => request.bearer_auth(value("AUTHLETE_SERVICE_ACCESSTOKEN")),
    };
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn documents_are_indented_if_pretty_is_set(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (path, document) in [
        ("/service/configuration", metadata(&api).await),
        ("/service/jwks/get", jwks(&api).await),
    ] {
        let compact = document.to_string();
        assert_eq!(text(&emulator, version, path, None).await, compact);
        let query = |pretty| format!("{path}?pretty={pretty}");
        let plain = text(&emulator, version, &query("false"), None).await;
        assert_eq!(plain, compact);
        let indented = format!("{document:#}");
        let pretty = text(&emulator, version, &query("true"), None).await;
        assert_eq!(pretty, indented);
    }
    let (path, document) = ("/service/configuration", metadata(&api).await);
    for (body, expected) in [
        (json!({}), document.to_string()),
        (json!({ "pretty": false }), document.to_string()),
        (json!({ "pretty": true }), format!("{document:#}")),
    ] {
        let posted = text(&emulator, version, path, Some(&body)).await;
        assert_eq!(posted, expected);
    }
}

#[rstest]
#[tokio::test]
async fn metadata_can_be_patched(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    // Checks that both operations return the same.
    let patched = async |api: &Authlete, patch: &str| {
        let query = GetServiceConfigurationQuery::new().patch(patch);
        let got = api.get_service_configuration(&query).await;
        let body = ServiceConfigurationRequest::new().patch(patch);
        let posted = api.post_service_configuration(&body).await;
        let [got, posted] = [got, posted].map(|answer| match answer {
            Ok(metadata) => Ok(metadata.into_value()),
            Err(error) => Err(refusal(Err::<(), _>(error))),
        });
        assert_eq!(got, posted);
        posted
    };
    let (_emulator, api) = start(version).await;
    let before = metadata(&api).await;
    let patch = json!([
        { "op": "test", "path": "/issuer", "value": "https://as.example" },
        { "op": "replace", "path": "/token_endpoint", "value": "https://other.example" },
        { "op": "add", "path": "/x", "value": { "y": [1] } },
        { "op": "add", "path": "/x/y/-", "value": 2 },
        { "op": "copy", "from": "/x/y", "path": "/z" },
        { "op": "move", "from": "/jwks_uri", "path": "/keys" },
        { "op": "remove", "path": "/issuer" },
    ]);
    let mut expected = before.clone();
    let members = expected.as_object_mut().unwrap();
    members.remove("issuer");
    let keys = members.remove("jwks_uri").unwrap();
    members.insert("keys".to_owned(), keys);
    members.insert("x".to_owned(), json!({ "y": [1, 2] }));
    members.insert("z".to_owned(), json!([1, 2]));
    members["token_endpoint"] = json!("https://other.example");
    assert_eq!(patched(&api, &patch.to_string()).await, Ok(expected));
    // A patch applies to its response only.
    assert_eq!(patched(&api, "[]").await, Ok(before));

    let malformed = [
        "x",
        "{}",
        "[1]",
        r#"[{"op":"fly","path":"/issuer"}]"#,
        r#"[{"op":"remove"}]"#,
        r#"[{"op":"remove","path":"issuer"}]"#,
    ];
    for patch in malformed {
        let (status, code) = patched(&api, patch).await.expect_err(patch);
        assert_code_for(Some(&code), "A923201", patch);
        assert_eq!(status, 400, "{patch}");
    }
    let copy = r#"{"op":"copy","from":"","path":"/all"},"#;
    let inapplicable = [
        r#"[{"op":"remove","path":"/nothing"}]"#,
        r#"[{"op":"replace","path":"/nothing","value":1}]"#,
        r#"[{"op":"add","path":"/nothing/more","value":1}]"#,
        r#"[{"op":"test","path":"/issuer","value":"https://other.example"}]"#,
        r#"[{"op":"replace","path":"","value":[]}]"#,
        // Each copy doubles the document.
        &format!("[{}]", copy.repeat(100).trim_end_matches(',')),
    ];
    for patch in inapplicable {
        let (status, code) = patched(&api, patch).await.expect_err(patch);
        assert_code_for(Some(&code), "A923202", patch);
        assert_eq!(status, 400, "{patch}");
    }
}

#[rstest]
#[tokio::test]
async fn keys_are_published_without_their_secrets(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let private = ["d", "p", "q", "dp", "dq", "qi", "k"];
    let (emulator, api) = start(version).await;
    let mut registered = Value::Null;
    configure(&emulator, &api, |service| {
        let set = service.jwks.as_ref().unwrap().expose();
        registered = serde_json::from_str(set).unwrap();
        let shared = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "shared" });
        let keys = registered["keys"].as_array_mut().unwrap();
        keys.push(shared);
        service.jwks = Some(registered.to_string().into());
    })
    .await;
    let query = GetServiceJwksQuery::new().include_private_keys(true);
    let all = api.get_service_jwks(&query).await.unwrap().unwrap();
    assert_eq!(all.into_value(), registered);

    let mut expected = registered;
    let keys = expected["keys"].as_array_mut().unwrap();
    keys.retain(|key| key["kty"] != "oct");
    for key in keys.iter_mut() {
        let members = key.as_object_mut().unwrap();
        members.retain(|name, _| !private.contains(&name.as_str()));
    }
    assert_eq!(keys.len(), 8);
    assert_eq!(jwks(&api).await, expected);
    let query = GetServiceJwksQuery::new().include_private_keys(false);
    let public = api.get_service_jwks(&query).await.unwrap().unwrap();
    assert_eq!(public.into_value(), expected);

    configure(&emulator, &api, |service| service.jwks = None).await;
    let query = GetServiceJwksQuery::new();
    assert_eq!(api.get_service_jwks(&query).await.unwrap(), None);
}

/// The metadata of OpenID Connect for Identity Assurance, under the names of each draft.
#[rstest]
#[tokio::test]
async fn settings_of_identity_assurance_are_published_under_their_names(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let settings = [
        ("supportedTrustFrameworks", "trust_frameworks_supported"),
        ("supportedEvidence", "evidence_supported"),
        ("supportedIdentityDocuments", "id_documents_supported"),
        ("supportedDocuments", "documents_supported"),
        (
            "supportedVerificationMethods",
            "id_documents_verification_methods_supported",
        ),
        ("supportedDocumentsMethods", "documents_methods_supported"),
        (
            "supportedDocumentsValidationMethods",
            "documents_validation_methods_supported",
        ),
        (
            "supportedDocumentsVerificationMethods",
            "documents_verification_methods_supported",
        ),
        (
            "supportedDocumentsCheckMethods",
            "documents_check_methods_supported",
        ),
        ("supportedElectronicRecords", "electronic_records_supported"),
        (
            "supportedVerifiedClaims",
            "claims_in_verified_claims_supported",
        ),
        ("supportedDigestAlgorithms", "digest_algorithms_supported"),
    ];
    let (emulator, api) = start(version).await;
    let mut expected = metadata(&api).await;
    configure(&emulator, &api, |service| {
        let mut all = serde_json::to_value(&*service).unwrap();
        for (setting, name) in settings {
            all[setting] = json!([name, "other"]);
            expected[name] = json!([name, "other"]);
        }
        all["supportedAttachments"] = json!(["EXTERNAL", "EMBEDDED"]);
        *service = serde_json::from_value(all).unwrap();
    })
    .await;
    expected["attachments_supported"] = json!(["embedded", "external"]);
    expected["verified_claims_supported"] = json!(true);
    assert_eq!(metadata(&api).await, expected);
}

/// `Service.requestObjectRequired` with `traditionalRequestObjectProcessingApplied`.
#[rstest]
#[tokio::test]
async fn signed_request_objects_are_required_only_if_the_rules_of_jar_apply(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    for (required, traditional, expected) in [
        (false, false, false),
        (true, false, true),
        (true, true, false),
    ] {
        configure(&emulator, &api, |service| {
            service.request_object_required = Some(required);
            service.traditional_request_object_processing_applied = Some(traditional);
        })
        .await;
        let published = metadata(&api).await;
        assert_eq!(published["require_signed_request_object"], expected);
    }
}

/// `DynamicScope.name`.
#[rstest]
#[tokio::test]
async fn scope_with_a_variable_part_is_published_by_its_name(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    configure(&emulator, &api, |service| {
        let mut consent = Scope::new("consent");
        consent.attributes = Some(vec![Pair::new("regex", "^consent:.+$")]);
        service.supported_scopes = Some(vec![consent]);
    })
    .await;
    assert_eq!(
        words(&metadata(&api).await, "scopes_supported"),
        ["consent"]
    );
}

/// `Service.backchannelUserCodeParameterSupported` and others that are published as they are.
#[rstest]
#[tokio::test]
async fn flags_and_endpoints_are_published_under_the_names_of_the_standards(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let mut expected = metadata(&api).await;
    assert_eq!(expected["backchannel_user_code_parameter_supported"], false);
    configure(&emulator, &api, |service| {
        service.backchannel_user_code_parameter_supported = Some(true);
        service.backchannel_authentication_endpoint =
            Some("https://as.example/backchannel".to_owned());
        service.device_authorization_endpoint = Some("https://as.example/device".to_owned());
        service.pushed_auth_req_endpoint = Some("https://as.example/push".to_owned());
    })
    .await;
    let changes = json!({
        "backchannel_user_code_parameter_supported": true,
        "backchannel_authentication_endpoint": "https://as.example/backchannel",
        "device_authorization_endpoint": "https://as.example/device",
        "pushed_authorization_request_endpoint": "https://as.example/push",
    });
    let members = expected.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    assert_eq!(metadata(&api).await, expected);
}

/// `AuthleteApi.getServiceJwks`: null without keys, with or without a published URI.
#[rstest]
#[tokio::test]
async fn key_set_is_returned_if_keys_are_registered_with_or_without_a_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let uri = || Some("https://as.example/jwks".to_owned());
    let keys = jwt::Key::generate().jwks();
    let query = GetServiceJwksQuery::new();
    for (keys, uri) in [
        (Some(&keys), None),
        (Some(&keys), uri()),
        (None, None),
        (None, uri()),
    ] {
        configure(&emulator, &api, |service| {
            service.jwks = keys.map(|keys| keys.as_str().into());
            service.jwks_uri = uri;
        })
        .await;
        let set = api.get_service_jwks(&query).await.unwrap();
        assert_eq!(set.is_some(), keys.is_some());
    }
}
