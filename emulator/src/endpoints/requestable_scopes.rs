//! `/client/extension/requestable_scopes`: the scopes that a client is restricted to.

use serde_json::Value;

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::ObjectExt;
use crate::result_code::{REQUESTABLE_SCOPES_NO_LIST, REQUESTABLE_SCOPES_NO_STRING};
use crate::settings::ClientExtension;
use crate::store::Service;

/// Returns the set, or nothing if the client is not restricted.
pub fn get(call: &Call, service: &Service) -> Outcome {
    let client = call.client("clientId", service)?;
    let extension = client.settings.extension();
    let extension = extension.filter(|extension| extension.requestable_scopes_enabled());
    let scopes = extension.and_then(ClientExtension::requestable_scopes);
    let member = scopes.map(|scopes| ("requestableScopes".to_owned(), scopes.into()));
    Ok(ApiResponse::object(200, member.into_iter().collect()))
}

/// Restricts the client to a set of scopes. Scopes that the service does not support are ignored. Without a set, the
/// client can request any scope.
pub fn set(call: &Call, service: &mut Service) -> Outcome {
    call.client("clientId", service)?;
    let refuse = |code| ApiResponse::error(400, call.path, code);
    if let None | Some(Value::Null) = call.body.get("requestableScopes") {
        restrict(call, service, None)?;
        return get(call, service);
    }
    let scopes = call.body.array("requestableScopes");
    let scopes = scopes.ok_or_else(|| refuse(REQUESTABLE_SCOPES_NO_LIST))?;
    let scopes: Option<Vec<_>> = scopes.iter().map(Value::as_str).collect();
    let mut scopes = scopes.ok_or_else(|| refuse(REQUESTABLE_SCOPES_NO_STRING))?;
    let supported = service.settings.supported_scope_names();
    scopes.retain(|scope| supported.contains(scope));
    restrict(call, service, Some(scopes))?;
    get(call, service)
}

/// Lets the client request any scope.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    restrict(call, service, None)?;
    Ok(ApiResponse::no_content())
}

fn restrict(
    call: &Call,
    service: &mut Service,
    scopes: Option<Vec<&str>>,
) -> Result<(), ApiResponse> {
    let mut client = call.client("clientId", service)?.as_ref().clone();
    client.settings.restrict_scopes(scopes);
    client.settings.set_modified_at(call.now);
    service.clients.put(client);
    Ok(())
}
