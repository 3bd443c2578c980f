//! Automatic registration of relying parties (OpenID Federation 1.0 §12.1).

use super::client::{Registration, RegistrationType};
use crate::call::Call;
use crate::jose::{self, Jws};
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::protocol::client_signature;
use crate::protocol::federation::{
    self, TrustChain, invalid_trust_chain, is_automatic, is_entity_id,
};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::result_code::{CLIENT_ASSERTION_SIGNATURE, TRUST_CHAIN_MISSING, request_object_codes};
use crate::store::Service;

/// Registers the relying party of an authorization request, pushed or not, unless it is a client already or not an entity
/// of a federation. The JWT that authenticates the request must contain the trust chain, since the emulator fetches nothing.
pub fn register(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<(), Refusal> {
    let Some(entity_id) = parameters.get("client_id").filter(|id| is_entity_id(id)) else {
        return Ok(());
    };
    if !service.settings.federation_enabled() || !RegistrationType::Automatic.is_open(service) {
        return Ok(());
    }
    let known = service.client(entity_id).map(|(client, _)| client);
    let has_expired = known
        .is_some_and(|client| is_automatic(client) && federation::has_expired(client, call.now));
    if known.is_some() && !has_expired {
        return Ok(());
    }
    let Some((jws, error)) = proof(parameters) else {
        return Ok(());
    };
    let chain = match trust_chain(&jws) {
        Some(chain) => chain,
        None if has_expired => return Ok(()),
        None => return Err(OAuthError::new("invalid_trust_chain", TRUST_CHAIN_MISSING).into()),
    };
    let statements: Vec<_> = chain.iter().map(String::as_str).collect();
    let chain = TrustChain::verify(&statements, service, call.now)?;
    if chain.subject.subject != entity_id {
        return Err(invalid_trust_chain(
            "the trust chain is that of another entity than client_id",
        )
        .into());
    }
    let registration = Registration {
        call,
        chain: &chain,
        registration_type: RegistrationType::Automatic,
    };
    let client = registration.client(service)?;
    let codes = match error {
        "invalid_client" => &CLIENT_ASSERTION_SIGNATURE,
        _ => &request_object_codes(call.operation).plain.signature,
    };
    let signature = match jose::is_symmetric(jws.alg()) {
        true => Err(codes.wrong),
        false => client_signature::verify(&jws, &client, codes),
    };
    signature.map_err(|code| OAuthError::new(error, code))?;
    service.clients.put(client);
    // The registration is kept even if the request is rejected.
    let clients = service.clients.clone();
    service.commit(move |service| service.clients = clients.clone());
    Ok(())
}

/// The JWT that authenticates the request, and the error for an invalid one.
fn proof(parameters: &Parameters) -> Option<(Jws, &'static str)> {
    let proofs = [
        ("request", "invalid_request_object"),
        ("client_assertion", "invalid_client"),
    ];
    proofs.into_iter().find_map(|(name, error)| {
        let jws = Jws::parse(parameters.get(name)?).ok()?;
        Some((jws, error))
    })
}

/// The trust chain in the header (§4.3) or among the parameters of a request object (§12.1.1.1).
fn trust_chain(jws: &Jws) -> Option<Vec<String>> {
    let claims = jws.claims().unwrap_or_default();
    let chain = jws.header.texts("trust_chain");
    let chain = chain.or_else(|| claims.texts("trust_chain"))?;
    Some(chain.into_iter().map(str::to_owned).collect())
}
