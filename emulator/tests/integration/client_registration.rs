//! Dynamic client registration (RFC 7591, OpenID Connect Dynamic Client Registration 1.0).

use crate::common::registration::*;
use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::ApiVersion;
use authlete::types::{
    ClientAuthMethod, ClientRegistrationAction as Action, ClientRegistrationRequest, ClientSource,
    ClientType, GrantType, ResponseType, TokenAction, TokenRequest,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[tokio::test]
async fn minimal_registration_has_the_defaults(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let answer = register(&api, minimal()).await;
    assert_eq!(answer.action, Action::Created);
    assert_code(answer.result_code.as_deref(), "A202001");
    let client = answer.client.unwrap();
    assert_eq!(client.dynamically_registered, Some(true));
    assert_eq!(
        client.client_source,
        Some(ClientSource::DynamicRegistration)
    );
    assert_eq!(client.client_type, Some(ClientType::Confidential));
    assert_eq!(
        client.token_auth_method,
        Some(ClientAuthMethod::ClientSecretBasic)
    );
    assert_eq!(client.registration_access_token_hash.unwrap().len(), 43);

    let body = content(answer.response_content.as_ref());
    let id = client.client_id.unwrap().to_string();
    assert_eq!(body["client_id"], id);
    assert_eq!(
        body["client_secret"],
        client.client_secret.unwrap().expose()
    );
    assert_eq!(body["client_secret_expires_at"], 0);
    assert_eq!(
        body["client_id_issued_at"],
        client.created_at.unwrap() / 1000
    );
    assert_eq!(body["registration_client_uri"], format!("{ENDPOINT}/{id}"));
    assert_eq!(
        body["registration_access_token"].as_str().unwrap().len(),
        43
    );
    for (name, value) in [
        ("redirect_uris", json!(["https://app.example/callback"])),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("application_type", json!("web")),
        ("subject_type", json!("public")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("require_auth_time", json!(false)),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    // The client management API finds the client.
    assert_eq!(
        api.get_client(id.as_str()).await.unwrap().number,
        client.number
    );
}

#[rstest]
#[tokio::test]
async fn metadata_becomes_settings_and_is_returned(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let metadata = json!({
        "redirect_uris": ["https://app.example/a", "https://app.example/b"],
        "response_types": ["code", "token id_token code"],
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "application_type": "web",
        "contacts": ["dev@app.example"],
        "client_name": "App",
        "client_name#ja": "アプリ",
        "logo_uri": "https://app.example/logo.png",
        "client_uri#fr": "https://app.example/fr",
        "jwks": {"keys": []},
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
        "id_token_encrypted_response_alg": "RSA-OAEP-256",
        "id_token_encrypted_response_enc": "A256GCM",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "default_max_age": 3600,
        "require_auth_time": true,
        "default_acr_values": ["gold"],
        "initiate_login_uri": "https://app.example/login",
        "authorization_signed_response_alg": "PS256",
        "require_pushed_authorization_requests": true,
        "require_signed_request_object": true,
        "dpop_bound_access_tokens": true,
        "authorization_details_types": ["payment"],
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2.1",
        "unheard_of": "forgotten",
    });
    let (_emulator, api) = start_open(version).await;
    let body = registered(&api, metadata.clone()).await;
    for (name, value) in metadata.as_object().unwrap() {
        match name.as_str() {
            "response_types" => assert_eq!(body[name], json!(["code", "code id_token token"])),
            "unheard_of" => assert_eq!(body.get(name), None),
            _ => assert_eq!(&body[name], value, "{name}"),
        }
    }
    // A client with asymmetric algorithms only gets no secret.
    assert_eq!(body.get("client_secret"), None);
    assert_eq!(body.get("client_secret_expires_at"), None);
    let client = api
        .get_client(body["client_id"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(
        client.client_names.unwrap()[0].value.as_deref(),
        Some("アプリ")
    );
    assert_eq!(client.jwks.unwrap().expose(), r#"{"keys":[]}"#);
    assert_eq!(
        client.response_types,
        Some(vec![ResponseType::Code, ResponseType::CodeIdTokenToken])
    );
    assert_eq!(
        client.derived_sector_identifier.as_deref(),
        Some("app.example")
    );
}

#[rstest]
#[tokio::test]
async fn omitted_metadata_get_defaults_that_fit_the_rest(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let machine = registered(&api, json!({"grant_types": ["client_credentials"]})).await;
    assert_eq!(machine["response_types"], json!([]));
    let implicit = registered(
        &api,
        with(minimal(), json!({"response_types": ["id_token"]})),
    )
    .await;
    assert_eq!(implicit["grant_types"], json!(["implicit"]));
    let hybrid = with(minimal(), json!({"response_types": ["code token"]}));
    let hybrid = registered(&api, hybrid).await;
    assert_eq!(
        hybrid["grant_types"],
        json!(["authorization_code", "implicit"])
    );
    let public = with(minimal(), json!({"token_endpoint_auth_method": "none"}));
    let public = registered(&api, public).await;
    assert_eq!(public.get("client_secret"), None);
    let id = public["client_id"].as_str().unwrap();
    let client = api.get_client(id).await.unwrap();
    assert_eq!(client.client_type, Some(ClientType::Public));
    let symmetric =
        json!({"token_endpoint_auth_method": "none", "id_token_signed_response_alg": "HS256"});
    let symmetric = registered(&api, with(minimal(), symmetric)).await;
    assert_eq!(symmetric["client_secret_expires_at"], 0);

    // The registered client can use its grant type.
    let text = |name: &str| machine[name].as_str().unwrap().to_owned();
    let request = TokenRequest::new("grant_type=client_credentials")
        .client_id(text("client_id"))
        .client_secret(text("client_secret"));
    assert_eq!(api.token(&request).await.unwrap().action, TokenAction::Ok);
}

#[rstest]
#[tokio::test]
async fn invalid_metadata_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    const URI: &str = "invalid_redirect_uri";
    const METADATA: &str = "invalid_client_metadata";
    let jwks = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]});
    let wrong = [
        (URI, json!({"redirect_uris": []})),
        (URI, json!({"redirect_uris": ["/callback"]})),
        (URI, json!({"redirect_uris": ["https://app.example/#a"]})),
        (METADATA, json!({"redirect_uris": "https://app.example/"})),
        (METADATA, json!({"client_name": 1})),
        (METADATA, json!({"grant_types": ["magic"]})),
        (
            METADATA,
            json!({"grant_types": ["implicit"], "response_types": ["code"]}),
        ),
        (
            METADATA,
            json!({"grant_types": ["authorization_code"], "response_types": ["token"]}),
        ),
        (
            METADATA,
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
        ),
        (
            METADATA,
            json!({"token_endpoint_auth_method": "tls_client_auth"}),
        ),
        (
            METADATA,
            json!({"token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": "a", "tls_client_auth_san_ip": "1.2.3.4"}),
        ),
        (
            METADATA,
            json!({"token_endpoint_auth_method": "client_secret_jwt",
            "token_endpoint_auth_signing_alg": "RS256"}),
        ),
        (METADATA, json!({"jwks": jwks})),
        (
            METADATA,
            json!({"jwks": {"keys": []}, "jwks_uri": "https://app.example/jwks"}),
        ),
        (METADATA, json!({"jwks": {}})),
        (METADATA, json!({"jwks_uri": "jwks"})),
        (METADATA, json!({"logo_uri": "logo.png"})),
        (
            METADATA,
            json!({"id_token_encrypted_response_enc": "A128GCM"}),
        ),
        (
            METADATA,
            json!({"response_types": ["id_token"], "id_token_signed_response_alg": "none"}),
        ),
        (
            METADATA,
            json!({"authorization_signed_response_alg": "none"}),
        ),
        (
            METADATA,
            json!({"initiate_login_uri": "http://app.example/login"}),
        ),
        (
            METADATA,
            json!({"sector_identifier_uri": "http://app.example/sector"}),
        ),
        (
            METADATA,
            json!({"subject_type": "pairwise",
            "redirect_uris": ["https://a.example/", "https://b.example/"]}),
        ),
        (
            METADATA,
            json!({"grant_types": ["urn:openid:params:grant-type:ciba"]}),
        ),
        (METADATA, json!({"backchannel_token_delivery_mode": "ping"})),
        (
            METADATA,
            json!({"backchannel_authentication_request_signing_alg": "HS256"}),
        ),
    ];
    let (_emulator, api) = start_open(version).await;
    for (error, members) in &wrong {
        let answer = register(&api, with(minimal(), members.clone())).await;
        assert_eq!(answer.action, Action::BadRequest, "{members}");
        assert_eq!(answer.client, None);
        let body = content(answer.response_content.as_ref());
        assert_eq!(&body["error"], error, "{members}: {body}");
        let description = body["error_description"].as_str().unwrap();
        // The description names the metadata member.
        let (_, words) = description.split_once("] ").unwrap();
        let (name, _) = words.split_once(": ").unwrap();
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        assert!(name.bytes().all(is_word), "{members}: {description}");
    }
    for json in ["", "[]", "no JSON", r#"{"redirect_uris":["#] {
        let request = ClientRegistrationRequest::new().json(json);
        let answer = api.dynamic_client_register(&request).await.unwrap();
        // An empty `json` is an error of the caller.
        let expected = if json.is_empty() {
            Action::InternalServerError
        } else {
            Action::BadRequest
        };
        assert_eq!(answer.action, expected, "{json}");
    }
    let native = json!({
        "application_type": "native",
        "redirect_uris": ["app.example:/callback", "http://127.0.0.1/", "https://app.example/"],
    });
    registered(&api, native).await;
}

#[rstest]
#[tokio::test]
async fn registration_of_unsupported_metadata_or_a_used_software_id_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let answer = register(&api, minimal()).await;
    assert_eq!(answer.action, Action::InternalServerError);
    assert_code(answer.result_code.as_deref(), "A206201");
    configure(&emulator, &api, |service| {
        service.dynamic_registration_supported = Some(true);
        service.dcr_duplicate_software_id_blocked = Some(true);
        service.supported_grant_types = Some(vec![GrantType::AuthorizationCode]);
        service.supported_response_types = Some(vec![ResponseType::Code]);
        service.supported_token_auth_methods = Some(vec![ClientAuthMethod::ClientSecretBasic]);
    })
    .await;
    for members in [
        json!({"grant_types": ["authorization_code", "refresh_token"]}),
        json!({"grant_types": ["authorization_code"], "response_types": ["code", "none"]}),
        json!({"token_endpoint_auth_method": "client_secret_post"}),
    ] {
        let answer = register(&api, with(minimal(), members.clone())).await;
        assert_eq!(answer.action, Action::BadRequest, "{members}");
    }
    let software = with(minimal(), json!({"software_id": "one"}));
    let first = registered(&api, software.clone()).await;
    let second = register(&api, software.clone()).await;
    assert_eq!(second.action, Action::BadRequest);
    assert_code(second.result_code.as_deref(), "A920303");
    // An update may keep the software ID of the client.
    let mut request = manage(&first);
    request.json = Some(
        with(software, json!({"client_id": first["client_id"]}))
            .to_string()
            .into(),
    );
    let updated = api.dynamic_client_update(&request).await.unwrap();
    assert_eq!(
        updated.action,
        Action::Updated,
        "{:?}",
        updated
            .result_message
            .as_ref()
            .map(authlete::Secret::expose)
    );
}

#[rstest]
#[tokio::test]
async fn scope_restricts_the_client_if_the_service_enables_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_open(version).await;
    let machine = json!({"grant_types": ["client_credentials"], "scope": "read"});
    let body = registered(&api, machine.clone()).await;
    assert_eq!(body.get("scope"), None);
    configure(&emulator, &api, |service| {
        service.dcr_scope_used_as_requestable = Some(true);
        service.supported_custom_client_metadata = Some(vec!["branch".to_owned()]);
    })
    .await;
    let body = registered(
        &api,
        with(machine, json!({"branch": {"number": 7}, "twig": 1})),
    )
    .await;
    assert_eq!(body["scope"], "read");
    assert_eq!(body["branch"], json!({"number": 7}));
    let id = body["client_id"].as_str().unwrap();
    let client = api.get_client(id).await.unwrap();
    assert_eq!(
        client.custom_metadata.as_deref(),
        Some(r#"{"branch":{"number":7}}"#)
    );
    let request = TokenRequest::new("grant_type=client_credentials&scope=read+write")
        .client_id(id)
        .client_secret(body["client_secret"].as_str().unwrap());
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.scopes, Some(vec!["read".to_owned()]));

    // An update removes the members that it omits.
    let mut request = manage(&body);
    let update = json!({"client_id": id, "grant_types": ["client_credentials"]});
    request.json = Some(update.to_string().into());
    let body = api.dynamic_client_update(&request).await.unwrap();
    let body = content(body.response_content.as_ref());
    assert_eq!((body.get("scope"), body.get("branch")), (None, None));
    let wrong = register(
        &api,
        json!({"grant_types": ["client_credentials"], "scope": ["read"]}),
    )
    .await;
    assert_eq!(wrong.action, Action::BadRequest);
}

#[rstest]
#[tokio::test]
async fn each_client_metadata_sets_its_property(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let endpoint = "https://app.example/there";
    let properties = [
        (
            "idTokenSignAlg",
            "id_token_signed_response_alg",
            json!("ES256"),
            json!("ES256"),
        ),
        (
            "idTokenEncryptionAlg",
            "id_token_encrypted_response_alg",
            json!("RSA-OAEP"),
            json!("RSA_OAEP"),
        ),
        (
            "idTokenEncryptionEnc",
            "id_token_encrypted_response_enc",
            json!("A192GCM"),
            json!("A192GCM"),
        ),
        (
            "userInfoSignAlg",
            "userinfo_signed_response_alg",
            json!("PS256"),
            json!("PS256"),
        ),
        (
            "userInfoEncryptionAlg",
            "userinfo_encrypted_response_alg",
            json!("ECDH-ES"),
            json!("ECDH_ES"),
        ),
        (
            "userInfoEncryptionEnc",
            "userinfo_encrypted_response_enc",
            json!("A256GCM"),
            json!("A256GCM"),
        ),
        (
            "requestSignAlg",
            "request_object_signing_alg",
            json!("ES384"),
            json!("ES384"),
        ),
        (
            "requestEncryptionAlg",
            "request_object_encryption_alg",
            json!("RSA-OAEP-256"),
            json!("RSA_OAEP_256"),
        ),
        (
            "requestEncryptionEnc",
            "request_object_encryption_enc",
            json!("A128GCM"),
            json!("A128GCM"),
        ),
        (
            "authorizationSignAlg",
            "authorization_signed_response_alg",
            json!("ES512"),
            json!("ES512"),
        ),
        (
            "authorizationEncryptionAlg",
            "authorization_encrypted_response_alg",
            json!("ECDH-ES+A128KW"),
            json!("ECDH_ES_A128KW"),
        ),
        (
            "authorizationEncryptionEnc",
            "authorization_encrypted_response_enc",
            json!("A128CBC-HS256"),
            json!("A128CBC_HS256"),
        ),
        (
            "tokenAuthMethod",
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            json!("PRIVATE_KEY_JWT"),
        ),
        (
            "tokenAuthSignAlg",
            "token_endpoint_auth_signing_alg",
            json!("EdDSA"),
            json!("EdDSA"),
        ),
        ("defaultMaxAge", "default_max_age", json!(77), json!(77)),
        (
            "authTimeRequired",
            "require_auth_time",
            json!(true),
            json!(true),
        ),
        (
            "defaultAcrs",
            "default_acr_values",
            json!(["gold"]),
            json!(["gold"]),
        ),
        (
            "loginUri",
            "initiate_login_uri",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "requestUris",
            "request_uris",
            json!([endpoint]),
            json!([endpoint]),
        ),
        ("softwareId", "software_id", json!("sid"), json!("sid")),
        (
            "softwareVersion",
            "software_version",
            json!("v1"),
            json!("v1"),
        ),
        (
            "sectorIdentifierUri",
            "sector_identifier_uri",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "tlsClientAuthSubjectDn",
            "tls_client_auth_subject_dn",
            json!("CN=a"),
            json!("CN=a"),
        ),
        (
            "tlsClientCertificateBoundAccessTokens",
            "tls_client_certificate_bound_access_tokens",
            json!(true),
            json!(true),
        ),
        (
            "mtlsEndpointAliasesUsed",
            "use_mtls_endpoint_aliases",
            json!(true),
            json!(true),
        ),
        (
            "bcDeliveryMode",
            "backchannel_token_delivery_mode",
            json!("ping"),
            json!("PING"),
        ),
        (
            "bcNotificationEndpoint",
            "backchannel_client_notification_endpoint",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "bcRequestSignAlg",
            "backchannel_authentication_request_signing_alg",
            json!("ES256"),
            json!("ES256"),
        ),
        (
            "bcUserCodeRequired",
            "backchannel_user_code_parameter",
            json!(true),
            json!(true),
        ),
        (
            "authorizationDetailsTypes",
            "authorization_details_types",
            json!(["payment"]),
            json!(["payment"]),
        ),
        (
            "parRequired",
            "require_pushed_authorization_requests",
            json!(true),
            json!(true),
        ),
        (
            "requestObjectRequired",
            "require_signed_request_object",
            json!(true),
            json!(true),
        ),
        (
            "dpopRequired",
            "dpop_bound_access_tokens",
            json!(true),
            json!(true),
        ),
        (
            "responseModes",
            "response_modes",
            json!(["query.jwt"]),
            json!(["QUERY_JWT"]),
        ),
        (
            "digestAlgorithm",
            "digest_algorithm",
            json!("sha-512"),
            json!("sha-512"),
        ),
        (
            "credentialOfferEndpoint",
            "credential_offer_endpoint",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "organizationName",
            "organization_name",
            json!("Org"),
            json!("Org"),
        ),
        (
            "signedJwksUri",
            "signed_jwks_uri",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "clientRegistrationTypes",
            "client_registration_types",
            json!(["explicit"]),
            json!(["EXPLICIT"]),
        ),
        (
            "backchannelLogoutUri",
            "backchannel_logout_uri",
            json!(endpoint),
            json!(endpoint),
        ),
        (
            "backchannelLogoutSessionRequired",
            "backchannel_logout_session_required",
            json!(true),
            json!(true),
        ),
    ];
    let mut metadata = with(minimal(), json!({ "jwks": { "keys": [] } }));
    for (_, name, value, _) in &properties {
        metadata[name] = value.clone();
    }
    let (_emulator, api) = start_open(version).await;
    let body = registered(&api, metadata.clone()).await;
    let id = body["client_id"].as_str().unwrap();
    let client = serde_json::to_value(api.get_client(id).await.unwrap()).unwrap();
    for (property, name, value, setting) in &properties {
        assert_eq!(&body[name], value, "{name}");
        assert_eq!(&client[property], setting, "{property}");
    }
    // The SANs exclude each other and the DN.
    for (property, name) in [
        ("tlsClientAuthSanDns", "tls_client_auth_san_dns"),
        ("tlsClientAuthSanUri", "tls_client_auth_san_uri"),
        ("tlsClientAuthSanIp", "tls_client_auth_san_ip"),
        ("tlsClientAuthSanEmail", "tls_client_auth_san_email"),
    ] {
        let body = registered(&api, with(minimal(), json!({ name: "urn:a" }))).await;
        let id = body["client_id"].as_str().unwrap();
        let client = serde_json::to_value(api.get_client(id).await.unwrap()).unwrap();
        assert_eq!(client[property], "urn:a", "{property}");
    }
}

/// `Service.dcrDuplicateSoftwareIdBlocked`.
#[rstest]
#[tokio::test]
async fn software_id_may_repeat_unless_the_service_blocks_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_open(version).await;
    let software = with(minimal(), json!({ "software_id": "one" }));
    let first = registered(&api, software.clone()).await;
    let second = registered(&api, software).await;
    assert_ne!(first["client_id"], second["client_id"]);
}
