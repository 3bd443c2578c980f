//! The organization API: services of the organization, and errors in its words.

use serde_json::Value;

use super::service;
use crate::call::Call;
use crate::json::{Members, Object};
use crate::reply::{Content, Outcome, Reply};
use crate::store::Store;

/// Creates a service. It takes any API server: the emulator is all of them.
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
    let id = id.ok_or_else(|| refusal(400, "serviceId is missing, or is no whole number"))?;
    match store.delete(id) {
        Some(_) => Ok(Reply::no_content()),
        None => Err(refusal(
            404,
            "the organization has no service with this serviceId",
        )),
    }
}

/// A call must be for the organization that the token belongs to.
fn refuse_other(call: &Call, store: &Store) -> Result<(), Reply> {
    let id = call.body.integer("organizationId");
    let id = id.ok_or_else(|| refusal(400, "organizationId is missing, or is no whole number"))?;
    refuse_organization(id, store)?;
    match call.body.get("apiServerId") {
        None | Some(Value::Null) => Ok(()),
        Some(_) => match call.body.integer("apiServerId") {
            Some(1..) => Ok(()),
            _ => Err(refusal(400, "apiServerId is no whole number above 0")),
        },
    }
}

/// The token is of one organization, and for no other.
pub fn refuse_organization(id: i64, store: &Store) -> Result<(), Reply> {
    match id == store.owner.organization_id {
        true => Ok(()),
        false => Err(refusal(
            403,
            "the token does not belong to this organization",
        )),
    }
}

/// An error of the organization API.
pub fn refusal(status: u16, words: &str) -> Reply {
    let members = [
        ("error", words.into()),
        ("errors", Value::from(vec![words])),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Reply::object(status, Object::from_iter(members))
}

/// Puts an error that has a result code into the shape of the organization API; other answers stay as they are.
pub fn restate(reply: Reply) -> Reply {
    let Content::Json(Value::Object(members)) = &reply.body else {
        return reply;
    };
    match members.text("resultMessage") {
        // `[A900205] /service, reason.`, of which the code has no place here.
        Some(message) if reply.status >= 400 => {
            let words = message.split_once("] ").map_or(message, |(_, words)| words);
            refusal(reply.status, words)
        }
        _ => reply,
    }
}
