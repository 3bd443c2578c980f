//! Values that end by themselves.

use std::collections::{BTreeSet, HashMap};

use crate::clock::{Millis, after};
use crate::random::Digest;

/// How long an ended value is remembered, in seconds, so that its late use can be told from a value made up.
pub const REMEMBERED: i64 = 24 * 60 * 60;

/// Tickets or codes, by the digest of their value.
#[derive(Debug)]
pub struct Expiring<T> {
    entries: HashMap<Digest, Entry<T>>,
    by_end: BTreeSet<(Millis, Digest)>,
}

#[derive(Debug)]
pub struct Entry<T> {
    pub value: T,
    pub expires_at: Millis,
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            by_end: BTreeSet::new(),
        }
    }
}

impl<T> Expiring<T> {
    /// Adds a value, and forgets those that ended long ago.
    pub fn insert(&mut self, key: Digest, value: T, expires_at: Millis, now: Millis) {
        while let Some((end, oldest)) = self.by_end.first().copied()
            && after(end, REMEMBERED) < now
        {
            self.remove(&oldest);
        }
        self.remove(&key);
        self.by_end.insert((expires_at, key));
        self.entries.insert(key, Entry { value, expires_at });
    }

    pub fn get_mut(&mut self, key: &Digest) -> Option<&mut Entry<T>> {
        self.entries.get_mut(key)
    }

    pub fn get(&self, key: &Digest) -> Option<&Entry<T>> {
        self.entries.get(key)
    }

    /// Takes a value that has not ended.
    pub fn take(&mut self, key: &Digest, now: Millis) -> Option<T> {
        self.remove(key)
            .filter(|entry| now < entry.expires_at)
            .map(|entry| entry.value)
    }

    fn remove(&mut self, key: &Digest) -> Option<Entry<T>> {
        let entry = self.entries.remove(key)?;
        self.by_end.remove(&(entry.expires_at, *key));
        Some(entry)
    }
}
