//! Scopes that users have granted to clients.

use std::io;

use serde::{Deserialize, Serialize};

use super::records::{Recorder, Records};
use super::scopes::Scopes;
use super::table::Table;
use crate::clock::Millis;

/// The scopes that one user has granted to one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedScopes {
    /// The scopes of the latest grant.
    pub latest: Scopes,
    /// The scopes of all grants.
    pub merged: Scopes,
    pub modified_at: Millis,
}

/// Granted scopes by client and subject. They outlive the tokens, as consent does.
#[derive(Debug, Clone, Default)]
pub struct Consents(Table<(i64, String), GrantedScopes>);

impl Consents {
    pub fn record(&mut self, subject: &str, client_id: i64, scopes: &Scopes, now: Millis) {
        let key = (client_id, subject.to_owned());
        let Some(granted) = self.0.get_mut(&key) else {
            let first = GrantedScopes {
                latest: scopes.clone(),
                merged: scopes.clone(),
                modified_at: now,
            };
            self.0.insert(key, first);
            return;
        };
        let new: Vec<_> = scopes
            .iter()
            .filter(|scope| !granted.merged.contains(scope))
            .cloned()
            .collect();
        if !new.is_empty() {
            granted.merged = [granted.merged.to_vec(), new].concat().into();
        }
        granted.latest = scopes.clone();
        granted.modified_at = now;
    }

    pub fn get(&self, subject: &str, client_id: i64) -> Option<&GrantedScopes> {
        self.0.get(&(client_id, subject.to_owned()))
    }

    pub fn delete(&mut self, subject: &str, client_id: i64) {
        self.0.remove(&(client_id, subject.to_owned()));
    }

    /// Removes the granted scopes of a deleted client.
    pub fn delete_client(&mut self, client_id: i64) {
        self.0.retain(|(id, _), _| *id != client_id);
    }
}

impl Records for Consents {
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
        self.0.report_changes(&earlier.0, recorder)
    }

    fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
        self.0.restore(path, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_merged_over_time_and_by_user_and_client() {
        let mut consents = Consents::default();
        let scopes = |names: &[&str]| -> Scopes {
            let names = names.iter().map(|name| (*name).to_owned());
            names.collect::<Vec<_>>().into()
        };
        consents.record("alice", 1, &scopes(&["read", "write"]), 10);
        consents.record("alice", 1, &scopes(&["email", "read"]), 20);
        consents.record("bob", 1, &scopes(&["read"]), 30);
        let granted = consents.get("alice", 1).unwrap();
        assert_eq!(granted.latest, scopes(&["email", "read"]));
        assert_eq!(granted.merged, scopes(&["read", "write", "email"]));
        assert_eq!(granted.modified_at, 20);
        assert_eq!(consents.get("alice", 2), None);
        consents.delete("alice", 1);
        assert_eq!(consents.get("alice", 1), None);
        assert!(consents.get("bob", 1).is_some());
        consents.delete_client(1);
        assert_eq!(consents.get("bob", 1), None);
    }
}
