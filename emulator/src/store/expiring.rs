//! Values that end by themselves.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, after};
use crate::digest::Digest;

/// How long an ended value is remembered, in seconds, so that its late use can be told from a value made up.
pub const REMEMBERED: i64 = 24 * 60 * 60;

/// Tickets, codes and the like, by the digest of their value.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Entries<T>")]
pub struct Expiring<T> {
    entries: HashMap<Digest, Entry<T>>,
    #[serde(skip)]
    by_end: BTreeSet<(Millis, Digest)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry<T> {
    pub value: T,
    pub expires_at: Millis,
}

#[derive(Deserialize)]
struct Entries<T> {
    entries: HashMap<Digest, Entry<T>>,
}

impl<T> From<Entries<T>> for Expiring<T> {
    fn from(Entries { entries }: Entries<T>) -> Self {
        let by_end = entries
            .iter()
            .map(|(key, entry)| (entry.expires_at, *key))
            .collect();
        Self { entries, by_end }
    }
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
        self.forget(REMEMBERED, now);
        self.remove(&key);
        self.by_end.insert((expires_at, key));
        self.entries.insert(key, Entry { value, expires_at });
    }

    /// Forgets the values that ended more than some seconds ago.
    fn forget(&mut self, remembered: i64, now: Millis) {
        while let Some((end, oldest)) = self.by_end.first().copied()
            && after(end, remembered) < now
        {
            self.remove(&oldest);
        }
    }

    pub fn get(&self, key: &Digest) -> Option<&Entry<T>> {
        self.entries.get(key)
    }

    pub fn get_mut(&mut self, key: &Digest) -> Option<&mut T> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// A value that has not ended.
    pub fn live(&self, key: &Digest, now: Millis) -> Option<&T> {
        let entry = self.get(key).filter(|entry| now < entry.expires_at)?;
        Some(&entry.value)
    }

    /// The same, to change it.
    pub fn live_mut(&mut self, key: &Digest, now: Millis) -> Option<&mut T> {
        let entry = self.entries.get_mut(key)?;
        (now < entry.expires_at).then_some(&mut entry.value)
    }

    /// Takes a value that has not ended.
    pub fn take(&mut self, key: &Digest, now: Millis) -> Option<T> {
        self.remove(key)
            .filter(|entry| now < entry.expires_at)
            .map(|entry| entry.value)
    }

    pub fn remove(&mut self, key: &Digest) -> Option<Entry<T>> {
        let entry = self.entries.remove(key)?;
        self.by_end.remove(&(entry.expires_at, *key));
        Some(entry)
    }

    /// Forgets the values that are of something deleted.
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.entries.retain(|_, entry| keep(&entry.value));
        let entries = &self.entries;
        self.by_end.retain(|(_, key)| entries.contains_key(key));
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The values in the order of their end, the latest first.
    pub fn latest(&self) -> impl Iterator<Item = (&Digest, &Entry<T>)> {
        let digests = self.by_end.iter().rev();
        digests.filter_map(|(_, digest)| self.entries.get_key_value(digest))
    }
}

impl Expiring<()> {
    /// Notes that something that works once was used, until it would not work anyway; whether this was the first time.
    pub fn use_once(&mut self, key: Digest, until: Millis, now: Millis) -> bool {
        // There may be one for each call, and an ended one tells nothing.
        self.forget(0, now);
        let is_first = self.live(&key, now).is_none();
        self.insert(key, (), until, now);
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_once_is_forgotten_when_it_would_not_work_anyway() {
        let mut used = Expiring::default();
        let key = |number: i64| Digest::of(&number.to_string());
        assert!(used.use_once(key(0), 1000, 0));
        assert!(!used.use_once(key(0), 1000, 999));
        for number in 1..10 {
            assert!(used.use_once(key(number), 1000 * number + 1000, 1000 * number));
        }
        assert!(used.len() <= 2, "{}", used.len());
    }
}
