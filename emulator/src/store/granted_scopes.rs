//! What scopes users have granted to clients.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// The scopes that one user has granted to one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedScopes {
    /// Those of the last time.
    pub latest: Vec<String>,
    /// Those of all times.
    pub merged: Vec<String>,
    pub modified_at: Millis,
}

/// The scopes by client and by subject. They outlive the tokens, as the consent of the user does.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consents {
    by_client: HashMap<i64, BTreeMap<String, GrantedScopes>>,
}

#[allow(dead_code, reason = "the endpoints that read these come next")]
impl Consents {
    pub fn record(&mut self, subject: &str, client_id: i64, scopes: &[String], now: Millis) {
        let of_client = self.by_client.entry(client_id).or_default();
        let Some(granted) = of_client.get_mut(subject) else {
            let first = GrantedScopes {
                latest: scopes.to_owned(),
                merged: scopes.to_owned(),
                modified_at: now,
            };
            of_client.insert(subject.to_owned(), first);
            return;
        };
        let new: Vec<_> = scopes
            .iter()
            .filter(|scope| !granted.merged.contains(scope))
            .cloned()
            .collect();
        granted.merged.extend(new);
        granted.latest = scopes.to_owned();
        granted.modified_at = now;
    }

    pub fn get(&self, subject: &str, client_id: i64) -> Option<&GrantedScopes> {
        self.by_client.get(&client_id)?.get(subject)
    }

    pub fn delete(&mut self, subject: &str, client_id: i64) {
        if let Some(of_client) = self.by_client.get_mut(&client_id) {
            of_client.remove(subject);
        }
    }

    /// Forgets what was granted to a client that is deleted.
    pub fn delete_client(&mut self, client_id: i64) {
        self.by_client.remove(&client_id);
    }
}
