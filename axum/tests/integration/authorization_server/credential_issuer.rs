//! A credential issuer and a wallet (OpenID for Verifiable Credential Issuance 1.0).

use std::time::SystemTime;

use authlete::types::{
    CredentialIssuanceOrder, CredentialOfferCreateRequest, CredentialRequestInfo,
    IntrospectionResponse, Scope, Service,
};
use authlete_axum::authorization_server::CredentialOrders;
use aws_lc_rs::digest::{SHA256, digest};
use axum::response::Result;
use serde_json::{Value, json};

use super::*;
use crate::common::jwt::{Key, encode};
use authlete::ApiVersion;
use rstest::rstest;

const VCT: &str = "https://issuer.example/degree";

/// Issues degrees to `alice`, after deferring the first request.
struct Degrees;

impl CredentialOrders for Degrees {
    async fn order(
        &self,
        token: &IntrospectionResponse,
        _: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let is_alice = token.subject.as_deref() == Some("alice");
        Ok(is_alice.then(|| CredentialIssuanceOrder::new("any").issuance_deferred(true)))
    }

    async fn deferred_order(
        &self,
        _: &IntrospectionResponse,
        request: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let identifier = request.identifier.as_deref().unwrap();
        let payload = json!({ "vct": VCT, "sub": "alice" }).to_string();
        let order = CredentialIssuanceOrder::new(identifier);
        Ok(Some(order.credential_payload(payload)))
    }
}

/// Lets the service issue degrees, for the scope `degree`.
pub fn issue_degrees(service: &mut Service) {
    let mut jwk = Key::generate().private_jwk();
    jwk["kid"] = "issuer".into();
    let configurations = json!({ "degree": {
        "format": "dc+sd-jwt",
        "scope": "degree",
        "vct": VCT,
        "cryptographic_binding_methods_supported": ["jwk"],
        "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["ES256"] } },
    }});
    service.verifiable_credentials_enabled = Some(true);
    service.oid4vci_version = Some("1.0".to_owned());
    service.credential_jwks = Some(json!({ "keys": [jwk] }).to_string().into());
    let metadata = service.credential_issuer_metadata.get_or_insert_default();
    metadata.credentials_supported = Some(configurations.to_string());
    let scopes = service.supported_scopes.get_or_insert_default();
    scopes.push(Scope::new("degree"));
}

/// A provider, and a credential issuer at a separate origin.
struct Issuer {
    provider: Provider,
    url: String,
    origin: String,
}

impl Issuer {
    async fn start(
        version: ApiVersion,
        path: &str,
        with: impl FnOnce(AuthorizationServer) -> AuthorizationServer,
    ) -> Self {
        let provider = Provider::start(version).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("{origin}{path}");
        provider
            .change_service(|service| {
                let endpoints = Endpoints::from_service(service).unwrap();
                let endpoints = endpoints.with_credential_issuer(&url).unwrap();
                endpoints.write_to(service);
                issue_degrees(service);
            })
            .await;
        let id = provider.emulator.service_id();
        let service = provider.api.get_service(id).await.unwrap();
        let endpoints = Endpoints::from_service(&service).unwrap();
        let server = AuthorizationServer::new(provider.api.clone(), endpoints, users::Users);
        let router = with(server).router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            provider,
            url,
            origin,
        }
    }

    async fn get(&self, path: &str) -> Reply {
        Reply::of(client::http().get(format!("{}{path}", self.origin))).await
    }

    async fn post(&self, path: &str, authorization: &str, body: &Value) -> Reply {
        let request = client::http().post(format!("{}{path}", self.url));
        let request = request.header("authorization", authorization);
        let request = request.header("content-type", "application/json");
        Reply::of(request.body(body.to_string())).await
    }

    /// A request for a degree, bound to a key.
    async fn degree(&self, key: &Key) -> Value {
        let request = client::http().post(format!("{}/credential/nonce", self.url));
        let nonce = Reply::of(request).await;
        assert_eq!(nonce.status, 200, "{nonce:?}");
        assert_eq!(nonce.header("cache-control"), Some("no-store"));
        let proof = prove(key, &self.url, &nonce.json()["c_nonce"]);
        json!({
            "credential_configuration_id": "degree",
            "proofs": { "jwt": [proof] },
        })
    }

    async fn bearer(&self) -> String {
        let tokens = self.provider.client().tokens("degree", &[]).await;
        format!("Bearer {}", tokens["access_token"].as_str().unwrap())
    }
}

/// A key proof.
fn prove(key: &Key, issuer: &str, nonce: &Value) -> String {
    let claims = json!({ "aud": issuer, "iat": now(), "nonce": nonce });
    let header = json!({ "typ": "openid4vci-proof+jwt", "alg": "ES256", "jwk": key.jwk() });
    key.sign_with(&header, &claims)
}

fn now() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn deferred_credential_is_issued_at_the_second_request(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let issuer = Issuer::start(version, path, |server| server.credential_orders(Degrees)).await;
    let bearer = issuer.bearer().await;
    let request = issuer.degree(&Key::generate()).await;
    let deferred = issuer.post("/credential", &bearer, &request).await;
    assert_eq!(deferred.status, 202, "{deferred:?}");
    assert_eq!(deferred.header("cache-control"), Some("no-store"));
    let transaction = json!({ "transaction_id": deferred.json()["transaction_id"] });
    let issued = issuer
        .post("/credential/deferred", &bearer, &transaction)
        .await;
    assert_eq!(issued.status, 200, "{issued:?}");
    let credentials = issued.json()["credentials"].clone();
    let credential = credentials[0]["credential"].as_str().unwrap();
    assert!(credential.contains('~'), "{credential}");
    let again = issuer
        .post("/credential/deferred", &bearer, &transaction)
        .await;
    again.assert_error(400, "invalid_transaction_id");
}

#[rstest]
#[tokio::test]
async fn credential_requests_are_refused_by_default(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let issuer = Issuer::start(version, "", |server| server).await;
    let bearer = issuer.bearer().await;
    let request = issuer.degree(&Key::generate()).await;
    let refused = issuer.post("/credential", &bearer, &request).await;
    refused.assert_error(400, "credential_request_denied");
}

#[rstest]
#[tokio::test]
async fn wallet_without_a_valid_token_is_challenged_before_its_body_is_read(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let issuer = Issuer::start(version, "", |server| server.credential_orders(Degrees)).await;
    for path in ["/credential", "/credential/deferred"] {
        let request = client::http().post(format!("{}{path}", issuer.url));
        let none = Reply::of(request.body("a".repeat(300 * 1024))).await;
        assert_eq!(none.status, 401, "{none:?}");
        assert_eq!(none.header("www-authenticate"), Some("Bearer"));
        for (authorization, error) in [
            ("Bearer unknown", "invalid_token"),
            ("DPoP unknown", "invalid_dpop_proof"),
        ] {
            let reply = issuer.post(path, authorization, &json!({})).await;
            assert_eq!(reply.status, 401, "{reply:?}");
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(challenge.contains(error), "{challenge}");
        }
    }
    let tokens = issuer.provider.client().tokens("openid", &[]).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let request = issuer.degree(&Key::generate()).await;
    let other = issuer.post("/credential", &bearer, &request).await;
    assert!(matches!(other.status, 401 | 403), "{other:?}");
}

#[tokio::test]
async fn malformed_request_is_refused() {
    let orders = |server: AuthorizationServer| server.credential_orders(Degrees);
    let issuer = Issuer::start(ApiVersion::V3, "", orders).await;
    let bearer = issuer.bearer().await;
    for path in ["/credential", "/credential/deferred"] {
        let empty = issuer.post(path, &bearer, &json!({})).await;
        assert_eq!(empty.status, 400, "{empty:?}");
        assert!(empty.json()["error"].is_string());
        let post = |media_type: &str, body: String| {
            let request = client::http().post(format!("{}{path}", issuer.url));
            let request = request.header("authorization", &bearer);
            Reply::of(request.header("content-type", media_type).body(body))
        };
        let form = post("application/x-www-form-urlencoded", "a=b".to_owned()).await;
        form.assert_error(415, "invalid_credential_request");
        let large = post("application/json", "a".repeat(300 * 1024)).await;
        large.assert_error(413, "invalid_request");
        let garbled = post("application/jwt", "e30.e30.".to_owned()).await;
        assert_eq!(garbled.status, 400, "{garbled:?}");
    }
}

#[rstest]
#[tokio::test]
async fn bound_token_needs_a_proof_for_the_credential_endpoint(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    let issuer = Issuer::start(version, "", |server| server.credential_orders(Degrees)).await;
    let key = Key::generate();
    let proof = |claims: Value| {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk() });
        key.sign_with(&header, &claims)
    };
    let provider = &issuer.provider;
    let client = provider.client();
    let mut browser = provider.browser();
    let parameters = client.parameters("degree", &[]);
    let code = browser.authorization_response(&parameters).await["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &provider.emulator.client().redirect_uri),
        ("code_verifier", client::VERIFIER),
    ];
    let htu = format!("{}/token", provider.issuer);
    let claims = json!({ "jti": "0", "htm": "POST", "htu": htu, "iat": now() });
    let request = client.form("/token", &form).header("dpop", proof(claims));
    let tokens = Reply::of(request.header("authorization", client.basic())).await;
    let tokens = tokens.json();
    assert_eq!(tokens["token_type"], "DPoP", "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    let body = issuer.degree(&key).await;
    let send = |jti: &str, htu: String, nonce: Option<&str>| {
        let ath = encode(digest(&SHA256, token.as_bytes()));
        let mut claims = json!({
            "jti": jti, "htm": "POST", "htu": htu, "iat": now(), "ath": ath,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let request = client::http().post(format!("{}/credential", issuer.url));
        let request = request
            .header("authorization", format!("DPoP {token}"))
            .header("dpop", proof(claims))
            .header("content-type", "application/json");
        Reply::of(request.body(body.to_string()))
    };
    let elsewhere = send("1", format!("{}/token", issuer.url), None).await;
    assert_eq!(elsewhere.status, 401, "{elsewhere:?}");
    let bearer = format!("Bearer {token}");
    let stolen = issuer.post("/credential", &bearer, &body).await;
    assert_eq!(stolen.status, 401, "{stolen:?}");
    let url = || format!("{}/credential", issuer.url);
    let nonces = |service: &mut authlete::types::Service| {
        service.dpop_nonce_required = Some(true);
    };
    provider.change_service(nonces).await;
    let demanded = send("2", url(), None).await;
    assert_eq!(demanded.status, 401, "{demanded:?}");
    let nonce = demanded.header("dpop-nonce");
    let here = send("3", url(), nonce).await;
    assert_eq!(here.status, 202, "{here:?}");
    assert!(here.header("dpop-nonce").is_some(), "{here:?}");
}

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn metadata_and_keys_are_at_their_well_known_paths(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let issuer = Issuer::start(version, path, |server| server).await;
    for url in [
        format!("/.well-known/openid-credential-issuer{path}"),
        format!("{path}/.well-known/openid-credential-issuer"),
    ] {
        let metadata = issuer.get(&url).await.json();
        assert_eq!(metadata["credential_issuer"], issuer.url);
        for (member, path) in [
            ("credential_endpoint", "/credential"),
            ("deferred_credential_endpoint", "/credential/deferred"),
            ("nonce_endpoint", "/credential/nonce"),
        ] {
            assert_eq!(metadata[member], format!("{}{path}", issuer.url));
        }
    }
    let vc_issuer = issuer
        .get(&format!("/.well-known/jwt-vc-issuer{path}"))
        .await;
    let vc_issuer = vc_issuer.json();
    assert_eq!(vc_issuer["issuer"], issuer.url);
    let jwks = vc_issuer["jwks_uri"].as_str().unwrap();
    let jwks = Reply::of(client::http().get(jwks)).await.json();
    assert_eq!(jwks["keys"][0]["kid"], "issuer");
    assert_eq!(jwks["keys"][0].get("d"), None);
}

#[rstest]
#[case::v2(ApiVersion::V2, "")]
#[case::v3_under_a_path(ApiVersion::V3, "/tenant")]
#[tokio::test]
async fn known_offer_is_returned_and_unknown_offer_is_answered_with_404(
    #[case] version: ApiVersion,
    #[case] path: &str,
) {
    let issuer = Issuer::start(version, path, |server| server).await;
    let provider = &issuer.provider;
    let mut request = CredentialOfferCreateRequest::new(vec!["degree".to_owned()], "alice");
    request.authorization_code_grant_included = Some(true);
    let created = provider.api.credential_offer_create(&request).await;
    let info = created.unwrap().info.unwrap();
    let id = provider.emulator.service_id();
    let service = provider.api.get_service(id).await.unwrap();
    let endpoints = Endpoints::from_service(&service).unwrap();
    let uri = |identifier| endpoints.credential_offer_uri(identifier).unwrap();
    let identifier = info.identifier.unwrap();
    let offer = Reply::of(client::http().get(uri(&identifier))).await;
    assert_eq!(offer.status, 200, "{offer:?}");
    assert_eq!(offer.header("content-type"), Some("application/json"));
    assert_eq!(offer.header("cache-control"), Some("no-store"));
    assert_eq!(offer.json()["credential_issuer"], issuer.url);
    let unknown = Reply::of(client::http().get(uri("unknown"))).await;
    assert_eq!((unknown.status, &*unknown.body), (404, ""));
}

#[tokio::test]
async fn cors_preflight_of_the_credential_endpoints_allows_any_origin() {
    let issuer = Issuer::start(ApiVersion::V3, "", |server| server).await;
    for path in ["/credential", "/credential/deferred", "/credential/nonce"] {
        let request =
            client::http().request(reqwest::Method::OPTIONS, format!("{}{path}", issuer.url));
        let request = request
            .header("origin", "https://wallet.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "dpop,content-type");
        let reply = Reply::of(request).await;
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn credential_issuer_with_the_path_of_another_endpoint_is_refused() {
    let mut service = authlete::types::Service::default();
    service.issuer = Some("https://as.example.com".into());
    service.token_endpoint = Some("https://as.example.com/credential".into());
    let endpoints = Endpoints::from_service(&service).unwrap();
    assert_eq!(endpoints.credential_offer_uri("x"), None);
    let error = endpoints
        .with_credential_issuer("https://issuer.example.com")
        .unwrap_err()
        .to_string();
    assert!(error.contains("credentialEndpoint"), "{error}");
}

/// Defers all credentials.
struct AlwaysDeferred;

impl CredentialOrders for AlwaysDeferred {
    async fn order(
        &self,
        _: &IntrospectionResponse,
        _: &CredentialRequestInfo,
    ) -> Result<Option<CredentialIssuanceOrder>> {
        let order = CredentialIssuanceOrder::new("any");
        Ok(Some(order.issuance_deferred(true)))
    }
}

#[rstest]
#[tokio::test]
async fn pending_credential_is_answered_as_its_specification_version_requires(
    #[values(ApiVersion::V2, ApiVersion::V3)] version: ApiVersion,
) {
    for draft in [false, true] {
        let deferring = |server: AuthorizationServer| server.credential_orders(AlwaysDeferred);
        let issuer = Issuer::start(version, "", deferring).await;
        if draft {
            let older = |service: &mut authlete::types::Service| {
                service.oid4vci_version = Some("1.0-ID1".to_owned());
            };
            issuer.provider.change_service(older).await;
        }
        let tokens = issuer.provider.client().tokens("degree", &[]).await;
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let key = Key::generate();
        let request = match draft {
            false => issuer.degree(&key).await,
            true => {
                let proof = prove(&key, &issuer.url, &tokens["c_nonce"]);
                let proof = json!({ "proof_type": "jwt", "jwt": proof });
                json!({ "format": "dc+sd-jwt", "vct": VCT, "proof": proof })
            }
        };
        let deferred = issuer.post("/credential", &bearer, &request).await;
        assert_eq!(deferred.status, 202, "{deferred:?}");
        let transaction = json!({ "transaction_id": deferred.json()["transaction_id"] });
        for _ in 0..2 {
            let path = "/credential/deferred";
            let pending = issuer.post(path, &bearer, &transaction).await;
            match draft {
                false => assert_eq!(pending.status, 202, "{pending:?}"),
                true => pending.assert_error(400, "issuance_pending"),
            }
        }
    }
}
