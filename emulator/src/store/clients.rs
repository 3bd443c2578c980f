//! The clients of a service.

use std::io;
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use super::records::{parse, records_by_field};
use super::table::Table;
use crate::settings::ClientSettings;

/// The kind of identifier that a client used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentifierKind {
    #[default]
    Id,
    Alias,
    EntityId,
}

/// A client, as the API shows it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Client {
    pub settings: ClientSettings,
}

impl Client {
    pub fn id(&self) -> i64 {
        self.settings.client_id().unwrap_or_default()
    }

    pub fn alias(&self) -> Option<&str> {
        self.settings.client_id_alias()
    }

    /// The entity identifier of the client in a federation (OpenID Federation 1.0 §1.2).
    pub fn entity_id(&self) -> Option<&str> {
        self.settings.entity_id()
    }

    /// The identifier of the given kind; the client ID if the client has none of this kind.
    pub fn identifier(&self, kind: IdentifierKind) -> String {
        let name = match kind {
            IdentifierKind::Id => None,
            IdentifierKind::Alias => self.alias(),
            IdentifierKind::EntityId => self.entity_id(),
        };
        name.map_or_else(|| self.id().to_string(), str::to_owned)
    }

    pub fn is_confidential(&self) -> bool {
        self.settings.client_type() == Some("CONFIDENTIAL")
    }

    pub fn may_use_grant_type(&self, grant_type: &str) -> bool {
        contains(self.settings.grant_types(), grant_type)
    }

    pub fn may_use_response_type(&self, response_type: &str) -> bool {
        contains(self.settings.response_types(), response_type)
    }
}

fn contains(texts: Option<Vec<&str>>, text: &str) -> bool {
    texts.is_some_and(|texts| texts.contains(&text))
}

/// The clients in creation order, and their indexes.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    by_number: Table<i64, Client>,
    by_id: OrdMap<i64, i64>,
    by_alias: OrdMap<String, i64>,
    by_entity_id: OrdMap<String, i64>,
    /// The IDs of clients that were deleted.
    deleted: Table<i64, ()>,
    last_number: i64,
}

records_by_field!(
    Clients { by_number by restore_client, deleted, last_number }
    derived { by_id, by_alias, by_entity_id }
);

impl Clients {
    pub fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// Adds a client, or replaces the one of the same number.
    pub fn put(&mut self, client: Client) {
        let number = client.settings.number().unwrap_or_default();
        if let Some(previous) = self.by_number.remove(&number) {
            self.remove_from_indexes(&previous);
        }
        self.by_id.insert(client.id(), number);
        if let Some(alias) = client.alias() {
            self.by_alias.insert(alias.to_owned(), number);
        }
        if let Some(entity_id) = client.entity_id() {
            self.by_entity_id.insert(entity_id.to_owned(), number);
        }
        self.by_number.insert(number, client);
    }

    pub fn remove(&mut self, id: i64) {
        if let Some(client) = self
            .by_id
            .get(&id)
            .and_then(|number| self.by_number.remove(number))
        {
            self.remove_from_indexes(&client);
            self.deleted.insert(id, ());
        }
    }

    pub fn was_deleted(&self, id: i64) -> bool {
        self.deleted.contains(&id)
    }

    pub fn by_id(&self, id: i64) -> Option<&Arc<Client>> {
        self.by_number.shared(self.by_id.get(&id)?)
    }

    pub fn by_alias(&self, alias: &str) -> Option<&Arc<Client>> {
        self.by_number.shared(self.by_alias.get(alias)?)
    }

    pub fn by_entity_id(&self, entity_id: &str) -> Option<&Arc<Client>> {
        self.by_number.shared(self.by_entity_id.get(entity_id)?)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Client>> + ExactSizeIterator {
        self.by_number.values()
    }

    fn remove_from_indexes(&mut self, client: &Client) {
        self.by_id.remove(&client.id());
        if let Some(alias) = client.alias() {
            self.by_alias.remove(alias);
        }
        if let Some(entity_id) = client.entity_id() {
            self.by_entity_id.remove(entity_id);
        }
    }

    fn restore_client(&mut self, _: &str, value: &str) -> io::Result<()> {
        self.put(parse(value)?);
        Ok(())
    }
}
