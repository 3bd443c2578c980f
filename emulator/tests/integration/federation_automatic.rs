//! Automatic registration of relying parties (OpenID Federation 1.0 §12.1).

use crate::common::federation::*;
use crate::common::jwt;
use crate::common::registration::with;
use crate::common::result_codes::{assert_code, assert_code_for};
use crate::common::*;
use authlete::ApiVersion;
use authlete::Authlete;
use authlete::types::{
    AuthorizationAction, AuthorizationIssueRequest, AuthorizationResponse, ClientRegistrationType,
    ClientSource, FederationRegistrationAction, GetClientListQuery, PushedAuthReqAction,
    PushedAuthReqRequest, TokenAction, TokenRequest,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;

const RELYING_PARTY: &str = "https://rp.example";

/// The claims of a valid request object.
fn claims(jti: &str) -> Value {
    json!({
        "iss": RELYING_PARTY,
        "aud": PROVIDER,
        "client_id": RELYING_PARTY,
        "jti": jti,
        "exp": now() + HOUR,
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
        "scope": "openid",
        "state": "inside",
    })
}

/// A header with a trust chain.
fn header(chain: &[String]) -> Value {
    json!({ "alg": "ES256", "typ": "oauth-authz-req+jwt", "trust_chain": chain })
}

async fn request(api: &Authlete, object: &str) -> AuthorizationResponse {
    let query = form(&[
        ("client_id", RELYING_PARTY),
        ("response_type", "code"),
        ("scope", "openid"),
        ("request", object),
    ]);
    ask(api, query).await
}

/// The number of clients in addition to that of the emulator.
async fn registrations(api: &Authlete) -> usize {
    let list = api.get_client_list(&GetClientListQuery::new()).await;
    list.unwrap().clients.unwrap().len() - 1
}

/// The result code of a request that is refused without a redirect.
async fn refused(api: &Authlete, object: &str) -> String {
    let answer = request(api, object).await;
    assert_eq!(answer.action, AuthorizationAction::BadRequest, "{answer:?}");
    answer.result_code.unwrap()
}

#[rstest]
#[tokio::test]
async fn first_request_registers_the_relying_party(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let chain = federation.chain();
    let first = federation.key.sign_with(&header(&chain), &claims("1"));
    let answer = request(&api, &first).await;
    let message = answer.result_message.as_ref().map(authlete::Secret::expose);
    assert_eq!(
        answer.action,
        AuthorizationAction::Interaction,
        "{message:?}"
    );
    assert_eq!(answer.client_entity_id_used, Some(true));
    let client = api.get_client(RELYING_PARTY).await.unwrap();
    assert_eq!(client.automatically_registered, Some(true));
    assert_eq!(client.explicitly_registered, Some(false));
    assert_eq!(
        client.client_source,
        Some(ClientSource::AutomaticRegistration)
    );
    assert_eq!(client.entity_id.as_deref(), Some(RELYING_PARTY));
    assert_eq!(
        client.trust_anchor_id.as_deref(),
        Some(federation.anchor.id)
    );
    assert_eq!(client.trust_chain, Some(chain));

    // It gets tokens with its key and its entity identifier.
    let issue = AuthorizationIssueRequest::new(answer.ticket.unwrap(), "alice");
    let issued = api.authorization_issue(&issue).await.unwrap();
    let code = issued.authorization_code.unwrap();
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", REDIRECT_URI),
    ];
    let parameters = with_assertion(&parameters, &federation.key, RELYING_PARTY, "t");
    let tokens = api.token(&TokenRequest::new(parameters)).await.unwrap();
    assert_eq!(
        tokens.action,
        TokenAction::Ok,
        "{:?}",
        tokens.result_message.as_ref().map(authlete::Secret::expose)
    );
    assert_eq!(tokens.client_entity_id_used, Some(true));
    let id_token = tokens.id_token.unwrap();
    let claims_of_token = jwt::verified(id_token.expose(), &jwks(&api).await);
    assert_eq!(claims_of_token["aud"], json!([RELYING_PARTY]));

    // Later requests need no chain.
    let second = federation.key.sign(&claims("2"));
    let answer = request(&api, &second).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(registrations(&api).await, 1);
}

#[rstest]
#[tokio::test]
async fn chain_can_be_a_parameter_of_the_request_object(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (_emulator, api, federation, _) = start_federated(version).await;
    let claims = with(claims("1"), json!({ "trust_chain": federation.chain() }));
    let answer = request(&api, &federation.key.sign(&claims)).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(registrations(&api).await, 1);
}

#[rstest]
#[tokio::test]
async fn pushed_request_registers_the_relying_party(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    // With a request object, or with a client assertion only.
    for by_object in [true, false] {
        let (_emulator, api, federation, _) = start_federated(version).await;
        let object = federation
            .key
            .sign_with(&header(&federation.chain()), &claims("1"));
        let chain = json!({ "alg": "ES256", "trust_chain": federation.chain() });
        let assertion = json!({
            "iss": RELYING_PARTY, "sub": RELYING_PARTY, "aud": PROVIDER,
            "jti": "a", "exp": now() + HOUR,
        });
        let parameters = if by_object {
            with_assertion(&[("request", &object)], &federation.key, RELYING_PARTY, "a")
        } else {
            let assertion = federation.key.sign_with(&chain, &assertion);
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            let own = [
                ("client_assertion_type", kind),
                ("client_assertion", &assertion),
            ];
            format!("{}&{}", openid_request(RELYING_PARTY), form(&own))
        };
        let pushed = PushedAuthReqRequest::new(parameters);
        let pushed = api.push_authorization_request(&pushed).await.unwrap();
        let message = pushed.result_message.as_ref().map(authlete::Secret::expose);
        assert_eq!(pushed.action, PushedAuthReqAction::Created, "{message:?}");
        assert_eq!(registrations(&api).await, 1);
        let uri = pushed.request_uri.unwrap();
        let query = form(&[("client_id", RELYING_PARTY), ("request_uri", &uri)]);
        let answer = ask(&api, query).await;
        assert_eq!(answer.action, AuthorizationAction::Interaction);
        assert_eq!(answer.client_entity_id_used, Some(true));
    }
}

#[rstest]
#[tokio::test]
async fn relying_party_without_a_valid_proof_is_not_registered(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let other = Federation::new();
    let (key, chain) = (&federation.key, federation.chain());
    let good = header(&chain);
    let secret = key.jwks();
    let symmetric = with(good.clone(), json!({ "alg": "HS256" }));
    let unsigned = with(good.clone(), json!({ "alg": "none" }));
    let unsigned = [unsigned.to_string(), claims("1").to_string()].map(jwt::encode);
    let secretive = json!({ "token_endpoint_auth_method": "client_secret_basic" });
    let secretive = federation.chain_from(federation.configuration_with(secretive));
    let explicit = json!({ "client_registration_types": ["explicit"] });
    let explicit = federation.chain_from(federation.configuration_with(explicit));
    let signed_over = |chain: &[String]| key.sign_with(&header(chain), &claims("1"));
    let mut of_another = federation.chain();
    let own =
        federation.configuration(json!({ "sub": "https://b.example", "iss": "https://b.example" }));
    of_another[0] = own;
    for (case, object, code) in [
        ("no chain", key.sign(&claims("1")), "A921302"),
        (
            "another key",
            other.key.sign_with(&good, &claims("1")),
            "A005328",
        ),
        (
            "the public key as a secret",
            jwt::hmac_with(&symmetric, secret.as_bytes(), &claims("1")),
            "A005328",
        ),
        (
            "no signature",
            format!("{}.", unsigned.join(".")),
            "A005352",
        ),
        (
            "a chain of other anchors",
            signed_over(&other.chain()),
            "A921303",
        ),
        ("the chain of another", signed_over(&of_another), "A921303"),
        ("a chain of one", signed_over(&chain[..1]), "A921303"),
        ("a client secret", signed_over(&secretive), "A920301"),
        ("another way", signed_over(&explicit), "A920301"),
    ] {
        assert_code_for(Some(&refused(&api, &object).await), code, case);
        assert_eq!(registrations(&api).await, 0, "{case}");
    }
    // A request without a request object, and client IDs that are not entity identifiers.
    let answer = ask(&api, openid_request(RELYING_PARTY)).await;
    assert_code(answer.result_code.as_deref(), "A010308");
    let object = key.sign_with(&good, &claims("1"));
    for name in ["http://rp.example", "https://rp.example?a", "rp"] {
        let query = form(&[("client_id", name), ("request", &object)]);
        let answer = ask(&api, query).await;
        assert_code_for(answer.result_code.as_deref(), "A010308", name);
    }
    let query = form(&[("client_id", "https://other.example"), ("request", &object)]);
    assert_code(ask(&api, query).await.result_code.as_deref(), "A921303");
    // A service without automatic registration.
    configure(&emulator, &api, |service| {
        service.supported_client_registration_types = Some(vec![ClientRegistrationType::Explicit]);
    })
    .await;
    assert_code(Some(&refused(&api, &object).await), "A010308");
    configure(&emulator, &api, |service| {
        service.supported_client_registration_types = None;
        service.federation_enabled = Some(false);
    })
    .await;
    assert_code(Some(&refused(&api, &object).await), "A010308");
    assert_eq!(registrations(&api).await, 0);
}

#[rstest]
#[tokio::test]
async fn each_request_of_an_automatically_registered_client_needs_a_valid_request_object(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    // Lenient rules, which do not apply to these clients.
    configure(&emulator, &api, |service| {
        service.traditional_request_object_processing_applied = Some(true);
    })
    .await;
    let chain = federation.chain();
    let first = federation.key.sign_with(&header(&chain), &claims("1"));
    assert_eq!(
        request(&api, &first).await.action,
        AuthorizationAction::Interaction
    );
    let answer = ask(&api, openid_request(RELYING_PARTY)).await;
    assert_code(answer.result_code.as_deref(), "A008309");
    let query = format!(
        "{}&{}",
        openid_request(RELYING_PARTY),
        form(&[("request", &jwt::unsigned(&claims("2")))])
    );
    let answer = ask(&api, query).await;
    assert_eq!(answer.action, AuthorizationAction::Location);
    for (case, members, code) in [
        (
            "the audience",
            json!({ "aud": "https://other.example" }),
            "A902304",
        ),
        (
            "more audiences",
            json!({ "aud": [PROVIDER, "https://other.example"] }),
            "A902304",
        ),
        ("no audience", json!({ "aud": null }), "A902304"),
        ("no issuer", json!({ "iss": null }), "A902303"),
        (
            "the issuer",
            json!({ "iss": "https://other.example" }),
            "A902303",
        ),
        ("a subject", json!({ "sub": RELYING_PARTY }), "A902307"),
        ("no ID", json!({ "jti": null }), "A902308"),
        ("no end", json!({ "exp": null }), "A006335"),
        ("the past", json!({ "exp": now() - 1 }), "A006339"),
        ("a replay", json!({ "jti": "1" }), "A902309"),
    ] {
        let object = federation.key.sign(&with(claims(case), members));
        let query = form(&[
            ("client_id", RELYING_PARTY),
            ("redirect_uri", REDIRECT_URI),
            ("response_type", "code"),
            ("request", &object),
        ]);
        let answer = ask(&api, query).await;
        assert_eq!(answer.action, AuthorizationAction::Location, "{case}");
        assert_code_for(answer.result_code.as_deref(), code, case);
    }
}

#[rstest]
#[tokio::test]
async fn expired_registration_is_renewed_by_another_chain(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let (emulator, api, federation, _) = start_federated(version).await;
    let short = federation.chain_with(json!({ "exp": now() + 60 }), json!({}));
    let sign = |chain: &[String], jti: &str| federation.key.sign_with(&header(chain), &claims(jti));
    let answer = request(&api, &sign(&short, "1")).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    let id = api.get_client(RELYING_PARTY).await.unwrap().client_id;
    emulator.advance(Duration::from_secs(61));
    assert_code(
        Some(&refused(&api, &federation.key.sign(&claims("2"))).await),
        "A921309",
    );
    assert_code(Some(&refused(&api, &sign(&short, "3")).await), "A921303");
    let answer = request(&api, &sign(&federation.chain(), "4")).await;
    assert_eq!(answer.action, AuthorizationAction::Interaction);
    assert_eq!(api.get_client(RELYING_PARTY).await.unwrap().client_id, id);
    // The same party cannot register explicitly, too.
    let answer = register(&api, &federation.chain()).await;
    assert_eq!(answer.action, FederationRegistrationAction::BadRequest);
    assert_code(answer.result_code.as_deref(), "A921308");
    let client = api.get_client(RELYING_PARTY).await.unwrap();
    assert_eq!(client.client_id, id);
    assert_eq!(client.automatically_registered, Some(true));
}
