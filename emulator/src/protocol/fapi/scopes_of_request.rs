//! The scopes of a request whose client is not authenticated yet, to find out which profiles apply.

use crate::call::Call;
use crate::digest::Digest;
use crate::jose::Jws;
use crate::json::ObjectExt;
use crate::model::Parameters;
use crate::protocol::scopes;
use crate::store::{Client, Service};

/// The scopes that were granted to a token request, else those that the request asks for. A request object is not verified
/// here, and an encrypted one is not decrypted.
pub fn scopes_of_request(
    call: &Call,
    service: &Service,
    client: &Client,
    parameters: &Parameters,
) -> Vec<String> {
    let granted = match call.operation {
        "token" => granted(service, parameters),
        _ => None,
    };
    granted.unwrap_or_else(|| {
        let mut asked = parameters.clone();
        if let Some(inside) = scope_in_request_object(parameters) {
            asked.set("scope", vec![inside]);
        }
        scopes::all(&asked, &service.settings, &client.settings).0
    })
}

/// The scopes of the grant that a token request is for.
fn granted(service: &Service, parameters: &Parameters) -> Option<Vec<String>> {
    let digest = |name| parameters.get(name).map(Digest::of);
    if let Some(code) = digest("code") {
        let code = &service.codes.get(&code)?.value;
        return Some(code.grant.scopes.to_vec());
    }
    if let Some(token) = digest("refresh_token") {
        let (_, record) = service.tokens.by_refresh_token(&token)?;
        return Some(record.grant.scopes.to_vec());
    }
    if let Some(auth_req_id) = digest("auth_req_id") {
        let ticket = service.auth_req_ids.get(&auth_req_id)?.value;
        let entry = service.backchannel_requests.get(&ticket)?;
        return Some(entry.value.requested.scopes.clone());
    }
    let device_code = digest("device_code")?;
    let entry = service.device_flows.get(&device_code)?;
    Some(entry.value.requested.scopes.clone())
}

fn scope_in_request_object(parameters: &Parameters) -> Option<String> {
    let object = Jws::parse(parameters.get("request")?).ok()?;
    object.claims()?.text("scope").map(str::to_owned)
}
