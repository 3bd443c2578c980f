//! `/audit`: the audit log of the organization.

use serde_json::{Value, json};

use super::event_types;
use super::organization::{refusal, refuse_organization};
use crate::api_response::{ApiResponse, Outcome};
use crate::call::Call;
use crate::clock::Millis;
use crate::json::ObjectExt;
use crate::rfc3339;
use crate::store::{AuditEntry, Store};

const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1000;

/// The name of the cluster in the entries.
const CLUSTER: &str = "emulator";

/// Returns a page of the log, latest entries first. The cursor is the number of the last entry of the previous page.
pub fn entries(call: &Call, store: &Store) -> Outcome {
    if let Some(id) = number(call, "organizationId")? {
        refuse_organization(id, store)?;
    }
    let limit = number(call, "limit")?.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(refusal(400, "limit must be between 1 and 1000"));
    }
    let cursor = number(call, "cursor")?;
    let (after, before) = (time(call, "after")?, time(call, "before")?);
    let types = call.parameters.texts("types").unwrap_or_default();

    let is_wanted = |entry: &&AuditEntry| {
        cursor.is_none_or(|cursor| entry.number < cursor)
            && after.is_none_or(|after| entry.time > after)
            && before.is_none_or(|before| entry.time < before)
            && (types.is_empty() || types.contains(&entry.event.as_str()))
    };
    let mut wanted = store.audit_log.latest().filter(is_wanted).peekable();
    let mut page = Vec::new();
    let mut last = None;
    while page.len() < usize::try_from(limit).unwrap_or_default()
        && let Some(entry) = wanted.next()
    {
        last = Some(entry.number);
        page.push(to_json(entry));
    }
    let next = last.filter(|_| wanted.peek().is_some());
    let response = ApiResponse::document(json!({ "entries": page, "limit": limit }));
    Ok(match next {
        Some(number) => response.with("nextCursor", number.to_string()),
        None => response,
    })
}

pub fn types(_: &Call) -> Outcome {
    Ok(ApiResponse::document(json!(event_types())))
}

fn to_json(entry: &AuditEntry) -> Value {
    let status = if entry.is_completed {
        "completed"
    } else {
        "failed"
    };
    let mut shown = json!({
        "cluster": CLUSTER,
        "details": entry.details,
        "event": entry.event,
        "path": entry.path,
        "status": status,
        "timestamp": rfc3339::format(entry.time),
        "user": entry.user,
    });
    let known = [
        ("userAgent", &entry.user_agent),
        ("remoteAddr", &entry.remote_address),
    ];
    if let Value::Object(shown) = &mut shown {
        for (name, value) in known {
            if let Some(value) = value {
                shown.insert(name.to_owned(), value.as_str().into());
            }
        }
    }
    shown
}

fn number(call: &Call, name: &str) -> Result<Option<i64>, ApiResponse> {
    if !call.parameters.contains_key(name) {
        return Ok(None);
    }
    let number = call.parameters.integer(name);
    let wrong = || refusal(400, &format!("{name} is not an integer"));
    number.map(Some).ok_or_else(wrong)
}

fn time(call: &Call, name: &str) -> Result<Option<Millis>, ApiResponse> {
    let Some(text) = call.parameters.get(name).and_then(Value::as_str) else {
        return Ok(None);
    };
    let wrong = || refusal(400, &format!("{name} is not an RFC 3339 timestamp"));
    rfc3339::parse(text).map(Some).ok_or_else(wrong)
}
