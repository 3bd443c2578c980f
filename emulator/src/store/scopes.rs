//! Sets of scopes, which tokens share to save memory.

use std::ops::Deref;
use std::sync::Arc;

use imbl::OrdSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Scopes in the order in which they were granted. Clones share the memory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scopes(Arc<[String]>);

impl Deref for Scopes {
    type Target = [String];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<Vec<String>> for Scopes {
    fn from(scopes: Vec<String>) -> Self {
        Self(scopes.into())
    }
}

impl From<Scopes> for Value {
    fn from(scopes: Scopes) -> Self {
        scopes.to_vec().into()
    }
}

/// A pool with one copy of each set in use.
#[derive(Debug, Clone, Default)]
pub struct ScopePool {
    sets: OrdSet<Scopes>,
    /// The number of sets after the last removal of unused sets.
    used: usize,
}

impl ScopePool {
    /// Replaces a set by the equal one in the pool, or adds it to the pool.
    pub fn share(&mut self, scopes: &mut Scopes) {
        if let Some(shared) = self.sets.get(scopes) {
            *scopes = shared.clone();
            return;
        }
        if self.sets.len() > 2 * self.used + 100 {
            let used = self.sets.iter();
            let used = used.filter(|set| Arc::strong_count(&set.0) > 1);
            self.sets = used.cloned().collect();
            self.used = self.sets.len();
        }
        self.sets.insert(scopes.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(name: &str) -> Scopes {
        vec![name.to_owned(), "write".to_owned()].into()
    }

    #[test]
    fn equal_sets_share_memory() {
        let mut pool = ScopePool::default();
        let (mut first, mut second) = (scopes("read"), scopes("read"));
        pool.share(&mut first);
        pool.share(&mut second);
        assert!(Arc::ptr_eq(&first.0, &second.0));
        assert_eq!(second.join(" "), "read write");
    }

    #[test]
    fn unused_sets_are_removed() {
        let mut pool = ScopePool::default();
        let mut kept = scopes("read");
        pool.share(&mut kept);
        for number in 0..10_000 {
            pool.share(&mut scopes(&number.to_string()));
        }
        assert!(pool.sets.len() < 200);
        assert!(pool.sets.contains(&kept));
    }
}
