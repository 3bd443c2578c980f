//! The organization API: services of the organization, and the error format of this API.

use serde_json::Value;

use super::service;
use crate::api_response::{ApiResponse, Outcome, ResponseBody};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::store::Store;

/// Creates a service. Any API server is accepted, since the emulator acts as all of them.
pub fn create_service(call: &Call, store: &mut Store) -> Outcome {
    refuse_other(call, store)?;
    let body = call.body.object("service").cloned().unwrap_or_default();
    service::create(
        &Call {
            body,
            ..call.clone()
        },
        store,
    )
}

/// Removes a service with its clients and tokens.
pub fn remove_service(call: &Call, store: &mut Store) -> Outcome {
    refuse_other(call, store)?;
    let id = call.body.integer("serviceId");
    let id = id.ok_or_else(|| refusal(400, "serviceId is missing or not an integer"))?;
    match store.delete(id) {
        Some(_) => Ok(ApiResponse::no_content()),
        None => Err(refusal(
            404,
            "the organization has no service with this serviceId",
        )),
    }
}

/// Rejects a call for another organization than that of the token.
fn refuse_other(call: &Call, store: &Store) -> Result<(), ApiResponse> {
    let id = call.body.integer("organizationId");
    let id = id.ok_or_else(|| refusal(400, "organizationId is missing or not an integer"))?;
    refuse_organization(id, store)?;
    match call.body.get("apiServerId") {
        None | Some(Value::Null) => Ok(()),
        Some(_) => match call.body.integer("apiServerId") {
            Some(1..) => Ok(()),
            _ => Err(refusal(400, "apiServerId is not a positive integer")),
        },
    }
}

/// Rejects another organization than that of the token.
pub fn refuse_organization(id: i64, store: &Store) -> Result<(), ApiResponse> {
    match id == store.owner.organization_id {
        true => Ok(()),
        false => Err(refusal(
            403,
            "the token does not belong to this organization",
        )),
    }
}

/// An error of the organization API.
pub fn refusal(status: u16, message: &str) -> ApiResponse {
    let members = [
        ("error", message.into()),
        ("errors", Value::from(vec![message])),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    ApiResponse::object(status, Object::from_iter(members))
}

/// Converts an error with a result code into the format of the organization API. Other responses are unchanged.
pub fn convert_error(response: ApiResponse) -> ApiResponse {
    let ResponseBody::Json(Value::Object(members)) = &response.body else {
        return response;
    };
    match members.text("resultMessage") {
        // `[A900205] /service, reason.`: this format has no place for the code.
        Some(message) if response.status >= 400 => {
            let text = message.split_once("] ").map_or(message, |(_, text)| text);
            refusal(response.status, text)
        }
        _ => response,
    }
}
