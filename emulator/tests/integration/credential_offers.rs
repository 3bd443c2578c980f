//! Credential offers, and the tokens that are issued for them (OpenID for Verifiable Credential Issuance 1.0 §4 to §6).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::credentials::*;
use crate::common::result_codes::{assert_code, assert_refusal};
use crate::common::*;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, ClientAuthMethod, CredentialOfferCreateAction,
    CredentialOfferCreateRequest, CredentialOfferCreateResponse, CredentialOfferInfo,
    CredentialOfferInfoAction, CredentialOfferInfoRequest, GrantType, IntrospectionAction,
    IntrospectionRequest, IntrospectionResponse, JwsAlg, Property, TokenAction, TokenRequest,
    TokenResponse, TokenUpdateAction, TokenUpdateRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use authlete_emulator::Emulator;
use rstest::rstest;
use serde_json::{Value, json};

async fn start_issuer(version: ApiVersion, of: &str) -> (Emulator, Authlete) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, of, |_| {}).await;
    (emulator, api)
}

/// An offer of the identity credential with both grants.
fn offer() -> CredentialOfferCreateRequest {
    let mut request = CredentialOfferCreateRequest::new(vec!["identity".to_owned()], "alice");
    request.authorization_code_grant_included = Some(true);
    request.issuer_state_included = Some(true);
    request.pre_authorized_code_grant_included = Some(true);
    request
}

async fn create(
    api: &Authlete,
    request: &CredentialOfferCreateRequest,
) -> CredentialOfferCreateResponse {
    api.credential_offer_create(request).await.unwrap()
}

async fn created(api: &Authlete, request: &CredentialOfferCreateRequest) -> CredentialOfferInfo {
    let answer = create(api, request).await;
    assert_eq!(
        answer.action,
        CredentialOfferCreateAction::Created,
        "{answer:?}"
    );
    answer.info.expect("the offer")
}

/// A request with the pre-authorized code of an offer, and further parameters.
fn exchange(info: &CredentialOfferInfo, further: &[(&str, &str)]) -> String {
    let code = info.pre_authorized_code.as_ref().expect("a code").expose();
    let mut parameters = vec![
        ("grant_type", PRE_AUTHORIZED),
        ("pre-authorized_code", code),
    ];
    parameters.extend_from_slice(further);
    form(&parameters)
}

async fn introspect(api: &Authlete, token: Option<&Secret>) -> IntrospectionResponse {
    let request = IntrospectionRequest::new(token.expect("a token"));
    api.introspection(&request).await.unwrap()
}

fn error(answer: &TokenResponse) -> String {
    let content = content(answer.response_content.as_ref());
    content["error"].as_str().expect("an error").to_owned()
}

fn parsed(text: Option<&str>) -> Value {
    serde_json::from_str(text.expect("a text")).unwrap()
}

/// The issuable credential of a token for the identity credential.
fn identity(of: &str) -> Value {
    let mut identity = json!({
        "credential_configuration_id": "identity",
        "format": "dc+sd-jwt",
        "vct": "https://issuer.example/identity",
    });
    if of == FINAL {
        identity["credential_identifiers"] = json!(["identity.1"]);
    }
    identity
}

#[rstest]
#[tokio::test]
async fn offer_has_the_values_of_the_request(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let mut request = offer();
    request.context = Some("desk 7".to_owned());
    request.acr = Some("gold".to_owned());
    request.auth_time = Some(1_700_000_000);
    request.duration = Some(60);
    request.jwt_at_claims = Some(r#"{"desk":7}"#.to_owned());
    request.tx_code = Some("4711".into());
    request.tx_code_input_mode = Some("numeric".to_owned());
    request.tx_code_description = Some("In the letter".to_owned());
    let info = created(&api, &request).await;
    let (state, code) = (
        info.issuer_state.clone().unwrap(),
        info.pre_authorized_code.clone().unwrap(),
    );
    let expected = json!({
        "credential_issuer": ISSUER,
        "credential_configuration_ids": ["identity"],
        "grants": {
            "authorization_code": { "issuer_state": state },
            PRE_AUTHORIZED: {
                "pre-authorized_code": code.expose(),
                "tx_code": { "length": 4, "input_mode": "numeric", "description": "In the letter" },
            },
        },
    });
    let text = info.credential_offer.as_ref().unwrap().expose();
    let body: Value = serde_json::from_str(text).unwrap();
    assert_eq!(body, expected);
    assert_eq!(info.credential_issuer.as_deref(), Some(ISSUER));
    assert_eq!(info.identifier.as_ref().unwrap().len(), 43);
    assert_eq!(info.subject.as_deref(), Some("alice"));
    assert_eq!(info.context.as_deref(), Some("desk 7"));
    assert_eq!(info.acr.as_deref(), Some("gold"));
    assert_eq!(info.auth_time, Some(1_700_000_000));
    assert_eq!(info.tx_code.as_ref().unwrap().expose(), "4711");
    let other = created(&api, &request).await;
    assert_ne!(other.identifier, info.identifier);
    assert_ne!(other.issuer_state, info.issuer_state);
    assert_ne!(other.pre_authorized_code, info.pre_authorized_code);

    let request = CredentialOfferInfoRequest::new(info.identifier.clone().unwrap());
    let answer = api.credential_offer_info(&request).await.unwrap();
    assert_eq!(answer.action, CredentialOfferInfoAction::Ok);
    assert_eq!(answer.info, Some(info));
    emulator.advance(Duration::from_secs(60));
    let answer = api.credential_offer_info(&request).await.unwrap();
    assert_eq!(answer.action, CredentialOfferInfoAction::NotFound);
    assert_eq!(answer.info, None);
}

#[rstest]
#[tokio::test]
async fn offer_has_only_the_grants_that_were_asked_for(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_issuer(version, FINAL).await;
    let mut request = offer();
    request.pre_authorized_code_grant_included = None;
    request.issuer_state_included = None;
    request.tx_code = Some("without effect".into());
    let info = created(&api, &request).await;
    let text = info.credential_offer.as_ref().unwrap().expose();
    let body: Value = serde_json::from_str(text).unwrap();
    assert_eq!(body["grants"], json!({ "authorization_code": {} }));
    assert_eq!(info.issuer_state_included, Some(false));
    assert_eq!(info.issuer_state, None);
    assert_eq!(info.pre_authorized_code, None);
    assert_eq!(info.tx_code, None);

    let mut request = offer();
    request.authorization_code_grant_included = Some(false);
    let info = created(&api, &request).await;
    let text = info.credential_offer.as_ref().unwrap().expose();
    let body: Value = serde_json::from_str(text).unwrap();
    let code = info.pre_authorized_code.as_ref().unwrap().expose();
    let expected = json!({ PRE_AUTHORIZED: { "pre-authorized_code": code } });
    assert_eq!(body["grants"], expected);
    assert_eq!(info.issuer_state, None);
}

#[rstest]
#[tokio::test]
async fn unknown_input_mode_of_a_transaction_code_is_accepted(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api) = start_issuer(version, FINAL).await;
    for (mode, code) in [("numeric", "4711"), ("text", "a b"), ("emoji", "12a")] {
        let mut request = offer();
        request.tx_code = Some(code.into());
        request.tx_code_input_mode = Some(mode.to_owned());
        let info = created(&api, &request).await;
        assert_eq!(info.tx_code_input_mode.as_deref(), Some(mode));
        let text = info.credential_offer.as_ref().unwrap().expose();
        let body: Value = serde_json::from_str(text).unwrap();
        let form = &body["grants"][PRE_AUTHORIZED]["tx_code"];
        assert_eq!(*form, json!({ "length": code.len(), "input_mode": mode }));
    }
}

#[rstest]
#[tokio::test]
async fn offer_expires_after_the_duration_of_the_service(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        service.credential_offer_duration = Some(30);
    })
    .await;
    let info = created(&api, &offer()).await;
    emulator.advance(Duration::from_secs(30));
    let client = emulator.client();
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(error(&answer), "invalid_grant");
    let state = form(&[("issuer_state", info.issuer_state.as_deref().unwrap())]);
    let answer = ask(&api, format!("{}&{state}", query(client))).await;
    assert_eq!(answer.action, AuthorizationAction::Location);
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].1, "invalid_request");
}

type Change = fn(&mut CredentialOfferCreateRequest);

#[rstest]
#[tokio::test]
async fn invalid_offer_is_refused(#[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion) {
    let wrong: [(&str, Change); 11] = [
        ("A927202", |offer| {
            offer.credential_configuration_ids.clear()
        }),
        ("A927203", |offer| {
            offer
                .credential_configuration_ids
                .push("passport".to_owned());
        }),
        ("A927203", |offer| {
            offer
                .credential_configuration_ids
                .push("identity".to_owned());
        }),
        ("A927204", |offer| {
            offer.authorization_code_grant_included = None;
            offer.pre_authorized_code_grant_included = Some(false);
        }),
        ("A927205", |offer| offer.subject.clear()),
        ("A927205", |offer| offer.subject = "a".repeat(101)),
        ("A927205", |offer| offer.subject = "é".to_owned()),
        ("A927206", |offer| offer.auth_time = Some(-1)),
        ("A927207", |offer| {
            offer.jwt_at_claims = Some("[]".to_owned())
        }),
        ("A927208", |offer| {
            offer.tx_code = Some("12a".into());
            offer.tx_code_input_mode = Some("numeric".to_owned());
        }),
        ("A927209", |offer| {
            offer.tx_code = Some("12".into());
            offer.tx_code_description = Some("x".repeat(301));
        }),
    ];
    let (emulator, api) = start(version).await;
    assert_refusal(api.credential_offer_create(&offer()).await, 403, "A366201");
    let request = CredentialOfferInfoRequest::new("made up");
    assert_refusal(api.credential_offer_info(&request).await, 403, "A927210");
    enable(&emulator, &api, FINAL, |_| {}).await;
    for (code, change) in &wrong {
        let mut request = offer();
        change(&mut request);
        let answer = create(&api, &request).await;
        assert_eq!(answer.action, CredentialOfferCreateAction::CallerError);
        assert_code(answer.result_code.as_deref(), code);
        assert_eq!(answer.info, None);
    }
    for (identifier, action) in [
        ("", CredentialOfferInfoAction::CallerError),
        ("made up", CredentialOfferInfoAction::NotFound),
    ] {
        let request = CredentialOfferInfoRequest::new(identifier);
        let answer = api.credential_offer_info(&request).await.unwrap();
        assert_eq!(answer.action, action);
    }
    configure(&emulator, &api, |service| {
        service.credential_issuer_metadata = None;
    })
    .await;
    let answer = create(&api, &offer()).await;
    assert_code(answer.result_code.as_deref(), "A927201");
}

#[rstest]
#[tokio::test]
async fn pre_authorized_code_is_exchanged_once(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for of in [FINAL, DRAFT] {
        let (emulator, api) = start_issuer(version, of).await;
        let client = emulator.client();
        let mut request = offer();
        request.acr = Some("gold".to_owned());
        request.auth_time = Some(1_700_000_000);
        request.properties = Some(vec![Property::new("desk", "7")]);
        let info = created(&api, &request).await;
        let parameters = exchange(&info, &[]);
        let answer = request_token(&api, client, &parameters).await;
        assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
        assert_eq!(answer.grant_type, Some(GrantType::PreAuthorizedCode));
        assert_eq!(answer.subject.as_deref(), Some("alice"));
        assert_eq!(answer.client_id, Some(client.id));
        let body = content(answer.response_content.as_ref());
        assert_eq!(body["desk"], "7");
        assert_eq!(body.get("authorization_details"), None);

        let found = introspect(&api, answer.access_token.as_ref()).await;
        assert_eq!(found.action, IntrospectionAction::Ok);
        assert_eq!(found.subject.as_deref(), Some("alice"));
        assert_eq!(found.acr.as_deref(), Some("gold"));
        assert_eq!(found.auth_time, Some(1_700_000_000));
        assert_eq!(found.for_credential_issuance, Some(true));
        let issuable = parsed(found.issuable_credentials.as_deref());
        assert_eq!(issuable, json!([identity(of)]));
        // The final version has a nonce endpoint instead.
        assert_eq!(answer.cnonce.is_some(), of == DRAFT);
        assert_eq!(body.get("c_nonce").is_some(), of == DRAFT);
        assert_eq!(found.cnonce, answer.cnonce);
        if of == DRAFT {
            assert_eq!(body["c_nonce"], answer.cnonce.clone().unwrap());
            assert_eq!(answer.cnonce_duration, Some(600));
            assert_eq!(body["c_nonce_expires_in"], 600);
            assert_eq!(found.cnonce_expires_at, answer.cnonce_expires_at);
        }

        let again = request_token(&api, client, &parameters).await;
        assert_eq!(again.action, TokenAction::BadRequest);
        assert_eq!(error(&again), "invalid_grant");
        let found = introspect(&api, answer.access_token.as_ref()).await;
        assert_eq!(found.action, IntrospectionAction::Ok);
    }
}

#[rstest]
#[tokio::test]
async fn each_token_of_the_draft_has_a_new_nonce(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, DRAFT, |service| {
        service.cnonce_duration = Some(30);
    })
    .await;
    let client = emulator.client();
    let info = created(&api, &offer()).await;
    let issued = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(issued.cnonce_duration, Some(30));
    let refresh_token = issued.refresh_token.unwrap();
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let refreshed = request_token(&api, client, &refresh).await;
    assert!(refreshed.cnonce.is_some());
    assert_ne!(refreshed.cnonce, issued.cnonce);
    let found = introspect(&api, refreshed.access_token.as_ref()).await;
    assert_eq!(found.cnonce, refreshed.cnonce);
    // Other tokens have no nonce.
    let plain = tokens(&api, client).await;
    assert_eq!(plain.cnonce, None);
}

#[rstest]
#[tokio::test]
async fn transaction_code_is_required_and_five_wrong_ones_end_the_offer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let without = created(&api, &offer()).await;
    let unexpected = exchange(&without, &[("tx_code", "4711")]);
    let answer = request_token(&api, client, &unexpected).await;
    assert_eq!(error(&answer), "invalid_request");

    let mut request = offer();
    request.tx_code = Some("4711".into());
    let info = created(&api, &request).await;
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(error(&answer), "invalid_request");
    let wrong = exchange(&info, &[("tx_code", "4712")]);
    let right = exchange(&info, &[("tx_code", "4711")]);
    for _ in 0..4 {
        let answer = request_token(&api, client, &wrong).await;
        assert_code(answer.result_code.as_deref(), "A907328");
        assert_eq!(error(&answer), "invalid_grant");
    }
    let answer = request_token(&api, client, &right).await;
    assert_eq!(answer.action, TokenAction::Ok);

    let info = created(&api, &request).await;
    let wrong = exchange(&info, &[("tx_code", "")]);
    let answer = request_token(&api, client, &wrong).await;
    assert_eq!(error(&answer), "invalid_request");
    let wrong = exchange(&info, &[("tx_code", "47111")]);
    for _ in 0..5 {
        let answer = request_token(&api, client, &wrong).await;
        assert_code(answer.result_code.as_deref(), "A907328");
    }
    let right = exchange(&info, &[("tx_code", "4711")]);
    let answer = request_token(&api, client, &right).await;
    assert_eq!(answer.action, TokenAction::BadRequest);
    assert_eq!(error(&answer), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn anonymous_wallet_is_accepted_if_the_service_allows_it(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let info = created(&api, &offer()).await;
    let request = TokenRequest::new(exchange(&info, &[]));
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    assert_eq!(error(&answer), "invalid_client");
    configure(&emulator, &api, |service| {
        service.pre_authorized_grant_anonymous_access_supported = Some(true);
    })
    .await;
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    assert_eq!(answer.client_auth_method, None);
    assert_eq!(answer.refresh_token, None);
    let found = introspect(&api, answer.access_token.as_ref()).await;
    assert_eq!(found.action, IntrospectionAction::Ok);
    assert_eq!(found.client_id, Some(0));
    assert_eq!(found.subject.as_deref(), Some("alice"));
    assert_eq!(found.for_credential_issuance, Some(true));

    // A client that identifies itself must still authenticate.
    let info = created(&api, &offer()).await;
    let client = emulator.client();
    let request = TokenRequest::new(exchange(&info, &[]))
        .client_id(client.id.to_string())
        .client_secret("wrong");
    let answer = api.token(&request).await.unwrap();
    assert_eq!(answer.action, TokenAction::InvalidClient);
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(answer.action, TokenAction::Ok);
    let method = Some(ClientAuthMethod::ClientSecretBasic);
    assert_eq!(answer.client_auth_method, method);
}

#[rstest]
#[tokio::test]
async fn code_is_refused_if_the_client_or_the_service_lacks_the_grant_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let info = created(&api, &offer()).await;
    let made_up = form(&[
        ("grant_type", PRE_AUTHORIZED),
        ("pre-authorized_code", "made up"),
    ]);
    let answer = request_token(&api, client, &made_up).await;
    assert_eq!(error(&answer), "invalid_grant");
    let missing = form(&[("grant_type", PRE_AUTHORIZED)]);
    let answer = request_token(&api, client, &missing).await;
    assert_eq!(error(&answer), "invalid_request");
    configure_client(&api, client.id, |client| {
        client.grant_types = Some(vec![GrantType::AuthorizationCode]);
    })
    .await;
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(error(&answer), "unauthorized_client");
    configure(&emulator, &api, |service| {
        service.verifiable_credentials_enabled = Some(false);
    })
    .await;
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    assert_eq!(error(&answer), "unsupported_grant_type");
}

#[rstest]
#[tokio::test]
async fn authorization_details_select_credentials_of_the_offer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let details =
        |id: &str| json!([{ "type": "openid_credential", "credential_configuration_id": id }]);
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let mut request = offer();
    request
        .credential_configuration_ids
        .push("degree".to_owned());
    let info = created(&api, &request).await;
    let outside = details("licence").to_string();
    let outside = exchange(&info, &[("authorization_details", &outside)]);
    let answer = request_token(&api, client, &outside).await;
    assert_eq!(error(&answer), "invalid_authorization_details");
    let within = details("degree").to_string();
    let within = exchange(&info, &[("authorization_details", &within)]);
    let answer = request_token(&api, client, &within).await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    let mut expected = details("degree");
    expected[0]["credential_identifiers"] = json!(["degree.1"]);
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["authorization_details"], expected);
    let found = introspect(&api, answer.access_token.as_ref()).await;
    let issuable = parsed(found.issuable_credentials.as_deref());
    let degree = json!({
        "credential_configuration_id": "degree",
        "credential_identifiers": ["degree.1"],
        "format": "jwt_vc_json",
        "credential_definition": { "type": ["VerifiableCredential", "Degree"] },
    });
    assert_eq!(issuable, json!([degree]));
}

#[rstest]
#[tokio::test]
async fn authorization_request_can_refer_to_an_offer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let mut request = offer();
    request.properties = Some(vec![Property::new("desk", "7")]);
    let info = created(&api, &request).await;
    let state = info.issuer_state.clone().unwrap();
    let referring = format!("{}&{}", query(client), form(&[("issuer_state", &state)]));
    let answer = ask(&api, referring.as_str()).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let issuable = parsed(answer.issuable_credentials.as_deref());
    assert_eq!(issuable, json!([identity(FINAL)]));
    assert_eq!(answer.credential_offer_info, Some(info));
    let request = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "bob");
    let code = api.authorization_issue(&request).await.unwrap();
    let code = code.authorization_code.unwrap();
    let parameters = code_parameters(client, code.expose());
    let issued = request_token(&api, client, &parameters).await;
    assert_eq!(issued.action, TokenAction::Ok);
    let body = content(issued.response_content.as_ref());
    assert_eq!(body["desk"], "7");
    let found = introspect(&api, issued.access_token.as_ref()).await;
    assert_eq!(found.subject.as_deref(), Some("bob"));
    let issuable = parsed(found.issuable_credentials.as_deref());
    assert_eq!(issuable, json!([identity(FINAL)]));

    // A refreshed token is for the same credentials.
    let refresh_token = issued.refresh_token.unwrap();
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let refreshed = request_token(&api, client, &refresh).await;
    let found = introspect(&api, refreshed.access_token.as_ref()).await;
    assert_eq!(parsed(found.issuable_credentials.as_deref()), issuable);

    let made_up = format!("{}&issuer_state=made_up", query(client));
    let answer = ask(&api, made_up.as_str()).await;
    let (_, parameters) = location(answer.response_content.as_ref());
    assert_eq!(parameters[0].1, "invalid_request");
    // If credentials are disabled, the parameter is ignored.
    configure(&emulator, &api, |service| {
        service.verifiable_credentials_enabled = Some(false);
    })
    .await;
    let answer = ask(&api, made_up).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert!(answer.credential_offer_info.is_none());
}

#[rstest]
#[tokio::test]
async fn scopes_and_authorization_details_request_credentials(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let details = json!([{
        "type": "openid_credential",
        "credential_configuration_id": "identity",
        "claims": [{ "path": ["family_name"] }],
    }]);
    let asking = query(client).replace("read+write", "read+licence");
    let asking = format!(
        "{asking}&{}",
        form(&[("authorization_details", &details.to_string())])
    );
    let answer = ask(&api, asking.as_str()).await;
    assert_eq!(
        answer.action,
        AuthorizationAction::Interaction,
        "{answer:?}"
    );
    let mut wanted = identity(FINAL);
    wanted["claims"] = json!([{ "path": ["family_name"] }]);
    let licence = json!({
        "credential_configuration_id": "licence",
        "credential_identifiers": ["licence.1"],
        "format": "mso_mdoc",
        "doctype": "org.iso.18013.5.1.mDL",
    });
    let both = json!([wanted, licence]);
    assert_eq!(parsed(answer.issuable_credentials.as_deref()), both);

    let code = code(&api, &asking).await;
    let issued = request_token(&api, client, &code_parameters(client, &code)).await;
    let body = content(issued.response_content.as_ref());
    let mut identified = details.clone();
    identified[0]["credential_identifiers"] = json!(["identity.1"]);
    assert_eq!(body["authorization_details"], identified);
    let found = introspect(&api, issued.access_token.as_ref()).await;
    assert_eq!(parsed(found.issuable_credentials.as_deref()), both);
    assert_eq!(found.for_credential_issuance, Some(true));

    // A refreshed token without the scope is not for its credential.
    let refresh_token = issued.refresh_token.unwrap();
    let refresh = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("scope", "read"),
        ("authorization_details", &details.to_string()),
    ]);
    let refreshed = request_token(&api, client, &refresh).await;
    assert_eq!(refreshed.action, TokenAction::Ok, "{refreshed:?}");
    let found = introspect(&api, refreshed.access_token.as_ref()).await;
    let issuable = parsed(found.issuable_credentials.as_deref());
    assert_eq!(issuable, json!([wanted]));

    // A token update changes the issuable credentials, too.
    let token = refreshed.access_token.unwrap();
    let mut request = TokenUpdateRequest::new();
    request.access_token = Some(token.clone());
    request.scopes = Some(vec!["read".to_owned(), "licence".to_owned()]);
    let updated = api.token_update(&request).await.unwrap();
    assert_eq!(updated.action, TokenUpdateAction::Ok);
    let found = introspect(&api, Some(&token)).await;
    assert_eq!(parsed(found.issuable_credentials.as_deref()), both);

    let plain = tokens(&api, client).await;
    let found = introspect(&api, plain.access_token.as_ref()).await;
    assert_eq!(found.for_credential_issuance, Some(false));
    assert_eq!(found.issuable_credentials, None);
}

/// `AuthorizationResponse.issuableCredentials`: the user can agree to some of them only.
#[rstest]
#[tokio::test]
async fn credential_whose_scope_was_not_granted_is_not_issuable(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let client = emulator.client();
    let asking = query(client).replace("read+write", "identity+licence");
    let answer = ask(&api, asking).await;
    let asked = parsed(answer.issuable_credentials.as_deref());
    assert_eq!(asked.as_array().unwrap().len(), 2);
    let request = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
    let issued = api.authorization_issue(&request.scopes(["identity"])).await;
    let code = issued.unwrap().authorization_code.unwrap();
    let parameters = code_parameters(client, code.expose());
    let issued = request_token(&api, client, &parameters).await;
    let found = introspect(&api, issued.access_token.as_ref()).await;
    let issuable = parsed(found.issuable_credentials.as_deref());
    assert_eq!(issuable, json!([identity(FINAL)]));
}

#[rstest]
#[tokio::test]
async fn offers_and_tokens_survive_a_restart(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("emulator.state");
    let restart = async || {
        let emulator = Emulator::builder().state_file(&path).start().await;
        let emulator = emulator.unwrap();
        let api = Authlete::new(emulator.config(version)).unwrap();
        (emulator, api)
    };
    let (emulator, api) = restart().await;
    enable(&emulator, &api, DRAFT, |_| {}).await;
    let mut request = offer();
    request.tx_code = Some("4711".into());
    let info = created(&api, &request).await;
    let right = exchange(&info, &[("tx_code", "4711")]);
    let wrong = exchange(&info, &[("tx_code", "0000")]);
    for _ in 0..4 {
        request_token(&api, emulator.client(), &wrong).await;
    }
    let other = created(&api, &offer()).await;
    let issued = request_token(&api, emulator.client(), &exchange(&other, &[])).await;
    let before = introspect(&api, issued.access_token.as_ref()).await;
    drop((emulator, api));

    let (emulator, api) = restart().await;
    let client = emulator.client();
    let after = introspect(&api, issued.access_token.as_ref()).await;
    assert!(before.cnonce.is_some());
    assert_eq!(after.cnonce, before.cnonce);
    assert_eq!(after.issuable_credentials, before.issuable_credentials);
    let answer = request_token(&api, client, &exchange(&other, &[])).await;
    assert_eq!(error(&answer), "invalid_grant");
    // The limit of five wrong codes includes those before the restart.
    let answer = request_token(&api, client, &wrong).await;
    assert_eq!(error(&answer), "invalid_grant");
    let answer = request_token(&api, client, &right).await;
    assert_eq!(error(&answer), "invalid_grant");
}

#[rstest]
#[tokio::test]
async fn authorization_details_of_the_draft_name_a_credential_by_format_and_type(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let licence = json!({
        "type": "openid_credential",
        "format": "mso_mdoc",
        "doctype": "org.iso.18013.5.1.mDL",
        "claims": { "org.iso.18013.5.1": { "family_name": {} } },
    });
    let degree = json!({
        "type": "openid_credential",
        "format": "jwt_vc_json",
        "credential_definition": {
            "type": ["VerifiableCredential", "Degree"],
            "credentialSubject": { "name": {} },
        },
    });
    let mut other = licence.clone();
    other["doctype"] = json!("org.iso.7367.1.mVRC");
    for (of, detail, expected) in [
        (DRAFT, &licence, Some("licence")),
        (DRAFT, &degree, Some("degree")),
        (DRAFT, &other, None),
        (FINAL, &licence, None),
    ] {
        let (emulator, api) = start_issuer(version, of).await;
        let client = emulator.client();
        let details = json!([detail]).to_string();
        let details = form(&[("authorization_details", &details)]);
        let asking = format!("{}&{details}", query(client));
        let Some(expected) = expected else {
            let answer = ask(&api, asking.as_str()).await;
            let (_, parameters) = location(answer.response_content.as_ref());
            assert_eq!(parameters[0].1, "invalid_authorization_details");
            continue;
        };
        let code = code(&api, &asking).await;
        let issued = request_token(&api, client, &code_parameters(client, &code)).await;
        let body = content(issued.response_content.as_ref());
        assert_eq!(body["authorization_details"], json!([detail]));
        let found = introspect(&api, issued.access_token.as_ref()).await;
        let issuable = parsed(found.issuable_credentials.as_deref());
        assert_eq!(issuable.as_array().unwrap().len(), 1);
        assert_eq!(issuable[0]["credential_configuration_id"], expected);
        assert_eq!(issuable[0].get("claims"), detail.get("claims"));
    }
}

#[rstest]
#[tokio::test]
async fn token_that_is_a_jwt_has_the_claims_of_the_offer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        service.access_token_sign_alg = Some(JwsAlg::Es256);
    })
    .await;
    let client = emulator.client();
    let mut request = offer();
    request.jwt_at_claims = Some(r#"{"desk":7}"#.to_owned());
    let info = created(&api, &request).await;
    let keys = jwks(&api).await;
    let answer = request_token(&api, client, &exchange(&info, &[])).await;
    let claims = jwt::verified(answer.jwt_access_token.unwrap().expose(), &keys);
    assert_eq!(claims["desk"], 7);
    assert_eq!(claims["sub"], "alice");

    let state = form(&[("issuer_state", info.issuer_state.as_deref().unwrap())]);
    let code = code(&api, &format!("{}&{state}", query(client))).await;
    let answer = request_token(&api, client, &code_parameters(client, &code)).await;
    let claims = jwt::verified(answer.jwt_access_token.unwrap().expose(), &keys);
    assert_eq!(claims["desk"], 7);
}

#[rstest]
#[tokio::test]
async fn token_of_an_anonymous_wallet_can_be_bound_to_its_key(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        service.pre_authorized_grant_anonymous_access_supported = Some(true);
    })
    .await;
    let info = created(&api, &offer()).await;
    let key = jwt::Key::generate();
    let url = "https://as.example/token";
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let proof = key.sign_with(
        &json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() }),
        &json!({ "jti": "1", "htm": "POST", "htu": url, "iat": since_epoch.as_secs() }),
    );
    let request = TokenRequest::new(exchange(&info, &[])).dpop(proof).htu(url);
    let answer = api.token(&request).await.unwrap();
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["token_type"], "DPoP");
    let found = introspect(&api, answer.access_token.as_ref()).await;
    assert_eq!(found.action, IntrospectionAction::Unauthorized);
}

#[rstest]
#[tokio::test]
async fn authorization_details_of_an_unknown_credential_or_issuer_are_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        let mut metadata = issuer_metadata();
        metadata.authorization_servers = Some(vec!["https://as.example".to_owned()]);
        service.credential_issuer_metadata = Some(metadata);
    })
    .await;
    let id = "credential_configuration_id";
    let known = json!({ "type": "openid_credential", id: "identity", "locations": [ISSUER] });
    let changed = |name: &str, value: Value| {
        let mut detail = known.clone();
        detail[name] = value;
        detail
    };
    let refused = [
        changed(id, json!("passport")),
        changed(id, json!(7)),
        changed("locations", json!(["https://other.example"])),
        json!({ "type": "openid_credential", "locations": [ISSUER] }),
        json!({ "type": "openid_credential", id: "identity" }),
    ];
    for (detail, good) in refused
        .iter()
        .map(|detail| (detail, false))
        .chain([(&known, true)])
    {
        let details = json!([detail]).to_string();
        let asking = form(&[("authorization_details", &details)]);
        let answer = ask(&api, format!("{}&{asking}", query(emulator.client()))).await;
        if good {
            assert_eq!(answer.action, AuthorizationAction::Interaction);
            continue;
        }
        assert_eq!(answer.action, AuthorizationAction::Location, "{detail}");
        let (_, parameters) = location(answer.response_content.as_ref());
        assert_eq!(parameters[0].1, "invalid_authorization_details");
    }
}

#[rstest]
#[tokio::test]
async fn offer_info_returns_the_values_of_the_offer(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start(version).await;
    enable(&emulator, &api, FINAL, |service| {
        service.credential_offer_duration = Some(3000);
    })
    .await;
    let description = "x".repeat(300);
    for (duration, expected) in [
        (None, 3000),
        (Some(-1), 3000),
        (Some(0), 3000),
        (Some(600), 600),
    ] {
        let mut request = offer();
        request.duration = duration;
        request.properties = Some(vec![Property::new("desk", "7")]);
        request.jwt_at_claims = Some(r#"{"desk":7}"#.to_owned());
        request.tx_code = Some("4711".into());
        request.tx_code_input_mode = Some("numeric".to_owned());
        request.tx_code_description = Some(description.clone());
        let made = created(&api, &request).await;
        let request = CredentialOfferInfoRequest::new(made.identifier.clone().unwrap());
        let info = api.credential_offer_info(&request).await.unwrap().info;
        let info = info.unwrap();
        assert_eq!(info.properties, Some(vec![Property::new("desk", "7")]));
        assert_eq!(info.jwt_at_claims.as_deref(), Some(r#"{"desk":7}"#));
        assert_eq!(info.tx_code_input_mode.as_deref(), Some("numeric"));
        assert_eq!(info.tx_code_description.as_ref(), Some(&description));
        let ids = vec!["identity".to_owned()];
        assert_eq!(info.credential_configuration_ids, Some(ids));
        assert_eq!(info.authorization_code_grant_included, Some(true));
        assert_eq!(info.issuer_state_included, Some(true));
        assert_eq!(info.pre_authorized_code_grant_included, Some(true));
        // In milliseconds since the epoch.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let left = info.expires_at.unwrap() - i64::try_from(now.as_millis()).unwrap();
        let range = (expected - 120) * 1000..=expected * 1000;
        assert!(range.contains(&left), "{duration:?}: {left}");

        // `jwtAtClaims` has no effect on opaque access tokens.
        let exchange = exchange(&made, &[("tx_code", "4711")]);
        let answer = request_token(&api, emulator.client(), &exchange).await;
        assert_eq!(answer.action, TokenAction::Ok);
        assert_eq!(answer.jwt_access_token, None);
    }
}

#[rstest]
#[tokio::test]
async fn service_without_credentials_forbids_offers(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, _api) = start(version).await;
    for (path, body) in [
        (
            "/vci/offer/create",
            json!({ "credentialConfigurationIds": ["identity"], "subject": "alice" }),
        ),
        ("/vci/offer/info", json!({ "identifier": "made-up" })),
    ] {
        let (status, answer) = post(&emulator, version, "SERVICE", path, &body).await;
        assert_eq!(
            (status, &answer["action"]),
            (403, &json!("FORBIDDEN")),
            "{path}"
        );
    }
}

/// `TokenRequest.properties`: those of a pre-authorized code are set by the offer.
#[rstest]
#[tokio::test]
async fn properties_of_a_token_request_are_not_used_for_a_pre_authorized_code(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api) = start_issuer(version, FINAL).await;
    let info = created(&api, &offer()).await;
    let client = emulator.client();
    assert_property_unused(&api, client, exchange(&info, &[])).await;
}
