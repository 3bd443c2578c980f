//! The event types of the audit log.

/// The event type of each operation that changes services, clients or keys. Authlete does not publish its event types;
/// these are the emulator's own.
const EVENTS: [(&str, &str); 19] = [
    ("create_service", "service.created"),
    ("organization_create_service", "service.created"),
    ("update_service", "service.updated"),
    ("delete_service", "service.removed"),
    ("organization_remove_service", "service.removed"),
    ("create_client", "client.created"),
    ("dynamic_client_register", "client.created"),
    ("update_client", "client.updated"),
    ("dynamic_client_update", "client.updated"),
    ("delete_client", "client.removed"),
    ("dynamic_client_delete", "client.removed"),
    ("update_client_lock_flag", "client.lock_updated"),
    ("refresh_client_secret", "client.secret_updated"),
    ("update_client_secret", "client.secret_updated"),
    ("set_requestable_scopes", "client.scopes_updated"),
    ("delete_requestable_scopes", "client.scopes_updated"),
    ("federation_registration", "client.registered"),
    ("hsk_create", "key.created"),
    ("hsk_delete", "key.removed"),
];

/// The distinct event types.
pub fn event_types() -> Vec<&'static str> {
    let mut types: Vec<_> = EVENTS.iter().map(|(_, event)| *event).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// The event type of an operation; `None` if the operation is not logged.
pub fn event_type(operation: &str) -> Option<&'static str> {
    let found = EVENTS.iter().find(|(id, _)| *id == operation);
    found.map(|(_, event)| *event)
}

#[cfg(test)]
mod tests {
    use super::super::Handler;
    use super::*;

    #[test]
    fn every_event_belongs_to_an_operation_that_changes_the_state() {
        for (id, _) in EVENTS {
            let handler = Handler::of(id);
            assert!(handler.is_some_and(|handler| !handler.only_reads()), "{id}");
        }
    }
}
