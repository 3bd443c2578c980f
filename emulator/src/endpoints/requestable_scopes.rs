//! `/client/extension/requestable_scopes`: the scopes that a client is restricted to.

use serde_json::{Value, json};

use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::result_code::{REQUESTABLE_SCOPES_NO_LIST, REQUESTABLE_SCOPES_NO_STRING};
use crate::settings::{self, ClientExtension};
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
    if !scopes.iter().all(Value::is_string) {
        return Err(refuse(REQUESTABLE_SCOPES_NO_STRING));
    }
    let supported = service.settings.supported_scopes().unwrap_or_default();
    let is_supported = |scope: &&Value| {
        let names = supported.iter().filter_map(|scope| scope.get("name"));
        names.into_iter().any(|name| name == *scope)
    };
    let scopes: Vec<_> = scopes.iter().filter(is_supported).cloned().collect();
    restrict(call, service, Some(scopes.into()))?;
    get(call, service)
}

/// Lets the client request any scope.
pub fn delete(call: &Call, service: &mut Service) -> Outcome {
    restrict(call, service, None)?;
    Ok(ApiResponse::no_content())
}

fn restrict(call: &Call, service: &mut Service, scopes: Option<Value>) -> Result<(), ApiResponse> {
    let mut client = call.client("clientId", service)?.as_ref().clone();
    let extension = client
        .settings
        .json_mut()
        .entry("extension")
        .or_insert_with(|| Value::Object(Object::new()));
    if let Some(extension) = extension.as_object_mut() {
        extension.insert(
            "requestableScopesEnabled".to_owned(),
            scopes.is_some().into(),
        );
        extension.insert("requestableScopes".to_owned(), json!(scopes));
        extension.retain(|_, value| !value.is_null());
        settings::client_rules::complete_extension(extension);
    }
    client
        .settings
        .json_mut()
        .insert("modifiedAt".to_owned(), call.now.into());
    service.clients.put(client);
    Ok(())
}
