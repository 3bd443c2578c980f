//! The audit log: who changed what, and when.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::records::records_by_field;
use super::table::Table;
use crate::clock::Millis;
use crate::json::Object;

/// The maximum number of entries. Older ones are dropped.
const CAPACITY: i64 = 2000;

/// The latest entries, oldest first.
#[derive(Debug, Clone, Default)]
pub struct AuditLog {
    entries: Table<i64, AuditEntry>,
    /// The number of the latest entry. Numbers start at 1.
    last_number: i64,
}

records_by_field!(AuditLog { entries, last_number } derived {});

/// A call that changed something or failed to. Contains no secrets: the path is the template of the operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Set by the log.
    pub number: i64,
    pub time: Millis,
    pub event: String,
    pub is_completed: bool,
    pub path: String,
    pub user: String,
    pub user_agent: Option<String>,
    pub remote_address: Option<String>,
    pub details: Object,
}

impl AuditLog {
    pub fn add(&mut self, entry: AuditEntry) {
        self.last_number += 1;
        self.entries.remove(&(self.last_number - CAPACITY));
        let number = self.last_number;
        self.entries.insert(number, AuditEntry { number, ..entry });
    }

    /// The entries, latest first.
    pub fn latest(&self) -> impl Iterator<Item = &AuditEntry> {
        self.entries.values().rev().map(Arc::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_log_drops_its_oldest_entry() {
        let mut log = AuditLog::default();
        for time in 0..=CAPACITY {
            log.add(AuditEntry {
                number: 0,
                time,
                event: "service.created".to_owned(),
                is_completed: true,
                path: "/api/service".to_owned(),
                user: "organization".to_owned(),
                user_agent: None,
                remote_address: None,
                details: Object::new(),
            });
        }
        let numbers: Vec<i64> = log.latest().map(|entry| entry.number).collect();
        let expected: Vec<i64> = (2..=CAPACITY + 1).rev().collect();
        assert_eq!(numbers, expected);
    }
}
