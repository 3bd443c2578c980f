//! Relying parties that register by making a request (OpenID Federation 1.0 §12.1).

use super::client::{Registration, Way};
use crate::call::Call;
use crate::jose::{self, Jws};
use crate::json::Members;
use crate::model::Parameters;
use crate::protocol::client_signature;
use crate::protocol::federation::{self, TrustChain, broken, is_automatic, is_entity_id};
use crate::protocol::oauth_error::OAuthError;
use crate::protocol::refusal::Refusal;
use crate::result_code::{
    AUTHORIZATION_OBJECT, CLIENT_ASSERTION_SIGNATURE, PUSHED_OBJECT, TRUST_CHAIN_MISSING,
};
use crate::store::Service;

/// Registers the relying party of an authorization request, pushed or not, unless it is a client already or is none of a
/// federation. The JWT that proves the request has to have the trust chain in it, since nobody fetches that.
pub fn register(
    call: &Call,
    service: &mut Service,
    parameters: &Parameters,
) -> Result<(), Refusal> {
    let Some(entity_id) = parameters.get("client_id").filter(|id| is_entity_id(id)) else {
        return Ok(());
    };
    if !service.settings.federation_enabled() || !Way::Automatic.is_open(service) {
        return Ok(());
    }
    let known = service.client(entity_id).map(|(client, _)| client);
    let is_over = known
        .is_some_and(|client| is_automatic(client) && federation::has_expired(client, call.now));
    if known.is_some() && !is_over {
        return Ok(());
    }
    let Some((jws, error)) = proof(parameters) else {
        return Ok(());
    };
    let chain = match presented(&jws) {
        Some(chain) => chain,
        None if is_over => return Ok(()),
        None => return Err(OAuthError::new("invalid_trust_chain", TRUST_CHAIN_MISSING).into()),
    };
    let statements: Vec<_> = chain.iter().map(String::as_str).collect();
    let chain = TrustChain::verify(&statements, service, call.now)?;
    if chain.subject.subject != entity_id {
        return Err(broken("the trust chain is that of another entity than client_id").into());
    }
    let registration = Registration {
        call,
        chain: &chain,
        way: Way::Automatic,
    };
    let client = registration.client(service)?;
    let codes = match (error, call.operation) {
        ("invalid_client", _) => &CLIENT_ASSERTION_SIGNATURE,
        (_, "push_authorization_request") => &PUSHED_OBJECT.plain.signature,
        _ => &AUTHORIZATION_OBJECT.plain.signature,
    };
    let signature = match jose::is_symmetric(jws.alg()) {
        true => Err(codes.wrong),
        false => client_signature::verify(&jws, &client, codes),
    };
    signature.map_err(|code| OAuthError::new(error, code))?;
    service.clients.put(client);
    // It stays registered, whatever becomes of the request.
    let clients = service.clients.clone();
    service.lastingly(move |service| service.clients = clients.clone());
    Ok(())
}

/// The JWT that proves who makes a request, and the error when it does not.
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
fn presented(jws: &Jws) -> Option<Vec<String>> {
    let claims = jws.claims().unwrap_or_default();
    let chain = jws.header.texts("trust_chain");
    let chain = chain.or_else(|| claims.texts("trust_chain"))?;
    Some(chain.into_iter().map(str::to_owned).collect())
}
