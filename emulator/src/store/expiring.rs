//! Values with an expiration time.

use std::io;

use imbl::OrdSet;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::records::{RecordKey, Recorder, Records, parse};
use super::table::Table;
use crate::clock::{Millis, after};
use crate::digest::Digest;

/// How long an expired value is kept, in seconds, to distinguish it from an unknown value.
pub const RETENTION: i64 = 24 * 60 * 60;

/// The maximum number of used one-time values of one kind. Beyond it, those that expire first are removed.
const MAX_USED: usize = 100_000;

/// Tickets, codes and the like, by the digest of their value.
#[derive(Debug)]
pub struct Expiring<T> {
    entries: Table<Digest, Entry<T>>,
    by_end: OrdSet<(Millis, Digest)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry<T> {
    pub value: T,
    pub expires_at: Millis,
}

impl<T> Clone for Expiring<T> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            by_end: self.by_end.clone(),
        }
    }
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self {
            entries: Table::default(),
            by_end: OrdSet::new(),
        }
    }
}

impl<T: Clone> Expiring<T> {
    /// Adds a value, and removes values that expired long ago.
    pub fn insert(&mut self, key: Digest, value: T, expires_at: Millis, now: Millis) {
        self.remove_expired(RETENTION, now);
        self.remove(&key);
        self.by_end.insert((expires_at, key));
        self.entries.insert(key, Entry { value, expires_at });
    }

    /// Removes the values that expired more than `retention` seconds ago.
    fn remove_expired(&mut self, retention: i64, now: Millis) {
        while let Some((end, oldest)) = self.by_end.get_min().copied()
            && after(end, retention) < now
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

    /// A value that has not expired.
    pub fn live(&self, key: &Digest, now: Millis) -> Option<&T> {
        let entry = self.get(key).filter(|entry| now < entry.expires_at)?;
        Some(&entry.value)
    }

    /// A value that has not expired, mutable.
    pub fn live_mut(&mut self, key: &Digest, now: Millis) -> Option<&mut T> {
        let entry = self.entries.get_mut(key)?;
        (now < entry.expires_at).then_some(&mut entry.value)
    }

    /// Removes a value, and returns it if it has not expired.
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

    /// Keeps only the values for which `keep` returns true.
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        let removed = self.entries.iter().filter(|(_, entry)| !keep(&entry.value));
        let removed: Vec<_> = removed.map(|(key, _)| *key).collect();
        for key in removed {
            self.remove(&key);
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The values in order of expiration, latest first.
    pub fn latest(&self) -> impl Iterator<Item = (&Digest, &Entry<T>)> {
        let digests = self.by_end.iter().rev();
        digests.filter_map(|(_, digest)| Some((digest, self.entries.get(digest)?)))
    }
}

impl Expiring<()> {
    /// Records the use of a one-time value until it expires. Returns whether this was the first use.
    pub fn use_once(&mut self, key: Digest, until: Millis, now: Millis) -> bool {
        // Each call can add one, and expired ones are not needed.
        self.remove_expired(0, now);
        while self.len() >= MAX_USED
            && let Some((_, earliest)) = self.by_end.get_min().copied()
        {
            self.remove(&earliest);
        }
        let is_first = self.live(&key, now).is_none();
        self.insert(key, (), until, now);
        is_first
    }
}

impl<T: Clone + Serialize + DeserializeOwned> Records for Expiring<T> {
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
        self.entries.report_changes(&earlier.entries, recorder)
    }

    fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
        let (key, entry): (_, Entry<T>) = (Digest::from_text(path)?, parse(value)?);
        self.by_end.insert((entry.expires_at, key));
        self.entries.insert(key, entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_one_time_value_is_removed_when_it_has_expired() {
        let mut used = Expiring::default();
        let key = |number: i64| Digest::of(&number.to_string());
        assert!(used.use_once(key(0), 1000, 0));
        assert!(!used.use_once(key(0), 1000, 999));
        for number in 1..10 {
            assert!(used.use_once(key(number), 1000 * number + 1000, 1000 * number));
        }
        assert!(used.len() <= 2, "{}", used.len());
    }

    #[test]
    fn values_over_the_limit_replace_those_that_expire_first() {
        let mut used = Expiring::default();
        let key = |number: usize| Digest::of(&number.to_string());
        for number in 0..=MAX_USED {
            let end = 1_000 + i64::try_from(number).unwrap();
            assert!(used.use_once(key(number), end, 0));
        }
        assert_eq!(used.len(), MAX_USED);
        assert!(!used.use_once(key(MAX_USED), 1_000_000, 0));
        assert!(used.use_once(key(0), 1_000_000, 0));
    }
}
