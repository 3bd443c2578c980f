//! `/federation/registration`: explicit registration of relying parties (OpenID Federation 1.0 §12.2).

use serde_json::json;

use super::action;
use super::client::{Registration, RegistrationType};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::jose::Jws;
use crate::json::{Object, ObjectExt};
use crate::protocol::federation::{Provider, RELYING_PARTY, TrustChain};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::protocol::{jwt_audience, registration_response};
use crate::result_code::{
    EXPLICIT_REGISTRATION_UNSUPPORTED, FEDERATION_AUDIENCE, FEDERATION_REGISTERED,
    FEDERATION_REQUEST_MALFORMED, FEDERATION_REQUEST_MISSING, TRUST_CHAIN_MISSING,
};
use crate::store::{Client, Service};

/// The `typ` of the response (§12.2.3), distinct from that of an entity statement.
const RESPONSE: &str = "explicit-registration-response+jwt";

pub fn registration(call: &Call, service: &mut Service) -> Outcome {
    let outcome = register(call, service);
    outcome.or_else(|refusal| refusal.outcome(call, &service.settings, action))
}

fn register(call: &Call, service: &mut Service) -> Result<ApiResponse, Refusal> {
    let provider = Provider::of(service)?;
    if !RegistrationType::Explicit.is_open(service) {
        return Err(OAuthError::new("not_found", EXPLICIT_REGISTRATION_UNSUPPORTED).into());
    }
    let statements = statements(call)?;
    let statements: Vec<_> = statements.iter().map(String::as_str).collect();
    let chain = TrustChain::verify(&statements, service, call.now)?;
    if !jwt_audience::is_only(&chain.subject.claims, &provider.entity_id) {
        return Err(OAuthError::invalid_request(FEDERATION_AUDIENCE).into());
    }
    let registration = Registration {
        call,
        chain: &chain,
        registration_type: RegistrationType::Explicit,
    };
    let client = registration.client(service)?;
    let response = respond(&provider, &chain, &client, call)?;
    let settings = client.settings.json().clone();
    service.clients.put(client);
    Ok(ApiResponse::action(call.path, FEDERATION_REGISTERED, "OK")
        .with("responseContent", response)
        .with("client", settings)
        .build())
}

/// The entity statements of the request: a trust chain, or an entity configuration with the trust chain in its header
/// (§4.3).
fn statements(call: &Call) -> Result<Vec<String>, OAuthError> {
    let malformed = || OAuthError::invalid_request(FEDERATION_REQUEST_MALFORMED);
    let members = ["entityConfiguration", "trustChain"].map(|name| call.body.text(name));
    match members {
        [None, Some(json)] => serde_json::from_str(json).map_err(|_| malformed()),
        [Some(configuration), None] => {
            let jws = Jws::parse(configuration).map_err(|_| malformed())?;
            let missing = OAuthError::new("invalid_trust_chain", TRUST_CHAIN_MISSING);
            let chain = jws.header.texts("trust_chain").ok_or(missing)?;
            // The first statement of the chain is also an entity configuration, but the one sent has this service as `aud`.
            let superiors = chain.into_iter().skip(1);
            let statements = [configuration].into_iter().chain(superiors);
            Ok(statements.map(str::to_owned).collect())
        }
        _ => Err(OAuthError::new("server_error", FEDERATION_REQUEST_MISSING)),
    }
}

/// The response (§12.2.3): a statement about the relying party with its registered metadata and the expiration time.
fn respond(
    provider: &Provider,
    chain: &TrustChain,
    client: &Client,
    call: &Call,
) -> Result<String, OAuthError> {
    let subject = &chain.subject.subject;
    let superior = chain.superiors.iter().take(1);
    let hints: Vec<_> = superior.map(|one| one.issuer.as_str()).collect();
    let registered = registration_response::information(&client.settings);
    let mut claims = Object::from_iter([
        ("aud".to_owned(), subject.as_str().into()),
        ("trust_anchor".to_owned(), chain.anchor().into()),
        ("authority_hints".to_owned(), hints.into()),
        ("metadata".to_owned(), json!({ RELYING_PARTY: registered })),
    ]);
    let keys = chain.subject.claims.get_key_value("jwks");
    claims.extend(keys.map(|(name, keys)| (name.clone(), keys.clone())));
    provider.sign_statement(RESPONSE, subject, (call.now, chain.expires_at), claims)
}
