//! A persistent map: copies share the records that they have in common.

use std::borrow::Borrow;
use std::fmt;
use std::io;
use std::sync::Arc;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::records::{RecordKey, Recorder, Records, parse};

/// Records in the order of their keys. Cloning takes constant time, and comparing two copies takes time proportional to
/// their differences. So a call can be rolled back, and only changes are written to the state file.
pub struct Table<K: Ord, V>(OrdMap<K, Shared<V>>);

/// A record. Compared by pointer: two copies are equal until one of them is changed.
struct Shared<V>(Arc<V>);

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> PartialEq for Shared<V> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A record that was added, changed or removed.
pub struct Change<'a, K, V> {
    pub key: &'a K,
    pub earlier: Option<&'a V>,
    pub now: Option<&'a V>,
}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.0.iter().map(|(key, Shared(value))| (key, value));
        formatter.debug_map().entries(records).finish()
    }
}

impl<K: Ord, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Ord, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(OrdMap::new())
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shared(key).map(Arc::as_ref)
    }

    /// The shared record. A clone of the `Arc` keeps its current content.
    pub fn shared<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&Arc<V>>
    where
        K: Borrow<Q>,
    {
        self.0.get(key).map(|Shared(value)| value)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let Shared(value) = self.0.get_mut(key)?;
        Some(Arc::make_mut(value))
    }

    /// The record, mutable. Inserts a default one if it is missing.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let Shared(value) = self.0.entry(key).or_insert_with(|| Shared(Arc::default()));
        Arc::make_mut(value)
    }

    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, Shared(Arc::new(value)));
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let Shared(value) = self.0.remove(key)?;
        Some(Arc::unwrap_or_clone(value))
    }

    /// Keeps only the records for which `keep` returns true.
    pub fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        let removed = self.iter().filter(|(key, value)| !keep(key, value));
        let removed: Vec<K> = removed.map(|(key, _)| key.clone()).collect();
        for key in removed {
            self.0.remove(&key);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + ExactSizeIterator {
        self.0.iter().map(|(key, Shared(value))| (key, &**value))
    }

    /// The shared records.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Arc<V>> + ExactSizeIterator {
        self.0.iter().map(|(_, Shared(value))| value)
    }

    /// The records that differ from an earlier copy.
    pub fn changes<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = Change<'a, K, V>> {
        earlier.0.diff(&self.0).map(|difference| match difference {
            DiffItem::Add(key, Shared(now)) => Change {
                key,
                earlier: None,
                now: Some(&**now),
            },
            DiffItem::Update {
                old: (_, Shared(earlier)),
                new: (key, Shared(now)),
            } => Change {
                key,
                earlier: Some(&**earlier),
                now: Some(&**now),
            },
            DiffItem::Remove(key, Shared(earlier)) => Change {
                key,
                earlier: Some(&**earlier),
                now: None,
            },
        })
    }
}

impl<K, V> Records for Table<K, V>
where
    K: RecordKey,
    V: Clone + Serialize + DeserializeOwned,
{
    fn report_changes(&self, earlier: &Self, recorder: &mut Recorder<'_>) -> io::Result<()> {
        for change in self.changes(earlier) {
            recorder.within(&change.key.to_text(), |recorder| match change.now {
                Some(value) => recorder.put(value),
                None => recorder.delete(),
            })?;
        }
        Ok(())
    }

    fn restore(&mut self, path: &str, value: &str) -> io::Result<()> {
        self.insert(K::from_text(path)?, parse(value)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(now: &Table<i64, String>, earlier: &Table<i64, String>) -> Vec<(i64, bool, bool)> {
        let changes = now.changes(earlier);
        changes
            .map(|change| (*change.key, change.earlier.is_some(), change.now.is_some()))
            .collect()
    }

    #[test]
    fn changes_are_the_records_that_were_added_changed_and_removed() {
        let mut table = Table::default();
        for key in 0..1000 {
            table.insert(key, key.to_string());
        }
        let earlier = table.clone();
        assert_eq!(changes(&table, &earlier), []);
        table.insert(1000, "new".to_owned());
        table.get_mut(&500).unwrap().push('0');
        table.remove(&3);
        let expected = [(3, true, false), (500, true, true), (1000, false, true)];
        assert_eq!(changes(&table, &earlier), expected);
        assert_eq!(earlier.get(&500).unwrap(), "500");
        assert_eq!(earlier.len(), 1000);
    }

    #[test]
    fn retain_does_not_change_kept_records() {
        let mut table = Table::default();
        for key in 0..100 {
            table.insert(key, key.to_string());
        }
        let earlier = table.clone();
        table.retain(|key, _| *key != 7);
        assert_eq!(changes(&table, &earlier), [(7, true, false)]);
    }
}
