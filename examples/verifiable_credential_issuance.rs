//! A wallet obtains a verifiable credential: OpenID for Verifiable Credential Issuance 1.0, from the offer to the
//! credential.
//!
//! `cargo run --example verifiable_credential_issuance` runs it against the emulator; with `AUTHLETE_*` in the environment
//! it creates a service of the organization or service owner there, and deletes it at the end.

mod connection;
mod wallet;

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use authlete::types::{
    CredentialIssuanceOrder, CredentialIssuerJwksRequest, CredentialIssuerMetadata,
    CredentialIssuerMetadataRequest, CredentialNonceRequest, CredentialOfferCreateAction,
    CredentialOfferCreateRequest, CredentialSingleIssueAction, CredentialSingleIssueRequest,
    CredentialSingleParseAction, CredentialSingleParseRequest, GrantType, Service, TokenAction,
    TokenRequest,
};
use authlete::{ApiVersion, Authlete, Secret};
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use wallet::Key;

const ISSUER: &str = "https://issuer.example.com";
const PRE_AUTHORIZED: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
const VCT: &str = "https://issuer.example.com/employee";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let connection = connection::connect().await?;
    let api = &connection.api;

    let service = api.create_service(&issuer()).await?;
    let id = service.api_key.context("the new service has no ID")?;
    println!("created service {id}, which issues credentials\n");
    let outcome = run_flow(api, id, service.api_secret.unwrap_or_default()).await;
    api.delete_service(id).await?;
    println!("deleted service {id}");
    outcome
}

/// A service with the credentials that it issues, and the key that signs them.
fn issuer() -> Service {
    let configurations = json!({
        "employee": {
            "format": "dc+sd-jwt",
            "vct": VCT,
            "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": ["ES256"],
            "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["ES256"] } },
        }
    });
    let metadata = CredentialIssuerMetadata::new()
        .credential_issuer(ISSUER)
        .credential_endpoint(format!("{ISSUER}/credential"))
        .nonce_endpoint(format!("{ISSUER}/nonce"))
        .credentials_supported(configurations.to_string());
    let keys = json!({ "keys": [Key::generate().private_jwk("issuer-1")] });
    Service::new()
        .service_name("An issuer of the example")
        .issuer(ISSUER)
        .supported_grant_types([GrantType::PreAuthorizedCode])
        .verifiable_credentials_enabled(true)
        .oid4vci_version("1.0")
        .pre_authorized_grant_anonymous_access_supported(true)
        .credential_issuer_metadata(metadata)
        .credential_jwks(keys.to_string())
}

async fn run_flow(api: &Authlete, id: i64, secret: Secret) -> Result<()> {
    // A handle for the new service, on the same connections. In 2.x the service has its own key and secret; in 3.0 the
    // organization token is valid for it.
    let config = api.config().clone().service_id(id);
    let config = match api.api_version() {
        ApiVersion::V2 => config.service_api_secret(secret),
        ApiVersion::V3 => config.service_access_token(""),
    };
    let api = &api.with_config(config)?;

    // 1. The wallet reads the issuer's metadata, at /.well-known/openid-credential-issuer.
    let request = CredentialIssuerMetadataRequest::new().pretty(true);
    let metadata = api.credential_issuer_metadata(&request).await?;
    let metadata = metadata.response_content.context("no metadata")?;
    println!("The metadata of the issuer:\n{}\n", metadata.expose());

    // 2. Your server has authenticated the employee, and offers the credential, for example as a QR code. It sends the
    //    transaction code over another channel, such as e-mail.
    let code = offer(api).await?;

    // 3. The wallet exchanges the code in the offer for an access token, with the transaction code that the user enters.
    let access_token = token(api, &code).await?;

    // 4. It requests a fresh nonce, and proves possession of a key with it.
    let nonce = api.credential_nonce(&CredentialNonceRequest::new()).await?;
    let nonce = nonce.cnonce.context("no nonce")?;
    let key = Key::generate();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let proof = key.prove(&json!({ "aud": ISSUER, "iat": now, "nonce": nonce }));
    let request = json!({
        "credential_configuration_id": "employee",
        "proofs": { "jwt": [proof] },
    });
    println!(
        "POST /credential, with a proof of the key {}\n",
        key.public_jwk()
    );

    // 5. Authlete validates the request, your server provides the claims, and Authlete issues the credential.
    let credential = credential(api, &access_token, &request).await?;
    println!("HTTP/1.1 200 OK\n\n{credential}\n");

    // 6. The wallet reads the credential.
    let keys = CredentialIssuerJwksRequest::new();
    let keys = api.credential_issuer_jwks(&keys).await?;
    let keys = keys.response_content.context("no keys")?;
    let keys: Value = serde_json::from_str(keys.expose())?;
    let (claims, disclosures) = wallet::read(&credential, &keys)?;
    if claims["cnf"]["jwk"] != key.public_jwk() {
        bail!("the credential is bound to another key");
    }
    println!("Claims that are always disclosed:\n{claims:#}\n");
    println!("Claims that the holder can disclose individually:");
    for disclosure in disclosures {
        // A salt, the name of a claim, and its value; an array element has no name.
        match disclosure.as_array().map(Vec::as_slice) {
            Some([_, name, value]) => println!("  {name}: {value}"),
            Some([_, element]) => println!("  an element: {element}"),
            _ => bail!("not a disclosure: {disclosure}"),
        }
    }
    println!();
    Ok(())
}

/// An offer that needs no login: the holder of its code and the transaction code counts as the employee.
async fn offer(api: &Authlete) -> Result<Secret> {
    let request = CredentialOfferCreateRequest::new(["employee".to_owned()], "john.doe")
        .pre_authorized_code_grant_included(true)
        .tx_code("493536")
        .tx_code_input_mode("numeric");
    let created = api.credential_offer_create(&request).await?;
    let info = match created.action {
        CredentialOfferCreateAction::Created => created.info.context("no offer")?,
        other => bail!(
            "credential_offer_create: {other}: {:?}",
            created.result_message.as_ref().map(Secret::expose)
        ),
    };
    let offer = info.credential_offer.context("no offer")?;
    println!("The offer:\n{}\n", offer.expose());
    info.pre_authorized_code.context("no code in the offer")
}

async fn token(api: &Authlete, code: &Secret) -> Result<Secret> {
    let body = Serializer::new(String::new())
        .append_pair("grant_type", PRE_AUTHORIZED)
        .append_pair("pre-authorized_code", code.expose())
        .append_pair("tx_code", "493536")
        .finish();
    println!("POST /token\n\ngrant_type={PRE_AUTHORIZED}&pre-authorized_code=…&tx_code=…\n");
    let token = api.token(&TokenRequest::new(body)).await?;
    match token.action {
        TokenAction::Ok => token.access_token.context("no access token"),
        other => bail!(
            "token: {other}: {:?}",
            token.result_message.as_ref().map(Secret::expose)
        ),
    }
}

async fn credential(api: &Authlete, access_token: &Secret, request: &Value) -> Result<String> {
    let parse = CredentialSingleParseRequest::new(access_token, request.to_string());
    let parsed = api.credential_single_parse(&parse).await?;
    let info = match parsed.action {
        CredentialSingleParseAction::Ok => parsed.info.context("no request info")?,
        other => bail!(
            "credential_single_parse: {other}: {:?}",
            parsed.result_message.as_ref().map(Secret::expose)
        ),
    };
    // The data of the user, whom your server identifies by introspection of the access token.
    let claims = json!({
        "vct": VCT,
        "sub": "john.doe",
        "given_name": "John",
        "department": { "name": "Flight", "floor": 3 },
        "languages": ["en", "ja"],
    });
    let identifier = info.identifier.context("no identifier")?;
    let order = CredentialIssuanceOrder::new(identifier)
        .credential_payload(claims.to_string())
        .credential_duration(365 * 24 * 60 * 60);
    let issue = CredentialSingleIssueRequest::new(access_token, order);
    let issued = api.credential_single_issue(&issue).await?;
    let content = match issued.action {
        CredentialSingleIssueAction::Ok => issued.response_content.context("no content")?,
        other => bail!(
            "credential_single_issue: {other}: {:?}",
            issued.result_message.as_ref().map(Secret::expose)
        ),
    };
    let content: Value = serde_json::from_str(content.expose())?;
    let credential = content["credentials"][0]["credential"].as_str();
    Ok(credential.context("no credential")?.to_owned())
}
