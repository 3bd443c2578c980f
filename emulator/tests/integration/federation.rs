//! The entity configuration of the service, and explicit registration of relying parties (OpenID Federation 1.0).

use crate::common::credentials;
use crate::common::federation::*;
use crate::common::jwt::{self, Key};
use crate::common::registration::with;
use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, Client, ClientRegistrationType, ClientSource,
    CredentialIssuerMetadataRequest, EntityType, FederationConfigurationAction,
    FederationConfigurationRequest, FederationConfigurationResponse,
    FederationRegistrationAction as Action, FederationRegistrationRequest, GrantType,
    IntrospectionRequest, JwsAlg, Service, StandardIntrospectionRequest, TokenAction,
    TokenCreateRequest, TokenRequest, TrustAnchor, UserInfoIssueRequest, UserInfoRequest,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;

/// A change of settings.
type Change = fn(&mut Service);

async fn configuration(api: &Authlete, types: &[EntityType]) -> FederationConfigurationResponse {
    let mut request = FederationConfigurationRequest::new();
    request.entity_types = (!types.is_empty()).then(|| types.to_vec());
    api.federation_configuration(&request).await.unwrap()
}

/// Verifies a statement that the service signed with its federation key, and returns the claims.
fn verify_statement(content: Option<&authlete::Secret>, typ: &str, key: &Key) -> Value {
    let jwt = content.unwrap().expose();
    let (header, _) = jwt::parts(jwt);
    assert_eq!(
        header,
        json!({ "alg": "ES256", "kid": "federation", "typ": typ })
    );
    let jwk = with(key.jwk(), json!({ "kid": "federation" }));
    jwt::verified(jwt, &json!({ "keys": [jwk] }))
}

/// The error in the response to a refused registration.
async fn refused(api: &Authlete, chain: &[String]) -> String {
    let answer = register(api, chain).await;
    assert_eq!(
        answer.action,
        Action::BadRequest,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(answer.client, None);
    let body = content(answer.response_content.as_ref());
    format!(
        "{}: {}",
        body["error"].as_str().unwrap(),
        body["error_description"].as_str().unwrap()
    )
}

/// The result code in the text of [`refused`].
fn code_in(error: &str) -> Option<&str> {
    let (_, description) = error.split_once(": [")?;
    let (code, _) = description.split_once(']')?;
    Some(code)
}

#[rstest]
#[tokio::test]
async fn entity_configuration_is_signed_and_has_the_metadata_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, key) = start_federated(version).await;
    configure(&emulator, &api, |service| {
        service.federation_configuration_duration = Some(HOUR);
        service.signed_jwks_uri = Some(format!("{PROVIDER}/signed-jwks"));
    })
    .await;
    let answer = configuration(&api, &[]).await;
    assert_eq!(answer.action, FederationConfigurationAction::Ok);
    assert_code(answer.result_code.as_deref(), "A921001");
    let content = answer.response_content.as_ref();
    let claims = verify_statement(content, "entity-statement+jwt", &key);
    assert_eq!(claims["iss"], PROVIDER);
    assert_eq!(claims["sub"], PROVIDER);
    let issued_at = claims["iat"].as_i64().unwrap();
    assert!((now() - 5..=now()).contains(&issued_at));
    assert_eq!(claims["exp"], issued_at + HOUR);
    assert_eq!(claims["authority_hints"], json!([federation.anchor.id]));
    // The private key is not in it.
    let jwk = with(key.jwk(), json!({ "kid": "federation" }));
    assert_eq!(claims["jwks"], json!({ "keys": [jwk] }));
    let provider = &claims["metadata"]["openid_provider"];
    // `signed_jwks_uri` replaces `jwks_uri`.
    let mut published = metadata(&api).await;
    published.as_object_mut().unwrap().remove("jwks_uri");
    assert_eq!(provider, &published);
    assert_eq!(provider["issuer"], PROVIDER);
    assert_eq!(provider["organization_name"], "Example");
    assert_eq!(
        provider["signed_jwks_uri"],
        format!("{PROVIDER}/signed-jwks")
    );
    assert_eq!(
        provider["federation_registration_endpoint"],
        format!("{PROVIDER}/federation")
    );
    assert_eq!(
        provider["client_registration_types_supported"],
        json!(["automatic", "explicit"])
    );
    assert_eq!(claims["metadata"].as_object().unwrap().len(), 1);
    configure(&emulator, &api, |service| {
        service.supported_client_registration_types = Some(vec![ClientRegistrationType::Automatic]);
    })
    .await;
    let published = metadata(&api).await;
    let types = words(&published, "client_registration_types_supported");
    assert_eq!(types, ["automatic"]);
}

#[rstest]
#[tokio::test]
async fn entity_configuration_of_a_credential_issuer_has_its_metadata(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _, key) = start_federated(version).await;
    credentials::enable(&emulator, &api, "1.0", |_| {}).await;
    let answer = configuration(&api, &[EntityType::OpenidCredentialIssuer]).await;
    let content = answer.response_content.as_ref();
    let claims = verify_statement(content, "entity-statement+jwt", &key);
    let request = CredentialIssuerMetadataRequest::new();
    let metadata = api.credential_issuer_metadata(&request).await.unwrap();
    let metadata = metadata.response_content.unwrap();
    let metadata: Value = serde_json::from_str(metadata.expose()).unwrap();
    let expected = json!({ "openid_credential_issuer": metadata });
    assert_eq!(claims["metadata"], expected);
}

#[rstest]
#[tokio::test]
async fn entity_types_that_the_service_does_not_have_are_ignored(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _, key) = start_federated(version).await;
    let roles = async |types: &[EntityType]| {
        let answer = configuration(&api, types).await;
        assert_eq!(
            answer.action,
            FederationConfigurationAction::Ok,
            "{types:?}"
        );
        let content = answer.response_content.as_ref();
        let claims = verify_statement(content, "entity-statement+jwt", &key);
        // The default lifetime is one day.
        let issued_at = claims["iat"].as_i64().unwrap();
        assert_eq!(claims["exp"], issued_at + 24 * HOUR);
        let roles = claims["metadata"].as_object().unwrap();
        roles.keys().cloned().collect::<Vec<_>>()
    };
    let others = [
        EntityType::OauthAuthorizationServer,
        EntityType::FederationEntity,
        EntityType::OpenidRelyingParty,
        EntityType::OauthClient,
        EntityType::OauthResource,
        EntityType::OpenidCredentialIssuer,
    ];
    let provider = ["openid_provider"];
    assert_eq!(roles(&[]).await, provider);
    assert_eq!(roles(&others).await, provider);
    for other in others.clone() {
        assert_eq!(roles(std::slice::from_ref(&other)).await, provider);
        let types = [EntityType::OpenidProvider, other];
        assert_eq!(roles(&types).await, provider);
    }
    // The enabled features of the service decide.
    credentials::enable(&emulator, &api, "1.0", |_| {}).await;
    let issuer = ["openid_credential_issuer"];
    assert_eq!(roles(&others).await, issuer);
    let both = [
        EntityType::OpenidCredentialIssuer,
        EntityType::OpenidProvider,
    ];
    assert_eq!(roles(&both).await, [issuer, provider].concat());
    configure(&emulator, &api, |service| {
        service.credential_issuer_metadata = None;
    })
    .await;
    let answer = configuration(&api, &both).await;
    let expected = FederationConfigurationAction::InternalServerError;
    assert_eq!(answer.action, expected);
    assert_code(answer.result_code.as_deref(), "A921205");

    // A setting selects the signing key.
    let second = Key::generate();
    configure(&emulator, &api, |service| {
        let named = |key: &Key, kid: &str| with(key.private_jwk(), json!({ "kid": kid }));
        let keys = [named(&second, "other"), named(&key, "federation")];
        service.federation_jwks = Some(json!({ "keys": keys }).to_string().into());
        service.federation_signature_key_id = Some("federation".to_owned());
    })
    .await;
    let answer = configuration(&api, &[]).await;
    verify_statement(
        answer.response_content.as_ref(),
        "entity-statement+jwt",
        &key,
    );
}

#[rstest]
#[tokio::test]
async fn service_without_federation_is_not_found_and_missing_settings_are_a_server_error(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, key) = start_federated(version).await;
    let chain = federation.chain();
    let wrong: [(&str, Change); 6] = [
        ("A921201", |service| {
            service.federation_enabled = Some(false)
        }),
        ("A921202", |service| service.issuer = None),
        ("A921203", |service| service.federation_jwks = None),
        ("A921203", |service| {
            let public = json!({ "keys": [Key::generate().jwk()] }).to_string();
            service.federation_jwks = Some(public.into());
        }),
        ("A921203", |service| {
            service.federation_signature_key_id = Some("other".to_owned());
        }),
        ("A921204", |service| service.authority_hints = None),
    ];
    for (code, change) in wrong {
        configure(&emulator, &api, |service| {
            service.issuer = Some(PROVIDER.to_owned());
            service.federation_signature_key_id = None;
            join(service, &federation, &key);
            change(service);
        })
        .await;
        let configured = configuration(&api, &[]).await;
        let registered = register(&api, &chain).await;
        let expected = match code {
            "A921201" => (FederationConfigurationAction::NotFound, Action::NotFound),
            _ => (
                FederationConfigurationAction::InternalServerError,
                Action::InternalServerError,
            ),
        };
        assert_eq!((configured.action, registered.action), expected, "{code}");
        assert_code(configured.result_code.as_deref(), code);
        assert_code(registered.result_code.as_deref(), code);
        let body = content(configured.response_content.as_ref());
        let error = if code == "A921201" {
            "not_found"
        } else {
            "server_error"
        };
        assert_eq!(body["error"], error);
    }
}

#[rstest]
#[tokio::test]
async fn invalid_keys_of_a_trust_anchor_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    let number = variable(&emulator, ApiVersion::V2, "AUTHLETE_SERVICE_APIKEY");
    let number = number.parse().unwrap();
    let mut service = api.get_service(number).await.unwrap();
    let anchor = TrustAnchor::new("https://anchor.example");
    service.trust_anchors = Some(vec![anchor.clone(), anchor.jwks("{}")]);
    let (status, _) = refusal(api.update_service(number, &service).await);
    assert_eq!(status, 400);
}

#[rstest]
#[tokio::test]
async fn relying_party_registers_with_its_trust_chain(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, key) = start_federated(version).await;
    let chain = federation.chain();
    let answer = registered(&api, &chain).await;
    assert_code(answer.result_code.as_deref(), "A921002");
    let client = answer.client.unwrap();
    let id = client.client_id.unwrap();
    assert_eq!(client.entity_id.as_deref(), Some("https://rp.example"));
    assert_eq!(
        client.client_source,
        Some(ClientSource::ExplicitRegistration)
    );
    assert_eq!(client.explicitly_registered, Some(true));
    assert_eq!(client.automatically_registered, Some(false));
    assert_eq!(client.dynamically_registered, Some(false));
    assert_eq!(
        client.trust_anchor_id.as_deref(),
        Some(federation.anchor.id)
    );
    assert_eq!(client.trust_chain.as_deref(), Some(&chain[..]));
    assert_eq!(client.trust_chain_updated_at, client.created_at);
    assert_eq!(
        client.client_registration_types,
        Some(vec![
            ClientRegistrationType::Explicit,
            ClientRegistrationType::Automatic
        ])
    );
    assert_eq!(api.get_client(id).await.unwrap().number, client.number);

    let claims = verify_statement(
        answer.response_content.as_ref(),
        "explicit-registration-response+jwt",
        &key,
    );
    assert_eq!(claims["iss"], PROVIDER);
    assert_eq!(claims["sub"], federation.relying_party.id);
    assert_eq!(claims["aud"], federation.relying_party.id);
    assert_eq!(claims["trust_anchor"], federation.anchor.id);
    assert_eq!(
        claims["authority_hints"],
        json!([federation.intermediate.id])
    );
    assert_eq!(claims["jwks"], federation.relying_party.jwks());
    let expires_at = client.trust_chain_expires_at.unwrap();
    assert_eq!(claims["exp"], expires_at / 1000);
    assert!((now() + HOUR - 5..=now() + HOUR).contains(&(expires_at / 1000)));
    let metadata = &claims["metadata"]["openid_relying_party"];
    assert_eq!(metadata["client_id"], id.to_string());
    for (name, value) in federation.metadata().as_object().unwrap() {
        assert_eq!(&metadata[name], value, "{name}");
    }
    // It authenticates with its key, and updates its registration by another registration.
    assert_eq!(metadata.get("client_secret"), None);
    assert_eq!(metadata.get("registration_access_token"), None);
    assert_eq!(metadata.get("registration_client_uri"), None);
}

#[rstest]
#[tokio::test]
async fn entity_configuration_can_have_the_trust_chain_in_its_header(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let rp = &federation.relying_party;
    let claims = jwt::parts(&federation.configuration(json!({}))).1;
    let send = async |configuration: String| {
        let request = FederationRegistrationRequest::new().entity_configuration(configuration);
        api.federation_registration(&request).await.unwrap()
    };
    let header = with(rp.header(), json!({ "trust_chain": federation.chain() }));
    let sent = rp.key.sign_with(&header, &claims);
    let answer = send(sent.clone()).await;
    assert_eq!(
        answer.action,
        Action::Ok,
        "{:?}",
        answer.result_message.as_ref().map(authlete::Secret::expose)
    );
    let chain = answer.client.unwrap().trust_chain.unwrap();
    assert_eq!(chain[0], sent);
    assert_eq!(chain.len(), 3);
    // The emulator does not fetch a missing chain.
    let answer = send(federation.configuration(json!({}))).await;
    assert_eq!(answer.action, Action::BadRequest);
    assert_code(answer.result_code.as_deref(), "A921302");
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "invalid_trust_chain");
    // The chain of another entity is refused.
    let other = Federation::new();
    let header = with(rp.header(), json!({ "trust_chain": other.chain() }));
    let answer = send(rp.key.sign_with(&header, &claims)).await;
    assert_code(answer.result_code.as_deref(), "A921303");
    for sent in ["no JWT", "a.b.c"] {
        let answer = send(sent.to_owned()).await;
        assert_code_for(answer.result_code.as_deref(), "A921301", sent);
    }
}

#[rstest]
#[tokio::test]
async fn registration_needs_either_a_trust_chain_or_an_entity_configuration(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let chain = json!(federation.chain()).to_string();
    let none = FederationRegistrationRequest::new();
    let both = none
        .clone()
        .trust_chain(&chain)
        .entity_configuration("a.b.c");
    for request in [none.clone(), both] {
        let answer = api.federation_registration(&request).await.unwrap();
        assert_eq!(answer.action, Action::InternalServerError);
        assert_code(answer.result_code.as_deref(), "A921206");
    }
    for text in ["{}", "[1]", "no JSON", r#"["a.b.c""#] {
        let request = none.clone().trust_chain(text);
        let answer = api.federation_registration(&request).await.unwrap();
        assert_eq!(answer.action, Action::BadRequest, "{text}");
        assert_code_for(answer.result_code.as_deref(), "A921301", text);
    }
    configure(&emulator, &api, |service| {
        service.supported_client_registration_types = Some(vec![ClientRegistrationType::Automatic]);
    })
    .await;
    let answer = register(&api, &federation.chain()).await;
    assert_eq!(answer.action, Action::NotFound);
    assert_code(answer.result_code.as_deref(), "A921207");
}

#[rstest]
#[tokio::test]
async fn invalid_trust_chain_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let Federation {
        anchor,
        intermediate,
        relying_party: rp,
        ..
    } = &federation;
    let other = Federation::new();
    let [of_rp, of_intermediate] = federation.superiors(json!({}), json!({}));
    let own = federation.configuration(json!({}));
    let claims = jwt::parts(&own).1;
    let broken: Vec<(&str, Vec<String>, &str)> = vec![
        ("nothing", vec![], "is empty"),
        (
            "a chain of one",
            vec![own.clone()],
            "no statement of a superior",
        ),
        (
            "without the configuration",
            vec![of_rp.clone(), of_intermediate.clone()],
            "does not begin with an entity configuration",
        ),
        (
            "without the intermediate",
            vec![own.clone(), of_intermediate.clone()],
            "is followed by one about",
        ),
        (
            "without the anchor",
            vec![own.clone(), of_rp.clone()],
            "does not end at a trust anchor",
        ),
        (
            "in another order",
            vec![own.clone(), of_intermediate.clone(), of_rp.clone()],
            "is followed by one about",
        ),
        (
            "the relying party signed by another key",
            federation.chain_from(other.relying_party.sign(claims.clone())),
            "is not signed with a key that its superior has for it",
        ),
        (
            "the intermediate signed by another key",
            vec![
                own.clone(),
                other.intermediate.statement(rp, json!({})),
                of_intermediate.clone(),
            ],
            "is not signed with a key that its superior has for it",
        ),
        (
            "the anchor signed by another key",
            vec![
                own.clone(),
                of_rp.clone(),
                other.anchor.statement(intermediate, json!({})),
            ],
            "not signed with a key that the service has for it",
        ),
        (
            "the anchor vouching for itself with another key",
            vec![
                own.clone(),
                of_rp.clone(),
                other.anchor.statement(intermediate, json!({})),
                other.anchor.statement(&other.anchor, json!({})),
            ],
            "not signed with a key that the service has for it",
        ),
        (
            "an unknown anchor",
            vec![own.clone(), {
                let stranger = Entity::new("https://intermediate.example");
                stranger.statement(rp, json!({}))
            }],
            "does not end at a trust anchor",
        ),
        (
            "subjects swapped",
            vec![
                own.clone(),
                intermediate.statement(rp, json!({ "sub": "https://other.example" })),
                of_intermediate.clone(),
            ],
            "is followed by one about",
        ),
        (
            "a superior that the relying party does not name",
            federation
                .chain_from(federation.configuration(json!({ "authority_hints": [anchor.id] }))),
            "authority_hints",
        ),
        (
            "no hints",
            federation.chain_from(federation.configuration(json!({ "authority_hints": 1 }))),
            "authority_hints",
        ),
        (
            "a loop",
            vec![
                own.clone(),
                intermediate.statement(rp, json!({})),
                anchor.statement(intermediate, json!({})),
                intermediate.statement(anchor, json!({})),
                anchor.statement(intermediate, json!({})),
            ],
            "is its own superior",
        ),
        (
            "a configuration between others",
            vec![
                own.clone(),
                of_rp.clone(),
                intermediate.statement(intermediate, json!({})),
                of_intermediate.clone(),
            ],
            "an entity configuration in the middle",
        ),
        ("too many", vec![own.clone(); 17], "too long"),
    ];
    for (case, chain, words) in broken {
        let error = refused(&api, &chain).await;
        assert!(error.contains(words), "{case}: {error}");
        let expected = match words {
            "does not end at a trust anchor" => "invalid_trust_anchor: ",
            _ => "invalid_trust_chain: ",
        };
        assert!(error.starts_with(expected), "{case}: {error}");
    }
    // The entity configuration of the anchor may end the chain.
    let mut chain = federation.chain();
    chain.push(anchor.statement(anchor, json!({})));
    registered(&api, &chain).await;
}

#[rstest]
#[tokio::test]
async fn invalid_statement_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let rp = &federation.relying_party;
    let claims = jwt::parts(&federation.configuration(json!({}))).1;
    let public = rp.jwks().to_string();
    let secret = json!({ "kty": "oct", "kid": rp.id, "k": jwt::encode([7; 32]) });
    let symmetric = with(claims.clone(), json!({ "jwks": { "keys": [secret] } }));
    let header = |members| with(rp.header(), members);
    let signed = |header: Value| rp.key.sign_with(&header, &claims);
    let with_claims = |members: Value| federation.configuration(members);
    let by_secret = header(json!({ "alg": "HS256" }));
    let critical = json!({ "crit": ["something"], "something": 1 });
    let without = |name| {
        let mut header = rp.header();
        header.as_object_mut().unwrap().remove(name);
        header
    };
    let unsigned = {
        let header = header(json!({ "alg": "none" }));
        let parts = [header.to_string(), claims.to_string()].map(jwt::encode);
        format!("{}.", parts.join("."))
    };
    let tampered = {
        let text = signed(rp.header());
        let parts: Vec<_> = text.split('.').collect();
        let other = with(claims.clone(), json!({ "aud": [PROVIDER] }));
        let other = jwt::encode(other.to_string());
        format!("{}.{other}.{}", parts[0], parts[2])
    };
    let not_signed = "is not signed with a key that its superior has for it";
    let for_subordinates = "has claims for subordinates";
    let wrong = [
        (unsigned, not_signed),
        (tampered, not_signed),
        (signed(header(json!({ "kid": "other" }))), not_signed),
        // HMACs with the public key, and with a published secret.
        (
            jwt::hmac_with(&by_secret, public.as_bytes(), &claims),
            not_signed,
        ),
        (jwt::hmac_with(&by_secret, &[7; 32], &symmetric), not_signed),
        (signed(header(json!({ "typ": "JWT" }))), "a typ other than"),
        (signed(without("typ")), "a typ other than"),
        (signed(without("kid")), "has no kid"),
        (
            signed(header(json!({ "crit": ["exp"] }))),
            "is not a signed JWT",
        ),
        ("no JWT".to_owned(), "is not a signed JWT"),
        (with_claims(json!({ "exp": now() - 1 })), "has expired"),
        (
            with_claims(json!({ "iat": now() + HOUR })),
            "is not valid yet",
        ),
        (
            with_claims(json!({ "nbf": now() + HOUR })),
            "is not valid yet",
        ),
        (with_claims(json!({ "exp": null })), "has no exp"),
        (with_claims(json!({ "exp": "tomorrow" })), "has no exp"),
        (with_claims(json!({ "iat": null })), "has no iat"),
        (
            with_claims(json!({ "iss": "https://rp.example?a" })),
            "not an entity identifier",
        ),
        (
            with_claims(json!({ "iss": "https://rp.example#a" })),
            "not an entity identifier",
        ),
        (
            with_claims(json!({ "sub": "http://rp.example" })),
            "not an entity identifier",
        ),
        (
            with_claims(json!({ "sub": null })),
            "not an entity identifier",
        ),
        (with_claims(json!({ "jwks": null })), "has no jwks"),
        (
            with_claims(json!({ "jwks": { "keys": 1 } })),
            "not a JWK Set",
        ),
        (
            with_claims(json!({ "jwks": { "keys": [rp.key.jwk()] } })),
            "without a unique kid",
        ),
        (with_claims(critical), "unknown critical claim"),
        (
            with_claims(json!({ "metadata_policy": {} })),
            for_subordinates,
        ),
        (with_claims(json!({ "constraints": {} })), for_subordinates),
        (
            with_claims(json!({ "trust_anchor": PROVIDER })),
            "registration response",
        ),
        (
            with_claims(json!({ "metadata": "none" })),
            "are not an object",
        ),
        (
            with_claims(json!({ "metadata": { "openid_relying_party": { "jwks": null } } })),
            "or contain null",
        ),
    ];
    for (first, words) in wrong {
        let error = refused(&api, &federation.chain_from(first)).await;
        assert!(error.starts_with("invalid_trust_chain: "), "{error}");
        assert!(error.contains(words), "{words}: {error}");
    }
    // Subordinate statements are checked in the same way.
    let hints = json!({ "authority_hints": ["https://anchor.example"] });
    for (of_intermediate, of_anchor, words) in [
        (json!({ "exp": now() - 1 }), json!({}), "has expired"),
        (json!({}), json!({ "exp": now() - 1 }), "has expired"),
        (hints, json!({}), "has claims of entity configurations"),
        (json!({}), json!({ "constraints": 1 }), "are not an object"),
    ] {
        let chain = federation.chain_with(of_intermediate, of_anchor);
        let error = refused(&api, &chain).await;
        assert!(error.contains(words), "{words}: {error}");
    }
    registered(&api, &federation.chain()).await;
}

#[rstest]
#[tokio::test]
async fn registration_with_another_audience_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    for audience in [
        json!("https://other.example"),
        json!([PROVIDER, "https://other.example"]),
        json!(null),
    ] {
        let configuration = federation.configuration(json!({ "aud": audience }));
        let error = refused(&api, &federation.chain_from(configuration)).await;
        assert_code_for(code_in(&error), "A921306", &error);
    }
}

#[rstest]
#[tokio::test]
async fn metadata_policies_of_superiors_apply(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, key) = start_federated(version).await;
    let policy =
        |parameters: Value| json!({ "metadata_policy": { "openid_relying_party": parameters } });
    let of_anchor = policy(json!({
        "contacts": { "add": ["ops@anchor.example"] },
        "grant_types": { "subset_of": ["authorization_code"] },
        "id_token_signed_response_alg": { "one_of": ["ES256", "PS256"] },
        "subject_type": { "value": "pairwise" },
        "redirect_uris": { "superset_of": [REDIRECT_URI], "essential": true },
    }));
    let of_intermediate = with(
        policy(json!({
            "contacts": { "add": ["ops@intermediate.example"] },
            "default_max_age": { "default": 60 },
        })),
        json!({ "metadata": {
            "openid_relying_party": { "client_name": "App of the organization" },
            "oauth_client": { "client_name": "nothing to do with it" },
        } }),
    );
    let chain = federation.chain_with(of_intermediate, of_anchor);
    let answer = registered(&api, &chain).await;
    let content = answer.response_content.as_ref();
    let claims = verify_statement(content, "explicit-registration-response+jwt", &key);
    let metadata = &claims["metadata"]["openid_relying_party"];
    for (name, value) in [
        (
            "contacts",
            json!(["ops@anchor.example", "ops@intermediate.example"]),
        ),
        ("grant_types", json!(["authorization_code"])),
        ("id_token_signed_response_alg", json!("ES256")),
        ("subject_type", json!("pairwise")),
        ("default_max_age", json!(60)),
        ("client_name", json!("App of the organization")),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    assert_eq!(claims["metadata"].as_object().unwrap().len(), 1);

    for (of_intermediate, of_anchor) in [
        (
            json!({}),
            policy(json!({ "id_token_signed_response_alg": { "one_of": ["RS256"] } })),
        ),
        (
            json!({}),
            policy(json!({ "contacts": { "essential": true } })),
        ),
        (
            json!({}),
            policy(json!({ "grant_types": { "superset_of": ["implicit"] } })),
        ),
        (
            json!({}),
            policy(json!({ "grant_types": { "add": "implicit" } })),
        ),
        (json!({}), json!({ "metadata_policy_crit": ["regexp"] })),
        (
            policy(json!({ "subject_type": { "value": "public" } })),
            policy(json!({ "subject_type": { "value": "pairwise" } })),
        ),
        (
            policy(json!({ "grant_types": { "add": ["implicit"] } })),
            policy(json!({ "grant_types": { "subset_of": ["authorization_code"] } })),
        ),
    ] {
        let chain = federation.chain_with(of_intermediate.clone(), of_anchor.clone());
        let error = refused(&api, &chain).await;
        let case = format!("{of_intermediate} {of_anchor}: {error}");
        assert!(error.starts_with("invalid_metadata: "), "{case}");
    }
}

#[rstest]
#[tokio::test]
async fn constraints_of_superiors_apply(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let constraints = |members: Value| json!({ "constraints": members });
    let naming = |members: Value| constraints(json!({ "naming_constraints": members }));
    for (of_intermediate, of_anchor) in [
        (json!({}), constraints(json!({ "max_path_length": 1 }))),
        (constraints(json!({ "max_path_length": 0 })), json!({})),
        (
            json!({}),
            naming(json!({ "permitted": ["rp.example", "intermediate.example"] })),
        ),
        (naming(json!({ "permitted": ["RP.example"] })), json!({})),
        (
            json!({}),
            naming(json!({ "excluded": [".rp.example", "example"] })),
        ),
        (
            json!({}),
            constraints(json!({ "allowed_entity_types": ["openid_relying_party"] })),
        ),
        (json!({}), constraints(json!({ "unheard_of": 1 }))),
    ] {
        let chain = federation.chain_with(of_intermediate, of_anchor);
        let client = registered(&api, &chain).await.client.unwrap();
        api.delete_client(client.client_id.unwrap()).await.unwrap();
    }
    for (of_intermediate, of_anchor) in [
        (json!({}), constraints(json!({ "max_path_length": 0 }))),
        (json!({}), constraints(json!({ "max_path_length": -1 }))),
        (json!({}), naming(json!({ "permitted": ["rp.example"] }))),
        (json!({}), naming(json!({ "permitted": [] }))),
        (naming(json!({ "permitted": [".rp.example"] })), json!({})),
        (
            json!({}),
            naming(json!({ "permitted": [".example"], "excluded": ["rp.example"] })),
        ),
        (json!({}), naming(json!({ "excluded": [".example"] }))),
        (json!({}), naming(json!({ "excluded": "rp.example" }))),
        (
            json!({}),
            constraints(json!({ "allowed_entity_types": "openid_relying_party" })),
        ),
    ] {
        let chain = federation.chain_with(of_intermediate.clone(), of_anchor.clone());
        let error = refused(&api, &chain).await;
        let case = format!("{of_intermediate} {of_anchor}: {error}");
        assert!(error.starts_with("invalid_trust_chain: "), "{case}");
    }
    let forbidden = constraints(json!({ "allowed_entity_types": ["openid_provider"] }));
    for (of_intermediate, of_anchor) in [(forbidden.clone(), json!({})), (json!({}), forbidden)] {
        let chain = federation.chain_with(of_intermediate, of_anchor);
        let error = refused(&api, &chain).await;
        assert_code_for(code_in(&error), "A921307", &error);
    }
}

#[rstest]
#[tokio::test]
async fn invalid_client_metadata_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    for (metadata, error) in [
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri: "),
        (json!({ "client_name": 1 }), "invalid_client_metadata: "),
        (
            json!({ "client_registration_types": ["automatic"] }),
            "invalid_client_metadata: ",
        ),
    ] {
        let configuration = federation.configuration_with(metadata);
        let refused = refused(&api, &federation.chain_from(configuration)).await;
        assert!(refused.starts_with(error), "{refused}");
    }
    let provider = json!({ "metadata": { "openid_provider": {} } });
    let configuration = federation.configuration(provider);
    let error = refused(&api, &federation.chain_from(configuration)).await;
    assert_code_for(code_in(&error), "A921307", &error);
}

#[rstest]
#[tokio::test]
async fn entity_registers_explicitly_once(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let first = registered(&api, &federation.chain()).await.client.unwrap();
    emulator.advance(Duration::from_secs(60));
    let changed = json!({ "client_name": "New" });
    let chain = federation.chain_from(federation.configuration_with(changed));
    let error = refused(&api, &chain).await;
    assert_code_for(code_in(&error), "A921308", &error);
    let id = first.client_id.unwrap();
    assert_eq!(api.get_client(id).await.unwrap(), first);
    // After the client is deleted, its entity can register again.
    api.delete_client(id).await.unwrap();
    let second = registered(&api, &chain).await.client.unwrap();
    assert_eq!(second.client_name.as_deref(), Some("New"));
    assert_ne!(second.client_id, first.client_id);
}

#[rstest]
#[tokio::test]
async fn entity_identifier_of_another_client_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let mut other = Client::new();
    other.entity_id = Some(federation.relying_party.id.to_owned());
    let first = api.create_client(&other).await.unwrap();
    let error = refused(&api, &federation.chain()).await;
    assert_code_for(code_in(&error), "A921308", &error);
    // Two clients cannot have the same entity identifier.
    assert_refusal(api.create_client(&other).await, 400, "A922201");
    api.delete_client(first.client_id.unwrap()).await.unwrap();
    let registered = registered(&api, &federation.chain()).await.client.unwrap();
    api.delete_client(registered.client_id.unwrap())
        .await
        .unwrap();
    self::registered(&api, &federation.chain()).await;
}

#[rstest]
#[tokio::test]
async fn registration_expires_with_its_trust_chain(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    // The statement that expires first decides.
    let chain = federation.chain_with(json!({}), json!({ "exp": now() + 60 }));
    let client = registered(&api, &chain).await.client.unwrap();
    let expires_at = client.trust_chain_expires_at.unwrap() / 1000;
    assert!((now() + 55..=now() + 60).contains(&expires_at));
    let id = client.client_id.unwrap().to_string();
    let query = openid_request(&id);
    let token = |jti: &str| {
        let parameters = with_assertion(
            &[("grant_type", "refresh_token"), ("refresh_token", "none")],
            &federation.key,
            &id,
            jti,
        );
        TokenRequest::new(parameters)
    };
    assert_eq!(
        ask(&api, &*query).await.action,
        AuthorizationAction::Interaction
    );
    let answer = api.token(&token("1")).await.unwrap();
    assert_eq!(
        content(answer.response_content.as_ref())["error"],
        "invalid_grant"
    );

    emulator.advance(Duration::from_secs(61));
    let answer = ask(&api, &*query).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A921309");
    let answer = api.token(&token("2")).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_code(answer.result_code.as_deref(), "A921309");
    assert!(refused(&api, &chain).await.contains("has expired"));

    // An expired client cannot register explicitly again.
    let error = refused(&api, &federation.chain()).await;
    assert_code_for(code_in(&error), "A921308", &error);
}

#[rstest]
#[tokio::test]
async fn client_can_use_its_entity_identifier_as_client_id(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let client = registered(&api, &federation.chain()).await.client.unwrap();
    let number = client.client_id.unwrap();
    let entity_id = federation.relying_party.id;
    for (name, used) in [(entity_id.to_owned(), true), (number.to_string(), false)] {
        let answer = ask(&api, openid_request(&name)).await;
        assert_eq!(answer.client_entity_id_used, Some(used));
        assert_eq!(answer.client_id_alias_used, Some(false));
        let client = answer.client.unwrap();
        assert_eq!(client.entity_id.as_deref(), Some(entity_id));
        let issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
        let issued = api.authorization_issue(&issue).await.unwrap();
        let code = issued.authorization_code.unwrap();
        let parameters = with_assertion(
            &[
                ("grant_type", "authorization_code"),
                ("code", code.expose()),
                ("redirect_uri", REDIRECT_URI),
            ],
            &federation.key,
            &name,
            &name,
        );
        let tokens = api.token(&TokenRequest::new(parameters)).await.unwrap();
        assert_eq!(
            tokens.action,
            TokenAction::Ok,
            "{:?}",
            tokens.result_message.as_ref().map(authlete::Secret::expose)
        );
        assert_eq!(tokens.client_id, Some(number));
        assert_eq!(tokens.client_entity_id.as_deref(), Some(entity_id));
        assert_eq!(tokens.client_entity_id_used, Some(used));
        let id_token = tokens.id_token.unwrap();
        let claims = jwt::verified(id_token.expose(), &jwks(&api).await);
        assert_eq!(claims["aud"], json!([name]));

        let access_token = tokens.access_token.unwrap();
        let request = IntrospectionRequest::new(access_token.clone());
        let introspected = api.introspection(&request).await.unwrap();
        assert_eq!(introspected.client_entity_id.as_deref(), Some(entity_id));
        assert_eq!(introspected.client_entity_id_used, Some(used));
        let request = UserInfoRequest::new(access_token.clone());
        let userinfo = api.userinfo(&request).await.unwrap();
        assert_eq!(userinfo.client_entity_id_used, Some(used));
        let parameters = form(&[("token", access_token.expose())]);
        let request = StandardIntrospectionRequest::new(parameters);
        let standard = api.standard_introspection(&request).await.unwrap();
        let body = content(standard.response_content.as_ref());
        assert_eq!(body["client_id"], name);
    }
    // The client management API accepts it, too.
    assert_eq!(
        api.get_client(entity_id).await.unwrap().client_id,
        Some(number)
    );
    configure(&emulator, &api, |service| {
        service.federation_enabled = Some(false)
    })
    .await;
    let answer = ask(&api, openid_request(entity_id)).await;
    assert_code(answer.result_code.as_deref(), "A010308");
}

#[rstest]
#[tokio::test]
async fn token_can_be_created_as_if_the_entity_identifier_had_been_used(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let client = registered(&api, &federation.chain()).await.client.unwrap();
    for (id, used) in [
        (client.client_id.unwrap(), true),
        (emulator.client().id, false),
    ] {
        let request = TokenCreateRequest::new(GrantType::ClientCredentials)
            .client_id(id)
            .client_entity_id_used(true);
        let created = api.token_create(&request).await.unwrap();
        let request = IntrospectionRequest::new(created.access_token.unwrap());
        let introspected = api.introspection(&request).await.unwrap();
        assert_eq!(introspected.client_entity_id_used, Some(used));
    }
}

/// `TokenCreateRequest.clientEntityIdUsed`.
#[rstest]
#[tokio::test]
async fn entity_identifier_is_the_audience_of_userinfo_if_the_creation_says_so(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let client = registered(&api, &federation.chain()).await.client.unwrap();
    let id = client.client_id.unwrap();
    configure_client(&api, id, |client| {
        client.user_info_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let number = id.to_string();
    for (used, expected) in [(true, federation.relying_party.id), (false, &number)] {
        let request = TokenCreateRequest::new(GrantType::AuthorizationCode)
            .client_id(id)
            .subject("alice")
            .scopes(["openid"])
            .client_entity_id_used(used);
        let created = api.token_create(&request).await.unwrap();
        let request = UserInfoIssueRequest::new(created.access_token.unwrap());
        let issued = api.userinfo_issue(&request).await.unwrap();
        let jwt = issued.response_content.unwrap();
        let claims = jwt::verified(jwt.expose(), &jwks(&api).await);
        assert_eq!(claims["aud"], expected);
    }
}

/// `TokenInfo.clientEntityId` and `clientEntityIdUsed`.
#[rstest]
#[tokio::test]
async fn info_of_an_exchanged_token_has_the_entity_identifier_of_its_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let client = registered(&api, &federation.chain()).await.client.unwrap();
    let own = emulator.client();
    configure_client(&api, own.id, |client| {
        client.grant_types = Some(vec![GrantType::TokenExchange]);
    })
    .await;
    let entity_id = Some(federation.relying_party.id);
    for (id, entity_id, used) in [
        (client.client_id.unwrap(), entity_id, true),
        (client.client_id.unwrap(), entity_id, false),
        (own.id, None, false),
    ] {
        let request = TokenCreateRequest::new(GrantType::ClientCredentials)
            .client_id(id)
            .client_entity_id_used(used);
        let created = api.token_create(&request).await.unwrap();
        let token = created.access_token.unwrap();
        let parameters = form(&[
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", token.expose()),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
        ]);
        let answer = request_token(&api, own, &parameters).await;
        let info = answer.subject_token_info.unwrap();
        assert_eq!(info.client_id, Some(id));
        assert_eq!(info.client_entity_id.as_deref(), entity_id);
        assert_eq!(info.client_entity_id_used, Some(used));
    }
}

#[rstest]
#[tokio::test]
async fn registration_survives_a_restart(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let start = async || {
        let emulator = Emulator::builder().state_file(&path).start().await.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        (emulator, api)
    };
    let (federation, key) = (Federation::new(), Key::generate());
    let (emulator, api) = start().await;
    configure(&emulator, &api, |service| join(service, &federation, &key)).await;
    let first = registered(&api, &federation.chain()).await.client.unwrap();
    emulator.stop().await.unwrap();

    let (_emulator, api) = start().await;
    let answer = ask(&api, openid_request(federation.relying_party.id)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let client = api.get_client(federation.relying_party.id).await.unwrap();
    assert_eq!(client.client_id, first.client_id);
}

/// `Service.signedJwksUri` and `organizationName`: the configuration omits settings that are not set.
#[rstest]
#[tokio::test]
async fn configuration_has_jwks_uri_only_without_signed_jwks_uri(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, _, key) = start_federated(version).await;
    configure(&emulator, &api, |service| {
        service.jwks_uri = Some(format!("{PROVIDER}/jwks"));
        service.signed_jwks_uri = None;
        service.organization_name = None;
    })
    .await;
    let answer = configuration(&api, &[]).await;
    let content = answer.response_content.as_ref();
    let claims = verify_statement(content, "entity-statement+jwt", &key);
    let provider = &claims["metadata"]["openid_provider"];
    assert_eq!(provider["jwks_uri"], format!("{PROVIDER}/jwks"));
    assert_eq!(provider.get("signed_jwks_uri"), None);
    assert_eq!(provider.get("organization_name"), None);
}

/// `Service.trustAnchors`.
#[rstest]
#[tokio::test]
async fn registration_is_refused_without_trust_anchors(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    for anchors in [None, Some(Vec::new())] {
        configure(&emulator, &api, |service| service.trust_anchors = anchors).await;
        let answer = register(&api, &federation.chain()).await;
        assert_ne!(answer.action, Action::Ok);
        assert_eq!(answer.client, None);
    }
}
