//! Access tokens of the 3.0 API that are bound to a key of the caller.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::jwt::{self, Key};
use crate::common::program::{Program, refusal_to_start};
use crate::common::result_codes::{assert_code, assert_code_for, assert_refusal};
use crate::common::*;
use authlete::types::{
    GetClientListQuery, GetServiceListQuery, OrganizationServiceCreateRequest, Service,
};
use authlete::{ApiVersion, Authlete, Config, Setting};
use authlete_emulator::{Emulator, EmulatorBuilder};
use aws_lc_rs::digest::{SHA256, digest};
use reqwest::StatusCode;
use serde_json::{Value, json};

const V3: ApiVersion = ApiVersion::V3;
const TOKEN: &str = "service-token";

async fn list_clients(config: Config) -> authlete::Result<()> {
    let api = Authlete::new(config).unwrap();
    api.get_client_list(&GetClientListQuery::new()).await?;
    Ok(())
}

/// The status, the result code and the challenge of a refused call.
async fn refused(config: Config) -> (u16, String, String) {
    let answer = list_clients(config).await;
    let error = answer.as_ref().expect_err("the call is refused");
    let headers = error.headers().unwrap();
    let challenge = headers.get("www-authenticate").unwrap();
    let challenge = challenge.to_str().unwrap().to_owned();
    let (status, code) = refusal(answer);
    (status, code, challenge)
}

/// A self-signed certificate and its key, in PEM form.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["caller.example".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[tokio::test]
async fn token_that_is_bound_to_a_dpop_key_works_with_proofs() {
    let emulator = Emulator::builder().dpop(true).start().await.unwrap();
    let api = Authlete::new(emulator.config(V3)).unwrap();
    for _ in 0..2 {
        let clients = api.get_client_list(&GetClientListQuery::new()).await;
        assert_eq!(clients.unwrap().total_count, Some(1));
    }
    // The organization token is bound to the same key.
    let services = api.get_service_list(&GetServiceListQuery::new()).await;
    assert_eq!(services.unwrap().total_count, Some(1));
    // Operations that send the token as Bearer need no proof.
    let request = OrganizationServiceCreateRequest::new(Service::new());
    assert!(api.organization_create_service(&request).await.is_ok());

    // The caller's clock does not follow the emulator's clock.
    emulator.advance(Duration::from_secs(90_000));
    let clients = api.get_client_list(&GetClientListQuery::new()).await;
    assert_eq!(clients.unwrap().total_count, Some(1));

    // 2.x uses no access tokens.
    assert!(list_clients(emulator.config(ApiVersion::V2)).await.is_ok());
}

#[tokio::test]
async fn token_that_is_bound_to_a_dpop_key_is_refused_without_it() {
    let emulator = Emulator::builder().dpop(true).start().await.unwrap();
    let config = emulator.config(V3);
    let without = config.clone().set(Setting::DpopKey, "");
    let (status, code, challenge) = refused(without).await;
    assert_code(Some(&code), "A001301");
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with("DPoP error=\"invalid_token\""),
        "{challenge}"
    );
    assert!(challenge.contains("algs=\""), "{challenge}");

    let other = config.dpop_key(Key::generate().private_jwk().to_string());
    let (status, code, challenge) = refused(other).await;
    assert_code(Some(&code), "A001302");
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with("DPoP error=\"invalid_token\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn unbound_token_is_refused_with_the_scheme_dpop() {
    let emulator = Emulator::start().await.unwrap();
    let key = Key::generate().private_jwk().to_string();
    let (status, code, challenge) = refused(emulator.config(V3).dpop_key(key)).await;
    assert_code(Some(&code), "A900210");
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with("DPoP error=\"invalid_token\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn token_that_is_bound_to_a_certificate_works_on_connections_that_present_it() {
    let started = Emulator::builder().tls(true).mtls(true).start();
    let emulator = started.await.unwrap();
    let config = emulator.config(V3);
    let api = Authlete::new(config.clone()).unwrap();
    let clients = api.get_client_list(&GetClientListQuery::new()).await;
    assert_eq!(clients.unwrap().total_count, Some(1));
    let services = api.get_service_list(&GetServiceListQuery::new()).await;
    assert_eq!(services.unwrap().total_count, Some(1));

    let without = config.clone().set(Setting::ClientCertificate, "");
    let (status, code, challenge) = refused(without).await;
    assert_code(Some(&code), "A001307");
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with("Bearer error=\"invalid_token\""),
        "{challenge}"
    );

    let (certificate, key) = certificate();
    let (status, code, _) = refused(config.client_certificate(certificate + &key)).await;
    assert_code(Some(&code), "A001308");
    assert_eq!(status, 401);
}

#[tokio::test]
async fn token_that_is_bound_to_a_key_and_a_certificate_needs_both() {
    let builder = Emulator::builder().tls(true).dpop(true).mtls(true);
    let emulator = builder.start().await.unwrap();
    let config = emulator.config(V3);
    assert!(list_clients(config.clone()).await.is_ok());
    for (setting, expected) in [
        (Setting::DpopKey, "A001301"),
        (Setting::ClientCertificate, "A001307"),
    ] {
        let (_, code, _) = refused(config.clone().set(setting, "")).await;
        assert_code(Some(&code), expected);
    }
}

#[tokio::test]
async fn state_file_keeps_the_keys() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("emulator.state");
    let builder = Emulator::builder().state_file(&state).tls(true);
    let first = builder.clone().dpop(true).mtls(true).start().await.unwrap();
    let config = first.config(V3);
    first.stop().await.unwrap();

    // The tokens stay bound, with and without the options.
    for builder in [builder.clone(), builder.dpop(true).mtls(true)] {
        let again = builder.start().await.unwrap();
        let config = config
            .clone()
            .base_url(again.base_url())
            .idp_server(again.base_url());
        assert_eq!(again.config(V3), config);
        assert!(list_clients(config.clone()).await.is_ok());
        let (_, code, _) = refused(config.set(Setting::DpopKey, "")).await;
        assert_code(Some(&code), "A001301");
        again.stop().await.unwrap();
    }
    let refused = Emulator::builder().state_file(&state).start().await;
    let words = "an access token is bound to a client certificate, which needs TLS";
    assert_eq!(refused.unwrap_err().to_string(), words);
}

/// A DPoP proof, whose header and claims can be changed.
struct Proof<'a> {
    header: Value,
    claims: Value,
    key: &'a Key,
}

impl<'a> Proof<'a> {
    fn new(key: &'a Key, url: &str) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        Self {
            header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() }),
            claims: json!({
                "jti": jwt::encode(rand_bytes()), "htm": "GET", "htu": url, "iat": now,
                "ath": jwt::encode(digest(&SHA256, TOKEN.as_bytes())),
            }),
            key,
        }
    }

    fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    fn sign(&self) -> String {
        self.key.sign_with(&self.header, &self.claims)
    }
}

fn rand_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    bytes
}

/// An emulator builder with a seed that sets the access token of the service.
fn seeded(access_token: &Value) -> (tempfile::TempDir, EmulatorBuilder) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seed.json");
    let seed = json!({ "services": [{ "accessToken": access_token, "clients": [{}] }] });
    std::fs::write(&path, seed.to_string()).unwrap();
    (directory, Emulator::builder().seed_file(path))
}

#[tokio::test]
async fn proof_with_one_invalid_part_is_refused() {
    let key = Key::generate();
    let (_directory, builder) = seeded(&json!({ "value": TOKEN, "dpopKey": key.jwk() }));
    let emulator = builder.start().await.unwrap();
    let service = emulator.service_id();
    let url = format!("{}/api/{service}/client/get/list", emulator.base_url());
    let http = reqwest::Client::new();
    let call = async |scheme: &str, proofs: &[String]| {
        // `htu` does not include the query.
        let request = http.get(format!("{url}?start=0"));
        let mut request = request.header("Authorization", format!("{scheme} {TOKEN}"));
        for proof in proofs {
            request = request.header("DPoP", proof);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let challenge = answer.headers().get("www-authenticate").cloned();
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
        let body: Value = answer.json().await.unwrap();
        (status, challenge, body)
    };
    let proof = || Proof::new(&key, &url);
    let good = proof().sign();
    for scheme in ["DPoP", "dpop"] {
        let (status, _, body) = call(scheme, &[proof().sign()]).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    let (status, ..) = call("DPoP", std::slice::from_ref(&good)).await;
    assert_eq!(status, StatusCode::OK);

    let ago = |seconds: i64| {
        let now = proof().claims["iat"].as_i64().unwrap();
        json!(now - seconds)
    };
    let mut with_private_key = key.jwk();
    with_private_key["d"] = key.private_jwk()["d"].clone();
    let unsigned = jwt::unsigned(&proof().claims);
    let (_, claims, _) = {
        let mut parts = good.split('.');
        (parts.next(), parts.next().unwrap().to_owned(), ())
    };
    let header = |header: &Value| jwt::encode(header.to_string());
    let none = header(&json!({ "typ": "dpop+jwt", "alg": "none", "jwk": key.jwk() }));
    let no_alg = header(&json!({ "typ": "dpop+jwt", "jwk": key.jwk() }));
    let symmetric = header(&json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": key.jwk() }));
    let proofs = [
        ("DPoP", vec![good], "A001303", "was used before"),
        (
            "DPoP",
            vec![proof().sign(), proof().sign()],
            "A001303",
            "more than one",
        ),
        (
            "Bearer",
            vec![proof().sign()],
            "A001303",
            "scheme is Bearer",
        ),
        ("DPoP", vec![], "A001301", "no DPoP proof"),
        ("DPoP", vec!["no JWT".to_owned()], "A001303", "not a JWT"),
        ("DPoP", vec![unsigned], "A001303", "not a JWT"),
        (
            "DPoP",
            vec![proof().claim("htm", json!("POST")).sign()],
            "A001303",
            "htm",
        ),
        (
            "DPoP",
            vec![proof().claim("htu", json!("https://other.example/")).sign()],
            "A001303",
            "htu",
        ),
        (
            "DPoP",
            vec![proof().claim("iat", ago(3600)).sign()],
            "A001303",
            "iat",
        ),
        (
            "DPoP",
            vec![proof().claim("iat", ago(-3600)).sign()],
            "A001303",
            "iat",
        ),
        (
            "DPoP",
            vec![proof().claim("ath", json!("x")).sign()],
            "A001303",
            "ath",
        ),
        (
            "DPoP",
            vec![proof().claim("jti", Value::Null).sign()],
            "A001303",
            "jti",
        ),
        (
            "DPoP",
            vec![proof().header("typ", json!("JWT")).sign()],
            "A001303",
            "dpop+jwt",
        ),
        (
            "DPoP",
            vec![proof().header("jwk", Value::Null).sign()],
            "A001305",
            "no public key",
        ),
        (
            "DPoP",
            vec![proof().header("jwk", with_private_key).sign()],
            "A001305",
            "no public key",
        ),
        (
            "DPoP",
            vec![proof().header("jwk", Key::generate().jwk()).sign()],
            "A001303",
            "not signed",
        ),
        (
            "DPoP",
            vec![Proof::new(&Key::generate(), &url).sign()],
            "A001302",
            "another DPoP key",
        ),
        (
            "DPoP",
            vec![format!("{none}.{claims}.")],
            "A001304",
            "symmetric or none",
        ),
        (
            "DPoP",
            vec![format!("{symmetric}.{claims}.AA")],
            "A001304",
            "symmetric or none",
        ),
        (
            "DPoP",
            vec![format!("{no_alg}.{claims}.AA")],
            "A001306",
            "no alg",
        ),
    ];
    for (scheme, proofs, code, reason) in proofs {
        let (status, challenge, body) = call(scheme, &proofs).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{reason}");
        assert_code_for(body["resultCode"].as_str(), code, reason);
        assert!(
            body["resultMessage"].as_str().unwrap().contains(reason),
            "{body}"
        );
        let error = match code {
            "A001301" | "A001302" => "invalid_token",
            _ => "invalid_dpop_proof",
        };
        let challenge = challenge.unwrap();
        let prefix = format!("DPoP error=\"{error}\"");
        assert!(challenge.starts_with(&prefix), "{challenge}");
    }
}

#[tokio::test]
async fn private_keys_of_a_seed_are_in_the_environment_and_missing_ones_are_named() {
    let key = Key::generate();
    let (certificate, private_key) = certificate();
    let pem = certificate.clone() + &private_key;
    let token = json!({ "dpopKey": key.private_jwk(), "clientCertificate": pem });
    let (_directory, builder) = seeded(&token);
    let emulator = builder.tls(true).start().await.unwrap();
    assert_eq!(emulator.missing_environment(V3), [""; 0]);
    let config = emulator.config(V3);
    assert!(config.is_set(Setting::DpopKey) && config.is_set(Setting::ClientCertificate));
    assert!(list_clients(config.clone()).await.is_ok());
    let (_, code, _) = refused(config.set(Setting::DpopKey, "")).await;
    assert_code(Some(&code), "A001301");

    let token = json!({ "value": TOKEN, "dpopKey": key.jwk(), "clientCertificate": certificate });
    let (_directory, builder) = seeded(&token);
    let emulator = builder.tls(true).start().await.unwrap();
    let missing = ["AUTHLETE_DPOP_KEY", "AUTHLETE_CLIENT_CERTIFICATE"];
    assert_eq!(emulator.missing_environment(V3), missing);
    assert_eq!(emulator.missing_environment(ApiVersion::V2), [""; 0]);
    let config = emulator.config(V3);
    let (_, code, _) = refused(config.clone()).await;
    assert_code(Some(&code), "A001307");
    let complete = config
        .dpop_key(key.private_jwk().to_string())
        .client_certificate(pem);
    assert!(list_clients(complete).await.is_ok());
}

#[tokio::test]
async fn seed_can_bind_the_token_of_the_organization() {
    let key = Key::generate();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seed.json");
    let seed = json!({
        "owner": { "organizationToken": { "value": "organization-token", "dpopKey": key.private_jwk() } },
        "services": [{ "clients": [{}] }],
    });
    std::fs::write(&path, seed.to_string()).unwrap();
    let emulator = Emulator::builder().seed_file(path).start().await.unwrap();
    let of_organization = Config::new()
        .base_url(emulator.base_url())
        .service_owner_access_token("organization-token");
    let bound = emulator.config(V3);
    assert!(bound.is_set(Setting::DpopKey));
    let list = async |config: Config| {
        let api = Authlete::new(config).unwrap();
        api.get_service_list(&GetServiceListQuery::new()).await
    };
    assert!(list(bound).await.is_ok());
    assert_refusal(list(of_organization).await, 401, "A001301");
}

#[tokio::test]
async fn seed_with_an_invalid_key_or_certificate_is_refused() {
    let symmetric = json!({ "kty": "oct", "k": "AAAA" });
    let encrypts = json!({ "kty": "OKP", "crv": "X25519", "x": jwt::encode([9; 32]) });
    let at = "services[0].accessToken";
    let no_key = "dpopKey: it is not a JWK of a key that signs DPoP proofs";
    for (token, words) in [
        (json!({ "dpopKey": {} }), no_key),
        (json!({ "dpopKey": symmetric }), no_key),
        (json!({ "dpopKey": encrypts }), no_key),
        (
            json!({ "clientCertificate": "PEM" }),
            "clientCertificate: it is not a certificate in PEM form",
        ),
        (json!({ "value": "" }), "value: it is empty"),
        (json!({ "dpopkey": {} }), "dpopkey: unknown field `dpopkey`"),
    ] {
        let (_directory, builder) = seeded(&token);
        let refused = builder.start().await.unwrap_err().to_string();
        assert!(refused.contains(&format!(": {at}.{words}")), "{refused}");
    }

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seed.json");
    let bound = json!({ "dpopKey": Key::generate().jwk() });
    let seed = json!({ "services": [{ "clients": [{}] }, { "accessToken": bound }] });
    std::fs::write(&path, seed.to_string()).unwrap();
    let refused = Emulator::builder().seed_file(path).start().await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.ends_with("services[1].accessToken: it has no value"),
        "{refused}"
    );

    let (_directory, builder) = seeded(&json!({ "clientCertificate": certificate().0 }));
    let refused = builder.start().await.unwrap_err().to_string();
    assert_eq!(
        refused,
        "an access token is bound to a client certificate, which needs TLS"
    );
}

#[tokio::test]
async fn program_prints_the_keys_that_calls_need() {
    let program = Program::start(&["--tls", "--dpop", "--mtls"]);
    let api = program.api(V3);
    let services = api.get_service_list(&GetServiceListQuery::new()).await;
    assert_eq!(services.unwrap().total_count, Some(1));
    assert_eq!(program.description.get("missingEnvironment"), None);

    let key = Key::generate();
    let (directory, _) = seeded(&json!({ "value": TOKEN, "dpopKey": key.jwk() }));
    let seed = directory.path().join("seed.json");
    let program = Program::start(&["--seed", seed.to_str().unwrap()]);
    assert_eq!(
        program.description["missingEnvironment"],
        json!({ "3.0": ["AUTHLETE_DPOP_KEY"] })
    );

    let (directory, _) = seeded(&json!({ "clientCertificate": certificate().0 }));
    let seed = directory.path().join("seed.json");
    let words = refusal_to_start(&["--seed", seed.to_str().unwrap()]);
    assert!(words.contains("needs TLS"), "{words}");
}
