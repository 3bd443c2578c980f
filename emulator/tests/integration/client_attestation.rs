//! OAuth 2.0 Attestation-Based Client Authentication.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::result_codes::assert_code;
use crate::common::*;
use authlete::types::{
    AttestationChallengeRequest, BackchannelAuthenticationRequest, Client, ClientAuthMethod,
    ClientType, DeviceAuthorizationRequest, PushedAuthReqAction, PushedAuthReqRequest,
    RevocationAction, RevocationRequest, TokenAction, TokenRequest, TokenResponse,
};
use authlete::{ApiVersion, Authlete};
use authlete_emulator::Emulator;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rstest::rstest;
use serde_json::{Value, json};

const ISSUER: &str = "https://as.example";

/// A client attester with a certificate chain to a root.
struct Attester {
    key: jwt::Key,
    x5c: Vec<String>,
    root: String,
}

impl Attester {
    fn new() -> Self {
        let key = || KeyPair::generate().unwrap();
        let ca = || {
            let mut params = CertificateParams::default();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
        };
        let root = CertifiedIssuer::self_signed(ca(), key()).unwrap();
        let mut intermediate = ca();
        intermediate
            .distinguished_name
            .push(rcgen::DnType::CommonName, "intermediate");
        let intermediate = CertifiedIssuer::signed_by(intermediate, key(), &root).unwrap();
        let own = key();
        let certificate = CertificateParams::default();
        let certificate = certificate.signed_by(&own, &intermediate).unwrap();
        let chain = [certificate.der(), intermediate.der()];
        Self {
            key: jwt::Key::from_pkcs8(&own.serialize_der()),
            x5c: chain.map(|der| BASE64_STANDARD.encode(der)).to_vec(),
            root: root.pem(),
        }
    }

    fn attest(&self, claims: &Value) -> String {
        let header = json!({
            "alg": "ES256", "typ": "oauth-client-attestation+jwt", "x5c": self.x5c
        });
        self.key.sign_with(&header, claims)
    }
}

/// A service that trusts an attester, and a client instance that authenticates with attestations.
struct Fixture {
    emulator: Emulator,
    api: Authlete,
    attester: Attester,
    instance: jwt::Key,
    ahead: u64,
    proofs: u32,
}

impl Fixture {
    async fn new(version: ApiVersion) -> Self {
        let (emulator, api) = start(version).await;
        let attester = Attester::new();
        configure(&emulator, &api, |service| {
            service.client_attester_roots_enabled = Some(true);
            service.client_attester_roots = Some(vec![attester.root.clone()]);
        })
        .await;
        configure_client(&api, emulator.client().id, |client| {
            client.token_auth_method = Some(ClientAuthMethod::AttestJwtClientAuth);
        })
        .await;
        Self {
            emulator,
            api,
            attester,
            instance: jwt::Key::generate(),
            ahead: 0,
            proofs: 0,
        }
    }

    fn now(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        now.as_secs() + self.ahead
    }

    fn advance(&mut self, seconds: u64) {
        self.emulator.advance(Duration::from_secs(seconds));
        self.ahead += seconds;
    }

    fn claims(&self) -> Value {
        json!({
            "sub": self.emulator.client().id.to_string(),
            "exp": self.now() + 3600,
            "cnf": { "jwk": self.instance.jwk() },
        })
    }

    fn attestation(&self) -> String {
        self.attester.attest(&self.claims())
    }

    /// The claims of a new proof of possession.
    fn pop_claims(&mut self) -> Value {
        self.proofs += 1;
        json!({ "aud": ISSUER, "iat": self.now(), "jti": format!("proof-{}", self.proofs) })
    }

    fn sign_pop(&self, claims: &Value) -> String {
        sign_pop(&self.instance, claims)
    }

    fn pop(&mut self) -> String {
        let claims = self.pop_claims();
        self.sign_pop(&claims)
    }

    async fn token(&self, attestation: &str, pop: &str) -> TokenResponse {
        self.request("grant_type=client_credentials", attestation, pop)
            .await
    }

    async fn request(&self, parameters: &str, attestation: &str, pop: &str) -> TokenResponse {
        let mut request = TokenRequest::new(parameters);
        request.oauth_client_attestation = Some(attestation.into());
        request.oauth_client_attestation_pop = Some(pop.into());
        self.api.token(&request).await.unwrap()
    }

    /// Sends a request with a valid attestation and a new proof.
    async fn attested_request(&mut self, parameters: &str) -> TokenResponse {
        let pop = self.pop();
        self.request(parameters, &self.attestation(), &pop).await
    }

    async fn challenge(&self) -> String {
        let request = AttestationChallengeRequest::new();
        let answer = self.api.attestation_challenge(&request).await.unwrap();
        answer.attestation_challenge.unwrap()
    }
}

fn sign_pop(key: &jwt::Key, claims: &Value) -> String {
    let header = json!({ "alg": "ES256", "typ": "oauth-client-attestation-pop+jwt" });
    key.sign_with(&header, claims)
}

fn assert_refused(answer: &TokenResponse, error: &str, code: &str) {
    assert_code(answer.result_code.as_deref(), code);
    let action = match error {
        "invalid_client" => TokenAction::InvalidClient,
        _ => TokenAction::BadRequest,
    };
    assert_eq!(answer.action, action, "{code}");
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], error, "{code}");
    assert_eq!(answer.access_token, None);
}

#[rstest]
#[tokio::test]
async fn attested_instance_authenticates_as_the_client(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let client = fixture.emulator.client();
    let (id, alias) = (client.id.to_string(), client.alias.clone());
    for more in [
        String::new(),
        format!("&client_id={id}"),
        format!("&client_id={alias}"),
    ] {
        let answer = fixture
            .attested_request(&format!("grant_type=client_credentials{more}"))
            .await;
        assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
        assert_eq!(answer.client_id.unwrap().to_string(), id);
        let method = answer.client_auth_method;
        assert_eq!(method, Some(ClientAuthMethod::AttestJwtClientAuth));
    }
    // An attestation can be used with several proofs.
    let attestation = fixture.attestation();
    for _ in 0..2 {
        let pop = fixture.pop();
        let answer = fixture.token(&attestation, &pop).await;
        assert_eq!(answer.action, TokenAction::Ok);
    }
}

#[rstest]
#[tokio::test]
async fn attestation_that_is_wrong_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let now = fixture.now();
    let private = json!({ "kty": "oct", "k": "c2VjcmV0" });
    let cases = [
        ("sub", Value::Null, "invalid_request", "A244305"),
        ("sub", json!("1"), "invalid_client", "A244306"),
        ("exp", Value::Null, "invalid_client", "A905307"),
        ("exp", json!("soon"), "use_fresh_attestation", "A905308"),
        ("exp", json!(now - 1), "use_fresh_attestation", "A905308"),
        ("nbf", json!(now + 600), "invalid_client", "A905307"),
        ("iat", json!(now + 600), "invalid_client", "A905307"),
        ("cnf", Value::Null, "invalid_client", "A905309"),
        ("cnf", json!({ "jkt": "x" }), "invalid_client", "A905309"),
        ("cnf", json!({ "jwk": {} }), "invalid_client", "A905309"),
        (
            "cnf",
            json!({ "jwk": private }),
            "invalid_client",
            "A905309",
        ),
    ];
    for (name, value, error, code) in cases {
        let mut claims = fixture.claims();
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let pop = fixture.pop();
        let answer = fixture.token(&fixture.attester.attest(&claims), &pop).await;
        assert_refused(&answer, error, code);
    }
    let mut claims = fixture.claims();
    claims.as_object_mut().unwrap().remove("sub");
    let named = format!(
        "grant_type=client_credentials&client_id={}",
        fixture.emulator.client().id
    );
    let pop = fixture.pop();
    let attestation = fixture.attester.attest(&claims);
    let answer = fixture.request(&named, &attestation, &pop).await;
    assert_refused(&answer, "invalid_client", "A905306");
    let claims = fixture.claims();
    let x5c = &fixture.attester.x5c;
    let typed = |typ: &str| json!({ "alg": "ES256", "typ": typ, "x5c": x5c });
    let typ = "oauth-client-attestation+jwt";
    let without = fixture.attester.key.sign_with(&typed("JWT"), &claims);
    let other = jwt::Key::generate().sign_with(&typed(typ), &claims);
    let unnamed = json!({ "alg": "ES256", "typ": typ });
    let unnamed = fixture.attester.key.sign_with(&unnamed, &claims);
    let unsigned = fixture.attestation();
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    let cases = [
        (without, "A905302"),
        ("x".to_owned(), "A905302"),
        (other, "A905305"),
        (unsigned, "A905305"),
        (unnamed, "A905304"),
    ];
    for (attestation, code) in cases {
        let pop = fixture.pop();
        let answer = fixture.token(&attestation, &pop).await;
        assert_refused(&answer, "invalid_client", code);
    }
}

#[rstest]
#[tokio::test]
async fn proof_that_is_wrong_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let attestation = fixture.attestation();
    let now = fixture.now();
    let cases = [
        ("aud", Value::Null, "A905311"),
        ("aud", json!("https://other.example"), "A905311"),
        ("iss", json!("1"), "A905306"),
        ("iat", Value::Null, "A905312"),
        ("iat", json!(now - 600), "A905312"),
        ("iat", json!(now + 600), "A905312"),
        ("exp", json!(now - 600), "A905312"),
        ("jti", Value::Null, "A905313"),
    ];
    for (name, value, code) in cases {
        let mut claims = fixture.pop_claims();
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let answer = fixture
            .token(&attestation, &fixture.sign_pop(&claims))
            .await;
        assert_refused(&answer, "invalid_client", code);
    }
    let claims = fixture.pop_claims();
    let other = sign_pop(&jwt::Key::generate(), &claims);
    let answer = fixture.token(&attestation, &other).await;
    assert_refused(&answer, "invalid_client", "A905310");
    let untyped = fixture.instance.sign(&claims);
    let answer = fixture.token(&attestation, &untyped).await;
    assert_refused(&answer, "invalid_client", "A905303");

    let mut claims = fixture.pop_claims();
    claims["iss"] = fixture.claims()["sub"].clone();
    claims["aud"] = json!(["https://other.example", ISSUER]);
    let pop = fixture.sign_pop(&claims);
    let answer = fixture.token(&attestation, &pop).await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    let answer = fixture.token(&attestation, &pop).await;
    assert_refused(&answer, "invalid_client", "A905315");

    let mut alone = TokenRequest::new("grant_type=client_credentials");
    alone.oauth_client_attestation = Some(attestation.into());
    let answer = fixture.api.token(&alone).await.unwrap();
    assert_refused(&answer, "invalid_client", "A905301");
    alone.oauth_client_attestation = None;
    alone.oauth_client_attestation_pop = Some(fixture.pop().into());
    let answer = fixture.api.token(&alone).await.unwrap();
    assert_refused(&answer, "invalid_client", "A905301");
}

#[rstest]
#[tokio::test]
async fn attester_without_a_root_of_the_service_is_refused(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let grant = "grant_type=client_credentials";
    let other = Attester::new();
    let pop = fixture.pop();
    let answer = fixture.token(&other.attest(&fixture.claims()), &pop).await;
    assert_refused(&answer, "invalid_client", "A905304");
    // Without the intermediate certificate.
    let whole = fixture.attester.x5c.clone();
    fixture.attester.x5c.truncate(1);
    assert_refused(
        &fixture.attested_request(grant).await,
        "invalid_client",
        "A905304",
    );
    fixture.attester.x5c = vec!["x".to_owned()];
    assert_refused(
        &fixture.attested_request(grant).await,
        "invalid_client",
        "A905304",
    );
    fixture.attester.x5c = whole;
    for (enabled, only, root, expected) in [
        (false, false, &fixture.attester.root, false),
        (true, false, &other.root, false),
        (true, true, &fixture.attester.root, true),
        (true, false, &fixture.attester.root, true),
    ] {
        configure(&fixture.emulator, &fixture.api, |service| {
            service.client_attester_roots_enabled = Some(enabled);
            service.client_attester_roots_only = Some(only);
            service.client_attester_roots = Some(vec![root.clone()]);
        })
        .await;
        fixture.proofs += 1;
        let claims = json!({
            "aud": ISSUER, "iat": fixture.now(), "jti": format!("root-{}", fixture.proofs)
        });
        let pop = fixture.sign_pop(&claims);
        let answer = fixture.token(&fixture.attestation(), &pop).await;
        match expected {
            true => assert_eq!(answer.action, TokenAction::Ok, "{answer:?}"),
            false => assert_refused(&answer, "invalid_client", "A905304"),
        }
    }
}

#[rstest]
#[tokio::test]
async fn challenge_is_required_if_the_service_has_a_challenge_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    configure(&fixture.emulator, &fixture.api, |service| {
        service.challenge_endpoint = Some("https://as.example/challenge".to_owned());
        service.attestation_challenge_time_window = Some(60);
    })
    .await;
    let answer = fixture
        .attested_request("grant_type=client_credentials")
        .await;
    assert_refused(&answer, "use_attestation_challenge", "A905314");
    let given = answer.attestation_challenge.unwrap();
    assert_eq!(given, fixture.challenge().await);

    let with = async |fixture: &mut Fixture, challenge: Value| {
        let mut claims = fixture.pop_claims();
        claims["challenge"] = challenge;
        let pop = fixture.sign_pop(&claims);
        fixture.token(&fixture.attestation(), &pop).await
    };
    let answer = with(&mut fixture, json!(given)).await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    assert_eq!(answer.attestation_challenge.as_ref(), Some(&given));
    for wrong in [json!("made-up"), json!(""), json!(1), json!([given])] {
        let answer = with(&mut fixture, wrong).await;
        assert_refused(&answer, "use_attestation_challenge", "A905314");
    }
    // A challenge stays valid in the time window that follows.
    fixture.advance(61);
    let answer = with(&mut fixture, json!(given)).await;
    assert_eq!(answer.action, TokenAction::Ok);
    let next = answer.attestation_challenge.unwrap();
    assert_ne!(next, given);
    fixture.advance(60);
    let answer = with(&mut fixture, json!(given)).await;
    assert_refused(&answer, "use_attestation_challenge", "A905314");
    let answer = with(&mut fixture, json!(next)).await;
    assert_eq!(answer.action, TokenAction::Ok);

    configure(&fixture.emulator, &fixture.api, |service| {
        service.challenge_endpoint = None;
    })
    .await;
    let answer = fixture
        .attested_request("grant_type=client_credentials")
        .await;
    assert_eq!(answer.action, TokenAction::Ok);
    assert_eq!(answer.attestation_challenge, None);
    let answer = with(&mut fixture, json!("made-up")).await;
    assert_eq!(answer.action, TokenAction::Ok, "the challenge is ignored");
}

#[rstest]
#[tokio::test]
async fn every_endpoint_that_authenticates_clients_takes_attestations(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    configure(&fixture.emulator, &fixture.api, |service| {
        service.challenge_endpoint = Some("https://as.example/challenge".to_owned());
    })
    .await;
    let challenge = Some(fixture.challenge().await);
    let pop = |fixture: &mut Fixture| {
        let mut claims = fixture.pop_claims();
        claims["challenge"] = json!(challenge);
        fixture.sign_pop(&claims)
    };
    let query = query(fixture.emulator.client());
    let mut request = PushedAuthReqRequest::new(query);
    request.oauth_client_attestation = Some(fixture.attestation().into());
    request.oauth_client_attestation_pop = Some(pop(&mut fixture).into());
    let api = fixture.api.clone();
    let answer = api.push_authorization_request(&request).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Created, "{answer:?}");
    assert_eq!(answer.attestation_challenge, challenge);
    let answer = api.push_authorization_request(&request).await.unwrap();
    assert_eq!(answer.action, PushedAuthReqAction::Unauthorized, "replayed");

    let mut request = RevocationRequest::new("token=x");
    request.oauth_client_attestation = Some(fixture.attestation().into());
    request.oauth_client_attestation_pop = Some(pop(&mut fixture).into());
    let answer = api.revocation(&request).await.unwrap();
    assert_eq!(answer.action, RevocationAction::Ok, "{answer:?}");
    assert_eq!(answer.attestation_challenge, challenge);

    // These two authenticate, and fail because of the client's grant types.
    let mut request = DeviceAuthorizationRequest::new("scope=read");
    request.oauth_client_attestation = Some(fixture.attestation().into());
    request.oauth_client_attestation_pop = Some(pop(&mut fixture).into());
    let answer = api.device_authorization(&request).await.unwrap();
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "unauthorized_client");
    assert_eq!(answer.attestation_challenge, challenge);

    let mut request = BackchannelAuthenticationRequest::new("scope=openid&login_hint=alice");
    request.oauth_client_attestation = Some(fixture.attestation().into());
    request.oauth_client_attestation_pop = Some(pop(&mut fixture).into());
    let answer = api.backchannel_authentication(&request).await.unwrap();
    let body = content(answer.response_content.as_ref());
    assert_eq!(body["error"], "unauthorized_client");
    assert_eq!(answer.attestation_challenge, challenge);

    // Other clients get no challenge.
    let plain = TokenRequest::new("grant_type=client_credentials");
    let answer = api.token(&plain).await.unwrap();
    assert_eq!(answer.attestation_challenge, None);
}

#[rstest]
#[tokio::test]
async fn refresh_token_is_refused_for_another_instance(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let client = fixture.emulator.client().clone();
    let code = code(&fixture.api, &query(&client)).await;
    let answer = fixture
        .attested_request(&code_parameters(&client, &code))
        .await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
    let refresh_token = answer.refresh_token.unwrap();
    let parameters = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
    ]);
    let own = std::mem::replace(&mut fixture.instance, jwt::Key::generate());
    let answer = fixture.attested_request(&parameters).await;
    assert_refused(&answer, "invalid_grant", "A905316");
    fixture.instance = own;
    let answer = fixture.attested_request(&parameters).await;
    assert_eq!(answer.action, TokenAction::Ok, "{answer:?}");
}

#[rstest]
#[tokio::test]
async fn attestation_is_refused_if_the_client_or_the_service_uses_other_methods(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let mut fixture = Fixture::new(version).await;
    let grant = "grant_type=client_credentials";
    let secret = fixture.emulator.client().secret.expose().to_owned();
    let twice = format!("{grant}&{}", form(&[("client_secret", &secret)]));
    assert_refused(
        &fixture.attested_request(&twice).await,
        "invalid_request",
        "A904301",
    );
    let mut other = Client::new();
    other.client_type = Some(ClientType::Public);
    let other = fixture.api.create_client(&other).await.unwrap();
    let other = other.client_id.unwrap();
    let named = format!("{grant}&client_id={other}");
    assert_refused(
        &fixture.attested_request(&named).await,
        "invalid_request",
        "A048312",
    );
    let mut claims = fixture.claims();
    claims["sub"] = json!(other.to_string());
    let pop = fixture.pop();
    let answer = fixture.token(&fixture.attester.attest(&claims), &pop).await;
    assert_refused(&answer, "invalid_client", "A157303");

    let published = metadata(&fixture.api).await;
    let method = "attest_jwt_client_auth".to_owned();
    assert!(words(&published, "token_endpoint_auth_methods_supported").contains(&method));
    let name = "client_attestation_pop_signing_alg_values_supported";
    assert!(words(&published, name).contains(&"ES256".to_owned()));
    let (_emulator, untrusting) = start(version).await;
    let untrusting = metadata(&untrusting).await;
    assert!(!words(&untrusting, "token_endpoint_auth_methods_supported").contains(&method));
    assert_eq!(untrusting[name], Value::Null);
    configure(&fixture.emulator, &fixture.api, |service| {
        service.supported_token_auth_methods = Some(vec![ClientAuthMethod::ClientSecretBasic]);
    })
    .await;
    let published = metadata(&fixture.api).await;
    assert_eq!(published[name], Value::Null);
    assert_refused(
        &fixture.attested_request(grant).await,
        "invalid_client",
        "A157344",
    );
}
