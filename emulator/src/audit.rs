//! Audit log entries for API calls.

use authlete::{ApiRoot, ApiVersion};
use serde_json::Value;

use crate::access::Caller;
use crate::api_response::{ApiResponse, Outcome, ResponseBody};
use crate::call::Call;
use crate::json::{Object, ObjectExt};
use crate::request::HttpRequest;
use crate::routing::Target;
use crate::store::{AuditEntry, Store};

/// The maximum number of characters kept of a `User-Agent`.
const MAX_USER_AGENT_CHARS: usize = 200;

/// The values of `action` that mean success.
const SUCCESSES: [&str; 5] = ["CREATED", "UPDATED", "DELETED", "SUCCESS", "OK"];

/// An unfinished entry: the parts that are known before the call is processed.
pub struct PendingEntry {
    entry: AuditEntry,
}

impl PendingEntry {
    /// An entry with an event of this type.
    pub fn new(
        event: &str,
        request: &HttpRequest<'_>,
        target: &Target,
        caller: Option<Caller>,
        call: &Call,
        store: &Store,
    ) -> Self {
        let agent = request
            .user_agent
            .map(|agent| agent.chars().take(MAX_USER_AGENT_CHARS).collect());
        let mut details = Object::new();
        details.insert("operation".to_owned(), target.operation.id.into());
        let service_id = call.service.or_else(|| call.body.integer("serviceId"));
        add(&mut details, "serviceId", service_id);
        add(&mut details, "clientId", named_client(call, store));
        Self {
            entry: AuditEntry {
                number: 0,
                time: call.now,
                event: event.to_owned(),
                is_completed: false,
                path: path(target, call.service),
                user: user(caller, target.version),
                user_agent: agent,
                remote_address: request.remote_address.map(|address| address.to_string()),
                details,
            },
        }
    }

    /// Completes the entry with the outcome of the call.
    pub fn finish(self, outcome: &Outcome) -> AuditEntry {
        let mut entry = self.entry;
        entry.is_completed = is_success(outcome);
        let (Ok(response) | Err(response)) = outcome;
        if let Some(members) = members(response) {
            let client = members.object("client").unwrap_or(members);
            add(&mut entry.details, "clientId", client.integer("clientId"));
            if entry.event == "service.created" {
                add(&mut entry.details, "serviceId", members.integer("apiKey"));
            }
        }
        entry
    }
}

fn add(details: &mut Object, name: &str, value: Option<i64>) {
    if let Some(value) = value {
        details.insert(name.to_owned(), value.into());
    }
}

/// The ID of the client that a call names, by ID or by alias.
fn named_client(call: &Call, store: &Store) -> Option<i64> {
    let service = store.service(call.service?)?;
    let names = ["clientId", "clientIdentifier"];
    let mut named = names
        .iter()
        .filter_map(|name| match call.parameters.text(name) {
            Some(identifier) => Some(identifier.to_owned()),
            None => call.body.integer(name).map(|id| id.to_string()),
        });
    let (client, _) = service.client(&named.next()?)?;
    Some(client.id())
}

/// The path with the service ID. Other parameters appear as placeholders, such as `{clientId}`.
fn path(target: &Target, service: Option<i64>) -> String {
    let Some(service) = service else {
        return format!("/api{}", target.route.path);
    };
    match target.route.root {
        ApiRoot::Service => format!("/api/{service}{}", target.route.path),
        _ => format!("/api{}", target.route.path).replace("{serviceId}", &service.to_string()),
    }
}

fn user(caller: Option<Caller>, version: ApiVersion) -> String {
    match (caller, version) {
        (Some(Caller::Owner), ApiVersion::V2) => "service owner".to_owned(),
        (Some(Caller::Owner), ApiVersion::V3) => "organization".to_owned(),
        (Some(Caller::Service(service)), _) => format!("service {service}"),
        (None, _) => String::new(),
    }
}

fn is_success(outcome: &Outcome) -> bool {
    let Ok(response) = outcome else { return false };
    let action = members(response).and_then(|members| members.text("action"));
    response.status < 400 && action.is_none_or(|action| SUCCESSES.contains(&action))
}

fn members(response: &ApiResponse) -> Option<&Object> {
    match &response.body {
        ResponseBody::Json(Value::Object(members)) => Some(members),
        _ => None,
    }
}
